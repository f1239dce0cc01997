package fsys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of this file go to the kernel directly: the wrappers of
// x/sys/unix allocate a copy of each name.

// nameBuf holds a name with its final NUL on the stack of the caller.
type nameBuf [256]byte

// z copies name into b and ends it with NUL. Longer names than any usual
// file system takes go to the heap, for the kernel to judge.
func (b *nameBuf) z(name string) *byte {
	if len(name) < len(b) {
		b[copy(b[:], name)] = 0
		return &b[0]
	}
	long := make([]byte, len(name)+1)
	copy(long, name)
	return &long[0]
}

// at makes a call whose arguments are a directory, a name and up to three
// numbers.
func at(trap uintptr, dir int, name string, a, b, c uintptr) error {
	var buf nameBuf
	for {
		_, _, e := unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(buf.z(name))), a, b, c, 0)
		if e == 0 {
			return nil
		}
		if e != unix.EINTR {
			return e
		}
	}
}

func openat(dir int, name string, flags int, perm uint32) (int, error) {
	var buf nameBuf
	for {
		fd, _, e := unix.Syscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(buf.z(name))),
			uintptr(flags|unix.O_CLOEXEC|unix.O_LARGEFILE), uintptr(perm), 0, 0)
		if e == 0 {
			return int(fd), nil
		}
		if e != unix.EINTR {
			return -1, e
		}
	}
}

const (
	statxMask = unix.STATX_BASIC_STATS | unix.STATX_BTIME

	// Looking at a name must not mount what an automounter keeps there.
	lstatFlags = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
)

func statx(dir int, name *byte, flags int, st *Stat) error {
	var sx unix.Statx_t
	for {
		_, _, e := unix.Syscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(name)),
			uintptr(flags), statxMask, uintptr(unsafe.Pointer(&sx)), 0)
		if e == unix.EINTR {
			continue
		}
		if e != 0 {
			return e
		}
		break
	}
	*st = Stat{
		Size: int64(sx.Size), Blocks: int64(sx.Blocks), Ino: sx.Ino,
		Dev:   unix.Mkdev(sx.Dev_major, sx.Dev_minor),
		Nlink: uint64(sx.Nlink),
		Atime: Time{sx.Atime.Sec, int32(sx.Atime.Nsec)},
		Mtime: Time{sx.Mtime.Sec, int32(sx.Mtime.Nsec)},
		Ctime: Time{sx.Ctime.Sec, int32(sx.Ctime.Nsec)},
		Mode:  uint32(sx.Mode), UID: sx.Uid, GID: sx.Gid,
		RdevMajor: sx.Rdev_major, RdevMinor: sx.Rdev_minor,
	}
	if sx.Mask&unix.STATX_BTIME != 0 {
		st.Crtime, st.HasCrtime = Time{sx.Btime.Sec, int32(sx.Btime.Nsec)}, true
	}
	return nil
}

func sysStat(dir handle, name string, follow bool, st *Stat) error {
	flags := lstatFlags
	if follow {
		flags &^= unix.AT_SYMLINK_NOFOLLOW
	}
	var buf nameBuf
	err := statx(dir, buf.z(name), flags, st)
	if err == unix.ENOSYS {
		return oldStat(dir, name, flags, st)
	}
	return err
}

func sysLstatZ(dir handle, nameZ []byte, st *Stat) error {
	err := statx(dir, &nameZ[0], lstatFlags, st)
	if err == unix.ENOSYS {
		return oldStat(dir, View(nameZ[:len(nameZ)-1]), lstatFlags, st)
	}
	return err
}

func sysFstat(fd int, st *Stat) error {
	var empty [1]byte
	err := statx(fd, &empty[0], unix.AT_EMPTY_PATH, st)
	if err == unix.ENOSYS {
		var s unix.Stat_t
		if err := unix.Fstat(fd, &s); err != nil {
			return err
		}
		fromOldStat(&s, st)
		return nil
	}
	return err
}

// oldStat serves kernels and sandboxes without statx.
func oldStat(dir int, name string, flags int, st *Stat) error {
	var s unix.Stat_t
	if err := unix.Fstatat(dir, name, &s, flags); err != nil {
		return err
	}
	fromOldStat(&s, st)
	return nil
}

