package dest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

// pass runs the deletions of a whole list.
func (w *world) pass(h *Hand, s *flist.Segment) {
	w.Helper()
	for i := range s.Len() {
		if f := s.At(i); f.IsDir() {
			w.check(h.DeleteExtras(f, s))
		}
	}
	w.check(h.DeleteDelayed())
}

func deletionsOf(text string) string {
	var names []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if n, ok := strings.CutPrefix(line, "deleting "); ok {
			names = append(names, n)
		} else if n, ok := strings.CutPrefix(line, "cannot delete non-empty directory: "); ok {
			names = append(names, "!"+n)
		}
	}
	return strings.Join(names, " ")
}

func TestDeleteExtras(t *testing.T) {
	tests := []struct {
		name  string
		dst   string // in the form of put, separated by blanks
		set   func(*world)
		order string
		left  string
		stats wire.DelStats
	}{
		{name: "order", dst: "d/a= d/b= d/x/1= d/x/2= d/x/y/3=",
			order: "d/x/y/3 d/x/y/ d/x/2 d/x/1 d/x/ d/b d/a", left: "d/", stats: wire.DelStats{Files: 5, Dirs: 2}},
		{name: "listed stay, whatever their type", dst: "keep/x= l>y d/z= z=",
			order: "z d/z", left: "d/ keep/x= l>y", stats: wire.DelStats{Files: 2}},
		{name: "protected", dst: "top/mid/in/keep= top/mid/in/go= top/o/z= e=", set: func(w *world) { w.plan.Filter = w.rules("P keep") },
			order: "top/o/z top/o/ top/mid/in/go !top/mid/in !top/mid/in !top/mid !top/mid !top e",
			left:  "top/mid/in/keep=", stats: wire.DelStats{Files: 3, Dirs: 1}},
		{name: "protected, dry", dst: "top/mid/in/keep= top/mid/in/go=", set: func(w *world) {
			w.plan.Filter = w.rules("P keep")
			w.plan.Write.DryRun = true
		}, order: "top/mid/in/go !top/mid/in top/mid/in/ !top/mid top/mid/ !top", left: "top/mid/in/go= top/mid/in/keep=",
			stats: wire.DelStats{Files: 1, Dirs: 2}},
		{name: "perishable", dst: "gone/p= d/p=", set: func(w *world) { w.plan.Filter = w.rules("-p p") },
			order: "gone/p gone/", left: "d/p=", stats: wire.DelStats{Files: 1, Dirs: 1}},
		{name: "limit", dst: "top/mid/in/keep= top/mid/in/go= top/o/z= e=", set: func(w *world) { w.plan.Delete.Max = 2 },
			order: "top/o/z top/o/ !top/mid/in !top/mid !top", left: "e= top/mid/in/go= top/mid/in/keep=",
			stats: wire.DelStats{Files: 1, Dirs: 1}},
		{name: "backup", dst: "a=1 b~=2 d/c=3", set: func(w *world) { w.plan.Write.Backup = true },
			order: "b~ a d/c", left: "a~=1 d/c~=3", stats: wire.DelStats{Files: 3}},
		{name: "backup-dir", dst: "a=1 gone/b=2", set: func(w *world) {
			w.plan.Write.Backup, w.plan.Write.BackupDir, w.plan.Write.Suffix = true, "../bk", ""
		}, order: "gone/b gone/ a", left: "", stats: wire.DelStats{Files: 2, Dirs: 1}},
		{name: "per-directory rules", dst: ".rf=P_x gone/x= y=", set: func(w *world) {
			w.put("dst/.rf=- x\n")
			w.plan.Filter = w.rules(": .rf")
		}, order: "!gone y .rf", left: "gone/x=", stats: wire.DelStats{Files: 2}},
		{name: "delayed", dst: "a= d/b= gone/c=", set: func(w *world) { w.plan.Delete.When = plan.DeleteDelay },
			order: "gone/c gone/ a d/b", left: "d/", stats: wire.DelStats{Files: 3, Dirs: 1}},
		{name: "link to a directory", dst: "out>../outside", set: func(w *world) { w.put("outside/precious=1") },
			order: "out", left: "", stats: wire.DelStats{Symlinks: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			for spec := range strings.FieldsSeq(tt.dst) {
				w.put("dst/" + spec)
			}
			w.plan.Delete.When = plan.DeleteDuring
			if tt.set != nil {
				tt.set(w)
			}
			s := w.files(entry{name: "./"}, entry{name: "d/"}, entry{name: "keep"}, entry{name: "l/"})
			tree, h := w.open("dst")
			w.pass(h, s)
			if got := deletionsOf(w.text()); got != tt.order {
				t.Errorf("deleted %s\nwant    %s", got, tt.order)
			}
			w.expectTree("dst", tt.left)
			if got := tree.Deleted(); got != tt.stats {
				t.Errorf("counted %+v", got)
			}
			if tt.name == "limit" && tree.Skipped() != 5 {
				t.Errorf("%d skipped", tree.Skipped())
			}
			if _, err := os.Stat(w.dir + "/outside/precious"); tt.name == "link to a directory" && err != nil {
				t.Error(err)
			}
		})
	}
}

