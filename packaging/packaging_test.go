// Package packaging holds the files that a package of godwit installs. This
// test reads them.
package packaging

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/daemonconf"
)

// files is the file system as daemonconf wants it. The sample includes nothing.
type files struct{}

func (files) Open(path string) (io.ReadCloser, error)   { return os.Open(path) }
func (files) Kind(path string) (daemonconf.Kind, error) { return daemonconf.OtherKind, os.ErrNotExist }
func (files) List(dir string) ([]string, error)         { return nil, os.ErrNotExist }

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The sample configuration must be without fault as it is, and with all of its
// modules taken in.
func TestSampleConfiguration(t *testing.T) {
	sample := read(t, "rsyncd/rsyncd.conf")
	var full strings.Builder
	inModules := false
	for _, line := range strings.SplitAfter(sample, "\n") {
		inModules = inModules || strings.HasPrefix(line, "# [")
		if inModules && (strings.HasPrefix(line, "# [") || strings.HasPrefix(line, "#\t")) {
			line = strings.TrimPrefix(line, "#")
		}
		full.WriteString(line)
	}
	complete := filepath.Join(t.TempDir(), "rsyncd.conf")
	if err := os.WriteFile(complete, []byte(full.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, modules := range map[string]int{"rsyncd/rsyncd.conf": 0, complete: 2} {
		l := daemonconf.Loader{Files: files{}}
		for _, p := range l.Check(path) {
			t.Errorf("%s:%d: %s", path, p.Line, p.Text)
		}
		c, err := l.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Modules) != modules {
			t.Errorf("%s has %d modules, want %d", path, len(c.Modules), modules)
		}
	}
}

func TestUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		analyze = ""
		t.Log("systemd-analyze is not installed: the units are read only")
	}
	dir := t.TempDir()
	units, err := filepath.Glob("systemd/godwitd*")
	if err != nil || len(units) != 3 {
		t.Fatal(units, err)
	}
	var installed []string
	for _, unit := range units {
		text := read(t, unit)
		section, run := "", ""
		for i, line := range strings.Split(text, "\n") {
			key, value, isSetting := strings.Cut(line, "=")
			switch {
			case line == "" || line[0] == '#':
			case line[0] == '[' && strings.HasSuffix(line, "]"):
				section = line
			case !isSetting || section == "" || key != strings.TrimSpace(key) || value == "":
				t.Errorf("%s:%d: %q", unit, i+1, line)
			case key == "ExecStart":
				run = strings.TrimPrefix(value, "-")
			}
		}
		if strings.HasSuffix(unit, ".service") && !strings.HasPrefix(run, "/usr/bin/godwit --daemon") {
			t.Errorf("%s runs %q", unit, run)
		}
		// The checker wants the program to exist.
		path := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "/usr/bin/godwit", "/bin/sh")), 0o600); err != nil {
			t.Fatal(err)
		}
		installed = append(installed, path)
	}
	if analyze == "" {
		return
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no"}, installed...)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "godwitd") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// xinetd has no way to only check a file, so its grammar is held here: a
// service, and attributes with values between braces on lines of their own.
func TestXinetd(t *testing.T) {
	set := map[string]string{}
	state := "outside"
	for i, line := range strings.Split(read(t, "xinetd.d/godwit"), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
		case state == "outside" && len(words) == 2 && words[0] == "service" && words[1] == "rsync":
			state = "before"
		case state == "before" && line == "{":
			state = "inside"
		case state == "inside" && line == "}":
			state = "after"
		case state == "inside" && len(words) >= 3 && strings.Contains(" = += -= ", " "+words[1]+" "):
			set[words[0]] = strings.Join(words[2:], " ")
		default:
			t.Errorf("line %d: %q", i+1, line)
		}
	}
	if state != "after" {
		t.Errorf("the service does not end")
	}
	for name, want := range map[string]string{"disable": "yes", "socket_type": "stream", "wait": "no", "server": "/usr/bin/godwit", "server_args": "--daemon"} {
		if set[name] != want {
			t.Errorf("%s = %q, want %q", name, set[name], want)
		}
	}
}

// A sample must not bring a password that works.
func TestSecretsAreComments(t *testing.T) {
	for _, line := range strings.Split(read(t, "rsyncd/rsyncd.secrets"), "\n") {
		if line != "" && line[0] != '#' {
			t.Errorf("a live line: %q", line)
		}
	}
}
