package flist

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// listOf makes a list of names in order of arrival: a slash at the end makes a directory, and what
// follows a colon are flags: t(op), c(ontent), i(mplied).
func listOf(protocol int, names ...string) *Segment {
	seg := NewList(false, Columns{}, Order{Protocol: protocol}).NewSegment(-1)
	for _, name := range names {
		name, letters, _ := strings.Cut(name, ":")
		it := Item{Mode: 0o100644}
		if strings.HasSuffix(name, "/") {
			it.Mode, name = 0o40755, strings.TrimSuffix(name, "/")
		}
		for _, l := range letters {
			it.Flags |= map[rune]Flags{'t': Top, 'c': Content, 'i': Implied}[l]
		}
		it.Dir, it.Base = splitName([]byte(name))
		seg.Add(&it)
	}
	return seg
}

// shown lists a segment in processing order: emptied slots in parentheses.
func shown(s *Segment) string {
	var out []string
	for pos := range s.Len() {
		f := s.At(pos)
		name := f.Path()
		if f.IsDir() {
			name += "/"
		}
		letters := ""
		for _, l := range []struct {
			flag   Flags
			letter string
		}{{Top, "t"}, {Content, "c"}, {Implied, "i"}} {
			if f.Is(l.flag) {
				letters += l.letter
			}
		}
		if letters != "" {
			name += ":" + letters
		}
		if !f.Active() {
			name = "(" + name + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

// The verified orders of docs/protocol/02-wire-and-file-list.md §15.1 and §15.2.
func TestSortVectors(t *testing.T) {
	tree := strings.Fields("a/d/q z a/zz b.d/ a.b/ a0/ . a-dir/x a/ a-dir/ a/f b a/d/")
	tree[6] = "./"
	for _, c := range []struct {
		protocol int
		names    []string
		want     string
	}{
		{29, tree, "./ b z a-dir/ a-dir/x a.b/ a/ a/f a/zz a/d/ a/d/q a0/ b.d/"},
		{32, tree, "./ b z a-dir/ a-dir/x a.b/ a/ a/f a/zz a/d/ a/d/q a0/ b.d/"},
		{28, tree, "./ a/ a-dir/ a-dir/x a.b/ a/d/ a/d/q a/f a/zz a0/ b b.d/ z"},
		{32, []string{"a/", "a"}, "a a/"},
		{32, []string{"a", ".", "./"}, "./ . a"},                  // a file called "." comes from hostile peers only
		{32, []string{"x/", "./:tc", "./", "x"}, "./:tc ./ x x/"}, // equal names stay in order
		{32, []string{"\xff", "a\x01/", "a/", "a"}, "a \xff a\x01/ a/"},
		{32, []string{"a/b/c", "a/b/", "a/c", "a/", "b"}, "b a/ a/c a/b/ a/b/c"},
	} {
		seg := listOf(c.protocol, c.names...)
		seg.Sort(Order{Protocol: c.protocol})
		if got := shown(seg); got != c.want {
			t.Errorf("%d: %s\nwant %s", c.protocol, got, c.want)
		}
	}
}

// slowCompare is the order of §15.1 as it is told: component by component.
func slowCompare(a string, aDir bool, b string, bDir bool) int {
	ca, cb := strings.Split(a, "/"), strings.Split(b, "/")
	for i := 0; ; i++ {
		switch {
		case i == len(ca) && i == len(cb):
			return 0
		case i == len(ca):
			return -1
		case i == len(cb):
			return 1
		}
		itemA, itemB := i == len(ca)-1 && !aDir, i == len(cb)-1 && !bDir
		dotA, dotB := aDir && i == len(ca)-1 && ca[i] == ".", bDir && i == len(cb)-1 && cb[i] == "."
		switch {
		case dotA && dotB:
			return 0
		case dotA:
			return -1
		case dotB:
			return 1
		case itemA && itemB:
			return strings.Compare(ca[i], cb[i])
		case itemA:
			return -1
		case itemB:
			return 1
		}
		if c := strings.Compare(ca[i]+"/", cb[i]+"/"); c != 0 {
			return c
		}
	}
}

func TestCompareAgainstTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`([ab\-./0][ab\-0]{0,2}/){0,3}[ab.\-0]{1,3}`).
			Filter(func(s string) bool { return !strings.Contains(s, "//") && s[0] != '/' })
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		aDir, bDir := rapid.Bool().Draw(t, "aDir"), rapid.Bool().Draw(t, "bDir")
		for _, n := range []string{a, b} {
			for i, c := range strings.Split(n, "/") {
				if c == "." && (i > 0 || n != ".") || c == ".." {
					t.Skip("not a name of a list")
				}
			}
		}
		o := Order{Protocol: 32}
		got := o.Compare([]byte(a), aDir, []byte(b), bDir)
		if want := slowCompare(a, aDir, b, bDir); sign(got) != sign(want) {
			t.Fatalf("%q %v, %q %v: %d, want %d", a, aDir, b, bDir, got, want)
		}
		if back := o.Compare([]byte(b), bDir, []byte(a), aDir); sign(back) != -sign(got) {
			t.Fatalf("%q, %q: not antisymmetric", a, b)
		}
	})
}

