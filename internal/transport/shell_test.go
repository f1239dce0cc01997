package transport

import (
	"context"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
)

func TestShellArgv(t *testing.T) {
	for _, c := range []struct {
		shell string
		cmd   ShellCommand
		want  string
	}{
		{"ssh", ShellCommand{Host: "h", Args: []string{"--server", ".", "a"}}, "ssh|h|rsync|--server|.|a"},
		{"ssh -p 2 'a b'", ShellCommand{Host: "u@h", IPv4: true}, "ssh|-p|2|a b|-l|u|-4|h|rsync"},
		{"/usr/bin/ssh", ShellCommand{Host: "a@b@::1", IPv6: true}, "/usr/bin/ssh|-l|a@b|-6|::1|rsync"},
		{"ssh-wrapper", ShellCommand{Host: "h", IPv6: true}, "ssh-wrapper|h|rsync"},
		{"rsh", ShellCommand{Host: "h", Program: "sudo rsync"}, "rsh|h|sudo rsync"},
		{"ssh", ShellCommand{Host: "u@h", Daemon: true, Args: []string{"unused"}}, "ssh|-l|u|h|rsync|--server|--daemon|."},
		{"ssh -l x", ShellCommand{Host: "u@h", Daemon: true}, "ssh|-l|x|h|rsync|--server|--daemon|."},
		{"ssh -l -x", ShellCommand{Host: "u@h", Daemon: true}, "ssh|-l|-x|-l|u|h|rsync|--server|--daemon|."},
		{"ssh -l x", ShellCommand{Host: "u@h"}, "ssh|-l|x|-l|u|h|rsync"},
		{"", ShellCommand{Host: "h"}, "h|rsync"},
	} {
		var err error
		if c.cmd.Words, err = options.SplitShellCommand(c.shell); err != nil {
			t.Fatal(err)
		}
		if c.cmd.Program == "" {
			c.cmd.Program = "rsync"
		}
		if got := strings.Join(c.cmd.Argv(), "|"); got != c.want {
			t.Errorf("%q: %s, want %s", c.shell, got, c.want)
		}
	}
}

func TestShellEnviron(t *testing.T) {
	env := []string{"A=1", "DISPLAY=:0", "RSYNC_PORT=5"}
	if got := ShellEnviron(env, false, 0); !reflect.DeepEqual(got, []string{"A=1", "RSYNC_PORT=5"}) {
		t.Errorf("plain: %q", got)
	}
	if got := ShellEnviron(append(env, "SSH_ASKPASS="), true, 0); !reflect.DeepEqual(got, []string{"A=1", "DISPLAY=:0", "SSH_ASKPASS=", "RSYNC_PORT=0"}) {
		t.Errorf("daemon: %q", got)
	}
}

func sh(t *testing.T, script string) *Shell {
	t.Helper()
	s, err := StartShell([]string{"/bin/sh", "-c", script}, ShellProcess{Environ: os.Environ(), Stderr: os.Stderr, Role: "sender"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		s.Wait(t.Context()) // which has ended by now: what is left of it is killed
	})
	return s
}

func TestShellCarriesBytes(t *testing.T) {
	s := sh(t, "cat; exit 3")
	const text = "through the shell and back\x00"
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatal(err)
	}
	s.CloseWrite()
	if all, err := io.ReadAll(s); string(all) != text || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	if code := s.Wait(t.Context()); code != 3 {
		t.Errorf("status %d", code)
	}
	if s.Raise(12, 0) != 12 || s.Raise(1, 0) != 3 {
		t.Error("the larger code should win")
	}
}

func TestShellStatuses(t *testing.T) {
	for script, want := range map[string]exit.Code{"exit 255": 255, "exit 0": 0, "kill -9 $$": exit.Terminated} {
		if got := sh(t, script).Wait(t.Context()); got != want {
			t.Errorf("%s: %d", script, got)
		}
	}
}

func TestShellCannotRun(t *testing.T) {
	for name, want := range map[string]string{
		"/nonexistent":           "rsync: [Receiver] Failed to exec /nonexistent: No such file or directory (2)",
		"/":                      "rsync: [Receiver] Failed to exec /: Permission denied (13)",
		"no-such-program-at-all": "rsync: [Receiver] Failed to exec no-such-program-at-all: No such file or directory (2)",
	} {
		_, err := StartShell([]string{name, "h"}, ShellProcess{Role: "Receiver"})
		wantError(t, err, exit.IPC, want)
	}
}

// endsByClose sees that Close ends a Read and a Write that wait.
func endsByClose(t *testing.T, c Conn) {
	t.Helper()
	ended := make(chan error, 2)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	go func() {
		big := make([]byte, 1<<20)
		for {
			if _, err := c.Write(big); err != nil {
				ended <- err
				return
			}
		}
	}()
	select {
	case err := <-ended:
		t.Errorf("ended by itself: %v", err)
	case <-time.After(20 * time.Millisecond): // most likely both wait now
	}
	c.Close()
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("ended without an error")
		}
	}
}

func TestShellCloseUnblocks(t *testing.T) {
	s := sh(t, "exec sleep 100")
	endsByClose(t, s)
	if _, ended := s.Status(0); ended {
		t.Error("the child should be there still")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code := s.Wait(ctx); code != exit.Terminated {
		t.Errorf("killed with %d", code)
	}
}

func TestInheritedCloseUnblocks(t *testing.T) {
	childIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirOut.Close()
	theirIn, childOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirIn.Close()
	// As a parent leaves them: blocking, unknown to the poller.
	childIn.Fd()
	childOut.Fd()
	c, err := Inherited(childIn, childOut)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := childIn.Stat(); err == nil {
		t.Error("the caller's file should be closed")
	}
	theirOut.WriteString("x")
	if b := make([]byte, 1); true {
		if _, err := c.Read(b); err != nil || b[0] != 'x' {
			t.Fatalf("read %q, %v", b, err)
		}
	}
	endsByClose(t, c)
}

func TestInheritedSocket(t *testing.T) {
	near, far, err := loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	file, err := far.File()
	if err != nil {
		t.Fatal(err)
	}
	far.Close()
	c, err := Inherited(file, file)
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("ping"))
	c.Close()
	if all, err := io.ReadAll(near); string(all) != "ping" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
}
