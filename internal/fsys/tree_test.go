//go:build unix

package fsys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Tests build their trees with package os: fsys is what is tested.

// variants are the ways a Root can be made to resolve.
var variants = []struct {
	name  string
	avoid Avoid
}{
	{"kernel", 0},
	{"walk", AvoidOpenat2},
	{"no-fchmodat2", AvoidOpenat2 | AvoidFchmodat2},
	{"no-proc", AvoidOpenat2 | AvoidFchmodat2 | AvoidProc},
	{"bare", AvoidOpenat2 | AvoidFchmodat2 | AvoidProc | AvoidXattrat},
}

func eachVariant(t *testing.T, test func(t *testing.T, root *Root, dir string)) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			dir := t.TempDir()
			root := openRoot(t, dir, RootOptions{Avoid: v.avoid})
			before := countFDs(t)
			test(t, root, dir)
			root.ForgetAll()
			if after := countFDs(t); after != before {
				t.Errorf("%d descriptors before, %d after", before, after)
			}
		})
	}
}

func openRoot(t testing.TB, dir string, o RootOptions) *Root {
	t.Helper()
	root, err := OpenRoot(dir, Operator{UID: uint32(os.Geteuid())}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func countFDs(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Skip("cannot count descriptors:", err)
	}
	return len(list)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err error, want ...error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	t.Errorf("%s: %v, want one of %v", what, err, want)
}

func TestBeneathAcceptsAndRefuses(t *testing.T) {
	eachVariant(t, func(t *testing.T, root *Root, dir string) {
		must(t, os.MkdirAll(dir+"/a/b/c", 0o755))
		must(t, os.MkdirAll(dir+"/x/y", 0o755))
		must(t, os.WriteFile(dir+"/file", []byte("hi"), 0o644))
		for name, target := range map[string]string{
			"in": "a/b", "a/up": "../x", "a/b/c/far": "../../../x/y", "abs": dir + "/a", "esc": "../",
			"a/esc": "../..", "loop": "loop", "chain": "in/c", "tofile": "file", "dang": "nowhere",
			"slash": "a//b/", "round": "a/../x/../a/b/c/../../b",
		} {
			must(t, os.Symlink(target, filepath.Join(dir, name)))
		}
		for path, real := range map[string]string{
			"": "", ".": "", "a": "a", "a/b/c": "a/b/c", "a//b/./c/": "a/b/c", "in": "a/b", "in/c": "a/b/c",
			"a/up": "x", "a/up/y": "x/y", "in/c/far": "x/y", "chain": "a/b/c", "chain/far": "x/y",
			"slash/c": "a/b/c", "round": "a/b",
		} {
			d, err := root.Dir([]byte(path))
			if err != nil {
				t.Errorf("Dir(%q): %v", path, err)
				continue
			}
			var got, want Stat
			must(t, d.Fstat(&got))
			must(t, sysStat(unix.AT_FDCWD, filepath.Join(dir, real), true, &want))
			if !got.Same(&want) {
				t.Errorf("Dir(%q) is not %q", path, real)
			}
			d.Close()
		}
		for path, want := range map[string]syscall.Errno{
			"/": syscall.EINVAL, "/a": syscall.EINVAL, "..": syscall.EINVAL, "a/../x": syscall.EINVAL,
			"abs": syscall.ELOOP, "abs/b": syscall.ELOOP, "esc": syscall.ELOOP, "esc/a": syscall.ELOOP,
			"a/esc/etc": syscall.ELOOP, "loop": syscall.ELOOP, "loop/x": syscall.ELOOP,
			"file": syscall.ENOTDIR, "file/x": syscall.ENOTDIR, "tofile": syscall.ENOTDIR,
			"dang": syscall.ENOENT, "none": syscall.ENOENT, "a/none/b": syscall.ENOENT, "a\x00b": syscall.EINVAL,
		} {
			d, err := root.Dir([]byte(path))
			if err == nil {
				d.Close()
			}
			if err != want {
				t.Errorf("Dir(%q): %v, want %v", path, err, want)
			}
		}

		// The same with the leaf followed.
		var st Stat
		must(t, root.StatBeneath([]byte("tofile"), &st))
		if !st.IsRegular() || st.Size != 2 {
			t.Errorf("StatBeneath(tofile): %+v", st)
		}
		must(t, root.StatBeneath([]byte("a/up"), &st))
		if !st.IsDir() {
			t.Errorf("StatBeneath(a/up): %+v", st)
		}
		wantErr(t, "StatBeneath(abs)", root.StatBeneath([]byte("abs"), &st), syscall.ELOOP)
		wantErr(t, "StatBeneath(dang)", root.StatBeneath([]byte("dang"), &st), syscall.ENOENT)
		f, err := root.OpenReadBeneath([]byte("tofile"), NoAtime, &st)
		must(t, err)
		data, err := io.ReadAll(f)
		if string(data) != "hi" || err != nil {
			t.Errorf("read through a link: %q, %v", data, err)
		}
		must(t, f.Close())
		_, err = root.OpenReadBeneath([]byte("abs/b"), 0, nil)
		wantErr(t, "OpenReadBeneath(abs/b)", err, syscall.ELOOP)
	})
}

func TestDotDotWhereAllowed(t *testing.T) {
	for _, v := range variants[:2] {
		t.Run(v.name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.MkdirAll(dir+"/a/b", 0o755))
			must(t, os.MkdirAll(dir+"/x", 0o755))
			root := openRoot(t, dir, RootOptions{Avoid: v.avoid, AllowDotDot: true})
			d, err := root.Dir([]byte("a/b/../../x"))
			must(t, err)
			must(t, d.Close())
			_, err = root.Dir([]byte("a/../../x"))
			wantErr(t, "above the root", err, syscall.ELOOP)
		})
	}
}

