package transport

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"godwit/internal/errno"
	"godwit/internal/exit"
)

// Child is the process behind a connection. Whoever owns the connection calls Wait in the end.
type Child struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// startChild starts cmd and begins to wait for it.
func startChild(cmd *exec.Cmd) (*Child, error) {
	// A standard error that is copied may be held open by what the child has started.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Child{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		_ = cmd.Wait() // what it says is in ProcessState
	}()
	return c, nil
}

// Status returns the child's exit status if it has ended, or does within grace.
func (c *Child) Status(grace time.Duration) (status exit.Code, ended bool) {
	select {
	case <-c.done:
		return childStatus(c.cmd), true
	default:
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.done:
		return childStatus(c.cmd), true
	case <-timer.C:
		return exit.OK, false
	}
}

// Raise returns the code of a run that would end with code: that of the child if it has ended, or
// does within grace, and its status is larger (docs/protocol/06-output.md §11.1). A connection
// closes a moment before its process ends, so a small grace makes the result a steady one. A
// child that a signal ended has no status.
func (c *Child) Raise(code exit.Code, grace time.Duration) exit.Code {
	if _, ended := c.Status(grace); ended && c.cmd.ProcessState.Exited() {
		return max(code, childStatus(c.cmd))
	}
	return code
}

// Wait waits for the child and returns its exit status. The connection should be closed, or be
// about to end by itself. When ctx ends first the child is killed.
func (c *Child) Wait(ctx context.Context) exit.Code {
	select {
	case <-c.done:
	case <-ctx.Done():
		_ = c.cmd.Process.Kill()
		<-c.done
	}
	return childStatus(c.cmd)
}

// childStatus is the exit status of an ended process, as exit codes count signals.
func childStatus(cmd *exec.Cmd) exit.Code {
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		if ws.CoreDump() {
			return exit.Crashed
		}
		return exit.Terminated
	}
	return exit.Code(cmd.ProcessState.ExitCode())
}

// program returns a command that finds its program as execvp does: also in the current directory
// if PATH has it, and a name with a slash just so.
func program(argv []string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	if strings.Contains(argv[0], "/") {
		cmd.Path, cmd.Err = argv[0], nil
	}
	if errors.Is(cmd.Err, exec.ErrDot) {
		cmd.Err = nil
	}
	return cmd
}

// execFailed words the failure to start a program.
func execFailed(role, name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		err = syscall.ENOENT
	}
	return &exit.Error{Code: exit.IPC, Err: err, Text: "rsync: [" + role + "] Failed to exec " + name + ": " + errno.Text(err)}
}
