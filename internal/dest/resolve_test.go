package dest

import (
	"testing"

	"godwit/internal/exit"
	"godwit/internal/flist"
)

// The table of docs/protocol/04-filters-and-walk.md §20.
func TestResolve(t *testing.T) {
	const many, file, dir = 2, 1, -1 // what the list has
	tests := []struct {
		dst    string
		list   int
		mkpath bool
		dry    bool
		code   exit.Code
		single string
		said   string
		tree   string // of "new"
	}{
		{dst: "new", list: file, single: "new"},
		{dst: "new/", list: file, said: "created directory new\n"},
		{dst: "new", list: many, said: "created directory new\n"},
		{dst: "new/x/y", list: file, code: 3, said: `rsync: [Receiver] change_dir#3 "DIR/new/x" failed: No such file or directory (2)` + "\n"},
		{dst: "new/x/y/", list: file, code: 11, said: `rsync: [Receiver] mkdir "DIR/new/x/y" failed: No such file or directory (2)` + "\n"},
		{dst: "new/x", list: many, code: 11, said: `rsync: [Receiver] mkdir "DIR/new/x" failed: No such file or directory (2)` + "\n"},
		{dst: "new", list: dir, single: "new"},
		{dst: "new/x/y", list: file, mkpath: true, single: "y", said: "created 2 directories for new/x\n", tree: "x/"},
		{dst: "new/x/y/", list: file, mkpath: true, said: "created 3 directories for new/x/y\n", tree: "x/y/"},
		{dst: "new/x/y", list: many, mkpath: true, said: "created 3 directories for new/x/y\n", tree: "x/y/"},
		{dst: "new/x/y", list: many, mkpath: true, dry: true, said: "created 3 directories for new/x/y\ncreated directory new/x/y\n"},
		{dst: "new/x/y", list: file, mkpath: true, dry: true, single: "y", said: "created 2 directories for new/x\n"},
		{dst: "new/y", list: file, mkpath: true, single: "y", said: "created 1 directory for new\n"},
		{dst: "newf", list: file, mkpath: true, single: "newf"},
		{dst: "dst/file", list: file, single: "file"},
		{dst: "dst/file/", list: file, code: 3, said: `rsync: [Receiver] ERROR: cannot stat destination "DIR/dst/file/": Not a directory (20)` + "\n"},
		{dst: "dst/file/x", list: file, code: 3, said: `rsync: [Receiver] ERROR: cannot stat destination "DIR/dst/file/x": Not a directory (20)` + "\n"},
		{dst: "dst/file/", list: file, mkpath: true, code: 11, said: `rsync: [Receiver] mkdir "DIR/dst/file/" failed: File exists (17)` + "\n"},
		{dst: "dst/file/x", list: file, mkpath: true, code: 11, said: `rsync: [Receiver] mkdir "DIR/dst/file/x" failed: File exists (17)` + "\n"},
		{dst: "dst/file", list: many, code: 3, said: "ERROR: destination must be a directory when copying more than 1 file\n"},
		{dst: "dst/file", list: dir, code: 3, said: "ERROR: cannot overwrite non-directory with a directory\n"},
		{dst: "lnk", list: file},
		{dst: "lnk", list: many},
		{dst: "dang", list: file, single: "dang"},
		{dst: "dang/", list: file, code: 11, said: `rsync: [Receiver] mkdir "DIR/dang" failed: File exists (17)` + "\n"},
		{dst: "flnk", list: file, single: "flnk"},
		{dst: "", list: file, code: 1, said: "Empty destination arg specified (use \".\" or see --old-args).\n"},
		{dst: ".", list: file},
		{dst: "/", list: file},
	}
	for _, tt := range tests {
		t.Run(tt.dst, func(t *testing.T) {
			w := newWorld(t)
			w.put("dst/file=x", "lnk>dst", "dang>nowhere", "flnk>dst/file")
			w.plan.Write.Mkpath, w.plan.Write.DryRun = tt.mkpath, tt.dry
			l := Listing{Count: tt.list}
			if tt.list != many {
				name := "f"
				if tt.list == dir {
					name = "d/"
				}
				l = Listing{Count: 1, First: w.files(entry{name: name}).At(0)}
			}
			tree, err := Open(w.config(), tt.dst, l)
			w.expectText(tt.said)
			if code := exit.CodeOf(err, exit.Crashed); code != tt.code {
				t.Fatalf("code %d, want %d", code, tt.code)
			}
			if err != nil {
				return
			}
			defer tree.Close()
			h := tree.Hand(0)
			defer h.Close()
			want := "f"
			if tt.list == dir {
				want = "d"
			}
			if tt.single != "" {
				want = tt.single
			}
			if tt.list != many {
				if got := string(h.Path(l.First)); got != want || tree.Single() != (tt.single != "") {
					t.Errorf("stored as %q, want %q", got, want)
				}
			}
			if tt.tree != "" {
				w.expectTree("new", tt.tree)
			}
			if tree.Missing() != tt.dry {
				t.Errorf("Missing is %v", tree.Missing())
			}
		})
	}
}

func TestResolveDaemonExcluded(t *testing.T) {
	w := newWorld(t)
	w.put("secret/")
	w.plan.Where.Server, w.plan.Where.ModulePath = true, w.dir
	cfg := w.config()
	cfg.Hidden = func(path string, dir bool) bool { return path == "secret" && dir }
	_, err := Open(cfg, "./secret/", Listing{Count: 2})
	if exit.CodeOf(err, 0) != exit.FileSelect {
		t.Errorf("error %v", err)
	}
	w.expectText("ERROR: daemon has excluded destination \"./secret/\"\n")
}

func TestOptionDirs(t *testing.T) {
	w := newWorld(t)
	w.put("dst/file=x", "alt/")
	w.plan.Update.Alt, w.plan.Update.AltDirs = 3, []string{"../alt", "nope", "file"}
	w.plan.Write.Backup, w.plan.Write.BackupDir = true, "bk"
	w.open("dst")
	w.expectText("--link-dest arg does not exist: DIR/dst/nope\n--link-dest arg is not a dir: DIR/dst/file\n(new) backup_dir is bk\n")

	for dir, want := range map[string]struct {
		code exit.Code
		text string
	}{
		"none": {1, "The temp-dir does not exist: none\n"},
		"file": {1, "The temp-dir is not a directory: file\n"},
	} {
		w := newWorld(t)
		w.put("dst/file=x")
		w.plan.Write.TempDir = dir
		_, err := Open(w.config(), "dst", Listing{Count: 2})
		if exit.CodeOf(err, 0) != want.code {
			t.Errorf("%s: %v", dir, err)
		}
		w.expectText(want.text)
	}
}

// Looking at one more file of a directory costs nothing but the call itself.
func TestStatAllocatesNothing(t *testing.T) {
	w := newWorld(t)
	w.put("dst/d/e/f=x", "dst/d/e/g=y")
	s := w.files(entry{name: "d/e/f", size: 1}, entry{name: "d/e/g", size: 1})
	_, h := w.open("dst")
	files := []flist.File{s.At(0), s.At(1)}
	i := 0
	if n := testing.AllocsPerRun(200, func() {
		if h.Stat(files[i%2], &h.seen) != nil {
			t.Fatal("not found")
		}
		h.QuickCheck(files[i%2], &h.seen)
		h.Differences(files[i%2], files[i%2].Mode(), &h.seen, 0, Plain)
		h.Apply(files[i%2], h.seen.Mode, nil, 0)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per file", n)
	}
}
