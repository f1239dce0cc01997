package rrsync

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"godwit/internal/exit"
)

// A testCase is one line of testdata/cases.txt:
//
//	arguments | command of the client | what happens
//
// where DIR stands for the restricted directory. What happens is the
// arguments of the server in brackets, or the text after "error: ".
type testCase struct {
	line    int
	args    []string
	command string
	want    string
}

func readCases(t *testing.T) []testCase {
	text, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	var cases []testCase
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, " | ", 3)
		if len(f) != 3 {
			t.Fatalf("cases.txt:%d: %q", i+1, line)
		}
		cases = append(cases, testCase{i + 1, strings.Fields(f[0]), strings.TrimSpace(f[1]), f[2]})
	}
	return cases
}

// makeTree makes the directory that the cases speak of and returns its path.
func makeTree(t *testing.T) string {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := base + "/data"
	for _, d := range []string{"sub", "s1", "s2", ".h", "../out/deep"} {
		must(t, os.MkdirAll(dir+"/"+d, 0o755))
	}
	for _, f := range []string{"f1", "f2", "a b", "q[1]", "sub/x", "s1/x", "s2/x", ".h/x", "../out/secret"} {
		must(t, os.WriteFile(dir+"/"+f, nil, 0o644))
	}
	for name, target := range map[string]string{
		"lsub": "sub", "abssub": dir + "/sub", "roundtrip": "../data/s1", "loop": "loop",
		"esc": base + "/out", "relesc": "sub/../../out", "dang": "nowhere", "dangout": "/nowhere",
	} {
		must(t, os.Symlink(target, dir+"/"+name))
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wrapper runs the wrapper and tells what happened in the words of cases.txt.
func wrapper(t *testing.T, dir string, args []string, command string) string {
	var stderr bytes.Buffer
	var argv []string
	env := Env{
		Program: "rrsync", Stderr: &stderr, Stdout: &stderr, StartDir: filepath.Dir(dir), UID: uint32(os.Geteuid()), Now: time.Now,
		LookupEnv: func(name string) (string, bool) {
			if name == "SSH_ORIGINAL_COMMAND" {
				return command, command != ""
			}
			return "", false
		},
	}
	code := Main(t.Context(), env, args, func(_ context.Context, c Command) exit.Code {
		if c.Dir != dir && c.Dir != "/" {
			t.Errorf("runs in %s", c.Dir)
		}
		argv = c.Args
		return 7
	})
	if argv == nil {
		if code == exit.OK {
			return "exit 0"
		}
		if code != exit.Syntax {
			t.Errorf("exit code %d", code)
		}
		text, ok := strings.CutPrefix(stderr.String(), "rrsync error: ")
		if !ok {
			t.Errorf("stderr: %q", stderr.String())
		}
		return "error: " + strings.TrimSuffix(text, "\n")
	}
	if code != 7 {
		t.Errorf("exit code %d is not the server's", code)
	}
	return bracketed(argv)
}

func bracketed(argv []string) string {
	var b strings.Builder
	for _, a := range argv {
		b.WriteString("[" + a + "]")
	}
	return b.String()
}

func TestCases(t *testing.T) {
	dir := makeTree(t)
	place := strings.NewReplacer("DIR", dir, "OUT", filepath.Dir(dir)+"/out", "BARE", dir[1:], "required: D", "required: DIR")
	for _, c := range readCases(t) {
		args := make([]string, len(c.args))
		for i, a := range c.args {
			args[i] = place.Replace(a)
		}
		got := wrapper(t, dir, args, place.Replace(c.command))
		if want := place.Replace(c.want); got != want {
			t.Errorf("line %d: rrsync %q, %q\ngot  %s\nwant %s", c.line, args, c.command, got, want)
		}
	}
}
