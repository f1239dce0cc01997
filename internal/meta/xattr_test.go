package meta

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/wire"
)

// attrs is an inode that consists of attributes.
type attrs map[string]string

func (a attrs) GetXattr(attr string, buf []byte) (int, error) {
	v, ok := a[attr]
	if !ok {
		return 0, fsys.ErrNoAttr
	}
	return fill(v, buf)
}

func (a attrs) ListXattr(buf []byte) (int, error) {
	all := ""
	for n := range a {
		all += n + "\x00"
	}
	return fill(all, buf)
}

func fill(v string, buf []byte) (int, error) {
	if buf == nil {
		return len(v), nil
	}
	if len(v) > len(buf) {
		return 0, syscall.ERANGE
	}
	return copy(buf, v), nil
}

func sendXattrs(t testing.TB, s *XattrSender, a AttrSource) ([]byte, uint32) {
	t.Helper()
	b, n, f := s.Append(nil, a)
	if f != nil {
		t.Fatal(f)
	}
	return b, n
}

const forty = "0123456789012345678901234567890123456789"

// The layout of docs/protocol/02-wire-and-file-list.md §18, with the request
// and the answer of §18.1.
func TestXattrConversation(t *testing.T) {
	var s XattrSender
	c := XattrReceiver{Rules: XattrRules{Super: true}}
	a := attrs{"user.big": forty, "user.a": "1", "system.x": "never"}
	sum := md5.Sum([]byte(forty))
	b, sent := sendXattrs(t, &s, a)
	want := "\x00\x02" + "\x07\x01user.a\x001" + "\x09\x28user.big\x00" + string(sum[:])
	if string(b) != want {
		t.Fatalf("list %q, want %q", b, want)
	}
	list, err := c.Read(wire.NewBytesReader(b, "receiver"), []byte("f"))
	if err != nil {
		t.Fatal(err)
	}
	if b, n := sendXattrs(t, &s, a); string(b) != "\x01" || n != sent {
		t.Errorf("second time %q", b)
	}
	req := c.AppendRequest(nil, list, nil)
	if string(req) != "\x02\x00" {
		t.Errorf("request %q", req)
	}
	if again := c.AppendRequest(nil, list, nil); string(again) != "\x00" {
		t.Errorf("second request %q", again)
	}
	wanted, err := s.ReadRequest(wire.NewBytesReader(req, "sender"), nil, sent, "f")
	if err != nil {
		t.Fatal(err)
	}
	answer, f := s.AppendAnswer(nil, wanted, a)
	if string(answer) != "\x02\x28"+forty+"\x00" || f != nil {
		t.Errorf("answer %q, %v", answer, f)
	}
	if err := c.ReadAnswer(wire.NewBytesReader(answer, "receiver"), list, "f"); err != nil {
		t.Fatal(err)
	}
	if it := c.lists[list].items[1]; string(it.value) != forty || it.state != xattrHere {
		t.Errorf("%+v", it)
	}
	c.Replay = true
	if err := c.ReadAnswer(wire.NewBytesReader(answer, "receiver"), list, "f"); err != nil {
		t.Errorf("an answer of another run: %v", err)
	}
	c.Replay = false
	if _, err := s.ReadRequest(wire.NewBytesReader(req, "sender"), nil, sent, "f"); err == nil ||
		err.Error() != "[sender] internal abbrev error on user.big (f, len=40)!" {
		t.Errorf("second request: %v", err)
	}
	if err := c.ReadAnswer(wire.NewBytesReader(answer, "receiver"), list, "f"); exit.CodeOf(err, exit.OK) != exit.Protocol {
		t.Errorf("second answer: %v", err)
	}
}

// A long value that the destination has is not asked for, and serves later
// entries with the same list.
func TestXattrRequestUsesDestination(t *testing.T) {
	var s XattrSender
	var c XattrReceiver
	b, _ := sendXattrs(t, &s, attrs{"user.big": forty})
	list, err := c.Read(wire.NewBytesReader(b, "receiver"), []byte("f"))
	if err != nil {
		t.Fatal(err)
	}
	if req := c.AppendRequest(nil, list, attrs{"user.big": forty}); string(req) != "\x00" {
		t.Errorf("request %q", req)
	}
	if it := c.lists[list].items[0]; string(it.value) != forty {
		t.Errorf("%+v", it)
	}
}

