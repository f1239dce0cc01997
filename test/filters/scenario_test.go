//go:build linux

package filters

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
)

// A node is one name of the tree a scenario runs on. Directories above it are made as needed.
type node struct {
	path string
	kind byte // f, d or l
	text string
}

// A scenario is one command line on one tree, and who runs it.
type scenario struct {
	nodes []node
	env   []string
	// options are kept in groups (an option with its argument) so that one can be left out.
	options [][]string
	sources []string
	dest    string
	// mode is local, push or pull; client and server name the programs that are compared with two stock ones.
	mode, client, server string
	protocol             int
	// wet says that the transfer is carried out and not only shown.
	wet bool
}

// args is the command line without the program.
func (s *scenario) args(work, shell, server string) []string {
	args := []string{"-8", "-i"}
	if !s.wet {
		args = append(args, "-n")
	}
	far := func(want string) string {
		if s.mode == want {
			return "h:" + work + "/"
		}
		return ""
	}
	if s.mode != "local" {
		args = append(args, "-e", shell, "--rsync-path="+server)
	}
	args = append(args, fmt.Sprintf("--protocol=%d", s.protocol))
	for _, group := range s.options {
		args = append(args, group...)
	}
	for _, src := range s.sources {
		args = append(args, far("pull")+src)
	}
	return append(args, far("push")+s.dest)
}

// build makes the tree. All times are old ones, and equal, so that only missing names are work.
func (s *scenario) build(work string) error {
	for _, n := range s.nodes {
		path := filepath.Join(work, n.path)
		dir := filepath.Dir(path)
		if n.kind == 'd' {
			dir = path
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		var err error
		switch n.kind {
		case 'f':
			err = os.WriteFile(path, []byte(n.text), 0o644)
		case 'l':
			err = os.Symlink(n.text, path)
		}
		if err != nil {
			return err
		}
	}
	return filepath.WalkDir(work, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Type() == os.ModeSymlink {
			return err
		}
		return os.Chtimes(path, past, past)
	})
}

var past = time.Unix(1_000_000_000, 0)

// outcome is what is compared of a run.
type outcome struct {
	exit, stdout, stderr, names string
	hung                        bool
}

// stage is where scenarios run, and by what.
type stage struct {
	top, shell    string
	stock, godwit string
}

func newStage(t testing.TB) *stage {
	st := &stage{top: program.Dir(t), stock: program.Stock(t), godwit: program.Godwit(t)}
	st.shell = program.RemoteShell(t, st.top)
	return st
}

// compare runs a scenario by two stock programs and by the pair it names, and says how they differ.
func (st *stage) compare(t testing.TB, s *scenario) string {
	programs := map[string]string{"stock": st.stock, "godwit": st.godwit}
	// The directory has the same name for both, as it shows in messages.
	work, err := os.MkdirTemp(st.top, "w")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Remove(work)
	run := func(client, server string) outcome {
		if entries, err := os.ReadDir(work); err != nil {
			t.Fatal(err)
		} else if s.wet || len(entries) == 0 {
			for _, e := range entries {
				program.Remove(filepath.Join(work, e.Name()))
			}
			if err := s.build(work); err != nil {
				t.Fatal(err)
			}
		}
		return st.run(t, s, work, client, server)
	}
	want := run(st.stock, st.stock)
	got := run(programs[s.client], programs[s.server])
	if want.hung || got.hung {
		return fmt.Sprintf("it hangs (stock %v, this %v); stderr so far:\n%s", want.hung, got.hung, got.stderr)
	}
	if strings.Contains(got.stderr, "\ngoroutine ") {
		return "it panics:\n" + got.stderr
	}
	type part struct{ what, want, got string }
	var parts []part
	// A run that broke off has said as much as it had come to; where both ends find something to break off for,
	// the code is that of the faster one.
	complete := []string{"0", "23", "24", "25"}
	if slices.Contains(complete, want.exit) || slices.Contains(complete, got.exit) || s.mode == "local" {
		parts = append(parts, part{"exit code", want.exit, got.exit})
	}
	if slices.Contains(complete, want.exit) {
		parts = append(parts, part{"stdout", want.stdout, got.stdout}, part{"stderr", want.stderr, got.stderr},
			part{"destination", want.names, got.names})
	}
	var b strings.Builder
	for _, p := range parts {
		if p.want != p.got {
			fmt.Fprintf(&b, "%s differs (- stock, + this):\n%s\n", p.what, output.Diff(p.want, p.got))
		}
	}
	if b.Len() > 0 && want.stderr != "" {
		fmt.Fprintf(&b, "stock says:\n%sthis says:\n%s", want.stderr, got.stderr)
	}
	return b.String()
}

