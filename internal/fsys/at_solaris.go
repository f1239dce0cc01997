package fsys

import (
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	utimeNow  = unix.UTIME_NOW
	utimeOmit = unix.UTIME_OMIT
	dirSearch = unix.O_SEARCH
	linkErrno = unix.ELOOP
)

// held names a leaf of a held directory: /proc/self/fd/N of a directory acts
// as that directory here. It serves the calls for which x/sys/unix has no *at
// form on this system.
func held(dir int, name string) string { return "/proc/self/fd/" + strconv.Itoa(dir) + "/" + name }

func splitDev(dev uint64) (major, minor uint32) { return uint32(dev >> 32), uint32(dev) }

func birthTime(*unix.Stat_t) (Time, bool) { return Time{}, false }

func readlinkat(dir int, name string, buf []byte) (int, error) {
	return unix.Readlink(held(dir, name), buf)
}

func sysSymlink(target string, dir handle, name string) error {
	return unix.Symlink(target, held(dir, name))
}

// sysLink refuses links: link follows them on this system.
func sysLink(dir handle, name string, to handle, newName string) error {
	var st Stat
	if err := sysStat(dir, name, false, &st); err != nil {
		return err
	}
	if st.IsSymlink() {
		return ErrUnsupported
	}
	return unix.Link(held(dir, name), held(to, newName))
}

func sysMknod(dir handle, name string, mode, major, minor uint32) error {
	if mode&ModeType == ModeFIFO {
		return unix.Mkfifoat(dir, name, mode&ModeBits)
	}
	return unix.Mknodat(dir, name, mode, int(uint64(major)<<32|uint64(minor)))
}

// sysChmod: links have no mode here, and fchmodat follows them.
func sysChmod(dir handle, _ *features, name string, mode uint32) error {
	fd, err := openat(dir, name, openFileFlags|unix.O_NOFOLLOW, 0)
	switch err {
	case nil:
	case unix.ELOOP:
		return unix.EOPNOTSUPP
	case unix.EACCES, unix.ENXIO:
		return ErrUnsupported
	default:
		return err
	}
	defer unix.Close(fd)
	return unix.Fchmod(fd, mode)
}

func sysSetCrtime(handle, string, Time) error          { return ErrUnsupported }
func sysAllocate(fileHandle, int64, int64, bool) error { return ErrUnsupported }

// Values of lseek's whence that x/sys/unix does not name.
const seekData, seekHole = 3, 4

func sysSeekData(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, seekData) }
func sysSeekHole(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, seekHole) }
