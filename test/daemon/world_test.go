//go:build linux

package daemon

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

// world is a directory D with a daemon's files, and the daemon.
type world struct {
	t           testing.TB
	top, dir    string
	daemon      string // the programs
	client      string
	port, spare int
	env         []string
	cmd         *exec.Cmd
	errs        bytes.Buffer
	since       time.Time
	closeLog    func()
}

// files are what every world has: a module to pull from, one to push to, something to push, and a
// place for what is pulled.
const files = `set -e
mkdir -p mod/sub up src/d got
printf 'hello\n' >mod/a.txt; printf 'abc\n' >mod/sub/b.txt; printf 'old\n' >mod/x.bak; ln -s a.txt mod/ln
printf 'new\n' >src/n; printf 'deep\n' >src/d/e; ln -s /etc/passwd src/abs; ln -s ../../../x src/climbs; ln -s d/e src/in
chmod 755 mod mod/sub src src/d; chmod 644 mod/a.txt mod/sub/b.txt mod/x.bak src/n src/d/e; chmod 777 up

`

// newWorld makes the directory. setup is a script that adds to it.
func newWorld(t testing.TB, daemon, client, setup string, env ...string) *world {
	t.Helper()
	top := program.Dir(t)
	w := &world{t: t, top: top, dir: filepath.Join(top, "w"), daemon: daemon, client: client, port: freePort(t), spare: freePort(t)}
	for _, d := range []string{w.dir, top + "/bin"} {
		must(t, os.Mkdir(d, 0o755))
	}
	self, err := os.Executable()
	must(t, err)
	write(t, top+"/bin/r", "#!/bin/sh\n\"$CLIENT\" \"$@\"\necho \"= $?\"\n", 0o755)
	write(t, top+"/bin/say", "#!/bin/sh\n"+asSay+"=1 exec "+self+" \"$@\"\n", 0o755)
	w.env = append([]string{
		"PATH=" + top + "/bin:" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8", "FOO=mod", "USER=joe",
		"D=" + w.dir, "PORT=" + strconv.Itoa(w.port), "URL=rsync://127.0.0.1:" + strconv.Itoa(w.port), "CLIENT=" + client, "DAEMON=" + daemon,
	}, env...)
	if r := w.sh(files + setup + "\nfind . -mindepth 1 -exec touch -h -m -d @1000000000 {} +\n"); r.Exit != 0 {
		t.Fatalf("setup: %s", r.Stderr)
	}
	w.since = time.Now()
	return w
}

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

// freePort gives a port nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// sh runs a script in D.
func (w *world) sh(script string) program.Result {
	w.t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env = w.dir, w.env
	return program.Run(w.t, cmd)
}

// fill puts the world's names into a text.
func (w *world) fill(text string) string {
	return strings.NewReplacer("D/", w.dir+"/", "PORT", strconv.Itoa(w.port), "SPARE", strconv.Itoa(w.spare)).Replace(text)
}

// configure writes the configuration.
func (w *world) configure(text string) { write(w.t, w.dir+"/conf", w.fill(text), 0o644) }

// start starts the daemon and waits until it listens, or has ended, which it reports.
func (w *world) start(front []string, args ...string) bool {
	w.t.Helper()
	argv := append(front[:len(front):len(front)], w.daemon, "--daemon", "--no-detach", "--config="+w.dir+"/conf")
	for _, a := range args {
		argv = append(argv, w.fill(a))
	}
	w.cmd = exec.Command(argv[0], argv[1:]...)
	w.cmd.Dir, w.cmd.Env, w.cmd.Stderr, w.cmd.Stdout = w.dir, w.env, &w.errs, &w.errs
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must(w.t, w.cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = w.cmd.Wait() // the state tells
		close(ended)
	}()
	w.t.Cleanup(func() {
		_ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	w.closeLog = func() {
		_ = w.cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	}
	listening := false
	eventually(w.t, "the daemon listens", func() bool {
		select {
		case <-ended:
			return true
		default:
			listening = w.listens()
			return listening
		}
	})
	return listening
}

// listens reports whether somebody listens on the port.
func (w *world) listens() bool {
	b, err := os.ReadFile("/proc/net/tcp")
	must(w.t, err)
	return regexp.MustCompile(fmt.Sprintf(`(?m)^ *\d+: [0-9A-F]{8}:%04X \S+ 0A `, w.port)).Match(b)
}

// eventually waits for something to become true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(program.Limit); !is(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// children are the processes below the daemon, without those that have ended.
func (w *world) children() []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	below := map[int]bool{w.cmd.Process.Pid: true}
	type process struct{ pid, parent int }
	var all []process
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		rest := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(rest) < 2 || rest[0] == "Z" {
			continue
		}
		parent, _ := strconv.Atoi(rest[1])
		all = append(all, process{pid, parent})
	}
	var out []int
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if below[p.parent] && !below[p.pid] {
				below[p.pid], grown = true, true
				out = append(out, p.pid)
			}
		}
	}
	return out
}

// settle waits until the daemon serves nobody.
func (w *world) settle() {
	w.t.Helper()
	eventually(w.t, "the daemon has served everybody", func() bool { return len(w.children()) == 0 })
}

// stop ends the daemon once it serves nobody.
func (w *world) stop() {
	w.t.Helper()
	w.settle()
	w.closeLog()
}

// log is the log as it is.
func (w *world) log() string {
	b, _ := os.ReadFile(w.dir + "/log")
	return string(b)
}

// shown gives a text without what differs from run to run.
func (w *world) shown(raw []byte) string {
	n := output.New(w.dir, w.daemon)
	text := bytes.ReplaceAll(raw, []byte(w.client), []byte("<RSYNC>"))
	text = bytes.ReplaceAll(text, []byte("io timeout after "), []byte("io time-out of "))
	text = temporary.ReplaceAll(text, []byte(".<RANDOM>\""))
	text = bytes.ReplaceAll(text, []byte(strconv.Itoa(w.port)), []byte("<PORT>"))
	text = bytes.ReplaceAll(text, []byte(strconv.Itoa(w.spare)), []byte("<SPARE>"))
	return strings.ReplaceAll(n.Text(text), w.top, "<TOP>")
}

// temporary is the end of a temporary name.
var temporary = regexp.MustCompile(`\.[A-Za-z0-9]{6}"`)

// tree is a picture of D, without the files of the daemon itself.
func (w *world) tree() string {
	w.t.Helper()
	pic, err := tree.Read(w.dir)
	must(w.t, err)
	for name := range pic {
		if name == "conf" || name == "log" || name == "said" || name == "asked" || name == "dev" || strings.HasPrefix(name, "dev/") {
			delete(pic, name)
		}
	}
	return pic.Text(w.since)
}
