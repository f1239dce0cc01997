package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit/internal/exit"
	"godwit/internal/process"
)

// A run that a signal ends has its say if it stops in time; one that is stuck is left, after its
// temporary files have been dealt with.
func TestInterrupted(t *testing.T) {
	tests := []struct {
		name  string
		takes time.Duration // from the signal to the end of the run
		want  exit.Code
		left  bool
	}{
		{"stops", stopGrace / 2, exit.Partial, false},
		{"stuck", 100 * stopGrace, exit.Signal, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
			if err != nil {
				t.Fatal(err)
			}
			defer said.Close()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				env := &process.Env{Stderr: said, Cleanup: &process.Cleanup{}}
				cleaned := 0
				env.Cleanup.Set(func() { cleaned++ })
				cancel()
				ended := make(chan struct{})
				got := interruptible(ctx, env, "client", func() exit.Code {
					defer close(ended)
					time.Sleep(tt.takes) // of the bubble's clock
					return exit.Partial
				})
				<-ended
				if got != tt.want || cleaned != map[bool]int{true: 1}[tt.left] {
					t.Errorf("code %d, cleaned up %d times", got, cleaned)
				}
			})
			text, err := os.ReadFile(said.Name())
			if err != nil {
				t.Fatal(err)
			}
			if line := strings.HasPrefix(string(text), "rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20)"); line != tt.left {
				t.Errorf("said %q", text)
			}
		})
	}
}
