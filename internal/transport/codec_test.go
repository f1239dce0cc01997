package transport

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"godwit/internal/exit"
)

func TestGreetings(t *testing.T) {
	if got := string(AppendGreeting(nil, 29)); got != "@RSYNCD: 29.0 sha512 sha256 sha1 md5 md4\n" {
		t.Errorf("ours is %q", got)
	}
	for _, c := range []struct {
		line   string
		ok     bool
		want   Greeting // without Line
		omits  string
		agreed int // with 32
	}{
		{"@RSYNCD: 27", true, Greeting{Version: 27}, "", 27},
		{"@RSYNCD: 30.0", true, Greeting{Version: 30, HasSub: true}, "", 30},
		{"@RSYNCD: 31.0 md5 md4", true, Greeting{Version: 31, HasSub: true, Names: "md5 md4", HasNames: true}, "", 31},
		{"@RSYNCD:32.0 md5", true, Greeting{Version: 32, HasSub: true, Names: "md5", HasNames: true}, "", 32},
		{"@RSYNCD: 33.0 md5", true, Greeting{Version: 33, HasSub: true, Names: "md5", HasNames: true}, "", 32},
		{"@RSYNCD: 32.4 md5", true, Greeting{Version: 32, Sub: 4, HasSub: true, Names: "md5", HasNames: true}, "", 31},
		{"@RSYNCD: 31.14", true, Greeting{Version: 31, Sub: 14, HasSub: true}, "", 30},
		{"@RSYNCD: 31", true, Greeting{Version: 31}, "subprotocol value", 31},
		{"@RSYNCD: 32.0", true, Greeting{Version: 32, HasSub: true}, "digest name list", 32},
		{"@RSYNCD: -5.0", true, Greeting{Version: -5, HasSub: true}, "", -5},
		{"@RSYNCD: 29x foo", true, Greeting{Version: 29, Names: "foo", HasNames: true}, "", 29},
		{"@RSYNCD: ", false, Greeting{}, "", 0},
		{"@RSYNCD 32.0", false, Greeting{}, "", 0},
		{"", false, Greeting{}, "", 0},
	} {
		g, ok := ParseGreeting([]byte(c.line))
		c.want.Line = c.line
		if ok != c.ok || ok && (g != c.want || g.Omits() != c.omits || g.Agreed(32) != c.agreed) {
			t.Errorf("%q: %+v %v, omits %q, agreed %d", c.line, g, ok, g.Omits(), g.Agreed(32))
		}
	}
}

// TestResponses holds the vectors of docs/protocol/01-connection.md §9.3 and §17.
func TestResponses(t *testing.T) {
	for _, c := range []struct {
		d                   Digest
		challenge, response string
	}{
		{MD4Seeded, "chal123", "AkLccUL6IX3HbR0G5Cs6GQ"},
		{MD4, "chal123", "YGp7E6BjS8DzXjbFggYsBA"},
		{MD5, "chal123", "JXF5GgiB1xcvZZJAY79clw"},
		{SHA1, "chal123", "5tK80mLy7JfR5IgZFuw7cfY9UYM"},
		{SHA256, "chal123", "YqBlQEby2+9hnJ0ZT+ofBJ4bHWWpY0KzIFbQV8gDCQk"},
		{SHA512, "chal123", "30pj1EVDsTCVDcc66ll1Z1Vt8LED8FM+cSwXNJtthJn4qsGGbehehpVP25IP6xE+Rhb2J28M0gbzVWIzOVFGZA"},
		{MD4Seeded, "+ETxq9HOL3+dxaJVz1dp3Q", "hUvwApuG98eOECTS1r0KhA"},
		{MD5, "7tIcaAM4q0Ge1ho08WrLpA", "feoqnxAi4oz/fET+kKMN3Q"},
	} {
		if got := c.d.Response([]byte("s3cret"), c.challenge); got != c.response {
			t.Errorf("%v of %s: %s, want %s", c.d, c.challenge, got, c.response)
		}
	}
}

func TestDigestChoice(t *testing.T) {
	for _, c := range []struct {
		line string
		want Digest
	}{
		{"@RSYNCD: 32.0 sha1 sha256", SHA256}, {"@RSYNCD: 32.0 md5 sha512", SHA512}, {"@RSYNCD: 32.0 MD4 foo", MD4},
		{"@RSYNCD: 31.0", MD5}, {"@RSYNCD: 29", MD4Seeded}, {"@RSYNCD: 32.0 foo", 0}, {"@RSYNCD: 32.0 ", 0},
	} {
		g, _ := ParseGreeting([]byte(c.line))
		if d, ok := ChooseDigest(&g, g.Agreed(32)); d != c.want || ok != (c.want != 0) {
			t.Errorf("%q: %d %v, want %d", c.line, d, ok, c.want)
		}
	}
}

