package process

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// NoNewPrivileges keeps all threads, and what they execute, from gaining rights by set-id programs
// or file capabilities. In a program with C code in it there is no way to reach all threads, and
// nothing happens.
func NoNewPrivileges() error {
	_, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	if e != 0 && e != syscall.ENOTSUP {
		return e
	}
	return nil
}
