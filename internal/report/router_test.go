package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// The routing table of docs/protocol/06-output.md §1.2, seen from outside: where
// a message of each class ends up.
func TestRouting(t *testing.T) {
	const errors, all, client = options.StderrErrors, options.StderrAll, options.StderrClient
	set := func(f func(*Router)) func(*Router) { return f }
	server := func(mode options.StderrMode) func(*Router) {
		return set(func(r *Router) { r.Server, r.Mode = true, mode })
	}
	daemon := func(mode options.StderrMode) func(*Router) {
		return set(func(r *Router) { r.Server, r.Daemon, r.SocketDaemon, r.Mode = true, true, true, mode; r.Serve() })
	}
	tests := []struct {
		name  string
		setup func(*Router)
		peer  int // protocol of the peer, 0 for none yet
		class Class
		want  string // o stdout, e stderr, l log, 1–8 the tag to the peer
	}{
		{"client info", nil, 0, Info, "ol"},
		{"client client", nil, 0, Client, "o"},
		{"client error", nil, 0, Error, "el"},
		{"client xfer", nil, 0, ErrorXfer, "el"},
		{"client warning", nil, 0, Warning, "el"},
		{"client socket", nil, 0, ErrorSocket, "el"},
		{"client utf8", nil, 0, ErrorUTF8, "el"},
		{"client log", nil, 0, LogOnly, "l"},
		{"quiet info", func(r *Router) { r.Quiet = true }, 0, Info, "l"},
		{"quiet client", func(r *Router) { r.Quiet = true }, 0, Client, ""},
		{"quiet warning", func(r *Router) { r.Quiet = true }, 0, Warning, "el"},
		{"all info", func(r *Router) { r.Mode = all }, 0, Info, "el"},
		{"all client", func(r *Router) { r.Mode = all }, 0, Client, "e"},
		{"server info", server(errors), 32, Info, "l2"},
		{"server client", server(errors), 32, Client, "2"},
		{"server error", server(errors), 32, Error, "el"},
		{"server error, mode client", server(client), 32, Error, "l3"},
		{"server warning, mode client", server(client), 32, Warning, "l4"},
		{"server xfer, mode client", server(client), 32, ErrorXfer, "l1"},
		{"server error, protocol 29", server(client), 29, Error, "l1"},
		{"server warning, protocol 29", server(client), 29, Warning, "l2"},
		{"server info, mode all", server(all), 32, Info, "el"},
		{"server info before multiplexing", server(errors), 0, Info, "el"},
		{"daemon error", daemon(client), 32, Error, "l3"},
		{"daemon info before multiplexing", daemon(client), 0, Info, "l"},
		{"daemon error, mode all", daemon(all), 32, Error, "l"},
		{"daemon client, mode all", daemon(all), 32, Client, "e"},
		{"daemon in the text stage", set(func(r *Router) { r.Server, r.Daemon, r.SocketDaemon = true, true, true }), 0, Error, "l"},
	}
	for _, tt := range tests {
		var got strings.Builder
		r := &Router{Mode: errors}
		r.Terminal = sinkFunc(func(e *Event) {
			got.WriteByte(map[bool]byte{false: 'o', true: 'e'}[e.Stderr])
		})
		r.Log = sinkFunc(func(*Event) { got.WriteByte('l') })
		if tt.setup != nil {
			tt.setup(r)
		}
		if tt.peer > 0 {
			r.SetPeer(peerFunc(func(tag Class) { got.WriteByte('0' + byte(tag)) }), tt.peer)
		}
		r.Emit(&Event{Class: tt.class, Text: []byte("text\n")})
		if sortBytes(got.String()) != sortBytes(tt.want) {
			t.Errorf("%s: went to %q, want %q", tt.name, got.String(), tt.want)
		}
		if xfer := r.Trouble()&exit.TroublePartial != 0; xfer != (tt.class == ErrorXfer) {
			t.Errorf("%s: trouble %v", tt.name, r.Trouble())
		}
	}
}

type sinkFunc func(*Event)

func (f sinkFunc) Emit(e *Event) { f(e) }

type peerFunc func(Class)

func (f peerFunc) Send(_ Role, tag Class, _ []byte) { f(tag) }
func (f peerFunc) Deleted(Role, []byte, bool)       {}

