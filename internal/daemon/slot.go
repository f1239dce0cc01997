package daemon

import (
	"errors"
	"os"

	"godwit/internal/fsys"
)

// errNoSlot says that a module has as many connections as it may.
var errNoSlot = errors.New("no free connection slot")

// slot is the right to be one of a module's connections (docs/protocol/07-daemon.md §11.2): a lock
// on four bytes of the lock file, which other daemons respect as well.
type slot struct {
	// file, if not nil, carries the lock: a process that inherits it holds the slot too.
	file    *os.File
	release func()
}

// Release gives the slot back.
func (s *slot) Release() {
	if s != nil && s.release != nil {
		s.release()
		s.release = nil
	}
}

// openLockFile opens a lock file, which stays empty.
func openLockFile(op fsys.Operator, path string) (*os.File, error) {
	f, err := op.OpenWrite(path, fsys.Create, 0o600, nil)
	if err != nil {
		return nil, err
	}
	return f.Detach(path), nil
}

// lockFile returns the file that carries the lock, nil if there is none.
func (s *slot) lockFile() *os.File {
	if s == nil {
		return nil
	}
	return s.file
}
