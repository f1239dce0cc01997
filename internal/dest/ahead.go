package dest

import (
	"io/fs"
	"syscall"

	"godwit/internal/flist"
	"godwit/internal/fsys"
)

// Foresight is what one goroutine has found at the destination of a regular file for another one,
// which decides about the file later.
type Foresight struct {
	of    flist.File
	epoch uint32
	known bool
	err   error
	st    fsys.Stat
	// summed: the file has the length that it should have, and same tells whether its sum is the
	// list's.
	summed, same bool
}

// LooksAhead reports whether what is at a destination can be told before its turn: nothing that is
// done for one entry changes what another one finds, except that directories are replaced or
// removed, which is noticed.
func (h *Hand) LooksAhead() bool {
	return !h.plan.Policy.Fake && !h.plan.Write.Backup && h.t.single == nil && !h.t.missing && h.t.cfg.Hidden == nil
}

// Foresee looks at the destination of a regular file and, with --checksum, reads what has the right
// length. It says nothing: what does not go well is left to be found in its turn.
func (h *Hand) Foresee(f flist.File, to *Foresight) {
	to.of, to.known, to.summed = f, false, false
	if h.locate(f) != nil {
		return
	}
	to.epoch = h.epoch
	to.err = h.dir.LstatZ(f.BaseZ(), &to.st)
	to.known = to.err == nil || to.err == syscall.ENOENT
	if to.err == nil && to.st.IsRegular() && to.st.Size == f.Size() && h.plan.Update.Checksum {
		to.same, to.summed = h.sameSum(f, h.dir, h.leaf.Name), true
	}
}

// Recall is Stat by what has been foreseen; known is false if that does not hold any more.
func (h *Hand) Recall(f flist.File, from *Foresight, st *fsys.Stat) (known bool, err error) {
	if !from.known || from.of != f || from.epoch != h.t.epoch.Load() {
		return false, nil
	}
	if err := h.locate(f); err != nil {
		return true, err
	}
	if from.err != nil {
		return true, fs.ErrNotExist
	}
	*st = from.st
	if from.summed {
		h.foreseen = from
	}
	return true, nil
}
