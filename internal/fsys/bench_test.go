//go:build unix

package fsys

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
)

func benchTree(t testing.TB, n int) *Root {
	dir := t.TempDir()
	for i := range n {
		must(t, os.WriteFile(fmt.Sprintf("%s/file-%05d", dir, i), nil, 0o600))
	}
	return openRoot(t, dir, RootOptions{})
}

// TestAllocations holds the promise of the hot paths.
func TestAllocations(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux goes without the wrappers that allocate")
	}
	d := benchTree(t, 100).Anchor()
	var st Stat
	var s Scanner
	ents := make([]DirEnt, 32)
	buf := make([]byte, PathMax)
	must(t, d.Symlink("target", "link"))
	nameZ, name := []byte("file-00001\x00"), []byte("file-00002")
	for what, call := range map[string]func(){
		"LstatZ":    func() { must(t, d.LstatZ(nameZ, &st)) },
		"Lstat":     func() { must(t, d.Lstat(View(name), &st)) },
		"Readlink":  func() { _, err := d.Readlink("link", buf); must(t, err) },
		"missing":   func() { d.Lstat("none", &st) },
		"Chmod":     func() { must(t, d.Chmod(View(name), 0o640)) },
		"SetTimes":  func() { must(t, d.SetTimes(View(name), Omit(), Time{Sec: 9})) },
		"Chown":     func() { must(t, d.Chown(View(name), KeepID, KeepID)) },
		"Rename":    func() { must(t, d.Rename(View(name), d, View(name))) },
		"ListXattr": func() { _, err := d.ListXattr(View(name), buf); must(t, err) },
		"Scan": func() {
			must(t, d.Scan(&s, 0))
			for {
				if _, err := s.Next(ents); err == io.EOF {
					break
				}
			}
			must(t, s.Close())
		},
	} {
		if n := testing.AllocsPerRun(20, call); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	if n := testing.AllocsPerRun(20, func() {
		f, err := d.OpenRead(View(name), 0, &st)
		must(t, err)
		must(t, f.Close())
	}); n > 1 {
		t.Errorf("OpenRead: %v allocations, want the File alone", n)
	}
}

func BenchmarkLstatZ(b *testing.B) {
	d := benchTree(b, 10).Anchor()
	name := []byte("file-00001\x00")
	var st Stat
	b.ReportAllocs()
	for b.Loop() {
		must(b, d.LstatZ(name, &st))
	}
}

func BenchmarkScan1000(b *testing.B) {
	d := benchTree(b, 1000).Anchor()
	var s Scanner
	ents := make([]DirEnt, 128)
	b.ReportAllocs()
	for b.Loop() {
		must(b, d.Scan(&s, 0))
		for {
			if _, err := s.Next(ents); err == io.EOF {
				break
			}
		}
	}
	must(b, s.Close())
}

func BenchmarkDirHeld(b *testing.B) {
	root := benchTree(b, 0)
	must(b, root.Anchor().Mkdir("sub", 0o755))
	b.ReportAllocs()
	for b.Loop() {
		d, err := root.Dir([]byte("sub"))
		must(b, err)
		d.Close()
	}
}

func BenchmarkDirWalk(b *testing.B) {
	for _, v := range variants[:2] {
		b.Run(v.name, func(b *testing.B) {
			dir := b.TempDir()
			must(b, os.MkdirAll(dir+"/a/b/c/d/e", 0o755))
			root := openRoot(b, dir, RootOptions{Avoid: v.avoid})
			b.ReportAllocs()
			for b.Loop() {
				root.ForgetAll()
				d, err := root.Dir([]byte("a/b/c/d/e"))
				must(b, err)
				d.Close()
			}
		})
	}
}

func BenchmarkOpenRead(b *testing.B) {
	d := benchTree(b, 1).Anchor()
	var st Stat
	b.ReportAllocs()
	for b.Loop() {
		f, err := d.OpenRead("file-00000", 0, &st)
		must(b, err)
		f.Close()
	}
}
