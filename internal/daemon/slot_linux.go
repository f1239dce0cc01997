package daemon

import (
	"io"

	"golang.org/x/sys/unix"

	"godwit/internal/fsys"
)

// slotTable needs no memory: the locks belong to the open files.
type slotTable struct{}

// take looks for a free slot among n of a lock file. Locks of open file descriptions exclude other
// connections of this process as well as the record locks of other daemons.
func (*slotTable) take(op fsys.Operator, path string, n int) (*slot, error) {
	f, err := openLockFile(op, path)
	if err != nil {
		return nil, err
	}
	for i := range n {
		lk := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: int64(4 * i), Len: 4}
		if unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lk) == nil {
			return &slot{file: f, release: func() { f.Close() }}, nil
		}
	}
	f.Close()
	return nil, errNoSlot
}
