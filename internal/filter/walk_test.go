package filter

import (
	"path"
	"strings"
)

// walkEntry is one listed name.
type walkEntry struct {
	name, file string // transfer name; path in the tree
	base       string // current directory when it was listed
	dir        bool
	content    bool // its content is listed too
	below      []*walkEntry
}

// walk is a sending end without anything but names (sections 13 to 17).
type walk struct {
	tree    memTree
	opt     caseOptions
	entries []*walkEntry // by name, the first of each
	all     []*walkEntry
	byName  map[string]*walkEntry
	other   []string
	partial bool
	noDel   bool // an error suppresses deletions

	base    *State // no directory entered, or the first content operand's
	state   *State // in force for operands
	entered bool
	top     bool // base is a content operand's
	dotSent bool
	implied []impliedDir
}

type impliedDir struct {
	file  string
	state *State
}

func newWalk(tree memTree, opt caseOptions, base *State) *walk {
	return &walk{tree: tree, opt: opt, base: base, state: base, byName: map[string]*walkEntry{}}
}

func (w *walk) enter(st *State, file string) (*State, error) {
	in, err := st.Enter(strings.TrimSuffix(work+"/"+file, "/"))
	if !w.entered {
		w.entered = true
		w.base = w.base.Settled()
		w.state = w.state.Settled()
	}
	return in, err
}

