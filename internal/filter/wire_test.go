package filter

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wireTexts cuts entries apart.
func wireTexts(t *testing.T, wire []byte) []string {
	t.Helper()
	texts := []string{}
	for len(wire) > 0 {
		n := int32(binary.LittleEndian.Uint32(wire))
		if end, err := CheckLength(n); end || err != nil {
			t.Fatalf("length %d", n)
		}
		texts = append(texts, string(wire[4:4+n]))
		wire = wire[4+n:]
	}
	return texts
}

// option applies one option of the captures of section 10.4.
func option(b *Builder, word string) error {
	name, value, _ := strings.Cut(word, "=")
	switch name {
	case "--exclude":
		return b.Exclude(value)
	case "--include":
		return b.Include(value)
	case "--delete-excluded":
		b.SetDeleteExcluded(true)
		return nil
	case "-F":
		return b.PerDirectory()
	case "-b":
		return b.ProtectBackups("~")
	case "--partial-dir":
		return b.HidePartialDir(value)
	case "--old-d":
		return b.OldDirs()
	}
	return b.Filter(word)
}

const tooModern = "filter rules are too modern for remote rsync."

func TestWireCaptures(t *testing.T) {
	cvs := strings.Fields(cvsPatterns)
	prefixed := func(before []string, prefix string, after ...string) []string {
		out := append([]string{}, before...)
		for _, p := range cvs {
			out = append(out, prefix+p)
		}
		return append(out, after...)
	}
	sides := []string{"--exclude=*.o", "P p", "R r", "H h", "S s", "-sr both", ": m1", ":- m2", ":s m3", ":r m4"}
	sided := append([]string{"--delete-excluded"}, sides...)
	late := append(append([]string{}, sides...), "--delete-excluded") // the rules are sent as written
	three := []string{"--exclude=*.o", "--include=keep/", "- - x"}
	tests := []struct {
		protocol int
		end      End
		options  []string
		want     []string // nil: too modern
	}{
		{27, PushClient, three, []string{"*.o", "+ keep/", "- - x"}},
		{28, PullClient, []string{"--exclude=*.o", "--include=keep/", "--exclude=- - x"}, []string{"*.o", "+ keep/", "- - x"}},
		{29, PushClient, three, []string{"- *.o", "+ keep/", "- - x"}},
		{32, PushClient, three, []string{"- *.o", "+ keep/", "- - x"}},
		{32, PushClient, []string{"--delete-excluded", "--exclude=*.o"}, []string{}},
		{32, PushClient, []string{"--exclude=*.o", "--delete-excluded"}, []string{}},
		{32, PushClient, sided, []string{"-r p", "+r r", "-sr both", ": m1", ":r m4"}},
		{32, PullClient, late, []string{"- *.o", "-s h", "+s s", "-sr both", ": m1", ":- m2", ":s m3"}},
		{32, PullClient, sided, []string{"-s *.o", "-s h", "+s s", "-sr both", ": m1", ":- m2", ":s m3"}},
		{32, PullClient, []string{"-/! /abs/x/"}, []string{"-/! /abs/x/"}},
		{32, PullClient, []string{"+p! q"}, []string{"+!p q"}},
		{32, PullClient, []string{"-x user.*"}, []string{"-x user.*"}},
		{32, PullClient, []string{":nwe+/prxs a/b"}, []string{"- b", ":/nw+xsrp a/b"}},
		{32, PullClient, []string{":nwe- foo"}, []string{"- foo", ":nw- foo"}},
		{32, PullClient, []string{"-F", "-F", "-F"}, []string{": /.rsync-filter", "- .rsync-filter"}},
		{32, PullClient, []string{":C"}, []string{":C .cvsignore"}},
		{32, PullClient, []string{":C foo"}, []string{":C foo"}},
		{32, PullClient, []string{"-C"}, []string{"-C "}},
		{32, PullClient, []string{"--cvs", "--exclude=z"}, []string{"- z"}},
		{30, PushClient, []string{"--cvs", "--exclude=z"}, prefixed([]string{"- z", ":C .cvsignore"}, "-p ", "- homepat", "- word")},
		{29, PushClient, []string{"--cvs", "--exclude=z"}, prefixed([]string{"- z", ":C .cvsignore"}, "- ", "- homepat", "- word")},
		{28, PushClient, []string{"--cvs", "--exclude=z"}, prefixed([]string{"z"}, "", "homepat", "word")},
		{28, PullClient, []string{"-C"}, prefixed(nil, "", "homepat", "word")},
		{29, PushClient, []string{"-!C"}, prefixed(nil, "-! ", "-! homepat", "-! word")},
		{29, PushClient, []string{"-/Csr"}, prefixed(nil, "-/sr ", "-/sr homepat", "-/sr word")},
		{28, PullClient, []string{"-!C"}, nil},
		{29, PullClient, []string{"-p q"}, []string{"- q"}},
		{29, PushClient, []string{"-p q"}, nil},
		{29, PushClient, []string{"Hp q"}, []string{}},
		{28, PullClient, []string{"H q", "P r", "S t"}, []string{"q", "+ t"}},
		{28, PushClient, []string{"H q", "P r", "S t", "R u"}, []string{"r", "+ u"}},
		{28, PullClient, []string{"-! q"}, nil},
		{28, PullClient, []string{"+! q"}, nil},
		{28, PushClient, []string{"-/ /q"}, nil},
		{28, PushClient, []string{": r"}, nil},
		{28, LocalSender, []string{": r"}, nil},
		{28, PushClient, []string{"--delete-excluded", "P r"}, nil},
		{32, PushClient, []string{"--exclude=z", "-b"}, []string{"- z", "-r *~"}},
		{32, PullClient, []string{"--exclude=z", "-b"}, []string{"- z"}},
		{30, PushClient, []string{"--partial-dir=pd"}, []string{"-p pd/"}},
		{32, PullClient, []string{"--partial-dir=.~tmp~"}, []string{"-p .~tmp~/"}},
		{29, PushClient, []string{"--partial-dir=pd"}, []string{"- pd/"}},
		{29, PullClient, []string{"--partial-dir=pd"}, []string{"- pd/"}},
		{32, PullClient, []string{"--exclude=z", "--old-d"}, []string{"- z", "- /*/*"}},
	}
	files := fileMap{"/home/u/.cvsignore": "homepat\n"}
	for _, test := range tests {
		b := NewBuilder(Env{Protocol: test.protocol, Receiving: test.end == PullClient, Files: files,
			CVSFile: "/home/u/.cvsignore", CVSWords: " word "})
		withCVS := false
		for _, o := range test.options {
			if o == "--cvs" {
				withCVS = true
			} else if err := option(b, o); err != nil {
				t.Fatalf("%q: %v", o, err)
			}
		}
		_, wire, err := b.Finish(test.end, withCVS)
		if test.want == nil {
			var e *Error
			if !errors.As(err, &e) || e.Text != tooModern || e.ExitCode() != 2 {
				t.Errorf("%d %v %q: error %v", test.protocol, test.end, test.options, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%d %v %q: %v", test.protocol, test.end, test.options, err)
			continue
		}
		got := wireTexts(t, wire)
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("%d %v %q:\n got %q\nwant %q", test.protocol, test.end, test.options, got, test.want)
		}
	}
}

type fileMap map[string]string

func (m fileMap) OpenRules(path string) (io.ReadCloser, error) {
	content, ok := m[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

func TestWireLimits(t *testing.T) {
	for _, n := range []int32{-1, -1 << 31, MaxWireText, 1<<31 - 1} {
		_, err := CheckLength(n)
		var e *Error
		if !errors.As(err, &e) || e.Code != 22 {
			t.Errorf("length %d: %v", n, err)
		}
	}
	if end, err := CheckLength(0); !end || err != nil {
		t.Error("zero does not end the list")
	}
	if end, err := CheckLength(MaxWireText - 1); end || err != nil {
		t.Error("a long text is refused")
	}
	warned := ""
	b := NewBuilder(Env{Warn: func(text string, _ int) { warned = text }})
	long := "- " + strings.Repeat("x", MaxPattern)
	if err := b.Received(long); err != nil || warned != "discarding over-long filter: "+long {
		t.Errorf("%v, %.60q", err, warned)
	}
	if l, _, err := b.Finish(PullServer, false); err != nil || !l.Empty() {
		t.Error("the long rule was taken")
	}
	hex := string(AppendEnd(AppendText(nil, "-r p")))
	if hex != "\x04\x00\x00\x00-r p\x00\x00\x00\x00" {
		t.Errorf("%q", hex)
	}
}

// TestWireRoundTrip shows that what a client sends means the same to a server.
func TestWireRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		client := NewBuilder(Env{Receiving: true})
		for range rapid.IntRange(1, 5).Draw(rt, "rules") {
			name := rapid.SampledFrom([]string{"-", "+", "H", "S", "-!", "+s", "-/", ":n", ":w-", "-p", ":C", "-sr"}).Draw(rt, "name")
			pattern := rapid.StringMatching(`[ab*?/_ -]{1,6}`).Draw(rt, "pattern")
			if err := client.Filter(name + " " + pattern); err != nil {
				rt.Fatal(err)
			}
		}
		list, wire, err := client.Finish(PullClient, false)
		if err != nil {
			rt.Fatal(err)
		}
		server := NewBuilder(Env{})
		for _, text := range wireTexts(t, wire) {
			if err := server.Received(text); err != nil {
				rt.Fatal(err)
			}
		}
		got, _, err := server.Finish(PullServer, false)
		if err != nil {
			rt.Fatal(err)
		}
		view, other := list.SenderView().Start("/x"), got.Start("/x")
		for range 8 {
			name := []byte(rapid.StringMatching(`[ab_ -]{1,2}(/[ab_ -]{1,2}){0,2}`).Draw(rt, "name"))
			for _, kind := range []Kind{File, Directory} {
				if a, b := view.Check(name, kind), other.Check(name, kind); a != b {
					rt.Fatalf("%s %q: %v here, %v there", kind, name, a, b)
				}
			}
		}
	})
}