func TestFollowing(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/out/deep", 0o755))
	must(t, os.Mkdir(dir+"/root", 0o755))
	must(t, os.WriteFile(dir+"/out/f", []byte("x"), 0o644))
	must(t, os.Symlink(dir+"/out", dir+"/root/abs"))
	must(t, os.Symlink("../out", dir+"/root/rel"))
	root := openRoot(t, dir+"/root", RootOptions{Resolver: Following})
	for _, p := range []string{"abs", "rel/deep", "abs/deep"} {
		d, err := root.Dir([]byte(p))
		must(t, err)
		must(t, d.Close())
	}
	var st Stat
	must(t, root.StatBeneath([]byte("rel/f"), &st))
	long := strings.Repeat("rel/../root/", 600)
	if _, err := root.Dir([]byte(long)); err != syscall.EINVAL {
		t.Errorf("..: %v", err)
	}
	d, err := root.Dir([]byte(strings.Repeat("./", 3000) + "rel/deep"))
	must(t, err)
	must(t, d.Close())
}

// TestDeep makes a tree deeper than the longest path a system call takes.
func TestDeep(t *testing.T) {
	eachVariant(t, func(t *testing.T, root *Root, dir string) {
		const name = "a-component-of-some-length-so-that-paths-soon-get-long"
		d := root.Anchor().Hold()
		var path []string
		for range 150 {
			must(t, d.Mkdir(name, 0o755))
			next, err := d.OpenDir(name)
			must(t, err)
			must(t, d.Close())
			d, path = next, append(path, name)
		}
		must(t, d.Symlink(strings.Repeat("../", 40)+name, "up"))
		var deep, got Stat
		must(t, d.Fstat(&deep))
		must(t, d.Close())
		long := []byte(strings.Join(path, "/"))
		if len(long) < 2*PathMax {
			t.Fatal("not long enough")
		}
		e, err := root.Dir(long)
		must(t, err)
		must(t, e.Fstat(&got))
		if !got.Same(&deep) {
			t.Error("the long path leads elsewhere")
		}
		must(t, e.Close())
		root.ForgetAll()
		e, err = root.Dir(append(long, "/up"...)) // further back than is held open
		must(t, err)
		must(t, e.Close())
		must(t, os.RemoveAll(filepath.Join(dir, name)))
	})
}

