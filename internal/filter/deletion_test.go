package filter

import (
	"path"
	"sort"
	"strings"
)

// deletion is a receiving end that only prunes and deletes, in a dry run.
type deletion struct {
	tree    memTree
	opt     caseOptions
	walk    *walk
	base    *State
	entered bool
	deleted []string
	other   []string
}

func (d *deletion) run() error {
	if d.opt.prune {
		d.pruneEmpty()
	}
	if !d.opt.del || d.walk.noDel {
		return nil
	}
	states := map[string]*State{}
	var vanished []string
	for _, e := range sortEntries(d.walk.entries) {
		if !e.dir && !(d.opt.before) {
			continue
		}
		outer := d.base
		for up := path.Dir(e.name); e.name != "."; up = path.Dir(up) {
			if st := states[up]; st != nil {
				outer = st
				break
			}
			if up == "." {
				break
			}
		}
		file := path.Join("dst", e.name)
		clean, isDir, _ := d.tree.find(file)
		if !d.opt.before && !isDir {
			continue
		}
		st, err := d.enter(outer, clean)
		if err != nil {
			return err
		}
		states[e.name] = st
		if !e.dir || !e.content || !isDir {
			continue
		}
		gone, err := d.scan(e.name, clean, st)
		if err != nil {
			return err
		}
		vanished = append(vanished, gone...)
	}
	for _, name := range vanished {
		if _, err := d.remove(name, d.base.Vanishing(), true); err != nil {
			return err
		}
	}
	return nil
}

func (d *deletion) enter(st *State, file string) (*State, error) {
	in, err := st.At(work + "/dst").Enter(work + "/" + file)
	if !d.entered {
		d.entered = true
		d.base = d.base.At(work + "/dst").Settled()
	}
	return in, err
}

// scan deletes what is extra in a listed directory; with --delete-delay it returns
// the directories among it instead.
func (d *deletion) scan(name, file string, st *State) (later []string, err error) {
	for _, leaf := range d.tree.children(file) {
		sub := leaf
		if name != "." {
			sub = name + "/" + leaf
		}
		if d.walk.byName[sub] != nil {
			continue
		}
		_, isDir, _ := d.tree.find(path.Join("dst", sub))
		if st.Check([]byte(sub), kindOfDir(isDir)) == Excluded {
			continue
		}
		switch {
		case !isDir:
			d.deleted = append(d.deleted, sub)
		case d.opt.delay:
			later = append(later, sub)
		default:
			if _, err := d.remove(sub, st.Vanishing(), true); err != nil {
				return nil, err
			}
		}
	}
	return later, nil
}

// remove deletes a vanished directory and reports whether nothing stayed in it. A
// nested one that is not empty is, in a dry run, said to be deleted all the same.
func (d *deletion) remove(name string, outer *State, top bool) (gone bool, err error) {
	file := path.Join("dst", name)
	st, err := d.enter(outer, file)
	if err != nil {
		return false, err
	}
	gone = true
	for _, leaf := range d.tree.children(file) {
		sub := name + "/" + leaf
		_, isDir, _ := d.tree.find(path.Join("dst", sub))
		switch {
		case st.Check([]byte(sub), kindOfDir(isDir)) == Excluded:
			gone = false
		case isDir:
			empty, err := d.remove(sub, st, false)
			if err != nil {
				return false, err
			}
			gone = gone && empty
		default:
			d.deleted = append(d.deleted, sub)
		}
	}
	if !gone {
		d.other = append(d.other, "cannot delete non-empty directory: "+name)
	}
	if gone || !top {
		d.deleted = append(d.deleted, name+"/")
	}
	return gone, nil
}

// pruneEmpty drops directories with nothing in them (section 18).
func (d *deletion) pruneEmpty() {
	kept := map[string]bool{".": true}
	keep := func(name string) {
		for ; !kept[name]; name = path.Dir(name) {
			kept[name] = true
		}
	}
	st := d.base.At(work + "/dst")
	for _, e := range d.walk.entries {
		if !e.dir || st.Check([]byte(e.name), Directory) == Excluded {
			keep(e.name)
		}
	}
	var left []*walkEntry
	for _, e := range d.walk.entries {
		if kept[e.name] {
			left = append(left, e)
		} else {
			delete(d.walk.byName, e.name)
		}
	}
	d.walk.entries = left
}

// sortEntries gives the list order: "." first, in a directory files before
// directories.
func sortEntries(entries []*walkEntry) []*walkEntry {
	out := append([]*walkEntry(nil), entries...)
	sort.SliceStable(out, func(i, j int) bool { return sortKey(out[i]) < sortKey(out[j]) })
	return out
}

// sortKey puts a byte before each element that is greater for directories.
func sortKey(e *walkEntry) string {
	if e.name == "." {
		return ""
	}
	var b strings.Builder
	parts := strings.Split(e.name, "/")
	for i, p := range parts {
		if i < len(parts)-1 || e.dir {
			b.WriteString("\x02" + p + "/")
		} else {
			b.WriteString("\x01" + p)
		}
	}
	return b.String()
}
