//go:build linux

package fault

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"godwit/test/program"
	"godwit/test/tree"
)

// killShell is a stand-in for ssh that writes down which process became the server. With DAEMON set
// it starts that program as a daemon for this one connection.
const killShell = `#!/bin/sh
while :; do case "$1" in -l) shift 2 ;; -*) shift ;; *) break ;; esac; done
shift
echo $$ >"$PIDFILE"
if [ -n "$DAEMON" ]; then exec "$DAEMON" --server --daemon --config="$CONFIG" .; fi
eval "exec $*"
`

// killWay is one way to update a tree. The tests below go through all of them with every place.
type killWay struct {
	flags string
	// mixed: an interrupted file may be a mixture, as the manual says of --inplace and --append.
	mixed bool
	// kept: what arrived of an interrupted file may stand at its name, with the oldest time there is.
	kept bool
	// backup: what is replaced or deleted is under its name with a tilde.
	backup bool
	// removes: sources go when they have arrived; the second run cannot delete then.
	removes bool
}

var killWays = []killWay{
	{flags: "--no-whole-file --delete"},
	{flags: "--no-whole-file --inplace --delete", mixed: true},
	{flags: "--no-whole-file --delay-updates --delete-delay"},
	{flags: "-H --partial --delete-after --no-whole-file", kept: true},
	{flags: "--backup --delete --no-whole-file --exclude=/was*", backup: true},
	{flags: "-H --partial-dir=.pp --delete --whole-file"},
	{flags: "--remove-source-files --no-whole-file --force", removes: true},
	{flags: "--remove-source-files --delay-updates --force", removes: true},
	{flags: "-H --temp-dir=TMP --delete --no-whole-file"},
	{flags: "--no-inc-recursive --delete-before --fuzzy -z"},
	{flags: "--sparse --preallocate --delete --no-whole-file --checksum"},
	{flags: "--backup --inplace --no-whole-file --delete --exclude=/was*", mixed: true},
}

// killPlace says which programs run where.
type killPlace struct {
	name, client, server string
	push, daemon         bool
}

func killPlaces(godwit, stock string) []killPlace {
	return []killPlace{
		{name: "local", client: godwit},
		{name: "push", client: godwit, server: godwit, push: true},
		{name: "pull", client: godwit, server: godwit},
		{name: "push to stock", client: godwit, server: stock, push: true},
		{name: "pull from stock", client: godwit, server: stock},
		{name: "stock pushes", client: stock, server: godwit, push: true},
		{name: "stock pulls", client: stock, server: godwit},
		{name: "push to a daemon", client: godwit, server: godwit, push: true, daemon: true},
		{name: "pull from a daemon", client: godwit, server: godwit, daemon: true},
		{name: "stock pushes to a daemon", client: stock, server: godwit, push: true, daemon: true},
		{name: "pull from a stock daemon", client: godwit, server: stock, daemon: true},
	}
}

// victim is who gets the signal.
type victim uint8

const (
	theClient victim = iota
	theServer
	everybody
)

func (v victim) String() string { return [...]string{"the client", "the server", "everybody"}[v] }

