package dest

import (
	"bytes"
	"io"

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

// sameSum compares a file's sum with that of the list.
func (h *Hand) sameSum(f flist.File, d *fsys.Dir, name string) bool {
	file, err := d.OpenRead(name, 0, nil)
	if err != nil {
		return false
	}
	defer file.Close()
	if h.sums.hash == nil {
		h.sums.hash = checksum.NewFile(h.plan.Sums.File)
	}
	h.sums.hash.Reset()
	buf := h.buffer()
	for {
		n, err := file.Read(buf)
		h.sums.hash.Write(buf[:n])
		if err == io.EOF || err == nil && n == 0 {
			break
		}
		if err != nil {
			return false
		}
	}
	h.sums.sum = h.sums.hash.Append(h.sums.sum[:0])
	return bytes.Equal(h.sums.sum, f.Sum())
}
