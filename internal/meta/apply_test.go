package meta

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/wire"
)

// copier carries metadata from one directory to another as the two ends of a
// transfer would, through the wire forms.
type copier struct {
	t      *testing.T
	send   Policy
	recv   Policy
	acls   ACLSender
	gotACL ACLReceiver
	xs     XattrSender
	xr     XattrReceiver
}

func newCopier(t *testing.T, send, recv Policy) *copier {
	c := &copier{t: t, send: send, recv: recv}
	c.gotACL.Fake = recv.Fake
	c.xs.Rules = send.XattrRules(false, nil)
	c.xr.Rules = recv.XattrRules(false, nil)
	return c
}

// record describes a source leaf as its file list entry would.
func (c *copier) record(src *Leaf) Record {
	c.t.Helper()
	var st fsys.Stat
	if err := c.send.Stat(src, &st, src.Name); err != nil {
		c.t.Fatal(err)
	}
	rec := Record{
		Mode: st.Mode, UID: st.UID, GID: st.GID, Mtime: st.Mtime, Atime: st.Atime,
		Major: st.RdevMajor, Minor: st.RdevMinor,
	}
	for _, kind := range []ACLKind{AccessACL, DefaultACL} {
		if !c.send.ACLs || !HasACLs(st.Mode, kind) {
			continue
		}
		var a ACL
		if _, f := c.send.ReadACL(src, kind, st.Mode, &a, nil); f != nil {
			c.t.Fatal(f)
		}
		b := c.acls.Append(nil, kind, &a, names{})
		n, err := c.gotACL.Read(context.Background(), wire.NewBytesReader(b, "receiver"), kind, st.Mode)
		if err != nil {
			c.t.Fatal(err)
		}
		if kind == AccessACL {
			rec.Access = c.gotACL.Get(kind, n)
		} else {
			rec.Default = c.gotACL.Get(kind, n)
		}
	}
	if c.send.Xattrs {
		b, sent := sendXattrs(c.t, &c.xs, src)
		list, err := c.xr.Read(wire.NewBytesReader(b, "receiver"), []byte(src.Name))
		if err != nil {
			c.t.Fatal(err)
		}
		req := c.xr.AppendRequest(nil, list, nil)
		wanted, err := c.xs.ReadRequest(wire.NewBytesReader(req, "sender"), nil, sent, src.Name)
		if err != nil {
			c.t.Fatal(err)
		}
		answer, f := c.xs.AppendAnswer(nil, wanted, src)
		if f != nil {
			c.t.Fatal(f)
		}
		if err := c.xr.ReadAnswer(wire.NewBytesReader(answer, "receiver"), list, src.Name); err != nil {
			c.t.Fatal(err)
		}
		rec.XattrList, rec.HasXattrs = list, true
	}
	return rec
}

// make creates what the metadata will belong to.
func (c *copier) make(dst *Leaf, rec *Record) {
	c.t.Helper()
	var err error
	switch kind := rec.Mode & fsys.ModeType; {
	case kind == fsys.ModeDir:
		err = dst.Dir.Mkdir(dst.Name, 0o700)
	case kind == fsys.ModeSymlink && !c.recv.Fake:
		err = dst.Dir.Symlink("target", dst.Name)
	case kind == fsys.ModeRegular || c.recv.Fake:
		var f *fsys.File
		if f, err = dst.Dir.CreateExcl(dst.Name, 0o600); err == nil {
			if kind == fsys.ModeSymlink {
				_, err = f.Write([]byte("target"))
			}
			err = errors.Join(err, f.Close())
		}
	default:
		err = dst.Dir.Mknod(dst.Name, kind|0o600, rec.Major, rec.Minor)
	}
	if err != nil {
		c.t.Fatal(dst.Name, err)
	}
}

