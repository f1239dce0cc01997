//go:build linux

package fault

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit/test/program"
	"godwit/test/tree"
)

// injection is one system call that fails, and a transfer it fails in. Both programs go
// through it, traced; what they say, how they exit and what they leave must agree.
type injection struct {
	pull  bool   // the sender is the server, which is the end that is traced; else the receiver is
	flags string // beside -a
	calls string
	path  string // names the calls concern, separated by spaces; S/ and D/ are the two trees; none: all calls
	error string
	// exit is the code to expect where the reference cannot be compared with: it hangs, or
	// loses a file and exits with 0.
	exit int
}

const (
	renames = "rename,renameat,renameat2"
	unlinks = "unlink,unlinkat,rmdir"
	stats   = "lstat,newfstatat,statx"
	links   = "link,linkat"
	writes  = "write,pwrite64,copy_file_range,sendfile,splice"
	reads   = "read,pread64"
)

// injections are those of each run; slowInjections come with GODWIT_TEST_FULL.
var injections = []injection{
	// The receiving end.
	{flags: "--delete", calls: renames, path: "bb d/bb", error: "EROFS"},
	{flags: "-H", calls: renames, path: "aa", error: "ENOSPC", exit: 23}, // the reference waits for ever
	{flags: "--delete", calls: "mkdir,mkdirat", path: "nd", error: "ENOSPC"},
	{flags: "--delete", calls: unlinks, path: "x2 d/x2", error: "EACCES"},
	{flags: "--delete", calls: unlinks, path: "sub xd/sub", error: "EIO"},
	{flags: "-H", calls: links, error: "EMLINK"},
	{calls: "symlink,symlinkat", error: "ENOSPC"},
	{calls: "mknod,mknodat", error: "EPERM"},
	{calls: stats, path: "nd", error: "EACCES", exit: 23}, // the reference leaves another mode
	{flags: "--delete", calls: "getdents64", path: "D/d", error: "EIO"},
	{calls: "fchownat,lchown,chown,fchown", error: "EPERM"},
	{flags: "--fsync", calls: "fsync,fdatasync", error: "EIO"},
	{flags: "--preallocate", calls: "fallocate", error: "ENOSPC"},
	{flags: "--inplace", calls: writes, path: "D/d/bb", error: "EDQUOT"},
	{flags: "--inplace", calls: "ftruncate", path: "D/d/bb", error: "EIO"},
	{flags: "--inplace", calls: "close", path: "D/d/bb", error: "EIO"},
	{flags: "--inplace --backup", calls: "openat", path: "bb~ d/bb~", error: "EIO"},
	{flags: "--backup", calls: links + "," + renames, error: "EIO"},
	{flags: "--delay-updates", calls: renames, path: "bb .~tmp~/bb d/.~tmp~/bb d/bb", error: "EIO"},
	{flags: "--delay-updates", calls: "mkdir,mkdirat", path: ".~tmp~ d/.~tmp~", error: "EROFS", exit: 23}, // the reference: 0
	{flags: "--partial-dir=.pp", calls: renames, error: "EIO"},
	// The sending end.
	{pull: true, flags: "--delete-after", calls: "openat", path: "bb", error: "EMFILE"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "openat", path: "nd", error: "EACCES"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "getdents64", path: "S/d", error: "EIO"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: stats, path: "zz", error: "EIO"},
	{pull: true, flags: "--delete-after", calls: reads, path: "S/d/bb", error: "EIO"},
	{pull: true, flags: "-H --delete", calls: reads, path: "S/aa", error: "EIO", exit: 23}, // the reference waits for ever
	{pull: true, flags: "--remove-source-files", calls: unlinks, path: "cc d/cc", error: "EACCES"},
}

