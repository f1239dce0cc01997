package dest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

// The conditions of docs/protocol/03-transfer.md §11 that are not those of package meta.
func TestDifferences(t *testing.T) {
	same := fsys.Stat{Mode: 0o100644, Size: 5, Mtime: fsys.Time{Sec: 1e9}}
	other := same
	other.Size, other.Mode = 6, 0o100600
	tests := []struct {
		name  string
		times bool
		st    *fsys.Stat
		item  wire.ItemFlags
		how   Against
		want  wire.ItemFlags
	}{
		{"equal", true, &same, 0, Plain, 0},
		{"new", true, nil, wire.ItemTransfer, Plain, wire.ItemTransfer | wire.ItemNew},
		{"size and mode", true, &other, wire.ItemTransfer, Plain, wire.ItemTransfer | wire.ItemSize | wire.ItemPerms},
		{"times not kept, looked at", false, &same, 0, Plain, 0},
		{"times not kept, sent", false, &same, wire.ItemTransfer, Plain, wire.ItemTransfer | wire.ItemTime},
		{"times not kept, exact", false, &same, wire.ItemLocal, Exact, wire.ItemLocal},
	}
	for _, tt := range tests {
		w := newWorld(t)
		w.put("dst/")
		w.plan.Policy.Times = tt.times
		w.plan.Policy.Owner = false
		f := w.files(entry{name: "f", size: 5, mtime: 1e9}).At(0)
		_, h := w.open("dst")
		if got := h.Differences(f, f.Mode(), tt.st, tt.item, tt.how); got != tt.want {
			t.Errorf("%s: %#x, want %#x", tt.name, got, tt.want)
		}
	}
}

func TestMode(t *testing.T) {
	w := newWorld(t)
	w.put("dst/d/")
	w.plan.Policy.Perms = false
	w.plan.Where.Umask = 0o027
	s := w.files(entry{name: "d/f", mode: 0o106777}, entry{name: "d/"}, entry{name: "no/f", mode: 0o100666})
	_, h := w.open("dst")
	file, dir := fsys.Stat{Mode: 0o100751}, fsys.Stat{Mode: 0o42700}
	for _, tt := range []struct {
		name string
		old  *fsys.Stat
		want uint32
	}{
		{"d/f", nil, 0o100750}, {"d/f", &file, 0o100751}, {"d/f", &dir, 0o100750}, {"d", &dir, 0o42700}, {"no/f", nil, 0o100640},
	} {
		if got := h.Mode(w.find(s, tt.name), tt.old); got != tt.want {
			t.Errorf("%s: %o, want %o", tt.name, got, tt.want)
		}
	}
}

func TestMakeNode(t *testing.T) {
	w := newWorld(t)
	w.put("dst/p=old")
	s := w.files(entry{name: "p", mode: 0o10640, mtime: 1e9}, entry{name: "null", mode: 0o20666, major: 1})
	_, h := w.open("dst")
	var st fsys.Stat
	p, null := w.find(s, "p"), w.find(s, "null")
	w.check(h.Stat(p, &st))
	if !h.MakeNode(p, p.Mode(), &st) {
		t.Fatal(w.text())
	}
	w.check(h.Stat(p, &st))
	if st.Mode != 0o10640 || st.Mtime.Sec != 1e9 || !SameNode(p, &st) || SameNode(null, &st) {
		t.Errorf("made %+v", st)
	}
	made := h.MakeNode(null, null.Mode(), nil)
	if os.Geteuid() != 0 {
		if made {
			t.Error("made a device")
		}
		w.expectText(`rsync: [generator] mknod "DIR/dst/null" failed: Operation not permitted (1)` + "\n")
		return
	}
	if !made {
		t.Skip("this place has no devices: " + w.text())
	}
	w.check(h.Stat(null, &st))
	if !SameNode(null, &st) || st.RdevMajor != 1 {
		t.Errorf("made %+v", st)
	}
}

