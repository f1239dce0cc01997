package flist

import (
	"bytes"
	"context"
	"sort"
)

// Under incremental recursion the lists come in depth-first pre-order of the directories, as they
// are numbered (docs/protocol/02-wire-and-file-list.md §16.3).

// dirNode is a directory whose list is still to come.
type dirNode struct {
	num int32
	foundDir
}

// adopt makes the directories of the list that has been sent last the next ones. It must have been
// published: the numbers follow its order.
func (w *Walker) adopt() {
	seg := w.seg
	if seg == nil || len(w.found) == 0 {
		return
	}
	dirs := int32(0)
	for i := range seg.n {
		if IsDir(seg.entry(int32(i)).Mode) {
			dirs++
		}
	}
	// Numbers follow the numbering of entries, the lists always the processing order.
	num := int32(w.List.Dirs()) - dirs
	numbers := make([]int32, len(w.found))
	for pos := range seg.n {
		f := seg.At(pos)
		if seg.arrivalNumbers {
			f = seg.Arrival(pos)
		}
		if !f.IsDir() {
			continue
		}
		if k := w.foundAt(f.i); k >= 0 {
			numbers[k] = num
		}
		num++
	}
	nodes := make([]dirNode, 0, len(w.found))
	for pos := range seg.n {
		if f := seg.At(pos); f.IsDir() {
			if k := w.foundAt(f.i); k >= 0 {
				nodes = append(nodes, dirNode{numbers[k], w.found[k]})
			}
		}
	}
	w.order = append(w.order, nodes)
	w.found = w.found[:0]
}

// foundAt returns the place in found of the directory that arrived as the i-th entry, -1 if it
// has no list of its own.
func (w *Walker) foundAt(i int32) int {
	k := sort.Search(len(w.found), func(k int) bool { return w.found[k].i >= i })
	if k < len(w.found) && w.found[k].i == i {
		return k
	}
	return -1
}

// pending tells whether there is a directory whose list is still to come, and makes it the first
// of the last stretch.
func (w *Walker) pending() bool {
	for n := len(w.order); n > 0; n-- {
		if len(w.order[n-1]) > 0 {
			return true
		}
		w.order[n-1] = nil
		w.order = w.order[:n-1]
	}
	return false
}

// nextDirectory makes the list of the next directory. Directories of the same name that follow it
// have their contents in the same list.
func (w *Walker) nextDirectory(ctx context.Context) error {
	siblings := w.order[len(w.order)-1]
	f, _, _ := w.List.Directory(siblings[0].num)
	name := f.AppendPath(nil)
	n := 1
	var buf []byte
	for n < len(siblings) {
		g, _, _ := w.List.Directory(siblings[n].num)
		if buf = g.AppendPath(buf[:0]); !bytes.Equal(buf, name) {
			break
		}
		g.Entry().Flags |= Duplicate
		n++
	}
	same := siblings[:n:n]
	w.order[len(w.order)-1] = siblings[n:]

	w.begin(same[0].num)
	w.ahead(ctx)
	for k := range same {
		d := &same[k]
		f, _, _ := w.List.Directory(d.num)
		fresh := f.Is(Content)
		for _, e := range same[:k] {
			g, _, _ := w.List.Directory(e.num)
			fresh = fresh && !(g.Is(Content) && e.at.clean == d.at.clean)
		}
		if !fresh && len(d.args) == 0 {
			continue
		}
		rules, err := w.enterDir(&d.foundDir, name)
		if err != nil {
			return err
		}
		if fresh {
			if r := w.reading.take(d.num); r != nil {
				err = w.listRead(ctx, r, &d.foundDir, rules, name)
			} else {
				err = w.list(ctx, &d.foundDir, rules, name, name)
			}
			if err != nil {
				return err
			}
		}
		for _, arg := range d.args {
			if err := w.nextComponent(ctx, arg, name, rules); err != nil {
				return err
			}
		}
	}
	return nil
}
