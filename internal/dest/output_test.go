package dest

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit/internal/delta"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
)

// receive writes data as f's.
func (w *world) receive(h *Hand, f flist.File, data string) *Output {
	w.Helper()
	o, ok := h.CreateTemp(f, f.Mode())
	if !ok {
		w.Fatalf("no temporary file: %s", w.text())
	}
	_, err := o.File.WriteAt([]byte(data), 0)
	w.check(err)
	o.Literal()
	return o
}

func TestFinish(t *testing.T) {
	tests := []struct {
		name    string
		set     func(*world)
		r       Received
		out     Outcome
		tree    string
		said    string
		mtimeIs int64 // of f; 0 for any
	}{
		{name: "plain", r: Received{Good: true}, out: Installed, tree: "f=new", mtimeIs: 1e9},
		{name: "bad sum", out: Discarded, tree: "f=old"},
		{name: "bad sum partial", set: func(w *world) { w.plan.Write.Partial = true }, out: Retained, tree: "f=new"},
		{name: "bad sum partial-dir", set: func(w *world) {
			w.plan.Write.Partial, w.plan.Write.PartialDir = true, ".p"
		}, out: PutInPartialDir, tree: ".p/f=new f=old"},
		{name: "delayed", r: Received{Good: true}, set: func(w *world) {
			w.plan.Write.Partial, w.plan.Write.PartialDir, w.plan.Write.DelayUpdates = true, ".~tmp~", true
		}, out: Delayed, tree: ".~tmp~/f=new f=old"},
		{name: "partial-dir is a file", set: func(w *world) {
			w.put("dst/.p=obstacle")
			w.plan.Write.Partial, w.plan.Write.PartialDir = true, ".p"
		}, out: PutInPartialDir, tree: ".p/f=new f=old"},
		{name: "partial basis", r: Received{Good: true, Partial: true}, set: func(w *world) {
			w.put("dst/.p/f=some")
			w.plan.Write.Partial, w.plan.Write.PartialDir = true, ".p"
		}, out: Installed, tree: "f=new"},
		{name: "backup", r: Received{Good: true}, set: func(w *world) { w.plan.Write.Backup = true },
			out: Installed, tree: "f=new f~=old", said: "backed up f to f~\n"},
		{name: "backup replaces", r: Received{Good: true}, set: func(w *world) {
			w.put("dst/f~/x=1", "dst/f~/y=2")
			w.plan.Write.Backup = true
		}, out: Installed, tree: "f=new f~=old", said: "deleting f~/y\ndeleting f~/x\nbacked up f to f~\n"},
		{name: "redo makes no backup", r: Received{Good: true, Redo: true}, set: func(w *world) { w.plan.Write.Backup = true },
			out: Installed, tree: "f=new"},
		{name: "backup-dir", r: Received{Good: true}, set: func(w *world) {
			w.plan.Write.Backup, w.plan.Write.BackupDir, w.plan.Write.Suffix = true, "../bk", ""
		}, out: Installed, tree: "f=new", said: "(new) backup_dir is ../bk\nbacked up f to ../bk/f\n"},
		{name: "temp-dir", r: Received{Good: true}, set: func(w *world) {
			w.put("tmp/")
			w.plan.Write.TempDir = "../tmp"
		}, out: Installed, tree: "f=new", mtimeIs: 1e9},
		{name: "temp-dir elsewhere", r: Received{Good: true}, set: func(w *world) {
			w.plan.Write.TempDir = w.otherDevice()
		}, out: Installed, tree: "f=new", mtimeIs: 1e9},
		{name: "temp-dir elsewhere with partial-dir", r: Received{Good: true}, set: func(w *world) {
			w.plan.Write.TempDir = w.otherDevice()
			w.plan.Write.Partial, w.plan.Write.PartialDir = true, ".p"
		}, out: Installed, tree: "f=new", mtimeIs: 1e9},
		{name: "fsync", r: Received{Good: true}, set: func(w *world) { w.plan.Write.Fsync = true }, out: Installed, tree: "f=new"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put("dst/f=old")
			if tt.set != nil {
				tt.set(w)
			}
			f := w.files(entry{name: "f", size: 3, mtime: 1e9}).At(0)
			tree, h := w.open("dst")
			o := w.receive(h, f, "new")
			out, err := h.Finish(o, tt.r)
			if out != tt.out || err != nil {
				t.Errorf("outcome %v, %v", out, err)
			}
			w.expectText(tt.said)
			w.expectTree("dst", tt.tree)
			if tt.mtimeIs != 0 {
				var st fsys.Stat
				w.check(h.Stat(f, &st))
				if st.Mtime.Sec != tt.mtimeIs || st.Mode != f.Mode() {
					t.Errorf("mtime %d, mode %o", st.Mtime.Sec, st.Mode)
				}
			}
			if out == Delayed {
				if ok, err := h.InstallDelayed(f); !ok || err != nil {
					t.Errorf("InstallDelayed: %v, %v", ok, err)
				}
				w.expectTree("dst", "f=new")
			}
			if n := len(tree.outputs.all()); n != 0 {
				t.Errorf("%d outputs left", n)
			}
		})
	}
}

// otherDevice returns a directory on another file system than the start directory.
func (w *world) otherDevice() string {
	var here, there fsys.Stat
	op := fsys.Operator{}
	w.check(op.Stat(w.dir, &here))
	if op.Stat("/dev/shm", &there) != nil || there.Dev == here.Dev {
		w.Skip("there is no second file system")
	}
	d, err := os.MkdirTemp("/dev/shm", "dest")
	if err != nil {
		w.Skip("the second file system is not writable")
	}
	w.Cleanup(func() { os.RemoveAll(d) })
	return d
}

