//go:build freebsd || netbsd

package fsys

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrNoAttr is the error of an attribute that does not exist.
const ErrNoAttr = unix.ENOATTR

// openLeaf opens a leaf for its metadata; links cannot be opened here.
func openLeaf(dir int, name string) (int, error) {
	fd, err := openat(dir, name, openFileFlags|unix.O_NOFOLLOW, 0)
	if err == unix.ELOOP || err == unix.EACCES || err == unix.ENXIO {
		return -1, ErrUnsupported
	}
	return fd, err
}

// Only the user namespace is offered, its names as the system gives them,
// without a prefix.
func qualified(attr string) string {
	if strings.HasPrefix(attr, "user.") || strings.HasPrefix(attr, "system.") {
		return attr
	}
	return "user." + attr
}

func sysFgetXattr(fd fileHandle, attr string, buf []byte) (int, error) {
	return unix.Fgetxattr(fd, qualified(attr), buf)
}

func sysFsetXattr(fd fileHandle, attr string, value []byte) error {
	return unix.Fsetxattr(fd, qualified(attr), value, 0)
}

func sysFremoveXattr(fd fileHandle, attr string) error {
	return unix.Fremovexattr(fd, qualified(attr))
}

// sysFlistXattr turns the system's length-prefixed names into ones that end
// in NUL, which takes the same room.
func sysFlistXattr(fd fileHandle, buf []byte) (int, error) {
	n, err := unix.FlistxattrNS(fd, unix.EXTATTR_NAMESPACE_USER, buf)
	if err != nil || len(buf) == 0 {
		return max(n, 0), err
	}
	for i := 0; i < n; {
		size := int(buf[i])
		if i+1+size > n {
			return 0, syscall.ERANGE
		}
		copy(buf[i:], buf[i+1:i+1+size])
		buf[i+size] = 0
		i += size + 1
	}
	return n, nil
}
