//go:build linux

package daemon

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"godwit/internal/daemonconf"
	"godwit/test/output"
	"godwit/test/program"
)

// row is a configuration and what clients do with it.
type row struct {
	name string
	// conf is the configuration: D/ is the directory, PORT the daemon's port, SPARE another. Without
	// a section it is that of a module m on mod. A line that begins with "~" is what the row is about:
	// the row notices if it is not there or, where "~~" follows, if what follows is there instead.
	conf string
	// do is what the clients do, a script that runs in D: r is the client, say sends bytes.
	do string
	// setup adds files.
	setup string
	args  []string // of the daemon, instead of --port and --address
	env   []string
	// bare leaves out the common settings.
	bare bool
	// root tells that only root can see it, syslog that the log is the system's.
	root, syslog bool
	needs        []string // commands
	// reset tells that stock's daemon refuses a request by closing with input unread: what its client
	// makes of the reset is a matter of time, and no other daemon has to bring it about.
	reset bool
}

// common is what all configurations begin with; root's have the identity besides.
const (
	common = "log file = D/log\nuse chroot = no\n"
	asRoot = "uid = root\ngid = root\n"
)

// rows are all of them.
func rows() []row {
	return slices.Concat(rowsOfListener(), rowsOfPlace(), rowsOfAccess(), rowsOfAuth(), rowsOfLog(), rowsOfTransfer(), rowsOfRules(), rowsOfHidden(), rowsOfHooks())
}

// text is the configuration as it is, or without the i-th line that the row is about.
func (r *row) text(without int) string {
	conf := r.conf
	if !strings.HasPrefix(conf, "[") && !strings.Contains(conf, "\n[") {
		conf = "[m]\npath = D/mod\nread only = no\n" + conf
	}
	if !r.bare {
		front := common
		if r.syslog {
			front = "use chroot = no\n"
		}
		if os.Getuid() == 0 {
			front += asRoot
		}
		conf = front + conf
	}
	var out []string
	n := 0
	for _, line := range strings.Split(conf, "\n") {
		marked, is := strings.CutPrefix(line, "~")
		if is {
			here, other, _ := strings.Cut(marked, "~~")
			if line = strings.TrimRight(here, " "); n == without {
				line = other
			}
			n++
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n") + "\n"
}

// about names the parameters of the lines that the row is about.
func (r *row) about() []string {
	var names []string
	for _, line := range strings.Split(r.conf, "\n") {
		if marked, is := strings.CutPrefix(line, "~"); is {
			name, _, _ := strings.Cut(marked, "=")
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// deed is what came of a row.
type deed struct{ stdout, stderr, tree, log string }

// unreset leaves out how a client says that the daemon has gone.
func (a deed) unreset() deed {
	for _, text := range []*string{&a.stdout, &a.stderr} {
		for _, r := range resets {
			*text = r.re.ReplaceAllString(*text, r.to)
		}
	}
	return a
}

var resets = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`(?m)^= (?:4|5|10|12)$`), "= refused"},
	{regexp.MustCompile(`(?m)^rsync error: (?:error in socket IO|error in rsync protocol data stream|requested action not supported|error starting client-server protocol) .*\n`), ""},
	{regexp.MustCompile(`(?m)^rsync: (?:connection unexpectedly closed|did not see server greeting|didn't get server startup line|\[\w+\] (?:read|write) error|\[\w+\] safe_).*\n`), ""},
}

func (a deed) differences(b deed) string {
	var s strings.Builder
	for _, c := range []struct{ what, want, got string }{
		{"stdout", a.stdout, b.stdout}, {"stderr", a.stderr, b.stderr}, {"tree", a.tree, b.tree}, {"log", a.log, b.log},
	} {
		if c.want != c.got {
			s.WriteString(c.what + ":\n" + output.Diff(c.want, c.got))
		}
	}
	return s.String()
}

// carryOut runs a row with two programs.
func (r *row) carryOut(t *testing.T, daemon, client string, without int) deed {
	t.Helper()
	w := newWorld(t, daemon, client, r.setup, r.env...)
	w.configure(r.text(without))
	args := r.args
	if args == nil {
		args = []string{"--port=PORT", "--address=127.0.0.1"}
	}
	var front []string
	heard := func() string { return "" }
	if r.syslog {
		front, heard = systemLog(t, w)
	}
	if !w.start(front, args...) {
		w.sh("true")
		return deed{stderr: "the daemon does not listen: " + w.shown(w.errs.Bytes()), log: output.Sorted(w.shown([]byte(w.log())))}
	}
	res := w.sh(r.do)
	if res.Hung {
		t.Errorf("%s with %s hangs:\n%s%s", client, daemon, res.Stdout, res.Stderr)
	}
	w.stop()
	log := w.log() + heard()
	log = listenerEnds.ReplaceAllString(log, "")
	said := "" // by the commands that the daemon has run
	for _, name := range []string{"said", "asked"} {
		b, _ := os.ReadFile(w.dir + "/" + name)
		said += string(b)
	}
	d := deed{
		stdout: w.shown(res.Stdout) + w.shown([]byte(said)), stderr: w.shown(res.Stderr),
		tree: w.tree(), log: output.Sorted(w.shown([]byte(log))),
	}
	if r.reset {
		return d.unreset()
	}
	return d
}

// listenerEnds is the last line of a listener.
var listenerEnds = regexp.MustCompile(`(?m)^.* sent 0 bytes  received 0 bytes  total size 0\n`)

// systemLog lets a daemon see a /dev in which we are the system's log. It gives what the
// daemon's command line has to begin with, and what has been logged.
func systemLog(t *testing.T, w *world) (front []string, heard func() string) {
	t.Helper()
	dev := w.dir + "/dev"
	must(t, os.Mkdir(dev, 0o755))
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: dev + "/log", Net: "unixgram"})
	must(t, err)
	must(t, os.Chmod(dev+"/log", 0o666))
	mount := "set -e; cd " + dev + "; for d in null zero urandom random; do : >$d; mount --bind /dev/$d $d; done; mount --rbind . /dev; cd \"$D\"; exec \"$@\""
	var lines []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1<<16)
		for {
			n, err := conn.Read(b)
			if err != nil || string(b[:n]) == endMark {
				return
			}
			line := sysTime.ReplaceAllString(strings.TrimRight(string(b[:n]), "\n\x00"), "$1")
			lines = append(lines, sysPID.ReplaceAllString(line, "[PID]: "))
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return []string{"unshare", "-m", "sh", "-c", mount, "sh"}, func() string {
		// What the daemon has said is in front of what we say.
		mark, err := net.Dial("unixgram", dev+"/log")
		must(t, err)
		defer mark.Close()
		_, err = mark.Write([]byte(endMark))
		must(t, err)
		<-done
		return strings.Join(lines, "\n") + "\n"
	}
}

