package filter

import (
	"errors"
	"path"
	"strings"
	"testing"
)

// visible lists what of a module tree is not hidden, as listing its root does.
func visible(t *testing.T, st *State, tree memTree, dir string) []string {
	t.Helper()
	in := enter(t, st, "/"+dir)
	var out []string
	for _, leaf := range tree.children(dir) {
		name := path.Join(dir, leaf)
		_, isDir, _ := tree.find(name)
		if in.Check([]byte(name), kindOfDir(isDir)) == Excluded {
			continue
		}
		out = append(out, name)
		if isDir {
			out = append(out, visible(t, in, tree, name)...)
		}
	}
	return out
}

// TestModuleExamples are the examples of section 11: what each hides of a tree.
func TestModuleExamples(t *testing.T) {
	tree := readTree("a/b/x a/b/y a/z foo/bar/f2 foo/f1 pub/p sec/s top.c top.o")
	files := fileMap{"/path/file": "- foo/\n- /pub\n", "/a/b/.daemonrules": "- y\n", "/ef": "top.c\n# x\n+ sec\n"}
	all := "a a/b a/b/x a/b/y a/z foo foo/bar foo/bar/f2 foo/f1 pub pub/p sec sec/s top.c top.o"
	tests := []struct {
		p      ModuleParams
		hidden string // with all below
	}{
		{ModuleParams{Exclude: "foo/ *.o"}, "foo top.o"},
		{ModuleParams{Exclude: "/foo/"}, "foo"},
		{ModuleParams{Exclude: "a/b"}, "a/b"},
		{ModuleParams{Include: "pub/ pub/***", Exclude: "*"}, "a foo sec top.c top.o"},
		{ModuleParams{Filter: "+ top.o", Exclude: "*.o"}, ""},
		{ModuleParams{Filter: "- foo/ H top.c P sec/ -_*.o"}, "foo sec top.o"},
		{ModuleParams{Filter: "- foo -_pub exclude_a hide,p sec +p top.c"}, "foo pub a"},
		{ModuleParams{Filter: "exclude a + *.c clear -_foo"}, "foo"},
		{ModuleParams{Exclude: "a + a ! foo"}, "foo"},
		{ModuleParams{Exclude: "- a - top.o"}, "a top.o"},
		{ModuleParams{Exclude: "*.o", Filter: "! - a"}, "a top.o"},
		{ModuleParams{Filter: ". /path/file"}, "foo pub"},
		{ModuleParams{Filter: ": .daemonrules"}, "a/b/y"},
		{ModuleParams{ExcludeFrom: "/ef", Exclude: "sec"}, "top.c"},
		{ModuleParams{IncludeFrom: "/ef", Exclude: "*"}, "a foo pub sec/s top.o"},
	}
	for _, test := range tests {
		l, err := NewModuleList(Env{Files: files}, test.p)
		if err != nil {
			t.Errorf("%+v: %v", test.p, err)
			continue
		}
		var want []string
		for _, name := range strings.Fields(all) {
			hidden := false
			for _, h := range strings.Fields(test.hidden) {
				hidden = hidden || name == h || strings.HasPrefix(name, h+"/")
			}
			if !hidden {
				want = append(want, name)
			}
		}
		got := visible(t, l.Start("/"), tree, "")
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%+v:\n got %q\nwant %q", test.p, got, want)
		}
	}
}

// TestModulePaths: patterns with a slash compare with the path in the module, from
// whichever directory of it a transfer starts.
func TestModulePaths(t *testing.T) {
	l, err := NewModuleList(Env{}, ModuleParams{Exclude: "a/b foo/ *.o"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		base, name string
		kind       Kind
		want       Verdict
	}{
		{"/", "a/b", Directory, Excluded},
		{"/a", "b", Directory, Excluded},
		{"/a", "c", Directory, Undecided},
		{"/x/a/", "b", File, Excluded},
		{"/", "foo", Directory, Excluded},
		{"/", "foo", File, Undecided},
		{"/", "foo/x", File, Excluded},
		{"/q", "r/x.o", File, Excluded},
	} {
		if got := l.Start(test.base).Check([]byte(test.name), test.kind); got != test.want {
			t.Errorf("in %s: %s %s: %d", test.base, test.kind, test.name, got)
		}
	}
}

func TestHidesPath(t *testing.T) {
	l, err := NewModuleList(Env{}, ModuleParams{Exclude: "foo secret/x"})
	if err != nil {
		t.Fatal(err)
	}
	st := l.Start("/")
	for path, want := range map[string]bool{
		"a/foo/b": true, "foo": true, "/a/foo/": true, "a/b": false, "secret/x/y/z": true, "secret": false, "": false,
	} {
		if got := st.HidesPath([]byte(path), File); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

func TestModuleErrors(t *testing.T) {
	for filter, want := range map[string]string{
		"-  foo":     "unexpected end of filter rule: -  foo",
		"-\tfoo":     "unexpected end of filter rule: -\tfoo",
		"zork foo":   "Unknown filter rule: zork foo",
		"x /foo":     "Unknown filter rule: x /foo",
		". /missing": "failed to open exclude file /missing",
	} {
		_, err := NewModuleList(Env{Files: fileMap{}}, ModuleParams{Filter: filter})
		var e *Error
		if !errors.As(err, &e) || e.Text != want {
			t.Errorf("%q: %v", filter, err)
		}
	}
	_, err := NewModuleList(Env{Files: fileMap{}}, ModuleParams{IncludeFrom: "/none"})
	var e *Error
	if !errors.As(err, &e) || e.Text != "failed to open include file /none" || e.Code != 11 || e.Err == nil {
		t.Errorf("include from: %v", err)
	}
}