func sortBytes(s string) string {
	out := ""
	for _, c := range "123456789elo" {
		out += strings.Repeat(string(c), strings.Count(s, string(c)))
	}
	return out
}

func TestRelayedErrorCounts(t *testing.T) {
	r := newRun()
	l := NewLog(r.router, verbose(t, 0))
	l.Relay(ErrorXfer, []byte("rsync: [receiver] write failed\n"))
	l.Relay(Info, []byte("backed up caf\xc3\xa9 to x~\n"))
	r.check(t, "stderr", r.err.String(), "rsync: [receiver] write failed\n")
	r.check(t, "stdout", r.out.String(), "backed up café to x~\n")
	if l.Trouble() != exit.TroublePartial {
		t.Errorf("trouble %v", l.Trouble())
	}
}

func TestLongMessageIsCut(t *testing.T) {
	var got Collector
	r := &Router{Mode: options.StderrErrors, Terminal: &got}
	r.Emit(&Event{Class: Info, Text: append(bytes.Repeat([]byte("x"), 9000), '\n')})
	r.Emit(&Event{Class: Info, Text: append(bytes.Repeat([]byte("y"), maxText-1), '\n')})
	ev := got.Events()
	if len(ev[0].Text) != maxText || !strings.HasSuffix(ev[0].Text, "xxx[...]\n") {
		t.Errorf("cut to %d bytes, ending %q", len(ev[0].Text), ev[0].Text[len(ev[0].Text)-20:])
	}
	if strings.Contains(ev[1].Text, "[...]") {
		t.Error("a message of the greatest length was cut")
	}
}

func TestUTF8MessageIsConverted(t *testing.T) {
	var got Collector
	r := &Router{Mode: options.StderrErrors, Terminal: &got, FromUTF8: func(dst, text []byte) []byte {
		return append(dst, bytes.ReplaceAll(text, []byte("é"), []byte("\xe9"))...)
	}}
	r.Emit(&Event{Class: ErrorUTF8, Text: []byte("café\n")})
	if ev := got.Events(); len(ev) != 1 || ev[0].Text != "caf\xe9\n" || ev[0].Class != Error || !ev[0].Stderr {
		t.Errorf("got %+v", ev)
	}
}