func TestXattrVanishedValue(t *testing.T) {
	var s XattrSender
	_, n := sendXattrs(t, &s, attrs{"user.big": forty})
	wanted, err := s.ReadRequest(wire.NewBytesReader([]byte("\x01\x00"), "sender"), nil, n, "f")
	if err != nil {
		t.Fatal(err)
	}
	b, f := s.AppendAnswer(nil, wanted, attrs{})
	if string(b) != "\x01\x00\x00" || f == nil || f.Sentence(`"/f"`, "f") != `failed to re-read xattr user.big for "/f"` {
		t.Errorf("%q %v", b, f)
	}
}

func TestXattrHostile(t *testing.T) {
	for _, c := range []struct {
		wire, text string
		code       exit.Code
	}{
		{"\x01", "receive_xattr: xa index 1 out of range for f", exit.StreamIO},
		{"\x00\xc1\x01\x00", "wire value xattr count out of range: 65537 not in [0,65536] [receiver]", exit.Protocol},
		{"\x00\x01\x90\x01\x00", "wire size xattr name_len out of range: 4097 > 4096 [receiver]", exit.Protocol},
		{"\x00\x01\x02\xf0\x01\x00\x00\x08", "xattr datum_len exceeds per-value limit [receiver]", exit.Protocol},
		{"\x00\x01\x02\x00ab", `Invalid xattr name received (missing trailing \0).`, exit.FileIO},
		{"\x00\x01\x00\x00", `Invalid xattr name received (missing trailing \0).`, exit.FileIO},
	} {
		var x XattrReceiver
		_, err := x.Read(wire.NewBytesReader([]byte(c.wire), "receiver"), []byte("f"))
		if err == nil || err.Error() != c.text || exit.CodeOf(err, exit.OK) != c.code {
			t.Errorf("%q: %v", c.wire, err)
		}
	}
	five := []byte{0, 5}
	for i := range 5 {
		five = wire.AppendVarint(append(five, 2), maxXattrData)
		five = append(five, byte('a'+i), 0)
		five = append(five, make([]byte, md5.Size)...)
	}
	var x XattrReceiver
	if _, err := x.Read(wire.NewBytesReader(five, "receiver"), []byte("f")); err == nil || err.Error() != "xattr list exceeds per-file limit [receiver]" {
		t.Errorf("sum of lengths: %v", err)
	}
	var s XattrSender
	_, n := sendXattrs(t, &s, attrs{"user.a": "1"})
	for _, c := range []struct {
		req, text string
		list      uint32
	}{
		{"\x02\x00", "[sender] could not find xattr #2 for f", n},
		{"\x01\x00", "[sender] internal abbrev error on user.a (f, len=1)!", n},
		{"\x01\x00", "recv_xattr_request: internal data error!", n + 1},
		{"\xf0\xff\xff\xff\x7f\x00", "[sender] could not find xattr #2147483647 for f", n},
	} {
		if _, err := s.ReadRequest(wire.NewBytesReader([]byte(c.req), "sender"), nil, c.list, "f"); err == nil || err.Error() != c.text {
			t.Errorf("%q: %v", c.req, err)
		}
	}
	if _, _, err := readNumber(wire.NewBytesReader([]byte("\xf0\xff\xff\xff\x7f"), "sender"), 1); err == nil || err.Error() != "xattr rel_pos accumulation overflow [sender]" {
		t.Errorf("overflow: %v", err)
	}
}

