//go:build unix

package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Detach starts the program again as a listener in a session of its own, with the same arguments
// and streams, and does not wait for it.
func (e *Env) Detach() error {
	cmd, err := e.Again(RoleListener, e.Args...)
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.Stdin, e.Stdout, e.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// Silence makes the null device of the three standard descriptors.
func Silence() error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(null)
	for fd := 0; fd < 3; fd++ {
		if err := replaceFD(null, fd); err != nil {
			return err
		}
	}
	return nil
}
