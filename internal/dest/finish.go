package dest

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// Outcome is what became of received data.
type Outcome uint8

const (
	// Installed: the file is at its destination.
	Installed Outcome = iota
	// Delayed: it is complete in the partial directory, to be installed in phase 2.
	Delayed
	// Retained: it failed verification and is at its destination all the same (--partial, --inplace).
	Retained
	// PutInPartialDir: it failed verification and is in the partial directory.
	PutInPartialDir
	// Discarded: it failed verification and is gone.
	Discarded
	// Failed: it could not be put where it belongs, which has been said.
	Failed
)

// String returns the outcome as the messages about failed verification have it.
func (o Outcome) String() string {
	switch o {
	case Installed:
		return "installed"
	case Delayed, PutInPartialDir:
		return "put into partial-dir"
	case Retained:
		return "retained"
	}
	return "discarded"
}

// Received describes the data of an Output that has come to its end.
type Received struct {
	Good bool // the sum matches, or was not to be checked
	// Partial tells that the basis was the partial file, which is then done with.
	Partial bool
	// Redo tells that this is the second pass, whose backups were made by the first.
	Redo bool
}

// Finish ends an Output whose data are complete (docs/protocol/03-transfer.md §12.5, §12.6): with
// its attributes it goes to its destination, or to the partial directory, or away. All data have
// been written. The error ends the run: the file could not be closed or synced, or a backup not be
// made; it has been said.
func (h *Hand) Finish(o *Output, r Received) (Outcome, error) {
	defer o.release()
	if !o.begin() {
		return Failed, nil
	}
	h.about(o)
	if h.plan.Write.Fsync {
		if err := o.File.Sync(); err != nil {
			o.drop()
			return Failed, h.log.Fatal(report.FsyncFailed, err, report.Full(o.path))
		}
	}
	w := &h.plan.Write
	if o.place == inPlace {
		return h.finishInPlace(o, r)
	}
	if r.Good && !w.DelayUpdates {
		return h.install(o, r)
	}
	if !w.Partial && !w.DelayUpdates {
		o.drop()
		return Discarded, nil
	}
	if w.PartialDir == "" {
		out, err := h.install(o, r)
		if out == Installed {
			out = Retained
		}
		return out, err
	}
	return h.setAside(o, r)
}

// drop deletes a temporary file.
func (o *Output) drop() {
	if o.place == temporary {
		_ = o.dir.Unlink(o.name)
	}
}

// close closes the file, where a disk that is full may still be heard of.
func (h *Hand) close(o *Output) error {
	if err := o.File.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		o.drop()
		return h.log.Fatal(report.FileCloseFailed, err, report.Full(o.tempPath()))
	}
	return nil
}

// timesOf leaves out the times of data that are not what was sent.
func timesOf(r Received) meta.ApplyFlags {
	if r.Good {
		return meta.ExactTime
	}
	return meta.SkipTimes
}

// finishInPlace gives the destination its attributes; the generator has made the backup.
func (h *Hand) finishInPlace(o *Output, r Received) (Outcome, error) {
	if err := o.File.Close(); err != nil {
		return Failed, h.log.Fatal(report.FileCloseFailed, err, report.Full(o.path))
	}
	h.applyTo(&meta.Leaf{Dir: o.dir, Name: o.name}, o.entry, o.mode, timesOf(r))
	if !r.Good {
		return Retained, nil
	}
	if r.Partial {
		h.RemovePartial(o.entry)
	}
	return Installed, nil
}

// install puts a file in place of its destination.
func (h *Hand) install(o *Output, r Received) (Outcome, error) {
	leaf := meta.Leaf{Dir: o.dir, Name: o.name, File: o.File}
	if h.plan.Write.Backup && !r.Redo {
		if err := h.backUp(o.target, o.leaf, o.path, keepOriginal); err != nil {
			o.drop()
			return Failed, backupFatal()
		}
	}
	h.about(o)
	h.applyTo(&leaf, o.entry, o.mode, timesOf(r))
	if err := h.close(o); err != nil {
		return Failed, err
	}
	if err := h.rename(o); err != nil {
		h.renameFailed(o, err)
		return Failed, nil
	}
	if o.place == inPartial || r.Partial {
		h.RemovePartial(o.entry)
	}
	return Installed, nil
}

