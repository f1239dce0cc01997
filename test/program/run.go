//go:build unix

package program

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Limit is how long one command line may take. One that takes longer hangs.
const Limit = 60 * time.Second

// Result is what a command did.
type Result struct {
	Stdout, Stderr []byte
	// Exit is the exit status, or 128 plus the signal that ended the command.
	Exit int
	// Hung says that the command was killed after [Limit].
	Hung bool
}

// Run runs cmd in a process group of its own and takes down the whole group
// when the limit is reached, so that no peer process survives a hang.
func Run(t testing.TB, cmd *exec.Cmd) Result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.WaitDelay = 5 * time.Second // for descriptors that a stray child holds
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), Limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err := cmd.Wait()
	r := Result{Stdout: out.Bytes(), Stderr: errs.Bytes(), Hung: !stop()}
	var ee *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
	case errors.As(err, &ee):
		if r.Exit = ee.ExitCode(); r.Exit < 0 {
			if ws, ok := ee.Sys().(syscall.WaitStatus); ok {
				r.Exit = 128 + int(ws.Signal())
			}
		}
	default:
		t.Fatal(err)
	}
	return r
}