func fromOldStat(s *unix.Stat_t, st *Stat) {
	*st = Stat{
		Size: int64(s.Size), Blocks: int64(s.Blocks), Ino: uint64(s.Ino), Dev: uint64(s.Dev),
		Nlink: uint64(s.Nlink),
		Atime: Time{int64(s.Atim.Sec), int32(s.Atim.Nsec)},
		Mtime: Time{int64(s.Mtim.Sec), int32(s.Mtim.Nsec)},
		Ctime: Time{int64(s.Ctim.Sec), int32(s.Ctim.Nsec)},
		Mode:  uint32(s.Mode), UID: s.Uid, GID: s.Gid,
		RdevMajor: unix.Major(uint64(s.Rdev)), RdevMinor: unix.Minor(uint64(s.Rdev)),
	}
}

func sysReadlink(dir handle, name string, buf []byte) (int, error) {
	if len(buf) == 0 {
		return 0, syscall.EINVAL
	}
	var nb nameBuf
	for {
		n, _, e := unix.Syscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(nb.z(name))),
			uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0)
		switch {
		case e == unix.EINTR:
			continue
		case e != 0:
			return 0, e
		case int(n) == len(buf) && n < PathMax:
			return 0, syscall.ENAMETOOLONG
		}
		return int(n), nil
	}
}

func sysMkdir(dir handle, name string, perm uint32) error {
	return at(unix.SYS_MKDIRAT, dir, name, uintptr(perm), 0, 0)
}

func sysUnlink(dir handle, name string) error { return at(unix.SYS_UNLINKAT, dir, name, 0, 0, 0) }

func sysRmdir(dir handle, name string) error {
	return at(unix.SYS_UNLINKAT, dir, name, unix.AT_REMOVEDIR, 0, 0)
}

func sysSymlink(target string, dir handle, name string) error {
	return unix.Symlinkat(target, dir, name)
}

func sysLink(dir handle, name string, to handle, newName string) error {
	var a, b nameBuf
	_, _, e := unix.Syscall6(unix.SYS_LINKAT, uintptr(dir), uintptr(unsafe.Pointer(a.z(name))),
		uintptr(to), uintptr(unsafe.Pointer(b.z(newName))), 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

func sysRename(dir handle, name string, to handle, newName string) error {
	var a, b nameBuf
	_, _, e := unix.Syscall6(unix.SYS_RENAMEAT2, uintptr(dir), uintptr(unsafe.Pointer(a.z(name))),
		uintptr(to), uintptr(unsafe.Pointer(b.z(newName))), 0, 0)
	switch e {
	case 0:
		return nil
	case unix.ENOSYS:
		return unix.Renameat(dir, name, to, newName)
	}
	return e
}

func sysMknod(dir handle, name string, mode, major, minor uint32) error {
	dev := unix.Mkdev(major, minor)
	if dev > 0xffffffff {
		return syscall.EINVAL
	}
	return at(unix.SYS_MKNODAT, dir, name, uintptr(mode), uintptr(dev), 0)
}

func sysChown(dir handle, name string, uid, gid uint32) error {
	return at(unix.SYS_FCHOWNAT, dir, name, uintptr(uid), uintptr(gid), unix.AT_SYMLINK_NOFOLLOW)
}

func sysAccess(dir handle, name string, want uint32) error {
	err := at(unix.SYS_FACCESSAT2, dir, name, uintptr(want), unix.AT_EACCESS|unix.AT_SYMLINK_NOFOLLOW, 0)
	if err == unix.ENOSYS || err == unix.EPERM {
		return unix.Faccessat(dir, name, want, unix.AT_EACCESS|unix.AT_SYMLINK_NOFOLLOW)
	}
	return err
}

func sysSetTimes(dir handle, name string, atime, mtime Time) error {
	ts, err := timespecs(atime, mtime)
	if err != nil {
		return err
	}
	var buf nameBuf
	_, _, e := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(dir), uintptr(unsafe.Pointer(buf.z(name))),
		uintptr(unsafe.Pointer(&ts)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

func sysFutimes(fd fileHandle, atime, mtime Time) error {
	ts, err := timespecs(atime, mtime)
	if err != nil {
		return err
	}
	_, _, e := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

func sysSetCrtime(handle, string, Time) error { return ErrUnsupported }
