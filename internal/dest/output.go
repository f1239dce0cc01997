package dest

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"sync"

	"godwit/internal/delta"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// Output is the file that receives the data of one entry: a temporary file, or the destination
// itself. It ends with [Hand.Finish], [Hand.Discard] or [Hand.Abandon], which may be those of
// another goroutine's Hand.
type Output struct {
	// File is what the data are written to. The Output closes it.
	File *fsys.File

	t      *Tree
	entry  flist.File
	mode   uint32
	dir    *fsys.Dir // where name is; held
	name   string    // of File
	target *fsys.Dir // where the destination is; held
	leaf   string    // of the destination
	path   []byte    // of the destination, below the root
	place  place
	old    int64 // length found when opened in place
	device bool

	mu      sync.Mutex // against Interrupt
	ended   bool
	literal bool
}

// place says what the file of an Output is.
type place uint8

const (
	temporary place = iota
	inPlace         // the destination
	inPartial       // the partial file, which the data go to directly
)

// CreateTemp makes the temporary file for f's data, whose destination will have the given mode. It
// reports success; what failed has been said.
func (h *Hand) CreateTemp(f flist.File, mode uint32) (*Output, bool) {
	err := h.locate(f)
	if err != nil {
		h.mkstempFailed(err, f, "")
		return nil, false
	}
	o, err := h.createTemp(f, mode)
	if err != nil {
		h.mkstempFailed(err, f, h.plan.Write.TempDir)
		return nil, false
	}
	return o, true
}

// createTemp is CreateTemp for the located destination, and says nothing.
func (h *Hand) createTemp(f flist.File, mode uint32) (*Output, error) {
	dir, where := h.dir.Hold(), fsys.BesideTarget
	if temp := h.plan.Write.TempDir; temp != "" {
		dir.Close()
		where = fsys.InTempDir
		var err error
		if dir, err = h.t.op.OpenDir(temp); err != nil {
			return nil, err
		}
	}
	perm := (mode | 0o200) & 0o700
	if h.plan.Policy.Fake {
		perm |= 0o600
	}
	file, name, err := dir.CreateTemp([]byte(h.leaf.Name), where, perm)
	if err != nil {
		dir.Close()
		return nil, err
	}
	o := h.output(f, mode)
	o.File, o.dir, o.name = file, dir, name
	h.t.outputs.add(o)
	return o, nil
}

// output starts an Output at the located destination.
func (h *Hand) output(f flist.File, mode uint32) *Output {
	return &Output{t: h.t, entry: f, mode: mode, target: h.dir.Hold(), leaf: strings.Clone(h.leaf.Name), path: bytes.Clone(h.Path(f))}
}

// mkstempFailed says that there is no temporary file, under the name that it would have had.
func (h *Hand) mkstempFailed(err error, f flist.File, temp string) {
	path := h.Path(f)
	var name []byte
	if temp != "" {
		name = fsys.AppendJoin(nil, []byte(temp), fsys.AppendTempName(nil, h.base(f), fsys.InTempDir))
	} else {
		dir, _ := fsys.Split(path)
		name = fsys.AppendJoin(nil, dir, fsys.AppendTempName(nil, h.base(f), fsys.BesideTarget))
	}
	if len(name) >= fsys.PathMax {
		h.log.Say(report.TempNameTooLong, report.Name(path))
		return
	}
	h.log.Fail(report.MkstempFailed, err, report.Full(name))
}

// OpenInPlace opens f's destination itself for its data (docs/protocol/03-transfer.md §12.3).
func (h *Hand) OpenInPlace(f flist.File, mode uint32) (*Output, bool) {
	err := h.locate(f)
	if err == nil {
		o := h.output(f, mode)
		o.place = inPlace
		if err = o.open(h.dir.Hold(), o.leaf); err == nil {
			h.t.outputs.add(o)
			return o, true
		}
	}
	h.log.Fail(report.OpenFailed, err, h.Full(f))
	return nil, false
}

// OpenPartialInPlace opens f's partial file for its data, as the facts of a connection may allow
// when it is also the basis; it is then renamed to the destination.
func (h *Hand) OpenPartialInPlace(f flist.File, mode uint32) (*Output, bool) {
	err := h.locate(f)
	if err == nil {
		var d *fsys.Dir
		if d, err = h.partialDir(f); err == nil {
			o := h.output(f, mode)
			o.place = inPartial
			if err = o.open(d, o.leaf); err == nil {
				h.t.outputs.add(o)
				return o, true
			}
		}
	}
	h.log.Fail(report.OpenFailed, err, report.Full(h.PartialPath(f)))
	return nil, false
}

// open opens name in dir in place and takes over dir.
func (o *Output) open(dir *fsys.Dir, name string) error {
	var st fsys.Stat
	file, err := dir.OpenInPlace(name, fsys.ReadWrite, &st)
	if errors.Is(err, fs.ErrPermission) {
		file, err = dir.OpenInPlace(name, 0, &st)
	}
	if err != nil {
		dir.Close()
		o.target.Close()
		return err
	}
	o.File, o.dir, o.name = file, dir, name
	o.old, o.device = st.Size, !st.IsRegular()
	return nil
}

