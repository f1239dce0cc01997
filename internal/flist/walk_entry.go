package flist

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"syscall"
	"time"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// spot is where entries are being looked for: one directory.
type spot struct {
	at    *place
	dir   []byte // its name in the list, "" for the transfer root
	held  fsys.SourceDir
	real  *fsys.Dir // the same, if it is one of the file system
	rules ruleSet
	dev   uint64 // file system of the operand, for -x
}

func (w *Walker) newSpot(at *place, dir []byte, held fsys.SourceDir, rules ruleSet) spot {
	s := spot{at: at, dir: dir, held: held, rules: rules}
	s.real, _ = fsys.HeldDir(held)
	return s
}

// maxPath is how long a name may be, with the NUL that follows it (04 §19.3).
const maxPath = fsys.PathMax

// errNoReferent says that a link was to be followed and leads nowhere.
var errNoReferent = errors.New("no referent")

// look describes an entry into w.st, following links as the options say. If it is a link that is
// not followed, its target is in w.link.
func (w *Walker) look(s *spot, leaf []byte, slash bool) error {
	name := fsys.View(leaf)
	if err := w.lstat(s, leaf); err != nil {
		return err
	}
	w.link = w.link[:0]
	if !w.st.IsSymlink() {
		return nil
	}
	switch {
	case w.CopyLinks:
		if err := w.statFollowed(s, leaf, &w.st); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return errNoReferent
			}
			return err
		}
		return nil
	case w.CopyDirlinks || slash:
		var st fsys.Stat
		err := w.statFollowed(s, leaf, &st)
		if err == nil && st.IsDir() {
			w.st = st
			return nil
		}
		if slash && errors.Is(err, syscall.ELOOP) {
			return err
		}
	}
	if !w.Format.Links && !w.CopyUnsafeLinks {
		return nil
	}
	if cap(w.link) < maxPath {
		w.link = make([]byte, 0, maxPath+1)
	}
	n, err := s.held.Readlink(name, w.link[:maxPath])
	if err == syscall.EINVAL && s.real != nil && w.Policy != nil && w.Policy.Fake {
		n, err = readFakeLink(s.real, name, w.link[:maxPath])
	}
	if err != nil {
		return err
	}
	w.link = w.link[:n]
	if w.Unmunge {
		w.link = fsys.Unmunge(w.link)
	}
	if w.CopyUnsafeLinks && fsys.UnsafeSymlink(w.link, w.path) {
		w.Log.Say(report.CopyingUnsafeSymlink, report.Name(w.path), report.Name(w.link))
		if err := w.statFollowed(s, leaf, &w.st); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return errNoReferent
			}
			return err
		}
	}
	return nil
}

// readFakeLink reads the text of a symlink that --fake-super keeps as a file.
func readFakeLink(d *fsys.Dir, name string, buf []byte) (int, error) {
	f, err := d.OpenRead(name, 0, nil)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := io.ReadFull(f, buf)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		err = nil
	}
	return n, err
}

// lstat describes an entry itself, as --fake-super has it.
func (w *Walker) lstat(s *spot, leaf []byte) error {
	if w.seen.st != nil {
		if w.seen.err != nil {
			return w.seen.err
		}
		w.st = *w.seen.st
	} else if err := s.held.Lstat(fsys.View(leaf), &w.st); err != nil {
		return err
	}
	return w.overlay(s, leaf, &w.st)
}

func (w *Walker) overlay(s *spot, leaf []byte, st *fsys.Stat) error {
	if w.Policy == nil || !w.Policy.Fake {
		return nil
	}
	w.leaf = meta.SourceLeaf{Dir: s.held, Name: string(leaf)}
	_, err := w.Policy.Overlay(&w.leaf, st, w.quoted(s.at, w.path))
	var failure *meta.Failure
	if errors.As(err, &failure) {
		SayFailure(w.Log, failure, w.quoted(s.at, w.path), string(w.path))
		return failure.Err
	}
	return err
}