// What differs from run to run in a message to the system's log.
var (
	sysTime = regexp.MustCompile(`^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d `)
	sysPID  = regexp.MustCompile(`\[\d+\]: `)
)

// endMark ends the reading of the system's log.
const endMark = "that was all"

// possible skips a row that cannot be run here.
func (r *row) possible(t *testing.T) {
	t.Helper()
	program.Need(t, r.needs...)
	if (r.root || r.syslog) && os.Getuid() != 0 {
		t.Skip("only root can see this")
	}
	if r.syslog {
		if out, err := exec.Command("unshare", "-m", "true").CombinedOutput(); err != nil {
			t.Skipf("no namespace of mounts to be had: %s", out)
		}
	}
}

// TestParameters runs every row with stock at both ends, and with the program under test at either.
func TestParameters(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.possible(t)
			want := r.carryOut(t, stock, stock, -1)
			if d := want.differences(r.carryOut(t, godwit, stock, -1)); d != "" {
				t.Errorf("our daemon, stock client (- stock daemon, + ours)\n%s%s", r.do, d)
			}
			if os.Getenv("GODWIT_TEST_FULL") == "" || !strings.Contains(r.do, "r ") {
				return // the client's part is in TestMatrix as well; or there is none
			}
			if d := want.differences(r.carryOut(t, stock, godwit, -1)); d != "" {
				t.Errorf("stock daemon, our client (- stock client, + ours)\n%s%s", r.do, d)
			}
		})
	}
}

// TestRowsNotice takes the lines away that a row is about, one at a time: stock then does something
// else, so the row fails with a daemon that ignores the parameter.
func TestRowsNotice(t *testing.T) {
	stock := program.Stock(t)
	if os.Getenv("GODWIT_TEST_FULL") == "" {
		t.Skip("proves the rows, not the program: GODWIT_TEST_FULL=1")
	}
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.possible(t)
			want := r.carryOut(t, stock, stock, -1)
			for i, name := range r.about() {
				if want.differences(r.carryOut(t, stock, stock, i)) == "" {
					t.Errorf("the row does not notice that %q is missing", name)
				}
			}
		})
	}
}

// TestEveryParameterHasARow holds the rows against the table.
func TestEveryParameterHasARow(t *testing.T) {
	have := map[daemonconf.ID]bool{}
	names := map[string]bool{}
	for _, r := range rows() {
		if names[r.name] {
			t.Errorf("two rows are called %q", r.name)
		}
		names[r.name] = true
		for _, name := range r.about() {
			id, ok := daemonconf.Lookup(name)
			if !ok {
				t.Errorf("row %q: there is no parameter %q", r.name, name)
			}
			have[id] = true
		}
	}
	for id := range daemonconf.NumParams {
		if !have[id] {
			t.Errorf("no row is about %q", id)
		}
	}
}
