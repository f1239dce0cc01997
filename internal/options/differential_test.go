package options

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// full asks for every option in the differential tests, which takes a minute;
// otherwise a part of the table is taken.
var full = flag.Bool("full", false, "compare every option with the reference")

// reference returns the path of the reference program, or skips the test.
func reference(t *testing.T) string {
	t.Helper()
	const program = "/usr/bin/rsync"
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		t.Skip("the reference program is not installed")
	}
	if !bytes.HasPrefix(out, []byte("rsync  version 3.5.0 ")) {
		t.Skip("the reference program is not version 3.5.0")
	}
	return program
}

// runReference runs the reference in a directory with s/, d/, f1 and f2, with
// a clean environment.
func runReference(t *testing.T, program, dir string, env, args []string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=" + dir}, env...)
	var so, se bytes.Buffer
	cmd.Stdout, cmd.Stderr = &so, &se
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return so.String(), se.String(), cmd.ProcessState.ExitCode()
}

func referenceDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"s", "d"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"s/f", "f1", "f2"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sampleValue is a legal value for an option.
func sampleValue(o *Option) string {
	values := map[string]string{
		"info": "del2,name", "debug": "none", "stderr": "all", "outbuf": "L", "chmod": "u+x", "usermap": "0:0", "groupmap": "*:0",
		"chown": "0:0", "checksum-choice": "md5", "cc": "xxh64,md5", "compress-choice": "lz4", "zc": "zstd", "stop-at": "2099-1-1",
		"files-from": "f1", "iconv": "UTF-8,latin1", "remote-option": "--fsync", "confine-root": "/tmp", "filter": "- x",
		"exclude-from": "f1", "include-from": "f2", "protocol": "31", "max-alloc": "2g", "temp-dir": "/tmp/a b*",
		"read-batch": "", "write-batch": "", "only-write-batch": "",
	}
	if v, ok := values[o.Long]; ok {
		return v
	}
	switch o.ArgName {
	case "NUM", "SECONDS", "MINS", "PORT":
		return "3"
	case "SIZE", "RATE":
		return "1.5k"
	}
	return "/x y"
}

