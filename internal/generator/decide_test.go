package generator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/flist"
)

func wantTime(t *testing.T, path string, mtime int64) {
	t.Helper()
	fi, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := fi.ModTime().Unix(); got != mtime {
		t.Errorf("%s: mtime %d, want %d", path, got, mtime)
	}
}

const t0 = 1000000000

// TestItems checks what one entry makes the generator write: the vectors of
// docs/protocol/03-transfer.md §5.2 and the rows of the decision table (§10).
func TestItems(t *testing.T) {
	a := basisA()
	head := "03000000 bc020000 02000000 64000000 dafe0c76 5888 4aff64f1 f0ac a6fe541c 635c"
	link := func(target string) flist.Item {
		it := item("l", 0, t0)
		it.Mode, it.Link, it.Size = flist.TypeSymlink|0o777, []byte(target), int64(len(target))
		return it
	}
	fifo := item("p", 0, t0)
	fifo.Mode = flist.TypeFifo | 0o644
	for _, test := range []struct {
		name  string
		args  string
		make  func(t *testing.T, dir string)
		files []flist.Item
		wire  string
		fail  bool   // the transfer is reported as failed
		say   string // contained in what is said
	}{
		{name: "nothing differs", args: "-t", make: func(t *testing.T, d string) { put(t, d+"/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}},
		{name: "nothing differs -ii", args: "-tii", make: func(t *testing.T, d string) { put(t, d+"/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0000"},
		{name: "-vv says so", args: "-tvv", make: func(t *testing.T, d string) { put(t, d+"/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0000", say: "f is uptodate\n"},
		{name: "time only", args: "-t", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0880" + head},
		{name: "size only", args: "-t --size-only", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0800"},
		{name: "new", args: "-t", files: []flist.Item{item("f", 6, t0)}, wire: "01 00a0" + zeros},
		{name: "whole file", args: "-tW", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 0c80" + zeros},
		{name: "dry run", args: "-tn", files: []flist.Item{item("f", 6, t0), item("g", 6, t0)}, wire: "01 00a0 01 00a0"},
		{name: "empty basis", args: "-t", make: func(t *testing.T, d string) { put(t, d+"/f", nil, 900000000) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 0c80" + zeros},
		{name: "fuzzy", args: "-ty", make: func(t *testing.T, d string) { put(t, d+"/foo-1.0", a, 900000000) },
			files: []flist.Item{item("foo-1.1", 1503, t0)}, wire: "01 00b8 83 07 666f6f2d312e30" + head},
		{name: "partial", args: "-t --partial-dir=.p", make: func(t *testing.T, d string) { put(t, d+"/.p/f", a, 900000000) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 00a8 81" + head},
		{name: "link-dest level 1", args: "-t --link-dest=../alt", make: func(t *testing.T, d string) { put(t, d+"/../alt/f", a, t0) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 0488 00" + head},
		{name: "link-dest exact", args: "-pt --link-dest=../alt", make: func(t *testing.T, d string) { put(t, d+"/../alt/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}},
		{name: "link-dest exact -ii", args: "-ptii --link-dest=../alt", make: func(t *testing.T, d string) { put(t, d+"/../alt/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0050 00"},
		{name: "compare-dest exact -ii", args: "-ptii --compare-dest=../alt", make: func(t *testing.T, d string) { put(t, d+"/../alt/f", a, t0) },
			files: []flist.Item{item("f", 1500, t0)}, wire: "01 0000"},
		{name: "inplace backup", args: "-t --inplace --backup", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 0c88 82" + head},
		{name: "append", args: "-t --append", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1503, t0)}, wire: "01 0c80 03000000 bc020000 02000000 64000000"},
		{name: "append to longer", args: "-t --append", make: func(t *testing.T, d string) { put(t, d+"/f", a, 900000000) },
			files: []flist.Item{item("f", 1400, t0)}},
		{name: "new symlink", args: "-lt", files: []flist.Item{link("x")}, wire: "01 0260"},
		{name: "symlink retargeted", args: "-l", make: func(t *testing.T, d string) { os.Symlink("old", d+"/l") },
			files: []flist.Item{link("x")}, wire: "01 0a40"},
		{name: "symlinks not kept", args: "-t", files: []flist.Item{link("x")}, say: "skipping non-regular file \"l\""},
		{name: "unsafe symlink", args: "-lv --safe-links", files: []flist.Item{link("../x")}, say: "ignoring unsafe symlink \"l\" -> \"../x\""},
		{name: "new fifo", args: "--specials", files: []flist.Item{fifo}, wire: "01 0260"},
		{name: "new directory", args: "-rt", files: []flist.Item{item("d/", 0, t0)}, wire: "01 0060"},
		{name: "directory time", args: "-rt", make: func(t *testing.T, d string) { os.Mkdir(d+"/d", 0o755); setTime(t, d+"/d", 5) },
			files: []flist.Item{item("d/", 0, t0)}, wire: "01 0800"},
		{name: "max-size", args: "-t --max-size=5 --info=skip", files: []flist.Item{item("f", 6, t0)}, say: "f is over max-size"},
		{name: "min-size", args: "-t --min-size=9 --info=skip", files: []flist.Item{item("f", 6, t0)}, say: "f is under min-size"},
		{name: "update", args: "-tu --info=skip", make: func(t *testing.T, d string) { put(t, d+"/f", a, t0+1) },
			files: []flist.Item{item("f", 6, t0)}, say: "f is newer"},
		{name: "existing", args: "-rt --existing --info=skip", files: []flist.Item{item("d/", 0, t0), item("d/f", 6, t0), item("g", 1, t0)},
			say: "not creating new file \"g\"\nnot creating new directory \"d\"\n"},
		{name: "ignore existing", args: "-t --ignore-existing --info=skip2", make: func(t *testing.T, d string) { put(t, d+"/f", a, t0) },
			files: []flist.Item{item("f", 6, t0)}, say: "f exists (file change)"},
		{name: "directory in the way", args: "-t", make: func(t *testing.T, d string) { put(t, d+"/f/x", a, t0) },
			files: []flist.Item{item("f", 6, t0)}, say: "cannot delete non-empty directory: f\ncould not make way for new regular file: f"},
		{name: "file in the way", args: "-rt", make: func(t *testing.T, d string) { put(t, d+"/d", a, t0) },
			files: []flist.Item{item("d/", 0, t0)}, wire: "01 0060"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "dst")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if test.make != nil {
				test.make(t, dir)
			}
			r := newRig(t, setup{protocol: 32, server: true, dir: dir, args: strings.Fields(test.args), files: test.files})
			r.expect(test.wire)
			for i := range test.files {
				if !strings.Contains(test.args, "n") || test.args == "" {
					r.led.Succeeded(int32(i), 0, 0)
				}
			}
			r.phases(32)
			if said := r.events.Text(0); !strings.Contains(said, test.say) {
				t.Errorf("said %q, want %q", said, test.say)
			}
		})
	}
}