// statFollowed describes what a link leads to.
func (w *Walker) statFollowed(s *spot, leaf []byte, st *fsys.Stat) error {
	if w.ModuleRoot == nil || w.InsecureLinks {
		if err := s.held.Stat(fsys.View(leaf), st); err != nil {
			return err
		}
		return w.overlay(s, leaf, st)
	}
	return w.ModuleRoot.StatBeneath(w.treePath(nil, s.at, w.path), st)
}

// treePath appends the path of a listed name from the top of the module.
func (w *Walker) treePath(dst []byte, at *place, name []byte) []byte {
	dst = append(dst, w.inTree(at.clean)...)
	if len(name) > at.strip {
		if len(dst) > 0 {
			dst = append(dst, '/')
		}
		dst = append(dst, name[at.strip:]...)
	}
	return dst
}

// setPath makes w.path the name of a leaf in the list.
func (w *Walker) setPath(dir, leaf []byte) {
	w.path = append(w.path[:0], dir...)
	if len(dir) > 0 && dir[len(dir)-1] != '/' {
		w.path = append(w.path, '/')
	}
	w.path = append(w.path, leaf...)
}

// fullArg is the absolute name of an entry, as an argument of a message.
func (w *Walker) fullArg(at *place, name []byte) report.Arg {
	w.full = at.appendFull(w.full[:0], name)
	return report.Full(w.full)
}

// quoted is the same as text.
func (w *Walker) quoted(at *place, name []byte) string {
	w.full = at.appendFull(w.full[:0], name)
	return string(w.Log.AppendFull(nil, w.full))
}

// candidate builds the entry of a name that a scan has found (docs/protocol/04-filters-and-walk.md
// §16), or leaves it out. typ is its type if the directory told, else 0.
func (w *Walker) candidate(ctx context.Context, s *spot, leaf []byte, typ uint32) error {
	w.setPath(s.dir, leaf)
	if n := len(w.path); n >= maxPath {
		w.Log.Say(report.NameOverflows, report.Int(n-maxPath+1), report.Name(s.dir), report.Name(leaf))
		return nil
	}
	// What the rules hide by its type need not be looked at.
	known := typ != 0 && (typ != fsys.ModeSymlink || w.follow == fsys.Beneath)
	if known && w.OneFileSystem == 0 && s.rules.excludes(w.path, kindOf(typ)) {
		return nil
	}
	if err := w.look(s, leaf, false); err != nil {
		return w.unseen(s, err)
	}
	if w.st.Mode == 0 {
		w.Log.Text(report.ErrorXfer, "skipping file with bogus (zero) st_mode: "+w.quoted(s.at, w.path))
		w.Log.Note(exit.TroubleIO)
		return nil
	}
	var flags Flags
	if w.st.IsDir() {
		if w.Recurse {
			flags = Content
		}
		if w.OneFileSystem > 0 && w.st.Dev != s.dev {
			if w.OneFileSystem > 1 {
				w.Log.Say(report.SkippingMount, report.Name(w.path))
				return nil
			}
			flags = Mount
		}
	}
	if (!known || w.OneFileSystem > 0) && s.rules.excludes(w.path, kindOf(w.st.Mode)) {
		return nil
	}
	return w.addLooked(ctx, s, leaf, flags)
}

// unseen reports an entry that could not be looked at, unless it is hidden anyway.
func (w *Walker) unseen(s *spot, err error) error {
	var fatal *exit.Error
	if errors.As(err, &fatal) {
		return err
	}
	if s.rules.excludes(w.path, filter.File) || s.rules.excludes(w.path, filter.Directory) {
		return nil
	}
	name := w.fullArg(s.at, w.path)
	switch {
	case err == errNoReferent:
		w.Log.Say(report.NoReferent, name)
	case errors.Is(err, fs.ErrNotExist):
		w.Log.Say(report.FileVanished, name)
	default:
		w.Log.Fail(report.ReadlinkStatFailed, err, name)
	}
	return nil
}

