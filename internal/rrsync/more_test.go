package rrsync

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// Whether an option takes a value comes from the option table; these are the
// names of the allow-list that it does not have, all without one.
func TestRulesAgainstOptions(t *testing.T) {
	for name, r := range longRules {
		o := options.Lookup(name)
		if o == nil {
			if name != "use-qsort" {
				t.Errorf("--%s is no option", name)
			}
			continue
		}
		if (r == dirPath || r == filePath) && o.ArgName == "" {
			t.Errorf("--%s takes no value", name)
		}
	}
	for _, name := range []string{"config", "confine-root", "drop-D", "insecure-links", "rsync-path", "rsh", "read-batch", "write-batch", "filter", "remote-option", "password-file", "trust-sender", "copy-as", "early-input"} {
		if longRules[name] != unknown {
			t.Errorf("--%s must not be allowed", name)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"-h", "-help"} {
		var out bytes.Buffer
		code := Main(t.Context(), Env{Program: "/x/rrsync", Stdout: &out}, []string{arg}, nil)
		if code != exit.OK || !strings.HasPrefix(out.String(), "usage: rrsync [-ro | -wo]") {
			t.Errorf("%s: %d, %q", arg, code, out.String())
		}
	}
	var errs bytes.Buffer
	code := Main(t.Context(), Env{Program: "rrsync", Stderr: &errs, StdinTTY: true}, nil, nil)
	if code != exit.Syntax || !strings.HasPrefix(errs.String(), "rrsync error: the following arguments are required: DIR\nusage: ") {
		t.Errorf("at a terminal: %d, %q", code, errs.String())
	}
}

// testEnv is an environment with the given variables.
func testEnv(dir string, stderr *bytes.Buffer, vars map[string]string) Env {
	return Env{
		Program: "rrsync", Stderr: stderr, StartDir: filepath.Dir(dir), UID: uint32(os.Geteuid()),
		Now:       func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		LookupEnv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
	}
}

func TestLock(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "solaris" {
		t.Skip("directories cannot be locked here")
	}
	dir := makeTree(t)
	push := map[string]string{"SSH_ORIGINAL_COMMAND": "rsync --server -v . sub"}
	pull := map[string]string{"SSH_ORIGINAL_COMMAND": "rsync --server --sender -v . sub"}
	var stderr bytes.Buffer
	ran := 0
	fine := func(context.Context, Command) exit.Code { ran++; return exit.OK }
	Main(t.Context(), testEnv(dir, &stderr, push), []string{dir}, func(ctx context.Context, _ Command) exit.Code {
		if code := Main(ctx, testEnv(dir, &stderr, push), []string{dir}, fine); code != exit.Syntax {
			t.Errorf("a second instance ran: %d", code)
		}
		Main(ctx, testEnv(dir, &stderr, push), []string{"-no-lock", dir}, fine)
		Main(ctx, testEnv(dir, &stderr, pull), []string{"-ro", dir}, fine)
		return exit.OK
	})
	Main(t.Context(), testEnv(dir, &stderr, push), []string{dir}, fine)
	if ran != 3 {
		t.Errorf("%d of 3 ran", ran)
	}
	if want := "rrsync error: Another instance of rrsync is already accessing this directory.\n"; stderr.String() != want {
		t.Errorf("stderr %q", stderr.String())
	}
}

func TestLogFile(t *testing.T) {
	dir := makeTree(t)
	log := filepath.Dir(dir) + "/rrsync.log"
	run := func(vars map[string]string) {
		var stderr bytes.Buffer
		vars["SSH_ORIGINAL_COMMAND"] = "rsync --server -v . it's"
		if code := Main(t.Context(), testEnv(dir, &stderr, vars), []string{dir}, func(context.Context, Command) exit.Code { return 0 }); code != 0 {
			t.Fatalf("%d: %s", code, stderr.String())
		}
	}
	run(map[string]string{})
	if _, err := os.Lstat(log); err == nil {
		t.Fatal("the log was made")
	}
	must(t, os.Symlink(dir+"/f1", log))
	run(map[string]string{})
	if b, _ := os.ReadFile(dir + "/f1"); len(b) > 0 {
		t.Errorf("written through a link: %q", b)
	}
	must(t, os.Remove(log))
	must(t, os.WriteFile(log, []byte("before\n"), 0o600))
	run(map[string]string{})
	run(map[string]string{"SSH_CONNECTION": "::ffff:1.2.3.4 5 6 7"})
	b, err := os.ReadFile(log)
	must(t, err)
	const args = `('rsync', '--server', '-v', '--drop-D', '--confine-root=DIR', '--', '.', "it's")`
	want := "before\n03:04:05 unknown          " + args + "\n03:04:05 1.2.3.4          " + args + "\n"
	if got := strings.ReplaceAll(string(b), dir, "DIR"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMakesDirs(t *testing.T) {
	dir := makeTree(t)
	exists := func(name string) bool { _, err := os.Lstat(dir + "/" + name); return err == nil }
	wrapper(t, dir, []string{dir}, "rsync --server -vn --backup-dir=dry . sub")
	wrapper(t, dir, []string{dir}, "rsync --server -v --backup-dir=b/c --partial-dir=lsub/p --link-dest=none . sub")
	for name, want := range map[string]bool{"dry": false, "b/c": true, "sub/p": true, "none": false} {
		if exists(name) != want {
			t.Errorf("%s exists: %v", name, !want)
		}
	}
	st, err := os.Stat(dir + "/sub/p")
	must(t, err)
	if st.Mode().Perm()&0o077 != 0 {
		t.Errorf("a partial directory with mode %o", st.Mode().Perm())
	}
}

var optionPath = regexp.MustCompile(`^--(?:backup-dir|compare-dest|copy-dest|link-dest|partial-dir|temp-dir|files-from|log-file)=(.*)$`)

// Whatever the client writes, no path of the arguments leads out of the
// directory.
func TestNoPathLeadsOut(t *testing.T) {
	dir := makeTree(t)
	base := filepath.Dir(dir)
	inside := func(t *rapid.T, command, arg, path string) {
		if !filepath.IsAbs(path) {
			path = dir + "/" + path
		}
		// What does not exist has no links; look at what does.
		for path != "/" {
			real, err := filepath.EvalSymlinks(path)
			if err == nil {
				if real != dir && !strings.HasPrefix(real, dir+"/") {
					t.Fatalf("%q: %q leads to %s", command, arg, real)
				}
				return
			}
			path = filepath.Dir(path)
		}
	}
	part := rapid.SampledFrom([]string{
		"/", "/", "/", ".", "..", "./", "*", "?", "[a-z]*", "sub", "s1", "lsub", "abssub", "roundtrip", "esc", "relesc", "dangout", "dang", "loop", "secret", "deep", "new", `\`, `\.`, "-x", "~", "data",
	})
	rapid.Check(t, func(t *rapid.T) {
		path := func(label string) string {
			return strings.ReplaceAll(strings.Join(rapid.SliceOfN(part, 0, 7).Draw(t, label), ""), "OUT", base+"/out")
		}
		command := "rsync --server " + rapid.SampledFrom([]string{"", "--sender "}).Draw(t, "role") + rapid.SampledFrom([]string{"-v", "-vR"}).Draw(t, "cluster")
		if rapid.Bool().Draw(t, "option") {
			command += " --" + rapid.SampledFrom([]string{"link-dest", "temp-dir", "files-from", "log-file"}).Draw(t, "name") + "=" + path("value")
		}
		command += " . " + path("first") + " " + path("second")
		args := []string{dir}
		if rapid.Bool().Draw(t, "absolute") {
			args = append(args, "-absolute")
		}
		var stderr bytes.Buffer
		Main(context.Background(), testEnv(dir, &stderr, map[string]string{"SSH_ORIGINAL_COMMAND": command}), args, func(_ context.Context, c Command) exit.Code {
			operands := false
			for _, a := range c.Args {
				if m := optionPath.FindStringSubmatch(a); m != nil && !operands && m[1] != "-" {
					inside(t, command, a, m[1])
				}
				if operands {
					// A sender's last name is sent as it is, a link as a link.
					inside(t, command, a, a)
					if strings.HasPrefix(a, "/") {
						t.Fatalf("%q: absolute operand %q", command, a)
					}
				}
				operands = operands || a == "--"
			}
			return 0
		})
	})
}
