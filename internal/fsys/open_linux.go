package fsys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	utimeOmit = unix.UTIME_OMIT
	utimeNow  = unix.UTIME_NOW

	// dirSearch holds a directory that may be searched but not read.
	dirSearch = unix.O_PATH
)

func dupFD(fd int) (int, error) {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	return n, err
}

func sysOpenDir(dir handle, name string) (handle, error) {
	fd, err := openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err == unix.EACCES {
		return openat(dir, name, dirSearch|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	}
	return fd, err
}

func sysFstatDir(dir handle, st *Stat) error { return sysFstat(dir, st) }

func sysOpenRead(dir handle, name string, how OpenFlag) (fileHandle, error) {
	flags := unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY
	if how&FollowLeaf != 0 {
		flags &^= unix.O_NOFOLLOW
	}
	return openMaybeNoAtime(dir, name, flags, how)
}

// openMaybeNoAtime tries again without O_NOATIME, which only the owner of a
// file may use.
func openMaybeNoAtime(dir int, name string, flags int, how OpenFlag) (int, error) {
	if how&NoAtime != 0 {
		fd, err := openat(dir, name, flags|unix.O_NOATIME, 0)
		if err != unix.EPERM {
			return fd, err
		}
	}
	return openat(dir, name, flags, 0)
}

// sysChmod has three ways to set a mode without following a link at the
// leaf; each later one serves systems without the one before. A link is
// refused as an open that follows none would refuse it.
func sysChmod(dir handle, sys *features, name string, mode uint32) error {
	if !sys.noFchmodat2.Load() {
		err := at(unix.SYS_FCHMODAT2, dir, name, uintptr(mode), unix.AT_SYMLINK_NOFOLLOW, 0)
		if err == unix.EOPNOTSUPP {
			var st Stat
			if sysStat(dir, name, false, &st) == nil && st.IsSymlink() {
				return unix.ELOOP
			}
		}
		if err != unix.ENOSYS {
			return err
		}
		sys.noFchmodat2.Store(true)
	}
	if sys.hasProc() {
		fd, err := openat(dir, name, unix.O_PATH|unix.O_NOFOLLOW, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		var st Stat
		if err := sysFstat(fd, &st); err != nil {
			return err
		}
		if st.IsSymlink() {
			return unix.ELOOP
		}
		var path procPath
		_, _, e := unix.Syscall6(unix.SYS_FCHMODAT, 0, uintptr(unsafe.Pointer(path.fd(fd))), uintptr(mode), 0, 0, 0)
		if e != 0 {
			return e
		}
		return nil
	}
	fd, err := openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	switch err {
	case nil:
	case unix.EACCES, unix.ENXIO:
		return ErrUnsupported // unreadable, or a socket: no safe call is left
	default:
		return err
	}
	defer unix.Close(fd)
	return sysFchmod(fd, mode)
}

// procPath is room for a path like /proc/self/fd/12/NAME and its NUL.
type procPath [32 + 256]byte

const procFD = "/proc/self/fd/"

// fd gives the path of a descriptor itself, ending in NUL.
func (p *procPath) fd(fd int) *byte {
	b := appendUint(append(p[:0], procFD...), fd)
	b = append(b, 0)
	return &b[0]
}

// leaf gives the path of name in a held directory, ending in NUL.
func (p *procPath) leaf(fd int, name string) *byte {
	b := appendUint(append(p[:0], procFD...), fd)
	b = append(append(append(b, '/'), name...), 0)
	return &b[0]
}

func appendUint(b []byte, n int) []byte {
	if n >= 10 {
		b = appendUint(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

// hasProc reports whether /proc is the real one: in a chroot it may be
// missing, or something a user made.
func (f *features) hasProc() bool {
	switch f.proc.Load() {
	case 1:
		return true
	case -1:
		return false
	}
	var s unix.Statfs_t
	if err := unix.Statfs("/proc/self/fd", &s); err == nil && isProcFS(&s) {
		f.proc.Store(1)
		return true
	}
	f.proc.Store(-1)
	return false
}

func isProcFS(s *unix.Statfs_t) bool { return int64(s.Type) == unix.PROC_SUPER_MAGIC }

// openBeneath asks the kernel to resolve a path without leaving dir. Done is
// false when the portable walk has to do it.
func openBeneath(dir int, sys *features, path string, flags int) (fd int, done bool, err error) {
	if sys.noOpenat2.Load() {
		return -1, false, nil
	}
	how := unix.OpenHow{
		Flags:   uint64(flags | unix.O_CLOEXEC | unix.O_LARGEFILE),
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	}
	for range 16 {
		fd, err := unix.Openat2(dir, path, &how)
		switch err {
		case nil:
			return fd, true, nil
		case unix.EINTR, unix.EAGAIN: // EAGAIN: a rename raced with ".."
			continue
		case unix.EXDEV:
			return -1, true, syscall.ELOOP
		case unix.ENOSYS:
			sys.noOpenat2.Store(true)
			return -1, false, nil
		case unix.EPERM, unix.EINVAL, unix.ENAMETOOLONG:
			return -1, false, nil
		}
		return -1, true, err
	}
	return -1, false, nil
}
