//go:build linux

// Package random invents small trees and command lines from a seed and runs them
// by stock rsync and by the program under test: what they print, the exit code
// and every tree must come out alike. What differs is made smaller and printed as
// a shell script.
//
// A default run tries a hundred seeds, always the same ones. With
// GODWIT_RANDOM=N it tries N more, beginning at a seed that the clock gives;
// GODWIT_RANDOM_SEED=S (or S-T) tries those.
package random

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// nobody is the identity of an ordinary user.
const nobody = 65534

// seeds are those of a default run.
const seeds = 100

func TestRandom(t *testing.T) {
	program.Need(t, "sh", "setfacl")
	if os.Getuid() != 0 {
		t.Skip("the trees belong to several users: only root can make them")
	}
	j := &judge{stock: program.Stock(t), godwit: program.Godwit(t)}
	first, last := uint64(1), uint64(seeds)
	if n, err := strconv.ParseUint(os.Getenv("GODWIT_RANDOM"), 10, 64); err == nil {
		first = uint64(time.Now().UnixMilli())
		last = first + n - 1
	}
	if s := os.Getenv("GODWIT_RANDOM_SEED"); s != "" {
		from, to, ok := strings.Cut(s, "-")
		if !ok {
			to = from
		}
		var err1, err2 error
		first, err1 = strconv.ParseUint(from, 10, 64)
		if last, err2 = strconv.ParseUint(to, 10, 64); err1 != nil || err2 != nil {
			t.Fatal("GODWIT_RANDOM_SEED is neither a number nor a range: ", s)
		}
	}
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := generate(seed)
			wrong := j.differs(t, c, 4)
			if wrong == "" {
				return
			}
			small, why := j.shrink(t, c, wrong)
			if again := j.differs(t, small, 4); again != "" {
				c, wrong = small, why
			} // else it was a race that the small case lost
			t.Errorf("%s%s", c, wrong)
		})
	}
}

// A judge runs cases by both programs.
type judge struct{ stock, godwit string }

// differs says what comes out otherwise, and nothing when both agree. Where
// processes race, stock itself has several outcomes: each is right.
func (j *judge) differs(t *testing.T, c *testCase, rounds int) string {
	var right, found []outcome
	wrong := ""
	for range rounds {
		right = append(right, j.run(t, c, j.stock, j.stock))
		if failing.MatchString(right[0].stderr) {
			return ""
		}
		switch c.ends.stock {
		case "client":
			found = append(found, j.run(t, c, j.stock, j.godwit))
		case "server":
			found = append(found, j.run(t, c, j.godwit, j.stock))
		default:
			found = append(found, j.run(t, c, j.godwit, j.godwit))
		}
		for _, w := range right {
			for _, g := range found {
				if wrong = compare(w, g); wrong == "" {
					return ""
				}
			}
		}
	}
	return wrong
}

// failing matches what stock says when it breaks on a tree it should copy, so that nothing can be learnt from it: hard
// links whose leader is in a list that is done with (docs/protocol/03-transfer.md §10.4, §10.6), a default
// ACL looked for where a directory has just become a file.
var failing = regexp.MustCompile(`File-list index \d+ not in|Hlink node data for|get_acl: sys_acl_get_file\(.*ACL_TYPE_DEFAULT\): Permission denied|default_perms_for_dir: `)

// shrink takes away what does not matter to the difference.
func (j *judge) shrink(t *testing.T, c *testCase, wrong string) (*testCase, string) {
	tries := 0
	for found := true; found && tries < 250; { // each round takes one thing away
		found = false
		c.smaller(func(d *testCase) bool {
			if tries++; t.Context().Err() != nil || tries > 250 {
				return false
			}
			if w := j.differs(t, d, 1); w != "" && kindOf(w) == kindOf(wrong) {
				c, wrong, found = d, w, true
			}
			return !found
		})
	}
	return c, wrong
}

