package fsys

import (
	"errors"
	"sync/atomic"
	"unsafe"
)

// ErrUnsupported is returned for what this platform or file system has no
// safe call for.
var ErrUnsupported error = unsupported{}

type unsupported struct{}

func (unsupported) Error() string        { return "operation not supported here" }
func (unsupported) Is(target error) bool { return target == errors.ErrUnsupported }

// OpenFlag modifies how a leaf is opened.
type OpenFlag uint8

const (
	// NoAtime asks not to touch the access time; ignored where it is not
	// ours to ask (--open-noatime).
	NoAtime OpenFlag = 1 << iota
	// ReadWrite opens a file for reading as well as writing.
	ReadWrite
	// Create makes the file if it is missing.
	Create
	// Truncate cuts an existing file to nothing on opening.
	Truncate
	// Append makes every write go to the end of the file.
	Append
	// FollowLeaf follows a link at the leaf, wherever it points. Only for a
	// tree whose user asked for that.
	FollowLeaf
)

// Dir is a directory held open. Its methods act on the leaf names inside it,
// and stay with that very directory when it is renamed. A Dir may be used by
// several goroutines at once; every Dir handed out must be closed.
type Dir struct {
	h    handle
	refs atomic.Int32
	sys  *features
}

// View gives the bytes of b as a string without copying them. The string is
// good for as long as b does not change, which is what a call into this
// package needs.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func newDir(h handle, sys *features) *Dir {
	d := &Dir{h: h, sys: sys}
	d.refs.Store(1)
	return d
}

// Hold takes one more reference to d, to be given back with Close, and returns d.
func (d *Dir) Hold() *Dir {
	d.refs.Add(1)
	return d
}

// Close gives back one reference; the last one closes the descriptor.
func (d *Dir) Close() error {
	switch n := d.refs.Add(-1); {
	case n > 0:
		return nil
	case n < 0:
		panic("fsys: Dir closed more often than held")
	}
	return sysCloseDir(d.h)
}

// Fstat describes the directory itself.
func (d *Dir) Fstat(st *Stat) error { return sysFstatDir(d.h, st) }

// Sync writes the entries of the directory to stable storage.
func (d *Dir) Sync() error { return sysSyncDir(d.h) }

// OpenDir holds the directory called name. A symbolic link is not followed:
// it gives ENOTDIR or ELOOP. A directory that may be searched but not read is
// held as well; only scanning it fails then.
func (d *Dir) OpenDir(name string) (*Dir, error) {
	if err := checkLeaf(name); err != nil {
		return nil, err
	}
	h, err := sysOpenDir(d.h, name)
	if err != nil {
		return nil, err
	}
	return newDir(h, d.sys), nil
}

// Lstat describes the inode called name, a symbolic link as itself.
func (d *Dir) Lstat(name string, st *Stat) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysStat(d.h, name, false, st)
}

// Stat describes what name leads to, following links wherever they point.
// Only for trees whose user asked for that (-L, -k) and for the question
// "is this link a directory" of -K; see also Root.StatBeneath.
func (d *Dir) Stat(name string, st *Stat) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysStat(d.h, name, true, st)
}

// Readlink puts the target of the link called name into buf and returns its
// length. A target longer than buf gives ENAMETOOLONG; 4096 bytes always
// suffice on Linux.
func (d *Dir) Readlink(name string, buf []byte) (int, error) {
	if err := checkLeaf(name); err != nil {
		return 0, err
	}
	return sysReadlink(d.h, name, buf)
}

// OpenRead opens name for reading without following a link and without
// waiting for the other end of a FIFO. If st is not nil it gets the fstat of
// what was opened: check its type before reading.
func (d *Dir) OpenRead(name string, how OpenFlag, st *Stat) (*File, error) {
	if err := checkLeaf(name); err != nil {
		return nil, err
	}
	fd, err := sysOpenRead(d.h, name, how)
	return newFile(fd, err, st)
}