func TestKeepDirlinks(t *testing.T) {
	w := newWorld(t)
	w.put("dst/real/", "dst/d>real", "dst/e>real")
	w.plan.Write.KeepDirlinks = true
	s := w.files(entry{name: "d/"}, entry{name: "d/f"}, entry{name: "e", link: "x"})
	_, h := w.open("dst")
	var st fsys.Stat
	w.check(h.Stat(w.find(s, "d"), &st))
	if !st.IsDir() {
		t.Error("the link is not taken for its directory")
	}
	w.check(h.Stat(w.find(s, "e"), &st))
	if !st.IsSymlink() {
		t.Error("a link that stays one is followed")
	}
	if out, err := h.Finish(w.receive(h, w.find(s, "d/f"), "1"), Received{Good: true}); out != Installed || err != nil {
		t.Error(out, err)
	}
	w.expectTree("dst", "d>real e>real real/f=1")
}

// With --fake-super everything is a file, and looks like what it stands for.
func TestFakeSuper(t *testing.T) {
	w := newWorld(t)
	w.put("dst/")
	w.plan.Policy.Fake, w.plan.Policy.Super, w.plan.Where.FakeSuper, w.plan.Where.Root = true, false, true, false
	w.plan.Policy.Owner, w.plan.Policy.Group = true, true
	s := w.files(entry{name: "l", link: "target", mtime: 1e9}, entry{name: "p", mode: 0o10640, mtime: 1e9})
	_, h := w.open("dst")
	l, p := w.find(s, "l"), w.find(s, "p")
	_, ok := h.MakeSymlink(l, l.Mode(), nil)
	if !ok || !h.MakeNode(p, p.Mode(), nil) {
		t.Fatal(w.text())
	}
	if text := w.text(); strings.Contains(text, "not supported") {
		t.Skip("no extended attributes here")
	}
	var st fsys.Stat
	w.check(h.Stat(l, &st))
	if !st.IsSymlink() || !h.SameTarget(l, &st) {
		t.Errorf("the link is %o", st.Mode)
	}
	w.check(h.Stat(p, &st))
	if !SameNode(p, &st) {
		t.Errorf("the FIFO is %o", st.Mode)
	}
	w.expectTree("dst", "l=target p=")
}

// Names of an absolute source, sent with --relative, count from the root.
func TestAbsoluteNames(t *testing.T) {
	w := newWorld(t)
	w.put("dst/usr/lib/f=x")
	s := w.files(entry{name: "/usr/lib/f", size: 1})
	_, h := w.open("dst")
	var st fsys.Stat
	w.check(h.Stat(s.At(0), &st))
	if got := string(h.Path(s.At(0))); got != "usr/lib/f" {
		t.Error(got)
	}
}

func BenchmarkStat(b *testing.B) {
	w := newWorld(b)
	names := make([]entry, 1000)
	for i := range names {
		names[i].name = fmt.Sprintf("d/file%d", i)
		w.put("dst/" + names[i].name + "=x")
	}
	s := w.files(names...)
	_, h := w.open("dst")
	var st fsys.Stat
	for i := 0; b.Loop(); i++ {
		f := s.At(i % s.Len())
		if h.Stat(f, &st) != nil || h.QuickCheck(f, &st) {
			b.Fatal("wrong")
		}
	}
}

func BenchmarkDeletePass(b *testing.B) {
	w := newWorld(b)
	w.plan.Delete.When = plan.DeleteDuring
	names := []entry{{name: "./"}}
	for i := range 10000 {
		names = append(names, entry{name: fmt.Sprintf("file%d", i)})
		w.put(fmt.Sprintf("dst/file%d=x", i))
	}
	s := w.files(names...)
	_, h := w.open("dst")
	for b.Loop() {
		if err := h.DeleteExtras(s.At(0), s); err != nil {
			b.Fatal(err)
		}
	}
}