var slowInjections = []injection{
	{flags: "--delete", calls: renames, error: "EACCES"},
	{flags: "--delete", calls: unlinks, error: "EROFS"},
	{flags: "--delete", calls: unlinks, path: "xd", error: "EBUSY"},
	{flags: "--delete", calls: unlinks, path: "x1", error: "EIO"},
	{flags: "--delete", calls: "getdents64", path: "D/xd", error: "EIO"},
	{flags: "--delete", calls: "openat", path: "xd", error: "EMFILE"},
	{flags: "-H", calls: links, error: "EXDEV"},
	{calls: "mkdir,mkdirat", error: "EMLINK"},
	{calls: "mknod,mknodat", error: "EACCES"},
	{calls: stats, path: "lnew", error: "EIO"},
	{calls: stats, path: "d", error: "EIO"},
	{flags: "-X", calls: "setxattr,fsetxattr,lsetxattr", error: "ENOSPC"},
	{flags: "-X", calls: "setxattr,fsetxattr,lsetxattr", error: "EPERM"},
	{flags: "--preallocate", calls: "fallocate", error: "EOPNOTSUPP"},
	{flags: "--inplace", calls: "openat", path: "bb d/bb", error: "EACCES"},
	{flags: "--inplace", calls: writes, path: "D/d/bb", error: "ENOSPC"},
	{flags: "--inplace", calls: writes, path: "D/d/bb", error: "EIO"},
	{flags: "--inplace", calls: writes, path: "D/d/bb", error: "EFBIG"},
	{flags: "--inplace", calls: "close", path: "D/new1", error: "EDQUOT"},
	{flags: "--backup", calls: links, path: "aa", error: "EPERM"},
	{flags: "--delete --force --backup", calls: links, error: "EPERM"},
	{flags: "--delay-updates", calls: renames, error: "EIO"},
	{flags: "--partial", calls: reads, path: "D/d/bb", error: "EIO"},
	{flags: "--checksum", calls: reads, path: "D/d/bb", error: "EIO"},
	{flags: "--checksum", calls: "openat", path: "bb d/bb", error: "EIO"},
	{flags: "--link-dest=../src", calls: links, error: "EPERM"},
	{flags: "-u", calls: stats, path: "bb d/bb", error: "EIO"},
	{pull: true, flags: "--delete-after", calls: "openat", path: "bb", error: "ENOENT"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "openat", path: "nd", error: "ENOENT"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "getdents64", path: "S/", error: "EIO"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: stats, path: "aa", error: "ENOENT"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: stats, path: "nd", error: "EIO"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: stats, path: "cc d/cc", error: "EIO"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "readlink,readlinkat", path: "ln", error: "EIO"},
	{pull: true, flags: "--delete --no-inc-recursive", calls: "readlink,readlinkat", path: "lnew", error: "ENOENT"},
	{pull: true, flags: "--remove-source-files", calls: unlinks, path: "aa", error: "EIO"},
	{pull: true, flags: "--remove-source-files", calls: unlinks, path: "bb d/bb", error: "ENOENT"},
}

// TestInjection lets system calls of one kind fail in the server, one kind at a time.
func TestInjection(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	program.Need(t, "strace", "setfattr")
	top := program.Dir(t)
	if out, err := exec.Command("strace", "-f", "-qq", "-o", filepath.Join(top, "probe"), "-e", "inject=mkdir:error=EIO", "true").CombinedOutput(); err != nil {
		t.Skipf("nothing can be traced here: %v\n%s", err, out)
	}
	rsh := program.RemoteShell(t, top)
	all := injections
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		all = slices.Concat(injections, slowInjections)
	}
	for _, in := range all {
		end := "receiver "
		if in.pull {
			end = "sender "
		}
		name := end + strings.Join([]string{in.flags, in.calls, in.path, in.error}, " ")
		t.Run(name, func(t *testing.T) {
			got := in.run(t, top, rsh, godwit)
			if got.injected == 0 {
				t.Error("no call of that kind has failed: the row tests nothing")
			}
			if in.exit != 0 {
				if got.code != in.exit {
					t.Errorf("exit code %d, want %d\n%s", got.code, in.exit, got.said)
				}
				return
			}
			want := in.run(t, top, rsh, stock)
			for again := 0; again < 3 && !got.like(want); again++ {
				// Which call of which process fails is not the same every time, at either end.
				got, want = in.run(t, top, rsh, godwit), in.run(t, top, rsh, stock)
			}
			if want.injected == 0 {
				t.Error("the reference makes no such call")
			}
			if got.code != want.code {
				t.Errorf("exit code %d, the reference's is %d", got.code, want.code)
			}
			if got.said != want.said {
				t.Errorf("said:\n%s\nthe reference says:\n%s", got.said, want.said)
			}
			if got.left != want.left {
				t.Errorf("left:\n%s\nthe reference leaves:\n%s", got.left, want.left)
			}
		})
	}
}

// outcome is what a run with an injection came to, comparable between programs.
type outcome struct {
	code     int
	said     string
	left     string
	injected int
}

// like tells whether two runs came to the same.
func (o outcome) like(other outcome) bool {
	return o.code == other.code && o.said == other.said && o.left == other.left
}