// OpenWrite opens name for writing without following a link. With Create in
// how a missing file is made with perm. If st is not nil it gets the fstat of
// what was opened.
func (d *Dir) OpenWrite(name string, how OpenFlag, perm uint32, st *Stat) (*File, error) {
	if err := checkLeaf(name); err != nil {
		return nil, err
	}
	fd, err := sysOpenWrite(d.h, name, how, perm, false)
	return newFile(fd, err, st)
}

// CreateExcl makes the file name, which must not exist, and opens it for
// reading and writing.
func (d *Dir) CreateExcl(name string, perm uint32) (*File, error) {
	if err := checkLeaf(name); err != nil {
		return nil, err
	}
	fd, err := sysOpenWrite(d.h, name, ReadWrite|Create, perm, true)
	return newFile(fd, err, nil)
}

func newFile(fd fileHandle, err error, st *Stat) (*File, error) {
	if err != nil {
		return nil, err
	}
	if st != nil {
		if err := sysFstat(fd, st); err != nil {
			_ = sysCloseFile(fd)
			return nil, err
		}
	}
	return &File{fd: fd}, nil
}

// Mkdir makes a directory.
func (d *Dir) Mkdir(name string, perm uint32) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysMkdir(d.h, name, perm)
}

// Symlink makes the link name with the given target, stored as it is.
func (d *Dir) Symlink(target, name string) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysSymlink(target, d.h, name)
}

// Link gives the inode called name the further name newName in the directory
// to. A symbolic link is linked itself, not what it points to.
func (d *Dir) Link(name string, to *Dir, newName string) error {
	if err := checkLeaves(name, newName); err != nil {
		return err
	}
	return sysLink(d.h, name, to.h, newName)
}

// Rename moves name to newName in the directory to, replacing a
// non-directory (or an empty directory by a directory) there at once. Across
// file systems it fails with EXDEV.
func (d *Dir) Rename(name string, to *Dir, newName string) error {
	if err := checkLeaves(name, newName); err != nil {
		return err
	}
	return sysRename(d.h, name, to.h, newName)
}

// Unlink removes a name that is not a directory.
func (d *Dir) Unlink(name string) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysUnlink(d.h, name)
}

// Rmdir removes an empty directory. Tell the Root with Forget if it may have
// been handed out before.
func (d *Dir) Rmdir(name string) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysRmdir(d.h, name)
}

// Mknod makes a FIFO, socket or device: mode holds type and permissions.
func (d *Dir) Mknod(name string, mode, major, minor uint32) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysMknod(d.h, name, mode, major, minor)
}

// Chmod sets the permission bits (ModeBits) of name, never through a link: a
// symbolic link gives ELOOP or ErrUnsupported on systems whose links have no
// mode.
func (d *Dir) Chmod(name string, mode uint32) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysChmod(d.h, d.sys, name, mode&ModeBits)
}

// Chown sets owner and group of name, of a link those of the link. KeepID
// leaves one as it is.
func (d *Dir) Chown(name string, uid, gid uint32) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysChown(d.h, name, uid, gid)
}

// SetTimes sets the access and modification time of name, of a link those of
// the link. Omit() leaves one as it is.
func (d *Dir) SetTimes(name string, atime, mtime Time) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysSetTimes(d.h, name, atime, mtime)
}

// SetCrtime sets the time of birth where the system lets us (macOS,
// Windows); elsewhere ErrUnsupported.
func (d *Dir) SetCrtime(name string, crtime Time) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysSetCrtime(d.h, name, crtime)
}

// Bits for Dir.Access.
const (
	AccessExists = 0
	AccessExec   = 1
	AccessWrite  = 2
	AccessRead   = 4
)

// Access asks whether the effective user may use name in the given way. The
// answer is advice: only the call itself decides.
func (d *Dir) Access(name string, want uint32) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysAccess(d.h, name, want)
}
