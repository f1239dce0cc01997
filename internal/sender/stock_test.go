package sender_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"godwit/internal/options"
)

// pipes is a connection to a process by its standard input and output.
type pipes struct {
	io.ReadCloser
	in io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }
func (p pipes) CloseWrite() error           { return p.in.Close() }

func (p pipes) Close() error {
	p.in.Close()
	return p.ReadCloser.Close()
}

// push sends sources below dir to a receiver of the reference, into dest.
func push(t *testing.T, version int, dir, dest string, args []string, sources ...string) *rig {
	t.Helper()
	rsync, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("there is no rsync to talk to")
	}
	args = append(append([]string{}, args...), fmt.Sprintf("--protocol=%d", version))
	o, err := options.Parse(append(append([]string{}, args...), "s", "h:d"), &options.Config{})
	if err != nil {
		t.Fatal(err)
	}
	argv, _ := options.ServerArgs(o, options.Push, options.Capabilities)
	cmd := exec.CommandContext(t.Context(), rsync, append(argv, dest)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, pipes{out, in}, setup{version: version, dir: dir, args: args, sources: sources})
	if err := r.run(t.Context()); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("receiver: %v: %s", err, stderr.String())
	}
	return r
}

// source is a tree with what a sender meets, and dest what is there of it already.
func source(t *testing.T) (src, dest string) {
	t.Helper()
	src, dest = t.TempDir(), t.TempDir()
	random := rand.New(rand.NewChaCha8([32]byte{7}))
	big := make([]byte, 120000)
	for i := range big {
		big[i] = byte(random.Uint32())
	}
	changed := append(append(append([]byte{}, big[:90000]...), "inserted"...), big[95000:]...)
	const old, now = 900000000, 1000000000
	for _, f := range []struct {
		name     string
		new, old []byte
	}{
		{"big", changed, big}, {"same", []byte("same\n"), nil}, {"new", []byte("new\n"), nil}, {"empty", nil, nil},
		{"grown", big[:70000], big[:30000]}, {"d/zero", make([]byte, 100000), make([]byte, 50000)},
		{"d/e/deep", big[:1400], big[700:1400]}, {"d/e/" + strings.Repeat("long", 60), []byte("x"), nil}, {"z/only", []byte("y"), nil},
	} {
		put(t, src, f.name, f.new, now)
		if f.old != nil {
			put(t, dest, f.name, f.old, old)
		}
	}
	put(t, dest, "same", []byte("same\n"), now)
	for name, target := range map[string]string{"link": "same", "d/out": "../nowhere"} {
		if err := os.Symlink(target, filepath.Join(src, name)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		put(t, src, fmt.Sprintf("many/%d/f%d", i%7, i), fmt.Append(nil, i), now)
	}
	return src, dest
}

// picture describes a tree: names, modes, contents, targets, times of files.
func picture(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, p)
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v", name, info.Mode())
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %d %x", info.ModTime().Unix(), data)
		case info.Mode()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(p)
			b.WriteString(" -> " + target)
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStockReceiver(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each case")
	}
	for _, c := range []struct {
		name     string
		args     string
		versions []int
	}{
		{"archive", "-a", []int{32, 31, 30, 29, 28, 27}},
		{"no incremental recursion", "-a --no-i-r", []int{32}},
		{"hard links", "-aH", []int{32, 29, 27}},
		{"checksums", "-ac", []int{32, 27}},
		{"zstd", "-az", []int{32}},
		{"zlib", "-az --compress-choice=zlib", []int{32, 29, 27}},
		{"zlibx", "-az --compress-choice=zlibx", []int{32}},
		{"lz4", "-az --compress-choice=lz4", []int{32}},
		{"in place", "-a --inplace --no-W", []int{32, 29, 28}},
		{"append", "-a --append-verify", []int{32, 28}},
		{"whole files", "-aW", []int{32, 27}},
		{"small blocks", "-a --no-W -B 600", []int{32, 29}},
		{"deletion", "-a --delete", []int{32, 30, 29, 27}},
		{"late deletion", "-a --delete-after", []int{32, 29}},
		{"md5", "-a --checksum-choice=md5", []int{32, 30}},
		{"relative", "-aR", []int{32, 29}},
		{"extended attributes", "-aX", []int{32, 30}},
	} {
		for _, version := range c.versions {
			t.Run(fmt.Sprintf("%s/%d", c.name, version), func(t *testing.T) {
				t.Parallel()
				src, dest := source(t)
				if strings.Contains(c.args, "--delete") {
					put(t, dest, "extra/f", []byte("x"), 1)
				}
				if strings.Contains(c.args, "--append") {
					// What is there must be a beginning of what comes.
					for _, name := range []string{"big", "d/e/deep"} {
						if err := os.Remove(filepath.Join(dest, name)); err != nil {
							t.Fatal(err)
						}
					}
				}
				r := push(t, version, src, dest, strings.Fields(c.args), ".")
				if got, want := picture(t, dest), picture(t, src); got != want {
					t.Errorf("the trees differ:\n%.2000s\nwant\n%.2000s", got, want)
				}
				if said := r.said.Text(0); said != "" {
					t.Errorf("said: %s", said)
				}
				if c.args == "-a" && r.totals.Matched == 0 {
					t.Error("nothing matched")
				}
			})
		}
	}
}

// More directories than lists are sent ahead (docs/protocol/02-wire-and-file-list.md §16.4).
func TestStockManyLists(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many files")
	}
	src, dest := t.TempDir(), t.TempDir()
	for d := range 30 {
		for i := range 50 {
			put(t, src, fmt.Sprintf("%d/%d/f%d", d%4, d, i), nil, 1000000000)
		}
	}
	r := push(t, 32, src, dest, []string{"-a"}, ".")
	if got, want := picture(t, dest), picture(t, src); got != want {
		t.Error("the trees differ")
	}
	if n := r.list.Alive(); n > 1 {
		t.Errorf("%d lists are still held", n)
	}
	if r.list.Count() != 30*50+30+4+1 {
		t.Errorf("%d entries", r.list.Count())
	}
}

// The lines about items are the sender's.
func TestStockItems(t *testing.T) {
	src, dest := t.TempDir(), t.TempDir()
	put(t, src, "a", []byte("x"), 1000000000)
	put(t, src, "b", []byte("y"), 1000000000)
	put(t, dest, "b", []byte("y"), 900000000)
	put(t, src, "d/c", []byte("z"), 1000000000)
	if err := os.Chtimes(src, time.Unix(1000000000, 0), time.Unix(1000000000, 0)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-rt", "-n", "--out-format=%i %n"}, ".d..t...... ./\n<f+++++++++ a\n<f..t...... b\ncd+++++++++ d/\n<f+++++++++ d/c\n"},
		{[]string{"-rtc", "--out-format=%i %n"}, ".d..t...... ./\n<f+++++++++ a\n.f..t...... b\ncd+++++++++ d/\n<f+++++++++ d/c\n"},
		{[]string{"-rt", "--out-format=%i %n"}, ""},
	} {
		r := push(t, 32, src, dest, c.args, ".")
		if got := r.said.Text(0); got != c.want {
			t.Errorf("%v:\n%swant\n%s", c.args, got, c.want)
		}
	}
}