func (w *walk) run() error {
	dir, operands := "", w.opt.operands
	if w.opt.filesFrom != "" {
		dir, operands = operands[0], w.records()
	}
	for _, o := range operands {
		if err := w.operand(dir, o); err != nil {
			return err
		}
	}
	if !w.opt.incremental {
		return nil
	}
	// Expand in list order, parents before what they contain.
	for _, e := range sortEntries(w.all) {
		if e.dir && e.name != "." && !strings.Contains(strings.TrimPrefix(e.name, "/"), "/") {
			if err := w.expand(e, w.base); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) records() []string {
	content := *w.tree[w.opt.filesFrom]
	var out []string
	for _, r := range strings.FieldsFunc(content, func(c rune) bool {
		if w.opt.from0 {
			return c == 0
		}
		return c == '\n' || c == '\r'
	}) {
		if r[0] == '#' || r[0] == ';' {
			continue
		}
		var keep []string
		for _, e := range strings.Split(strings.TrimLeft(r, "/"), "/") {
			switch {
			case e == ".." && len(keep) > 0:
				keep = keep[:len(keep)-1]
			case e == "..":
			default:
				keep = append(keep, e)
			}
		}
		r = strings.Join(keep, "/")
		if r == "" {
			r = "."
		}
		out = append(out, r)
	}
	return out
}

func (w *walk) operand(start, text string) error {
	dir, name, content, slash := start, text, false, false
	if w.opt.relative {
		if i := strings.Index(text, "/./"); i >= 0 {
			dir, name = path.Join(start, text[:i]), strings.TrimLeft(text[i+3:], "/")
		}
		if strings.HasPrefix(name, "./") && len(name) > 2 && !w.dotSent {
			w.dotSent = true
			w.sendDot(dir)
		}
		if name == "" {
			name = "."
		}
		slash = strings.HasSuffix(name, "/") || strings.HasSuffix(name, "/.")
		name = path.Clean(name)
		content = name == "."
		slash = slash && !content
	} else {
		i := strings.LastIndexByte(text, '/')
		last := text[i+1:]
		switch {
		case last == "" || last == ".":
			content, dir, name = true, path.Join(start, text), "."
		case last == "..":
			content, dir, name = true, path.Join(start, text), "."
		default:
			dir, name = path.Join(start, text[:i+1]), last
		}
	}
	dir, isDir, exists := w.tree.find(dir)
	if !exists || !isDir {
		w.partial, w.noDel = true, true
		return nil
	}
	w.state = w.state.At(work + "/" + dir)
	file, isDir, exists := w.tree.find(path.Join(dir, name))
	if !exists || (slash && !isDir) {
		w.partial = true
		return nil
	}
	if !content && w.state.Check([]byte(name), kindOfDir(isDir)) == Excluded {
		return nil
	}
	if isDir && !w.opt.recurse && !w.opt.dirs {
		w.other = append(w.other, "skipping directory "+name)
		return nil
	}
	e := &walkEntry{name: name, file: file, base: work + "/" + dir, dir: isDir}
	e.content = isDir && (w.opt.recurse || content || slash)
	if w.opt.relative && strings.Contains(name, "/") {
		if w.opt.incremental {
			w.sendImpliedLater(dir, e)
			return nil
		}
		if err := w.sendImplied(dir, name); err != nil {
			return err
		}
	}
	e = w.list(e)
	if !e.content || w.opt.incremental && !content {
		return nil
	}
	if !w.opt.incremental {
		return w.scan(e, w.state)
	}
	if !w.top {
		w.top = true
		st, err := w.enter(w.base.At(work+"/"+dir), file)
		if err != nil {
			return err
		}
		w.base = st
		w.state = st
	}
	_, err := w.listContent(e, w.base)
	return err
}

func (w *walk) sendDot(dir string) {
	if w.state.At(work+"/"+dir).Check([]byte("."), Directory) == Excluded {
		return
	}
	if !w.opt.recurse && !w.opt.dirs {
		w.other = append(w.other, "skipping directory .")
		return
	}
	w.list(&walkEntry{name: ".", file: dir, base: work + "/" + dir, dir: true})
}

// sendImplied lists the leading directories of name and enters them; their state
// stays in force until an operand leaves them.
func (w *walk) sendImplied(dir, name string) error {
	parts := strings.Split(name, "/")
	keep := 0
	for i := 1; i < len(parts); i++ {
		sub := strings.Join(parts[:i], "/")
		file := path.Join(dir, sub)
		if keep < len(w.implied) && w.implied[keep].file == file {
			keep++
			continue
		}
		w.implied = w.implied[:keep]
		w.list(&walkEntry{name: sub, file: file, base: work + "/" + dir, dir: true})
		outer := w.base
		if keep > 0 {
			outer = w.implied[keep-1].state
		}
		st, err := w.enter(outer.At(work+"/"+dir), file)
		if err != nil {
			return err
		}
		w.implied = append(w.implied, impliedDir{file, st})
		keep++
	}
	w.implied = w.implied[:keep]
	w.state = w.implied[keep-1].state.At(work + "/" + dir)
	return nil
}

// sendImpliedLater hangs the operand below its leading directories; they are
// listed one by one as their parents are expanded.
func (w *walk) sendImpliedLater(dir string, e *walkEntry) {
	parts := strings.Split(e.name, "/")
	at := w.list(&walkEntry{name: parts[0], file: path.Join(dir, parts[0]), base: e.base, dir: true})
	for i := 2; i < len(parts); i++ {
		sub := strings.Join(parts[:i], "/")
		at.below = append(at.below, &walkEntry{name: sub, file: path.Join(dir, sub), base: e.base, dir: true})
		at = at.below[len(at.below)-1]
		at.below = nil
	}
	at.below = append(at.below, e)
}

func (w *walk) expand(e *walkEntry, outer *State) error {
	if !e.content && len(e.below) == 0 {
		return nil
	}
	st, err := w.enter(outer.At(e.base), e.file)
	if err != nil {
		return err
	}
	var subs []*walkEntry
	add := func(x *walkEntry) { subs = append(subs, w.list(x)) }
	for _, b := range e.below {
		if len(b.below) > 0 || st.Check([]byte(b.name), kindOfDir(b.dir)) != Excluded {
			add(b)
		}
	}
	if e.content {
		listed, err := w.listContent(e, st)
		if err != nil {
			return err
		}
		subs = append(subs, listed...)
	}
	for _, sub := range sortEntries(subs) {
		if sub.dir {
			if err := w.expand(sub, st); err != nil {
				return err
			}
		}
	}
	return nil
}

// scan lists the content of a directory and, when recursing, of those in it.
func (w *walk) scan(e *walkEntry, outer *State) error {
	st, err := w.enter(outer, e.file)
	if err != nil {
		return err
	}
	listed, err := w.listContent(e, st)
	if err != nil || !w.opt.recurse {
		return err
	}
	for _, sub := range listed {
		if sub.dir {
			if err := w.scan(sub, st); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) listContent(e *walkEntry, st *State) ([]*walkEntry, error) {
	st = st.At(e.base)
	var listed []*walkEntry
	for _, leaf := range w.tree.children(e.file) {
		name := leaf
		if e.name != "." {
			name = e.name + "/" + leaf
		}
		file := path.Join(e.file, leaf)
		_, isDir, _ := w.tree.find(file)
		if st.Check([]byte(name), kindOfDir(isDir)) == Excluded {
			continue
		}
		x := &walkEntry{name: name, file: file, base: e.base, dir: isDir, content: isDir && w.opt.recurse}
		listed = append(listed, w.list(x))
	}
	return listed, nil
}

// list adds an entry; of equal names the first counts, and a directory wins.
func (w *walk) list(e *walkEntry) *walkEntry {
	w.all = append(w.all, e)
	if old := w.byName[e.name]; old != nil {
		old.dir = old.dir || e.dir
		old.content = old.content || e.content
		return e
	}
	first := *e
	w.byName[e.name] = &first
	w.entries = append(w.entries, &first)
	return e
}

func kindOfDir(dir bool) Kind {
	if dir {
		return Directory
	}
	return File
}
