package options

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readTSV returns the rows of a test data file, comments left out.
func readTSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if line := sc.Text(); line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// envOf makes a LookupEnv of NAME=VALUE words.
func envOf(words ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, w := range words {
			if n, v, _ := strings.Cut(w, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
}

var testNow = time.Date(2026, time.November, 23, 22, 40, 30, 0, time.UTC)

func testConfig(env ...string) *Config {
	return &Config{LookupEnv: envOf(env...), Now: testNow,
		CheckChmod: func(spec string) bool { return !badChmod[spec] },
		CheckParam: func(p DaemonParam) error {
			if p.Name == "port" {
				return nil
			}
			return fmt.Errorf("Unknown parameter %q", p.Name)
		},
	}
}

// badChmod are the invalid values among the vectors; the grammar itself is
// that of package meta.
var badChmod = map[string]bool{
	"foo": true, "": true, "D": true, "F": true, "u": true, ",": true, "u+x,": true, "8": true, "10000": true,
	"77777": true, "u755": true, "D755x": true, "DFu+x": true, "u+gr": true, "u+xg": true, "u+x-w": true, "u=rwx,g=DF": true,
}

func TestForwardVectors(t *testing.T) {
	for _, row := range readTSV(t, "forward.tsv") {
		words := strings.Fields(strings.Replace(row[0], "a b", "a\x00b", 1))
		for i := range words {
			words[i] = strings.Replace(words[i], "\x00", " ", 1)
		}
		for d, want := range map[Direction]string{Push: row[1], Pull: row[2]} {
			operands := []string{"SRC", "h:dst"}
			if d == Pull {
				operands = []string{"h:src", "DST"}
			}
			o, err := Parse(append(append([]string{}, words...), operands...), testConfig())
			if err != nil {
				t.Errorf("%s: %v", row[0], err)
				continue
			}
			args, secluded := ServerArgs(o, d, Capabilities)
			got := strings.Join(args, " ")
			full := strings.TrimSpace(expandLetters(want, !strings.Contains(row[0], "--protocol=2")))
			head := "--server "
			if d == Pull {
				head = "--server --sender "
			}
			full = head + full
			if secluded == nil {
				full += " ."
			}
			if full = strings.ReplaceAll(full, "  ", " "); got != full {
				t.Errorf("%s, direction %d:\n got %s\nwant %s", row[0], d, got, full)
			}
		}
	}
}

// expandLetters writes the capability string out in an expected command line.
func expandLetters(want string, capable bool) string {
	switch {
	case strings.Contains(want, "…i"):
		return strings.Replace(want, "…i", "e.iLsfxCIvu", 1)
	case strings.Contains(want, "…"):
		return strings.Replace(want, "…", "e.LsfxCIvu", 1)
	case capable:
		return "-e.LsfxCIvu " + want
	}
	return want
}

// atRuntime marks the vectors whose outcome is not the parser's.
func atRuntime(code int, lines string) bool {
	if code != 1 && code != 4 {
		return true
	}
	for _, part := range []string{
		"copy-as ", "No colon found", "No name found", "Invalid number in", "temp-dir does not exist",
		"Failed to parse config", "Unknown filter rule", "iconv_open", "Failed to negotiate", "Invalid checksum-choice for",
		"failed to open files-from", "failed to open exclude",
	} {
		if strings.Contains(lines, part) {
			return true
		}
	}
	return false
}

// commandOf turns the first column of a vector into environment and arguments.
func commandOf(t *testing.T, text string) (env, args []string) {
	t.Helper()
	if before, _, ok := strings.Cut(text, " … "); ok {
		_, rest, _ := strings.Cut(text, "--link-dest=21")
		text = strings.TrimSuffix(before, "--link-dest=1")
		for n := 1; n <= 21; n++ {
			text += " --link-dest=" + strconv.Itoa(n)
		}
		text += rest
	}
	text = strings.ReplaceAll(text, "LONG300", strings.Repeat("x", 300))
	text = strings.ReplaceAll(text, "LONG4090", strings.Repeat("y", 4090))
	args = testWords(t, text)
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	if len(args) > 0 && args[0] == "rsync" {
		args = args[1:]
	}
	return env, args
}

// testWords splits like a shell, keeping empty quoted words.
func testWords(t *testing.T, text string) []string {
	t.Helper()
	words, ok := splitShellWords(text)
	if !ok {
		t.Fatalf("cannot split %q", text)
	}
	return words
}

// outcome runs everything that a client does with its command line.
func outcome(args []string, cfg *Config) (*Options, error) {
	o, err := Parse(args, cfg)
	if err != nil || o.Action != ActionTransfer || o.Server {
		return o, err
	}
	if _, err = o.Shape(); err != nil {
		return o, err
	}
	_, err = SplitShellCommand(o.ShellCommand)
	return o, err
}

func TestErrorVectors(t *testing.T) {
	for _, row := range readTSV(t, "errors.tsv") {
		command, lines := row[0], row[2]
		code, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		env, args := commandOf(t, command)
		_, err = outcome(args, testConfig(env...))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%s: %T", command, err)
			continue
		}
		switch {
		case strings.Contains(command, "!#:+"): // an accident of the reference, not copied
		case code == 0 || atRuntime(code, lines):
			if e != nil {
				t.Errorf("%s: unexpected error %q", command, e)
			}
		case e == nil:
			t.Errorf("%s: accepted, want %s", command, lines)
		case e.Code != code:
			t.Errorf("%s: exit %d, want %d", command, e.Code, code)
		case (lines == "usage") != e.Usage:
			t.Errorf("%s: usage %v: %s", command, e.Usage, e)
		case !e.Usage:
			got := make([]string, 0, len(e.Lines))
			for _, l := range e.Lines {
				if l != daemonHint {
					got = append(got, l)
				}
			}
			if strings.Join(got, " / ") != lines {
				t.Errorf("%s:\n got %s\nwant %s", command, strings.Join(got, " / "), lines)
			}
		}
	}
}

func TestActions(t *testing.T) {
	for command, want := range map[string]Action{
		"-h":                   ActionHelp,
		"-avh":                 ActionHelp,
		"-hn":                  ActionHelp,
		"-h s d":               ActionTransfer,
		"--help --bogus":       ActionHelp,
		"--info=HELP,foo":      ActionInfoHelp,
		"--debug=help":         ActionDebugHelp,
		"--version":            ActionVersion,
		"-VV":                  ActionVersionJSON,
		"-V --server":          ActionVersion,
		"--server -VV":         ActionVersion,
		"--daemon -h":          ActionDaemonHelp,
		"-v --daemon --help":   ActionDaemonHelp,
		"--daemon --no-detach": ActionDaemon,
		"--server -sre.iL":     ActionReadArgs,
		"s d":                  ActionTransfer,
	} {
		o, err := Parse(strings.Fields(command), testConfig())
		if err != nil {
			t.Errorf("%s: %v", command, err)
		} else if o.Action != want {
			t.Errorf("%s: action %d, want %d", command, o.Action, want)
		}
	}
}