func sign(n int) int { return min(max(n, -1), 1) }

// Duplicates, docs/protocol/02-wire-and-file-list.md §15.3.
func TestClean(t *testing.T) {
	for _, c := range []struct {
		protocol int
		names    string
		want     string
	}{
		{32, "n n", "n (n)"},
		{32, "n n/:c n/q", "(n) n/:c n/q"},
		{32, "d/:i d/:tc", "d/:tc (d/:tc)"},
		{32, "d/:i d/:i", "d/:i (d/:i)"},
		{32, "d/:tc d/ d/:i", "d/:tc (d/) (d/:i)"},
		{32, "n x n/ n n/", "(n) (n) x n/ (n/)"},
		{28, "n n/:c n/q", "(n) n/:c n/q"},
		{28, "n/ n", "n/ (n)"},
		{28, "n n", "n (n)"},
		{32, "n/ n/a a/n n", "(n) a/n n/ n/a"},
	} {
		seg := listOf(c.protocol, strings.Fields(c.names)...)
		o := Order{Protocol: c.protocol}
		seg.Sort(o)
		seg.Clean(o)
		if got := shown(seg); got != c.want {
			t.Errorf("%d %q: %s, want %s", c.protocol, c.names, got, c.want)
		}
	}
}

// --prune-empty-dirs, docs/protocol/02-wire-and-file-list.md §15.4.
func TestPrune(t *testing.T) {
	for _, c := range []struct{ names, keep, want string }{
		{"./ a/ a/b/ a/b/c/ d/ d/e/ d/e/f z", "", "./ z (a/) (a/b/) (a/b/c/) d/ d/e/ d/e/f"},
		{"./ a/ a/b/ a/b/c/", "a/b", "./ a/ a/b/ (a/b/c/)"},
		{"./ a/ b/ b/x c/", "", "./ (a/) b/ b/x (c/)"},
		{"./", "", "./"},
		{"a/ a/b/ c/ c/x", "", "(a/) (a/b/) c/ c/x"},
	} {
		seg := listOf(32, strings.Fields(c.names)...)
		seg.Sort(Order{Protocol: 32})
		seg.Prune(func(f File) bool { return f.Path() == c.keep })
		if got := shown(seg); got != c.want {
			t.Errorf("%s, %q kept: %s, want %s", c.names, c.keep, got, c.want)
		}
	}
}

// What has been taken out leaves no trace.
func TestRemove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2500).Draw(t, "n")
		list := NewList(false, Columns{SumLen: 2, Atime: true, Xattr: true}, Order{Protocol: 32})
		seg := list.NewSegment(-1)
		var want []int
		for i := range n {
			seg.Add(&Item{Base: fmt.Append(nil, i), Size: int64(i), Sum: []byte{byte(i), byte(i >> 8)}, Atime: int64(i), Xattr: int32(i)})
			want = append(want, i)
		}
		for range rapid.IntRange(0, 5).Draw(t, "removed") {
			if len(want) == 0 {
				break
			}
			k := rapid.IntRange(0, len(want)-1).Draw(t, "k")
			seg.remove(int32(k))
			want = slices.Delete(want, k, k+1)
		}
		if seg.Len() != len(want) {
			t.Fatal(seg.Len())
		}
		for k, i := range want {
			f := seg.Arrival(k)
			if f.Path() != fmt.Sprint(i) || f.Size() != int64(i) || !bytes.Equal(f.Sum(), []byte{byte(i), byte(i >> 8)}) ||
				f.Atime() != int64(i) || f.Xattr() != int32(i) {
				t.Fatalf("%d: %s", k, f.Path())
			}
		}
	})
}
