//go:build linux

package hostile

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"godwit/test/program"
	"godwit/test/tree"
)

// attacker is the user who owns the tree that root copies from or into.
const attacker = 65534

// race is one way to copy while directories turn into links under the program's hands
// (docs/protocol/08-security.md §14 A, 26 to 42).
type race struct {
	name string
	args []string
	// flips are the directories that turn into links to outside and back; D is the top.
	flips []string
	// from and to are operands; MOD stands for a module of a daemon without chroot.
	from, to string
	prepare  func(t *testing.T, top string)
}

// names are those of the files in every directory: what a link followed would hit exists.
const raceFiles = 12

// lay makes a directory of files with this content.
func lay(t *testing.T, dir, content string, at time.Time) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	for i := range raceFiles {
		path := filepath.Join(dir, fmt.Sprintf("f%02d", i))
		must(t, os.WriteFile(path, []byte(fmt.Sprintf("%s %d\n", content, i)), 0o644))
		must(t, os.Chtimes(path, at, at))
	}
}

var races = []race{
	{name: "update", args: []string{"-a"}, flips: []string{"dst/d"}},
	{name: "update deep down", args: []string{"-a"}, flips: []string{"dst/d", "dst/e/deep"}},
	{name: "destination itself", args: []string{"-a", "--delete"}, flips: []string{"dst"}},
	{name: "in place", args: []string{"-a", "--inplace"}, flips: []string{"dst/d"}},
	{name: "delete", args: []string{"-a", "--delete"}, flips: []string{"dst/d", "dst/e"}},
	{name: "delete after", args: []string{"-a", "--delete-after"}, flips: []string{"dst/e"}},
	{name: "backup", args: []string{"-ab"}, flips: []string{"dst/d"}},
	{name: "backup directory", args: []string{"-ab", "--backup-dir=D/bak"}, flips: []string{"dst/d", "bak/d"}},
	{name: "backup directory inside", args: []string{"-ab", "--backup-dir=.bak"}, flips: []string{"dst/d", "dst/.bak"}},
	{name: "partial directory", args: []string{"-a", "--partial-dir=.pp"}, flips: []string{"dst/d", "dst/d/.pp"}},
	{name: "delayed", args: []string{"-a", "--delay-updates"}, flips: []string{"dst/d", "dst/d/.~tmp~"}},
	{name: "attributes", args: []string{"-aXA"}, flips: []string{"dst/d"}},
	{name: "modes only", args: []string{"-rpogt", "--size-only", "--chmod=a=rwx"}, flips: []string{"dst/d"}},
	{name: "hard links", args: []string{"-aH"}, flips: []string{"dst/d"}},
	{name: "link-dest", args: []string{"-a", "--link-dest=D/prev"}, flips: []string{"dst/d", "prev/d"}},
	{name: "relative", args: []string{"-aR"}, from: "src/./d/deep", flips: []string{"dst/d"}},
	{name: "temporary directory", args: []string{"-a", "--temp-dir=D/tmp"}, flips: []string{"dst/d", "tmp"}},
	{name: "devices and links", args: []string{"-a", "--force"}, flips: []string{"dst/d"}, prepare: func(t *testing.T, top string) {
		must(t, syscall.Mknod(filepath.Join(top, "src/d/node"), syscall.S_IFCHR|0o600, 0x103))
		must(t, syscall.Mkfifo(filepath.Join(top, "src/d/fifo"), 0o600))
		must(t, os.Symlink("nowhere", filepath.Join(top, "src/d/link")))
	}},
	{name: "from a tree that flips", args: []string{"-a"}, flips: []string{"src/d"}},
	{name: "from a tree that flips, with sums", args: []string{"-acXAH"}, flips: []string{"src/d", "src/e/deep"}},
	{name: "removing sources", args: []string{"-a", "--remove-source-files"}, flips: []string{"src/d"}},
	{name: "into a module", args: []string{"-a", "--delete"}, to: "MOD/dst/", flips: []string{"dst/d", "dst/e"}},
	{name: "into a module, in place", args: []string{"-a", "--inplace", "-b", "--partial-dir=.pp"}, to: "MOD/dst/", flips: []string{"dst/d"}},
	{name: "from a module", args: []string{"-a"}, from: "MOD/src/", flips: []string{"src/d", "src/e/deep"}},
	{name: "from a module, following links", args: []string{"-aL"}, from: "MOD/src/", flips: []string{"src/d"}},
}

// TestRaces copies as root from and into trees whose owner swaps directories for links, and
// finds what lies behind the links as it was.
func TestRaces(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: the attack is one on somebody with more rights")
	}
	rounds := 2
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		rounds = 42 // of 24 races: a thousand transfers
	}
	top := program.Dir(t)
	url := module(t, top)
	for _, r := range races {
		t.Run(r.name, func(t *testing.T) {
			for range rounds {
				r.run(t, top, url)
			}
		})
	}
}