// TestArguments holds the captures of docs/protocol/01-connection.md §10.2, §10.3 and §17.12.
func TestArguments(t *testing.T) {
	plain := Arguments{Words: []string{"--server", "--sender", "-tre.iLsfxCIvu", "."}, Paths: []string{"mod/a", "mod/sub/"}}
	old := Arguments{Words: []string{"--server", "--sender", "-tr", "."}, Paths: plain.Paths}
	secluded := Arguments{Words: []string{"--server", "--sender", "-stre.iLsfxCIvu"}, Secluded: []string{"rsync", "."}, Paths: plain.Paths}
	for _, c := range []struct {
		a        Arguments
		protocol int
		want     string
	}{
		{plain, 32, "--server|--sender|-tre.iLsfxCIvu|.|mod/a|mod/sub/||"},
		{old, 29, "--server\n--sender\n-tr\n.\nmod/a\nmod/sub/\n\n"},
		{secluded, 32, "--server|--sender|-stre.iLsfxCIvu||rsync|.|mod/a|mod/sub/||"},
		{secluded, 29, "--server\n--sender\n-stre.iLsfxCIvu\n\nrsync|.|mod/a|mod/sub/||"},
	} {
		want := strings.ReplaceAll(c.want, "|", "\x00")
		if got := string(c.a.AppendDaemon(nil, c.protocol)); got != want {
			t.Errorf("%d: %q, want %q", c.protocol, got, want)
		}
	}

	shell := Arguments{Words: []string{"--server", "-s"}, Secluded: []string{"rsync", "."}, Paths: []string{"", "/w/\xe9"},
		Convert: func(s string) string { return strings.ReplaceAll(s, "\xe9", "é") }}
	if got := string(shell.AppendSecluded(nil)); got != "rsync\x00.\x00.\x00/w/é\x00\x00" {
		t.Errorf("secluded: %q", got)
	}
	if got := shell.ShellWords(); !reflect.DeepEqual(got, []string{"--server", "-s"}) {
		t.Errorf("command line %q", got)
	}
	if got := plain.ShellWords(); len(got) != 6 {
		t.Errorf("command line %q", got)
	}
}

func TestArgumentsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		protocol := rapid.SampledFrom([]int{27, 29, 30, 32}).Draw(t, "protocol")
		word := rapid.StringMatching(`[a-zA-Z./= -]{1,30}`)
		a := Arguments{Words: rapid.SliceOf(word).Draw(t, "words"), Paths: rapid.SliceOf(word).Draw(t, "paths")}
		if rapid.Bool().Draw(t, "secluded") {
			a.Secluded = []string{"rsync", "."}
		}
		wire := append(a.AppendDaemon(nil, protocol), "rest"...)
		r := bytes.NewReader(wire)
		got, err := ReadDaemonArgs(iotest.HalfReader(r), protocol)
		want := a.ShellWords()
		if err == nil && a.Secluded != nil {
			var more []string
			more, err = ReadArgs(r)
			got, want = append(got, more...), append(append(want, a.Secluded...), a.Paths...)
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
		if rest, _ := io.ReadAll(r); string(rest) != "rest" {
			t.Fatalf("left %q", rest)
		}
	})
}

func TestArgumentLimits(t *testing.T) {
	_, err := ReadDaemonArgs(strings.NewReader(strings.Repeat("a\x00", 16000)), 32)
	wantError(t, err, exit.Protocol, "too many daemon arguments")
	_, err = ReadArgs(strings.NewReader("a\x00b"))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut list: %v", err)
	}
	if got, err := ReadDaemonArgs(strings.NewReader("a\rb\n\r\n"), 29); err != nil || len(got) != 2 {
		t.Errorf("CR: %q, %v", got, err)
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		in, want, rest string
		err            error
	}{
		{"a\r\nb", "a", "b", nil}, {"\r\r\n", "", "", nil}, {"a\rb\n", "ab", "", nil}, {"12345\n", "12345", "", nil},
		{"123456\n", "12345", "\n", ErrLongLine}, {"a\x00\n", "a", "\n", ErrNULLine}, {"ab", "ab", "", io.EOF}, {"", "", "", io.EOF},
	} {
		r := strings.NewReader(c.in)
		line, err := ReadLine(r, []byte("x"), 5)
		rest, _ := io.ReadAll(r)
		if string(line) != "x"+c.want || err != c.err || string(rest) != c.rest {
			t.Errorf("%q: %q, %v, left %q", c.in, line, err, rest)
		}
	}
}

func FuzzGreeting(f *testing.F) {
	for _, s := range []string{"@RSYNCD: 32.0 sha512 md5", "@RSYNCD:", "@RSYNCD: 99999999999999999999.-3 x", "@RSYNCD: 31.1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		g, ok := ParseGreeting(line)
		if !ok {
			return
		}
		if v := g.Agreed(32); v > 32 || v > g.Version {
			t.Errorf("agreed on %d", v)
		}
		if d, ok := ChooseDigest(&g, g.Agreed(32)); ok {
			d.Response(nil, "x")
		}
	})
}

func FuzzReadDaemonArgs(f *testing.F) {
	f.Add([]byte("--server\x00.\x00\x00"), 32)
	f.Add([]byte("--server\r\n"), 29)
	f.Fuzz(func(t *testing.T, wire []byte, protocol int) {
		words, err := ReadDaemonArgs(bytes.NewReader(wire), protocol)
		if err != nil {
			return
		}
		again, err := ReadDaemonArgs(bytes.NewReader((&Arguments{Words: words}).AppendDaemon(nil, protocol)), protocol)
		if err != nil || !reflect.DeepEqual(again, words) {
			t.Errorf("%q came back as %q, %v", words, again, err)
		}
	})
}
