package ids

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1::/:/bin/false
# a comment
+@netgroup
broken line
bin:x:2:2::/:/bin/false
alias:x:1:1::/:/bin/false
daemon:x:99:1::/:/bin/false
`

func files(m map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if s, ok := m[name]; ok {
			return io.NopCloser(strings.NewReader(s)), nil
		}
		return nil, fs.ErrNotExist
	}
}

func TestSystemReadsFilesFirst(t *testing.T) {
	ctx := context.Background()
	var asked []string
	s := NewSystem(Sources{
		Open: files(map[string]string{
			"/etc/passwd":        passwd,
			"/etc/nsswitch.conf": "passwd: files ldap # both\ngroup: files\n",
		}),
		Getent: func(_ context.Context, db string, keys []string) ([]byte, error) {
			asked = append(asked, db+" "+strings.Join(keys, " "))
			return []byte("carol:*:700:700:::\n"), nil
		},
	})
	names, err := s.Names(ctx, User, []uint32{0, 1, 700, 701})
	if err != nil {
		t.Fatal(err)
	}
	if names[0] != "root" || names[1] != "daemon" || names[700] != "carol" || len(names) != 3 {
		t.Errorf("names = %v", names)
	}
	for _, c := range []struct {
		name string
		id   uint32
		ok   bool
	}{{"daemon", 1, true}, {"alias", 1, true}, {"carol", 700, true}, {"nobody", 0, false}, {"700", 0, false}, {"-x", 0, false}} {
		if id, ok, _ := s.ID(ctx, User, c.name); id != c.id || ok != c.ok {
			t.Errorf("ID(%q) = %d, %v", c.name, id, ok)
		}
	}
	if n, _ := s.Name(ctx, Group, 5); n != "" {
		t.Errorf("group 5 is %q", n)
	}
	want := "[passwd 700 701 passwd carol passwd nobody]"
	if got := fmt.Sprint(asked); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

func TestHostKnowsRoot(t *testing.T) {
	src := HostSources()
	if _, err := src.Open("/etc/passwd"); err != nil {
		t.Skip("no account file here: ", err)
	}
	c := NewCache(NewSystem(src))
	if n, err := c.Name(context.Background(), User, 0); err != nil || n != "root" {
		t.Errorf("uid 0 is %q, %v", n, err)
	}
	if src.Getent == nil {
		t.Skip("no getent here")
	}
	out, err := src.Getent(context.Background(), "passwd", []string{"0", "4000000000"})
	if err != nil || !strings.HasPrefix(string(out), "root:") {
		t.Errorf("getent: %q, %v", out, err)
	}
}

type countingLookup struct {
	Batcher
	batches, singles int
}

func (c *countingLookup) Names(_ context.Context, _ Kind, ids []uint32) (map[uint32]string, error) {
	c.batches++
	m := map[uint32]string{}
	for _, id := range ids {
		if id%2 == 0 {
			m[id] = fmt.Sprint("u", id)
		}
	}
	return m, nil
}

func (c *countingLookup) Name(context.Context, Kind, uint32) (string, error) {
	c.singles++
	return "late", nil
}

func TestCacheAsksOnce(t *testing.T) {
	ctx := context.Background()
	src := &countingLookup{}
	c := NewCache(src)
	for range 3 {
		if err := c.Warm(ctx, User, []uint32{1, 2, 3}); err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := c.Name(ctx, User, 2); n != "u2" {
		t.Errorf("2 is %q", n)
	}
	if n, _ := c.Name(ctx, User, 3); n != "" {
		t.Errorf("3 is %q", n)
	}
	for range 2 {
		if n, _ := c.Name(ctx, User, 4); n != "late" {
			t.Errorf("4 is %q", n)
		}
	}
	if src.batches != 1 || src.singles != 1 {
		t.Errorf("%d batches, %d single questions", src.batches, src.singles)
	}
}

type fixed map[string]uint32

func (f fixed) Name(context.Context, Kind, uint32) (string, error) { return "", nil }
func (f fixed) ID(_ context.Context, _ Kind, name string) (uint32, bool, error) {
	id, ok := f[name]
	return id, ok, nil
}

// The rows were checked against the reference: a file of daemon (1) and one of
// the nameless 1234.
func TestRules(t *testing.T) {
	names := fixed{"bin": 2}
	for _, c := range []struct {
		list             string
		daemon, nameless uint32
		warn, fail       string
	}{
		{list: "1:05", daemon: 5, nameless: 1234},
		{list: "0-2:5", daemon: 5, nameless: 1234},
		{list: "2-0:5", daemon: 1, nameless: 1234},
		{list: ":5", daemon: 1, nameless: 5},
		{list: "daemon:5", daemon: 5, nameless: 1234},
		{list: "d*:5", daemon: 5, nameless: 1234},
		{list: "D*:5", daemon: 1, nameless: 1234},
		{list: "d[a-c]emon:5", daemon: 5, nameless: 1234},
		{list: "*:5", daemon: 5, nameless: 5},
		{list: "*:bin,1:7", daemon: 2, nameless: 2},
		{list: "1:nosuch,1:7", daemon: 7, nameless: 1234, warn: "Unknown --usermap name on receiver: nosuch"},
		{list: "1:5x", daemon: 1, nameless: 1234, warn: "Unknown --usermap name on receiver: 5x"},
		{list: "1:5:6", daemon: 1, nameless: 1234, warn: "Unknown --usermap name on receiver: 5:6"},
		{list: "1:+5", daemon: 1, nameless: 1234, warn: "Unknown --usermap name on receiver: +5"},
		{list: "1:4294967295", daemon: None, nameless: 1234},
		{list: "1:4294967296", fail: "Invalid ID number: 4294967296"},
		{list: "99999999999:0", fail: "Invalid ID number: 99999999999"},
		{list: "1-:5", fail: "Invalid number in --usermap: 1-"},
		{list: "1-2-3:5", fail: "Invalid number in --usermap: 1-2-3"},
		{list: "", fail: "No colon found in --usermap: "},
		{list: "1:5,", fail: "No colon found in --usermap: "},
		{list: "1:,foo", fail: "No colon found in --usermap: foo"},
		{list: "foo,1:", fail: "No name found after colon --usermap: 1:"},
	} {
		r, warnings, err := ParseRules(context.Background(), User, c.list, names)
		if c.fail != "" {
			if err == nil || err.Error() != c.fail || exit.CodeOf(err, exit.OK) != exit.Syntax {
				t.Errorf("%q: error %v, want %s", c.list, err, c.fail)
			}
			continue
		}
		if err != nil || strings.Join(warnings, "|") != c.warn {
			t.Errorf("%q: %v, warnings %q, want %q", c.list, err, warnings, c.warn)
		}
		m := NewMapper(MapperConfig{Kind: User, Names: names, Rules: r, Preserve: true, Mapped: true, Super: true})
		d, _ := m.Map(context.Background(), 1, "daemon")
		n, _ := m.Map(context.Background(), 1234, "")
		if d.ID != c.daemon || n.ID != c.nameless {
			t.Errorf("%q: daemon → %d, 1234 → %d; want %d, %d", c.list, d.ID, n.ID, c.daemon, c.nameless)
		}
	}
}

func TestMapper(t *testing.T) {
	rule := func(s string) Rules {
		r, _, err := ParseRules(context.Background(), User, s, fixed{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	names := fixed{"daemon": 11, "root": 77, "staff": 50}
	super := MapperConfig{Names: names, Preserve: true, Super: true}
	plain := MapperConfig{Kind: Group, Names: names, Preserve: true, Identity: Identity{UID: 5, GID: 5, Groups: []uint32{50}}}
	with := func(c MapperConfig, f func(*MapperConfig)) MapperConfig { f(&c); return c }
	for _, c := range []struct {
		what string
		cfg  MapperConfig
		id   uint32
		name string
		want Local
	}{
		{"by name", super, 1, "daemon", Local{ID: 11}},
		{"unknown name keeps the number", super, 1, "who", Local{ID: 1}},
		{"root is never looked up", super, 0, "root", Local{}},
		{"numeric ids", with(super, func(c *MapperConfig) { c.Numeric = true }), 1, "daemon", Local{ID: 1}},
		{"numeric with a map sees no names", with(super, func(c *MapperConfig) { c.Numeric, c.Mapped, c.Rules = true, true, rule("daemon:5") }), 1, "daemon", Local{ID: 1}},
		{"numeric with a star", with(super, func(c *MapperConfig) { c.Numeric, c.Mapped, c.Rules = true, true, rule("*:5") }), 1, "daemon", Local{ID: 5}},
		{"root's name is assumed", with(super, func(c *MapperConfig) { c.Mapped, c.Rules = true, rule("root:5") }), 0, "", Local{ID: 5}},
		{"unless it is exchanged", with(super, func(c *MapperConfig) { c.Mapped, c.RootNamed, c.Rules = true, true, rule("root:5") }), 0, "", Local{}},
		{"owners without super stay", with(super, func(c *MapperConfig) { c.Super = false }), 1, "daemon", Local{ID: 1}},
		{"a member may", plain, 9, "staff", Local{ID: 50}},
		{"the main group counts", plain, 5, "", Local{ID: 5}},
		{"a stranger may not", plain, 9, "", Local{ID: 9, Skip: true}},
		{"without --group nothing is skipped", with(plain, func(c *MapperConfig) { c.Preserve = false }), 9, "", Local{ID: 9}},
	} {
		m := NewMapper(c.cfg)
		for range 2 { // the second time without a name, as on the wire
			got, err := m.Map(context.Background(), c.id, c.name)
			if err != nil || got != c.want {
				t.Errorf("%s: got %+v, %v, want %+v", c.what, got, err, c.want)
			}
			if m.Active() {
				c.name = ""
			}
		}
	}
}

func TestChown(t *testing.T) {
	for _, c := range [][3]string{{"u:g", "*:u", "*:g"}, {"u", "*:u", ""}, {":g", "", "*:g"}, {"", "", ""}, {"u:g:h", "*:u", "*:g:h"}} {
		ch := ParseChown(c[0])
		if ch.UserMap() != c[1] || ch.GroupMap() != c[2] {
			t.Errorf("%q: %q %q", c[0], ch.UserMap(), ch.GroupMap())
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"?", "", false}, {"a*c", "abbbc", true}, {"a*c", "abbb", false}, {"*a*b", "xaybzb", true},
		{"[!a]x", "bx", true}, {"[^a]x", "ax", false}, {"[]]", "]", true}, {"[a-", "a", false}, {`\*`, "*", true}, {`\*`, "x", false}, {"[a-c-]", "-", true},
	} {
		if got := matchWildcard(c.pattern, c.name); got != c.want {
			t.Errorf("match(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

func TestWildcardAgainstPathMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab]{0,8}`).Draw(t, "name")
		want, _ := filepath.Match(pattern, name)
		if got := matchWildcard(pattern, name); got != want {
			t.Fatalf("match(%q, %q) = %v", pattern, name, got)
		}
	})
}

