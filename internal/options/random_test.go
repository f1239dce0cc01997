package options

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDifferentialMixtures compares the server's command line, or the error,
// for mixtures of options that nobody thought of.
func TestDifferentialMixtures(t *testing.T) {
	program := reference(t)
	dir := referenceDir(t)
	shell := filepath.Join(dir, "shell")
	if err := os.WriteFile(shell, []byte("#!/bin/sh\nshift 2\nprintf '%s\\n' \"$@\" >args\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	words := mixable()
	runs := 40
	if *full {
		runs = 2500
	}
	run := func(list []string, d Direction) (problem string) {
		operands := []string{"s", "h:d"}
		if d == Pull {
			operands = []string{"h:d", "s"}
		}
		args := append(append([]string{"-e", shell}, list...), operands...)
		_ = os.Remove(filepath.Join(dir, "args"))
		_, stderr, code := runReference(t, program, dir, nil, args)
		raw, err := os.ReadFile(filepath.Join(dir, "args"))
		o, perr := outcome(args, &Config{Now: time.Now()})
		var e *Error
		switch {
		case errors.As(perr, &e):
			want, _, _ := strings.Cut(stderr, "rsync error: ")
			if got := strings.Join(e.Lines, "\n") + "\n"; got != want || code != e.Code {
				return "got " + got + "want " + want
			}
		case err != nil && code == 1:
			return "accepted; the reference says " + stderr
		case err == nil:
			sent, _ := ServerArgs(o, d, Capabilities)
			sent = append(sent, o.Protection(d).Path("d"))
			if got := strings.Join(sent, "\n") + "\n"; got != string(raw) {
				return "got " + got + "want " + string(raw)
			}
		}
		return ""
	}
	gen := rapid.SliceOfN(rapid.SampledFrom(words), 1, 8)
	for seed := range runs {
		list := gen.Example(seed)
		d := []Direction{Push, Pull}[seed%2]
		if problem := run(list, d); problem != "" {
			t.Errorf("%q, direction %d: %s", list, d, problem)
		}
	}
}

// mixable returns the words that mixtures are made of: every option that can
// be forwarded or conflict with another, and values of interest.
func mixable() []string {
	words := strings.Fields(`-r -a --suffix= --partial-dir= --zc=none --zc=zlib --cc=none --info=all --info=none --max-delete=-5
		--info=progress2 --out-format=%o --files-from=h:l --backup-dir=. --modify-window=-1 --protocol=28 --protocol=29 --old-args
		--block-size=1g --timeout=-1 -M--x*y --iconv=- --chown=:g --chown=u --only-write-batch=b --write-batch=b`)
	aside := " rsh password-file contimeout rsync-path secluded-args protect-args crtimes log-file copy-as "
	for i := range Rows() {
		o := &Rows()[i]
		if o.Group == GroupDaemon || o.Group == GroupRoles || o.Group == GroupGeneral || o.Group == GroupBatch || strings.Contains(aside, " "+o.Long+" ") && o.Long != "" {
			continue
		}
		letter := string(rune(o.Short))
		switch {
		case o.ArgName != "":
			words = append(words, "--"+o.Long+"="+sampleValue(o))
		case o.Long == "":
			words = append(words, "-"+letter)
		case o.Short == 'z': // -zzz with --zc=auto is an accident of the reference
			words = append(words, "--compress")
		case o.Short != 0:
			words = append(words, "--"+o.Long, "-"+letter+letter)
		default:
			words = append(words, "--"+o.Long)
		}
	}
	return words
}
