//go:build darwin || freebsd || netbsd

package fsys

import "golang.org/x/sys/unix"

const xattrsKnown = true

// Attributes are reached through a descriptor of the leaf.

func sysGetXattr(dir handle, _ *features, name, attr string, buf []byte) (int, error) {
	fd, err := openLeaf(dir, name)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	return sysFgetXattr(fd, attr, buf)
}

func sysSetXattr(dir handle, _ *features, name, attr string, value []byte) error {
	fd, err := openLeaf(dir, name)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return sysFsetXattr(fd, attr, value)
}

func sysListXattr(dir handle, _ *features, name string, buf []byte) (int, error) {
	fd, err := openLeaf(dir, name)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	return sysFlistXattr(fd, buf)
}

func sysRemoveXattr(dir handle, _ *features, name, attr string) error {
	fd, err := openLeaf(dir, name)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return sysFremoveXattr(fd, attr)
}