// run lays the trees anew and copies once.
func (r race) run(t *testing.T, top, url string) {
	for _, name := range []string{"src", "dst", "outside", "bak", "prev", "tmp", "attic"} {
		program.Remove(filepath.Join(top, name))
		must(t, os.Mkdir(filepath.Join(top, name), 0o755))
	}
	old, now := time.Unix(1_500_000_000, 0), time.Unix(1_600_000_000, 5)
	path := func(name string) string { return filepath.Join(top, name) }
	for _, d := range []string{"d", "d/deep", "e/deep"} {
		lay(t, path("src/"+d), "new", now)
		lay(t, path("dst/"+d), "old", old)
		lay(t, path("prev/"+d), "new", now)
	}
	must(t, os.Link(path("src/d/f00"), path("src/d/g00")))
	lay(t, path("dst/e"), "extra", old)
	lay(t, path("outside"), "SECRET", old)
	lay(t, path("outside/deep"), "SECRET", old)
	if r.prepare != nil {
		r.prepare(t, top)
	}
	var flips []flip
	for i, name := range r.flips {
		must(t, os.MkdirAll(path(name), 0o755))
		flips = append(flips, flip{place: path(name), other: path(fmt.Sprintf("attic/%d", i)), target: path("outside")})
	}
	was, err := tree.Read(path("outside"))
	must(t, err)

	from, to := r.from, r.to
	if from == "" {
		from = "src/"
	}
	if to == "" {
		to = "dst/"
	}
	args := append([]string{}, r.args...)
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "D/", top+"/")
	}
	cmd := exec.Command(program.Godwit(t), append(args, strings.Replace(from, "MOD", url, 1), strings.Replace(to, "MOD", url, 1))...)
	cmd.Dir = top
	stop := attack(t, flips)
	res := program.Run(t, cmd)
	stop()
	if res.Hung || bytes.Contains(res.Stderr, []byte("goroutine ")) {
		t.Errorf("hung %v\n%s", res.Hung, res.Stderr)
	}
	is, err := tree.Read(path("outside"))
	must(t, err)
	later := time.Now().Add(time.Hour)
	if a, b := was.Text(later), is.Text(later); a != b {
		t.Errorf("what lies outside has changed:\n%s\nit was\n%s\nthe program said\n%s", b, a, res.Stderr)
	}
	for i := range raceFiles {
		var st syscall.Stat_t
		if err := syscall.Lstat(path(fmt.Sprintf("outside/f%02d", i)), &st); err == nil && st.Nlink != 1 {
			t.Errorf("a file outside has got another name")
		}
	}
	for _, name := range []string{"dst", "bak", "tmp"} {
		if leaked := secret(t, path(name)); leaked != "" {
			t.Errorf("%s has what lies outside; the program said\n%s", leaked, res.Stderr)
		}
	}
}

// secret finds a file that has the content of those outside.
func secret(t *testing.T, root string) (found string) {
	got, err := tree.Read(root)
	must(t, err)
	for name, n := range got {
		if n.Type == 'f' && strings.Contains(n.Content, "SECRET") {
			found = filepath.Join(root, name)
		}
	}
	return found
}

// flip is a directory that turns into a link and back.
type flip struct{ place, other, target string }

// arm makes the link that is to be swapped in, if there is none: the program may have
// replaced it.
func (f flip) arm() {
	for _, name := range []string{f.place, f.other} {
		if fi, err := os.Lstat(name); err == nil && fi.Mode()&os.ModeSymlink != 0 {
			return
		}
	}
	_ = os.RemoveAll(f.other)
	if os.Symlink(f.target, f.other) == nil {
		_ = os.Lchown(f.other, attacker, attacker)
	}
}

// attack swaps at full speed until the function returned is called, which leaves no link in
// place.
func attack(t *testing.T, flips []flip) (stop func()) {
	for _, f := range flips {
		f.arm()
	}
	end := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for i := 0; ; i++ {
			select {
			case <-end:
				return
			default:
			}
			for _, f := range flips {
				_ = unix.Renameat2(unix.AT_FDCWD, f.place, unix.AT_FDCWD, f.other, unix.RENAME_EXCHANGE)
				if i%64 == 0 {
					f.arm()
				}
			}
		}
	})
	return func() {
		close(end)
		done.Wait()
		for _, f := range flips {
			if fi, err := os.Lstat(f.place); err == nil && fi.Mode()&os.ModeSymlink != 0 {
				must(t, os.Remove(f.place))
			}
		}
	}
}

// module starts a daemon whose module is top, without chroot and as root, and gives its URL.
func module(t *testing.T, top string) string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf := filepath.Join(program.Dir(t), "conf")
	must(t, os.WriteFile(conf, []byte("uid = root\ngid = root\nuse chroot = no\nlog file = "+conf+".log\n[m]\npath = "+top+"\nread only = no\n"), 0o644))
	cmd := exec.Command(program.Godwit(t), "--daemon", "--no-detach", "--address=127.0.0.1", "--config="+conf, "--port="+strconv.Itoa(port))
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
	return "rsync://127.0.0.1:" + strconv.Itoa(port) + "/m"
}
