package dest

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// backupWay says what a backup may do to the original.
type backupWay uint8

const (
	// keepOriginal leaves it where it is if that is possible, so that there is no gap before it is
	// replaced: a hard link.
	keepOriginal backupWay = iota
	// moveAway prefers a rename, for what is deleted anyway.
	moveAway
	// copyOnly makes a copy, for what is changed in place.
	copyOnly
)

// errBackup says that a backup could not be made where no system call is to blame; what went wrong has
// been said.
var errBackup = errors.New("backup failed")

// backupArea is the held directory of --backup-dir, and the one below it that was used last.
type backupArea struct {
	mu   sync.Mutex
	top  *fsys.Dir
	path string
	last *fsys.Dir
}

func (a *backupArea) close() {
	if a.last != nil {
		a.last.Close()
	}
	if a.top != nil {
		a.top.Close()
	}
	a.top, a.last, a.path = nil, nil, ""
}

// backupName returns the name of path's backup below the root, or as --backup-dir has it.
func (t *Tree) backupName(path []byte) []byte {
	b := fsys.AppendJoin(nil, []byte(t.plan.Write.BackupDir), path)
	return append(b, t.suffix...)
}

// backUp makes the backup of the entry name in d, called path below the root. Nothing there to back
// up is success. What went wrong has been said.
func (h *Hand) backUp(d *fsys.Dir, name string, path []byte, way backupWay) error {
	var st fsys.Stat
	if err := d.Lstat(name, &st); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		h.log.Fail(report.BackupLstatFailed, err, report.Name(path))
		return err
	}
	if st.IsDir() {
		return nil
	}
	as := h.t.backupName(path)
	if st.IsSymlink() && h.plan.Links.Safe && !h.safeToBackUp(d, name, path) {
		h.log.Say(report.BackedUp, report.Name(path), report.Name(as)) // so says the reference
		return nil
	}
	if len(as) >= fsys.PathMax {
		h.log.Say(report.BackupNameTooLong)
		return errBackup
	}
	to, err := h.backupDir(d, path)
	if err != nil {
		h.backupDirFailed(err, path, as)
		return err
	}
	defer to.Close()
	_, leaf := fsys.Split(as)
	if !h.clearBackup(to, string(leaf), as) {
		return errBackup
	}
	switch done, err := h.keep(d, name, path, &st, to, string(leaf), as, way); {
	case err != nil:
		h.keepFailed(err, path, as)
		return err
	case done:
		h.log.Say(report.BackedUp, report.Name(path), report.Name(as))
	}
	return nil
}

func (h *Hand) keepFailed(err error, path, as []byte) {
	h.log.Fail(report.KeepBackupFailed, err, report.Full(path), report.Name(as))
}

// backupDirFailed says that there is no directory for a backup: below --backup-dir it is the first
// part of the name that is blamed.
func (h *Hand) backupDirFailed(err error, path, as []byte) {
	first, _, below := bytes.Cut(path, []byte("/"))
	if !below || h.plan.Write.BackupDir == "" {
		h.keepFailed(err, path, as)
		return
	}
	h.log.Fail(report.BackupLstatFailed, err, report.Name(fsys.AppendJoin(nil, []byte(h.plan.Write.BackupDir), first)))
}

// safeToBackUp reports whether a symlink may be backed up under --safe-links.
func (h *Hand) safeToBackUp(d *fsys.Dir, name string, path []byte) bool {
	target, err := h.readlink(d, name)
	switch {
	case err != nil:
		h.log.Say(report.NotBackingUpUnreadable, report.Name(path))
	case fsys.UnsafeSymlink(target, path):
		h.log.Say(report.NotBackingUpUnsafe, report.Name(path), report.Name(target))
	default:
		return true
	}
	return false
}

// clearBackup removes what has the name that a backup is to get.
func (h *Hand) clearBackup(to *fsys.Dir, leaf string, as []byte) bool {
	var st fsys.Stat
	if err := to.Lstat(leaf, &st); err != nil {
		return true
	}
	if !st.IsDir() {
		return true // a rename replaces it, and links and copies deal with it
	}
	if h.remove(to, leaf, as, &st, toMakeRoom|withContents|withoutBackup, nil, 0) == gone {
		return true
	}
	h.log.Say(report.CannotMakeWay, report.Str("for backup"), report.Str("regular file"), report.Name(as))
	return false
}

