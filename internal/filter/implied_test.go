package filter

import (
	"strings"
	"testing"
)

func TestRequested(t *testing.T) {
	recurse := RequestedOptions{Recurse: true}
	relative := RequestedOptions{Recurse: true, Relative: true}
	for _, test := range []struct {
		opt               RequestedOptions
		args              string
		allowed, rejected string // names; a directory ends in "/"
		parents           string
	}{
		{RequestedOptions{}, "src/a", "a . /.", "zz b a/x", ""},
		{recurse, "src/a", "a a/x a/b/c /a", "ab b/a", ""},
		{recurse, "src/", "x y/z", "", ""},
		{RequestedOptions{Dirs: true}, "src/.", "x", "y/z", ""},
		{RequestedOptions{Dirs: true}, "src/d", "d d/x", "d/y/z", ""},
		{recurse, "src/*.c", "a.c a.c/x", "b.o", ""},
		{recurse, "[q", "[q [q/x", "q", ""},
		{recurse, "[qr]", "[qr] q r/x", "s", ""},
		{recurse, `a\b*`, `a\b a\bc a\bc/d`, "ab", ""},
		{recurse, `a\b`, `a\b a\b/c`, "ab ab/c", ""},
		{relative, "src/a//b/.", "src/a/b src/a/b/c", "src/x/ src/a/c src", "src/ src/a/"},
		{relative, "x/./a/b", "a/b a/b/c", "x/ b", "a/"},
		{relative, "/etc/./h*/me", "home/me home/me/x", "home/you", "home/ h/"},
		{relative, ".", "a b/c", "", ""},
	} {
		q := NewRequested(test.opt)
		q.Add(test.args)
		check := func(names string, want, wantParent bool) {
			for _, name := range strings.Fields(names) {
				kind := kindOfDir(strings.HasSuffix(name, "/"))
				got, parent := q.Allows([]byte(strings.TrimSuffix(name, "/")), kind)
				if got != want || parent != wantParent {
					t.Errorf("%+v %s: %s: %v %v", test.opt, test.args, name, got, parent)
				}
			}
		}
		check(test.allowed, true, false)
		check(test.rejected, false, false)
		check(test.parents, true, true)
	}
}

func TestSenderView(t *testing.T) {
	for rule, want := range map[string]Verdict{"P a": Undecided, "H a": Excluded, "- a": Excluded, "-sr a": Excluded, "R a": Undecided} {
		b := NewBuilder(Env{Receiving: true})
		if err := b.Filter(rule); err != nil {
			t.Fatal(err)
		}
		l, _, err := b.Finish(PullClient, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.SenderView().Start("/").Check([]byte("a"), File); got != want {
			t.Errorf("%s: %d", rule, got)
		}
	}
}
