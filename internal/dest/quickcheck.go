package dest

import (
	"bytes"
	"context"

	"godwit/internal/checksum"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
)

// summer computes whole-file sums for --checksum.
type summer struct {
	hash *checksum.File
	sum  []byte
}

// QuickCheck reports whether f's destination, a regular file described by st, counts as unchanged
// (docs/protocol/03-transfer.md §10, "Quick check").
func (h *Hand) QuickCheck(f flist.File, st *fsys.Stat) bool {
	if f.Size() != st.Size {
		return false
	}
	if h.plan.Update.Checksum {
		if seen := h.foreseen; seen != nil && seen.of == f {
			h.foreseen = nil
			return seen.same
		}
		return h.locate(f) == nil && h.sameSum(f, h.dir, h.leaf.Name)
	}
	return h.sameByTime(f, st)
}

// quickCheck is QuickCheck for any place.
func (h *Hand) quickCheck(f flist.File, st *fsys.Stat, d *fsys.Dir, name string) bool {
	if f.Size() != st.Size {
		return false
	}
	if h.plan.Update.Checksum {
		return h.sameSum(f, d, name)
	}
	return h.sameByTime(f, st)
}

func (h *Hand) sameByTime(f flist.File, st *fsys.Stat) bool {
	u := &h.plan.Update
	if u.SizeOnly {
		return true
	}
	if u.IgnoreTimes {
		return false
	}
	return meta.SameTime(fsys.Time{Sec: f.Mtime(), Nsec: int32(f.Nsec())}, st.Mtime, u.ModifyWindow)
}

// sameSum compares the sum of a file that has the length of the list's with that of the list.
func (h *Hand) sameSum(f flist.File, d *fsys.Dir, name string) bool {
	file, err := d.OpenRead(name, 0, nil)
	if err != nil {
		return false
	}
	defer file.Close()
	if h.sums.hash == nil {
		h.sums.hash = checksum.NewFile(h.plan.Sums.File)
	}
	h.sums.sum, err = h.sums.hash.AppendContents(context.Background(), h.sums.sum[:0], file, f.Size(), h.buffer())
	if err != nil {
		return false
	}
	return bytes.Equal(h.sums.sum, f.Sum())
}
