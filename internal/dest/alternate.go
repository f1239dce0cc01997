package dest

import (
	"bytes"
	"io/fs"
	"strings"
	"sync"

	"godwit/internal/delta"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// alternate is one directory of --compare-dest, --copy-dest or --link-dest
// (docs/protocol/03-transfer.md §10.4). Each of its directories is resolved by the ownership rule from
// the destination; a relative one on a daemon beneath the module, where ".." may climb inside.
type alternate struct {
	path string // as given, without slashes at its end

	once   sync.Once
	module *fsys.Root // for a relative one on a daemon
}

func (a *alternate) close() {
	if a.module != nil {
		a.module.Close()
	}
}

// altDir is a Hand's held directory in an alternate: the counterpart of its held parent.
type altDir struct {
	dir *fsys.Dir
	id  int64
	err error
	set bool
}

func (a *altDir) close() {
	if a.dir != nil {
		a.dir.Close()
	}
	*a = altDir{}
}

// beneathModule returns the tree that a relative alternate is looked up in on a daemon, and its path
// there; nil elsewhere.
func (t *Tree) beneathModule(a *alternate) (*fsys.Root, string) {
	if t.cfg.Module == nil || strings.HasPrefix(a.path, "/") {
		return nil, ""
	}
	a.once.Do(func() {
		a.module = fsys.NewRoot(t.cfg.Module.Anchor().Hold(), fsys.RootOptions{AllowDotDot: true})
	})
	here, _ := cutPrefixDir(t.dir, t.plan.Where.ModulePath)
	return a.module, string(fsys.AppendJoin(nil, []byte(here), []byte(a.path)))
}

// statAlternate looks at an alternate directory when the run starts.
func (t *Tree) statAlternate(path string, st *fsys.Stat) error {
	for i := range t.alts {
		if t.alts[i].path != path {
			continue
		}
		if root, name := t.beneathModule(&t.alts[i]); root != nil {
			return root.StatBeneath([]byte(name), st)
		}
	}
	return t.followed().Stat(path, st)
}

// Alternates returns how many alternate directories there are.
func (t *Tree) Alternates() int { return len(t.alts) }

// alternateDir holds the counterpart of f's parent in alternate n.
func (h *Hand) alternateDir(f flist.File, n int) (*fsys.Dir, error) {
	if n < 0 || n >= len(h.alt) || h.t.missing && h.t.cfg.Module != nil {
		return nil, fs.ErrNotExist
	}
	a, id := &h.alt[n], int64(f.DirID())
	if h.t.single != nil {
		id = 0
	}
	if a.set && a.id == id {
		return a.dir, a.err
	}
	a.close()
	alt, parent := &h.t.alts[n], h.parentPath(f)
	if h.t.missing {
		// A dry run has no directory to count from, only its name.
		a.dir, a.err = h.t.cfg.Operator.OpenDir(string(fsys.AppendJoin(nil, []byte(joinDir(h.t.dir, alt.path)), parent)))
	} else if root, name := h.t.beneathModule(alt); root != nil {
		a.dir, a.err = root.Dir(fsys.AppendJoin(nil, []byte(name), parent))
	} else {
		a.dir, a.err = h.t.op.OpenDir(string(fsys.AppendJoin(nil, []byte(alt.path), parent)))
	}
	a.id, a.set = id, true
	return a.dir, a.err
}

// Level says how well an alternate entry matches.
type Level uint8

const (
	// NoMatch: nothing of that name and type is there.
	NoMatch Level = iota
	// SameName: it may be the basis of a transfer.
	SameName
	// SameContent: it passes the quick check.
	SameContent
	// SameAll: and its attributes, as far as they are kept, are equal.
	SameAll
)

// Match is the best entry for a name in the alternate directories.
type Match struct {
	Index int // of the directory, in the order of the options
	Level Level
	Stat  fsys.Stat
}

// Alternate rates the entries of f's name and type in the alternate directories, given the mode
// that f's destination will have, and reports whether there is one. The first that is the same in
// all ends the search, else the first of the highest level counts.
func (h *Hand) Alternate(f flist.File, mode uint32, m *Match) bool {
	m.Level = NoMatch
	for i := range h.alt {
		d, err := h.alternateDir(f, i)
		if err != nil || h.hidesBasis(f, wire.Basis(i), h.base(f)) {
			continue
		}
		leaf := meta.Leaf{Dir: d, Name: fsys.View(h.base(f))}
		if h.plan.Policy.Stat(&leaf, &h.seen, "") != nil || h.seen.Type() != f.Mode()&flist.TypeMask {
			continue
		}
		if level := h.rate(f, mode, &leaf); level > m.Level {
			m.Index, m.Level, m.Stat = i, level, h.seen
			if level == SameAll {
				break
			}
		}
	}
	return m.Level != NoMatch
}

// rate compares f with the entry that h.seen describes.
func (h *Hand) rate(f flist.File, mode uint32, leaf *meta.Leaf) Level {
	switch {
	case f.IsRegular():
		if !h.quickCheck(f, &h.seen, leaf.Dir, leaf.Name) {
			return SameName
		}
	case f.IsSymlink():
		have, err := h.readlink(leaf.Dir, leaf.Name)
		if err != nil || !bytes.Equal(have, f.Link()) {
			return SameName
		}
	case !f.IsDir():
		if !SameNode(f, &h.seen) {
			return SameName
		}
	}
	rec := h.record(f, mode)
	if h.compare(f, leaf, &h.seen, 0, Plain) != 0 {
		return SameContent
	}
	// The times of directories count here even when they are not kept.
	if f.IsDir() && h.plan.Policy.Times && !meta.SameTime(rec.Mtime, h.seen.Mtime, h.plan.Policy.ModifyWindow) {
		return SameContent
	}
	return SameAll
}

// DifferencesFrom is [Hand.Differences] compared with an alternate entry.
func (h *Hand) DifferencesFrom(m *Match, f flist.File, mode uint32, item ItemFlags, how Against) ItemFlags {
	h.record(f, mode)
	d, err := h.alternateDir(f, m.Index)
	if err != nil {
		return item
	}
	return h.compare(f, &meta.Leaf{Dir: d, Name: fsys.View(h.base(f))}, &m.Stat, item, how)
}

// LinkAlternate makes f's destination, where nothing is, a hard link of the matching entry. The
// error is the system's; nothing has been said.
func (h *Hand) LinkAlternate(f flist.File, m *Match) error {
	if h.dry() {
		return nil
	}
	d, err := h.alternateDir(f, m.Index)
	if err != nil {
		return err
	}
	if err := h.locate(f); err != nil {
		return err
	}
	return d.Link(h.leaf.Name, h.dir, h.leaf.Name)
}

// CopyAlternate makes f's destination, where nothing is, a copy of the matching regular file with
// f's attributes. It reports success.
func (h *Hand) CopyAlternate(f flist.File, m *Match, mode uint32) bool {
	if h.dry() {
		return true
	}
	src, err := h.openAlternate(f, m.Index, nil)
	if err == nil {
		defer src.Close()
		o, ok := h.CreateTemp(f, mode)
		if !ok {
			return false
		}
		if _, err = h.Copy(o.File, src, m.Stat.Size, delta.Layout{Sparse: h.plan.Write.Sparse}); err == nil {
			return h.finishCopy(o)
		}
		h.Discard(o)
	}
	from := fsys.AppendJoin(nil, []byte(h.t.alts[m.Index].path), h.Path(f))
	h.log.Fail(report.CopyFileFailed, err, report.Full(from), report.Name(h.Path(f)))
	return false
}

// finishCopy installs a local copy.
func (h *Hand) finishCopy(o *Output) bool {
	defer o.release()
	if !o.begin() {
		return false
	}
	h.file = o.entry
	out, err := h.install(o, Received{Good: true, Redo: true})
	return err == nil && out == Installed
}

// ClearForAlternate deletes f's destination, described by st, because an alternate directory has all
// of it; no backup is made. It reports success.
func (h *Hand) ClearForAlternate(f flist.File, st *fsys.Stat) bool {
	return h.makeWay(f, st, "new", "regular file", withoutBackup)
}

func (h *Hand) openAlternate(f flist.File, n int, st *fsys.Stat) (*fsys.File, error) {
	d, err := h.alternateDir(f, n)
	if err != nil {
		return nil, err
	}
	if h.hidesBasis(f, wire.Basis(n), h.base(f)) {
		return nil, fs.ErrNotExist
	}
	return d.OpenRead(fsys.View(h.base(f)), 0, st)
}
