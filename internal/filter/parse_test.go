package filter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestRuleErrors(t *testing.T) {
	files := fileMap{
		"bad":   "\r\n# c\r\nzork\r\n",
		"words": " - x",
		"deep":  ". bad2\n",
		"bad2":  "- a\n-q b\n",
		"sided": "- a\nP b\n",
		"loop":  ". loop\n",
		"none":  ". gone\n",
	}
	loop := strings.Repeat("a file named at ", 31) + "loop line 1"
	for _, test := range []struct {
		filter, want string
		code         int
	}{
		{"bogus rule", "Unknown filter rule: bogus rule", 1},
		{"excludep foo", "Unknown filter rule: excludep foo", 1},
		{" - foo", "Unknown filter rule:  - foo", 1},
		{"-foo", "invalid modifier 'f' at position 1 in filter rule: -foo", 1},
		{"-\tfoo", "invalid modifier '\t' at position 1 in filter rule: -\tfoo", 1},
		{"Hs x", "invalid modifier 's' at position 1 in filter rule: Hs x", 1},
		{":+- x", "invalid modifier '-' at position 2 in filter rule: :+- x", 1},
		{":C- x", "invalid modifier '-' at position 2 in filter rule: :C- x", 1},
		{"-CC", "invalid modifier 'C' at position 2 in filter rule: -CC", 1},
		{".! x", "invalid modifier '!' at position 1 in filter rule: .! x", 1},
		{"- ", "unexpected end of filter rule: - ", 1},
		{"merge", "unexpected end of filter rule: merge", 1},
		{"! ", "'!' rule has trailing characters: ! ", 1},
		{"clear x", "'!' rule has trailing characters: clear x", 1},
		{"!,x", "'!' rule has trailing characters: !,x", 1},
		{". gone", "failed to open exclude file gone: file does not exist", 11},
		{".+ gone", "failed to open include file gone: file does not exist", 11},
		{". none", "failed to open exclude file <rule from none line 1>", 11},
		{". bad", "Unknown filter rule: <rule from bad line 3>", 1},
		{".w words", "unexpected end of filter rule: <rule from words>", 1},
		{". deep", "invalid modifier in filter rule: <rule from a file named at deep line 1>", 1},
		{".s sided", "specified-side merge file contains specified-side filter: <rule from sided line 2>", 1},
		{". loop", "[client] merge-file include depth limit (32) exceeded at <rule from " + loop + ">", 11},
	} {
		err := NewBuilder(Env{Who: "client", Files: files}).Filter(test.filter)
		var e *Error
		if !errors.As(err, &e) || e.Error() != test.want || e.ExitCode() != test.code {
			t.Errorf("%q:\n got %v\nwant %s", test.filter, err, test.want)
		}
	}
	if err := NewBuilder(Env{}).Exclude("- "); err == nil || err.Error() != "unexpected end of filter rule: - " {
		t.Errorf("--exclude='- ': %v", err)
	}
}

func TestRuleForms(t *testing.T) {
	same := []string{"exclude,p foo", "exclude,p_foo", "-,p foo", "-p foo", "-p_foo", "exclude,pp foo"}
	for _, text := range same {
		r, err := (&source{}).parse(text)
		if err != nil || r.flags != flagPerishable || r.pattern != "foo" {
			t.Errorf("%q: %+v %v", text, r, err)
		}
	}
	for text, pattern := range map[string]string{
		"-  foo": " foo", "- foo ": "foo ", "-__x": "_x", "+ !": "!", "- a\nb": "a\nb", ":C": ".cvsignore", "R a b": "a b",
	} {
		r, err := (&source{}).parse(text)
		if err != nil || r.pattern != pattern {
			t.Errorf("%q: %+v %v", text, r, err)
		}
	}
	for text, pattern := range map[string]string{
		"- - a": "- a", "+ a": "a", "!x": "!x", "! ": "! ", "-x": "-x", "merge foo": "merge foo", "-_a": "-_a",
	} {
		r, err := (&source{flags: flagOldPrefix}).parse(text)
		if err != nil || r.pattern != pattern || r.flags.has(flagInclude) != (text == "+ a") {
			t.Errorf("old form %q: %+v %v", text, r, err)
		}
	}
}

// TestRecords is what section 4.1 says about cutting a file into records.
func TestRecords(t *testing.T) {
	long := strings.Repeat("x", maxRecord)
	for _, test := range []struct {
		content, from string
		from0         bool
		want          string
	}{
		{"a\nb\r\nc\rd", "x", false, "a|b|c|d"},
		{"\n\n#c\n;c\n #x\na \n", "x", false, " #x|a "},
		{"a\x00junk\n\x00b\nc", "x", false, "a|c"},
		{"a\nb\x00#c\x00d", "x", true, "a\nb|d"},
		{long + "\nb\n", "x", false, "b"},
		{"a b\t#c\v\fd\r\n", "w", false, "a|b|#c|d"},
		{"a b\x00c", "w", true, "a|b|c"},
	} {
		warned := ""
		b := NewBuilder(Env{From0: test.from0, Files: fileMap{"x": test.content}, Warn: func(s string, _ int) { warned = s }})
		var err error
		if test.from == "w" {
			err = b.Filter(".w- x")
		} else {
			err = b.ExcludeFrom("x")
		}
		if err != nil {
			t.Errorf("%.20q: %v", test.content, err)
		}
		var got []string
		for _, r := range b.to.rules {
			got = append(got, r.pattern)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%.20q: %q", test.content, got)
		}
		if (len(test.content) > maxRecord) != (warned == "discarding over-long filter: <rule from x line 1>") {
			t.Errorf("%.20q: warned %q", test.content, warned)
		}
	}
}

// FuzzRule feeds the parser: it must give an error or a rule that can be sent,
// received and used.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{"- a", "+!p b/", ":nwe+/prxs a/b", "-C", "merge,- x", "clear", "hide_a**b", "dir-merge,C", "! "} {
		f.Add(seed, "a/b")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		for _, words := range []bool{false, true} {
			b := NewBuilder(Env{Files: fileMap{"x": text}, Receiving: true})
			var err error
			if words {
				err = b.rd.addWords(&b.to, text, &source{})
			} else {
				err = b.Filter(text)
			}
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Code == 0 {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			l, wire, err := b.Finish(PullClient, false)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			st, err := l.Start("/x").Enter("/x")
			if err != nil {
				continue // the rule names x, and x holds the rule
			}
			if len(name) < 50 {
				st.Check([]byte(name), Directory)
			}
			server := NewBuilder(Env{})
			for _, sent := range wireTexts(t, wire) {
				if sent == "- " {
					// The exclude that a dir-merge of "/" with e asks for: the reference sends it
					// so, too, and its peer refuses it as ours does.
					continue
				}
				if err := server.Received(sent); err != nil {
					t.Fatalf("%q was sent as %q: %v", text, sent, err)
				}
			}
		}
	})
}

func ExampleBuilder() {
	b := NewBuilder(Env{Protocol: 32})
	_ = b.Include("*.go")
	_ = b.Exclude("*.*")
	list, _, _ := b.Finish(PushClient, false)
	st := list.Start("/src")
	fmt.Println(st.Check([]byte("cmd/main.go"), File), st.Check([]byte("cmd/a.o"), File), st.Check([]byte("cmd"), Directory))
	// Output: 1 -1 0
}
