//go:build linux

// Package wrappers runs programs that people have built around rsync, unchanged as Debian ships them, once with stock
// rsync and once with the program under test in its place: first on the PATH under the name rsync, at both ends of a
// stand-in for ssh. What they leave and what they print must be the same.
//
// A program that is not installed is skipped; make deps installs them.
package wrappers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// A place is where a wrapper runs: a directory with the rsync to use in bin.
type place struct {
	t     *testing.T
	top   string
	rsync string
	start time.Time
	said  strings.Builder
}

// both runs work with stock rsync and with the program under test. It gives what each has said and left.
func both(t *testing.T, needs []string, work func(p *place)) {
	for _, command := range needs {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("%s is not installed (make deps installs it)", command)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("these programs expect to run as root")
	}
	var seen []string
	for _, prog := range []string{program.Stock(t), program.Godwit(t)} {
		p := &place{t: t, top: program.Dir(t), start: time.Now()}
		p.rsync = p.path("bin/rsync")
		p.mkdir("bin", "home", "src", "left")
		if err := os.Symlink(prog, p.rsync); err != nil {
			t.Fatal(err)
		}
		work(p)
		seen = append(seen, p.result())
	}
	if seen[0] != seen[1] {
		t.Errorf("- with stock rsync, + with this one:\n%s", output.Diff(seen[0], seen[1]))
	}
}

func (p *place) path(name string) string { return filepath.Join(p.top, name) }

func (p *place) mkdir(names ...string) {
	for _, name := range names {
		if err := os.MkdirAll(p.path(name), 0o755); err != nil {
			p.t.Fatal(err)
		}
	}
}

// write makes a file with an old time, the later the higher age is.
func (p *place) write(name, text string, age int64) {
	p.mkdir(filepath.Dir(name))
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	at := time.Unix(1_000_000_000+age, 0)
	for _, changed := range []string{name, filepath.Dir(name)} {
		if err := os.Chtimes(p.path(changed), at, at); err != nil {
			p.t.Fatal(err)
		}
	}
}

// command is a command with the place's rsync first on its PATH.
func (p *place) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = p.top
	cmd.Env = []string{
		"PATH=" + p.path("bin") + ":" + os.Getenv("PATH"), "HOME=" + p.path("home"), "LC_ALL=C.UTF-8", "TZ=UTC",
		"USER=root", "LOGNAME=root",
	}
	return cmd
}

// run runs a command to its end and notes what it says.
func (p *place) run(name string, args ...string) program.Result {
	p.t.Helper()
	r := program.Run(p.t, p.command(name, args...))
	if r.Hung {
		p.t.Fatalf("%s hangs\n%s%s", name, r.Stdout, r.Stderr)
	}
	fmt.Fprintf(&p.said, "%s: exit %d\n%s%s", name, r.Exit, r.Stdout, r.Stderr)
	return r
}

// recent matches a time that no test has set.
var recent = regexp.MustCompile(`\b1[5-9]\d{8}\.\d{9}\b`)

// result is all that was said, and the tree in left with its links between files.
func (p *place) result() string {
	pic, err := tree.Read(p.path("left"))
	if err != nil {
		p.t.Fatal(err)
	}
	if len(pic) < 3 {
		p.t.Fatalf("nothing is left:\n%s", p.said.String())
	}
	n := output.New(p.top, p.rsync)
	said := n.Text([]byte(p.said.String()))
	// The directories above the place have times of their own.
	links := recent.ReplaceAllString(strings.ReplaceAll(pic.Text(p.start), p.top[1:], "<TOP>"), "now")
	return said + links + fmt.Sprintf("%d inodes\n", p.inodes("left"))
}

// inodes counts files, each once however many names it has.
func (p *place) inodes(name string) int {
	seen := map[uint64]bool{}
	err := filepath.WalkDir(p.path(name), func(path string, _ os.DirEntry, err error) error {
		var st syscall.Stat_t
		if err == nil {
			err = syscall.Lstat(path, &st)
		}
		seen[st.Ino] = true
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return len(seen)
}

// until waits for something to become so.
func (p *place) until(what string, so func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !so() {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not after a minute", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (p *place) exists(name string) bool {
	_, err := os.Lstat(p.path(name))
	return err == nil
}

func (p *place) remove(name string) {
	if err := os.RemoveAll(p.path(name)); err != nil {
		p.t.Fatal(err)
	}
}
