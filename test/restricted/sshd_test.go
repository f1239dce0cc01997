//go:build linux

package restricted

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"godwit/test/program"
)

// Keys with forced commands, as an administrator writes them, in a real server of SSH: by the name rrsync and as a word
// behind the program's name.
func TestForcedCommands(t *testing.T) {
	prog := program.Godwit(t)
	bin, dir := program.Dir(t), program.Dir(t)
	for _, name := range []string{"rrsync", "godwit"} {
		if err := os.Symlink(prog, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{"data/file": "file\n", "data/in/kept": "old\n", "out/secret": "secret\n", "mine/kept": "changed\n", "mine/new": "new\n"} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shell := program.SSHD(t,
		program.Door{Host: "reader", Options: `command="` + bin + "/rrsync -ro " + dir + `/data",restrict`},
		program.Door{Host: "writer", Options: `command="` + bin + "/godwit rrsync -wo -no-overwrite " + dir + `/data/in",restrict`},
	)
	steps := []struct {
		name  string
		args  []string
		exit  int
		path  string // a file that is to be there afterwards
		text  string
		ghost string // and one that is not
	}{
		{"pull", []string{"-a", "reader:", "got"}, 0, "got/file", "file\n", ""},
		{"push to a reader", []string{"-a", "mine/", "reader:"}, 12, "data/file", "file\n", "data/new"},
		{"pull from above", []string{"-a", "reader:../out/", "stolen"}, 12, "out/secret", "secret\n", "stolen"},
		{"pull from a writer", []string{"-a", "writer:", "stolen"}, 12, "data/in/kept", "old\n", "stolen"},
		{"push", []string{"-a", "mine/", "writer:"}, 0, "data/in/new", "new\n", ""},
		{"nothing is overwritten", []string{"-a", "mine/", "writer:"}, 0, "data/in/kept", "old\n", ""},
		{"push above", []string{"-a", "mine/", "writer:../"}, 12, "data/file", "file\n", "data/new"},
	}
	for client, rsync := range map[string]string{"stock": program.Stock(t), "own": prog} {
		for _, step := range steps {
			cmd := exec.Command(rsync, append([]string{"-e", shell}, step.args...)...)
			cmd.Dir = dir
			r := program.Run(t, cmd)
			text, err := os.ReadFile(filepath.Join(dir, step.path))
			if r.Exit != step.exit || r.Hung || string(text) != step.text {
				t.Errorf("%s, %s: exit %d, not %d; %s has %q, %v\n%s", client, step.name, r.Exit, step.exit, step.path, text, err, r.Stderr)
			}
			if _, err := os.Lstat(filepath.Join(dir, step.ghost)); step.ghost != "" && err == nil {
				t.Errorf("%s, %s: there is %s", client, step.name, step.ghost)
			}
		}
		for _, made := range []string{"got", "data/in/new"} {
			if err := os.RemoveAll(filepath.Join(dir, made)); err != nil {
				t.Fatal(err)
			}
		}
	}
	// No other command gets through.
	if r := program.Run(t, exec.Command("sh", "-c", shell+" reader cat "+dir+"/out/secret")); r.Exit != 1 || len(r.Stdout) > 0 {
		t.Errorf("cat: exit %d, %q\n%s", r.Exit, r.Stdout, r.Stderr)
	}
}
