//go:build linux

package hostile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/internal/wire"
	"godwit/test/program"
	"godwit/test/tree"
)

// place says what the program is while it is lied to.
type place int

const (
	pulls    place = iota // the client; the liar is the server that sends
	pushes                // the client; the liar is the server that receives
	receives              // the server of a remote shell; the liar is the client that sends
	sends                 // the server of a remote shell; the liar is the client that receives
)

func (p place) String() string { return [...]string{"pulls", "pushes", "receives", "sends"}[p] }

// scenario is one lie.
type scenario struct {
	name string
	// protocols are those it is told in; none stands for 29 and 31.
	protocols []int
	// only are the places it makes sense in, if not all.
	only []place
	// flags are compatibility flags of protocol 30 and later.
	flags wire.CompatFlags
	args  []string
	env   []string
	// source is what a client pulls, if not h:src.
	source string
	// prepare changes the trees before the program starts.
	prepare func(t *testing.T, s *stage)
	// hello replaces the handshake.
	hello func(l *liar)
	// say is what the liar does after the handshake.
	say func(l *liar)
	// leaves tells that the liar hangs up when its script is over; else it waits, so that
	// the end is the program's own.
	leaves bool
	// codes are the exit codes that are right, and text is part of what is said; with "|"
	// between alternatives.
	codes []int
	text  string
	// check looks at the destination afterwards.
	check func(t *testing.T, s *stage)
}

// stage is where one scenario is played: the program, the trees, and the liar.
type stage struct {
	top   string // everything; dst, src and outside lie in it
	place place
	was   tree.Tree
}

// maxMemory is more than any scenario needs by far, and less than any number a peer makes up.
const maxMemory = 400 << 20

// deadline is when a program that has not ended is taken to hang.
const deadline = 60 * time.Second

func (s *stage) path(name string) string { return filepath.Join(s.top, name) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put writes a file below the stage.
func (s *stage) put(t testing.TB, name, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	must(t, os.WriteFile(s.path(name), []byte(content), 0o644))
}

// newStage lays the trees.
func newStage(t *testing.T, p place) *stage {
	s := &stage{top: program.Dir(t), place: p}
	s.put(t, "outside/secret", "secret\n")
	s.put(t, "outside/dir/file", "secret too\n")
	s.put(t, "src/a", "hello")
	s.put(t, "src/b", "world")
	s.put(t, "src/dir/c", strings.Repeat("0123456789", 1000))
	s.put(t, "dst/keep", "kept\n")
	return s
}

// command builds the program's command line; socket is where a client's remote shell goes.
func (s *stage) command(t *testing.T, c *scenario, protocol int, socket string) *exec.Cmd {
	var args []string
	server := []string{"--server"}
	letters := "-re.LsfxCI"
	if c.flags.Has(wire.CompatIncRecurse) {
		letters = "-re.iLsfxCI"
	}
	self, err := os.Executable()
	must(t, err)
	shell := []string{"-e", self}
	switch s.place {
	case pulls:
		args = slices.Concat([]string{"-r"}, c.args, shell, []string{cmp.Or(c.source, "h:src"), "dst/"})
	case pushes:
		args = slices.Concat([]string{"-r"}, c.args, shell, []string{"src", "h:dst/"})
	case receives:
		args = slices.Concat(server, []string{letters}, c.args, []string{".", "dst/"})
	case sends:
		args = slices.Concat(server, []string{"--sender", letters}, c.args, []string{".", "src"})
	}
	cmd := exec.Command(program.Godwit(t), args...)
	cmd.Dir = s.top
	cmd.Env = append(os.Environ(), "LC_ALL=C", relayTo+"="+socket)
	if s.place == receives || s.place == sends {
		cmd.Env = append(os.Environ(), "LC_ALL=C")
	}
	cmd.Env = append(cmd.Env, c.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// outcome is what the program did.
type outcome struct {
	code   int
	text   string // what it said, to anybody
	memory int64
}

// play carries out a scenario and checks what must hold always.
func (s *stage) play(t *testing.T, c *scenario, protocol int) outcome {
	t.Helper()
	var err error
	s.was, err = tree.Read(s.top)
	must(t, err)
	home := program.Dir(t)
	listener, err := net.Listen("unix", filepath.Join(home, "s"))
	must(t, err)
	defer listener.Close()
	cmd := s.command(t, c, protocol, listener.Addr().String())
	var said bytes.Buffer
	cmd.Stderr = &said

	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	var conn io.ReadWriteCloser
	if s.place == receives || s.place == sends {
		near, far := socketPair(t)
		cmd.Stdin, cmd.Stdout = far, far
		must(t, cmd.Start())
		far.Close()
		conn = near
	} else {
		cmd.Stdout = &said
		must(t, cmd.Start())
		_ = listener.(*net.UnixListener).SetDeadline(time.Now().Add(deadline))
		if conn, err = listener.Accept(); err != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			_ = cmd.Wait()
			t.Fatalf("the program does not call its remote shell: %v\n%s", err, said.String())
		}
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })

	l := &liar{t: t, conn: conn, protocol: protocol, server: s.place == pulls || s.place == pushes, flags: c.flags}
	scripted := make(chan struct{})
	go func() {
		defer close(scripted)
		play(l, func(l *liar) {
			if c.hello != nil {
				c.hello(l)
			} else {
				l.greet()
			}
			if s.place == pulls && c.hello == nil {
				l.awaitRules()
			}
			if s.place == sends && c.hello == nil {
				l.ints(0) // no filter rules
			}
			if c.say != nil {
				c.say(l)
			}
		})
		if c.leaves || l.over {
			hangUp(conn)
		}
	}()
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Wait()
	hung := !stop()
	conn.Close()
	<-scripted

	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) && !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatal(err)
	}
	o := outcome{code: cmd.ProcessState.ExitCode(), text: said.String()}
	if l.inbox != nil {
		o.text += l.inbox.said()
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.memory = int64(u.Maxrss) << 10
	}
	if hung {
		t.Errorf("the program hangs; it said:\n%s", o.text)
	}
	for _, crash := range []string{"panic:", "goroutine ", "fatal error:", "runtime error"} {
		if strings.Contains(o.text, crash) {
			t.Errorf("the program crashes:\n%s", o.text)
		}
	}
	if o.memory > maxMemory {
		t.Errorf("the program took %d MiB", o.memory>>20)
	}
	s.intact(t)
	return o
}