// keep makes the backup. done is false for what cannot be backed up, which has been said.
func (h *Hand) keep(d *fsys.Dir, name string, path []byte, st *fsys.Stat, to *fsys.Dir, leaf string, as []byte, way backupWay) (done bool, err error) {
	if way == moveAway {
		if err = d.Rename(name, to, leaf); err == nil {
			_ = to.Lstat(leaf, &h.seen)
			return true, h.unlinkTwin(d, name, &h.seen)
		}
	}
	if way == keepOriginal {
		err = d.Link(name, to, leaf)
		if errors.Is(err, fs.ErrExist) {
			if err = to.Unlink(leaf); err == nil {
				err = d.Link(name, to, leaf)
			}
		}
		if err == nil {
			return true, nil
		}
		if st.IsRegular() {
			if err = d.Rename(name, to, leaf); err == nil {
				return true, nil
			}
		}
	}
	if err := to.Unlink(leaf); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	switch {
	case st.IsRegular():
		err = h.copyTo(d, name, st, to, leaf)
	case st.IsSymlink():
		var target []byte
		if target, err = h.readlink(d, name); err == nil {
			err = to.Symlink(string(target), leaf)
		}
	case h.plan.Attrs.Devices && st.IsDevice(), h.plan.Attrs.Specials && st.IsSpecial():
		if err = to.Mknod(leaf, st.Mode, st.RdevMajor, st.RdevMinor); err != nil {
			h.log.Fail(report.BackupMknodFailed, err, report.Full(path))
		}
	default:
		h.log.Say(report.BackupSkipsNonRegular, report.Name(path))
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if x := h.t.cfg.Xattrs; x != nil && h.plan.Policy.Xattrs {
		h.aboutPath(path)
		h.applier.CopyXattrs(&meta.Leaf{Dir: d, Name: name}, &meta.Leaf{Dir: to, Name: leaf}, &x.Rules)
		h.subject = nil
	}
	if way != copyOnly || h.seesBackup(as) {
		h.copyAttributes(to, leaf, st, path)
	}
	if way == moveAway {
		err = d.Unlink(name)
	}
	return true, err
}

// unlinkTwin removes the old name if a rename between two names of one inode left it.
func (h *Hand) unlinkTwin(d *fsys.Dir, name string, moved *fsys.Stat) error {
	var st fsys.Stat
	if d.Lstat(name, &st) == nil && st.Same(moved) {
		return d.Unlink(name)
	}
	return nil
}

// copyAttributes gives a copy the mode, and as far as they are kept owner, group and times of st.
func (h *Hand) copyAttributes(to *fsys.Dir, leaf string, st *fsys.Stat, path []byte) {
	h.aboutPath(path)
	rec := meta.Record{Mode: st.Mode, UID: st.UID, GID: st.GID, Mtime: st.Mtime, Atime: st.Atime, Crtime: st.Crtime,
		Major: st.RdevMajor, Minor: st.RdevMinor}
	policy := *h.plan.Policy
	policy.Perms = true
	a := meta.Applier{Policy: &policy, Report: h.attributeFailed}
	a.Apply(&meta.Leaf{Dir: to, Name: leaf}, nil, &rec, meta.ExactTime)
	h.subject = nil
}

// seesBackup reports whether the copy called as, made before an update in place, gets attributes. The
// reference looks at it by a name that must not lead upwards: below a relative --backup-dir with a
// ".." in it the copy keeps the mode and the owner that it was made with, and that is an error.
func (h *Hand) seesBackup(as []byte) bool {
	dir := h.plan.Write.BackupDir
	if filepath.IsAbs(dir) || !slices.Contains(strings.Split(dir, "/"), "..") {
		return true
	}
	h.log.Fail(report.StatFailed, syscall.EINVAL, report.Full(as))
	return false
}

// backupDir holds the directory that path's backup goes to. Missing ones are made, like the
// directories of the destination that they stand for.
func (h *Hand) backupDir(d *fsys.Dir, path []byte) (*fsys.Dir, error) {
	dir := h.plan.Write.BackupDir
	if dir == "" {
		return d.Hold(), nil
	}
	a := &h.t.backups
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.top == nil {
		top, err := h.makeOperatorPath(dir)
		if err != nil {
			return nil, err
		}
		a.top = top
	}
	rel, _ := fsys.Split(path)
	if a.last != nil && a.path == string(rel) {
		return a.last.Hold(), nil
	}
	at := a.top.Hold()
	for end := 1; end <= len(rel); end++ {
		if end < len(rel) && rel[end] != '/' {
			continue
		}
		_, leaf := fsys.Split(rel[:end])
		next, err := h.backupSubdir(at, string(leaf), rel[:end])
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	if a.last != nil {
		a.last.Close()
	}
	a.last, a.path = at.Hold(), string(rel)
	return at, nil
}

// backupSubdir holds one directory of the backup area. A link or a file that has its name goes.
func (h *Hand) backupSubdir(at *fsys.Dir, leaf string, path []byte) (*fsys.Dir, error) {
	d, err := at.OpenDir(leaf)
	if err == nil {
		return d, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		if err := at.Unlink(leaf); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if err := at.Mkdir(leaf, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	var st, made fsys.Stat
	if like, err := h.t.root.Dir(path); err == nil {
		if like.Fstat(&st) == nil {
			if at.Lstat(leaf, &made) == nil {
				st.Mode = h.plan.Policy.InheritSetGID(st.Mode, made.Mode)
			}
			h.copyAttributes(at, leaf, &st, path)
		}
		like.Close()
	}
	return at.OpenDir(leaf)
}

// makeOperatorPath holds the directory that an option names, and makes what is missing of it.
func (h *Hand) makeOperatorPath(path string) (*fsys.Dir, error) {
	d, err := h.t.op.OpenDir(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != '/' || path[end-1] == '/' {
			continue
		}
		parent, leaf, err := h.t.op.Parent(path[:end])
		if err != nil {
			return nil, err
		}
		err = parent.Mkdir(leaf, 0o777)
		parent.Close()
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	return h.t.op.OpenDir(path)
}

// BackUp makes the backup of f's destination as a copy, for an update in place whose data are not
// read first. It reports success; what failed has been said.
func (h *Hand) BackUp(f flist.File) bool {
	if h.dry() {
		return true
	}
	if err := h.locate(f); err != nil {
		return true
	}
	return h.backUp(h.dir, h.leaf.Name, bytes.Clone(h.Path(f)), copyOnly) == nil
}

// BackupFile is a backup that the generator fills while it sums the original.
type BackupFile struct {
	*fsys.File
	dir  *fsys.Dir
	leaf string
	path []byte
	as   []byte
}

// CreateBackup makes the empty backup file of f's destination (--inplace --backup). The caller
// writes the data and calls Finish.
func (h *Hand) CreateBackup(f flist.File) (*BackupFile, bool) {
	if err := h.locate(f); err != nil {
		return nil, false
	}
	path := bytes.Clone(h.Path(f))
	as := h.t.backupName(path)
	if len(as) >= fsys.PathMax {
		h.log.Say(report.BackupNameTooLong)
		return nil, false
	}
	to, err := h.backupDir(h.dir, path)
	if err != nil {
		h.backupDirFailed(err, path, as)
		return nil, false
	}
	_, leaf := fsys.Split(as)
	b := &BackupFile{dir: to, leaf: string(leaf), path: path, as: as}
	if h.clearBackup(to, b.leaf, as) {
		if err = to.Unlink(b.leaf); err == nil || errors.Is(err, fs.ErrNotExist) {
			if b.File, err = to.CreateExcl(b.leaf, 0o600); err == nil {
				return b, true
			}
		}
		h.log.Fail(report.OpenInPlaceFailed, err, report.Full(as))
	}
	to.Close()
	return nil, false
}

// FinishBackup closes a backup and gives it the attributes of the original, described by st.
func (h *Hand) FinishBackup(b *BackupFile, st *fsys.Stat) {
	defer b.dir.Close()
	if err := b.File.Close(); err != nil {
		h.log.Fail(report.FileCloseFailed, err, report.Full(b.as))
	}
	if h.seesBackup(b.as) {
		h.copyAttributes(b.dir, b.leaf, st, b.as)
	}
	h.log.Say(report.BackedUp, report.Name(b.path), report.Name(b.as))
}

// AbandonBackup removes a backup that could not be filled.
func (h *Hand) AbandonBackup(b *BackupFile) {
	b.File.Close()
	_ = b.dir.Unlink(b.leaf)
	b.dir.Close()
}

// backupFatal is the error of a file that must not be replaced because its backup failed.
func backupFatal() error { return &exit.Error{Code: exit.FileIO, Err: errBackup} }

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