func TestNames(t *testing.T) {
	eachVariant(t, func(t *testing.T, root *Root, dir string) {
		d := root.Anchor()
		for _, name := range []string{
			"\xff\xfe", "new\nline", "-x", " ", "...", strings.Repeat("n", 255), strings.Repeat("\x80", 255), "\\", "é",
		} {
			f, err := d.CreateExcl(name, 0o600)
			must(t, err)
			must(t, f.Close())
			_, err = d.CreateExcl(name, 0o600)
			wantErr(t, "again", err, fs.ErrExist)
			var a, b Stat
			must(t, d.Lstat(name, &a))
			must(t, d.LstatZ(append([]byte(name), 0), &b))
			if a != b {
				t.Errorf("Lstat and LstatZ of %q differ", name)
			}
			must(t, d.Chmod(name, 0o640))
			must(t, d.Unlink(name))
			wantErr(t, "gone", d.Lstat(name, &a), fs.ErrNotExist)
		}
		var st Stat
		for name, want := range map[string]error{
			"": syscall.ENOENT, "..": syscall.EINVAL, "a/b": syscall.EINVAL, "/": syscall.EINVAL, "a\x00": syscall.EINVAL,
			strings.Repeat("n", 256): syscall.ENAMETOOLONG, strings.Repeat("n", 5000): syscall.ENAMETOOLONG,
		} {
			if err := d.Lstat(name, &st); err != want {
				t.Errorf("Lstat(%.10q): %v, want %v", name, err, want)
			}
			if err := d.Mkdir(name, 0o755); err != want {
				t.Errorf("Mkdir(%.10q): %v, want %v", name, err, want)
			}
			if err := d.Rename("x", d, name); name != "" && len(name) < 256 && err != want {
				t.Errorf("Rename to %.10q: %v, want %v", name, err, want)
			}
		}
	})
}

func TestHeldDirs(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir, RootOptions{Held: 4})
	before := countFDs(t)
	for i := range 50 {
		must(t, os.Mkdir(fmt.Sprintf("%s/d%d", dir, i), 0o755))
		d, err := root.Dir(fmt.Appendf(nil, "d%d", i))
		must(t, err)
		must(t, d.Close())
	}
	if n := countFDs(t) - before; n != 4 {
		t.Errorf("%d directories held, want 4", n)
	}
	// A directory made anew is found once the root was told.
	d, err := root.Dir([]byte("d49"))
	must(t, err)
	must(t, root.Anchor().Rmdir("d49"))
	must(t, root.Anchor().Mkdir("d49", 0o755))
	root.Forget([]byte("d49"))
	e, err := root.Dir([]byte("d49"))
	must(t, err)
	must(t, e.Mkdir("sub", 0o755))
	if d == e {
		t.Error("still the old directory")
	}
	must(t, d.Close())
	must(t, e.Close())
	allocs := testing.AllocsPerRun(100, func() {
		d, err := root.Dir([]byte("d49"))
		if err != nil {
			t.Fatal(err)
		}
		d.Close()
	})
	if allocs != 0 {
		t.Errorf("%v allocations for a held directory", allocs)
	}
}

