//go:build unix

package daemon

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hold enters a module and stays before the arguments.
func (r *running) hold(t *testing.T, module string) (io.Closer, string) {
	t.Helper()
	c := r.dial(t)
	in := bufio.NewReader(c)
	io.WriteString(c, hello+module+"\n")
	in.ReadString('\n')
	line, _ := in.ReadString('\n')
	return c, strings.TrimSpace(line)
}

// TestSlots counts two modules with one lock file, across two daemons of different kinds if there
// are two (docs/protocol/07-daemon.md §11.2).
func TestSlots(t *testing.T) {
	both(t, func(t *testing.T, r *running) {
		r.configure(t, "lock file = D/lock\nmax connections = 2\n[a]\npath = D/mod\n[b]\npath = D/mod\n")
		one, line1 := r.hold(t, "a")
		two, line2 := r.hold(t, "b")
		if line1 != "@RSYNCD: OK" || line2 != "@RSYNCD: OK" {
			t.Fatalf("%q, %q", line1, line2)
		}
		if got := r.say(t, hello+"a\n"); got != "@ERROR: max connections (2) reached -- try again later\n" {
			t.Errorf("a third: %q", got)
		}
		r.waitLog(t, "max connections (2) reached\n")
		if fi, err := os.Stat(r.dir + "/lock"); err != nil || fi.Mode().Perm() != 0o600 || fi.Size() != 0 {
			t.Errorf("lock file %v %v", fi, err)
		}
		one.Close()
		for limit := time.Now().Add(5 * time.Second); ; {
			c, line := r.hold(t, "a")
			c.Close()
			if line == "@RSYNCD: OK" {
				break
			}
			if time.Now().After(limit) {
				t.Fatalf("the slot is not given back: %q", line)
			}
			time.Sleep(5 * time.Millisecond)
		}
		two.Close()
	})
}

// children returns the processes that r has started.
func (r *running) children() []int {
	out, _ := exec.Command("ps", "-o", "pid=", "--ppid", strconv.Itoa(r.cmd.Process.Pid)).Output()
	var pids []int
	for _, f := range strings.Fields(string(out)) {
		if n, err := strconv.Atoi(f); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// TestWorkerDies kills a worker: the others go on, its slot is free, its end is logged.
func TestWorkerDies(t *testing.T) {
	r := start(t, programs(t)["godwit"])
	r.configure(t, "lock file = D/lock\n[a]\npath = D/mod\nmax connections = 1\npost-xfer exec = echo $RSYNC_EXIT_STATUS > D/post\n[b]\npath = D/mod\n")
	one, _ := r.hold(t, "a")
	defer one.Close()
	victims := r.children()
	if len(victims) != 1 {
		t.Skipf("cannot see the daemon's children: %v", victims)
	}
	other, line := r.hold(t, "b")
	defer other.Close()
	if line != "@RSYNCD: OK" {
		t.Fatal(line)
	}
	syscall.Kill(victims[0], syscall.SIGKILL)
	r.waitLog(t, "worker "+strconv.Itoa(victims[0])+" for module a from localhost (127.0.0.1) was killed by signal 9 (killed)\n")
	if got := waitFile(t, r.dir+"/post", "\n"); got != "-1\n" {
		t.Errorf("post-xfer exec got %q", got)
	}
	for limit := time.Now().Add(5 * time.Second); ; {
		c, line := r.hold(t, "a")
		c.Close()
		if line == "@RSYNCD: OK" {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("the slot is not free: %q", line)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if len(r.children()) == 0 {
		t.Error("the other worker is gone")
	}
}

// TestIdleClients holds many connections that say nothing, and serves another one beside them.
func TestIdleClients(t *testing.T) {
	r := start(t, programs(t)["godwit"])
	r.configure(t, "[m]\npath = D/mod\n")
	for range 200 {
		c := r.dial(t)
		defer c.Close()
	}
	if got := r.say(t, hello+"m\n"); got != "@RSYNCD: OK\n" {
		t.Errorf("%q", got)
	}
	if n := len(r.children()); n > 1 {
		t.Errorf("idle clients cost %d processes", n)
	}
	if b, err := os.ReadFile("/proc/" + strconv.Itoa(r.cmd.Process.Pid) + "/status"); err == nil {
		_, rss, _ := strings.Cut(string(b), "VmRSS:")
		rss, _, _ = strings.Cut(rss, "\n")
		t.Logf("the listener holds%s for 200 idle clients", rss)
	}
}
