package fsys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	utimeNow  = -1
	utimeOmit = -2
	dirSearch = unix.O_SEARCH
	linkErrno = unix.ELOOP
)

func splitDev(dev uint64) (major, minor uint32) { return unix.Major(dev), unix.Minor(dev) }

func birthTime(s *unix.Stat_t) (Time, bool) { return timeFrom(s.Btim), true }

func readlinkat(dir int, name string, buf []byte) (int, error) {
	return unix.Readlinkat(dir, name, buf)
}

func sysSymlink(target string, dir handle, name string) error {
	return unix.Symlinkat(target, dir, name)
}

func sysLink(dir handle, name string, to handle, newName string) error {
	return unix.Linkat(dir, name, to, newName, 0)
}

// sysMknod: there is no call here that takes a held directory.
func sysMknod(handle, string, uint32, uint32, uint32) error { return ErrUnsupported }

func sysChmod(dir handle, _ *features, name string, mode uint32) error {
	return unix.Fchmodat(dir, name, mode, unix.AT_SYMLINK_NOFOLLOW)
}

func sysSetCrtime(dir handle, name string, crtime Time) error {
	var ts unix.Timespec
	if !setInt(&ts.Sec, crtime.Sec) || !setInt(&ts.Nsec, int64(crtime.Nsec)) {
		return syscall.EOVERFLOW
	}
	fd, err := openLeaf(dir, name)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return setBirthTime(fd, ts)
}

func sysAllocate(fd fileHandle, off, length int64, keepSize bool) error {
	store := unix.Fstore_t{Flags: unix.F_ALLOCATEALL, Posmode: unix.F_PEOFPOSMODE, Length: length}
	if err := unix.FcntlFstore(uintptr(fd), unix.F_PREALLOCATE, &store); err != nil {
		return err
	}
	if keepSize {
		return nil
	}
	var st Stat
	if err := sysFstat(fd, &st); err != nil || st.Size >= off+length {
		return err
	}
	return sysTruncate(fd, off+length)
}

func sysSeekData(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_DATA) }
func sysSeekHole(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_HOLE) }

// openLeaf opens any leaf for its metadata: O_SYMLINK opens a link itself.
func openLeaf(dir int, name string) (int, error) {
	return openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_SYMLINK, 0)
}