// Layout says how the data are to be written: start is where (the old length when appending), size
// what the file will be long. With --preallocate the room is made here; a failure is only said.
func (h *Hand) Layout(o *Output, start, size int64, redo bool) delta.Layout {
	w := &h.plan.Write
	l := delta.Layout{
		Sparse: w.Sparse && !(w.Append && redo), InPlace: o.place != temporary, Device: o.device, Start: start, Size: o.old,
	}
	if w.Preallocate && !o.device && size > o.old {
		if err := o.File.Allocate(0, size, false); err != nil {
			h.log.Fail(report.AllocateFailed, err, report.Full(o.path))
		} else {
			l.Size = size
		}
	}
	return l
}

// Literal notes that octets of the file's data came over the connection: only then is there
// something worth keeping if the transfer is interrupted.
func (o *Output) Literal() {
	o.mu.Lock()
	o.literal = true
	o.mu.Unlock()
}

// Path returns the destination's name below the root, for messages.
func (o *Output) Path() []byte { return o.path }

// InPlace reports whether the data go straight to the destination.
func (o *Output) InPlace() bool { return o.place == inPlace }

// tempPath returns the name of the file that is written, for messages.
func (o *Output) tempPath() []byte {
	switch {
	case o.place == inPlace:
		return o.path
	case o.place == inPartial:
		return fsys.AppendJoin(nil, o.partialParent(), []byte(o.name))
	case o.t.plan.Write.TempDir != "":
		return fsys.AppendJoin(nil, []byte(o.t.plan.Write.TempDir), []byte(o.name))
	}
	dir, _ := fsys.Split(o.path)
	return fsys.AppendJoin(nil, dir, []byte(o.name))
}

func (o *Output) partialParent() []byte {
	dir := o.t.plan.Write.PartialDir
	if strings.HasPrefix(dir, "/") {
		return []byte(dir)
	}
	parent, _ := fsys.Split(o.path)
	return fsys.AppendJoin(nil, parent, []byte(dir))
}

// begin takes the Output from whoever might interrupt it; false if an interruption was first. An
// interruption that comes later waits until release.
func (o *Output) begin() bool {
	o.mu.Lock()
	if o.ended {
		return false
	}
	o.ended = true
	return true
}

// release closes what is held.
func (o *Output) release() {
	o.t.outputs.remove(o)
	o.File.Close()
	o.dir.Close()
	o.target.Close()
	o.mu.Unlock()
}

// Discard ends an Output whose data are no good: a temporary file is deleted, anything else stays as
// it is.
func (h *Hand) Discard(o *Output) {
	if o.begin() {
		o.drop()
	}
	o.release()
}

// Abandon ends an Output in the middle of its data, because the run ends: what has been received is
// kept if the options say so (docs/protocol/03-transfer.md §12.9), with the attributes of the
// entry. The caller has written what it held back.
func (h *Hand) Abandon(o *Output) {
	if o.begin() {
		h.abandon(o)
	}
	o.release()
}

func (h *Hand) abandon(o *Output) {
	w := &h.plan.Write
	if o.place != temporary {
		return
	}
	if !w.Partial || !o.literal {
		_ = o.dir.Unlink(o.name)
		return
	}
	h.about(o)
	leaf := &meta.Leaf{Dir: o.dir, Name: o.name}
	rec := h.record(o.entry, o.mode)
	to, name := o.target, o.leaf
	if w.PartialDir != "" {
		d, err := h.makePartialDir(o.entry)
		if err != nil {
			h.log.Say(report.NoPartialDirPartial, report.Name(o.path))
			_ = o.dir.Unlink(o.name)
			return
		}
		defer d.Close()
		to = d
		h.applier.Apply(leaf, nil, rec, meta.SkipTimes)
	} else {
		// The oldest time there is, so that --update does not take it for newer.
		rec.Mtime = fsys.Time{}
		h.applier.Apply(leaf, nil, rec, meta.SkipAtime|meta.SkipCrtime)
		_ = o.dir.SetTimes(o.name, fsys.Omit(), fsys.Time{})
	}
	if err := o.dir.Rename(o.name, to, name); err != nil {
		_ = o.dir.Unlink(o.name)
	}
}

// registry is the set of open Outputs.
type registry struct {
	mu   sync.Mutex
	open map[*Output]struct{}
}

func (r *registry) add(o *Output) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = make(map[*Output]struct{})
	}
	r.open[o] = struct{}{}
}

func (r *registry) remove(o *Output) {
	r.mu.Lock()
	delete(r.open, o)
	r.mu.Unlock()
}

func (r *registry) all() []*Output {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*Output, 0, len(r.open))
	for o := range r.open {
		all = append(all, o)
	}
	return all
}

// Interrupt deals with all temporary files that are open, as [Hand.Abandon] does, and may be called
// at any time, from the goroutine of a signal too. Whoever is writing one goes on writing to a file
// that is no longer theirs; their Finish does nothing.
func (t *Tree) Interrupt() {
	var h *Hand
	for _, o := range t.outputs.all() {
		o.mu.Lock()
		if !o.ended {
			o.ended = true
			if h == nil {
				h = t.Hand(report.RoleReceiver)
			}
			h.abandon(o)
		}
		o.mu.Unlock()
	}
	if h != nil {
		h.Close()
	}
}