// The captures of docs/protocol/02-wire-and-file-list.md §12.1.
func TestListCaptures(t *testing.T) {
	for _, c := range []struct {
		hex  string
		form ListForm
		list []Named
		root string
	}{
		{"01000000066461656D6F6E00000000", ListForm{}, []Named{{1, "daemon"}, {54321, ""}, {0, "root"}}, "root"},
		{"020000000362696E00000000", ListForm{}, []Named{{2, "bin"}}, ""},
		{"0004726F6F74", ListForm{Varint: true, RootNamed: true}, nil, "root"},
		{"0000", ListForm{Varint: true, RootNamed: true}, nil, ""},
	} {
		b := AppendList(nil, c.form, c.list, c.root)
		if got := strings.ToUpper(hex.EncodeToString(b)); got != c.hex {
			t.Errorf("%v: %s, want %s", c.list, got, c.hex)
		}
	}
}

func TestListRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := ListForm{rapid.Bool().Draw(t, "varint"), rapid.Bool().Draw(t, "root")}
		var list []Named
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			list = append(list, Named{rapid.Uint32Min(1).Draw(t, "id"), rapid.StringN(1, 20, 60).Draw(t, "name")})
		}
		r := wire.NewBytesReader(AppendList(nil, form, list, "r"), "test")
		want := list
		if form.RootNamed {
			want = append(want, Named{0, "r"})
		}
		var got []Named
		if err := ReadList(r, form, func(id uint32, name string) error {
			got = append(got, Named{id, name})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v want %v", got, want)
		}
	})
}