// addLooked adds the entry that w.path, w.st and w.link describe.
func (w *Walker) addLooked(ctx context.Context, s *spot, leaf []byte, flags Flags) error {
	st := &w.st
	if w.Nonreadable && s.real != nil && !st.IsSymlink() && s.real.Access(fsys.View(leaf), fsys.AccessRead) != nil {
		return nil
	}
	if st.IsSymlink() && w.Format.Links && len(w.link) == 0 {
		w.Log.Say(report.SkippingEmptySymlink, w.fullArg(s.at, w.path))
		return nil
	}
	if w.CopyDevices && st.IsDevice() {
		w.asFile(ctx, s, leaf)
	}
	it := &w.item
	it.Dir, it.Base = s.dir, leaf
	it.Mode = w.Chmod.Apply(st.Mode)
	it.Size, it.Mtime, it.Nsec = st.Size, st.Mtime.Sec, uint32(st.Mtime.Nsec)
	it.UID, it.GID = st.UID, st.GID
	it.Flags = flags
	it.Link = w.link
	it.Atime, it.Crtime = st.Atime.Sec, st.Crtime.Sec
	it.Major, it.Minor = 0, 0
	switch {
	case st.IsDevice():
		it.Major, it.Minor = st.RdevMajor, st.RdevMinor
		it.Size = 0
	case st.IsSpecial():
		it.Size = 0
	case !st.IsSymlink():
		it.Link = nil
	}
	if w.Format.HardLinks && !st.IsDir() && (st.Nlink > 1 || w.Format.Caps.Protocol == 27 && st.IsRegular()) {
		it.Flags |= Linked
		it.Dev, it.Ino = st.Dev, st.Ino
	}
	w.seg.setOrigin(s.at)
	f := w.seg.Add(it)
	if st.IsDir() && !f.isRoot() {
		w.found = append(w.found, foundDir{i: f.i, at: s.at, rules: s.rules, dev: s.dev})
	}
	return w.added(ctx)
}

// asFile makes a device look like a file with its contents (--copy-devices).
func (w *Walker) asFile(ctx context.Context, s *spot, leaf []byte) {
	st := &w.st
	st.Mode = st.Mode&fsys.ModeBits | fsys.ModeRegular
	now := time.Now()
	st.Mtime = fsys.Time{Sec: now.Unix(), Nsec: int32(now.Nanosecond())}
	st.Nlink = 1
	if st.Size != 0 || s.real == nil {
		return
	}
	f, err := s.real.OpenRead(fsys.View(leaf), 0, nil)
	if err == nil {
		defer f.Close()
		st.Size, err = f.Seek(0, io.SeekEnd)
	}
	if err != nil {
		w.Log.Fail(report.DeviceSizeFailed, err, report.Name(w.path))
	}
}

// EntryError is about one entry that cannot be sent: its name cannot be converted, or its
// attributes cannot be read. The rest of the list is not affected.
type EntryError struct {
	// Link says that it is the target of a symlink that cannot be converted.
	Link bool
	Err  error
}

// Error implements error.
func (e *EntryError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *EntryError) Unwrap() error { return e.Err }

// dropped says why an entry is left out.
func (w *Walker) dropped(f File, e *EntryError) {
	name := f.AppendPath(nil)
	var failure *meta.Failure
	switch {
	case errors.As(e.Err, &failure):
		SayFailure(w.Log, failure, w.quoted(f.origin(), name), string(name))
		w.Log.Note(exit.TroubleIO)
	case e.Link:
		w.Log.Say(report.CannotConvertLink, w.fullArg(f.origin(), name), report.Str(errno.Message(e.Err)))
	default:
		w.Log.Say(report.CannotConvertName, report.Name(name), report.Str(errno.Message(e.Err)))
	}
}

// SayFailure reports an attribute that could not be read or set. quoted is the entry's full name
// in quotes, short its name in the transfer.
func SayFailure(log *report.Log, f *meta.Failure, quoted, short string) {
	text := f.Sentence(quoted, short)
	if f.Err != nil {
		text = "rsync: [" + log.Role().String() + "] " + text + ": " + errno.Text(f.Err)
	}
	log.Text(report.ErrorXfer, text)
}
