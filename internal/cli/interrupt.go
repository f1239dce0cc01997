package cli

import (
	"context"
	"fmt"
	"time"

	"godwit/internal/exit"
	"godwit/internal/process"
)

// stopGrace is how long a run may take to stop after a signal: normally milliseconds, more only
// if it is stuck in a system call.
const stopGrace = 2 * time.Second

// interruptible carries out a transfer. If a signal ends it and it cannot stop by itself, it is
// left where it is, once its temporary files are dealt with (docs/protocol/06-output.md §1.6).
func interruptible(ctx context.Context, env *process.Env, role string, run func() exit.Code) exit.Code {
	done := make(chan exit.Code, 1)
	go func() { done <- run() }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case code := <-done:
		return code
	case <-grace.C:
	}
	env.Cleanup.Run()
	fmt.Fprintf(env.Stderr, "%s\n", exit.Signal.AppendClosing(nil, "main.go(1)", role, Release))
	return exit.Signal
}