// The same deletions by the program that is imitated.
func TestDeleteLikeStock(t *testing.T) {
	stock, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("rsync is not installed")
	}
	names := []string{
		"a/b/c=1", "a/b/d/e=2", "a.x=3", "a-/y=4", "B/keep=5", "B/z/keep=6", "B/z/w=7", "f=8", "f~=9", "\xc3\xa4/x=10", "q/r/s/t/",
	}
	for _, args := range [][]string{
		nil, {"-n"}, {"-f", "P keep"}, {"-n", "-f", "P keep"}, {"--max-delete=3"}, {"--max-delete=6", "-f", "P keep"},
		{"-b"}, {"--delete-delay"}, {"--delete-delay", "-f", "P keep"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			w := newWorld(t)
			w.put("src/")
			for _, n := range names {
				w.put("stock/"+n, "dst/"+n)
			}
			w.plan.Delete.When = plan.DeleteDuring
			for i, a := range args {
				switch {
				case a == "-n":
					w.plan.Write.DryRun = true
				case a == "-b":
					w.plan.Write.Backup = true
					w.plan.Filter = w.rules("P *~")
				case a == "-f":
					w.plan.Filter = w.rules(args[i+1])
				case a == "--delete-delay":
					w.plan.Delete.When = plan.DeleteDelay
				case strings.HasPrefix(a, "--max"):
					w.plan.Delete.Max = int(a[len(a)-1] - '0')
				}
			}
			cmd := exec.Command(stock, append([]string{"-r", "--delete", "--info=del1"}, append(args, "src/", "stock/")...)...)
			cmd.Dir = w.dir
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
			out, _ := cmd.Output()
			s := w.files(entry{name: "./"})
			_, h := w.open("dst")
			w.pass(h, s)
			if got, want := deletionsOf(w.text()), deletionsOf(string(out)); got != want {
				t.Errorf("deleted\n%s\nstock\n%s", got, want)
			}
			w.expectTree("dst", w.tree("stock"))
		})
	}
}

func TestDeleteStopsAfterErrors(t *testing.T) {
	w := newWorld(t)
	w.put("dst/a=", "dst/d/b=")
	w.plan.Delete.When = plan.DeleteDuring
	s := w.files(entry{name: "./"}, entry{name: "d/"})
	_, h := w.open("dst")
	w.log.Note(1)
	w.pass(h, s)
	w.expectTree("dst", "a= d/b=")
	w.expectText("IO error encountered -- skipping file deletion\n")
	w.plan.Delete.IgnoreErrors = true
	w.pass(h, s)
	w.expectTree("dst", "d/")
}

