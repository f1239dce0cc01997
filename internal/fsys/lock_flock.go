//go:build linux || darwin || freebsd || netbsd || openbsd

package fsys

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// TryLock takes an exclusive advisory lock on the directory, which lasts until
// the result is closed. EWOULDBLOCK: somebody else has it. Where directories
// cannot be locked it gives ErrUnsupported or what the system says.
func (d *Dir) TryLock() (io.Closer, error) {
	// The lock belongs to an open file description, so it gets its own; d may
	// be one that cannot be locked.
	fd, err := openat(d.h, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "lock"), nil
}