// renameError is what kept a file from its destination, and in which attempt.
type renameError struct {
	err    error
	copied bool // across file systems
}

func (e *renameError) Error() string { return e.err.Error() }
func (e *renameError) Unwrap() error { return e.err }

// renameTries bounds how often an obstacle is dealt with.
const renameTries = 4

// rename moves the file of o over its destination.
func (h *Hand) rename(o *Output) error {
	for range renameTries {
		err := o.dir.Rename(o.name, o.target, o.leaf)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.ETXTBSY):
			if e := h.stepAside(o); e != nil {
				return &renameError{err: err}
			}
		case errors.Is(err, syscall.EXDEV):
			if e := h.copyAcross(o); e != nil {
				return &renameError{err: e, copied: true}
			}
			return nil
		default:
			return &renameError{err: err}
		}
	}
	return &renameError{err: syscall.ETXTBSY}
}

// stepAside renames a running program that cannot be replaced, and deletes it if it can.
func (h *Hand) stepAside(o *Output) error {
	dir, _ := fsys.Split(o.path)
	for n := 1; n < 1000; n++ {
		digits := strconv.Itoa(n)
		name := ".rsync" + strings.Repeat("0", 3-len(digits)) + digits
		var st fsys.Stat
		if o.target.Lstat(name, &st) == nil && o.target.Unlink(name) != nil {
			continue // an older one, still running
		}
		h.log.Say(report.RenamingTextBusy, report.Name(o.path), report.Name(fsys.AppendJoin(nil, dir, []byte(name))))
		return o.target.Rename(o.leaf, o.target, name)
	}
	return syscall.ETXTBSY
}