// TestDifferentialForward compares the server's command line for every option
// of the table, alone and in company.
func TestDifferentialForward(t *testing.T) {
	program := reference(t)
	dir := referenceDir(t)
	shell := filepath.Join(dir, "shell")
	script := "#!/bin/sh\nshift 2\nprintf '%s\\n' \"$@\" >args\n"
	if err := os.WriteFile(shell, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	var lists [][]string
	for i := range Rows() {
		o := &Rows()[i]
		if o.Group == GroupDaemon || o.Group == GroupRoles || o.Group == GroupGeneral || o.Group == GroupBatch || o.Long == "rsh" ||
			o.Long == "password-file" || o.Long == "contimeout" || o.Long == "rsync-path" || o.Long == "secluded-args" ||
			o.Long == "protect-args" || o.Long == "crtimes" || o.Long == "log-file" || !*full && i%8 != 0 {
			continue
		}
		word := "--" + o.Long
		if o.Long == "" {
			word = "-" + string(rune(o.Short))
		}
		if o.ArgName != "" {
			word += "=" + sampleValue(o)
		}
		lists = append(lists, []string{"-r", word}, []string{"-avSzb", word, "-yHXU"})
	}
	for _, more := range []string{
		"-d -r", "-d -r --no-r", "-a --files-from=f1 --delete", "--delete --list-only", "--zc=none --zl=3", "--no-z --zl=5", "--cc=none --no-W",
		"--iconv=", "--iconv=,latin1", "--backup-dir=. --suffix=.x", "-ii --out-format=%5i", "--out-format=%n%I", "--delay-updates --partial-dir=.~tmp~",
		"--delay-updates --partial", "-S --inplace --no-W", "--info=misc2,mount2,name2,skip,del,backup,copy,nonreg,stats,symsafe", "--partial-dir=/a//b/",
		"--old-args --suffix=.*", "--old-args -M--a*b", "--old-args --old-args --suffix=.*", "-M--a*b", "--ignore-missing-args --delete-missing-args",
		"--protocol=29 -a", "--fake-super --super", "--super --fake-super", "-ddd --no-d --list-only", "-P -v", "--progress --info=name0",
		"--max-size=0 --min-size=0", "--append --inplace", "--stop-after=1 --port=7", "-zz --zl=0", "-s", "-s --iconv=utf8 --stats", "--modify-window=-2147483648",
		"--old-dirs --delete", "-rd --no-dirs --delete", "--no-motd -8 -hh", "--write-devices -S --no-W", "-nq --stderr=client", "--qsort -r",
		"--suffix=", "--backup-dir=b --suffix=~", "--link-dest=a --link-dest=../b -yyy", "--info=none --info=progress2", "--compare-dest=~/x",
	} {
		lists = append(lists, strings.Fields(more))
	}
	for _, list := range lists {
		for _, d := range []Direction{Push, Pull} {
			operands := []string{"s", "h:d"}
			if d == Pull {
				operands = []string{"h:d", "s"}
			}
			args := append(append([]string{"-e", shell}, list...), operands...)
			if err := os.RemoveAll(filepath.Join(dir, "args")); err != nil {
				t.Fatal(err)
			}
			_, stderr, code := runReference(t, program, dir, nil, args)
			raw, err := os.ReadFile(filepath.Join(dir, "args"))
			o, perr := outcome(args, &Config{Now: time.Now()})
			if err != nil {
				if perr == nil {
					t.Errorf("%q: accepted; the reference says (%d) %s", list, code, stderr)
				}
				continue
			}
			if perr != nil {
				t.Errorf("%q: %v", list, perr)
				continue
			}
			words, _ := ServerArgs(o, d, Capabilities)
			if !o.Secluded {
				words = append(words, o.Protection(d).Path("d"))
			}
			if got := strings.Join(words, "\n") + "\n"; got != string(raw) {
				t.Errorf("%q, direction %d:\n got %q\nwant %q", list, d, got, raw)
			}
		}
	}
}

// TestDifferentialErrors compares lines and exit codes of wrong uses.
func TestDifferentialErrors(t *testing.T) {
	program := reference(t)
	dir := referenceDir(t)
	var commands [][]string
	for i := range Rows() {
		o := &Rows()[i]
		if o.Long == "" || o.Group == GroupDaemon || o.Group == GroupRoles || !*full && i%12 != 0 {
			continue
		}
		if o.ArgName == "" {
			commands = append(commands, []string{"--" + o.Long + "=v", "s", "d"}, []string{"--server", "--" + o.Long + "=v", "."})
		} else {
			commands = append(commands, []string{"-r", "--" + o.Long}, []string{"--server", "--" + o.Long})
		}
		if o.integer() {
			for _, v := range []string{"0x", "08", " ", "-", "+-1", "1_0", "0b1", "99999999999999999999", "-2147483649", "2147483648"} {
				commands = append(commands, []string{"--" + o.Long + "=" + v, "s", "d"})
			}
		}
	}
	for _, line := range []string{
		"--stop-at=T s d", "--stop-at=t1 s d", "--stop-at=1/2/3/4 s d", "--stop-at=2-30 s d", "--stop-at=1:60 s d", "--stop-at=: s d",
		"--stop-at=1-- s d", "--stop-at=/1 s d", "--stop-at=13-1 s d", "--stop-at=1T:3 s d", "--stop-at=1t25:00 s d", "--stop-at=-1-1 s d", "--stop-at=12:30x s d",
		"--stop-after=9223372036854775807 s d", "--stop-after= s d",
		"--max-size=- s d", "--max-size=-0 s d", "--max-size=-.5k s d", "--max-size=+ s d", "--max-size=1+1+1 s d", "--max-size=1kB+2 s d", "--max-size=1iB s d",
		"--max-size=..5 s d", "--bwlimit=9007199254740992 s d", "--max-alloc=0-1 s d", "--block-size=.2m s d",
		"--block-size=131072+1 s d", "--block-size=1t s d", "--max-alloc=1048576-1 s d", "--bwlimit=1b s d",
		"--cc=md5, s d", "--cc=,md5 s d", "--cc= s d", "--zc= s d", "--cc=a,b s d", "--zc=zstd,lz4 s d",
		"--inplace --partial-dir= s d", "--inplace --partial-dir=p --delay-updates s d", "--append --inplace --partial-dir=p s d",
		"--delete", "--delete --suffix=/ s d", "--suffix=/ -s --old-args s d", "--confine-root=r --insecure-links s d", "--files-from=h:- s h:d",
		"--files-from=h: s d", "--read-batch=x --write-batch=y --files-from=z d", "--usermap= --usermap=0:0 s d", "--chown=a:b --usermap=x s d",
		"--read-batch=x --contimeout=3 --delete-before --delete-after d", "h:a :b c d", "h:a ::b d", "h::a :b d", "h:a h::b :c",
		"rsync://h/a rsync://h:1/b d", "u@h:a h:b d", "s [::1]:x h:d", "s [::1:x h:d e", "-- s -e:x", "-- -e:x s", "--password-file=x s -- -h:d",
		"--contimeout=2 -e x s h::d", "-zzz=1 s d", "-rB", "-e", "-M x s d", "-Mx s d", "--stderr=Client s d", "--outbuf=z --suffix=/ s d",
		"--info=a,help s d", "--info=9 s d", "--debug=io5,x5y s d", "--info=name2x s d", "--debug=helpx s d",
		"--server --sender", "--sender", "--server -N . d", "-N s d", "--server --files-from=:x . d", "--daemon -v --no-v --no-verbose --version",
		"--daemon --no-bwlimit", "--daemon --timeout=3", "--daemon --detach=x", "--daemon -M", "--daemon -Mx", "--daemon -e", "--daemon -vvr", "--detach --help=x",
		"-x --no-detach --port=z", "--server --config=x --sender", "--server -vvs --daemon", "-n", "-v -v", "--no-h -n", "-n --files-from=f1", "--files-from=f1 a b c",
	} {
		commands = append(commands, strings.Split(line, " "))
	}
	for _, args := range commands {
		_, err := outcome(args, &Config{LookupEnv: envOf("LC_ALL=C", "HOME="+dir), Now: time.Now()})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: accepted", args)
			continue
		}
		_, stderr, code := runReference(t, program, dir, nil, args)
		want, _, _ := strings.Cut(stderr, "rsync error: ")
		got := strings.Join(e.Lines, "\n") + "\n"
		if e.Usage {
			got = "usage\n"
			if strings.HasPrefix(want, "rsync  version") {
				want = got
			}
		}
		if got != want || code != e.Code {
			t.Errorf("%q:\n got (%d) %s\nwant (%d) %s", args, e.Code, got, code, want)
		}
	}
}
