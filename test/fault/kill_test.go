//go:build linux

package fault

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/program"
	"godwit/test/tree"
)

// shell is a stand-in for ssh that writes down which process became the server.
const shell = `#!/bin/sh
shift
echo $$ >"$PIDFILE"
eval "exec $*"
`

// TestKill kills one end at a random moment of an update, looks at what is left, and
// runs the same command again.
func TestKill(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	top := program.Dir(t)
	first, second := filepath.Join(top, "first"), filepath.Join(top, "second")
	version(t, first, false)
	version(t, second, true)
	v1, err := tree.Read(first)
	must(t, err)
	v2, err := tree.Read(second)
	must(t, err)
	rsh := filepath.Join(top, "rsh")
	must(t, os.WriteFile(rsh, []byte(shell), 0o755))

	const kills = 5 // of each end of each case
	for _, c := range []struct {
		name, client, server string
		push                 bool
	}{
		{name: "local", client: godwit},
		{name: "push", client: godwit, server: godwit, push: true},
		{name: "pull", client: godwit, server: godwit},
		{name: "push to stock", client: godwit, server: stock, push: true},
		{name: "pull from stock", client: godwit, server: stock},
		{name: "stock pushes", client: stock, server: godwit, push: true},
		{name: "stock pulls", client: stock, server: godwit},
	} {
		t.Run(c.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			dest, pidfile := filepath.Join(top, "dest"), filepath.Join(top, "pid")
			from, to := second+"/", dest+"/"
			argv := []string{"-a", "--no-whole-file"}
			if c.server != "" {
				argv = append(argv, "-e", rsh, "--rsync-path="+c.server)
				if c.push {
					to = "h:" + to
				} else {
					from = "h:" + from
				}
			}
			command := func(more ...string) *exec.Cmd {
				cmd := exec.Command(c.client, append(append(argv[:len(argv):len(argv)], more...), from, to)...)
				cmd.Env = append(os.Environ(), "PIDFILE="+pidfile)
				return cmd
			}
			fresh := func() {
				program.Remove(dest)
				_ = os.Remove(pidfile)
				must(t, exec.Command("cp", "-a", first, dest).Run())
			}
			fresh()
			begin := time.Now()
			if r := program.Run(t, command()); r.Exit != 0 {
				t.Fatalf("undisturbed: code %d\n%s", r.Exit, r.Stderr)
			}
			took := time.Since(begin)
			ends := []bool{false, true} // the client's, the server's
			if c.server == "" {
				ends = []bool{false, false}
			}
			for i := range kills * len(ends) {
				server := ends[i%len(ends)]
				fresh()
				cmd := command()
				moment := time.NewTimer(time.Duration(rnd.Int64N(int64(took))))
				victim := func() int {
					if !server {
						return cmd.Process.Pid
					}
					b, err := os.ReadFile(pidfile)
					if err != nil {
						return 0 // it has not begun
					}
					pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
					return pid
				}
				killed := killDuring(t, cmd, moment.C, victim)
				// The end that lives must leave by itself, and clean up if it received.
				// (Stock's two receiving processes may end at different times.)
				receives := c.push && !server && c.server == godwit || !c.push && server && c.client == godwit
				awaitEnd(t, pidfile)
				litter := whole(t, dest, v1, v2)
				if killed && receives && len(litter) != 0 {
					t.Errorf("kill %d: the end that lived left %q", i, litter)
				}
				if c.server != "" && len(litter) > 1 {
					t.Errorf("kill %d: %q left, stock has one temporary file at a time", i, litter)
				}
				if r := program.Run(t, command()); r.Exit != 0 || r.Hung || len(r.Stderr) != 0 {
					t.Errorf("second run after kill %d: code %d hung %v\n%s", i, r.Exit, r.Hung, r.Stderr)
				}
				if after := whole(t, dest, v1, v2); len(after) > len(litter) {
					t.Errorf("second run after kill %d: %q left, before it %q", i, after, litter)
				}
				if r := program.Run(t, command("--delete")); r.Exit != 0 {
					t.Errorf("run with --delete after kill %d: code %d\n%s", i, r.Exit, r.Stderr)
				}
				if d := differ(t, second, dest); d != "" {
					t.Errorf("after kill %d:\n%s", i, d)
				}
			}
		})
	}
}

// killDuring runs cmd and kills the victim when the moment comes; it says whether
// there was one to kill. A client that then does not end is a failure.
func killDuring(t *testing.T, cmd *exec.Cmd, moment <-chan time.Time, victim func() int) bool {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	killed := false
	select {
	case <-moment:
		if pid := victim(); pid > 0 {
			killed = syscall.Kill(pid, syscall.SIGKILL) == nil
		}
	case <-ended:
	}
	select {
	case <-ended:
	case <-time.After(program.Limit):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		t.Fatal("the client does not end after the kill")
	}
	return killed
}

// awaitEnd waits until no process of the server's name is left.
func awaitEnd(t *testing.T, pidfile string) {
	t.Helper()
	b, err := os.ReadFile(pidfile)
	if err != nil {
		return
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	for end := time.Now().Add(20 * time.Second); pid > 0; time.Sleep(2 * time.Millisecond) {
		// A zombie has ended: its parent, if it was killed, cannot ask after it.
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(err, os.ErrNotExist) || err == nil && strings.Contains(string(stat), ") Z ") || err != nil {
			return
		}
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the server does not end after the client was killed")
		}
	}
}