// TestKill ends transfers at random moments by signals to either end or to both, looks at what is
// left, and runs the same command again. The default is a sample; GODWIT_TEST_FULL makes 2000 of it.
// GODWIT_TEST_SEED repeats the sequence of a run that failed.
func TestKill(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	// Orphans become ours, so that it can be seen when the last process of a transfer has ended: a
	// receiving stock rsync is two, and the one that has the temporary file often ends last.
	must(t, unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
	k := newKiller(t, stock)
	places := killPlaces(godwit, stock)
	kills := 66
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		kills = 2000
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("GODWIT_TEST_SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		must(t, err)
	}
	t.Log("seed", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	landed := 0
	for i := range kills {
		// Each pair once, before any comes again.
		p, w := places[i%len(places)], killWays[(i+i/len(places))%len(killWays)]
		if k.once(fmt.Sprintf("%d %s %s", i, p.name, w.flags), p, w, rnd) {
			landed++
		}
	}
	t.Logf("%d of %d signals found their transfer still running", landed, kills)
	if landed < kills/3 {
		t.Errorf("only %d of %d signals found their transfer still running", landed, kills)
	}
}

// killer holds what the kills of a run share.
type killer struct {
	t             *testing.T
	stock         string
	top           string
	first, second string // the versions
	v1, v2        tree.Tree
	source, dest  string
	temp          string
	shell, config string
	took          map[string]time.Duration
}

func newKiller(t *testing.T, stock string) *killer {
	top := program.Dir(t)
	k := &killer{t: t, stock: stock, top: top, took: map[string]time.Duration{}}
	k.first, k.second = filepath.Join(top, "first"), filepath.Join(top, "second")
	k.source, k.dest, k.temp = filepath.Join(top, "source"), filepath.Join(top, "dest"), filepath.Join(top, "tmp")
	k.shell, k.config = filepath.Join(top, "rsh"), filepath.Join(top, "rsyncd.conf")
	must(t, os.WriteFile(k.shell, []byte(killShell), 0o755))
	must(t, os.WriteFile(k.config, fmt.Appendf(nil, "uid = 0\ngid = 0\nuse chroot = no\nmunge symlinks = no\nread only = no\n[m]\npath = %s\n", top), 0o644))
	killTree(t, k.first, false)
	killTree(t, k.second, true)
	var err error
	k.v1, err = tree.Read(k.first)
	must(t, err)
	k.v2, err = tree.Read(k.second)
	must(t, err)
	return k
}

// killTree lays one of two versions of a tree: in the second, a third of the files are changed in
// the middle, some are renamed, gone, new, hard links, or of another type.
func killTree(t testing.TB, root string, second bool) {
	t.Helper()
	rnd := rand.NewChaCha8([32]byte{'k', 'i', 'l', 'l'})
	old := time.Unix(1_600_000_000, 77)
	at := old
	write := func(name string, body []byte, at time.Time) {
		path := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, body, 0o644))
		must(t, os.Chtimes(path, at, at))
	}
	for i := range 60 {
		size := 1000 + rnd.Uint64()%40_000
		if i%20 == 0 {
			size = 900_000
		}
		body := make([]byte, size)
		_, _ = rnd.Read(body)
		dir, name := fmt.Sprintf("dir%d", i%5), fmt.Sprintf("file%03d", i)
		at = old
		if second {
			switch {
			case i%3 == 0:
				copy(body[len(body)/2:], "changed")
				at = old.Add(24 * time.Hour)
			case i%10 == 1:
				name = "renamed" + name
			case i%10 == 2:
				continue
			}
		} else if i >= 52 {
			continue
		}
		write(dir+"/"+name, body, at)
	}
	if second {
		must(t, os.Link(filepath.Join(root, "dir0/file000"), filepath.Join(root, "dir1/hard000")))
		must(t, os.Link(filepath.Join(root, "dir4/file004"), filepath.Join(root, "dir0/hard004")))
		must(t, os.Symlink("new", filepath.Join(root, "link")))
		write("wasdir", []byte("a file now"), at)
		write("wasfile/in", []byte("in a directory"), at)
	} else {
		must(t, os.Symlink("old", filepath.Join(root, "link")))
		write("wasdir/in", []byte("in a directory"), at)
		write("wasfile", []byte("a file still"), at)
		write("gone/with/all", []byte("gone"), at)
	}
	for _, d := range []string{"dir0", "dir1", "dir2", "dir3", "dir4", "."} {
		must(t, os.Chtimes(filepath.Join(root, d), old, old))
	}
}

// fresh lays source and destination as they are before an update.
func (k *killer) fresh() {
	k.t.Helper()
	for _, d := range []string{k.dest, k.source, k.temp} {
		program.Remove(d)
	}
	_ = os.Remove(filepath.Join(k.top, "pid"))
	must(k.t, os.Mkdir(k.temp, 0o755))
	must(k.t, exec.Command("cp", "-a", k.first, k.dest).Run())
	must(k.t, exec.Command("cp", "-a", k.second, k.source).Run())
}

