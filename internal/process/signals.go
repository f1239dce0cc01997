package process

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"godwit/internal/exit"
)

// errInterrupted is the cause of a context that a signal ended.
var errInterrupted = &exit.Error{Code: exit.Signal}

// WithSignals returns a context that ends when SIGINT, SIGTERM or SIGHUP arrives; its cause has
// exit code 20. SIGHUP stays ignored if it was (nohup), and SIGPIPE and SIGXFSZ never kill the
// process: the failing write says what happened (docs/protocol/06-output.md §1.6). Call stop to
// give the signals back.
func WithSignals(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ch := make(chan os.Signal, 4)
	watch := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		watch = append(watch, syscall.SIGHUP)
	}
	signal.Notify(ch, watch...)
	quiet := make(chan os.Signal, 1)
	signal.Notify(quiet, harmless()...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ch:
				cancel(errInterrupted)
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		signal.Stop(quiet)
		cancel(context.Canceled)
		<-done
	}
}
