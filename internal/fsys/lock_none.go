//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package fsys

import "io"

// TryLock takes an exclusive advisory lock on the directory, which lasts until
// the result is closed. EWOULDBLOCK: somebody else has it. Where directories
// cannot be locked it gives ErrUnsupported or what the system says.
func (d *Dir) TryLock() (io.Closer, error) { return nil, ErrUnsupported }
