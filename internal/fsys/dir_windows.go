package fsys

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Windows: a held directory is an os.Root, which confines by itself. There
// are no owners, no inode numbers and no modes beyond "read-only" here; names
// that Windows would read differently are refused in leaf.go.

type (
	handle     = *os.Root
	fileHandle = *os.File
)

// closedFile is the descriptor of a closed File.
func closedFile() fileHandle { return nil }

const (
	ownersKnown = false
	linksKnown  = false
	rawNames    = false

	foreignNames = true
)

type features struct{ avoid Avoid }

func newFeatures(avoid Avoid) *features { return &features{avoid: avoid} }

func dupDir(d *Dir, sys *features) (*Dir, error) {
	h, err := d.h.OpenRoot(".")
	if err != nil {
		return nil, bareError(err)
	}
	return newDir(h, sys), nil
}

func bare(err error) error {
	if err == nil {
		return nil
	}
	return bareError(err)
}

func sysCloseDir(h handle) error { return bare(h.Close()) }
func sysSyncDir(handle) error    { return nil } // the journal of NTFS sees to it

func sysFstatDir(h handle, st *Stat) error { return sysStat(h, ".", true, st) }

func sysOpenDir(h handle, name string) (handle, error) {
	var st Stat
	if err := sysStat(h, name, false, &st); err != nil {
		return nil, err
	}
	if !st.IsDir() {
		return nil, syscall.ENOTDIR
	}
	sub, err := h.OpenRoot(name)
	return sub, bare(err)
}

func sysStat(h handle, name string, follow bool, st *Stat) error {
	look := h.Lstat
	if follow {
		look = h.Stat
	}
	info, err := look(name)
	if err != nil {
		return bareError(err)
	}
	fromWinInfo(info, st)
	return nil
}

func sysLstatZ(h handle, nameZ []byte, st *Stat) error {
	return sysStat(h, string(nameZ[:len(nameZ)-1]), false, st)
}

func fromWinInfo(info fs.FileInfo, st *Stat) {
	fromFileInfo(info, st)
	if w, ok := info.Sys().(*syscall.Win32FileAttributeData); ok {
		st.Atime = winTime(w.LastAccessTime)
		st.Mtime = winTime(w.LastWriteTime)
		st.Crtime, st.HasCrtime = winTime(w.CreationTime), true
	}
}

func winTime(ft syscall.Filetime) Time {
	return timeOf(time.Unix(0, ft.Nanoseconds()))
}

func sysReadlink(h handle, name string, buf []byte) (int, error) {
	target, err := h.Readlink(name)
	if err != nil {
		return 0, bareError(err)
	}
	if len(target) > len(buf) {
		return 0, syscall.ENAMETOOLONG
	}
	n := copy(buf, target)
	for i := range buf[:n] {
		if buf[i] == '\\' {
			buf[i] = '/'
		}
	}
	return n, nil
}

func sysOpenRead(h handle, name string, how OpenFlag) (fileHandle, error) {
	return openWin(h, name, os.O_RDONLY, how, 0)
}

func sysOpenWrite(h handle, name string, how OpenFlag, perm uint32, excl bool) (fileHandle, error) {
	flags := os.O_WRONLY
	if how&ReadWrite != 0 {
		flags = os.O_RDWR
	}
	if how&Create != 0 {
		flags |= os.O_CREATE
	}
	if how&Truncate != 0 {
		flags |= os.O_TRUNC
	}
	if how&Append != 0 {
		flags |= os.O_APPEND
	}
	if excl {
		flags |= os.O_EXCL
	}
	return openWin(h, name, flags, how, perm)
}

// openWin refuses a link at the leaf. The look comes before the opening, but
// even a link that slips in between cannot lead out of the os.Root.
func openWin(h handle, name string, flags int, how OpenFlag, perm uint32) (fileHandle, error) {
	if how&FollowLeaf == 0 {
		if info, err := h.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, syscall.ELOOP
		}
	}
	f, err := h.OpenFile(name, flags, fs.FileMode(perm&ModePerm))
	return f, bare(err)
}

func sysMkdir(h handle, name string, perm uint32) error {
	return bare(h.Mkdir(name, fs.FileMode(perm&ModePerm)))
}

func sysSymlink(target string, h handle, name string) error { return bare(h.Symlink(target, name)) }

// Two held directories have no common call: only moves and links within one
// directory can be made safely.

func sysLink(h handle, name string, to handle, newName string) error {
	if !sameRoot(h, to) {
		return syscall.EXDEV
	}
	return bare(h.Link(name, newName))
}

func sysRename(h handle, name string, to handle, newName string) error {
	if !sameRoot(h, to) {
		return syscall.EXDEV
	}
	return bare(h.Rename(name, newName))
}

func sameRoot(a, b handle) bool {
	if a == b {
		return true
	}
	x, err := a.Stat(".")
	if err != nil {
		return false
	}
	y, err := b.Stat(".")
	return err == nil && os.SameFile(x, y)
}

func sysUnlink(h handle, name string) error {
	info, err := h.Lstat(name)
	if err != nil {
		return bareError(err)
	}
	if info.IsDir() {
		return syscall.EISDIR
	}
	return bare(h.Remove(name))
}

func sysRmdir(h handle, name string) error {
	info, err := h.Lstat(name)
	if err != nil {
		return bareError(err)
	}
	if !info.IsDir() {
		return syscall.ENOTDIR
	}
	return bare(h.Remove(name))
}

func sysMknod(handle, string, uint32, uint32, uint32) error { return ErrUnsupported }

func sysChmod(h handle, _ *features, name string, mode uint32) error {
	return bare(h.Chmod(name, fs.FileMode(mode&ModePerm)))
}

func sysChown(handle, string, uint32, uint32) error { return ErrUnsupported }
func sysSetCrtime(handle, string, Time) error       { return ErrUnsupported }

func sysSetTimes(h handle, name string, atime, mtime Time) error {
	return bare(h.Chtimes(name, goTime(atime), goTime(mtime)))
}

// goTime: the zero time.Time leaves a time alone.
func goTime(t Time) time.Time {
	switch t.Nsec {
	case NsecOmit:
		return time.Time{}
	case NsecNow:
		return time.Now()
	}
	return time.Unix(t.Sec, int64(t.Nsec))
}

func sysAccess(h handle, name string, want uint32) error {
	info, err := h.Stat(name)
	if err != nil {
		return bareError(err)
	}
	if want&AccessWrite != 0 && info.Mode()&0o200 == 0 {
		return syscall.EACCES
	}
	return nil
}

// scanState reads through package os.
type scanState struct{ fsEntries }

func (s *scanState) open(d *Dir, _ OpenFlag) error {
	f, err := d.h.Open(".")
	if err != nil {
		return bareError(err)
	}
	s.file = f
	return nil
}

func (s *scanState) close() error { return s.Close() }

func (s *scanState) next(ents []DirEnt) (int, error) {
	if s.file == nil {
		return 0, os.ErrClosed
	}
	return s.Next(ents)
}
