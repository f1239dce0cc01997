//go:build freebsd || netbsd || openbsd

package fsys

import "golang.org/x/sys/unix"

func splitDev(dev uint64) (major, minor uint32) { return unix.Major(dev), unix.Minor(dev) }

func readlinkat(dir int, name string, buf []byte) (int, error) {
	return unix.Readlinkat(dir, name, buf)
}

func sysSymlink(target string, dir handle, name string) error {
	return unix.Symlinkat(target, dir, name)
}

func sysLink(dir handle, name string, to handle, newName string) error {
	return unix.Linkat(dir, name, to, newName, 0)
}

func sysChmod(dir handle, _ *features, name string, mode uint32) error {
	return unix.Fchmodat(dir, name, mode, unix.AT_SYMLINK_NOFOLLOW)
}

func sysSetCrtime(handle, string, Time) error          { return ErrUnsupported }
func sysAllocate(fileHandle, int64, int64, bool) error { return ErrUnsupported }
