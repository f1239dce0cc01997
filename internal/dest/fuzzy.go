package dest

import (
	"bytes"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/wire"
)

// fuzzyDir holds the candidates for a fuzzy basis in one directory of the destination
// (docs/protocol/03-transfer.md §10.5).
type fuzzyDir struct {
	id    int64
	set   bool
	names []byte
	files []candidate
}

type candidate struct {
	at, end uint32
	where   wire.Basis
	used    bool
	size    int64
	mtime   fsys.Time
}

func (z *fuzzyDir) name(c *candidate) []byte { return z.names[c.at:c.end:c.end] }
func (z *fuzzyDir) close()                   { *z = fuzzyDir{} }

// Fuzzy finds a file that may be an earlier version of f under another name: in the directory of its
// destination and, if --fuzzy was given twice, in the alternate directories. It returns its name and
// the basis type that says where it is.
func (h *Hand) Fuzzy(f flist.File) (name []byte, where wire.Basis, ok bool) {
	if h.locate(f) != nil {
		return nil, 0, false
	}
	z := &h.fuzzy
	if id := h.dirID; !z.set || z.id != id {
		z.id, z.set = id, true
		h.gather(f)
	}
	for i := range z.files {
		c := &z.files[i]
		if !c.used && c.size == f.Size() &&
			meta.SameTime(fsys.Time{Sec: f.Mtime()}, fsys.Time{Sec: c.mtime.Sec}, max(0, h.plan.Update.ModifyWindow)) {
			return z.name(c), c.where, true
		}
	}
	base := h.base(f)
	suffix := fuzzySuffix(base)
	best, lowest := -1, uint64(fuzzyLimit)
	for i := range z.files {
		c := &z.files[i]
		if c.used {
			continue
		}
		if d := fuzzyScore(z.name(c), base, suffix, lowest); d <= lowest {
			best, lowest = i, d
		}
	}
	if best < 0 {
		return nil, 0, false
	}
	return z.name(&z.files[best]), z.files[best].where, true
}

// gather reads the candidates for entries beside f.
func (h *Hand) gather(f flist.File) {
	z := &h.fuzzy
	z.names, z.files = z.names[:0], z.files[:0]
	h.gatherFrom(h.dir, wire.BasisFuzzy)
	if h.plan.Update.Fuzzy < 2 {
		return
	}
	for i := range h.alt {
		if d, err := h.alternateDir(f, i); err == nil {
			h.gatherFrom(d, wire.BasisFuzzy+1+wire.Basis(i))
		}
	}
}

func (h *Hand) gatherFrom(d *fsys.Dir, where wire.Basis) {
	z, s := &h.fuzzy, h.scanFor(0)
	if _, err := s.read(h, d, h.parentPath(h.file)); err != nil {
		return
	}
	for i := range s.ents {
		e := &s.ents[i]
		name := s.name(e)
		if e.mode != fsys.ModeRegular || d.Lstat(fsys.View(name), &h.seen) != nil || !h.seen.IsRegular() || h.seen.Size == 0 ||
			h.hidesBasis(h.file, where, name) {
			continue
		}
		at := uint32(len(z.names))
		z.names = append(z.names, name...)
		z.files = append(z.files, candidate{
			at: at, end: uint32(len(z.names)), where: where, size: h.seen.Size, mtime: h.seen.Mtime,
		})
	}
}

// FuzzyTaken says that f is being updated, so that its old file is no basis for those after it.
func (h *Hand) FuzzyTaken(f flist.File) {
	z := &h.fuzzy
	if !z.set || z.id != int64(f.DirID()) {
		return
	}
	for i := range z.files {
		if c := &z.files[i]; c.where == wire.BasisFuzzy && bytes.Equal(z.name(c), f.Base()) {
			c.used = true
		}
	}
}