func (st *stage) run(t testing.TB, s *scenario, work, client, server string) outcome {
	cmd := exec.Command(client, s.args(work, st.shell, server)...)
	cmd.Dir = work
	cmd.Env = append([]string{"LC_ALL=C", "TZ=UTC", "HOME=" + work + "/home", "PATH=" + os.Getenv("PATH")}, s.env...)
	r := program.Run(t, cmd)
	n := output.New(work, client)
	o := outcome{exit: output.Exit(r.Exit), hung: r.Hung}
	// Deletions and items come from two processes of the reference: which names, not in which order.
	o.stdout, o.stderr = output.Sorted(n.Text(r.Stdout)), output.Sorted(n.Text(r.Stderr))
	if s.wet {
		var names []string
		top := filepath.Join(work, "dst")
		err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
			if err == nil {
				names = append(names, fmt.Sprintf("%v %q\n", d.Type(), path[len(top):]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.names = strings.Join(names, "")
	}
	return o
}

// String shows a scenario so that a person can run it.
func (s *scenario) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, client %s, server %s\n", s.mode, s.client, s.server)
	if len(s.env) > 0 {
		fmt.Fprintf(&b, "env %q\n", s.env)
	}
	fmt.Fprintf(&b, "rsync %q\n", s.args("$PWD", "rsh", s.server))
	for _, n := range s.nodes {
		fmt.Fprintf(&b, "  %c %q", n.kind, n.path)
		if n.text != "" {
			fmt.Fprintf(&b, " %q", n.text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// reduce leaves out of a scenario what its difference does not need.
func (st *stage) reduce(t testing.TB, s *scenario) *scenario {
	deadline := time.Now().Add(time.Minute)
	for again := true; again && time.Now().Before(deadline); {
		again = false
		for _, smaller := range s.smaller() {
			if time.Now().Before(deadline) && st.compare(t, smaller) != "" {
				s, again = smaller, true
				break
			}
		}
	}
	return s
}

// smaller lists scenarios that lack one thing.
func (s *scenario) smaller() []*scenario {
	var out []*scenario
	add := func(change func(c *scenario)) {
		c := *s
		change(&c)
		out = append(out, &c)
	}
	if s.mode != "local" {
		add(func(c *scenario) { c.mode, c.client, c.server = "local", "godwit", "godwit" })
	}
	if s.wet {
		add(func(c *scenario) { c.wet = false })
	}
	if s.protocol != 32 {
		add(func(c *scenario) { c.protocol = 32 })
	}
	for i := range s.options {
		add(func(c *scenario) { c.options = slices.Delete(slices.Clone(s.options), i, i+1) })
	}
	for i := range s.nodes {
		if p := s.nodes[i].path; p != "src" && p != "dst" {
			add(func(c *scenario) { c.nodes = slices.Delete(slices.Clone(s.nodes), i, i+1) })
		}
	}
	for i := range s.env {
		add(func(c *scenario) { c.env = slices.Delete(slices.Clone(s.env), i, i+1) })
	}
	if len(s.sources) > 1 {
		for i := range s.sources {
			add(func(c *scenario) { c.sources = slices.Delete(slices.Clone(s.sources), i, i+1) })
		}
	}
	for i, n := range s.nodes {
		if n.kind != 'f' {
			continue
		}
		lines := slices.Collect(strings.Lines(n.text))
		for j := range lines {
			add(func(c *scenario) {
				c.nodes = slices.Clone(s.nodes)
				c.nodes[i].text = strings.Join(slices.Delete(slices.Clone(lines), j, j+1), "")
			})
		}
	}
	return out
}
