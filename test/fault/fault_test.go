//go:build linux

// Package fault breaks transfers: either end is killed at random moments, the disk
// fills up, the peer closes early. What must hold is that no end hangs, that a file at
// its final name is always whole, and that a second run completes.
package fault

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(relayVariable); plan != "" {
		os.Exit(relayMain(plan))
	}
	os.Exit(program.Main(m))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// version lays one of two versions of a tree of 120 files: the second has a third of
// the files changed in the middle and a tenth of them gone, and ten new ones.
func version(t testing.TB, root string, second bool) {
	t.Helper()
	rnd := rand.NewChaCha8([32]byte{'f', 'a', 'u', 'l', 't'})
	old := time.Unix(1_600_000_000, 77)
	for i := range 130 {
		body := make([]byte, 1000+rnd.Uint64()%60_000)
		_, _ = rnd.Read(body)
		at := old
		if second && i%3 == 0 {
			copy(body[len(body)/2:], "changed")
			at = old.Add(24 * time.Hour)
		}
		if second && i%10 == 9 || !second && i >= 120 {
			continue
		}
		path := filepath.Join(root, fmt.Sprintf("dir%d/file%03d", i%7, i))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, body, 0o644))
		must(t, os.Chtimes(path, at, at))
	}
	for i := range 7 {
		must(t, os.Chtimes(filepath.Join(root, fmt.Sprintf("dir%d", i)), old, old))
	}
	must(t, os.Chtimes(root, old, old))
}

// temporary matches the name of a file that is still being received.
var temporary = regexp.MustCompile(`(^|/)\.[^/]+\.[A-Za-z0-9]{6}$`)

// whole checks that every file of dest has the content of one of the versions, and
// gives the names of the temporary ones.
func whole(t testing.TB, dest string, versions ...tree.Tree) (litter []string) {
	t.Helper()
	got, err := tree.Read(dest)
	must(t, err)
	for name, n := range got {
		if n.Type != 'f' || strings.Contains(name, ".~tmp~/") { // what --delay-updates holds back is at no final name
			continue
		}
		if temporary.MatchString(name) {
			litter = append(litter, name)
			continue
		}
		known := false
		for _, v := range versions {
			if w, ok := v[name]; ok && w.Content == n.Content {
				known = true
			}
		}
		if !known {
			t.Errorf("%s is not whole: %s", name, n.Content)
		}
	}
	return litter
}

// differ says where two trees differ.
func differ(t testing.TB, a, b string) string {
	t.Helper()
	ta, err := tree.Read(a)
	must(t, err)
	tb, err := tree.Read(b)
	must(t, err)
	later := time.Now().Add(time.Hour)
	if ta.Text(later) == tb.Text(later) {
		return ""
	}
	var out bytes.Buffer
	for name, n := range ta {
		if m, ok := tb[name]; !ok {
			fmt.Fprintf(&out, "missing: %s\n", name)
		} else if m.Content != n.Content || m.Sec != n.Sec || m.Mode != n.Mode {
			fmt.Fprintf(&out, "%s: %v, want %v\n", name, m, n)
		}
	}
	for name := range tb {
		if _, ok := ta[name]; !ok {
			fmt.Fprintf(&out, "left over: %s\n", name)
		}
	}
	return out.String()
}
