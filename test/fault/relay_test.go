//go:build linux

package fault

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"godwit/test/program"
	"godwit/test/tree"
)

// relayRig lets transfers run through a relay.
type relayRig struct {
	top, first, second, dest string
	v1, v2                   tree.Tree
	self                     string
}

func newRelayRig(t *testing.T) *relayRig {
	must(t, unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
	top := program.Dir(t)
	r := &relayRig{top: top, first: filepath.Join(top, "first"), second: filepath.Join(top, "second"), dest: filepath.Join(top, "dest")}
	version(t, r.first, false)
	version(t, r.second, true)
	var err error
	r.v1, err = tree.Read(r.first)
	must(t, err)
	r.v2, err = tree.Read(r.second)
	must(t, err)
	r.self, err = os.Executable()
	must(t, err)
	return r
}

// relayEnds says which programs run at the ends, and which way the files go.
type relayEnds struct {
	client, server string
	push           bool
}

func relayPairs(godwit, stock string) []relayEnds {
	return []relayEnds{
		{godwit, godwit, true}, {godwit, godwit, false},
		{godwit, stock, true}, {godwit, stock, false},
		{stock, godwit, true}, {stock, godwit, false},
	}
}

// stockReceives tells whether the receiving end is the reference, whose litter is its own affair.
func (e relayEnds) stockReceives(stock string) bool {
	if e.push {
		return e.server == stock
	}
	return e.client == stock
}

func (e relayEnds) String() string {
	name := func(p string) string {
		if strings.Contains(p, "under-test") {
			return "godwit"
		}
		return "stock"
	}
	if e.push {
		return name(e.client) + " pushes to " + name(e.server)
	}
	return name(e.client) + " pulls from " + name(e.server)
}

func (r *relayRig) fresh(t *testing.T) {
	t.Helper()
	program.Remove(r.dest)
	must(t, exec.Command("cp", "-a", r.first, r.dest).Run())
}

// command is an update through a relay.
func (r *relayRig) command(e relayEnds, p relayPlan, flags ...string) *exec.Cmd {
	from, to := r.second+"/", r.dest+"/"
	if e.push {
		to = "h:" + to
	} else {
		from = "h:" + from
	}
	argv := append([]string{"-a", "--no-whole-file", "-e", r.self, "--rsync-path=" + e.server}, flags...)
	cmd := exec.Command(e.client, append(argv, from, to)...)
	cmd.Env = append(os.Environ(), relayVariable+"="+p.String())
	return cmd
}

// run runs a command until every process of it has ended, which it must within the limit.
func (r *relayRig) run(t *testing.T, cmd *exec.Cmd, limit time.Duration) (code int, said string) {
	t.Helper()
	var out strings.Builder
	w, err := os.CreateTemp(r.top, "said")
	must(t, err)
	defer os.Remove(w.Name())
	defer w.Close()
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	group := cmd.Process.Pid
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	hung := !awaitGroup(group, ended, limit)
	if hung {
		ps, _ := exec.Command("ps", "-o", "pid,ppid,stat,wchan,args", "--forest", "-g", fmt.Sprint(group)).CombinedOutput()
		out.Write(ps)
		// What godwit's goroutines were waiting for.
		_ = syscall.Kill(-group, syscall.SIGQUIT)
		time.Sleep(time.Second)
		_ = syscall.Kill(-group, syscall.SIGKILL)
		<-ended
	}
	b, err := os.ReadFile(w.Name())
	must(t, err)
	out.Write(b)
	if hung {
		t.Fatalf("a process does not end\n%s", out.String())
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// awaitGroup waits until no process of a group is left; ended tells of its leader. It needs orphans
// to become children of this process.
func awaitGroup(group int, ended <-chan struct{}, limit time.Duration) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		select {
		case <-ended:
		default:
			continue
		}
		for {
			if pid, err := syscall.Wait4(-group, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
		if syscall.Kill(-group, 0) != nil {
			return true
		}
	}
	return false
}

// TestCut breaks the connection after some number of octets, in one direction or both.
func TestCut(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	r := newRelayRig(t)
	points := 1
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		points = 40
	}
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for _, e := range relayPairs(godwit, stock) {
		r.fresh(t)
		count := filepath.Join(r.top, "count")
		if code, said := r.run(t, r.command(e, relayPlan{count: count}), program.Limit); code != 0 {
			t.Errorf("%s, undisturbed: code %d\n%s", e, code, said)
			continue
		}
		var total [2]int64
		b, err := os.ReadFile(count)
		must(t, err)
		if _, err := fmt.Sscan(string(b), &total[0], &total[1]); err != nil {
			t.Fatal(err)
		}
		for way, n := range total {
			at := []int64{[...]int64{0, n - 1}[rnd.IntN(2)]}
			for range points {
				at = append(at, rnd.Int64N(n))
			}
			for i, after := range at {
				p := relayPlan{down: way == 1, what: [...]string{"cut", "shut"}[(i+way)%2], after: after}
				t.Run(fmt.Sprintf("%s %s down %t after %d of %d", e, p.what, p.down, after, n), func(t *testing.T) {
					r.fresh(t)
					code, said := r.run(t, r.command(e, p), program.Limit)
					// The last octets may be lost without anybody missing them.
					if code == 0 && n-after > 64 || code != 0 && code != 12 && code != 10 && code != 255 {
						t.Errorf("code %d\n%s", code, said)
					}
					if litter := whole(t, r.dest, r.v1, r.v2); len(litter) > 0 && !e.stockReceives(program.Stock(t)) {
						t.Errorf("left %q", litter)
					}
					if code == 0 {
						missing(t, r, e)
					}
					if code, said := r.run(t, r.command(e, relayPlan{}, "--delete"), program.Limit); code != 0 {
						t.Errorf("second run: code %d\n%s", code, said)
					}
					if d := differ(t, r.second, r.dest); d != "" {
						t.Error(d)
					}
				})
			}
		}
	}
}

// missing checks that all files have arrived.
func missing(t *testing.T, r *relayRig, e relayEnds) {
	t.Helper()
	got, err := tree.Read(r.dest)
	must(t, err)
	for name, n := range r.v2 {
		if n.Type == 'f' && got[name].Content != n.Content {
			t.Errorf("exit code 0, and %s has not arrived", name)
		}
	}
}

// TestStall lets the connection go silent. With --timeout both ends must find out.
func TestStall(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	r := newRelayRig(t)
	points := 1
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		points = 12
	}
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	for _, e := range relayPairs(godwit, stock) {
		r.fresh(t)
		count := filepath.Join(r.top, "count")
		if code, said := r.run(t, r.command(e, relayPlan{count: count}, "--timeout=1"), program.Limit); code != 0 {
			t.Errorf("%s, undisturbed: code %d\n%s", e, code, said)
			continue
		}
		var total [2]int64
		b, err := os.ReadFile(count)
		must(t, err)
		if _, err := fmt.Sscan(string(b), &total[0], &total[1]); err != nil {
			t.Fatal(err)
		}
		for way, n := range total {
			for range points {
				p := relayPlan{down: way == 1, what: "stall", after: n/8 + rnd.Int64N(n*3/4)}
				t.Run(fmt.Sprintf("%s down %t after %d of %d", e, p.down, p.after, n), func(t *testing.T) {
					r.fresh(t)
					code, said := r.run(t, r.command(e, p, "--timeout=1"), program.Limit)
					if code != 30 && code != 12 {
						t.Errorf("code %d\n%s", code, said)
					}
					if litter := whole(t, r.dest, r.v1, r.v2); len(litter) > 0 && !e.stockReceives(program.Stock(t)) {
						t.Errorf("left %q", litter)
					}
				})
			}
		}
	}
}

// TestTrickle lets octets pass one by one.
func TestTrickle(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	r := newRelayRig(t)
	for _, e := range relayPairs(godwit, stock) {
		for _, down := range []bool{false, true} {
			if down == e.push && os.Getenv("GODWIT_TEST_FULL") == "" {
				continue // where the data go
			}
			r.fresh(t)
			if code, said := r.run(t, r.command(e, relayPlan{what: "trickle", down: down}, "--delete", "-z"), 2*program.Limit); code != 0 {
				t.Errorf("%s: code %d\n%s", e, code, said)
			}
			if d := differ(t, r.second, r.dest); d != "" {
				t.Errorf("%s: %s", e, d)
			}
		}
	}
}