func FuzzReadList(f *testing.F) {
	f.Add([]byte("\x01\x06daemon\x00\x04root"), true)
	f.Add([]byte("\x01\x00\x00\x00\x06daemon\x00\x00\x00\x00"), false)
	f.Fuzz(func(t *testing.T, b []byte, v30 bool) {
		n := 0
		err := ReadList(wire.NewBytesReader(b, "test"), ListForm{v30, v30}, func(uint32, string) error { n++; return nil })
		if n > len(b) || (err != nil && err.Error() == "") {
			t.Errorf("%d entries of %d bytes, %v", n, len(b), err)
		}
	})
}

func TestConverter(t *testing.T) {
	ctx := context.Background()
	var asked strings.Builder
	answers := strings.NewReader("root\n\n1234\n\n12x\n99999999999\n" + strings.Repeat("x", 9000) + "\n7\n")
	c := NewConverter(answers, &asked)
	var rejected string
	c.Reject = func(s string) { rejected = s }
	if n, err := c.Name(ctx, User, 0); n != "root" || err != nil {
		t.Errorf("uid 0: %q %v", n, err)
	}
	if n, _ := c.Name(ctx, Group, 5); n != "" {
		t.Errorf("gid 5: %q", n)
	}
	for i, want := range []bool{true, false, false, false, false, true, false} {
		if id, ok, err := c.ID(ctx, Kind(i%2), "bob"); ok != want || err != nil {
			t.Errorf("answer %d: %d %v %v", i, id, ok, err)
		}
	}
	if _, ok, _ := c.ID(ctx, User, "a\nb"); ok || rejected != "invalid name-converter token: a\nb" {
		t.Errorf("rejected %q", rejected)
	}
	if _, _, err := c.ID(ctx, User, strings.Repeat("n", 1019)); exit.CodeOf(err, exit.OK) != exit.Unsupported {
		t.Errorf("long question: %v", err)
	}
	if got := asked.String(); !strings.HasPrefix(got, "uid 0\ngid 5\nusr bob\ngrp bob\n") {
		t.Errorf("asked %q", got)
	}
	pr, pw := io.Pipe()
	pr.CloseWithError(errors.New("gone"))
	if _, err := NewConverter(strings.NewReader(""), pw).Name(ctx, User, 1); exit.CodeOf(err, exit.OK) != exit.SocketIO {
		t.Errorf("write failure: %v", err)
	}
}

