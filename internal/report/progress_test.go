package report

import (
	"strings"
	"testing"
	"time"

	"godwit/internal/human"
	"godwit/internal/options"
)

// timed is a run whose clock the test moves.
func timed(t *testing.T, progress options.Level) (*run, *Log, func(time.Duration)) {
	r := newRun()
	at := now()
	cfg := verbose(t, 0)
	cfg.Info[options.InfoProgress] = progress
	cfg.Now = func() time.Time { return at }
	return r, NewLog(r.router, cfg), func(d time.Duration) { at = at.Add(d) }
}

const ms = time.Millisecond

// The run behind these numbers was watched: 300,000-byte files, 300 kB/s.
func TestProgressPerFile(t *testing.T) {
	r, l, wait := timed(t, 1)
	l.ProgressBegin(300000, 0)
	l.Progress(32768)
	wait(500 * ms)
	l.Progress(200000) // too early for a line
	wait(353 * ms)
	l.ProgressEnd(Position{Transferred: 1, Index: 1, Total: 4})

	l.ProgressBegin(300000, 0)
	wait(976 * ms)
	l.Progress(32768)
	wait(106 * ms)
	l.Progress(65536) // a second after the start, if not after the last line
	wait(748 * ms)
	l.ProgressEnd(Position{Transferred: 2, Index: 2, Total: 4})

	wait(10 * time.Second) // the next file starts for itself
	l.ProgressBegin(0, 0)
	l.ProgressEnd(Position{Transferred: 3, Index: 3, Total: 400, Incomplete: true})
	r.check(t, "stdout", r.out.String(), strings.Join([]string{
		"\r         32,768  10%    0.00kB/s    0:00:00  ",
		"\r        300,000 100%  305.94kB/s    0:00:00 (xfr#1, to-chk=2/4)\n",
		"\r         32,768  10%   32.79kB/s    0:00:08  ",
		"\r         65,536  21%   59.15kB/s    0:00:03  ",
		"\r        300,000 100%  160.09kB/s    0:00:01 (xfr#2, to-chk=1/4)\n",
		"\r              0 100%    0.00kB/s    0:00:00 (xfr#3, ir-chk=396/400)\n",
	}, ""))
	r.check(t, "log", r.log.String(), "")
}

func TestProgressRateWindow(t *testing.T) {
	var m Meter
	m.Begin(100<<20, 0)
	at := now()
	var p Progress
	for i := range int64(10) {
		if !m.Update(&p, i*1024*1024, at) {
			t.Fatalf("update %d is not due", i)
		}
		if m.Due(at.Add(999 * ms)) {
			t.Fatal("due before a second is over")
		}
		at = at.Add(time.Second)
	}
	if p.Rate != 1<<20 {
		t.Errorf("rate %v", p.Rate)
	}
	// A stall shows within the window of five updates.
	m.Update(&p, 9<<20, at)
	if p.Rate != 3<<20/4.0 {
		t.Errorf("rate after a stall %v", p.Rate)
	}
	if want := "\r          9.00M   9%  768.00kB/s    0:02:04  "; string((&Meter{Numbers: human.Numbers{Level: 3}}).Append(nil, &p)) != want {
		t.Errorf("got %q, want %q", (&Meter{Numbers: human.Numbers{Level: 3}}).Append(nil, &p), want)
	}
}

func TestProgressOfWholeTransfer(t *testing.T) {
	r, l, wait := timed(t, 2)
	pos := func(n int64, index int64) Position {
		return Position{Transferred: n, Index: index, Total: 4, Size: 900000}
	}
	l.ProgressBegin(300000, 900000)
	l.Progress(32768)
	wait(853 * ms)
	l.ProgressEnd(pos(1, 1))
	l.ProgressBegin(300000, 900000)
	wait(247 * ms)
	l.Progress(65536)
	l.ProgressEnd(pos(2, 2))
	l.ProgressPhase(pos(2, 3))
	l.Say(IsNewer, Name([]byte("not shown")))
	l.Text(Info, "message")
	r.check(t, "stdout", r.out.String(), strings.Join([]string{
		"\r         32,768   3%    0.00kB/s    0:00:00  ",
		"\r        300,000  33%  305.94kB/s    0:00:00 (xfr#1, to-chk=2/4)",
		"\r        365,536  40%  295.43kB/s    0:00:01  ",
		"\r        600,000  66%  503.58kB/s    0:00:01 (xfr#2, to-chk=1/4)",
		"\r        600,000  66%  503.58kB/s    0:00:01 (xfr#2, to-chk=0/4)",
		"\nmessage\n",
	}, ""))
}

func TestProgressTailKeepsItsWidth(t *testing.T) {
	m := Meter{Whole: true}
	p := Progress{Final: true, Position: Position{Transferred: 10, Index: 0, Total: 1000}}
	long := m.Append(nil, &p)
	p.Position = Position{Transferred: 11, Index: 998, Total: 1000}
	short := m.Append(nil, &p)
	if len(long) != len(short) || !strings.HasSuffix(string(short), "to-chk=1/1000)  ") {
		t.Errorf("%q after %q", short, long)
	}
}

