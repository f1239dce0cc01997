package dest

import (
	"bytes"
	"errors"
	"io/fs"
	"sort"
	"syscall"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/report"
)

// DeleteExtras deletes, or with --delete-delay notes, what is in the destination directory of dir
// and not in the sender's list (docs/protocol/03-transfer.md §13.2). list holds the whole of the
// directory's contents: its own segment, or the one list of a transfer without incremental
// recursion. It is called for each directory of the list, parents first, also for those whose
// contents were not listed, because their rule files count.
//
// The error ends the run (a rule file that cannot be used) and has been said.
func (h *Hand) DeleteExtras(dir flist.File, list *flist.Segment) error {
	t := h.t
	if t.missing || t.single != nil {
		return nil
	}
	if h.deletionsStopped() {
		return nil
	}
	path := bytes.Clone(h.Path(dir))
	// A pass of its own looks first; the main one has just made the directory. Anything else in its
	// place is about to be replaced or kept: what a link leads to is none of ours.
	pass := h.plan.Delete.When == plan.DeleteBefore || h.plan.Delete.When == plan.DeleteAfter
	if err := h.Stat(dir, &h.seen); err != nil && pass || err == nil && !h.seen.IsDir() {
		return nil
	}
	d, err := t.root.Dir(path)
	if err != nil {
		switch {
		case !dir.Is(flist.Content), errors.Is(err, fs.ErrNotExist), isNotDir(err):
		case !errors.Is(err, syscall.ELOOP):
			h.log.Fail(report.OpendirFailed, err, report.Full(path))
		case h.plan.Write.KeepDirlinks: // without it, a link that leads outside is about to be replaced too
			h.log.Fail(report.OpendirLedOutside, err, report.Full(path))
		}
		return nil
	}
	defer d.Close()
	rules, err := h.rules(path)
	if err != nil {
		return err
	}
	var st fsys.Stat
	if !dir.Is(flist.Content) || d.Fstat(&st) != nil || !h.sameFileSystem(dir, &st) {
		return nil
	}
	s := h.scanFor(0)
	if !s.readOrSay(h, d, path) {
		return nil
	}
	listed := listing{list: list, order: flist.Order{Protocol: h.plan.Caps.Protocol}}
	for i := len(s.ents) - 1; i >= 0; i-- {
		e := &s.ents[i]
		leaf := s.name(e)
		h.path = appendChild(h.path[:0], path, leaf)
		if h.protected(rules, h.path, e.mode) || listed.has(h.path, e.mode == fsys.ModeDir) {
			continue
		}
		if err := h.deleteExtra(d, leaf, bytes.Clone(h.path), e.mode, &st, rules); err != nil {
			return err
		}
	}
	return nil
}

// DeleteInPlaceOf is DeleteExtras for a directory of the list in whose place st describes something
// else, which is kept: there is nothing to delete in it, and looking for it is an error that stops
// all further deletions. A link is none of ours.
func (h *Hand) DeleteInPlaceOf(dir flist.File, st *fsys.Stat) {
	if h.t.missing || h.t.single != nil || st.IsSymlink() || !dir.Is(flist.Content) || h.deletionsStopped() {
		return
	}
	h.log.Fail(report.OpendirFailed, syscall.ENOTDIR, h.Full(dir))
}

// deletionsStopped reports whether an I/O error has put an end to deletions, and says so once.
func (h *Hand) deletionsStopped() bool {
	if h.log.Trouble()&exit.TroubleIO == 0 || h.plan.Delete.IgnoreErrors {
		return false
	}
	if d := &h.t.deletes; !d.stopped {
		d.stopped = true
		h.log.Say(report.SkippingDeletion)
	}
	return true
}

// deleteExtra deletes or notes one name that the sender does not have.
func (h *Hand) deleteExtra(d *fsys.Dir, leaf, path []byte, kind uint32, parent *fsys.Stat, rules *filter.State) error {
	var st fsys.Stat
	if err := h.look(d, fsys.View(leaf), kind, &st); err != nil {
		h.unseen(err, path)
		return nil
	}
	if st.IsDir() && h.isMount(&st, parent) {
		h.log.Say(report.CannotDeleteMount, report.Name(path))
		return nil
	}
	if h.plan.Delete.When == plan.DeleteDelay {
		h.t.deletes.delayed.add(path)
		return nil
	}
	if rules != nil {
		rules = rules.Vanishing()
	}
	h.remove(d, fsys.View(leaf), path, &st, withContents, rules, 1)
	return h.takeStop()
}

// unseen says that what is to be deleted cannot be described. There is nothing to say of what is gone
// already, or lies behind something that has taken the place of its directory.
func (h *Hand) unseen(err error, path []byte) {
	if !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) && !errors.Is(err, syscall.ELOOP) {
		h.log.Fail(report.ReadlinkStatFailed, err, report.Full(path))
	}
}