// intact checks that nothing has changed but what lies in the destination.
func (s *stage) intact(t *testing.T) {
	t.Helper()
	now, err := tree.Read(s.top)
	must(t, err)
	free := func(name string) bool {
		return (s.place == pulls || s.place == receives) && (name == "dst" || strings.HasPrefix(name, "dst/"))
	}
	later := time.Now().Add(time.Hour)
	for name, n := range now {
		if free(name) {
			continue
		}
		w, ok := s.was[name]
		if !ok {
			t.Errorf("made outside: %s", name)
			continue
		}
		was, is := tree.Tree{name: w}, tree.Tree{name: n}
		if was.Text(later) != is.Text(later) {
			t.Errorf("changed outside:\n%sbecame\n%s", was.Text(later), is.Text(later))
		}
	}
	for name := range s.was {
		if _, ok := now[name]; !ok && !free(name) {
			t.Errorf("removed outside: %s", name)
		}
	}
}

// hangUp closes the liar's end as a program that ends closes its pipes: what the other end still sends
// is lost without a reset, which a socket with unread bytes would cause.
func hangUp(conn io.ReadWriteCloser) {
	if half, ok := conn.(*net.UnixConn); ok && half.CloseWrite() == nil {
		_ = half.SetReadDeadline(time.Now().Add(deadline))
		_, _ = io.Copy(io.Discard, conn)
	}
	conn.Close()
}

// socketPair returns a connection and the file that is its other end.
func socketPair(t *testing.T) (net.Conn, *os.File) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	near := os.NewFile(uintptr(fds[0]), "near")
	defer near.Close()
	conn, err := net.FileConn(near)
	must(t, err)
	return conn, os.NewFile(uintptr(fds[1]), "far")
}

// run plays a table at the places given.
func run(t *testing.T, table []scenario, places ...place) {
	for _, p := range places {
		t.Run(p.String(), func(t *testing.T) {
			for i := range table {
				c := &table[i]
				if c.only != nil && !slices.Contains(c.only, p) {
					continue
				}
				protocols := c.protocols
				if protocols == nil {
					protocols = []int{29, 31}
					if c.flags != 0 {
						protocols = []int{31}
					}
				}
				for _, protocol := range protocols {
					t.Run(fmt.Sprintf("%s/%d", c.name, protocol), func(t *testing.T) {
						t.Parallel()
						s := newStage(t, p)
						if c.prepare != nil {
							c.prepare(t, s)
						}
						o := s.play(t, c, protocol)
						if !slices.Contains(c.codes, o.code) || !oneOf(o.text, c.text) {
							t.Errorf("code %d, want %d; text, want %q:\n%s", o.code, c.codes, c.text, o.text)
						}
						if c.check != nil {
							c.check(t, s)
						}
					})
				}
			}
		})
	}
}

// oneOf tells whether text has one of the alternatives.
func oneOf(text, want string) bool {
	for _, w := range strings.Split(want, "|") {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