func TestMakeWay(t *testing.T) {
	w := newWorld(t)
	w.put("dst/full/x=", "dst/empty/", "dst/file=")
	s := w.files(entry{name: "full"}, entry{name: "empty"}, entry{name: "file/"})
	_, h := w.open("dst")
	way := func(name, kind string) bool {
		var st fsys.Stat
		w.check(h.Stat(w.find(s, name), &st))
		return h.MakeWay(w.find(s, name), &st, kind)
	}
	if way("full", "regular file") {
		t.Error("a full directory went")
	}
	w.expectText("cannot delete non-empty directory: full\ncould not make way for new regular file: full\n")
	if !way("empty", "regular file") || !way("file", "directory") {
		t.Error("no way was made")
	}
	w.expectText("")
	w.plan.Delete.Force = true
	if !way("full", "regular file") {
		t.Error("--force did not help")
	}
	w.expectText("deleting full/x\n")
	w.expectTree("dst", "")
}

func TestDeleteMissing(t *testing.T) {
	w := newWorld(t)
	w.put("dst/f=", "dst/d/x=", "dst/kept=")
	w.plan.Filter = w.rules("P kept")
	s := w.files(entry{name: "f", flags: flist.Missing}, entry{name: "d", flags: flist.Missing}, entry{name: "kept"})
	_, h := w.open("dst")
	for _, n := range []string{"f", "d", "kept"} {
		var st fsys.Stat
		w.check(h.Stat(w.find(s, n), &st))
		w.check(h.DeleteMissing(w.find(s, n), &st))
	}
	w.expectText("deleting f\ncannot delete non-empty directory: d\n")
	w.expectTree("dst", "d/x= kept=")
}

func TestReplace(t *testing.T) {
	for _, tt := range []struct {
		name, old string
		set       func(*world)
		tree      string
		said      string
		ok        bool
	}{
		{name: "nothing there", tree: "l>new", ok: true},
		{name: "a link", old: "l>old", tree: "l>new", ok: true},
		{name: "a file", old: "l=x", tree: "l>new", ok: true},
		{name: "backup", old: "l>old", set: func(w *world) { w.plan.Write.Backup = true }, tree: "l>new l~>old", said: "backed up l to l~\n", ok: true},
		{name: "backup over a backup", old: "l>old", set: func(w *world) {
			w.put("dst/l~>older")
			w.plan.Write.Backup = true
		}, tree: "l>new l~>old", said: "backed up l to l~\n", ok: true},
		{name: "an empty directory", old: "l/", tree: "l>new", ok: true},
		{name: "a full directory", old: "l/x=", tree: "l/x=",
			said: "cannot delete non-empty directory: l\ncould not make way for new symlink: l\n"},
		{name: "temp-dir", old: "l=x", set: func(w *world) { w.plan.Write.TempDir = "." }, tree: "l>new", ok: true},
		{name: "dry", old: "l>old", set: func(w *world) { w.plan.Write.DryRun = true }, tree: "l>old", ok: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put("dst/")
			if tt.old != "" {
				w.put("dst/" + tt.old)
			}
			if tt.set != nil {
				tt.set(w)
			}
			f := w.files(entry{name: "l", link: "new", mtime: 1e9}).At(0)
			_, h := w.open("dst")
			var st fsys.Stat
			old := &st
			if h.Stat(f, old) != nil {
				old = nil
			}
			if _, ok := h.MakeSymlink(f, f.Mode(), old); ok != tt.ok {
				t.Errorf("ok is %v", ok)
			}
			w.expectTree("dst", tt.tree)
			w.expectText(tt.said)
		})
	}
}