// takeStop returns the error that was met deep in a deletion and ends the run.
func (h *Hand) takeStop() error {
	err := h.stop
	h.stop = nil
	return err
}

// sameFileSystem reports whether a directory is to be examined: with -x only on the file systems of
// the directories that arguments named.
func (h *Hand) sameFileSystem(dir flist.File, st *fsys.Stat) bool {
	if h.plan.Select.OneFileSystem == 0 {
		return true
	}
	devs := &h.t.deletes.devs
	if *devs == nil {
		*devs = make(map[uint64]struct{})
	}
	if dir.Is(flist.Top) {
		(*devs)[st.Dev] = struct{}{}
		return true
	}
	_, ok := (*devs)[st.Dev]
	return ok
}

// DeleteDelayed carries out what --delete-delay has noted, in the order it was found. The rules of
// directories that were passed then are no longer in force (docs/protocol/04-filters-and-walk.md
// §7.4).
func (h *Hand) DeleteDelayed() error {
	rules := h.baseRules()
	if rules != nil {
		rules = rules.At(h.t.rooted(nil)).Vanishing()
	}
	names := &h.t.deletes.delayed
	for path, ok := names.next(); ok; path, ok = names.next() {
		d, leaf, err := h.t.root.Parent(path)
		if err != nil {
			h.unseen(err, path)
			continue
		}
		var st fsys.Stat
		if err = d.Lstat(fsys.View(leaf), &st); err == nil {
			h.remove(d, fsys.View(leaf), path, &st, withContents, rules, 0)
		} else {
			h.unseen(err, path)
		}
		d.Close()
		if err := h.takeStop(); err != nil {
			return err
		}
	}
	h.t.deletes.delayed = delayedNames{}
	return nil
}

// DeleteMissing deletes f's destination, which st describes, because the argument f stands for does
// not exist (--delete-missing-args), unless a rule protects it.
func (h *Hand) DeleteMissing(f flist.File, st *fsys.Stat) error {
	if err := h.locate(f); err != nil {
		return nil
	}
	path := bytes.Clone(h.Path(f))
	rules := h.baseRules()
	if rules != nil {
		rules = rules.At(h.t.rooted(nil))
	}
	if h.protected(rules, path, st.Mode) {
		return nil
	}
	how := why(0)
	if h.plan.Delete.On() || h.plan.Delete.Force {
		how |= withContents
	}
	if rules != nil {
		rules = rules.Vanishing()
	}
	h.remove(h.dir, h.leaf.Name, path, st, how, rules, 0)
	return h.takeStop()
}

// delayedNames is a queue of names in one piece of memory. The reference spills it to a file in the
// destination; it is bounded by what there is to delete, and a file that cannot be made would cost
// the deletions.
type delayedNames struct {
	names []byte // each with NUL behind it
	at    int
}

func (q *delayedNames) add(path []byte) { q.names = append(append(q.names, path...), 0) }

func (q *delayedNames) next() ([]byte, bool) {
	if q.at >= len(q.names) {
		return nil, false
	}
	n := bytes.IndexByte(q.names[q.at:], 0)
	path := q.names[q.at : q.at+n : q.at+n]
	q.at += n + 1
	return path, true
}

// listing finds names in a sorted list. It is asked for the names of a directory in reverse order, so
// mostly for the entry before the one found last.
type listing struct {
	list  *flist.Segment
	order flist.Order
	path  []byte
	last  int // position of the last find
}

// has reports whether the list has something of that name, of whatever type; what the destination
// has tells which is more likely.
func (l *listing) has(path []byte, isDir bool) bool {
	return l.find(path, isDir) || l.find(path, !isDir)
}

func (l *listing) find(path []byte, isDir bool) bool {
	if i := l.last - 1; i >= 0 && l.compare(i, path, isDir) == 0 && l.list.At(i).Active() {
		l.last = i
		return true
	}
	n := l.list.Len()
	i := sort.Search(n, func(i int) bool { return l.compare(i, path, isDir) >= 0 })
	for ; i < n && l.compare(i, path, isDir) == 0; i++ {
		if l.list.At(i).Active() {
			l.last = i
			return true
		}
	}
	return false
}

func (l *listing) compare(i int, path []byte, isDir bool) int {
	f := l.list.At(i)
	l.path = f.AppendPath(l.path[:0])
	return l.order.Compare(below(l.path), f.IsDir(), path, isDir)
}

// appendChild appends the name of a directory's entry below the root.
func appendChild(dst, dir, leaf []byte) []byte {
	if string(dir) == "." {
		dir = nil
	}
	return fsys.AppendJoin(dst, dir, leaf)
}