func TestTempNames(t *testing.T) {
	w := newWorld(t)
	w.put("dst/d/")
	s := w.files(entry{name: "d/.foo", mode: 0o106755}, entry{name: "no/foo"})
	f, missing := w.find(s, "d/.foo"), w.find(s, "no/foo")
	_, h := w.open("dst")
	o := w.receive(h, f, "")
	if !regexp.MustCompile(`^\.foo\.[A-Za-z0-9]{6}$`).MatchString(o.name) {
		t.Errorf("named %q", o.name)
	}
	var st fsys.Stat
	w.check(o.File.Stat(&st))
	if st.Mode != 0o100700 {
		t.Errorf("mode %o", st.Mode)
	}
	h.Discard(o)
	w.expectTree("dst", "d/")
	if _, ok := h.CreateTemp(missing, 0o644); ok {
		t.Error("made a file in a missing directory")
	}
	if s := w.text(); !strings.HasPrefix(s, `rsync: [generator] mkstemp "DIR/dst/no/.foo.`) {
		t.Error(s)
	}
}

func TestInPlace(t *testing.T) {
	w := newWorld(t)
	w.put("dst/f=a longer old file")
	f := w.files(entry{name: "f", size: 3, mtime: 1e9}).At(0)
	_, h := w.open("dst")
	o, ok := h.OpenInPlace(f, f.Mode())
	if !ok {
		t.Fatal(w.text())
	}
	var out delta.Output
	out.Reset(o.File, h.Layout(o, 0, 3, false))
	out.Write([]byte("new"))
	w.check(out.Finish())
	if got, err := h.Finish(o, Received{Good: true}); got != Installed || err != nil {
		t.Error(got, err)
	}
	w.expectTree("dst", "f=new")
}

func TestInterrupt(t *testing.T) {
	for _, tt := range []struct {
		name, dir     string
		partial, none bool
		tree          string
	}{
		{name: "nothing kept", tree: "f=old"},
		{name: "partial", partial: true, tree: "f=half"},
		{name: "no literal data", partial: true, none: true, tree: "f=old"},
		{name: "partial-dir", partial: true, dir: ".p", tree: ".p/f=half f=old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put("dst/f=old")
			w.plan.Write.Partial, w.plan.Write.PartialDir = tt.partial, tt.dir
			f := w.files(entry{name: "f", size: 30, mtime: 1e9}).At(0)
			tree, h := w.open("dst")
			o := w.receive(h, f, "half")
			o.literal = !tt.none
			tree.Interrupt()
			tree.Interrupt()
			w.expectTree("dst", tt.tree)
			if fi, _ := os.Stat(w.dir + "/dst/f"); tt.tree == "f=half" && !fi.ModTime().Equal(time.Unix(0, 0)) {
				t.Errorf("mtime %v", fi.ModTime())
			}
			if out, err := h.Finish(o, Received{Good: true}); out != Failed || err != nil {
				t.Errorf("a late Finish: %v, %v", out, err)
			}
			w.expectTree("dst", tt.tree)
		})
	}
}

func TestBackupThatFails(t *testing.T) {
	w := newWorld(t)
	w.put("dst/f=old", "obstacle=x")
	w.plan.Write.Backup, w.plan.Write.BackupDir = true, "../obstacle/in"
	f := w.files(entry{name: "f", size: 3}).At(0)
	cfg := w.config()
	if _, err := Open(cfg, "dst", Listing{Count: 2}); exit.CodeOf(err, 0) != exit.FileIO {
		t.Errorf("Open: %v", err)
	}
	w.expectText("Failed to stat ../obstacle/in: Not a directory (20)\n")
	w.plan.Write.BackupDir = "../later"
	_, h := w.open("dst")
	w.put("later>nowhere/at/all")
	w.text()
	out, err := h.Finish(w.receive(h, f, "new"), Received{Good: true})
	if out != Failed || exit.CodeOf(err, 0) != exit.FileIO {
		t.Errorf("%v, %v", out, err)
	}
	w.expectTree("dst", "f=old")
}

func TestCopy(t *testing.T) {
	big := strings.Repeat("some data and \x00\x00", 40000)
	holes := "start" + strings.Repeat("\x00", 100000) + "end"
	for name, l := range map[string]delta.Layout{"plain": {}, "sparse": {Sparse: true}, "allocated": {Size: 1 << 20}} {
		for _, data := range []string{"", "x", big, holes} {
			w := newWorld(t)
			w.put("src="+data, "dst/")
			_, h := w.open("dst")
			src, err := fsys.Operator{}.OpenRead(w.dir+"/src", nil)
			w.check(err)
			d, err := fsys.Operator{}.OpenDir(w.dir)
			w.check(err)
			dst, err := d.CreateExcl("copy", 0o600)
			w.check(err)
			if l.Size > 0 {
				w.check(dst.Allocate(0, l.Size, false))
			}
			n, err := h.Copy(dst, src, int64(len(data)), l)
			got, _ := os.ReadFile(w.dir + "/copy")
			if err != nil || n != int64(len(data)) || string(got) != data {
				t.Errorf("%s: %d of %d octets, %v", name, n, len(data), err)
			}
			src.Close()
			dst.Close()
			d.Close()
		}
	}
}
