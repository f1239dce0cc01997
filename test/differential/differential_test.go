//go:build linux

// Package differential runs the same command lines by stock rsync and by the
// program under test on copies of the same tree, and compares all that can be
// seen afterwards: both trees, standard output and error after normalisation
// (package output), and the exit code.
//
// The rows are in testdata/*.rows, which a person can read and extend; see the
// type row for the format. In a normal run each row runs in one mode (local, push or
// pull over a stand-in for ssh); with GODWIT_TEST_FULL=1 in all that make sense.
package differential

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// nobody is the identity of an ordinary user; group 1234 is one of theirs.
const nobody = 65534

func TestRows(t *testing.T) {
	program.Need(t, "sh", "setfattr", "setfacl")
	tab, err := load("testdata/*.rows")
	if err != nil {
		t.Fatal(err)
	}
	stock, prog := program.Stock(t), program.Godwit(t)
	full := os.Getenv("GODWIT_TEST_FULL") != ""
	for _, r := range tab.rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			modes := []string{r.quick()}
			if full {
				modes = r.modes()
			}
			for _, mode := range modes {
				t.Run(mode, func(t *testing.T) { tab.judge(t, r, mode, stock, prog) })
			}
		})
	}
}

// again is how often stock is asked once more where the two differ: its processes race with each
// other, and what it does in any of the runs is right.
const again = 3

// judge runs a row by both programs and reports what differs.
func (tab *table) judge(t *testing.T, r *row, mode, stock, prog string) {
	// Both run in a directory of the same name, so that every length in the
	// output and on the wire is the same.
	got := tab.run(t, r, mode, prog)
	wrong := difference(tab.run(t, r, mode, stock), got)
	for n := 0; n < again && len(wrong) > 0 && r.differs == "" && !got.hung; n++ {
		if len(difference(tab.run(t, r, mode, stock), got)) == 0 {
			wrong = nil
		}
	}
	switch {
	case r.differs == "":
		for _, w := range wrong {
			t.Errorf("%s%s", r.script, w)
		}
	case len(wrong) == 0:
		t.Error("passes, but the row says that it differs: ", r.differs)
	default:
		t.Skip("differs: ", r.differs)
	}
}

// difference says in what two outcomes differ, or that one of them is none.
func difference(want, got outcome) (wrong []string) {
	if got.hung || want.hung {
		wrong = append(wrong, "it hangs; stderr so far:\n"+got.stderr)
	}
	for _, c := range []struct{ what, want, got string }{
		{"exit code", want.exit, got.exit},
		{"stdout", want.stdout, got.stdout},
		{"stderr", want.stderr, got.stderr},
		{"tree", want.tree, got.tree},
	} {
		if c.want != c.got {
			wrong = append(wrong, c.what+" differs (- stock, + godwit):\n"+output.Diff(c.want, c.got))
		}
	}
	return wrong
}

// outcome is all that is compared.
type outcome struct {
	exit, stdout, stderr, tree string
	hung                       bool
}

// prelude makes rsync the program under test, and the operands what the mode asks.
var prelude = map[string]string{
	"local": "S=src D=dst\n" + `rsync() { "$RSYNC" "$@"; }` + "\n",
	"push":  "S=src D=h:$PWD/dst\n" + `rsync() { "$RSYNC" -e "$RSH" --rsync-path="$RSYNC" "$@"; }` + "\n",
	"pull":  "S=h:$PWD/src D=dst\n" + `rsync() { "$RSYNC" -e "$RSH" --rsync-path="$RSYNC" "$@"; }` + "\n",
}