// tree makes a source with every sort of metadata.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := `
		umask 022
		touch plain setid owned acl attrs long both ro
		mkdir dir dirdef; ln -s target link; mkfifo fifo; mknod dev b 8 1; mknod null c 1 3
		chown 1234:2345 owned setid fifo; chown -h 7:8 link
		chmod 6751 setid; chmod 1777 dir; chmod 444 ro; chmod 664 acl
		setfacl -m u:1000:rw,u:1:r,g:2:r,g::r acl both; setfacl -d -m u:1:rwx dirdef; setfacl -m g:5:x dirdef
		setfattr -n user.a -v 1 attrs both dir; setfattr -n trusted.b -v 2 attrs; setfattr -n user.rsync.%mine -v 2 attrs
		setfattr -n user.long -v ` + strings.Repeat("0123456789", 20) + ` long both
		setfattr -n user.empty long
		touch -h -d @1000000000.123456789 * ; touch -d @1500000000 dir dirdef`
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this file system cannot hold the test tree: %v\n%s", err, out)
	}
	return dir
}

// dump describes everything that is there about the names of a directory.
func dump(t *testing.T, path string) map[string]string {
	t.Helper()
	d := openDir(t, path)
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		leaf := &Leaf{Dir: d, Name: e.Name()}
		var st fsys.Stat
		if err := leaf.Lstat(&st); err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprintf("%o %d:%d %d,%d %d.%09d", st.Mode, st.UID, st.GID, st.RdevMajor, st.RdevMinor, st.Mtime.Sec, st.Mtime.Nsec)
		list, err := readNames(leaf, nil)
		if err != nil && !isUnsupported(err) {
			t.Fatal(err)
		}
		attrs := strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00")
		slices.Sort(attrs)
		for _, a := range attrs {
			if a == "" {
				continue
			}
			v, err := readAttr(leaf, a, nil)
			if err != nil {
				t.Fatal(err)
			}
			text := hex.EncodeToString(v)
			if strings.HasPrefix(a, "user.rsync.%stat") {
				text = string(v)
			}
			s += "\n  " + a + "=" + text
		}
		out[e.Name()] = s
	}
	return out
}

// The reference and we leave the same metadata behind, and the reference's
// result needs no further change by our reckoning (nor ours by its own).
func TestApplyAsReference(t *testing.T) {
	rsync := stock(t)
	all := Policy{ModeRules: ModeRules{Perms: true}, Owner: true, Group: true, Times: true, ACLs: true, Xattrs: true, Super: true}
	fake := all
	fake.Super, fake.Fake = false, true
	some := Policy{ModeRules: ModeRules{Perms: true}, Times: true, OmitDirTimes: true, Super: true}
	for _, c := range []struct {
		what       string
		send, recv Policy
		args       []string
	}{
		{"all", all, all, []string{"-aAX"}},
		{"fake", all, fake, []string{"-aAX", "-M--fake-super"}},
		{"some", some, some, []string{"-rlptDO"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			src, theirs, ours := tree(t), filepath.Join(t.TempDir(), "theirs"), filepath.Join(t.TempDir(), "ours")
			run(t, rsync, append(c.args, src+"/", theirs)...)
			if err := os.Mkdir(ours, 0o700); err != nil {
				t.Fatal(err)
			}
			cp := newCopier(t, c.send, c.recv)
			from, to, have := openDir(t, src), openDir(t, ours), openDir(t, theirs)
			a := &Applier{Policy: &cp.recv, Xattrs: &cp.xr, Report: func(f *Failure) { t.Error(f) }}
			entries, err := os.ReadDir(src)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				rec := cp.record(&Leaf{Dir: from, Name: e.Name()})
				leaf := &Leaf{Dir: to, Name: e.Name()}
				cp.make(leaf, &rec)
				if c.what == "some" {
					rec.XattrList, rec.HasXattrs = 0, false
				}
				a.Apply(leaf, nil, &rec, ExactTime)
				for _, l := range []*Leaf{leaf, {Dir: have, Name: e.Name()}} {
					var st fsys.Stat
					if err := cp.recv.Stat(l, &st, l.Name); err != nil {
						t.Fatal(err)
					}
					if rec.Mode&fsys.ModeType == fsys.ModeSymlink && cp.recv.Fake {
						continue // becomes a regular file, with a record that says so
					}
					if flags := cp.recv.Compare(&rec, &st) | a.CompareACLs(l, &rec, &st) | a.CompareXattrs(l, &rec); flags != 0 {
						t.Errorf("%s still differs: %04x (%+v)", l.Name, flags, st)
					}
					if done := a.Apply(l, &st, &rec, 0); done != 0 {
						t.Errorf("%s was changed again: %x", l.Name, done)
					}
				}
			}
			want, got := dump(t, theirs), dump(t, ours)
			if c.what == "some" { // directory times are the time of making
				for _, m := range []map[string]string{want, got} {
					for _, d := range []string{"dir", "dirdef"} {
						m[d], _, _ = strings.Cut(m[d], ".")
						m[d] = m[d][:strings.LastIndexByte(m[d], ' ')]
					}
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("reference (-) and we (+):\n%s", d)
			}
			out := exec.Command(rsync, append(slices.Clone(c.args), "-i", src+"/", ours)...)
			if text, err := out.Output(); err != nil || len(text) > 0 && !strings.HasSuffix(strings.TrimSpace(string(text)), " ./") {
				t.Errorf("the reference changes our result: %v\n%s", err, text)
			}
		})
	}
}

// What the reference stored for --fake-super reads back as the original.
func TestFakeStatOfReference(t *testing.T) {
	rsync := stock(t)
	src, dst := tree(t), filepath.Join(t.TempDir(), "dst")
	run(t, rsync, "-a", "-M--fake-super", src+"/", dst)
	from, to := openDir(t, src), openDir(t, dst)
	fake := Policy{Fake: true}
	for name := range dump(t, src) {
		var want, got fsys.Stat
		if err := from.Lstat(name, &want); err != nil {
			t.Fatal(err)
		}
		if err := fake.Stat(&Leaf{Dir: to, Name: name}, &got, name); err != nil {
			t.Fatal(err)
		}
		if got.Mode != want.Mode || got.UID != want.UID || got.GID != want.GID ||
			want.IsDevice() && (got.RdevMajor != want.RdevMajor || got.RdevMinor != want.RdevMinor) {
			t.Errorf("%s: %o %d:%d, want %o %d:%d", name, got.Mode, got.UID, got.GID, want.Mode, want.UID, want.GID)
		}
	}
}

func TestFakeStatText(t *testing.T) {
	for text, want := range map[string]fakeStat{
		"100755 0,0 1234:2345": {0o100755, 0, 0, 1234, 2345},
		"60644 8,1 0:0":        {0o60644, 8, 1, 0, 0},
		"120777 0,0 0:0":       {0o120777, 0, 0, 0, 0},
	} {
		got, ok := parseFakeStat([]byte(text))
		if !ok || got != want {
			t.Errorf("%q: %+v %v", text, got, ok)
		}
		if s := string(want.append(nil)); s != text {
			t.Errorf("%q written as %q", text, s)
		}
	}
	for _, lax := range []string{" 100644  0, 0   1: 1", "100644 0,0 1:1 trailing"} {
		if got, ok := parseFakeStat([]byte(lax)); !ok || got != (fakeStat{0o100644, 0, 0, 1, 1}) {
			t.Errorf("%q: %+v %v", lax, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "100755", "100755 0,0", "100755 0,0 1:", "9 0,0 1:1", "100755 0;0 1:1", "1 0,0 99999999999:1"} {
		if _, ok := parseFakeStat([]byte(bad)); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
	p := Policy{Fake: true}
	var st fsys.Stat
	_, err := p.Overlay(attrs{fakeStatAttr: "junk"}, &st, `"/f"`)
	if exit.CodeOf(err, exit.OK) != exit.FileIO || err.Error() != `Corrupt user.rsync.%stat xattr attached to "/f": "junk"` {
		t.Errorf("%v", err)
	}
}

func FuzzParseFakeStat(f *testing.F) {
	f.Add([]byte("100755 0,0 1234:2345"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, ok := parseFakeStat(b)
		if !ok {
			return
		}
		if again, ok := parseFakeStat(rec.append(nil)); !ok || again != rec {
			t.Fatalf("%+v became %+v", rec, again)
		}
	})
}

func TestApplyOwnerRules(t *testing.T) {
	stock(t) // root
	dir := t.TempDir()
	d := openDir(t, dir)
	leaf := &Leaf{Dir: d, Name: "f"}
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var said []string
	a := &Applier{Policy: &Policy{Owner: true, Group: true, Super: true}, Report: func(f *Failure) { said = append(said, f.Sentence(`"/f"`, "f")) }}
	var st fsys.Stat
	stat := func() fsys.Stat {
		if err := leaf.Lstat(&st); err != nil {
			t.Fatal(err)
		}
		return st
	}
	rec := Record{Mode: fsys.ModeRegular | 0o4755, UID: 5, GID: 6, Mtime: fsys.Time{Sec: 7}}
	if done := a.Apply(leaf, nil, &rec, 0); done != AppliedOwner|AppliedMode {
		t.Errorf("done %x", done)
	}
	if s := stat(); s.UID != 5 || s.GID != 6 || s.Mode != rec.Mode || s.Mtime.Sec == 7 {
		t.Errorf("%+v", s)
	}
	// The owner of a set-id file changes: what the item is compared with is
	// the new state, without the bit, and the bit comes back.
	rec.UID = 8
	s := stat()
	a.Apply(leaf, &s, &rec, 0)
	if s.UID != 8 || s.Mode&fsys.ModeSetUID != 0 || stat().Mode != rec.Mode {
		t.Errorf("seen %o, now %o", s.Mode, st.Mode)
	}
	rec.UID = 1<<32 - 1
	rec.SkipGroup, rec.GID = true, 99
	a.Apply(leaf, nil, &rec, 0)
	if s := stat(); s.UID != 8 || s.GID != 6 || fmt.Sprint(said) != `[uid 4294967295 (-1) is impossible to set on "/f"]` {
		t.Errorf("%d:%d %q", s.UID, s.GID, said)
	}
	said = nil
	gone := &Leaf{Dir: d, Name: "gone"}
	if done := a.Apply(gone, nil, &rec, 0); done != 0 || fmt.Sprint(said) != `[stat "/f" failed]` {
		t.Errorf("%x %q", done, said)
	}
}

// A backup gets the attributes of what it saves, but not our own records.
func TestCopyXattrs(t *testing.T) {
	stock(t)
	dir := tree(t)
	d := openDir(t, dir)
	a := &Applier{Policy: &Policy{Super: true}, Report: func(f *Failure) { t.Error(f) }}
	rules := a.Policy.XattrRules(false, nil)
	if !a.CopyXattrs(&Leaf{Dir: d, Name: "attrs"}, &Leaf{Dir: d, Name: "plain"}, &rules) {
		t.Error("not copied")
	}
	_, got, _ := strings.Cut(dump(t, dir)["plain"], "\n")
	if want := "  trusted.b=32\n  user.a=31"; got != want {
		t.Errorf("%s", got)
	}
}

// Metadata that is right already, and the usual time and mode of a new file,
// cost no memory.
func TestApplyDoesNotAllocate(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	leaf := &Leaf{Dir: openDir(t, dir), Name: "f"}
	a := &Applier{Policy: &Policy{ModeRules: ModeRules{Perms: true}, Times: true, Owner: true, Group: true}, Report: func(f *Failure) { t.Error(f) }}
	rec := Record{Mode: fsys.ModeRegular | 0o600, SkipGroup: true, Mtime: fsys.Time{Sec: 1e9}}
	if n := testing.AllocsPerRun(20, func() {
		rec.Mtime.Sec++
		rec.Mode ^= 0o040
		if done := a.Apply(leaf, nil, &rec, 0); done != AppliedTimes|AppliedMode {
			t.Errorf("done %x", done)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFailureNamesTheEntry(t *testing.T) {
	f := failure("set_acl: xacl_set(", ", ACL_TYPE_ACCESS)", errors.New("no"))
	f.short = true
	if got := f.Sentence(`"/full"`, "short"); got != "set_acl: xacl_set(short, ACL_TYPE_ACCESS)" {
		t.Error(got)
	}
}
