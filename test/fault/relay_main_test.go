//go:build linux

package fault

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// relayPlan is what a relay does to the octets between client and server. The relay is this test
// program, started as the remote shell: it drops options and host, starts the rest in a shell, and
// carries both directions through the smallest pipes there are.
type relayPlan struct {
	down  bool   // the direction it concerns: from the server to the client, else to the server
	what  string // "" for nothing, "cut" both ways, "shut" one way, "stall", "trickle"
	after int64  // octets
	count string // file for the numbers of octets that passed
}

const relayVariable = "GODWIT_TEST_RELAY"

func (p relayPlan) String() string {
	return fmt.Sprintf("%t/%s/%d/%s", p.down, p.what, p.after, p.count)
}

// relayMain is the relay. It returns its exit code.
func relayMain(text string) int {
	// An end that has gone must not end the relay before the other end knows.
	signal.Ignore(syscall.SIGPIPE)
	f := strings.SplitN(text, "/", 4)
	p := relayPlan{down: f[0] == "true", what: f[1], count: f[3]}
	if _, err := fmt.Sscan(f[2], &p.after); err != nil {
		return 1
	}
	args := os.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-l" {
			args = args[1:]
		}
		args = args[1:]
	}
	cmd := exec.Command("sh", "-c", "exec "+strings.Join(args[1:], " "))
	cmd.Env = append(os.Environ(), relayVariable+"=")
	cmd.Stderr = os.Stderr
	inR, inW, err := os.Pipe()
	if err != nil {
		return 1
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		return 1
	}
	for _, f := range []*os.File{inR, outR, os.Stdin, os.Stdout} {
		_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, 4096) // what is no pipe stays as it is
	}
	cmd.Stdin, cmd.Stdout = inR, outW
	if cmd.Start() != nil {
		return 1
	}
	inR.Close()
	outW.Close()
	up := &lane{from: os.Stdin, to: inW}
	down := &lane{from: outR, to: os.Stdout}
	bad := up
	if p.down {
		bad = down
	}
	bad.relayPlan = p
	if p.what == "cut" {
		bad.cut = func() {
			for _, f := range []*os.File{os.Stdin, os.Stdout, inW, outR} {
				f.Close()
			}
		}
	}
	go up.carry()
	carried := make(chan struct{})
	go func() { down.carry(); close(carried) }()
	err = cmd.Wait()
	<-carried // the client may keep its end of the other direction until this process has ended
	if p.count != "" {
		_ = os.WriteFile(p.count, fmt.Appendf(nil, "%d %d", up.passed.Load(), down.passed.Load()), 0o644)
	}
	if e, ok := err.(*exec.ExitError); ok {
		return max(e.ExitCode(), 0)
	}
	return 0
}

// lane carries one direction.
type lane struct {
	relayPlan
	from, to *os.File
	passed   atomic.Int64
	cut      func()
}

func (l *lane) carry() {
	defer l.to.Close()
	defer l.from.Close()
	buf := make([]byte, 4096)
	for {
		want := len(buf)
		switch l.what {
		case "cut", "shut", "stall":
			want = int(min(int64(want), l.after-l.passed.Load()))
		case "trickle":
			want = 1
		}
		if want == 0 {
			switch l.what {
			case "cut":
				l.cut()
			case "stall":
				// The ends find out by themselves; who asks then finds nobody reading.
				l.await()
			}
			return
		}
		n, err := l.from.Read(buf[:want])
		if n > 0 {
			if _, werr := l.to.Write(buf[:n]); werr != nil {
				_, _ = io.Copy(io.Discard, l.from)
				return
			}
			l.passed.Add(int64(n))
		}
		if err != nil {
			return
		}
	}
}

// await returns when the end that is written to has gone.
func (l *lane) await() {
	fds := []unix.PollFd{{Fd: int32(l.to.Fd()), Events: 0}}
	for {
		n, _ := unix.Poll(fds, 1000)
		if n > 0 && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
