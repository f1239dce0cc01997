package dest

import (
	"os"
	"testing"
	"time"

	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

func TestAlternateLevels(t *testing.T) {
	w := newWorld(t)
	w.put("dst/", "a/d/f=12345", "b/d/f=54321", "b/d/g=g", "a/d/l>there", "b/d/l>here", "a/d/dir/")
	old := time.Unix(1e9, 0)
	for _, n := range []string{"b/d/f", "a/d/dir", "b/d/g"} {
		w.check(os.Chtimes(w.dir+"/"+n, old, old))
	}
	s := w.files(
		entry{name: "d/f", size: 5, mtime: 1e9},
		entry{name: "d/g", size: 1, mtime: 1e9, mode: 0o100600},
		entry{name: "d/h", size: 1},
		entry{name: "d/l", link: "here"},
		entry{name: "d/dir/", mtime: 1e9},
	)
	w.plan.Policy.OmitLinkTimes = true
	w.plan.Update.Alt, w.plan.Update.AltDirs = plan.AltLink, []string{"../a", w.dir + "/b/"}
	_, h := w.open("dst")
	for _, tt := range []struct {
		name  string
		level Level
		index int
		diff  wire.ItemFlags
	}{
		{"d/f", SameAll, 1, 0}, {"d/g", SameContent, 1, wire.ItemPerms}, {"d/h", NoMatch, 0, 0},
		{"d/l", SameAll, 1, 0}, {"d/dir", SameAll, 0, 0},
	} {
		var m Match
		f := w.find(s, tt.name)
		ok := h.Alternate(f, f.Mode(), &m)
		if ok != (tt.level != NoMatch) || m.Level != tt.level || m.Index != tt.index {
			t.Errorf("%s: level %d in %d", tt.name, m.Level, m.Index)
			continue
		}
		if got := h.DifferencesFrom(&m, f, f.Mode(), 0, Exact); ok && got != tt.diff {
			t.Errorf("%s: differs in %#x", tt.name, got)
		}
	}

	w.check(os.Mkdir(w.dir+"/dst/d", 0o755))
	var m Match
	f, g := w.find(s, "d/f"), w.find(s, "d/g")
	h.Alternate(f, f.Mode(), &m)
	w.check(h.LinkAlternate(f, &m))
	var st, from fsys.Stat
	w.check(h.Stat(f, &st))
	if op := (fsys.Operator{}); op.Lstat(w.dir+"/b/d/f", &from) != nil || !from.Same(&st) {
		t.Error("not linked")
	}
	h.Alternate(g, g.Mode(), &m)
	if !h.CopyAlternate(g, &m, g.Mode()) {
		t.Error("not copied")
	}
	w.check(h.Stat(g, &st))
	if st.Mode != 0o100600 || st.Mtime.Sec != 1e9 || st.Nlink != 1 {
		t.Errorf("copied as %+v", st)
	}
	w.expectTree("dst", "d/f=54321 d/g=g")
	w.expectText("")
}

// On a daemon a relative alternate may climb inside the module, and not out of it; links in it are
// not trusted.
func TestAlternateInModule(t *testing.T) {
	w := newWorld(t)
	w.put("mod/prev/d/f=x", "mod/now/", "out/d/f=x", "mod/escape>../out")
	w.plan.Where.Server, w.plan.Where.Daemon, w.plan.Where.Sanitize = true, true, true
	w.plan.Where.StartDir, w.plan.Where.ModulePath, w.plan.Where.Module = w.dir+"/mod", w.dir+"/mod", "mod"
	w.plan.Update.Alt, w.plan.Update.AltDirs = plan.AltLink, []string{"../escape", "../../out", "../prev"}
	f := w.files(entry{name: "d/f", size: 1}).At(0)
	cfg := w.config()
	module, err := fsys.OpenRoot(w.dir+"/mod", fsys.Operator{UID: w.plan.Identity.UID}, fsys.RootOptions{})
	w.check(err)
	defer module.Close()
	cfg.Module = module
	cfg.Operator.Confine = w.dir + "/mod"
	tree, err := Open(cfg, "now", Listing{Count: 2})
	if err != nil {
		t.Fatal(w.text())
	}
	defer tree.Close()
	h := tree.Hand(0)
	defer h.Close()
	var m Match
	if !h.Alternate(f, f.Mode(), &m) || m.Index != 2 {
		t.Errorf("found in %d at level %d", m.Index, m.Level)
	}
}
