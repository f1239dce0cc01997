//go:build linux

// Package corpus runs 800 random small transfers whose outcome with the
// reference is known: trees, options, operands, and then the itemized lines,
// the resulting tree, the backups, what is left of the source and the exit code.
//
// testdata/cases.jsonl.gz holds a case a line; its first line describes the
// format. Cases recorded as an ordinary user run under another identity when
// the tests run as root; those recorded as root are skipped when they do not.
package corpus

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// nobody is the identity of cases recorded as an ordinary user.
const nobody = 65534

func TestCorpus(t *testing.T) {
	program.Need(t, "sh")
	cases, err := read("testdata/cases.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 800 {
		t.Fatalf("%d cases", len(cases))
	}
	if os.Getuid() != 0 {
		t.Skip("the trees of the corpus belong to several users: only root can make them")
	}
	prog := program.Godwit(t)
	known := readKnown(t)
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			if reason, ok := known[c.ID]; ok {
				t.Skip("differs: ", reason)
			}
			try(t, &c, prog)
		})
	}
}

// readKnown reads the list of cases that are known to come out otherwise: id, tab, reason.
func readKnown(t *testing.T) map[string]string {
	text, err := os.ReadFile("testdata/known.tsv")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		id, reason, ok := strings.Cut(line, "\t")
		if !ok || reason == "" {
			t.Fatalf("testdata/known.tsv gives no reason for %s", id)
		}
		known[id] = reason
	}
	return known
}

func try(t *testing.T, c *testCase, prog string) {
	top := program.Dir(t)
	trees := map[string][]entry{"src": c.Source, "dst": c.Dest}
	maps.Copy(trees, c.Alt)
	for _, name := range slices.Sorted(maps.Keys(trees)) {
		if err := build(filepath.Join(top, name), trees[name]); err != nil {
			t.Fatal("building ", name, ": ", err)
		}
	}
	// The shell sets the umask: a process has only one, and cases run side by side.
	args := append([]string{"-c", `umask $0; exec "$@"`, c.Umask, prog}, c.Options...)
	args = append(append(args, c.Operands...), "dst/")
	cmd := exec.Command("sh", args...)
	cmd.Dir = top
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8"}
	if !c.AsRoot {
		if err := os.Lchown(top, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody, 1234}}}
	}
	start := time.Now()
	r := program.Run(t, cmd)
	command := "umask " + c.Umask + "; rsync " + strings.Join(append(append(slices.Clone(c.Options), c.Operands...), "dst/"), " ")
	if !c.AsRoot {
		command = "(as an ordinary user) " + command
	}
	fail := func(what, want, got string) {
		t.Errorf("%s\n%s (- wanted, + got):\n%s", command, what, output.Diff(want, got))
	}
	if r.Hung {
		t.Fatalf("%s\nhangs; stderr so far:\n%s", command, r.Stderr)
	}
	if r.Exit != c.Exit {
		t.Errorf("%s\nexit %d, want %d; stderr:\n%s", command, r.Exit, c.Exit, r.Stderr)
	}
	want, got := split(c, c.Stdout), split(c, lines(r.Stdout))
	for _, stream := range []string{"deletions", "items", "remarks"} {
		if want[stream] != got[stream] {
			fail(stream, want[stream], got[stream])
		}
	}
	compare := func(what string, want map[string]resultRow) {
		got, err := tree.Read(filepath.Join(top, what))
		if err != nil {
			t.Fatal(err)
		}
		expected := tree.Tree{}
		for path, row := range want {
			n := row.node
			if row.now {
				n.Sec = start.Add(time.Hour).Unix()
			}
			expected[path] = n
		}
		if w, g := expected.Text(start), got.Text(start); w != g {
			fail("tree "+what, w, g)
		}
	}
	compare("dst", c.Result)
	compare("bak", c.Backup)
	left, err := tree.Read(filepath.Join(top, "src"))
	if err != nil {
		t.Fatal(err)
	}
	wantLeft := slices.Sorted(slices.Values(c.SourceLeft))
	if gotLeft := slices.Sorted(maps.Keys(left)); !slices.Equal(gotLeft, wantLeft) {
		fail("left in src", strings.Join(wantLeft, "\n")+"\n", strings.Join(gotLeft, "\n")+"\n")
	}
}

// An item is an itemized change: eleven flags, a blank, a name.
var item = regexp.MustCompile(`^[<>ch.][fdLDS][^ ]{9} |^[<>ch.][fdLDS] {9} `)

// split parts a listing into the streams whose interleaving is free, as different
// processes of the reference write them: deletions, items, and remarks
// (files skipped, directories that could not make way). Within a stream order
// counts, save among the items of hard links.
func split(c *testCase, all []string) map[string]string {
	streams := map[string]string{}
	for _, l := range all {
		stream := "remarks"
		switch {
		case strings.HasPrefix(l, "*deleting "):
			stream = "deletions"
		case item.MatchString(l):
			stream = "items"
		}
		streams[stream] += l + "\n"
	}
	if c.orderFree() {
		streams["items"] = output.Sorted(streams["items"])
	}
	return streams
}

func lines(out []byte) []string {
	s := strings.TrimSuffix(output.Show(out), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
