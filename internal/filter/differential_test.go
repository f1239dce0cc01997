package filter

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestAgainstReference runs random trees and rules through the installed rsync
// and through this package.
func TestAgainstReference(t *testing.T) {
	program, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("no rsync to compare with")
	}
	version, err := exec.Command(program, "--version").Output()
	if err != nil || !bytes.Contains(version, []byte("version 3.5.")) {
		t.Skip("the rsync installed is not a 3.5")
	}
	random := rand.New(rand.NewPCG(4, 2))
	runs := 40
	if testing.Short() {
		runs = 15
	}
	for range runs {
		c := randomCase(random)
		dir := t.TempDir()
		writeTree(t, dir, c.tree)
		code := runReference(t, program, dir, c)
		out := runCase(c)
		if out.err != nil {
			if code != out.err.Code {
				t.Errorf("%q: exit %d here, %d there (%v)", c.args, out.err.Code, code, out.err)
			}
			continue
		}
		if code != 0 {
			t.Errorf("%q: exit %d there", c.args, code)
			continue
		}
		if diff := diffSets("items", out.items, c.items) + diffSets("deleted", out.deleted, c.deleted); diff != "" {
			t.Errorf("%q\n%s%s", c.args, diff, describe(c.tree))
		}
	}
}

func runReference(t *testing.T, program, dir string, c *filterCase) int {
	cmd := exec.Command(program, append([]string{"-8", "-n", "-ii"}, c.args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "HOME=" + dir + "/home", "PATH=" + os.Getenv("PATH")}
	stdout, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(stdout), "\n") {
		switch {
		case strings.HasPrefix(line, "*deleting   "):
			c.deleted = append(c.deleted, line[12:])
		case len(line) > 12 && strings.ContainsRune(".>c", rune(line[0])) && strings.ContainsRune("fd", rune(line[1])) && line[11] == ' ':
			c.items = append(c.items, line[12:])
		}
	}
	return cmd.ProcessState.ExitCode()
}

var someNames = []string{"a", "b", "ab", "foo", "x.o", "x~", "core", "-d", "#e", "[a]"}

func randomCase(r *rand.Rand) *filterCase {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	tree := memTree{"": nil, "src": nil, "dst": nil, "home": nil}
	dirs := []string{""}
	for range 6 {
		d := path.Join(dirs[r.IntN(len(dirs))], pick(someNames...))
		dirs = append(dirs, d)
		for up := d; up != "."; up = path.Dir(up) {
			tree["src/"+up], tree["dst/"+up] = nil, nil
		}
	}
	empty := ""
	for range 14 {
		p := path.Join(pick("src", "dst"), dirs[r.IntN(len(dirs))], pick(someNames...))
		if _, there := tree[p]; !there {
			other := strings.Replace(p, "src/", "dst/", 1)
			if _, there := tree[other]; !there || p == other {
				tree[p] = &empty
			}
		}
	}
	pattern := func() string {
		var b strings.Builder
		if r.IntN(4) == 0 {
			b.WriteByte('/')
		}
		for i := range 1 + r.IntN(3) {
			if i > 0 {
				b.WriteByte('/')
			}
			b.WriteString(pick(append(someNames, "*", "**", "?", "a*", "*o", "[!a]*", "[a-f]oo", "***", `\[a]*`, "**o")...))
		}
		if r.IntN(4) == 0 {
			b.WriteByte('/')
		}
		return b.String()
	}
	rule := func() string {
		return pick("-", "+", "H", "S", "P", "R", "-!", "-p", "+s", "-/", "-r", "+!") + pick(" ", "_") + pattern()
	}
	for range 3 {
		content := ""
		for range 1 + r.IntN(2) {
			content += pick(rule(), rule(), rule(), "!", "# "+pattern(), ": .more", "- "+pattern()) + pick("\n", "\r\n", "\r")
		}
		tree[path.Join(pick("src", "dst"), dirs[r.IntN(len(dirs))], pick(".rf", ".rf", ".more"))] = &content
	}
	args := []string{"-r"}
	for range 1 + r.IntN(3) {
		args = append(args, "-f", rule())
	}
	args = append(args, "-f", pick(": .rf", ":n .rf", ":s .rf", ":p .rf", ": ../.rf", ":e .rf"))
	args = append(args, pick("--delete", "--delete-delay", "--delete-before", "--delete-excluded", "--no-i-r"))
	if r.IntN(4) == 0 {
		args = append(args, "-C")
	}
	args = append(args, pick("src/", "src/", "src/./"), "dst/")
	return &filterCase{tree: tree, args: args}
}

func writeTree(t *testing.T, dir string, tree memTree) {
	t.Helper()
	for p, content := range tree {
		if content == nil {
			if err := os.MkdirAll(filepath.Join(dir, p), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	for p, content := range tree {
		if content != nil {
			if err := os.WriteFile(filepath.Join(dir, p), []byte(*content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func describe(tree memTree) string {
	var b strings.Builder
	for p, content := range tree {
		if content != nil && *content != "" {
			b.WriteString("  " + p + ": " + strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(*content) + "\n")
		}
	}
	return b.String()
}
