package meta

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/wire"
)

type names map[uint32]string

func (n names) ACLName(_ ids.Kind, id uint32) string { return n[id] }

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func acl(user, group, mask, other uint8, n ...ACLName) ACL {
	return ACL{UserObj: user, GroupObj: group, Mask: mask, Other: other, Names: n}
}

const none = NoAccess

// The captures of docs/protocol/02-wire-and-file-list.md §17, in one stream.
func TestACLCaptures(t *testing.T) {
	var stream captures
	two := acl(6, 4, 6, 4, ACLName{1, 6, false}, ACLName{2, 4, true})
	for _, c := range []struct {
		what string
		kind ACLKind
		mode uint32
		full ACL
		wire string
	}{
		{what: ". access", mode: 0o755, full: acl(7, 5, none, 5), wire: "00 00"},
		{what: ". default", kind: DefaultACL, full: NoACL(), wire: "00 00"},
		{what: "0664 two names", mode: 0o664, full: two, wire: "00 12 04 02 01 1A 02 10"},
		{what: "the same again", mode: 0o664, full: two, wire: "02"},
		{what: "0644", mode: 0o644, full: acl(6, 4, 4, 4, ACLName{1234, 5, false}), wire: "00 10 01 84 D2 16"},
		{what: "dir access", mode: 0o755, full: acl(7, 5, none, 5), wire: "01"},
		{what: "dir default", kind: DefaultACL, full: acl(7, 5, 7, 5, ACLName{1, 7, false}), wire: "00 1F 07 05 07 05 01 01 1E"},
	} {
		stream.check(t, c.what, c.kind, c.mode, c.full, c.wire)
	}
	// With names inline the first occurrence carries them.
	var s ACLSender
	two.Strip(0o664)
	got := s.Append(nil, AccessACL, &two, names{1: "daemon", 2: "bin"})
	if want := unhex(t, "00 12 04 02 01 1B 06 64 61 65 6D 6F 6E 02 11 03 62 69 6E"); string(got) != string(want) {
		t.Errorf("names inline: % X", got)
	}
	m := func(k ids.Kind) *ids.Mapper {
		return ids.NewMapper(ids.MapperConfig{Kind: k, Super: true, Names: local{"daemon": 11, "bin": 22}})
	}
	c := ACLReceiver{Users: m(ids.User), Groups: m(ids.Group)}
	n, err := c.Read(context.Background(), wire.NewBytesReader(got, "receiver"), AccessACL, 0o664)
	if err != nil {
		t.Fatal(err)
	}
	want := acl(none, 4, 6, none, ACLName{11, 6, false}, ACLName{22, 4, true})
	if d := cmp.Diff(*c.Get(AccessACL, n), want); d != "" {
		t.Error(d)
	}
}

type local map[string]uint32

func (local) Name(context.Context, ids.Kind, uint32) (string, error) { return "", nil }
func (l local) ID(_ context.Context, _ ids.Kind, name string) (uint32, bool, error) {
	id, ok := l[name]
	return id, ok, nil
}

// captures is one stream: sender and receiver go on from case to case.
type captures struct {
	s ACLSender
	c ACLReceiver
}

