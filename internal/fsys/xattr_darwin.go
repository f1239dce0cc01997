package fsys

import "golang.org/x/sys/unix"

// ErrNoAttr is the error of an attribute that does not exist.
const ErrNoAttr = unix.ENOATTR

func sysFgetXattr(fd fileHandle, attr string, buf []byte) (int, error) {
	return unix.Fgetxattr(fd, attr, buf)
}

func sysFsetXattr(fd fileHandle, attr string, value []byte) error {
	return unix.Fsetxattr(fd, attr, value, 0)
}

func sysFlistXattr(fd fileHandle, buf []byte) (int, error) { return unix.Flistxattr(fd, buf) }
func sysFremoveXattr(fd fileHandle, attr string) error     { return unix.Fremovexattr(fd, attr) }
