//go:build unix

// Package transcripts holds what the reference printed in 213 situations
// (docs/protocol/06-output.md §13.2 is their index) and checks that the program
// under test prints the same.
//
// Each testdata/NNN-name.txtar has a comment and five sections: setup.sh makes
// the trees, cmd is what the user types ($RSYNC is the program, $RSH a stand-in
// for ssh), stdout, stderr and exit are what must come of it after
// normalisation (package output).
//
// testdata/known.tsv lists the transcripts that are known to come out
// differently, each with its reason. One that is listed and passes is an
// error too: the list only shrinks.
package transcripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/output"
	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func TestTranscripts(t *testing.T) {
	program.Need(t, "sh")
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts:", err)
	}
	prog := program.Godwit(t)
	known := readKnown(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		reason, differs := known[name]
		delete(known, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong := replay(t, file, prog)
			switch {
			case !differs:
				for _, w := range wrong {
					t.Error(w)
				}
			case len(wrong) == 0:
				t.Error("passes, but testdata/known.tsv says that it differs: ", reason)
			default:
				t.Skip("differs: ", reason)
			}
		})
	}
	for name := range known {
		t.Errorf("testdata/known.tsv names %s, which is no transcript", name)
	}
}

// replay runs one transcript and says in what it came out wrong.
func replay(t *testing.T, file, prog string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script := parse(string(text))
	top := program.Dir(t)
	work := filepath.Join(top, "w")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8", "LANG=C.UTF-8",
		"USER=tester", "LOGNAME=tester", "RSYNC=" + prog, "RSH=" + program.RemoteShell(t, top),
	}
	if os.Getuid() == 0 {
		env = append(env, "DAEMON_IDS=uid = 0\ngid = 0\n")
	} else {
		env = append(env, "DAEMON_IDS=")
	}
	sh := func(name, text string) program.Result {
		path := filepath.Join(top, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("sh", path)
		cmd.Dir, cmd.Env = work, env
		return program.Run(t, cmd)
	}
	if r := sh("setup", "set -e\n"+script["setup.sh"]); r.Exit != 0 {
		t.Fatalf("the setup failed with %d:\n%s", r.Exit, r.Stderr)
	}
	r := sh("cmd", script["cmd"])
	if r.Hung {
		return []string{"it hangs: killed after " + program.Limit.String() + "\nstdout so far:\n" + string(r.Stdout) + "stderr so far:\n" + string(r.Stderr)}
	}
	n := output.New(work, prog)
	var wrong []string
	for _, c := range []struct{ section, got string }{
		{"stdout", n.Text(r.Stdout)},
		{"stderr", n.Text(r.Stderr)},
		{"exit", output.Exit(r.Exit)},
	} {
		if want := script[c.section]; c.got != want {
			wrong = append(wrong, c.section+" differs (- wanted, + got):\n"+output.Diff(want, c.got))
		}
	}
	return wrong
}

// parse splits a transcript into its sections.
func parse(text string) map[string]string {
	parts := map[string]string{}
	section := ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			name = strings.TrimSuffix(strings.TrimRight(name, "\n"), " --")
			switch name {
			case "setup.sh", "cmd", "stdout", "stderr", "exit":
				section = name
				continue
			}
		}
		parts[section] += line
	}
	return parts
}

// readKnown reads the list of known differences: name, tab, reason.
func readKnown(t *testing.T) map[string]string {
	text, err := os.ReadFile("testdata/known.tsv")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, _ := strings.Cut(line, "\t")
		if strings.TrimSpace(reason) == "" {
			t.Errorf("testdata/known.tsv gives no reason for %s", name)
		}
		known[name] = reason
	}
	return known
}
