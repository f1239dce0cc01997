//go:build unix

package fsys

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestOperatorTrust follows docs/protocol/08-security.md §14 A: links of root and
// of the user are followed, those of others are not.
func TestOperatorTrust(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/real/sub", 0o755))
	must(t, os.WriteFile(dir+"/real/f", []byte("data"), 0o644))
	must(t, os.Symlink("real", dir+"/own"))
	must(t, os.Symlink(dir+"/real", dir+"/abs"))
	must(t, os.Symlink("own/../abs/f", dir+"/file"))
	must(t, os.Symlink("real", dir+"/foreign"))
	must(t, os.Symlink("loop", dir+"/loop"))
	must(t, os.Symlink("foreign/f", dir+"/viaforeign"))
	foreign := os.Geteuid() == 0
	if foreign {
		must(t, os.Lchown(dir+"/foreign", 12345, 12345))
	}
	before := countFDs(t)
	op := Operator{UID: uint32(os.Geteuid())}
	for _, p := range []string{"own", "abs", "own/", "own//sub", "abs/sub/..", "real/./sub"} {
		d, err := op.OpenDir(filepath.Join(dir) + "/" + p)
		if err != nil {
			t.Errorf("OpenDir(%q): %v", p, err)
			continue
		}
		must(t, d.Close())
	}
	var st Stat
	f, err := op.OpenRead(dir+"/file", &st)
	must(t, err)
	data, _ := io.ReadAll(f)
	must(t, f.Close())
	if string(data) != "data" || st.Size != 4 {
		t.Errorf("%q, %+v", data, st)
	}
	for p, want := range map[string]syscall.Errno{
		"": syscall.EINVAL, dir + "/loop": syscall.ELOOP, dir + "/none": syscall.ENOENT,
		dir + "/real/f/": syscall.ENOTDIR, dir + "/real/f/x": syscall.ENOTDIR, dir + "/none/x": syscall.ENOENT,
	} {
		if _, err := op.OpenRead(p, nil); err != want {
			t.Errorf("OpenRead(%q): %v, want %v", p, err, want)
		}
	}
	f, err = op.OpenWrite(dir+"/own/new", Create, 0o600, nil)
	must(t, err)
	must(t, f.Close())
	must(t, op.Stat(dir+"/real/new", &st))
	d, leaf, err := op.Parent(dir + "/own/sub//")
	must(t, err)
	if leaf != "sub" {
		t.Errorf("leaf %q", leaf)
	}
	must(t, d.Close())
	must(t, op.Lstat(dir+"/own", &st))
	if !st.IsSymlink() {
		t.Errorf("%+v", st)
	}

	if foreign {
		for _, p := range []string{"foreign", "foreign/", "foreign/sub", "viaforeign"} {
			if _, err := op.OpenDir(dir + "/" + p); err != syscall.ELOOP {
				t.Errorf("OpenDir(%q): %v", p, err)
			}
			if _, err := op.OpenWrite(dir+"/"+p, Create|Truncate, 0o600, nil); err != syscall.ELOOP {
				t.Errorf("OpenWrite(%q): %v", p, err)
			}
		}
		if _, _, err := op.Parent(dir + "/foreign/x"); err != syscall.ELOOP {
			t.Errorf("Parent: %v", err)
		}
		free := op
		free.FollowAll = true
		d, err := free.OpenDir(dir + "/foreign")
		must(t, err)
		must(t, d.Close())
		other := Operator{UID: 12345}
		d, err = other.OpenDir(dir + "/foreign")
		must(t, err)
		must(t, d.Close())
	}

	base, err := op.OpenDir(dir)
	must(t, err)
	rel := Operator{UID: op.UID, Base: base}
	must(t, rel.Stat("own/f", &st))
	must(t, rel.Stat("abs/f", &st))
	must(t, base.Close())
	if after := countFDs(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestOperatorConfined(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.MkdirAll(dir+"/mod/in", 0o755))
	must(t, os.MkdirAll(dir+"/module2", 0o755))
	must(t, os.WriteFile(dir+"/secret", nil, 0o644))
	must(t, os.WriteFile(dir+"/mod/ok", nil, 0o644))
	must(t, os.Symlink("..", dir+"/mod/up"))
	must(t, os.Symlink(dir+"/mod/in", dir+"/mod/abs"))
	must(t, os.Symlink("../mod/in", dir+"/mod/back"))
	must(t, os.Symlink(dir+"/secret", dir+"/mod/escape"))
	op := Operator{UID: uint32(os.Geteuid()), Confine: dir + "/mod"}
	var st Stat
	for _, p := range []string{"/mod", "/mod/ok", "/mod/in", "/mod/abs", "/mod/back", "/mod/in/../ok"} {
		if err := op.Stat(dir+p, &st); err != nil {
			t.Errorf("Stat(%q): %v", p, err)
		}
	}
	for _, p := range []string{"", "/secret", "/module2", "/mod/up", "/mod/up/secret", "/mod/escape", "/mod/../secret", "/new"} {
		if err := op.Stat(dir+p, &st); err != syscall.ELOOP {
			t.Errorf("Stat(%q): %v, want ELOOP", p, err)
		}
	}
	if _, err := op.OpenWrite(dir+"/mod/up/planted", Create, 0o600, nil); err != syscall.ELOOP {
		t.Errorf("created outside: %v", err)
	}
	if _, _, err := op.Parent(dir + "/mod/up/x"); err != syscall.ELOOP {
		t.Errorf("parent outside: %v", err)
	}
	// A relative path needs to know where it starts.
	if err := op.Stat("ok", &st); err != syscall.ELOOP {
		t.Errorf("relative without a base path: %v", err)
	}
	base, err := Operator{UID: op.UID}.OpenDir(dir + "/mod/in")
	must(t, err)
	defer base.Close()
	op.Base, op.BasePath = base, dir+"/mod/in"
	must(t, op.Stat("../ok", &st))
	if err := op.Stat("../../secret", &st); err != syscall.ELOOP {
		t.Errorf("relative escape: %v", err)
	}
}

// TestDescriptorNames opens what a shell's process substitution hands over.
func TestDescriptorNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors have link names on Linux only")
	}
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	_, err = w.Write([]byte("list"))
	must(t, err)
	must(t, w.Close())
	op := Operator{UID: uint32(os.Geteuid())}
	for _, form := range []string{"/dev/fd/%d", "/proc/self/fd/%d"} {
		f, err := op.OpenRead(fmt.Sprintf(form, r.Fd()), nil)
		if err != nil {
			t.Fatal(err)
		}
		must(t, f.SetBlocking())
		data, err := io.ReadAll(f)
		must(t, err)
		must(t, f.Close())
		if form[1] == 'd' && string(data) != "list" {
			t.Errorf("%s: %q", form, data)
		}
	}
	op.Confine = "/nowhere"
	if _, err := op.OpenRead(fmt.Sprintf("/proc/self/fd/%d", r.Fd()), nil); err != syscall.ELOOP {
		t.Errorf("a pipe is inside nothing: %v", err)
	}
}

// TestSearchOnly holds directories that may be searched but not read, which
// root cannot try.
func TestSearchOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every directory")
	}
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/a/b/c", 0o755))
	must(t, os.WriteFile(dir+"/a/b/c/f", nil, 0o644))
	must(t, os.Chmod(dir+"/a/b", 0o311))
	defer os.Chmod(dir+"/a/b", 0o755)
	for _, v := range variants {
		root := openRoot(t, dir, RootOptions{Avoid: v.avoid})
		for _, p := range []string{"a/b", "a/b/c"} {
			d, err := root.Dir([]byte(p))
			must(t, err)
			must(t, d.Close())
		}
		d, err := root.Dir([]byte("a/b"))
		must(t, err)
		must(t, d.Mkdir("new", 0o755))
		must(t, d.Rmdir("new"))
		var s Scanner
		if err := d.Scan(&s, 0); err != syscall.EACCES {
			t.Errorf("scan: %v", err)
		}
		must(t, d.Close())
	}
	op := Operator{UID: uint32(os.Geteuid())}
	var st Stat
	must(t, op.Stat(strings.Join([]string{dir, "a/b/c/f"}, "/"), &st))
}
