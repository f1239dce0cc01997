//go:build unix

package meta

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/wire"
)

const nobody = 65534

// What an ordinary user can and cannot do. As root the test runs itself again
// as nobody.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() == 0 {
		runAsNobody(t)
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	me, err := ids.CurrentIdentity()
	if err != nil {
		t.Fatal(err)
	}
	leaf := &Leaf{Dir: openDir(t, dir), Name: "f"}
	var said []string
	xr := &XattrReceiver{}
	a := &Applier{
		Policy: &Policy{ModeRules: ModeRules{Perms: true}, Owner: true, Group: true, Xattrs: true, Identity: me},
		Xattrs: xr,
		Report: func(f *Failure) { said = append(said, f.Sentence("Q", "N")) },
	}
	list := receiveXattrs(t, xr, attrs{"user.a": "1", "security.x": "no"})
	rec := Record{Mode: fsys.ModeRegular | 0o444, UID: 0, GID: me.GID, XattrList: list, HasXattrs: true}
	var st fsys.Stat
	if err := leaf.Lstat(&st); err != nil {
		t.Fatal(err)
	}
	if flags := a.Policy.Compare(&rec, &st) | a.CompareXattrs(leaf, &rec); flags != wire.ItemXattr {
		t.Errorf("differs in %04x: owners are not ours to change", flags)
	}
	// A read-only file of ours gets its attributes all the same.
	if done := a.Apply(leaf, nil, &rec, 0); done != AppliedXattrs || said != nil {
		if isUnsupported(leaf.setXattr("user.probe", nil)) {
			t.Skip("no user attributes on this file system")
		}
		t.Errorf("done %x, said %q", done, said)
	}
	if v, err := readAttr(leaf, "user.a", nil); string(v) != "1" {
		t.Errorf("user.a = %q, %v", v, err)
	}
	if err := leaf.Lstat(&st); err != nil || st.Mode != rec.Mode {
		t.Errorf("mode %o, %v", st.Mode, err)
	}
	// A group that we are not in is refused, and the rest left alone.
	rec.GID, rec.Mode = 0, fsys.ModeRegular|0o777
	if done := a.Apply(leaf, nil, &rec, 0); done != 0 || len(said) != 1 || said[0] != "chgrp Q failed" {
		t.Errorf("done %x, said %q", done, said)
	}
}

func receiveXattrs(t *testing.T, c *XattrReceiver, a AttrSource) uint32 {
	t.Helper()
	var s XattrSender
	b, _ := sendXattrs(t, &s, a)
	n, err := c.Read(wire.NewBytesReader(b, "receiver"), []byte("f"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func runAsNobody(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "test")
	if err := os.WriteFile(copied, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run=^TestOrdinaryUser$", "-test.v")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