// TestRace flips a component between a directory and a link that leads out,
// while every kind of call goes through it.
func TestRace(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, d := range []string{"out", "root/sub", "root/good"} {
				must(t, os.MkdirAll(filepath.Join(dir, d), 0o755))
			}
			must(t, os.WriteFile(dir+"/out/secret", []byte("secret"), 0o600))
			must(t, os.WriteFile(dir+"/root/sub/secret", []byte("public"), 0o644))
			must(t, os.Symlink("../out", dir+"/root/evil"))
			must(t, os.Symlink("good", dir+"/root/link"))
			root := openRoot(t, dir+"/root", RootOptions{Avoid: v.avoid})

			stop := make(chan struct{})
			var flips sync.WaitGroup
			flips.Go(func() {
				in := dir + "/root/"
				for {
					select {
					case <-stop:
						return
					default:
					}
					os.Rename(in+"sub", in+"keep")
					os.Rename(in+"evil", in+"sub")
					os.Rename(in+"sub", in+"evil")
					os.Rename(in+"keep", in+"sub")
				}
			})
			buf := make([]byte, 16)
			for i := range 3000 {
				root.ForgetAll()
				d, err := root.Dir([]byte("sub"))
				if err != nil {
					continue
				}
				name := fmt.Sprintf("n%d", i)
				if f, err := d.OpenRead("secret", 0, nil); err == nil {
					if n, _ := f.Read(buf); string(buf[:n]) != "public" {
						t.Errorf("read %q", buf[:n])
					}
					f.Close()
				}
				if f, err := d.CreateExcl(name, 0o600); err == nil {
					f.Close()
				}
				d.Chmod("secret", 0o644)
				d.SetTimes("secret", Omit(), Time{Sec: 1})
				d.Mkdir(name+"d", 0o755)
				d.Rename(name, d, name+"r")
				d.Unlink(name + "r")
				d.Rmdir(name + "d")
				d.Close()
			}
			close(stop)
			flips.Wait()
			list, err := os.ReadDir(dir + "/out")
			must(t, err)
			info, err := os.Stat(dir + "/out/secret")
			must(t, err)
			if len(list) != 1 || info.Mode() != 0o600 || info.ModTime().Unix() == 1 {
				t.Errorf("outside: %v, %v, %v", list, info.Mode(), info.ModTime())
			}
		})
	}
}

// TestFewDescriptors runs out of descriptors that only speed needed.
func TestFewDescriptors(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir, RootOptions{})
	open := func(i int) error {
		d, err := root.Dir(fmt.Appendf(nil, "d%d", i))
		if err == nil {
			err = d.Close()
		}
		return err
	}
	for i := range 30 {
		must(t, os.Mkdir(fmt.Sprintf("%s/d%d", dir, i), 0o755))
	}
	for i := range 20 {
		must(t, open(i))
	}
	var old unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	few := old
	few.Cur = 0
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
	for i := range few.Max { // the limit is above the highest descriptor in use
		if _, err := unix.FcntlInt(uintptr(i), unix.F_GETFD, 0); err == unix.EBADF {
			few.Cur = i
			break
		}
	}
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &few))
	for i := 20; i < 30; i++ {
		if err := open(i); err != nil {
			t.Fatalf("directory %d: %v", i, err)
		}
	}
}

// TestLeafRace flips a leaf between a file and a link that leads out.
func TestLeafRace(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.Mkdir(dir+"/root", 0o755))
			secret := dir + "/secret"
			must(t, os.WriteFile(secret, []byte("secret"), 0o600))
			must(t, os.WriteFile(dir+"/root/leaf", []byte("public"), 0o600))
			must(t, os.Symlink(secret, dir+"/root/evil"))
			var before, after Stat
			must(t, sysStat(unix.AT_FDCWD, secret, false, &before))
			d := openRoot(t, dir+"/root", RootOptions{Avoid: v.avoid}).Anchor()

			stop := make(chan struct{})
			var flips sync.WaitGroup
			flips.Go(func() {
				in := dir + "/root/"
				for {
					select {
					case <-stop:
						return
					default:
					}
					os.Rename(in+"leaf", in+"keep")
					os.Rename(in+"evil", in+"leaf")
					os.Rename(in+"leaf", in+"evil")
					os.Rename(in+"keep", in+"leaf")
				}
			})
			buf := make([]byte, 16)
			for range 2000 {
				if f, err := d.OpenRead("leaf", 0, nil); err == nil {
					if n, _ := f.Read(buf); string(buf[:n]) != "public" {
						t.Errorf("read %q", buf[:n])
					}
					f.Close()
				}
				if f, err := d.OpenInPlace("leaf", 0, nil); err == nil {
					f.WriteAt([]byte("public"), 0)
					f.Close()
				}
				d.Chmod("leaf", 0o644)
				d.SetTimes("leaf", Time{Sec: 1}, Time{Sec: 1})
				d.Chown("leaf", 12345, 12345)
				d.SetXattr("leaf", "user.x", []byte("x"))
			}
			close(stop)
			flips.Wait()
			must(t, sysStat(unix.AT_FDCWD, secret, false, &after))
			if before != after {
				t.Errorf("outside: %+v became %+v", before, after)
			}
		})
	}
}