func (tab *table) run(t *testing.T, r *row, mode, prog string) outcome {
	top := program.Dir(t)
	work := filepath.Join(top, "w")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8", "LANG=C.UTF-8",
		"USER=tester", "LOGNAME=tester", "RSYNC=" + prog, "RSH=" + program.RemoteShell(t, top),
	}
	var as *syscall.SysProcAttr
	if r.has("user") && os.Getuid() == 0 {
		for _, d := range []string{top, work} {
			if err := os.Chown(d, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody, 1234}}}
	}
	sh := func(name, text string) program.Result {
		path := filepath.Join(top, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("sh", path)
		cmd.Dir, cmd.Env = work, env
		if as != nil {
			own := *as
			cmd.SysProcAttr = &own
		}
		return program.Run(t, cmd)
	}
	start := time.Now() // tree scripts set all times that count to old ones
	if res := sh("setup", "set -e\n"+tab.trees[r.tree]); res.Exit != 0 {
		t.Fatalf("the tree script of %s failed with %d:\n%s", r.tree, res.Exit, res.Stderr)
	}
	res := sh("cmd", prelude[mode]+r.script)
	n := output.New(work, prog)
	text := func(raw []byte) string {
		return heap.ReplaceAllString(strings.ReplaceAll(n.Text(raw), top, "<TOP>"), "$1 <N> ")
	}
	o := outcome{exit: output.Exit(res.Exit), stdout: text(res.Stdout), stderr: text(res.Stderr), hung: res.Hung}
	pic, err := tree.Read(work)
	if err != nil {
		t.Fatal(err)
	}
	o.tree = pic.Text(start)
	if r.has("quiet") {
		o.stdout = ""
	}
	if r.has("free") {
		o.stdout = output.Sorted(o.stdout)
	} else {
		o.stdout = streams(o.stdout)
	}
	if o.stderr = output.Sorted(o.stderr); r.has("mute") {
		o.stderr = ""
	}
	return o
}

// heap matches a line of the memory statistics that --info=stats3 gives.
var heap = regexp.MustCompile(`(?m)^(  [a-z]+:) +[0-9]+ `)

// remark matches what the generating process says beside the list of changes.
var remark = regexp.MustCompile(`^(skipping non-regular file |cannot delete non-empty directory: |ignoring unsafe symlink |backed up |sender removed |.* is uptodate\n|.* exists\n|.* is newer\n|not creating new |.* is (over max|under min)-size\n|.* exists \(.*\)\n|\[(sender|generator|receiver)\] )`)

// streams parts deletions and remarks from the list of changes, since
// they come from different processes of the reference and nothing orders
// them against each other. Within each stream order counts.
func streams(s string) string {
	var deleted, remarks, rest strings.Builder
	for line := range strings.Lines(s) {
		switch {
		case strings.HasPrefix(line, "deleting "), strings.HasPrefix(line, "*deleting "):
			deleted.WriteString(line)
		case remark.MatchString(line):
			remarks.WriteString(line)
		default:
			rest.WriteString(line)
		}
	}
	return deleted.String() + remarks.String() + rest.String()
}

// TestParse holds the format of the rows.
func TestParse(t *testing.T) {
	tab := &table{trees: map[string]string{}}
	err := tab.parse("x", "tree a\n\tmkdir src\n\tmkdir dst\n\nrows a\none: -av\ntwo [push free]: rsync x\n\trsync y\n\tdiffers: why\nthree-@(b c): -@\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(tab.rows) != 4 || tab.trees["a"] != "mkdir src\nmkdir dst\n" {
		t.Fatalf("%d rows, trees %q", len(tab.rows), tab.trees)
	}
	for i, want := range []row{
		{name: "one", script: "rsync -av $S/ $D/\n"},
		{name: "two", script: "rsync x\nrsync y\n", differs: "why"},
		{name: "three-b", script: "rsync -b $S/ $D/\n"},
		{name: "three-c", script: "rsync -c $S/ $D/\n"},
	} {
		got := tab.rows[i]
		if got.name != want.name || got.script != want.script || got.differs != want.differs || got.tree != "a" {
			t.Errorf("row %d: %+v", i, *got)
		}
	}
	if m := tab.rows[1].modes(); len(m) != 1 || m[0] != "push" || !tab.rows[1].has("free") {
		t.Error("flags:", m)
	}
}
