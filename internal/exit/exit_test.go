package exit_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"godwit/internal/exit"
)

// TestTexts checks the table of docs/protocol/06-output.md §11.
func TestTexts(t *testing.T) {
	for code, want := range map[int]string{
		0: "success", 1: "syntax or usage error", 2: "protocol incompatibility",
		3: "errors selecting input/output files, dirs", 4: "requested action not supported",
		5: "error starting client-server protocol", 10: "error in socket IO", 11: "error in file IO",
		12: "error in rsync protocol data stream", 13: "errors with program diagnostics",
		14: "error in IPC code", 15: "sibling process crashed", 16: "sibling process terminated abnormally",
		19: "received SIGUSR1", 20: "received SIGINT, SIGTERM, or SIGHUP", 21: "waitpid() failed",
		22: "error allocating core memory buffers",
		23: "some files/attrs were not transferred (see previous errors)",
		24: "some files vanished before they could be transferred",
		25: "the --max-delete limit stopped deletions", 30: "timeout in data send/receive",
		35: "timeout waiting for daemon connection", 124: "remote shell failed", 125: "remote shell killed",
		126: "remote command could not be run", 127: "remote command not found",
		6: "unexplained error", 255: "unexplained error", -1: "unexplained error",
	} {
		if got := exit.Code(code).Text(); got != want {
			t.Errorf("text of %d = %q, want %q", code, got, want)
		}
	}
}

func TestClosing(t *testing.T) {
	got := string(exit.Partial.AppendClosing(nil, "main.go(12)", "sender", "3.5.0"))
	want := "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.go(12) [sender=3.5.0]"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	got = string(exit.Vanished.AppendClosing(nil, "x(1)", "generator", "v"))
	want = "rsync warning: some files vanished before they could be transferred (code 24) at x(1) [generator=v]"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTellsPeer(t *testing.T) {
	silent := map[exit.Code]bool{0: true, 10: true, 12: true, 19: true, 30: true}
	for c := exit.Code(0); c < 256; c++ {
		if c.TellsPeer() == silent[c] {
			t.Errorf("TellsPeer(%d) = %v", c, !silent[c])
		}
	}
}

func TestRaise(t *testing.T) {
	for _, c := range []struct {
		code    exit.Code
		trouble exit.Trouble
		want    exit.Code
	}{
		{0, 0, 0},
		{0, exit.TroubleDelete, 25},
		{0, exit.TroubleDelete | exit.TroubleVanish, 24},
		{0, exit.TroubleDelete | exit.TroubleVanish | exit.TroubleIO, 23},
		{0, exit.TroublePartial, 23},
		{12, exit.TroubleIO, 12},
	} {
		if got := c.code.Raise(c.trouble); got != c.want {
			t.Errorf("%d.Raise(%b) = %d, want %d", c.code, c.trouble, got, c.want)
		}
	}
	if exit.TroubleWire != 7 || exit.TroubleVanish != 2 || exit.TroubleDelete != 4 {
		t.Error("the wire bits are not 1, 2 and 4")
	}
}

func TestErrorChain(t *testing.T) {
	base := exit.Errorf(exit.StreamIO, "read error: %w", io.ErrUnexpectedEOF)
	err := fmt.Errorf("outer: %w", base)
	if got := exit.CodeOf(err, exit.Syntax); got != exit.StreamIO {
		t.Errorf("CodeOf = %d", got)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) || base.Error() != "read error: unexpected EOF" {
		t.Errorf("cause or text lost: %v", err)
	}
	if got := exit.CodeOf(exit.Wrap(exit.Memory, err), exit.Syntax); got != exit.StreamIO {
		t.Errorf("Wrap replaced the first code by %d", got)
	}
	if exit.Wrap(exit.Memory, nil) != nil || exit.CodeOf(nil, exit.Syntax) != exit.OK {
		t.Error("nil is not OK")
	}
	if got := exit.CodeOf(exit.Wrap(exit.Memory, io.EOF), exit.Syntax); got != exit.Memory {
		t.Errorf("CodeOf(Wrap) = %d", got)
	}
	if got := exit.CodeOf(io.EOF, exit.FileIO); got != exit.FileIO {
		t.Errorf("fallback = %d", got)
	}
	if got := (&exit.Error{Code: exit.Partial}).Error(); got != exit.Partial.String() {
		t.Errorf("empty error = %q", got)
	}
}
