//go:build linux

// Package restricted runs transfers through rrsync, the forced command of an SSH key: the one of stock rsync, a script
// that starts stock rsync, and the program under test by that name. What they let through, refuse and say must be the same.
package restricted

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// sshd stands in for the server of SSH: it hands what the client asks for to the forced command.
const sshd = `#!/bin/sh
while :; do
  case "$1" in
    -l) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
shift
SSH_ORIGINAL_COMMAND="$*"
export SSH_ORIGINAL_COMMAND
exec $FORCED
`

// setup makes the restricted directory, something outside of it, and what a client may send.
const setup = `set -e
mkdir -p data/sub/deep data/in out mine/sub
echo file >data/file; echo old >data/in/kept; echo extra >data/in/extra; echo x >data/sub/x; echo secret >out/secret
ln -s sub data/inside; ln -s ../out data/outside; ln -s /etc/hostname data/absolute
echo new >mine/new; echo changed >mine/kept; echo y >mine/sub/y; ln -s /etc/passwd mine/link
find data out mine -exec touch -h -d @1000000000 {} +
touch -d @1000000500 mine/kept
`

// rows are the options of rrsync, without its directory, and the client's command line; h: is the host.
var rows = []struct{ name, options, script string }{
	{"pull", "", "rsync -ai h: got"},
	{"pull part", "", "rsync -ai h:sub/ h:file got"},
	{"pull by slash", "", "rsync -ai h:/sub got"},
	{"push", "", "rsync -ai mine/ h:in"},
	{"push with deletion", "", "rsync -ai --delete mine/ h:in"},
	{"missing", "", "rsync -ai h:nowhere got"},
	{"list", "", "rsync h:"},
	{"wildcard", "", "rsync -ai 'h:s*' got"},
	{"above", "", "rsync -ai h:../out got"},
	{"above inside", "", "rsync -ai h:sub/../../out got"},
	{"link inside", "", "rsync -ai h:inside/ got"},
	{"link out", "", "rsync -ai h:outside/ got"},
	{"push through link", "", "rsync -ai mine/ h:outside/"},
	{"follow links", "", "rsync -aiL h: got"},
	{"keep directory links", "", "rsync -aiK mine/ h:in"},
	{"arguments off the line", "", "rsync -ais h:sub got"},
	{"another program", "", "rsync -ai --rsync-path='sh -c id;' h: got"},
	{"link-dest", "", "rsync -ai --link-dest=../in mine/ h:sub"},
	{"link-dest above", "", "rsync -ai --link-dest=../../out mine/ h:sub"},
	{"compare-dest absolute", "", "rsync -ai --compare-dest=/in mine/ h:sub"},
	{"backup", "", "rsync -aib --backup-dir=../sub/deep mine/ h:in"},
	{"temp-dir", "", "rsync -ai -T ../sub mine/ h:in"},
	{"partial-dir", "", "rsync -ai --partial-dir=.p mine/ h:in"},
	{"remove source files", "", "rsync -ai --remove-source-files h:in/ got"},
	{"daemon", "", "rsync -ai h::module got"},
	{"config", "", "rsync -ai -M--config=/etc/passwd h: got"},
	{"read only, pull", "-ro", "rsync -ai h:sub got"},
	{"read only, push", "-ro", "rsync -ai mine/ h:in"},
	{"read only, removal", "-ro", "rsync -ai --remove-source-files h:in got"},
	{"write only, pull", "-wo", "rsync -ai h:sub got"},
	{"write only, push", "-wo", "rsync -ai mine/ h:in"},
	{"no deletion", "-no-del", "rsync -ai --delete-after mine/ h:in"},
	{"no deletion wanted", "-no-del", "rsync -ai mine/ h:in"},
	{"no deletion, removal", "-no-del", "rsync -ai --remove-source-files h:in got"},
	{"no overwriting", "-no-overwrite", "rsync -ai mine/ h:in"},
	{"no overwriting, backup", "-no-overwrite", "rsync -aib mine/ h:in"},
	{"no overwriting, delay", "-no-overwrite", "rsync -ai --delay-updates mine/ h:in"},
	{"munge push", "-munge", "rsync -ai mine/ h:in"},
	{"munge pull", "-munge", "rsync -ai h: got"},
	{"absolute", "-absolute", "rsync -ai h:$PWD/data/sub got"},
	{"absolute outside", "-absolute", "rsync -ai h:$PWD/out got"},
	{"not absolute", "", "rsync -ai h:$PWD/data/sub got"},
	{"no lock", "-no-lock", "rsync -ai mine/ h:in"},
	{"unknown option", "-nope", "rsync -ai h: got"},
	{"both ways", "-ro -wo", "rsync -ai h: got"},
	{"compressed", "", "rsync -aiz --compress-choice=zstd --checksum-choice=md5 h:sub got"},
	{"files from", "", "echo x >list; rsync -ai --files-from=list h:sub got"},
	{"files from there", "", "rsync -ai --files-from=:file h:sub got"},
	{"many options", "", "rsync -aHAXi --numeric-ids --info=name2,stats0 --max-size=1m --timeout=20 --bwlimit=100m --inplace mine/ h:in"},
}

func TestLikeTheScript(t *testing.T) {
	program.Need(t, "sh", "rrsync", "python3")
	script, err := exec.LookPath("rrsync")
	if err != nil {
		t.Fatal(err)
	}
	stock := program.Stock(t)
	own := filepath.Join(program.Dir(t), "rrsync")
	if err := os.Symlink(program.Godwit(t), own); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := run(t, stock, script, row.options, row.script)
			if got := run(t, stock, own, row.options, row.script); got != want {
				t.Errorf("rrsync %s DIR; %s (- the script):\n%s", row.options, row.script, output.Diff(want, got))
			}
		})
	}
}

// run gives what one row said and left.
func run(t *testing.T, stock, wrapper, options, script string) string {
	top := program.Dir(t)
	work := filepath.Join(top, "w")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	shell := filepath.Join(top, "sshd")
	if err := os.WriteFile(shell, []byte(sshd), 0o755); err != nil {
		t.Fatal(err)
	}
	sh := func(text string) program.Result {
		cmd := exec.Command("sh", "-c", text)
		cmd.Dir = work
		cmd.Env = []string{
			"PATH=" + filepath.Dir(stock) + ":" + os.Getenv("PATH"), "HOME=" + top, "LC_ALL=C.UTF-8", "TZ=UTC", "RSYNC_RSH=" + shell,
			"FORCED=" + wrapper + " " + options + " " + work + "/data",
		}
		return program.Run(t, cmd)
	}
	start := time.Now()
	if r := sh(setup); r.Exit != 0 {
		t.Fatalf("setup: %s", r.Stderr)
	}
	r := sh(script)
	if r.Hung {
		t.Fatalf("hangs\n%s", r.Stderr)
	}
	pic, err := tree.Read(work)
	if err != nil {
		t.Fatal(err)
	}
	n := output.New(work, wrapper)
	said := strings.ReplaceAll(n.Text(r.Stdout)+output.Sorted(n.Text(r.Stderr)), top, "<TOP>")
	// The script hands directories on by descriptor; the program names them.
	said = descriptor.ReplaceAllString(said, "<CWD>/data")
	return "exit " + output.Exit(r.Exit) + "\n" + said + strings.ReplaceAll(pic.Text(start), top, "<TOP>")
}

var descriptor = regexp.MustCompile(`/proc/(self|[0-9]+)/fd/[0-9]+`)