// The reference agrees about where the mapping leads.
func TestRulesAsReference(t *testing.T) {
	stock, err := exec.LookPath("rsync")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and the reference program")
	}
	dir := t.TempDir()
	src := filepath.Join(dir, "src")
	if err := os.Mkdir(src, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(src, "f"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(src, "f"), 1234, 1234); err != nil {
		t.Fatal(err)
	}
	me, err := CurrentIdentity()
	if err != nil || !me.Root() {
		t.Fatalf("%+v, %v", me, err)
	}
	for i, list := range []string{"*:5", ":6", "1000-1233:5,1234:7", "?*:5", "1234:root"} {
		dst := filepath.Join(dir, fmt.Sprint(i))
		if out, err := exec.Command(stock, "-a", "--usermap="+list, src+"/", dst).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		names := NewCache(NewSystem(HostSources()))
		r, _, err := ParseRules(context.Background(), User, list, names)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := NewMapper(MapperConfig{Names: names, Rules: r, Preserve: true, Mapped: true, Super: true}).Map(context.Background(), 1234, "")
		if want := ownerOf(t, filepath.Join(dst, "f")); got.ID != want {
			t.Errorf("%s: %d, reference %d", list, got.ID, want)
		}
	}
}

type fixedNames map[uint32]string

func (f fixedNames) Name(_ context.Context, _ Kind, id uint32) (string, error) { return f[id], nil }
func (fixedNames) ID(context.Context, Kind, string) (uint32, bool, error)      { return 0, false, nil }

func TestCollector(t *testing.T) {
	c := NewCollector(User, fixedNames{0: "root", 1: "daemon"})
	var got []string
	for _, id := range []uint32{1, 54321, 1, 0, 54321, 0} {
		n, err := c.Add(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if want := "[daemon   root  ]"; fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
	if want := "[{1 daemon} {0 root}]"; fmt.Sprint(c.List()) != want {
		t.Errorf("%v", c.List())
	}
}
