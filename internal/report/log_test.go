package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"godwit/internal/exit"
	"godwit/internal/human"
	"godwit/internal/options"
)

// run is a client with its two streams, its log and an observer.
type run struct {
	out, err, log bytes.Buffer
	seen          Collector
	router        *Router
	term          *Terminal
}

func newRun() *run {
	r := new(run)
	r.term = NewTerminal(&r.out, &r.err, 0)
	r.router = &Router{Mode: options.StderrErrors, Terminal: r.term, Log: NewLogFile(&r.log, 4711, now), Observer: &r.seen}
	return r
}

func mustCompile(t testing.TB, format string) *Format {
	t.Helper()
	f, err := CompileFormat(format, false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// verbose is the configuration of a local copy with n times -v.
func verbose(t testing.TB, n int) Config {
	info, debug := options.VerbosityLevels(n)
	cfg := Config{Role: RoleSender, Protocol: 32, Version: "3.5.0", Info: info, Debug: debug,
		Human: human.Numbers{Level: 1}, Now: now, Dir: "/w",
		Env: FormatEnv{Sending: true, Style: ItemStyle{KeepTimes: true, SymlinkTimes: true}}}
	if f, ok := DefaultFormat(0, int(info[options.InfoName])); ok {
		cfg.Format = mustCompile(t, f)
	}
	return cfg
}

func (r *run) check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestVerboseRun(t *testing.T) {
	r := newRun()
	cfg := verbose(t, 1)
	cfg.LogFormat = mustCompile(t, DefaultLogFormat)
	l := NewLog(r.router, cfg)
	l.ListStart(true, true, true).Done(5)
	l.Deleted([]byte("olddir/f"), false)
	l.Deleted([]byte("olddir"), true)
	file := &Item{Flags: 0xa000, Mode: reg, Name: []byte("a.txt")}
	l.Transferring(file)
	l.Transferred(file)
	l.Item(&Item{Flags: 0x6000, Mode: link, Name: []byte("link"), Link: []byte("a.txt")})
	l.Item(&Item{Flags: 0x6000, Mode: dir, Name: []byte("sub")})
	l.Item(&Item{Flags: 0x0010, Mode: reg, Name: []byte("perms")})
	l.Item(&Item{Flags: 0, Mode: reg, Name: []byte("same")})
	l.Uptodate([]byte("same"), false)
	l.Say(SkippingNonRegular, Name([]byte("fifo")))
	l.Summary(&Totals{Sent: 244, Received: 66, Size: 43})
	r.check(t, "stdout", r.out.String(), `sending incremental file list
deleting olddir/f
deleting olddir/
a.txt
link -> a.txt
sub/
skipping non-regular file "fifo"

sent 244 bytes  received 66 bytes  620.00 bytes/sec
total size is 43  speedup is 0.14
`)
	r.check(t, "stderr", r.err.String(), "")
	front := "2026/11/23 20:05:41 [4711] "
	r.check(t, "log", r.log.String(), front+strings.Join([]string{
		"building file list", "*deleting   olddir/f", "*deleting   olddir/", ">f+++++++++ a.txt",
		"cL+++++++++ link -> a.txt", "cd+++++++++ sub/", `skipping non-regular file "fifo"`,
		"sent 244 bytes  received 66 bytes  620.00 bytes/sec", "total size is 43  speedup is 0.14"}, "\n"+front)+"\n")
	if l.Trouble() != 0 {
		t.Errorf("trouble %v", l.Trouble())
	}
}

func TestQuietRunBuildsNothing(t *testing.T) {
	router := &Router{Mode: options.StderrErrors, Quiet: true}
	l := NewLog(router, verbose(t, 0))
	name := []byte("a.txt")
	it := &Item{Flags: ItemTransfer | ItemNew, Mode: reg, Name: name}
	allocs := testing.AllocsPerRun(100, func() {
		if l.WantsItem(it.Flags, false, false) {
			t.Fatal("a silent run wants items")
		}
		l.Transferring(it)
		l.Transferred(it)
		l.Item(it)
		l.Uptodate(name, false)
		l.Say(IsNewer, Name(name))
		l.Deleted(name, false)
		if l.WantsProgress() {
			t.Fatal("a silent run wants progress")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations per entry", allocs)
	}
}

// discard is a Writer that counts its calls.
type discard struct{ writes, bytes int }

func (d *discard) Write(p []byte) (int, error) {
	d.writes++
	d.bytes += len(p)
	return len(p), nil
}

func TestLongListingIsCheap(t *testing.T) {
	var out discard
	term := NewTerminal(&out, &out, time.Hour)
	l := NewLog(&Router{Mode: options.StderrErrors, Terminal: term}, verbose(t, 1))
	it := &Item{Flags: ItemTransfer, Mode: reg, Name: []byte("some/directory/with/a/file.txt")}
	l.Transferring(it)
	allocs := testing.AllocsPerRun(60_000, func() { l.Transferring(it) })
	if allocs >= 1 {
		t.Errorf("%v allocations per name", allocs)
	}
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	if want := 60_002 * (len(it.Name) + 1); out.bytes != want {
		t.Errorf("%d bytes written, want %d", out.bytes, want)
	}
	if out.writes > 100 {
		t.Errorf("%d writes for 60,000 names", out.writes)
	}
}

func BenchmarkNameLine(b *testing.B) {
	term := NewTerminal(new(discard), new(discard), time.Hour)
	l := NewLog(&Router{Mode: options.StderrErrors, Terminal: term}, verbose(b, 1))
	it := &Item{Flags: ItemTransfer, Mode: reg, Name: []byte("some/directory/with/a/file.txt")}
	b.ReportAllocs()
	for b.Loop() {
		l.Transferring(it)
	}
}

func TestItemFormats(t *testing.T) {
	file := &Item{Flags: 0xa000, Mode: reg, Name: []byte("a"), Size: 7, Wrote: 9}
	tests := []struct {
		name   string
		format string
		change func(*Config)
		want   string
	}{
		{"before", "%n %l", nil, "a 7\n-\n"},
		{"after", "%n %b", nil, "-\na 9\n"},
		{"after, with the name before", "%n %b", func(c *Config) { c.Info[options.InfoProgress] = 1 }, "a\n-\na 9\n"},
		{"dry run", "%n %b", func(c *Config) { c.DryRun = true }, "a 9\n-\n"},
		{"empty format", "", nil, "\n-\n"},
	}
	for _, tt := range tests {
		r := newRun()
		cfg := verbose(t, 1)
		cfg.Format = mustCompile(t, tt.format)
		if tt.change != nil {
			tt.change(&cfg)
		}
		l := NewLog(r.router, cfg)
		l.Transferring(file)
		l.Text(Client, "-")
		if !cfg.DryRun {
			l.Transferred(file)
		}
		r.check(t, tt.name, r.out.String(), tt.want)
	}
}

func TestDeletionFormats(t *testing.T) {
	tests := []struct{ format, want string }{
		{"<%n>", "deleting od/\n"},
		{"%o <%n> %l", "del. <od/> 0\n"},
		{"%i %n%L", "*deleting   od/\n"},
	}
	for _, tt := range tests {
		r := newRun()
		cfg := verbose(t, 0)
		cfg.Format = mustCompile(t, tt.format)
		NewLog(r.router, cfg).Deleted([]byte("od"), true)
		r.check(t, tt.format, r.out.String(), tt.want)
		r.check(t, "log", r.log.String(), "")
	}
	r := newRun()
	NewLog(r.router, verbose(t, 0)).Deleted([]byte("od"), true)
	r.check(t, "without -v", r.out.String(), "")

	r = newRun()
	var peer Collector
	r.router.Server = true
	r.router.SetPeer(&peer, 32)
	cfg := verbose(t, 1)
	cfg.Server = true
	NewLog(r.router, cfg).Deleted([]byte("od"), true)
	r.check(t, "server's own stdout", r.out.String()+peer.Text(0), "")
	r.check(t, "names for the client", strings.Join(peer.Deletions(), ","), "od/")
}

func TestOldServerReportsItsItems(t *testing.T) {
	r := newRun()
	var peer Collector
	r.router.Server = true
	r.router.SetPeer(&peer, 28)
	cfg := verbose(t, 1)
	cfg.Server, cfg.Protocol, cfg.Role = true, 28, RoleGenerator
	l := NewLog(r.router, cfg)
	l.Item(&Item{Flags: 0x6000, Mode: link, Name: []byte("l"), Link: []byte("a")})
	l.Item(&Item{Flags: 0x6000, Mode: dir, Name: []byte("sub")})
	r.check(t, "INFO", peer.Text(Info), "l -> a\nsub/\n")
	r.check(t, "stdout", r.out.String(), "")

	cfg.Protocol = 31
	NewLog(r.router, cfg).Item(&Item{Flags: 0x6000, Mode: dir, Name: []byte("x")})
	r.check(t, "protocol 31", peer.Text(0), "l -> a\nsub/\n")
}

func TestHeaders(t *testing.T) {
	tests := []struct {
		name                       string
		sending, incremental, many bool
		flist                      options.Level
		want                       string
	}{
		{"push", true, true, true, 1, "sending incremental file list\n"},
		{"pull", false, true, true, 1, "receiving incremental file list\n"},
		{"not incremental", true, false, true, 1, "building file list ... done\n"},
		{"pull, not incremental", false, false, true, 1, "receiving file list ... done\n"},
		{"counts", true, false, true, 2, "building file list ... \n 0 files...\r 100 files...\r 200 files...\r251 files to consider\n"},
		{"single files", true, false, false, 2, ""},
		{"no flag", true, true, true, 0, ""},
	}
	for _, tt := range tests {
		r := newRun()
		cfg := verbose(t, 0)
		cfg.Info[options.InfoFlist] = tt.flist
		h := NewLog(r.router, cfg).ListStart(tt.sending, tt.incremental, tt.many)
		for n := 1; n <= 251; n++ { // the count of none is shown by the start
			h.Count(n)
		}
		h.Done(251)
		r.check(t, tt.name, r.out.String(), tt.want)
		word := "receiving"
		if tt.sending {
			word = "building"
		}
		r.check(t, tt.name+": log", r.log.String(), "2026/11/23 20:05:41 [4711] "+word+" file list\n")
	}
}

func TestOpenLineIsCompletedBeforeAnError(t *testing.T) {
	r := newRun()
	l := NewLog(r.router, verbose(t, 1))
	h := l.ListStart(true, false, true)
	l.Fail(LinkStatMissing, syscall.ENOENT, Full([]byte("nosuch")))
	h.Done(1)
	r.check(t, "stdout", r.out.String(), "building file list ... done\n")
	r.check(t, "stderr", r.err.String(), "\nrsync: [sender] link_stat \"/w/nosuch\" failed: No such file or directory (2)\n")
}

func TestMessages(t *testing.T) {
	l := NewLog(newRun().router, verbose(t, 2))
	mod := verbose(t, 1)
	mod.Module, mod.ModuleDir, mod.Dir = "mod", "/srv/mod", "/srv/mod"
	inModule := NewLog(newRun().router, mod)
	tests := []struct{ got, want string }{
		{l.Render(LinkStatMissing, syscall.ENOENT, Full([]byte("src/nosuch"))), `rsync: [sender] link_stat "/w/src/nosuch" failed: No such file or directory (2)`},
		{l.Render(LinkStatMissing, syscall.ENOENT, Full([]byte("/abs"))), `rsync: [sender] link_stat "/abs" failed: No such file or directory (2)`},
		{l.Render(OpendirFailed, syscall.EACCES, FullIn("/w/src", []byte("d"))), `rsync: [sender] opendir "/w/src/d" failed: Permission denied (13)`},
		{l.In("/").Render(NoReferent, nil, Full([]byte("x"))), `symlink has no referent: "/x"`},
		{inModule.Render(LinkStatMissing, syscall.ENOENT, Full([]byte("nosuch"))), `rsync: [sender] link_stat "nosuch" (in mod) failed: No such file or directory (2)`},
		{inModule.In("/srv/mod/sub").Render(FileVanished, nil, Full([]byte("f"))), `file has vanished: "sub/f" (in mod)`},
		{inModule.Render(FileVanished, nil, Full([]byte("/srv/mod/sub/f"))), `file has vanished: "sub/f" (in mod)`},
		{l.As(RoleGenerator).Render(RenameTempFailed, syscall.EIO, Full([]byte(".t")), Full([]byte("f"))), `rsync: [generator] rename "/w/.t" -> ""/w/f"" failed: Input/output error (5)`},
		{l.As(RoleReceiving).Render(ConnectionClosed, nil, Int(0)), `rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]`},
		{l.As(RoleReceiver).Render(UnexpectedTag, nil, Int(97)), `unexpected tag 97 [receiver]`},
		{l.Render(BackedUp, nil, Name([]byte("a.txt")), Str("a.txt~")), `backed up a.txt to a.txt~`},
		{l.Render(DeltaTotals, nil, Int(0), Int(0), Int(0), Int(0)), `total: matches=0  hash_hits=0  false_alarms=0 data=0`},
		{l.Render(CannotMakeWay, nil, Str("new"), Str("regular file"), Name([]byte("a"))), `could not make way for new regular file: a`},
		{l.Render(ConnectFailed, syscall.EACCES, Str("h"), Str("::1")), `rsync: [sender] failed to connect to h (::1): Permission denied (13)`},
		{l.Render(ConnectFrom, nil, Str("UNDETERMINED"), Str("127.0.0.1")), `connect from UNDETERMINED (127.0.0.1)`},
		{l.Render(CreatedDirectories, nil, Int(3), Str("n1/n2/n3")), `created 3 directories for n1/n2/n3`},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("\n got %s\nwant %s", tt.got, tt.want)
		}
	}
}

// Each entry of the catalogue is there, has a class, and a distinct text where
// the code that needs two of the same text does not say otherwise.
func TestCatalogIsComplete(t *testing.T) {
	sections := map[Msg][]entry{
		sectionRun: runMessages[:], sectionOperands: operandMessages[:], sectionConnection: connectionMessages[:],
		sectionList: listMessages[:], sectionReceivedList: receivedListMessages[:], sectionDestination: destinationMessages[:],
		sectionGenerator: generatorMessages[:], sectionFile: fileMessages[:], sectionAttributes: attributeMessages[:],
		sectionRules: ruleMessages[:], sectionDaemon: daemonMessages[:], sectionDebug: debugMessages[:],
	}
	if len(sections) != int(sectionEnd>>8) {
		t.Errorf("%d sections, want %d", len(sections), sectionEnd>>8)
	}
	for section, table := range sections {
		if len(table) > int(place) {
			t.Errorf("section %d has too many messages", section>>8)
		}
		for i := range table {
			m := section + Msg(i)
			if m == NoMessage {
				continue
			}
			if lookup(m) != &table[i] {
				t.Errorf("message %#x is looked up elsewhere", m)
			}
			if !m.Class().Valid() || m.Template() == "" {
				t.Errorf("message %#x has no class or text", m)
			}
			rest := strings.ReplaceAll(strings.ReplaceAll(m.Template(), "{role}", ""), "{}", "")
			if strings.ContainsAny(rest, "{}\n") {
				t.Errorf("message %#x: odd template %q", m, m.Template())
			}
		}
	}
}

func TestTroubleAndExit(t *testing.T) {
	r := newRun()
	l := NewLog(r.router, verbose(t, 0))
	l.Say(FileVanished, Full([]byte("f")))
	if got := exit.OK.Raise(l.Trouble()); got != exit.Vanished {
		t.Errorf("after a vanished file: %v", got)
	}
	l.Fail(OpendirFailed, syscall.EACCES, Full([]byte("d")))
	if l.Trouble()&exit.TroubleIO == 0 {
		t.Error("an unreadable directory is no I/O error")
	}
	if got := exit.OK.Raise(l.Trouble()); got != exit.Partial {
		t.Errorf("after an unreadable directory: %v", got)
	}
	cause := errors.New("boom")
	err := l.Fatal(InvalidBlockLength, cause, Int(-1))
	if exit.CodeOf(err, exit.OK) != exit.Protocol || !errors.Is(err, cause) {
		t.Errorf("Fatal returned %v", err)
	}
	l.Closing(exit.Partial, "main.go(12)")
	l.Closing(exit.Vanished, "main.go(12)")
	r.check(t, "stderr", r.err.String(), `file has vanished: "/w/f"
rsync: [sender] opendir "/w/d" failed: Permission denied (13)
Invalid block length -1 [sender]
rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.go(12) [sender=3.5.0]
rsync warning: some files vanished before they could be transferred (code 24) at main.go(12) [sender=3.5.0]
`)
}

func TestGates(t *testing.T) {
	r := newRun()
	cfg := verbose(t, 0)
	l := NewLog(r.router, cfg)
	l.Say(CreatedDirectory, Str("d1"))
	l.Say(SkippingDirectory, Str("d"))
	cfg.Format = mustCompile(t, "%i %n%L")
	l = NewLog(r.router, cfg)
	l.Say(CreatedDirectory, Str("d2"))
	l.Debugf(options.DebugCmd, 1, "never %d", 1)
	cfg.Debug[options.DebugCmd] = 1
	NewLog(r.router, cfg).Debugf(options.DebugCmd, 1, "shown %d", 1)
	l.Say(DeltaEnabled)
	cfg.Debug[options.DebugFilter] = 1
	NewLog(r.router, cfg).Say(FilterVerdict, Str("hiding"), Str("file"), Name([]byte("a.o")), Str("*.o"), Str(""))
	r.check(t, "stdout", r.out.String(), "skipping directory d\ncreated directory d2\nshown 1\n[sender] hiding file a.o because of pattern *.o\n")
}

// Lines of two goroutines never mix, and each keeps its own order.
func TestConcurrentUse(t *testing.T) {
	var out bytes.Buffer
	term := NewTerminal(&out, &out, time.Hour)
	l := NewLog(&Router{Mode: options.StderrErrors, Terminal: term}, verbose(t, 1))
	const lines = 500
	var wg sync.WaitGroup
	for _, role := range []Role{RoleGenerator, RoleReceiver} {
		wg.Go(func() {
			mine := l.As(role)
			for i := range lines {
				if i%10 == 0 {
					mine.Text(Error, fmt.Sprintf("%s %d", role, i))
				} else {
					mine.Item(&Item{Flags: ItemTransfer, Mode: reg, Name: fmt.Appendf(nil, "%s %d", role, i)})
				}
			}
		})
	}
	wg.Wait()
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var who string
		var n int
		if _, err := fmt.Sscanf(line, "%s %d\n", &who, &n); err != nil || n != next[who] {
			t.Fatalf("line %q, want number %d of %s (%v)", line, next[who], who, err)
		}
		next[who]++
	}
	if next["generator"] != lines || next["receiver"] != lines {
		t.Errorf("lines: %v", next)
	}
}

// A server learns from its client's format what its generator has to announce.
func TestServerHints(t *testing.T) {
	tests := []struct {
		hint string
		want int
	}{{"%i%I", 2}, {"%i", 1}, {"%o", 0}, {"X", 0}}
	for _, tt := range tests {
		cfg := verbose(t, 0)
		cfg.Server, cfg.Format = true, mustCompile(t, tt.hint)
		if got := NewLog(&Router{}, cfg).ItemizeLevel(); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.hint, got, tt.want)
		}
	}
	for _, tt := range []struct {
		flags         ItemFlags
		leader        bool
		name, itemize int
		want          bool
	}{
		{0, false, 1, 1, false}, {ItemLocal | ItemXname, false, 1, 1, false}, {ItemXattr, false, 0, 0, true},
		{ItemPerms, false, 0, 0, true}, {0, true, 0, 0, true}, {0, false, 2, 0, true}, {0, false, 0, 2, true},
	} {
		if got := SendsItem(tt.flags, tt.leader, tt.name, tt.itemize); got != tt.want {
			t.Errorf("SendsItem(%#x, %v, %d, %d) = %v", uint32(tt.flags), tt.leader, tt.name, tt.itemize, got)
		}
	}
}