// What stdout holds goes out before stderr is written, when the buffer is full,
// and after the delay.
func TestTerminalOrderAndDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var both bytes.Buffer
		term := NewTerminal(&both, &both, 50*time.Millisecond)
		say := func(stderr bool, s string) { term.Emit(&Event{Stderr: stderr, Text: []byte(s)}) }
		expect := func(what, want string) {
			t.Helper()
			term.mu.Lock()
			defer term.mu.Unlock()
			if both.String() != want {
				t.Errorf("%s: %q, want %q", what, both.String(), want)
			}
		}
		say(false, "one\n")
		expect("held", "")
		say(true, "error\n")
		expect("stderr takes stdout along", "one\nerror\n")
		say(false, "two\n")
		time.Sleep(51 * time.Millisecond)
		synctest.Wait()
		expect("after the delay", "one\nerror\ntwo\n")
		both.Reset()
		say(false, strings.Repeat("x", terminalBuffer)+"\n")
		expect("full", strings.Repeat("x", terminalBuffer)+"\n")
		if err := term.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestTerminalEndsAnOpenLine(t *testing.T) {
	var out, errs bytes.Buffer
	term := NewTerminal(&out, &errs, 0)
	update := func(s string) { term.Emit(&Event{Kind: KindProgress, Text: []byte(s)}) }
	update("\r 1%  ")
	update("\r 2%  ")
	term.Emit(&Event{Text: []byte("name\n")})
	update("\r 3%  ")
	term.Emit(&Event{Stderr: true, Text: []byte("trouble\n")})
	update("\r100%\n")
	update("\r 4%  ")
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "\r 1%  \r 2%  \nname\n\r 3%  \r100%\n\r 4%  \n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if got, want := errs.String(), "\ntrouble\n"; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

func TestLogFileLines(t *testing.T) {
	var out bytes.Buffer
	f := NewLogFile(&out, 4711, now)
	f.Emit(&Event{Text: []byte("odd\x01\x85name\n")})
	f.Emit(&Event{Text: bytes.Repeat([]byte("x"), 3000)})
	lines := strings.Split(out.String(), "\n")
	const front = "2026/11/23 20:05:41 [4711] "
	if lines[0] != front+`odd\#001\#205name` {
		t.Errorf("got %q", lines[0])
	}
	if len(lines[1]) != len(front)+maxLogText {
		t.Errorf("a long line has %d bytes", len(lines[1]))
	}
	var other bytes.Buffer
	f.SetWriter(&other)
	f.Emit(&Event{Text: []byte("x\n")})
	if other.String() != front+"x\n" {
		t.Errorf("got %q", other.String())
	}
}

func TestSyslogPriorities(t *testing.T) {
	var got strings.Builder
	s := Syslog(func(warning bool, text []byte) {
		if warning {
			got.WriteByte('!')
		}
		got.Write(append(text, ' '))
	})
	for _, c := range []Class{Info, LogOnly, Warning, Error, ErrorXfer} {
		s.Emit(&Event{Class: c, Text: []byte(c.String() + "\n")})
	}
	if want := "info log !warning !error !error-xfer "; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestFanout(t *testing.T) {
	var a, b Collector
	Fanout{&a, &b}.Emit(&Event{Class: Info, Text: []byte("x\n")})
	if a.Text(Info) != "x\n" || b.Text(0) != "x\n" {
		t.Error("not everyone was told")
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	j := NewJSON(&out, ItemStyle{KeepTimes: true, SymlinkTimes: true})
	l := NewLog(&Router{Observer: j}, verbose(t, 0))
	l.Transferred(&Item{Flags: 0x800c, Mode: reg, Name: []byte("bad\xff\"\n"), Size: 3, Mtime: 5, Sum: []byte{1, 255}})
	l.Item(&Item{Flags: 0x6000, Mode: link, Name: []byte("l"), Link: []byte("a")})
	l.Item(&Item{Flags: 0x7000, Mode: reg, Name: []byte("h"), Leader: []byte("a")})
	l.Item(&Item{Flags: 0, Mode: reg, Name: []byte("unchanged")})
	l.Deleted([]byte("old"), true)
	l.ProgressBegin(100, 100)
	l.Progress(50)
	l.ProgressEnd(Position{Transferred: 1, Total: 2})
	l.Summary(&Totals{Files: Counts{Total: 2, Dirs: 1}, Size: 100, Elapsed: time.Second})
	l.Text(Warning, "careful\x01")
	l.Closing(exit.Partial, "x.go(1)")
	if j.Err() != nil {
		t.Fatal(j.Err())
	}
	want := []string{
		`{"type":"item","name":"bad\\#377\"\\#012","name_base64":"YmFk/yIK","dir":false,"changes":">f.st......","mode":"-rw-r--r--","size":3,"mtime":5,"sum":"01ff"}`,
		`{"type":"item","name":"l","dir":false,"changes":"cL+++++++++","mode":"lrwxrwxrwx","size":0,"mtime":0,"target":"a"}`,
		`{"type":"item","name":"h","dir":false,"changes":"hf+++++++++","mode":"-rw-r--r--","size":0,"mtime":0,"leader":"a"}`,
		`{"type":"delete","name":"old","dir":true}`,
		`{"type":"progress","bytes":50,"size":100,"rate":0.000,"seconds":0.000,"final":false}`,
		`{"type":"progress","bytes":100,"size":100,"rate":50000.000,"seconds":0.001,"final":true,"transferred":1,"index":0,"total":2,"incomplete":false}`,
		`{"type":"totals","files":{"total":2,"dirs":1,"links":0,"devices":0,"specials":0},"created":{"total":0,"dirs":0,"links":0,"devices":0,"specials":0},"deleted":{"total":0,"dirs":0,"links":0,"devices":0,"specials":0},"transferred":0,"size":100,"transferred_size":0,"literal":0,"matched":0,"list_size":0,"list_build_seconds":0.000,"list_transfer_seconds":0.000,"sent":0,"received":0,"seconds":1.000,"dry_run":false}`,
		`{"type":"message","class":"warning","role":"sender","text":"careful\u0001"}`,
		`{"type":"end","class":"error","role":"sender","code":23,"text":"rsync error: some files/attrs were not transferred (see previous errors) (code 23) at x.go(1) [sender=3.5.0]"}`,
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for i, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
		if i >= len(want) || line != want[i] {
			t.Errorf("line %d\n got %s\nwant %s", i, line, append(want, "nothing")[min(i, len(want))])
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d lines, want %d", len(lines), len(want))
	}
}
