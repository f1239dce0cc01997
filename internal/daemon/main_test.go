//go:build unix

package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit/internal/exit"
	"godwit/internal/human"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/server"
	"godwit/internal/session"
	"godwit/internal/transfer"
)

// asProgram makes the test binary a daemon: its arguments are those of the program.
const asProgram = "GODWIT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	env, err := process.Current()
	if err != nil {
		panic(err)
	}
	if code, ok := program(env); ok {
		os.Exit(int(code))
	}
	os.Exit(m.Run())
}

// program is what the shipped program does for a daemon.
func program(env *process.Env) (exit.Code, bool) {
	cfg := Config{Env: env, Version: "3.5.0", Serve: serveTransfer(env), Parse: options.Config{LookupEnv: env.LookupEnv, Now: env.Now()}}
	role, again := env.StartedAs()
	if role == process.RoleWorker {
		ctx, stop := process.WithSignals(context.Background())
		defer stop()
		return RunWorker(ctx, cfg), true
	}
	if !again && env.Get(asProgram) == "" {
		return 0, false
	}
	o, err := options.Parse(env.Args, &options.Config{LookupEnv: env.LookupEnv, Now: env.Now(), CheckParam: CheckParam})
	if err != nil {
		fmt.Fprintln(env.Stderr, err)
		return exit.Syntax, true
	}
	cfg.Options = o.Daemon
	return Run(context.Background(), cfg), true
}

// serveTransfer hands a request to the server.
func serveTransfer(env *process.Env) ServeFunc {
	return func(ctx context.Context, conn session.Conn, a *ServerArgs) exit.Code {
		if a.Refused != nil { // shown as it is: scripts have no binary handshake
			fmt.Fprintf(conn, "REFUSED %d %s\n", a.Refused.Code, a.Refused.Text)
			conn.Close()
			return a.Refused.Code
		}
		return server.Run(ctx, server.Config{
			Options: a.Options, Conn: conn, PeerVersion: a.PeerVersion, Module: a.Module, Router: a.Router, Operator: a.Operator,
			Process: transfer.Process{
				Version: "3.5.0", PID: env.PID, Umask: a.Umask, StartDir: a.Module.Path, Identity: a.Identity, Names: a.Names,
				Numbers: human.Numbers{}, Now: a.Now,
			},
		})
	}
}

// stock is the reference program, "" if it is not installed.
func stock() string {
	p, err := exec.LookPath("rsync")
	if err != nil {
		return ""
	}
	return p
}

// running is a daemon under test.
type running struct {
	dir  string
	port int
	cmd  *exec.Cmd
	err  bytes.Buffer
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// command returns the command that runs a program as a daemon.
func command(prog string, args ...string) *exec.Cmd {
	cmd := exec.Command(prog, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "FOO=mod")
	return cmd
}

// programs are what every dialogue is tried with: ours and, to prove the expectations, stock.
func programs(t *testing.T) map[string]string {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	progs := map[string]string{"godwit": self}
	if s := stock(); s != "" {
		progs["stock"] = s
	}
	return progs
}

// start runs a daemon with an empty configuration, which tests write anew.
func start(t *testing.T, prog string, args ...string) *running {
	t.Helper()
	r := &running{dir: t.TempDir(), port: freePort(t)}
	os.Chmod(filepath.Dir(r.dir), 0o755)
	os.Chmod(r.dir, 0o755)
	mod := filepath.Join(r.dir, "mod")
	if err := os.MkdirAll(filepath.Join(mod, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(mod, "a.txt"), "hello\n", 0o644)
	write(t, filepath.Join(mod, "sub", "b.txt"), "abc\n", 0o644)
	r.configure(t, "")
	r.cmd = command(prog, append([]string{"--daemon", "--no-detach", "--address=127.0.0.1", "--config=" + r.conf(), "--port=" + strconv.Itoa(r.port)}, args...)...)
	r.cmd.Stderr = &r.err
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.cmd.Process.Signal(os.Interrupt)
		r.cmd.Wait()
		if t.Failed() && r.err.Len() > 0 {
			t.Logf("stderr: %s", r.err.String())
		}
	})
	r.dial(t).Close()
	r.waitLog(t, "listening on port")
	return r
}

func (r *running) conf() string { return filepath.Join(r.dir, "conf") }

// configure writes the configuration, D standing for the directory.
func (r *running) configure(t *testing.T, text string) {
	t.Helper()
	common := "log file = D/log\nuse chroot = no\n"
	if os.Getuid() == 0 {
		common = "uid = root\ngid = root\n" + common
	}
	write(t, r.conf(), strings.ReplaceAll(common+text, "D/", r.dir+"/"), 0o644)
}

func write(t *testing.T, name, text string, perm os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), perm); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, perm); err != nil {
		t.Fatal(err)
	}
}

// dial connects, as soon as somebody listens.
func (r *running) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(r.port))
		if err == nil {
			c.SetDeadline(time.Now().Add(10 * time.Second))
			return c.(*net.TCPConn)
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

var (
	stamp = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\d+\] `)
	where = regexp.MustCompile(` at \S+\(\d+\) `)
)

// log returns the log without what differs from run to run.
func (r *running) log() string {
	b, _ := os.ReadFile(filepath.Join(r.dir, "log"))
	s := stamp.ReplaceAllString(string(b), "")
	s = where.ReplaceAllString(s, " at X ")
	return strings.ReplaceAll(s, r.dir+"/", "D/")
}

// waitLog waits until the log holds a text.
func (r *running) waitLog(t *testing.T, text string) {
	t.Helper()
	for limit := time.Now().Add(5 * time.Second); !strings.Contains(r.log(), text); {
		if time.Now().After(limit) {
			t.Errorf("the log lacks %q; it has:\n%s", text, r.log())
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// clearLog empties the log.
func (r *running) clearLog() { os.Truncate(filepath.Join(r.dir, "log"), 0) }

// say sends a script and returns all that comes back, without the greeting.
func (r *running) say(t *testing.T, script string) string {
	t.Helper()
	c := r.dial(t)
	defer c.Close()
	io.WriteString(c, script)
	var b bytes.Buffer
	one := make([]byte, 1)
	for { // what comes before a reset counts
		n, err := c.Read(one)
		b.Write(one[:n])
		if err != nil || strings.HasSuffix(b.String(), "@RSYNCD: OK\n") {
			break
		}
	}
	return strings.ReplaceAll(strings.TrimPrefix(b.String(), hello), r.dir+"/", "D/")
}

const hello = "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n"