func (in injection) run(t *testing.T, top, rsh, bin string) outcome {
	t.Helper()
	src, dst := filepath.Join(top, "src"), filepath.Join(top, "dst")
	program.Remove(src)
	program.Remove(dst)
	faultTrees(t, src, dst)
	trace, wrapper := filepath.Join(top, "trace"), filepath.Join(top, "wrapper")
	_ = os.Remove(trace)
	argv := []string{"exec", "strace", "-f", "-qq", "-y", "-o", trace, "-e", "trace=" + in.calls,
		"-e", "inject=" + in.calls + ":error=" + in.error}
	for _, p := range strings.Fields(in.path) {
		p = strings.Replace(strings.Replace(p, "S/", src+"/", 1), "D/", dst+"/", 1)
		argv = append(argv, "-P", p)
	}
	must(t, os.WriteFile(wrapper, []byte("#!/bin/sh\n"+strings.Join(argv, " ")+" "+bin+` "$@"`+"\n"), 0o755))
	from, to := src+"/", "h:"+dst+"/"
	if in.pull {
		from, to = "h:"+src+"/", dst+"/"
	}
	args := append([]string{"-a", "-e", rsh, "--rsync-path=" + wrapper}, strings.Fields(in.flags)...)
	begin := time.Now()
	r := program.Run(t, exec.Command(bin, append(args, from, to)...))
	if r.Hung {
		t.Fatalf("%s hangs\n%s", bin, r.Stderr)
	}
	b, err := os.ReadFile(trace)
	must(t, err)
	left, err := tree.Read(dst)
	must(t, err)
	return outcome{code: r.Exit, injected: bytes.Count(b, []byte("(INJECTED)")),
		said: comparable(r.Stdout) + comparable(r.Stderr), left: left.Text(begin)}
}

var accidental = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`(/\.[^/"]+)\.[A-Za-z0-9]{6}"`), `$1.XXXXXX"`},
	{regexp.MustCompile(`(/\.[^/"]+)\.[0-9]+"`), `$1.N"`},
	{regexp.MustCompile(` at [a-z]+\.(c|go)\([0-9]+\)`), ""},
}

// comparable takes out of messages what differs from run to run, and their order, in which two
// ends race.
func comparable(b []byte) string {
	s := string(b)
	for _, a := range accidental {
		s = a.re.ReplaceAllString(s, a.to)
	}
	lines := strings.SplitAfter(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// faultTrees lays a source with one of everything and a destination in which most of it is
// there in another form.
func faultTrees(t *testing.T, src, dst string) {
	t.Helper()
	put := func(path, body string) {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(body), 0o644))
	}
	old, older := time.Unix(1_500_000_000, 0), time.Unix(1_000_000_000, 0)
	for name, body := range map[string]string{
		"aa": "new content aa", "d/bb": strings.Repeat("new bb ", 1000), "d/cc": "cc", "zz": "zz new",
		"new1": strings.Repeat("n1", 50_000), "nd/in": "in",
	} {
		put(filepath.Join(src, name), body)
	}
	must(t, os.Link(filepath.Join(src, "aa"), filepath.Join(src, "hl2")))
	must(t, os.Symlink("target", filepath.Join(src, "ln")))
	must(t, os.Symlink("target2", filepath.Join(src, "lnew")))
	must(t, exec.Command("mkfifo", filepath.Join(src, "ff")).Run())
	must(t, os.Chmod(filepath.Join(src, "zz"), 0o600))
	_ = os.Chown(filepath.Join(src, "d/cc"), 1234, 2345) // root only; others' trees just have less in them
	_ = exec.Command("setfattr", "-n", "user.q", "-v", "1", filepath.Join(src, "zz")).Run()
	for name, body := range map[string]string{
		"aa": "old", "d/bb": strings.Repeat("new bb ", 500) + strings.Repeat("x", 5000), "zz": "zz old",
		"x1": "extra", "d/x2": "extra", "xd/sub/f": "x", "hl2": "separate",
	} {
		put(filepath.Join(dst, name), body)
		must(t, os.Chtimes(filepath.Join(dst, name), older, older))
	}
	must(t, os.Symlink("other", filepath.Join(dst, "ln")))
	for _, top := range []string{src, dst} {
		for _, name := range []string{"d", "nd", "xd/sub", "xd", "."} {
			if path := filepath.Join(top, name); top == src || name != "nd" {
				_ = os.Chtimes(path, old, old)
			}
		}
	}
	for _, name := range []string{"aa", "d/bb", "d/cc", "zz", "new1", "nd/in", "ff"} {
		must(t, os.Chtimes(filepath.Join(src, name), old, old))
	}
	for _, name := range []string{"ln", "lnew"} {
		must(t, exec.Command("touch", "-h", "-d", "@"+strconv.FormatInt(old.Unix(), 10), filepath.Join(src, name)).Run())
	}
}
