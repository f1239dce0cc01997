package dest

import (
	"bytes"
	"errors"
	"io/fs"
	"runtime"
	"syscall"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// dry reports whether nothing may be changed.
func (h *Hand) dry() bool { return h.plan.Write.DryRun }

// TryMakeDir makes f's directory with the given mode, without a word if it fails. With --relative
// missing parents are made as well.
func (h *Hand) TryMakeDir(f flist.File, mode uint32) error {
	if h.dry() {
		return nil
	}
	if h.plan.Policy.Fake {
		mode |= 0o700
	}
	err := h.locate(f)
	if err == nil {
		err = h.dir.Mkdir(h.leaf.Name, mode&fsys.ModeBits)
	}
	if !errors.Is(err, fs.ErrNotExist) || !h.plan.Select.Relative {
		return err
	}
	if err := h.makeParents(below(f.DirPath())); err != nil {
		return err
	}
	if err := h.locate(f); err != nil {
		return err
	}
	return h.dir.Mkdir(h.leaf.Name, mode&fsys.ModeBits)
}

// MakeDir is [Hand.TryMakeDir] that says what went wrong.
func (h *Hand) MakeDir(f flist.File, mode uint32) bool {
	err := h.TryMakeDir(f, mode)
	if errors.Is(err, fs.ErrExist) && h.mayBeDir(f) {
		return true // it could not be described; SetDir says so if it still can't
	}
	if err != nil {
		h.log.Fail(report.GeneratorMkdirFailed, err, h.Full(f))
	}
	return err == nil
}

// mayBeDir reports whether what could not be made because it exists is a directory, as far as it can be
// told.
func (h *Hand) mayBeDir(f flist.File) bool {
	if h.locate(f) != nil {
		return false
	}
	err := h.dir.Lstat(h.leaf.Name, &h.seen)
	return err == nil && h.seen.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// MakeParents makes the missing directories above f (--relative --no-implied-dirs).
func (h *Hand) MakeParents(f flist.File) bool {
	if h.dry() {
		return true
	}
	path := bytes.Clone(below(f.DirPath()))
	if err := h.makeParents(path); err != nil {
		h.log.Fail(report.GeneratorMkdirFailed, err, report.Full(path))
		return false
	}
	return true
}

// makeParents makes each missing directory of path, on held parents.
func (h *Hand) makeParents(path []byte) error {
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != '/' {
			continue
		}
		d, leaf, err := h.t.root.Parent(path[:end])
		if err != nil {
			return err
		}
		err = d.Mkdir(string(leaf), 0o777)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
		d.Close()
		if err != nil {
			return err
		}
	}
	d, err := h.t.root.Dir(path) // ENOTDIR, or ELOOP where it leads outside
	if err == nil {
		d.Close()
	}
	return err
}

// SameTarget reports whether f's destination is a symlink that has f's target already.
func (h *Hand) SameTarget(f flist.File, st *fsys.Stat) bool {
	if !st.IsSymlink() {
		return false
	}
	have, err := h.Readlink(f)
	return err == nil && bytes.Equal(have, f.Link())
}

// SameNode reports whether a destination is the device or special file that f is.
func SameNode(f flist.File, st *fsys.Stat) bool {
	if f.Mode()&flist.TypeMask != st.Type() {
		return false
	}
	if !flist.IsDevice(f.Mode()) {
		return true
	}
	major, minor := f.Rdev()
	return major == st.RdevMajor && minor == st.RdevMinor
}

// MakeSymlink makes f's symlink, atomically in place of what old describes (nil for nothing), and
// gives it its attributes. It reports success; what failed has been said.
func (h *Hand) MakeSymlink(f flist.File, mode uint32, old *fsys.Stat) (meta.Applied, bool) {
	target := string(f.Link())
	ok := h.replace(f, old, "symlink", func(d *fsys.Dir, name string) error {
		return h.symlink(d, target, name)
	}, func(err error, at []byte) {
		h.log.Fail(report.SymlinkFailed, err, report.Full(at), report.Str(target))
	})
	if !ok {
		return 0, false
	}
	return h.Apply(f, mode, nil, 0), true
}

// symlink makes a link. With --fake-super it is a file that holds the target where links cannot have
// the attributes that say the rest (docs/protocol/03-transfer.md §14.4).
func (h *Hand) symlink(d *fsys.Dir, target, name string) error {
	if !h.plan.Policy.Fake || !linksAsFiles {
		return d.Symlink(target, name)
	}
	f, err := d.CreateExcl(name, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(target))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = d.Unlink(name)
	}
	return err
}

// linksAsFiles tells that users cannot put attributes on links of this system.
const linksAsFiles = runtime.GOOS != "darwin"