// kindOf gives the heads of a report, so that one difference does not shrink to another one.
func kindOf(report string) string {
	var heads []string
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "## ") {
			heads = append(heads, line)
			break
		}
	}
	return strings.Join(heads, "")
}

// outcome is all that is compared.
type outcome struct {
	exit, deletions, items, remarks, stderr, tree string
	hung                                          bool
}

func compare(want, got outcome) string {
	var b strings.Builder
	if got.hung != want.hung {
		fmt.Fprintf(&b, "## one hangs; stderr so far:\n%s", got.stderr)
	}
	for _, c := range []struct{ what, want, got string }{
		{"tree", want.tree, got.tree},
		{"exit code", want.exit, got.exit},
		{"items", want.items, got.items},
		{"deletions", want.deletions, got.deletions},
		{"remarks", want.remarks, got.remarks},
		{"stderr", want.stderr, got.stderr},
	} {
		if c.want != c.got {
			fmt.Fprintf(&b, "## %s (- stock, + godwit):\n%s", c.what, output.Diff(c.want, c.got))
		}
	}
	return b.String()
}

// remark matches what the generating process says beside the list of changes.
var remark = regexp.MustCompile(`^(skipping |cannot delete |ignoring |backed up |sender removed |.* is uptodate$|.* exists$|.* is newer$|not creating |.* exists \(.*\)$|\[(sender|generator|receiver)\] |.* is (over|under) )`)

func (j *judge) run(t *testing.T, c *testCase, client, server string) outcome {
	top := program.Dir(t)
	defer program.Remove(top)
	work := filepath.Join(top, "w")
	err := os.Mkdir(work, 0o755)
	for name, entries := range c.trees {
		if err == nil {
			err = build(filepath.Join(work, name), entries)
		}
	}
	if err == nil && c.list != nil {
		err = os.WriteFile(filepath.Join(work, "list"), []byte(strings.Join(c.list, "\n")+"\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", `umask $0; exec "$@"`, c.umask, client}
	args = append(args, c.options...)
	src, dst := "", "dst/"
	switch c.ends.mode {
	case "push":
		dst = "h:" + work + "/dst/"
	case "pull":
		src = "h:" + work + "/"
	}
	if c.ends.mode != "local" {
		args = append(args, "-e", program.RemoteShell(t, top), "--rsync-path="+server)
	}
	for _, o := range c.operands {
		args = append(args, src+o)
	}
	cmd := exec.Command("sh", append(args, dst)...)
	cmd.Dir = work
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8", "LANG=C.UTF-8", "USER=tester", "LOGNAME=tester"}
	if !c.root {
		for _, d := range []string{top, work} {
			if err := os.Lchown(d, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody, 1234}}}
	}
	if err := os.Chtimes(work, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	res := program.Run(t, cmd)
	n := output.New(work, client)
	text := func(raw []byte) string {
		return strings.NewReplacer(filepath.Base(top), "<DIR>", server, "<RSYNC>").Replace(n.Text(raw))
	}
	o := outcome{exit: output.Exit(res.Exit), stderr: output.Sorted(text(res.Stderr)), hung: res.Hung}
	var items, remarks, deletions strings.Builder
	for line := range strings.Lines(text(res.Stdout)) {
		switch bare := strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "deleting "), strings.HasPrefix(line, "*deleting "), strings.HasPrefix(line, "would delete "):
			deletions.WriteString(line)
		case remark.MatchString(bare):
			remarks.WriteString(line)
		default:
			items.WriteString(line)
		}
	}
	o.items, o.remarks, o.deletions = items.String(), remarks.String(), deletions.String()
	if c.letter('H') || c.ends.mode != "local" {
		// Hard links are reported as their groups complete; two processes write to one stream.
		o.items = output.Sorted(o.items)
	}
	o.remarks = output.Sorted(o.remarks)
	pic, err := tree.Read(work)
	if err != nil {
		t.Fatal(err)
	}
	// --relative repeats the path to the trees.
	o.tree = strings.ReplaceAll(pic.Text(start), filepath.Base(top), "<DIR>")
	return o
}