func TestXattrRules(t *testing.T) {
	odd := func(n string) bool { return strings.HasSuffix(n, "odd") }
	for _, c := range []struct {
		rules             XattrRules
		local, sent, kept string // "" when it takes no part
	}{
		{XattrRules{Super: true}, "user.a", "user.a", "user.a"},
		{XattrRules{Super: true}, "security.c", "security.c", "security.c"},
		{XattrRules{Super: true}, "system.x", "", "system.x"},
		{XattrRules{}, "security.c", "security.c", ""},
		{XattrRules{Excluded: odd}, "security.c", "security.c", "user.rsync.security.c"},
		{XattrRules{Excluded: odd}, "user.odd", "", ""},
		{XattrRules{Excluded: odd}, "system.x", "system.x", "user.rsync.system.x"},
		{XattrRules{Fake: true}, "user.rsync.trusted.b", "trusted.b", "user.rsync.trusted.b"},
		{XattrRules{Fake: true}, "trusted.b", "trusted.b", "user.rsync.trusted.b"},
		{XattrRules{}, "user.rsync.%stat", "", ""},
		{XattrRules{Private: true}, "user.rsync.%stat", "user.rsync.%stat", "user.rsync.%stat"},
		{XattrRules{Private: true, Fake: true}, "user.rsync.%stat", "", "user.rsync.%stat"},
		{XattrRules{Flat: true}, "color", "user.color", "color"},
		{XattrRules{Flat: true, Super: true}, "rsync.trusted.b", "trusted.b", "rsync.trusted.b"},
		{XattrRules{Flat: true}, "rsync.%stat", "", ""},
	} {
		sent, ok := c.rules.sendName(c.local)
		if sent != c.sent || ok != (sent != "") {
			t.Errorf("%+v sends %s as %q", c.rules, c.local, sent)
		}
		wireName := c.sent
		if wireName == "" {
			wireName = c.local
		}
		if kept, _ := c.rules.storeName(wireName); kept != c.kept && c.sent != "" {
			t.Errorf("%+v keeps %s as %q", c.rules, wireName, kept)
		}
		if c.sent != "" && c.sent != c.local && c.rules.localName(c.sent) != c.local {
			t.Errorf("%+v reads %s again as %q", c.rules, c.sent, c.rules.localName(c.sent))
		}
	}
}

func TestXattrRoundTrip(t *testing.T) {
	name := rapid.StringMatching(`(user|trusted)\.[a-z]{1,6}`)
	rapid.Check(t, func(t *rapid.T) {
		var s XattrSender
		c := XattrReceiver{Rules: XattrRules{Super: true}}
		for file := range rapid.IntRange(1, 4).Draw(t, "files") {
			a := attrs(rapid.MapOfN(name, rapid.StringN(0, 80, 90), 0, 4).Draw(t, "attrs"))
			b, sent, f := s.Append(nil, a)
			if f != nil {
				t.Fatal(f)
			}
			list, err := c.Read(wire.NewBytesReader(b, "receiver"), []byte("f"))
			if err != nil {
				t.Fatal(err)
			}
			var x xattrScratch
			if !c.sameXattrs(&x, list, a) {
				t.Fatalf("file %d: %v not the same as itself", file, a)
			}
			req := c.AppendRequest(nil, list, nil)
			wanted, err := s.ReadRequest(wire.NewBytesReader(req, "sender"), nil, sent, "f")
			if err != nil {
				t.Fatal(err)
			}
			answer, f := s.AppendAnswer(nil, wanted, a)
			if f != nil {
				t.Fatal(f)
			}
			if err := c.ReadAnswer(wire.NewBytesReader(answer, "receiver"), list, "f"); err != nil {
				t.Fatal(err)
			}
			got := attrs{}
			for _, it := range c.lists[list].items {
				got[it.name] = string(it.value)
			}
			if fmt.Sprint(got) != fmt.Sprint(a) {
				t.Fatalf("%q became %q", a, got)
			}
		}
	})
}

func FuzzXattrRead(f *testing.F) {
	f.Add([]byte("\x00\x02\x07\x01user.a\x001\x09\x28user.big\x000123456789abcdef\x01"))
	f.Add([]byte("\x00\x00\x00\x01\x02\x00a\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c XattrReceiver
		r := wire.NewBytesReader(b, "receiver")
		for {
			n, err := c.Read(r, []byte("f"))
			if err != nil {
				return
			}
			items := c.lists[n].items
			if !slices.IsSortedFunc(items, func(a, b heldXattr) int { return strings.Compare(a.name, b.name) }) {
				t.Fatal("not sorted")
			}
			if req := c.AppendRequest(nil, n, nil); !bytes.HasSuffix(req, []byte{0}) {
				t.Fatalf("request %q", req)
			}
		}
	})
}

func FuzzXattrRequest(f *testing.F) {
	f.Add([]byte("\x01\x00"))
	f.Add([]byte("\x02\xf0\xff\xff\xff\xff\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s XattrSender
		_, n := sendXattrs(t, &s, attrs{"user.a": forty, "user.b": forty})
		wanted, _ := s.ReadRequest(wire.NewBytesReader(b, "sender"), nil, n, "f")
		if len(wanted) > 2 {
			t.Fatalf("%v", wanted)
		}
	})
}
