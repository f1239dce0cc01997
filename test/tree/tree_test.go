//go:build linux

package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestText shows that each thing a picture is for changes its text.
func TestText(t *testing.T) {
	old := time.Unix(1_000_000_000, 5)
	now := time.Now()
	build := func(t *testing.T, change func(dir string)) string {
		dir := t.TempDir()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		a := filepath.Join(dir, "a")
		must(os.WriteFile(a, []byte("content"), 0o644))
		must(os.Symlink("a", filepath.Join(dir, "l")))
		change(dir)
		if _, err := os.Stat(filepath.Join(dir, "fresh")); err != nil {
			must(os.Chtimes(a, old, old))
		}
		tr, err := Read(dir)
		must(err)
		return tr.Text(now)
	}
	plain := build(t, func(string) {})
	if want := "f0644"; !strings.Contains(plain, want) || !strings.Contains(plain, "1000000000.000000005 content\n") {
		t.Errorf("picture:\n%s", plain)
	}
	for name, change := range map[string]func(dir string){
		"content":   func(d string) { _ = os.WriteFile(d+"/a", []byte("other!!"), 0o644) },
		"mode":      func(d string) { _ = os.Chmod(d+"/a", 0o600) },
		"hard link": func(d string) { _ = os.Link(d+"/a", d+"/b") },
		"target":    func(d string) { _ = os.Remove(d + "/l"); _ = os.Symlink("b", d+"/l") },
		"time":      func(d string) { _ = os.Mkdir(d+"/fresh", 0o755) },
	} {
		if build(t, change) == plain {
			t.Errorf("a change of %s does not show", name)
		}
	}
}

func TestReadNothing(t *testing.T) {
	tr, err := Read(filepath.Join(t.TempDir(), "none"))
	if err != nil || len(tr) != 0 {
		t.Error(tr, err)
	}
}
