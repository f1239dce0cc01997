package dest

import (
	"os"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/plan"
)

func TestBackupDirChain(t *testing.T) {
	for _, tt := range []struct {
		name, obstacle string
		link           string
	}{
		{name: "nothing there"},
		{name: "a file in the way", obstacle: "bk/sub=x"},
		{name: "a link in the way", obstacle: "bk/sub>../outside"},
		{name: "an older backup", obstacle: "bk/sub/f=older"},
		{name: "an older link", obstacle: "bk/sub/f>../../outside/f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put("dst/sub/f=old", "outside/f=precious")
			if tt.obstacle != "" {
				w.put(tt.obstacle)
			}
			w.check(os.Chmod(w.dir+"/dst/sub", 0o710))
			w.plan.Write.Backup, w.plan.Write.BackupDir, w.plan.Write.Suffix = true, w.dir+"/bk", ""
			f := w.files(entry{name: "sub/f", size: 3}).At(0)
			_, h := w.open("dst")
			w.text()
			if out, err := h.Finish(w.receive(h, f, "new"), Received{Good: true}); out != Installed || err != nil {
				t.Error(out, err)
			}
			w.expectText("backed up sub/f to DIR/bk/sub/f\n")
			w.expectTree("bk", "sub/f=old")
			w.expectTree("outside", "f=precious")
			fi, err := os.Stat(w.dir + "/bk/sub")
			w.check(err)
			if tt.obstacle != "bk/sub/f=older" && tt.link == "" && tt.name != "an older link" && fi.Mode().Perm() != 0o710 {
				t.Errorf("mode %v", fi.Mode())
			}
		})
	}
}

func TestBackupDirUntrusted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a link of somebody else")
	}
	w := newWorld(t)
	w.put("dst/sub/f=old", "dst/g=old", "outside/", "bk>outside")
	w.check(os.Lchown(w.dir+"/bk", 65534, 65534))
	w.plan.Write.Backup, w.plan.Write.BackupDir, w.plan.Write.Suffix = true, "../bk", ""
	s := w.files(entry{name: "sub/f"}, entry{name: "g"})
	_, h := w.open("dst")
	w.text()
	h.Finish(w.receive(h, w.find(s, "sub/f"), "new"), Received{Good: true})
	w.expectText("rsync: [generator] backup lstat ../bk/sub failed: Too many levels of symbolic links (40)\n")
	h.Finish(w.receive(h, w.find(s, "g"), "new"), Received{Good: true})
	w.expectText(`rsync: [generator] keep_backup failed: "DIR/dst/g" -> "../bk/g": Too many levels of symbolic links (40)` + "\n")
	w.expectTree("dst", "g=old sub/f=old")
}

func TestBackupUnsafeLink(t *testing.T) {
	w := newWorld(t)
	w.put("dst/l>/etc/passwd")
	w.plan.Write.Backup, w.plan.Links.Safe = true, true
	w.plan.Delete.When = plan.DeleteDuring
	s := w.files(entry{name: "./"})
	_, h := w.open("dst")
	w.pass(h, s)
	w.expectText("not backing up unsafe symlink \"l\" -> \"/etc/passwd\"\nbacked up l to l~\ndeleting l\n")
	w.expectTree("dst", "")
}

func TestBackupInPlace(t *testing.T) {
	w := newWorld(t)
	w.put("dst/f=old")
	w.plan.Write.Backup, w.plan.Write.Inplace = true, true
	f := w.files(entry{name: "f", size: 3}).At(0)
	_, h := w.open("dst")
	var st fsys.Stat
	w.check(h.Stat(f, &st))
	b, ok := h.CreateBackup(f)
	if !ok {
		t.Fatal(w.text())
	}
	b.WriteAt([]byte("old"), 0)
	h.FinishBackup(b, &st)
	w.expectText("backed up f to f~\n")
	if r, err := h.OpenBasis(f, 0x82, nil, &st); err != nil || st.Size != 3 {
		t.Error(err)
	} else {
		r.Close()
	}
	w.put("dst/f=other")
	if !h.BackUp(f) {
		t.Error("no backup")
	}
	w.expectTree("dst", "f=other f~=other")
}

func TestRelaxedDirectories(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can work in any directory")
	}
	w := newWorld(t)
	w.put("dst/d/in/f=", "dst/gone/x/f=")
	w.check(os.Chmod(w.dir+"/dst/d", 0o500))
	w.check(os.Chmod(w.dir+"/dst/gone/x", 0o500))
	w.check(os.Chmod(w.dir+"/dst/gone", 0o500))
	s := w.files(entry{name: "./"}, entry{name: "d/", mode: 0o40500, mtime: 1e9})
	_, h := w.open("dst")
	d := w.find(s, "d")
	var st fsys.Stat
	w.check(h.Stat(d, &st))
	h.SetDir(d, d.Mode(), &st)
	w.put("dst/d/new=")
	h.TouchUp(d)
	w.check(h.Stat(d, &st))
	if st.Mode != 0o40500 || st.Mtime.Sec != 1e9 {
		t.Errorf("mode %o, mtime %d", st.Mode, st.Mtime.Sec)
	}
	w.check(os.Chmod(w.dir+"/dst/d", 0o700))
	w.plan.Delete.When = plan.DeleteDuring
	w.pass(h, w.files(entry{name: "./"}, entry{name: "d"}))
	w.expectText("deleting gone/x/f\ndeleting gone/x/\ndeleting gone/\n")
}
