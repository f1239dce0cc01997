package errno

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// unknown begins the text of an errno that the C library does not know.
const unknown = "Unknown error "

// describe returns text and number of e.
func describe(e syscall.Errno) (string, int) {
	switch e {
	case 0:
		return success, 0
	case unix.EHWPOISON: // newer than the texts of package syscall
		return "Memory page has hardware error", int(e)
	}
	return capitalize(e.Error()), int(e)
}