func (k *killer) command(p killPlace, w killWay) *exec.Cmd {
	flags := strings.ReplaceAll(w.flags, "TMP", k.temp)
	from, to := k.source+"/", k.dest+"/"
	if p.daemon { // to which absolute names are in the module
		flags = strings.ReplaceAll(w.flags, "TMP", "../tmp")
		if p.push {
			flags = strings.ReplaceAll(w.flags, "TMP", "/tmp")
		}
	}
	argv := append([]string{"-a"}, strings.Fields(flags)...)
	env := append(os.Environ(), "PIDFILE="+filepath.Join(k.top, "pid"), "CONFIG="+k.config, "DAEMON=")
	if p.server != "" {
		argv = append(argv, "-e", k.shell)
		host := "h:"
		if p.daemon {
			env = append(env, "DAEMON="+p.server)
			host = "h::m/"
			if p.push {
				to = "dest/"
			} else {
				from = "source/"
			}
		} else {
			argv = append(argv, "--rsync-path="+p.server)
		}
		if p.push {
			to = host + to
		} else {
			from = host + from
		}
	}
	cmd := exec.Command(p.client, append(argv, from, to)...)
	cmd.Env = env
	return cmd
}

// once lets one transfer go wrong. It says whether the signal came before the end.
func (k *killer) once(name string, p killPlace, w killWay, rnd *rand.Rand) (landed bool) {
	key := p.name + w.flags
	if _, ok := k.took[key]; !ok {
		k.fresh()
		begin := time.Now()
		if r := program.Run(k.t, k.command(p, w)); r.Exit != 0 {
			k.t.Errorf("%s: undisturbed: code %d\n%s", name, r.Exit, r.Stderr)
			return false
		}
		k.took[key] = time.Since(begin)
	}
	who := victim(rnd.IntN(3))
	if p.server == "" {
		who = theClient
	}
	sig := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}[rnd.IntN(6)]
	moment := time.Duration(rnd.Int64N(int64(k.took[key])))
	ok := k.t.Run(fmt.Sprintf("%s, %v to %v after %v", name, sig, who, moment), func(t *testing.T) {
		k := *k
		k.t = t
		landed = k.kill(p, w, who, sig, moment)
	})
	if !ok && os.Getenv("GODWIT_KEEP") != "" {
		k.t.FailNow()
	}
	return landed
}

func (k *killer) kill(p killPlace, w killWay, who victim, sig syscall.Signal, moment time.Duration) bool {
	t := k.t
	k.fresh()
	code, landed := k.interrupt(k.command(p, w), who, sig, moment)
	receiver, receives := theServer, p.server
	if !p.push {
		receiver, receives = theClient, p.client
	}
	// A receiver that is killed outright cannot clean up; and who receives in a process of its
	// own, as the reference does, may get its signal there.
	// What the reference leaves behind is its own affair.
	ours := receives != k.stock
	mayLitter := sig == syscall.SIGKILL && (who == everybody || who == receiver) || !ours
	litter := k.check(w)
	if len(litter) > 0 && landed && !mayLitter {
		t.Errorf("left %q", litter)
	}
	if len(litter) > 1 && p.server != "" {
		t.Errorf("left %q: more than one temporary file at a time", litter)
	}
	if code == 0 {
		k.complete(w) // so it says
	}
	// The second run completes.
	if r := program.Run(t, k.command(p, w)); r.Exit != 0 || r.Hung {
		t.Errorf("second run: code %d hung %v\n%s", r.Exit, r.Hung, r.Stderr)
	}
	if after := k.check(w); len(after) > len(litter) {
		t.Errorf("second run leaves %q, before it there were %q", after, litter)
	}
	k.complete(w)
	return landed
}

