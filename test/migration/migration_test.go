//go:build linux

// Package migration moves a mail server as its operator does: a tree of maildirs
// copied locally, then over a real sshd and from a real daemon, with stock rsync at
// one end and the program under test at the other; then kept up to date.
//
// A normal run moves 6,000 mails and a file of 20 MB, GODWIT_TEST_FULL=1 moves 60,000
// and one of 1 GB.
package migration

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string, mode os.FileMode) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), mode))
	must(t, os.Chmod(path, mode))
}

// outcome is what a command line printed and ended with.
type outcome struct {
	stdout, stderr string
	code           int
}

// start runs a command line in the background, in a process group of its own
// that ends with the test; the function it gives waits for the end.
func start(t testing.TB, env []string, argv ...string) func() outcome {
	t.Helper()
	limit := 2 * time.Minute
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		limit = 20 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &errs, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return func() outcome {
		t.Helper()
		defer cancel()
		err := cmd.Wait()
		if ctx.Err() != nil {
			t.Fatalf("%q hangs; so far:\n%s%s", argv, &out, &errs)
		}
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatalf("%q: %v", argv, err)
		}
		return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
	}
}

func run(t testing.TB, env []string, argv ...string) outcome {
	t.Helper()
	return start(t, env, argv...)()
}

// statistic reads a number from the output of --stats.
func statistic(t testing.TB, out, name string) int64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + name + `: ([0-9,]+)`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no %q in:\n%s", name, out)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	must(t, err)
	return n
}

func TestMailServer(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	ssh := program.SSHD(t, program.Door{Host: "far"})
	top := program.Dir(t)
	src := filepath.Join(top, "mail")
	s := small
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		s = whole
	}
	m := newMails(t, src, s)
	keep := []string{"-a", "--delete", "--stats", "--no-whole-file", "-i"}
	over := append(keep[:len(keep):len(keep)], "-e", ssh)
	legs := []struct {
		name           string
		client, server string
		push           bool
	}{
		{name: "stock", client: stock}, // what the others are held to
		{name: "local", client: godwit},
		{name: "push", client: godwit, server: stock, push: true},
		{name: "pull", client: godwit, server: stock},
		{name: "pushed-to", client: stock, server: godwit, push: true},
		{name: "pulled-from", client: stock, server: godwit},
	}
	rounds := []struct {
		name  string
		first func(testing.TB)
	}{
		{name: "migrate", first: func(testing.TB) {}},
		{name: "a day later", first: m.aDayLater},
		{name: "again", first: func(testing.TB) {}},
	}
	for _, round := range rounds {
		round.first(t)
		var literal, files, deleted int64
		for i, leg := range legs {
			t.Run(round.name+"/"+leg.name, func(t *testing.T) {
				dest := filepath.Join(top, leg.name)
				argv := append([]string{leg.client}, keep...)
				from, to := src+"/", dest+"/"
				if leg.server != "" {
					argv = append([]string{leg.client}, append(over, "--rsync-path="+leg.server)...)
					if leg.push {
						to = "far:" + to
					} else {
						from = "far:" + from
					}
				}
				r := run(t, nil, append(argv, from, to)...)
				if r.code != 0 || r.stderr != "" {
					t.Fatalf("code %d\n%s", r.code, r.stderr)
				}
				l := statistic(t, r.stdout, "Literal data")
				f := statistic(t, r.stdout, "Number of regular files transferred")
				d := int64(strings.Count(r.stdout, "*deleting "))
				if i == 0 {
					literal, files, deleted = l, f, d
				}
				if l < literal*98/100 || l > literal*102/100 {
					t.Errorf("literal data: %d bytes, stock sends %d", l, literal)
				}
				if f != files || d != deleted {
					t.Errorf("%d files sent and %d deleted, by stock %d and %d", f, d, files, deleted)
				}
				switch round.name {
				case "a day later":
					if want := int64(10*s.boxes + 1); f != want || d != want-1 {
						t.Errorf("%d files sent and %d deleted, want %d and %d", f, d, want, want-1)
					}
				case "again":
					lines, _, _ := strings.Cut(r.stdout, "\nNumber of files")
					if l != 0 || f != 0 || strings.TrimSpace(lines) != "" {
						t.Errorf("something is sent where nothing changed:\n%s", r.stdout)
					}
				}
				diff := run(t, nil, stock, "-ainHc", "--delete", src+"/", dest+"/")
				if diff.code != 0 || diff.stdout != "" || diff.stderr != "" {
					t.Errorf("differs from its source: code %d\n%.2000s%s", diff.code, diff.stdout, diff.stderr)
				}
			})
		}
	}
}
