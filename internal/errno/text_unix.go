//go:build unix && !linux

package errno

import "syscall"

// unknown begins the text of an errno that the C library does not know.
const unknown = "Unknown error: "

// describe returns text and number of e.
func describe(e syscall.Errno) (string, int) {
	if e == 0 {
		return success, 0
	}
	return capitalize(e.Error()), int(e)
}