// interrupt runs cmd, sends the signal and waits until every process of the transfer has ended.
func (k *killer) interrupt(cmd *exec.Cmd, who victim, sig syscall.Signal, moment time.Duration) (code int, landed bool) {
	t := k.t
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	group := cmd.Process.Pid
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-time.After(moment):
		pid := group
		switch who {
		case theServer:
			pid = 0
			if b, err := os.ReadFile(filepath.Join(k.top, "pid")); err == nil {
				pid, _ = strconv.Atoi(strings.TrimSpace(string(b)))
			}
		case everybody:
			pid = -group
		}
		landed = pid != 0 && syscall.Kill(pid, sig) == nil
	case <-ended:
	}
	limit := time.Now().Add(program.Limit)
	for {
		select {
		case <-ended:
			// Orphans are children of this process by now; those of a living one will be.
			for {
				pid, err := syscall.Wait4(-group, nil, syscall.WNOHANG, nil)
				if pid <= 0 || err != nil {
					break
				}
			}
			if syscall.Kill(-group, 0) != nil {
				code = cmd.ProcessState.ExitCode()
				return code, landed && code != 0
			}
		default:
		}
		if time.Now().After(limit) {
			ps, _ := exec.Command("ps", "-o", "pid,ppid,stat,wchan,args", "--forest", "-g", strconv.Itoa(group)).CombinedOutput()
			_ = syscall.Kill(-group, syscall.SIGKILL)
			<-ended
			t.Fatalf("a process does not end\n%s", ps)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// workFile matches the temporary name of a link, a node or a file under way.
var workFile = regexp.MustCompile(`(^|/)\.[^/]+\.([A-Za-z0-9]{6}|[0-9]+)$`)

// check looks at a destination after whatever happened: each name must be there, old or new and
// whole. It gives what there is of temporary files.
func (k *killer) check(w killWay) (litter []string) {
	t := k.t
	t.Helper()
	got, err := tree.Read(k.dest)
	must(t, err)
	temps, err := os.ReadDir(k.temp)
	must(t, err)
	for _, e := range temps {
		litter = append(litter, "tmp/"+e.Name())
	}
	for name, n := range got {
		base := filepath.Base(name)
		switch {
		case workFile.MatchString(name):
			litter = append(litter, name)
			continue
		case n.Type == 'd', strings.Contains(name, ".~tmp~/"), strings.Contains(name, ".pp/"):
			continue
		case workFile.MatchString(strings.TrimSuffix(name, "~")): // what the second run deleted, and kept
			continue
		case strings.HasSuffix(base, "~"):
			if o, ok := k.v1[strings.TrimSuffix(name, "~")]; !w.mixed && (!ok || o.Content != n.Content) {
				t.Errorf("backup %s is not what the file was", name)
			}
			continue
		}
		a, in1 := k.v1[name]
		b, in2 := k.v2[name]
		switch {
		case in1 && n.Type == a.Type && n.Content == a.Content, in2 && n.Type == b.Type && n.Content == b.Content:
		case w.kept && n.Sec == 0 && in2:
		case w.mixed && in2:
		default:
			t.Errorf("%s is neither old nor new: %c %s", name, n.Type, n.Content)
		}
	}
	for name, a := range k.v1 {
		b, stays := k.v2[name]
		_, there := got[name]
		if stays && a.Type == b.Type && !there {
			t.Errorf("%s is gone", name)
		}
		if w.backup && a.Type == 'f' && got[name].Content != a.Content && got[name+"~"].Content != a.Content {
			t.Errorf("nothing is left of the old %s: %q, %q", name, got[name].Content, got[name+"~"].Content)
		}
	}
	if w.removes {
		src, err := tree.Read(k.source)
		must(t, err)
		for name, b := range k.v2 {
			if b.Type == 'f' && src[name].Content != b.Content && got[name].Content != b.Content {
				t.Errorf("%s is in neither place", name)
			}
		}
	}
	slices.Sort(litter)
	return litter
}

// complete lets the reference compare the destination with the source.
func (k *killer) complete(w killWay) {
	t := k.t
	t.Helper()
	argv := []string{"-ainHc", "--exclude=*~", "--exclude=.*.??????"}
	if !strings.Contains(w.flags, "-H") {
		argv[0] = "-ainc"
	}
	if !w.removes && !strings.Contains(w.flags, "TMP") {
		argv = append(argv, "--delete")
	}
	if strings.Contains(w.flags, "--backup") {
		argv = append(argv, "--omit-dir-times", "--exclude=/was*", "--exclude=/gone") // a directory that keeps a backup stays
	}
	if w.removes {
		argv = append(argv, "--omit-dir-times") // removing changes those of the source
	}
	r := program.Run(t, exec.Command(k.stock, append(argv, k.second+"/", k.dest+"/")...))
	if len(r.Stdout) != 0 || r.Exit != 0 {
		t.Errorf("after the second run the reference (code %d) still finds:\n%s%s", r.Exit, r.Stdout, r.Stderr)
	}
}
