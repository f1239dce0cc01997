//go:build unix && !linux

package process

import "golang.org/x/sys/unix"

// umask reads the umask, which the system only tells while setting it.
func umask() uint32 {
	old := unix.Umask(0)
	unix.Umask(old)
	return uint32(old)
}
