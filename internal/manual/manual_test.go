package manual

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/daemonconf"
	"godwit/internal/options"
)

func TestFilesAreFresh(t *testing.T) {
	for _, f := range Files() {
		b, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(f.Path)))
		if err != nil || string(b) != f.Content {
			t.Errorf("%s is stale: run go generate ./internal/manual (%v)", f.Path, err)
		}
	}
}

func TestEveryOptionIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range entries() {
		key := name(e.Option)
		seen[key] = true
		if e.help() == "" && notes[key].lead == "" {
			t.Errorf("--%s has no description", key)
		}
		if strings.HasPrefix(e.Help, "...") && notes[key].lead == "" {
			t.Errorf("--%s: %q makes no sense alone", key, e.Help)
		}
	}
	for key := range notes {
		if !seen[key] {
			t.Errorf("a note about %q, which is no option", key)
		}
	}
	for _, o := range options.Rows() {
		if o.Group == options.GroupRoles && o.Negates == "" && serverOptions[o.Long] == "" {
			t.Errorf("--%s has no description", o.Long)
		}
	}
	for key := range differences {
		param, isParam := strings.CutPrefix(key, "conf ")
		if _, ok := daemonconf.Lookup(param); isParam && !ok || !isParam && !seen[key] {
			t.Errorf("a difference of %q, which is nothing", key)
		}
	}
}

// Every spelling that the parser knows is in the page of the program.
func TestPageNamesEverySpelling(t *testing.T) {
	page := strings.NewReplacer(`\-`, "-", `\fB`, "", `\fR`, "", `\fI`, "").Replace(programPage())
	for _, o := range options.Rows() {
		if o.Group == options.GroupRoles {
			continue
		}
		if o.Long != "" && !strings.Contains(page, "--"+o.Long) {
			t.Errorf("--%s is missing", o.Long)
		}
	}
}

func TestMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"plain":              "plain",
		"a *b-c* d":          `a \fBb\-c\fR d`,
		"_X_, (*y*)":         `\fIX\fR, (\fBy\fR)`,
		"2*3*4 a_b_c":        "2*3*4 a_b_c",
		`a lone \* and *\**`: `a lone * and \fB*\fR`,
		"an * open one":      "an * open one",
		"it's ~":             `it\(aqs \(ti`,
	} {
		if got := marked(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPagesAreSoundRoff(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not installed")
	}
	for _, f := range Files() {
		if !strings.HasPrefix(f.Path, "docs/man/") {
			continue
		}
		cmd := exec.Command(groff, "-man", "-ww", "-Tascii", "-z")
		cmd.Stdin = strings.NewReader(f.Content)
		if out, err := cmd.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%s: %v\n%s", f.Path, err, out)
		}
	}
}

// The other reader of these macros is stricter. It misses only the date, which pages made from tables do not have.
func TestPagesPleaseMandoc(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("mandoc is not installed")
	}
	for _, f := range Files() {
		if !strings.HasPrefix(f.Path, "docs/man/") {
			continue
		}
		cmd := exec.Command(mandoc, "-T", "lint", "-W", "warning")
		cmd.Stdin = strings.NewReader(f.Content)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "missing date") {
				t.Errorf("%s: %s", f.Path, line)
			}
		}
	}
}

func TestCompletionsAreSoundShell(t *testing.T) {
	for _, f := range Files() {
		shell, isCompletion := strings.CutPrefix(filepath.ToSlash(filepath.Dir(f.Path)), "completions/")
		if !isCompletion {
			continue
		}
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not installed: %s is not checked", shell, f.Path)
			continue
		}
		cmd := exec.Command(path, "-n")
		cmd.Stdin = strings.NewReader(f.Content)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", f.Path, err, out)
		}
	}
}