func (st *captures) check(t *testing.T, what string, kind ACLKind, mode uint32, full ACL, text string) {
	t.Helper()
	stripped := full
	if kind == AccessACL {
		stripped.Strip(mode)
	}
	got := st.s.Append(nil, kind, &stripped, names{})
	if string(got) != string(unhex(t, text)) {
		t.Errorf("%s: % X, want %s", what, got, text)
	}
	n, err := st.c.Read(context.Background(), wire.NewBytesReader(got, "receiver"), kind, mode)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	back := *st.c.Get(kind, n)
	if kind == AccessACL {
		back.Complete(mode)
	}
	if d := cmp.Diff(back, full); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

func genACL(t *rapid.T) ACL {
	a := acl(uint8(rapid.IntRange(0, 7).Draw(t, "u")), uint8(rapid.IntRange(0, 7).Draw(t, "g")), none, uint8(rapid.IntRange(0, 7).Draw(t, "o")))
	for range rapid.IntRange(0, 4).Draw(t, "n") {
		a.Names = append(a.Names, ACLName{rapid.Uint32().Draw(t, "id"), rapid.Uint32Max(7).Draw(t, "access"), rapid.Bool().Draw(t, "group")})
	}
	if len(a.Names) > 0 || rapid.Bool().Draw(t, "masked") {
		a.Mask = uint8(rapid.IntRange(0, 7).Draw(t, "m"))
	}
	a.sortNames()
	return a
}

func TestACLRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genACL(t)
		var b ACL
		if !b.parsePOSIX(a.appendPOSIX(nil)) || !a.Equal(&b) {
			t.Fatalf("posix: %+v became %+v", a, b)
		}
		if !b.parseFake(a.appendFake(nil)) || !a.Equal(&b) {
			t.Fatalf("fake: %+v became %+v", a, b)
		}
		mode := uint32(a.UserObj)<<6 | uint32(a.GroupObj)<<3 | uint32(a.Other)
		if a.Mask != none {
			mode = mode&^0o070 | uint32(a.Mask)<<3
		}
		stripped := a
		stripped.Strip(mode)
		var s ACLSender
		var c ACLReceiver
		for range 2 { // the second time by number
			w := s.Append(nil, AccessACL, &stripped, names{})
			n, err := c.Read(context.Background(), wire.NewBytesReader(w, "receiver"), AccessACL, mode)
			if err != nil {
				t.Fatal(err)
			}
			back := *c.Get(AccessACL, n)
			if !SameAccess(&back, mode, &stripped, mode) {
				t.Fatalf("%+v is not the same as %+v", back, stripped)
			}
			back.Complete(mode)
			if !back.Equal(&a) {
				t.Fatalf("wire: %+v became %+v", a, back)
			}
		}
	})
}

func TestACLHostile(t *testing.T) {
	for _, c := range []struct {
		wire, text string
		code       exit.Code
	}{
		{"01", "recv_acl_index: ACL_TYPE_ACCESS ACL index 1 > 0", exit.StreamIO},
		{"F0 FF FF FF FF", "recv_acl_index: ACL_TYPE_ACCESS ACL index -1 > 0", exit.StreamIO},
		{"00 01 08", "recv_acl_access: value out of range: 8", exit.StreamIO},
		{"00 10 01 01 22", "recv_acl_access: value out of range: 8", exit.StreamIO},
		{"00 10 C1 01 00", "wire value ACL count out of range: 65537 not in [0,65536] [receiver]", exit.Protocol},
	} {
		var r ACLReceiver
		_, err := r.Read(context.Background(), wire.NewBytesReader(unhex(t, c.wire), "receiver"), AccessACL, 0o644)
		if err == nil || err.Error() != c.text || exit.CodeOf(err, exit.OK) != c.code {
			t.Errorf("%s: %v", c.wire, err)
		}
	}
	r := ACLReceiver{Fake: true}
	if _, err := r.Read(context.Background(), wire.NewBytesReader(unhex(t, "00 10 01 01 22"), "receiver"), AccessACL, 0o644); err != nil {
		t.Errorf("fake-super: %v", err)
	}
}

func TestACLMapIDsAfterLists(t *testing.T) {
	var c ACLReceiver
	ctx := context.Background()
	n, err := c.Read(ctx, wire.NewBytesReader(unhex(t, "00 12 04 02 01 1A 02 10"), "receiver"), AccessACL, 0o664)
	if err != nil {
		t.Fatal(err)
	}
	users := ids.NewMapper(ids.MapperConfig{Super: true, Names: local{"daemon": 900}})
	groups := ids.NewMapper(ids.MapperConfig{Kind: ids.Group, Super: true, Names: local{}})
	if _, err := users.Learn(ctx, 1, "daemon"); err != nil {
		t.Fatal(err)
	}
	if err := c.MapIDs(ctx, users, groups); err != nil {
		t.Fatal(err)
	}
	if got := c.Get(AccessACL, n).Names; got[0].ID != 900 || got[1].ID != 2 {
		t.Errorf("%+v", got)
	}
}