// MakeNode makes f's device or special file like [Hand.MakeSymlink]. With --fake-super it is an
// empty regular file.
func (h *Hand) MakeNode(f flist.File, mode uint32, old *fsys.Stat) bool {
	kind := "special file"
	if flist.IsDevice(f.Mode()) {
		kind = "device file"
	}
	major, minor := f.Rdev()
	ok := h.replace(f, old, kind, func(d *fsys.Dir, name string) error {
		return h.mknod(d, name, mode, major, minor)
	}, func(err error, at []byte) {
		if flist.IsSpecial(f.Mode()) && errors.Is(err, errors.ErrUnsupported) {
			h.log.Text(report.Warning, "skipping socket (creation unsupported here): "+string(h.log.AppendFull(nil, h.Path(f))))
			return
		}
		h.log.Fail(report.MknodFailed, err, report.Full(at))
	})
	if ok {
		h.Apply(f, mode, nil, 0)
	}
	return ok
}

// mknod makes a node with permissions for nobody else; those it gets come with its attributes.
func (h *Hand) mknod(d *fsys.Dir, name string, mode, major, minor uint32) error {
	if h.plan.Policy.Fake {
		f, err := d.CreateExcl(name, 0o600)
		if err != nil {
			return err
		}
		return f.Close()
	}
	return d.Mknod(name, mode&(fsys.ModeType|0o700), major, minor)
}

// LinkTo makes f a hard link of the file leader, a path below the root, in place of what old
// describes (nil for nothing). It reports success; what failed has been said.
func (h *Hand) LinkTo(f flist.File, leader []byte, old *fsys.Stat) bool {
	leader = bytes.Clone(leader)
	failed := func(err error, at []byte) {
		h.log.Fail(report.HardLinkFailed, err, report.Full(at), report.Name(leader))
	}
	if h.dry() {
		return true
	}
	from, name, err := h.t.root.Parent(leader)
	if err != nil {
		failed(err, h.Path(f))
		return false
	}
	defer from.Close()
	return h.replace(f, old, hardLinkKind(f), func(d *fsys.Dir, as string) error {
		return from.Link(fsys.View(name), d, as)
	}, failed)
}

// IsLinkOf reports whether st describes the same inode as leader, a path below the root.
func (h *Hand) IsLinkOf(st *fsys.Stat, leader []byte) bool {
	if h.t.missing {
		return false
	}
	d, name, err := h.t.root.Parent(below(leader))
	if err != nil {
		return false
	}
	defer d.Close()
	var to fsys.Stat
	return d.Lstat(fsys.View(name), &to) == nil && to.Same(st)
}

// hardLinkKind is what a link to f is called when something is in its way.
func hardLinkKind(f flist.File) string {
	switch m := f.Mode(); {
	case flist.IsSymlink(m):
		return "symlink"
	case flist.IsDevice(m):
		return "device file"
	case flist.IsSpecial(m):
		return "special file"
	}
	return "regular file"
}

// replace makes something new at f's destination with create, in place of what old describes: under
// a temporary name that is then renamed over it, so that there is never nothing, unless a directory
// or --temp-dir stands against that (docs/protocol/03-transfer.md §12.7).
func (h *Hand) replace(f flist.File, old *fsys.Stat, kind string, create func(*fsys.Dir, string) error, failed func(err error, at []byte)) bool {
	if err := h.locate(f); err != nil {
		if h.dry() {
			return true
		}
		failed(err, h.Path(f))
		return false
	}
	if old != nil && (old.IsDir() || h.plan.Write.TempDir != "") {
		if !h.MakeWay(f, old, kind) {
			return false
		}
		old = nil
	}
	if h.dry() {
		return true
	}
	if err := h.locate(f); err != nil {
		failed(err, h.Path(f))
		return false
	}
	if old == nil {
		if err := create(h.dir, h.leaf.Name); err != nil {
			failed(err, h.Path(f))
			return false
		}
		return true
	}
	if h.plan.Write.Backup {
		if err := h.backUp(h.dir, h.leaf.Name, bytes.Clone(h.Path(f)), keepOriginal); err != nil {
			return false
		}
	}
	temp, err := fsys.TryNumbered([]byte(h.leaf.Name), h.t.cfg.PID, func(name string) error {
		return create(h.dir, name)
	})
	if errors.Is(err, syscall.EEXIST) {
		if !h.MakeWay(f, old, kind) {
			return false
		}
		err = create(h.dir, h.leaf.Name)
		temp = ""
	}
	dir, _ := fsys.Split(h.Path(f))
	at := fsys.AppendJoin(nil, dir, []byte(temp))
	if err != nil {
		if temp == "" {
			at = h.Path(f)
		}
		failed(err, at)
		return false
	}
	if temp == "" {
		return true
	}
	if err := h.dir.Rename(temp, h.dir, h.leaf.Name); err != nil {
		// The reference quotes the second name twice.
		full := h.log.AppendFull(nil, h.Path(f))
		h.log.Fail(report.RenameTempFailed, err, report.Full(at), report.Name(full))
		_ = h.dir.Unlink(temp)
		return false
	}
	if old.IsSymlink() {
		h.t.forget(h.Path(f)) // it may be held as the directory that it leads to
	}
	// Renaming one name of an inode over another does nothing and leaves both.
	if h.dir.Lstat(temp, &h.seen) == nil {
		_ = h.dir.Unlink(temp)
	}
	return true
}
