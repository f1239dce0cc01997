package filter

import (
	"strings"
	"testing"
)

// TestTrace compares with what the reference prints at --debug=filter3 for the
// sending end of a local copy.
func TestTrace(t *testing.T) {
	files := fileMap{
		"mf":           "- q \n- /a/b/\n-p c\n+s d\n",
		"/f/src/p/.rf": "- two\n: .more\n+ /x\nP z\n. ./inc\n",
		// The second rule file is named by the contents of the first.
		"/f/src/p/q/.more": "!\n- mm\n",
		"/f/src/p/inc":     "- inc1\n",
		"/f/src/p/./inc":   "- inc1\n",
	}
	var got []string
	env := Env{Who: "sender", Files: files, CVSFile: "/f/home/.cvsignore", TraceLevel: 3,
		Trace: func(_ int, text string) { got = append(got, text) }}
	b := NewBuilder(env)
	for _, text := range []string{". mf", "- x/", "-/ /foo ", ":nw- .z", "!", ":e ../.rf", "P q"} {
		if err := b.Filter(text); err != nil {
			t.Fatal(err)
		}
	}
	l, _, err := b.Finish(LocalSender, true)
	if err != nil {
		t.Fatal(err)
	}
	s0 := l.Start("/f/src")
	src := enter(t, s0, "/f/src")
	p := enter(t, src, "/f/src/p")
	p.Check([]byte("p/two"), File)
	p.Check([]byte("p/.rf"), File)
	q := enter(t, p, "/f/src/p/q")
	q.Check([]byte("p/q/mm"), File)
	q.Leave(p)
	p.Leave(src)
	src.Leave(s0)

	var want []string
	for _, line := range strings.Split(traceWanted, "\n") {
		if line != "CVS PATTERNS" {
			want = append(want, line)
			continue
		}
		for _, pattern := range strings.Fields(cvsPatterns) {
			want = append(want, "add_rule(-p "+pattern+") [global CVS]")
		}
	}
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("line %d:\n got %s\nwant %s", i+1, g, w)
		}
	}
}

func enter(t *testing.T, s *State, dir string) *State {
	t.Helper()
	in, err := s.Enter(dir)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

const traceWanted = `parse_filter_file(mf,400,1)
add_rule(<rule from mf line 1>)
add_rule(<rule from mf line 2>)
add_rule(<rule from mf line 3>)
add_rule(<rule from mf line 4>)
add_rule(- x/)
add_rule(-/ /foo ) -- CAUTION: trailing whitespace!
add_rule(:nw- .z)
activating mergelist #0 [per-dir .z]
clearing filter list
deactivating mergelist #0 [per-dir .z]
add_rule(- .rf)
add_rule(: ../.rf)
activating mergelist #0 [per-dir .rf]
add_rule(-r q)
add_rule(:C .cvsignore)
activating mergelist #1 [per-dir .cvsignore]
add_rule(-C )
CVS PATTERNS
parse_filter_file(/f/home/.cvsignore,8380,0) [not found]
pushing local filters for /f/src/
pushing mergelist #0 [per-dir .rf]
performing parent_dirscan for mergelist #0 [per-dir .rf]
parse_filter_file(/f/.rf,c00,4) [not found]
completed parent_dirscan for mergelist #0 [per-dir .rf]
parse_filter_file(/f/src/.rf,c00,4) [not found]
pushing mergelist #1 [per-dir .cvsignore]
parse_filter_file(/f/src/.cvsignore,8f80,4) [not found]
pushing local filters for /f/src/p/
pushing mergelist #0 [per-dir .rf]
parse_filter_file(/f/src/p/.rf,c00,4)
add_rule(<rule from /f/src/p/.rf line 1>) [per-dir .rf]
add_rule(<rule from /f/src/p/.rf line 2>) [per-dir .rf]
activating mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
add_rule(<rule from /f/src/p/.rf line 3>) [per-dir .rf]
add_rule(<rule from /f/src/p/.rf line 4>) [per-dir .rf]
parse_filter_file(<rule from /f/src/p/.rf line 5>,200400,1)
add_rule(<rule from a file named at /f/src/p/.rf line 5>) [per-dir .rf]
pushing mergelist #1 [per-dir .cvsignore]
parse_filter_file(/f/src/p/.cvsignore,8f80,4) [not found]
pushing mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
parse_filter_file(<rule from a file read earlier>,200c00,4)
hiding file p/two because of pattern <rule from a file read earlier> [per-dir .rf]
hiding file p/.rf because of pattern .rf
pushing local filters for /f/src/p/q/
pushing mergelist #0 [per-dir .rf]
parse_filter_file(/f/src/p/q/.rf,c00,4) [not found]
pushing mergelist #1 [per-dir .cvsignore]
parse_filter_file(/f/src/p/q/.cvsignore,8f80,4) [not found]
pushing mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
parse_filter_file(<rule from a file read earlier>,200c00,4)
clearing filter list [per-dir <rule from /f/src/p/.rf line 2>]
add_rule(<rule from a file read earlier>) [per-dir <rule from /f/src/p/.rf line 2>]
hiding file p/q/mm because of pattern <rule from a file read earlier> [per-dir <rule from /f/src/p/.rf line 2>]
popping local filters
popping mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
popping mergelist #1 [per-dir .cvsignore]
popping mergelist #0 [per-dir .rf]
popping local filters
popping mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
popping mergelist #1 [per-dir .cvsignore]
popping mergelist #0 [per-dir .rf]
deactivating mergelist #2 [per-dir <rule from /f/src/p/.rf line 2>]
popping local filters
popping mergelist #1 [per-dir .cvsignore]
popping mergelist #0 [per-dir .rf]`
