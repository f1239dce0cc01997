//go:build linux

package filters

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"godwit/test/program"
)

// TestWildcards holds the matcher against the reference's: every directory of one tree has a pattern of its own in a
// file of rules, and names that it might match. One run of each program decides about all of them.
func TestWildcards(t *testing.T) {
	rounds := uint64(1)
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		rounds = 40
	}
	for round := range rounds {
		wildcards(t, *first+round, 250)
	}
}

func wildcards(t *testing.T, seed uint64, directories int) {
	d := newDice(seed)
	work := program.Dir(t)
	patterns := map[string]string{}
	for i := range directories {
		dir := fmt.Sprintf("d%03d", i)
		patterns[dir] = d.anyPattern()
		at := filepath.Join(work, "src", dir)
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at, ".rf"), []byte("- "+patterns[dir]+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		for range 24 {
			d.place(t, at, patterns[dir])
		}
	}
	list := func(prog string) map[string]bool {
		cmd := exec.Command(prog, "-8", "-r", "-f", ": .rf", "--out-format=%n", "-n", "src/", "dst/")
		cmd.Dir, cmd.Env = work, []string{"LC_ALL=C"}
		r := program.Run(t, cmd)
		if r.Exit != 0 {
			t.Fatalf("%s: exit %d\n%s", prog, r.Exit, r.Stderr)
		}
		names := map[string]bool{}
		for line := range bytes.Lines(r.Stdout) {
			names[string(bytes.TrimRight(line, "\n"))] = true
		}
		return names
	}
	want, got := list(program.Stock(t)), list(program.Godwit(t))
	if len(want) < directories {
		t.Fatalf("the reference lists %d names", len(want))
	}
	var wrong []string
	for name := range want {
		if !got[name] {
			wrong = append(wrong, fmt.Sprintf("pattern %q takes in %q here, not there", patterns[name[:4]], name[4:]))
		}
	}
	for name := range got {
		if !want[name] {
			wrong = append(wrong, fmt.Sprintf("pattern %q takes in %q there, not here", patterns[name[:4]], name[4:]))
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		t.Errorf("seed %d\n%s", seed, strings.Join(wrong[:min(len(wrong), 20)], "\n"))
	}
}

// letters are what names are made of here; all of them mean something somewhere in a pattern.
const letters = `aabbz[]-^!\:.*?AZ0 ` + "\xe9"

// anyPattern is a pattern that need not make sense.
func (d dice) anyPattern() string {
	if d.once(3) {
		return d.pattern()
	}
	var b strings.Builder
	for range 1 + d.IntN(7) {
		switch c := d.pick("a", "b", "z", "*", "*", "**", "?", "[", "]", "/", "\\", "-", "^", "!", "[", "]", "[a", "b]", "[:alpha:]", "[[:", ":]", "[!", "]", "{}"); c {
		case "{}":
			i := d.IntN(len(letters))
			b.WriteString(letters[i : i+1])
		default:
			b.WriteString(c)
		}
	}
	if d.once(8) {
		b.WriteString(d.pick("***", "/***", "/**", "/"))
	}
	return b.String()
}

// place makes a file, in a directory sometimes, with a name that comes of the pattern.
func (d dice) place(t *testing.T, at, pattern string) {
	var b strings.Builder
	for i := range len(pattern) {
		c := pattern[i]
		switch {
		case d.once(4), strings.IndexByte("*?", c) >= 0 && !d.once(3):
			for range d.IntN(3) {
				b.WriteByte(letters[d.IntN(len(letters))])
			}
		case c == '[' && !d.once(3):
		case strings.IndexByte(`\]!^`, c) >= 0 && !d.once(3):
		default:
			b.WriteByte(c)
		}
	}
	name := strings.Trim(b.String(), "/")
	if d.once(6) {
		name += "/" + d.name()
	}
	name = filepath.Clean("/" + name)[1:]
	if name == "" {
		name = string(letters[d.IntN(len(letters)-4)])
	}
	path := filepath.Join(at, name)
	if len(filepath.Base(path)) > 200 || strings.ContainsRune(name, 0) {
		return
	}
	// A name that is there as something else already is of no use here.
	if os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		f.Close()
	} else if !os.IsExist(err) {
		t.Fatal(err)
	}
}