func TestLinkTo(t *testing.T) {
	w := newWorld(t)
	w.put("dst/a=1", "dst/d/b=2", "dst/c=3")
	w.check(os.Link(filepath.Join(w.dir, "dst/a"), filepath.Join(w.dir, "dst/e")))
	s := w.files(entry{name: "d/b"}, entry{name: "n"}, entry{name: "e"}, entry{name: "no/x"})
	_, h := w.open("dst")
	var st fsys.Stat
	w.check(h.Stat(w.find(s, "d/b"), &st))
	if h.IsLinkOf(&st, []byte("a")) || !h.LinkTo(w.find(s, "d/b"), []byte("a"), &st) || !h.LinkTo(w.find(s, "n"), []byte("d/b"), nil) {
		t.Error("not linked")
	}
	w.check(h.Stat(w.find(s, "e"), &st))
	if !h.IsLinkOf(&st, []byte("a")) || st.Nlink != 4 || !h.LinkTo(w.find(s, "e"), []byte("a"), &st) {
		t.Errorf("%d links", st.Nlink)
	}
	w.expectTree("dst", "a=1 c=3 d/b=1 e=1 n=1")
	if h.LinkTo(w.find(s, "no/x"), []byte("a"), nil) {
		t.Error("linked into nowhere")
	}
	w.expectText(`rsync: [generator] link "DIR/dst/no/x" => a failed: No such file or directory (2)` + "\n")
}

func TestDirectories(t *testing.T) {
	w := newWorld(t)
	w.put("dst/f=")
	s := w.files(entry{name: "a/b/c/", mtime: 1e9}, entry{name: "f/x/"})
	tree, h := w.open("dst")
	c, x := w.find(s, "a/b/c"), w.find(s, "f/x")
	if h.MakeDir(c, c.Mode()) {
		t.Error("made without parents")
	}
	w.expectText(`rsync: [generator] recv_generator: mkdir "DIR/dst/a/b/c" failed: No such file or directory (2)` + "\n")
	w.plan.Select.Relative = true
	if !h.MakeDir(c, c.Mode()) || h.MakeDir(x, x.Mode()) {
		t.Error("parents")
	}
	w.expectText(`rsync: [generator] recv_generator: mkdir "DIR/dst/f/x" failed: Not a directory (20)` + "\n")
	h.SetDir(c, c.Mode(), nil)
	w.put("dst/a/b/c/new=")
	h.TouchUp(c)
	var st fsys.Stat
	w.check(h.Stat(c, &st))
	if st.Mtime.Sec != 1e9 {
		t.Errorf("mtime %d", st.Mtime.Sec)
	}
	// A directory that is replaced while its descriptor is held is looked up again.
	w.check(os.RemoveAll(w.dir + "/dst/a"))
	tree.forget([]byte("a"))
	if err := h.Stat(c, &st); exists(err) {
		t.Errorf("still there: %v", err)
	}
}

// Nothing that lies outside is reached through a link that took the place of a directory.
func TestConfinement(t *testing.T) {
	w := newWorld(t)
	w.put("outside/f=precious", "dst/in/real/", "dst/abs>"+w.dir+"/outside", "dst/up>../outside", "dst/ok>in/real")
	s := w.files(entry{name: "abs/f"}, entry{name: "up/f"}, entry{name: "ok/f"}, entry{name: "up/"}, entry{name: "abs/"})
	_, h := w.open("dst")
	for _, n := range []string{"abs/f", "up/f"} {
		f := w.find(s, n)
		var st fsys.Stat
		if h.Stat(f, &st) == nil {
			t.Errorf("%s was found", n)
		}
		if _, ok := h.CreateTemp(f, 0o644); ok {
			t.Errorf("%s was made", n)
		}
		if _, ok := h.OpenInPlace(f, 0o644); ok {
			t.Errorf("%s was opened", n)
		}
	}
	if out, err := h.Finish(w.receive(h, w.find(s, "ok/f"), "1"), Received{Good: true}); out != Installed || err != nil {
		t.Error(out, err)
	}
	w.plan.Delete.When = plan.DeleteDuring
	w.text()
	w.check(h.DeleteExtras(w.find(s, "up"), s))
	w.check(h.DeleteExtras(w.find(s, "abs"), s))
	w.expectTree("outside", "f=precious")
	w.expectTree("dst/in", "real/f=1")
}
