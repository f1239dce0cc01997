package dest

import (
	"errors"

	"godwit/internal/delta"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
)

// errUndelivered is the end of a Deliver for which no system call is to blame.
var errUndelivered = errors.New("not delivered")

// Deliver puts a copy of src, which is size octets long, at f's destination: temporary file, data,
// attributes, rename. It is for new files of transfers without backups, delayed updates and files in
// place, and it says nothing: whatever goes wrong, nothing is left behind, and the caller goes the
// long way with the same src, which says what there is to say.
func (h *Hand) Deliver(f flist.File, src *fsys.File, size int64) error {
	mode := h.Mode(f, nil)
	if err := h.locate(f); err != nil {
		return err
	}
	o, err := h.createTemp(f, mode)
	if err != nil {
		return err
	}
	o.Literal()
	n, err := h.Copy(o.File, src, size, delta.Layout{})
	if err == nil && n < size {
		err = delta.ErrShrunk
	}
	if err != nil {
		h.Discard(o)
		return err
	}
	defer o.release()
	if !o.begin() {
		return errUndelivered
	}
	if err := h.deliver(o); err != nil {
		o.drop()
		return err
	}
	return nil
}

func (h *Hand) deliver(o *Output) error {
	h.about(o)
	failed := false
	say := h.applier.Report
	h.applier.Report = func(*meta.Failure) { failed = true }
	h.applyTo(&meta.Leaf{Dir: o.dir, Name: o.name, File: o.File}, o.entry, o.mode, meta.ExactTime)
	h.applier.Report = say
	if failed {
		return errUndelivered
	}
	if err := o.File.Close(); err != nil {
		return err
	}
	return o.dir.Rename(o.name, o.target, o.leaf)
}
