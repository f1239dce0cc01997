package process

import (
	"os"
	"os/signal"
	"syscall"
)

// Stop is why a listener has to end.
type Stop uint8

// The reasons.
const (
	StopTerm Stop = iota // SIGTERM: the orderly end
	StopInt              // SIGINT or SIGHUP
	StopUser             // SIGUSR1
)

// Stops delivers the signals that end a listener (docs/protocol/07-daemon.md §9.4). SIGUSR2 has no
// effect meanwhile. Call stop to give the signals back.
func Stops() (_ <-chan Stop, stop func()) {
	in := make(chan os.Signal, 4)
	signal.Notify(in, append([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, userSignals()...)...)
	out := make(chan Stop, 1)
	done := make(chan struct{})
	end := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-end:
				return
			case s := <-in:
				if reason, ok := stopOf(s); ok {
					select {
					case out <- reason:
					default: // one is on its way
					}
				}
			}
		}
	}()
	return out, func() {
		signal.Stop(in)
		close(end)
		<-done
	}
}

func stopOf(s os.Signal) (Stop, bool) {
	switch {
	case s == syscall.SIGTERM:
		return StopTerm, true
	case s == os.Interrupt || s == syscall.SIGHUP:
		return StopInt, true
	case isUser1(s):
		return StopUser, true
	}
	return 0, false
}
