//go:build darwin || freebsd || netbsd || openbsd || solaris

package fsys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// The Unix systems other than Linux, through the wrappers of x/sys/unix.

const noAtime = 0

func openat(dir int, name string, flags int, perm uint32) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags|unix.O_CLOEXEC, perm)
		switch {
		case err == nil:
			return fd, nil
		case err == unix.EINTR:
			continue
		case err == linkErrno && flags&unix.O_NOFOLLOW != 0:
			return -1, syscall.ELOOP // one error for "it is a link" everywhere
		}
		return -1, err
	}
}

func dupFD(fd int) (int, error) {
	return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
}

// openBeneath has no portable kernel call: the walk does it.
func openBeneath(int, *features, string, int) (fd int, done bool, err error) { return -1, false, nil }

func sysOpenDir(dir handle, name string) (handle, error) {
	fd, err := openat(dir, name, openDirFlags|unix.O_NOFOLLOW, 0)
	if err == unix.EACCES && dirSearch != unix.O_RDONLY {
		fd, err = openat(dir, name, dirSearch|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	}
	return fd, err
}

func sysOpenRead(dir handle, name string, how OpenFlag) (fileHandle, error) {
	flags := openFileFlags
	if how&FollowLeaf == 0 {
		flags |= unix.O_NOFOLLOW
	}
	return openat(dir, name, flags, 0)
}

func sysStat(dir handle, name string, follow bool, st *Stat) error {
	flags := unix.AT_SYMLINK_NOFOLLOW
	if follow {
		flags = 0
	}
	var s unix.Stat_t
	if err := unix.Fstatat(dir, name, &s, flags); err != nil {
		return err
	}
	fromStat(&s, st)
	return nil
}

func sysLstatZ(dir handle, nameZ []byte, st *Stat) error {
	return sysStat(dir, View(nameZ[:len(nameZ)-1]), false, st)
}

func sysFstat(fd fileHandle, st *Stat) error {
	var s unix.Stat_t
	if err := unix.Fstat(fd, &s); err != nil {
		return err
	}
	fromStat(&s, st)
	return nil
}

func sysFstatDir(dir handle, st *Stat) error { return sysFstat(dir, st) }

func fromStat(s *unix.Stat_t, st *Stat) {
	*st = Stat{
		Size: s.Size, Blocks: s.Blocks, Ino: s.Ino, Dev: uint64(s.Dev), Nlink: uint64(s.Nlink),
		Atime: timeFrom(s.Atim), Mtime: timeFrom(s.Mtim), Ctime: timeFrom(s.Ctim),
		Mode: uint32(s.Mode), UID: s.Uid, GID: s.Gid,
	}
	st.RdevMajor, st.RdevMinor = splitDev(uint64(s.Rdev))
	st.Crtime, st.HasCrtime = birthTime(s)
}

func timeFrom(ts unix.Timespec) Time { return Time{int64(ts.Sec), int32(ts.Nsec)} }

func sysReadlink(dir handle, name string, buf []byte) (int, error) {
	n, err := readlinkat(dir, name, buf)
	if err == nil && n == len(buf) && n < PathMax {
		return 0, syscall.ENAMETOOLONG
	}
	return max(n, 0), err
}

func sysMkdir(dir handle, name string, perm uint32) error { return unix.Mkdirat(dir, name, perm) }
func sysUnlink(dir handle, name string) error             { return unix.Unlinkat(dir, name, 0) }
func sysRmdir(dir handle, name string) error {
	return unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
}

func sysRename(dir handle, name string, to handle, newName string) error {
	return unix.Renameat(dir, name, to, newName)
}

func sysChown(dir handle, name string, uid, gid uint32) error {
	return unix.Fchownat(dir, name, int(int32(uid)), int(int32(gid)), unix.AT_SYMLINK_NOFOLLOW)
}

func sysAccess(dir handle, name string, want uint32) error {
	return unix.Faccessat(dir, name, want, unix.AT_EACCESS)
}

func sysSetTimes(dir handle, name string, atime, mtime Time) error {
	ts, err := timespecs(atime, mtime)
	if err != nil {
		return err
	}
	return unix.UtimesNanoAt(dir, name, ts[:], unix.AT_SYMLINK_NOFOLLOW)
}

// sysFutimes has no wrapper with nanoseconds for a descriptor: callers go
// through Dir.SetTimes.
func sysFutimes(fileHandle, Time, Time) error { return ErrUnsupported }

// peek looks at one component of an operator's path: it gives the stat, of a
// directory an open descriptor too, of a link the target. What is read is
// looked at again after, so that it belongs to the inode that was judged.
func peek(dir int, comp string) (fd int, target string, st Stat, err error) {
	if err := sysStat(dir, comp, false, &st); err != nil {
		return -1, "", st, err
	}
	var again Stat
	switch {
	case st.IsDir():
		fd, err := openat(dir, comp, dirSearch|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
		if err != nil {
			return -1, "", st, err
		}
		return fd, "", st, nil
	case st.IsSymlink():
		buf := make([]byte, PathMax+1)
		n, err := sysReadlink(dir, comp, buf)
		if err != nil {
			return -1, "", st, err
		}
		if err := sysStat(dir, comp, false, &again); err != nil {
			return -1, "", st, err
		}
		if !again.Same(&st) || again.UID != st.UID || again.Ctime != st.Ctime {
			return -1, "", st, syscall.ELOOP
		}
		return -1, string(buf[:n]), st, nil
	}
	return -1, "", st, nil
}

// isDescriptorLink: descriptors have no link names here; /dev/fd holds devices.
func isDescriptorLink(int, string) bool { return false }