// What matters is what the names and the owning group may do: a mask that
// differs is a mode that differs.
func TestSameAccess(t *testing.T) {
	n := ACLName{1000, 6, false}
	for _, c := range []struct {
		what   string
		a      ACL
		am     uint32
		b      ACL
		bm     uint32
		result bool
	}{
		{"mask only", acl(6, 4, 6, 4, n), 0o664, acl(6, 4, 4, 4, n), 0o644, true},
		{"owning group", acl(6, 4, 6, 4, n), 0o664, acl(6, 6, 6, 4, n), 0o664, false},
		{"no names", acl(6, 4, 6, 4, n), 0o664, acl(6, 6, none, 4), 0o664, false},
		{"both plain", acl(6, 4, none, 4), 0o644, acl(7, 7, none, 7), 0o777, true},
	} {
		if got := SameAccess(&c.a, c.am, &c.b, c.bm); got != c.result {
			t.Errorf("%s: %v", c.what, got)
		}
		c.a.Strip(c.am)
		c.b.Strip(c.bm)
		if got := SameAccess(&c.a, c.am, &c.b, c.bm); got != c.result {
			t.Errorf("%s, stripped: %v", c.what, got)
		}
	}
}

// The example of docs/protocol/03-transfer.md §14.4.
func TestFakeACLRecord(t *testing.T) {
	a := acl(none, 4, 6, none, ACLName{1000, 6, false})
	if got := hex.EncodeToString(a.appendFake(nil)); got != "80000000040000000600000080000000e803000006000080" {
		t.Error(got)
	}
}

// setfacl and we mean the same, and the default ACL replaces the umask.
func TestACLOfSystem(t *testing.T) {
	if !posixACLs {
		t.Skip("no POSIX ACLs here")
	}
	if _, err := exec.LookPath("setfacl"); err != nil {
		t.Skip("setfacl is not installed")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("setfacl", "-m", "u:1000:rwx,g:5:r,d:u:1000:rx,d:g::r,d:o::-", dir).CombinedOutput(); err != nil {
		t.Skipf("no ACLs on this file system: %s", out)
	}
	d := openDir(t, filepath.Dir(dir))
	leaf := &Leaf{Dir: d, Name: filepath.Base(dir)}
	var st fsys.Stat
	if err := leaf.Lstat(&st); err != nil {
		t.Fatal(err)
	}
	var p Policy
	for kind, want := range map[ACLKind]ACL{
		AccessACL:  acl(none, 5, none, none, ACLName{1000, 7, false}, ACLName{5, 4, true}),
		DefaultACL: acl(7, 4, 5, 0, ACLName{1000, 5, false}),
	} {
		var got ACL
		if _, f := p.ReadACL(leaf, kind, st.Mode, &got, nil); f != nil {
			t.Fatal(f)
		}
		if d := cmp.Diff(got, want); d != "" {
			t.Errorf("%v: %s", kind, d)
		}
	}
	if perms, f := p.DefaultPerms(leaf, 0o022); f != nil || perms != 0o750 {
		t.Errorf("default perms %o, %v", perms, f)
	}
}

func FuzzACLRead(f *testing.F) {
	f.Add([]byte("\x00\x12\x04\x02\x01\x1a\x02\x10\x01"))
	f.Add([]byte("\x00\x1f\x07\x05\x07\x05\x01\x01\x1b\x03abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c ACLReceiver
		r := wire.NewBytesReader(b, "receiver")
		for {
			n, err := c.Read(context.Background(), r, AccessACL, 0o640)
			if err != nil {
				return
			}
			a := c.Get(AccessACL, n)
			if len(a.Names) > len(b) || a.Mask == none && len(a.Names) > 0 {
				t.Fatalf("%+v", a)
			}
		}
	})
}

func FuzzParsePOSIX(f *testing.F) {
	f.Add(new(ACL).appendPOSIX(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a ACL
		if a.parsePOSIX(b) && binary.LittleEndian.Uint32(b) != posixACLVersion {
			t.Fatal("accepted another version")
		}
		a.parseFake(b)
	})
}
