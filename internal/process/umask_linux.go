package process

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// umask reads the umask from /proc, or, where that is not mounted, by setting it for a moment.
func umask() uint32 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		if value, ok := bytes.CutPrefix(line, []byte("Umask:")); ok {
			if n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 8, 32); err == nil {
				return uint32(n)
			}
		}
	}
	old := unix.Umask(0)
	unix.Umask(old)
	return uint32(old)
}