func TestProgressIsSilent(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config, *Router)
	}{
		{"quiet", func(_ *Config, r *Router) { r.Quiet = true }},
		{"server", func(c *Config, _ *Router) { c.Server = true }},
		{"dry run", func(c *Config, _ *Router) { c.DryRun = true }},
		{"not asked for", func(c *Config, _ *Router) { c.Info[options.InfoProgress] = 0 }},
	}
	for _, tt := range tests {
		r := newRun()
		r.router.Observer = nil
		cfg := verbose(t, 0)
		cfg.Info[options.InfoProgress] = 1
		tt.change(&cfg, r.router)
		if NewLog(r.router, cfg).WantsProgress() {
			t.Errorf("%s: wants progress", tt.name)
		}
	}
	r := newRun()
	cfg := verbose(t, 0)
	cfg.Info[options.InfoProgress] = 1
	cfg.Foreground = func() bool { return false }
	l := NewLog(r.router, cfg)
	l.ProgressBegin(10, 10)
	l.Progress(5)
	r.check(t, "in the background", r.out.String(), "")
}

func TestStatistics(t *testing.T) {
	totals := Totals{
		Files: Counts{Total: 5, Dirs: 2, Links: 1}, Created: Counts{Total: 4, Dirs: 1, Links: 1},
		Transferred: 2, Size: 43, TransferredSize: 38, Literal: 38, ListBuild: ms, Sent: 244, Received: 66,
	}
	const block = `
Number of files: 5 (reg: 2, dir: 2, link: 1)
Number of created files: 4 (reg: 2, dir: 1, link: 1)
Number of deleted files: 0
Number of regular files transferred: 2
Total file size: 43 bytes
Total transferred file size: 38 bytes
Literal data: 38 bytes
Matched data: 0 bytes
File list size: 0
File list generation time: 0.001 seconds
File list transfer time: 0.000 seconds
Total bytes sent: 244
Total bytes received: 66

sent 244 bytes  received 66 bytes  620.00 bytes/sec
total size is 43  speedup is 0.14
`
	without := func(s string, drop ...string) string {
		out := ""
		for line := range strings.Lines(s) {
			keep := true
			for _, d := range drop {
				keep = keep && !strings.HasPrefix(line, d)
			}
			if keep {
				out += line
			}
		}
		return out
	}
	tests := []struct {
		protocol int
		level    options.Level
		change   func(*Totals)
		want     string
	}{
		{32, 2, nil, block},
		{30, 2, nil, without(block, "Number of deleted")},
		{28, 2, nil, without(block, "Number of deleted", "Number of created")},
		{32, 2, func(t *Totals) { t.ListBuild = 0 }, without(block, "File list generation", "File list transfer")},
		{32, 2, func(t *Totals) { t.DryRun = true }, strings.TrimSuffix(block, "\n") + " (DRY RUN)\n"},
		{32, 1, nil, block[strings.Index(block, "\n\nsent")+1:]},
		{32, 1, func(t *Totals) { t.DryRun, t.BatchOnly, t.ClockFailed = true, true, true },
			"\nsent 244 bytes  received 66 bytes  UNKNOWN bytes/sec\ntotal size is 43  speedup is 0.14 (BATCH ONLY)\n"},
		{32, 0, nil, ""},
	}
	for _, tt := range tests {
		r := newRun()
		cfg := verbose(t, 0)
		cfg.Protocol = tt.protocol
		cfg.Info[options.InfoStats] = tt.level
		these := totals
		if tt.change != nil {
			tt.change(&these)
		}
		NewLog(r.router, cfg).Summary(&these)
		r.check(t, "stdout", r.out.String(), tt.want)
		if tt.level == 0 {
			r.check(t, "log", r.log.String(), "2026/11/23 20:05:41 [4711] sent 244 bytes  received 66 bytes  total size 43\n")
		}
		if strings.Contains(r.log.String(), "] \n") {
			t.Error("the log has an empty line")
		}
	}
}

func TestStatisticsNumbers(t *testing.T) {
	var created Counts
	for _, m := range []uint32{reg, reg, dir, link, fifo, modeSocket, modeBlkDev, modeCharDev} {
		created.Add(m)
	}
	totals := Totals{Created: created, Size: 1235012, Sent: 1235000, Received: 12, Elapsed: 999 * ms}
	for level, want := range []string{
		"total size is 1235012  speedup is 1.00",
		"sent 1,235,000 bytes  received 12 bytes  2,470,024.00 bytes/sec",
		"sent 1.24M bytes  received 12 bytes  2.47M bytes/sec",
		"total size is 1.18M  speedup is 1.00",
	} {
		st := totalsStyle{numbers: human.Numbers{Level: level}, protocol: 32}
		if got := string(appendSummaryLines(nil, &totals, st)); !strings.Contains(got, want) {
			t.Errorf("level %d: %q, want %q", level, got, want)
		}
		if got, want := string(appendStatsLines(nil, &totals, st)), "created files: 8 (reg: 2, dir: 1, link: 1, dev: 2, special: 2)\n"; !strings.Contains(got, want) {
			t.Errorf("level %d: %q, want %q", level, got, want)
		}
	}
}

func TestStatusOnSignal(t *testing.T) {
	r, l, wait := timed(t, 0)
	started := now()
	wait(2780 * ms)
	l.Status([]byte("big"), 3000000, started, Position{Transferred: 1, Index: 1, Total: 3, Size: 3000012})
	r.check(t, "stdout", r.out.String(), "big\n\r      3,000,000  99%    1.03MB/s    0:00:02 (xfr#1, to-chk=1/3)\n")
}

func TestDeletionPass(t *testing.T) {
	r := newRun()
	cfg := verbose(t, 1)
	NewLog(r.router, cfg).DeletionPass()
	cfg.Info[options.InfoFlist] = 2
	NewLog(r.router, cfg).DeletionPass()
	r.check(t, "stdout", r.out.String(), strings.Repeat(" ", 20)+"\r")
}