// copyAcross copies a file from a temporary directory on another file system: to the partial file
// and from there by a rename if there is a relative partial directory, else straight to the
// destination.
func (h *Hand) copyAcross(o *Output) error {
	to, name := o.target, o.leaf
	if dir := h.plan.Write.PartialDir; dir != "" && !strings.HasPrefix(dir, "/") {
		if d, err := h.makePartialDir(o.entry); err == nil {
			defer d.Close()
			to = d
		}
	}
	var st fsys.Stat
	if err := o.dir.Lstat(o.name, &st); err != nil {
		return err
	}
	if err := to.Unlink(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := h.copyTo(o.dir, o.name, &st, to, name); err != nil {
		return err
	}
	h.aboutPath(o.path)
	h.applyTo(&meta.Leaf{Dir: to, Name: name}, o.entry, o.mode, meta.ExactTime)
	if to != o.target {
		if err := to.Rename(name, o.target, o.leaf); err != nil {
			return err
		}
		h.removePartialDir(o.entry)
	}
	return o.dir.Unlink(o.name)
}

// renameFailed says so, and moves the file to the partial directory, if there is one, or deletes it.
func (h *Hand) renameFailed(o *Output, err error) {
	msg := report.RenameFailed
	var e *renameError
	if errors.As(err, &e) {
		err = e.err
		if e.copied {
			msg = report.CopyFailed
		}
	}
	h.log.Fail(msg, err, report.Full(o.tempPath()), report.Name(o.path))
	if o.place == temporary && h.plan.Write.PartialDir != "" {
		if d, err := h.partialDir(o.entry); err == nil {
			defer d.Close()
			if o.dir.Rename(o.name, d, o.leaf) == nil {
				return
			}
		}
	}
	o.drop()
}

// setAside moves a file to the partial directory.
func (h *Hand) setAside(o *Output, r Received) (Outcome, error) {
	out := PutInPartialDir
	if r.Good {
		out = Delayed
	}
	h.applyTo(&meta.Leaf{Dir: o.dir, Name: o.name, File: o.File}, o.entry, o.mode, timesOf(r))
	if err := h.close(o); err != nil {
		return Failed, err
	}
	if o.place == inPartial {
		return out, nil
	}
	lost := Discarded
	if r.Good {
		lost = Failed
	}
	d, err := h.makePartialDir(o.entry)
	if err != nil {
		msg := report.NoPartialDirPartial
		if r.Good {
			msg = report.NoPartialDirCompleted
			h.log.Note(exit.TroublePartial)
		}
		h.log.Say(msg, report.Name(o.path))
		o.drop()
		return lost, nil
	}
	defer d.Close()
	var st fsys.Stat
	if d.Lstat(o.leaf, &st) == nil && st.IsDir() {
		_ = d.Rmdir(o.leaf)
	}
	err = o.dir.Rename(o.name, d, o.leaf)
	if errors.Is(err, syscall.EXDEV) {
		if err = o.dir.Lstat(o.name, &st); err == nil {
			_ = d.Unlink(o.leaf)
			if err = h.copyTo(o.dir, o.name, &st, d, o.leaf); err == nil {
				h.applyTo(&meta.Leaf{Dir: d, Name: o.leaf}, o.entry, o.mode, timesOf(r))
				_ = o.dir.Unlink(o.name)
			}
		}
	}
	if err != nil {
		h.log.Fail(report.RenameFailed, err, report.Full(o.tempPath()), report.Name(h.PartialPath(o.entry)))
		o.drop()
		return lost, nil
	}
	return out, nil
}

// InstallDelayed moves f's completed file from the partial directory to its destination, in phase 2
// of --delay-updates. It reports success; what failed has been said. The error ends the run.
func (h *Hand) InstallDelayed(f flist.File) (bool, error) {
	err := h.locate(f)
	path := append([]byte(nil), h.Path(f)...)
	var d *fsys.Dir
	if err == nil {
		d, err = h.partialDir(f)
	}
	if err == nil {
		defer d.Close()
		if h.plan.Write.Backup {
			if err := h.backUp(h.dir, h.leaf.Name, path, keepOriginal); err != nil {
				return false, backupFatal()
			}
		}
		err = d.Rename(fsys.View(h.base(f)), h.dir, h.leaf.Name)
		if errors.Is(err, syscall.EXDEV) {
			err = h.copyDelayed(f, d)
		}
	}
	if err != nil {
		h.log.Fail(report.RenameFromPartialFailed, err, report.Full(path), report.Name(h.PartialPath(f)))
		return false, nil
	}
	h.removePartialDir(f)
	return true, nil
}

// copyDelayed is for an absolute partial directory on another file system.
func (h *Hand) copyDelayed(f flist.File, d *fsys.Dir) error {
	var st fsys.Stat
	name := string(h.base(f))
	if err := d.Lstat(name, &st); err != nil {
		return err
	}
	temp, as, err := h.dir.CreateTemp(h.base(f), fsys.BesideTarget, 0o600)
	if err != nil {
		return err
	}
	temp.Close()
	_ = h.dir.Unlink(as)
	if err := h.copyTo(d, name, &st, h.dir, as); err != nil {
		return err
	}
	h.copyAttributes(h.dir, as, &st, h.Path(f))
	if err := h.dir.Rename(as, h.dir, h.leaf.Name); err != nil {
		_ = h.dir.Unlink(as)
		return err
	}
	return d.Unlink(name)
}

// FailWrite says that data could not be written and returns the error that ends the run.
func (h *Hand) FailWrite(o *Output, err error) error {
	if code := exit.CodeOf(err, 0); code != 0 {
		return err
	}
	return h.log.Fatal(report.WriteFailed, err, report.Full(o.path))
}
