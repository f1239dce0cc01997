package filter

import (
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type vector struct {
	line           int
	pattern, text  string
	want           bool
	remark, source string
}

func readVectors(t *testing.T, file string) []vector {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || i < 2 && strings.HasPrefix(line, "#") {
			continue
		}
		col := strings.Split(line, "\t")
		for len(col) < 4 {
			col = append(col, "")
		}
		text := strings.NewReplacer("^I", "\t", "^A", "\x01").Replace(col[1])
		out = append(out, vector{i + 1, col[0], text, col[2] == "+", col[3], file})
	}
	return out
}

func TestWildcardVectors(t *testing.T) {
	vectors := readVectors(t, "testdata/wildcard.tsv")
	if len(vectors) < 200 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		r := &rule{pattern: "/" + v.pattern}
		r.compile()
		if got := ruleMatches(r, v.text); got != v.want {
			t.Errorf("line %d: rule /%s on %q: %v", v.line, v.pattern, v.text, got)
		}
		want := v.want
		if _, other, found := strings.Cut(v.remark, "matcher: "); found {
			want = other == "+"
		}
		checkWildcard(t, CompileWildcard(v.pattern), v, want)
	}
}

func ruleMatches(r *rule, name string) bool {
	s, ok := newSubject([]byte(name), File, "")
	return ok && r.matches(&s)
}

func TestMatcherVectors(t *testing.T) {
	for _, v := range readVectors(t, "testdata/matcher.tsv") {
		w := CompileWildcard(v.pattern)
		if v.remark == "folded" {
			w = CompileFoldedWildcard(v.pattern)
		}
		checkWildcard(t, w, v, v.want)
	}
}

func checkWildcard(t *testing.T, w *Wildcard, v vector, want bool) {
	t.Helper()
	if got := w.MatchString(v.text); got != want {
		t.Errorf("%s:%d: %q on %q: %v", v.source, v.line, v.pattern, v.text, got)
	}
	if !w.never {
		if got := w.simulate([]byte(v.text), false); got != want {
			t.Errorf("%s:%d: simulation of %q on %q: %v", v.source, v.line, v.pattern, v.text, got)
		}
	}
}

// naiveMatch is the matcher by definition: every choice is tried.
func naiveMatch(p, t string) bool {
	if p == "" {
		return t == ""
	}
	switch p[0] {
	case '*':
		rest := strings.TrimLeft(p, "*")
		deep := len(p)-len(rest) > 1
		for i := 0; ; i++ {
			if naiveMatch(rest, t[i:]) {
				return true
			}
			if i == len(t) || !deep && t[i] == '/' {
				return false
			}
		}
	case '?':
		return t != "" && t[0] != '/' && naiveMatch(p[1:], t[1:])
	case '[':
		set, next, ok := parseSet(p, 1, false)
		return ok && t != "" && set.has(t[0]) && naiveMatch(p[next:], t[1:])
	case '\\':
		return len(p) > 1 && t != "" && p[1] == t[0] && naiveMatch(p[2:], t[1:])
	}
	return t != "" && p[0] == t[0] && naiveMatch(p[1:], t[1:])
}

func TestWildcardAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringOfN(rapid.RuneFrom([]rune(`ab/**?[]!\-`)), 0, 14, -1).Draw(t, "pattern")
		s := rapid.StringOfN(rapid.RuneFrom([]rune("aab/")), 0, 12, -1).Draw(t, "text")
		compareWithNaive(t, p, s)
	})
}

func compareWithNaive(t interface{ Fatalf(string, ...any) }, p, s string) {
	w := CompileWildcard(p)
	want := !w.never && naiveMatch(p, s)
	if got := w.MatchString(s); got != want {
		t.Fatalf("%q on %q: %v", p, s, got)
	}
	if w.never {
		return
	}
	if got := w.simulate([]byte(s), false); got != want {
		t.Fatalf("simulation of %q on %q: %v", p, s, got)
	}
	any := false
	for rest, more := s, true; more; _, rest, more = strings.Cut(rest, "/") {
		any = any || rest != "" && naiveMatch(p, rest)
	}
	if got := len(s) > 0 && w.matchAnySuffix([]byte(s)); got != any && w.min > 0 {
		t.Fatalf("%q on a part of %q: %v", p, s, got)
	}
}

func FuzzWildcard(f *testing.F) {
	for _, seed := range [][2]string{{"a**b*c", "a/xb/bc"}, {"[[:alpha:]-z]*", "q-"}, {"**/foo", "x/foo"}, {`u[\]]v*`, "u]v"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 16 || len(s) > 16 {
			return
		}
		compareWithNaive(t, p, s)
	})
}

// TestWildcardHostile shows that no pattern makes the matcher slow. The bound is
// generous: the exhaustive search would not end within the life of the machine.
func TestWildcardHostile(t *testing.T) {
	text := strings.Repeat("a/a", 1360)
	for _, p := range []string{
		strings.Repeat("*a", 2000) + "b*c",
		strings.Repeat("**a", 1300) + "*b*c",
		strings.Repeat("**a*", 1000) + "b?",
		"x**" + strings.Repeat("*a**?", 800) + "b[c]",
		strings.Repeat("a**", 1300) + "b*[c]",
	} {
		r := &rule{pattern: p}
		r.compile()
		start := time.Now()
		if ruleMatches(r, text) {
			t.Errorf("%.20q... matches", p)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%.20q... took %v", p, d)
		}
	}
}
