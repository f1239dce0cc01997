package fsys

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The tables of docs/protocol/04-filters-and-walk.md §19.1, §19.2 and §16.2.

func TestAppendClean(t *testing.T) {
	modes := []CleanFlag{0, KeepSlash | DropDot, CollapseDotDot, KeepDot | KeepSlash | CollapseDotDot}
	for _, c := range [][5]string{
		{"a//b", "a/b", "a/b", "a/b", "a/b"},
		{"a/./b", "a/b", "a/b", "a/b", "a/./b"},
		{"./a", "a", "a", "a", "./a"},
		{"././a", "a", "a", "a", "././a"},
		{"a/.", "a/.", "a/", "a/.", "a/."},
		{"a/./", "a", "a/", "a", "a/./"},
		{"./", ".", ".", ".", "./"},
		{"/", "/", "/", "/", "/"},
		{"/.", "/.", "/", "/.", "/."},
		{"//a", "/a", "/a", "/a", "/a"},
		{"..", "..", "..", "..", ".."},
		{"../", "..", "../", "..", "../"},
		{"a/..", "a/..", "a/..", ".", "."},
		{"a/../b", "a/../b", "a/../b", "b", "b"},
		{"a/b/../../c", "a/b/../../c", "a/b/../../c", "c", "c"},
		{"a/../../b", "a/../../b", "a/../../b", "../b", "../b"},
		{"/../a", "/../a", "/../a", "/a", "/a"},
		{"a/b/..", "a/b/..", "a/b/..", "a", "a/"},
		{"x/../../y", "x/../../y", "x/../../y", "../y", "../y"},
		{"/a/./b/../c/", "/a/b/../c", "/a/b/../c/", "/a/c", "/a/./c/"},
		{"..a", "..a", "..a", "..a", "..a"},
		{"a/..b/c", "a/..b/c", "a/..b/c", "a/..b/c", "a/..b/c"},
		{"", ".", ".", ".", "."},
	} {
		for i, how := range modes {
			got, err := AppendClean(nil, []byte(c[0]), how)
			if err != nil || string(got) != c[i+1] {
				t.Errorf("AppendClean(%q, %05b) = %q, %v; want %q", c[0], how, got, err, c[i+1])
			}
			got, _ = AppendClean([]byte("pre"), []byte(c[0]), how)
			if string(got) != "pre"+c[i+1] {
				t.Errorf("AppendClean after a prefix (%q, %05b) = %q", c[0], how, got)
			}
			if c[0] != "" {
				in := []byte(c[0])
				got, _ = AppendClean(in[:0], in, how)
				if string(got) != c[i+1] {
					t.Errorf("AppendClean in place (%q, %05b) = %q; want %q", c[0], how, got, c[i+1])
				}
			}
		}
		_, err := AppendClean(nil, []byte(c[0]), RefuseDotDot)
		if want := HasDotDot([]byte(c[0])); (err == ErrDotDot) != want {
			t.Errorf("AppendClean(%q, RefuseDotDot): %v", c[0], err)
		}
	}
}

func TestAppendSanitized(t *testing.T) {
	for _, c := range [][4]string{
		{"a//b", "a/b", "a/b", "a/b"},
		{"a/./b", "a/b", "a/./b", "a/b"},
		{"./a", "a", "./a", "a"},
		{"././a", "a", "././a", "a"},
		{"a/.", "a/", "a/.", "a/"},
		{"a/./", "a/", "a/./", "a/"},
		{"./", ".", "./", "."},
		{"/", ".", ".", "."},
		{"/.", ".", ".", "."},
		{"//a", "a", "a", "a"},
		{"..", ".", ".", ".."},
		{"../", ".", ".", "../"},
		{"a/..", ".", ".", "."},
		{"a/../b", "b", "b", "b"},
		{"a/b/../../c", "c", "c", "c"},
		{"a/../../b", "b", "b", "../b"},
		{"/../a", "a", "a", "../a"},
		{"a/b/..", "a/", "a/", "a/"},
		{"x/../../y", "y", "y", "../y"},
		{"/a/./b/../c/", "a/c/", "a/./c/", "a/c/"},
		{"..a", "..a", "..a", "..a"},
		{"a/..b/c", "a/..b/c", "a/..b/c", "a/..b/c"},
		{"", ".", ".", "."},
	} {
		for i, s := range []Sanitizing{{}, {KeepDot: true}, {Depth: 1}} {
			if got := AppendSanitized(nil, []byte(c[0]), s); string(got) != c[i+1] {
				t.Errorf("AppendSanitized(%q, %+v) = %q; want %q", c[0], s, got, c[i+1])
			}
		}
	}
	if got := AppendSanitized(nil, []byte("/../x/../y"), Sanitizing{Root: []byte("/mod"), Depth: 3}); string(got) != "/mod/y" {
		t.Errorf("with a root: %q", got)
	}
}

