//go:build linux || darwin || freebsd || netbsd || openbsd

package fsys

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTryLock(t *testing.T) {
	dir := t.TempDir()
	hold := func() *Dir {
		d, err := Operator{FollowAll: true}.OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	first, err := hold().TryLock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold().TryLock(); err != syscall.EWOULDBLOCK {
		t.Errorf("second lock: %v, want EWOULDBLOCK", err)
	}
	first.Close()
	again, err := hold().TryLock()
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	again.Close()
}

func TestOpenDirAt(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(base+"/a/b", 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"/abs": base + "/a", "/a/up": "../a/b", "/two": "abs/up"} {
		if err := os.Symlink(target, base+link); err != nil {
			t.Fatal(err)
		}
	}
	op := Operator{UID: uint32(os.Geteuid())}
	for path, want := range map[string]string{
		"/a/b": "/a/b", "/abs/b/": "/a/b", "/a/up": "/a/b", "/two/..": "/a", "/abs/./up//": "/a/b", "/": "",
	} {
		d, real, err := op.OpenDirAt(base + path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		d.Close()
		if real != base+want {
			t.Errorf("%s is at %s, want %s", path, real, base+want)
		}
	}
	start, err := op.OpenDir(base)
	if err != nil {
		t.Fatal(err)
	}
	defer start.Close()
	op.Base, op.BasePath = start, base
	d, real, err := op.OpenDirAt("abs/b")
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if real != base+"/a/b" {
		t.Errorf("relative: %s", real)
	}
}