func TestUnsafeSymlink(t *testing.T) {
	const table = `a	(empty)	unsafe
a	/x	unsafe
a	b	safe
a	./b	safe
a	../b	unsafe
a	b/../c	unsafe
a/l	../b	safe
a/l	../../b	unsafe
a/b/l	../../b	safe
a/l	b/../../c	unsafe
a/l	b/..	unsafe
a/l	..	safe
l	..	unsafe
a/l	../	safe
l	../	unsafe
l	.	safe
l	./	safe
a/l	./../x	unsafe
d/l	a/../b	unsafe
d/e/l	../a/../b	unsafe
a/b/l	..//..//b	safe
a/b/l	../..	unsafe
a/b/l	../../	safe
l	...	safe
l	..x	safe
l	x/..y	safe
../a/l	../x	safe
a/../b/l	../x	safe
./a/l	../x	safe
./l	../x	unsafe
a//b/l	../../x	safe
a/l	..//x	safe
a/l	./..	unsafe
a/l	.//../x	unsafe
a/l	x/../	unsafe
a/l	x/y/../z	unsafe
d/e/l	a/b/c	safe
a/b/c/l	../../../x	safe
a/b/c/l	../../../../x	unsafe
a/l	//x	unsafe
/l	../b	safe
/a/l	../../b	safe
/a/l	../../../b	unsafe`
	for line := range strings.Lines(table) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		target := strings.Replace(f[1], "(empty)", "", 1)
		if got := UnsafeSymlink([]byte(target), []byte(f[0])); got != (f[2] == "unsafe") {
			t.Errorf("UnsafeSymlink(%q at %q) = %v, want %s", target, f[0], got, f[2])
		}
	}
}

func TestMunge(t *testing.T) {
	m := AppendMunged(nil, []byte("../x"))
	if string(m) != "/rsyncd-munged/../x" || string(Unmunge(m)) != "../x" {
		t.Errorf("munged %q, back %q", m, Unmunge(m))
	}
	for _, keep := range []string{"", "x", MungePrefix, "rsyncd-munged/x"} {
		if got := Unmunge([]byte(keep)); string(got) != keep {
			t.Errorf("Unmunge(%q) = %q", keep, got)
		}
	}
}

func TestSplitJoin(t *testing.T) {
	for _, c := range [][3]string{
		{"a/b/c", "a/b", "c"}, {"c", "", "c"}, {"/c", "/", "c"}, {"a/", "a", ""}, {"", "", ""}, {"/", "/", ""},
	} {
		dir, leaf := Split([]byte(c[0]))
		if string(dir) != c[1] || string(leaf) != c[2] {
			t.Errorf("Split(%q) = %q, %q", c[0], dir, leaf)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.SampledFrom([]byte("ab./\xff")), 1, 20).Draw(t, "path")
		p, _ = AppendClean(nil, p, 0)
		dir, leaf := Split(p)
		if got := AppendJoin(nil, dir, leaf); !bytes.Equal(got, p) {
			t.Fatalf("%q split and joined: %q", p, got)
		}
	})
}

// pathGen draws paths rich in the components that matter.
func pathGen() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b\xff", ".", "..", "", "...", ".x"}), 0, 8).Draw(t, "parts")
		return []byte(strings.Join(parts, "/"))
	})
}

func TestSanitizedNeverClimbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pathGen().Draw(t, "path")
		s := Sanitizing{Depth: rapid.IntRange(0, 3).Draw(t, "depth"), KeepDot: rapid.Bool().Draw(t, "keep")}
		out := AppendSanitized(nil, p, s)
		depth := s.Depth
		for _, c := range strings.Split(string(out), "/") {
			switch c {
			case "", ".":
			case "..":
				depth--
			default:
				depth++
			}
			if depth < 0 {
				t.Fatalf("%q became %q, which climbs", p, out)
			}
		}
		if out[0] == '/' {
			t.Fatalf("%q became absolute: %q", p, out)
		}
		if again := AppendSanitized(nil, out, s); !bytes.Equal(again, out) {
			t.Fatalf("%q became %q, then %q", p, out, again)
		}
	})
}

func TestCleanIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pathGen().Draw(t, "path")
		how := CleanFlag(rapid.IntRange(0, 15).Draw(t, "how"))
		if how&KeepDot != 0 {
			how &^= DropDot // keeping "." and dropping it do not go together
		}
		once, _ := AppendClean(nil, p, how)
		twice, _ := AppendClean(nil, once, how)
		if !bytes.Equal(once, twice) {
			t.Fatalf("%q (%05b) became %q, then %q", p, how, once, twice)
		}
	})
}

func TestTempStem(t *testing.T) {
	n := func(c string, k int) string { return strings.Repeat(c, k) }
	for _, c := range []struct {
		base, beside, inTemp string
	}{
		{"foo", ".foo.", "foo."},
		{".bar", ".bar.", ".bar."},
		{"dot.", ".dot.", "dot."},
		{"...", "...", "..."},
		{"..two", "..two.", "..two."},
		{n("n", 246), "." + n("n", 246) + ".", n("n", 246) + "."},
		{n("n", 255), "." + n("n", 246) + ".", n("n", 246) + "."},
		{"." + n("h", 254), "." + n("h", 246) + ".", "." + n("h", 245) + "."},
		{n("x", 245) + "." + n("y", 9), "." + n("x", 245) + ".", n("x", 245) + "."},
		{"x" + n("é", 127), ".x.", "x."},
		{n("é", 127), ".", "."},
		{n("é", 123), "." + n("é", 123) + ".", n("é", 123) + "."},
	} {
		if got := AppendTempStem(nil, []byte(c.base), BesideTarget); string(got) != c.beside {
			t.Errorf("beside %.20q: %q (%d bytes), want %q", c.base, got, len(got), c.beside)
		}
		if got := AppendTempStem(nil, []byte(c.base), InTempDir); string(got) != c.inTemp {
			t.Errorf("in temp dir %.20q: %q (%d bytes), want %q", c.base, got, len(got), c.inTemp)
		}
	}
	a, b := AppendTempName(nil, []byte("f"), BesideTarget), AppendTempName(nil, []byte("f"), BesideTarget)
	if bytes.Equal(a, b) || len(a) != len(".f.XXXXXX") {
		t.Errorf("random names %q and %q", a, b)
	}
}
