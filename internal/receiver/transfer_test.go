package receiver_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"godwit/internal/checksum"
	"godwit/internal/exit"
	"godwit/internal/ledger"
	"godwit/internal/wire"
)

// sumOf returns the whole-file sum as a server of the script's protocol sends it.
func (s *script) sumOf(data string) []byte {
	f := checksum.NewTransfer(checksum.Params{Kind: checksum.Default(s.protocol), Protocol: s.protocol, Seed: 0x1234})
	f.Write([]byte(data))
	return f.Append(nil)
}

// whole adds an item with all of a file's data; spoil makes the sum wrong.
func (s *script) whole(n int32, flags uint16, data string, spoil bool) *script {
	s.item(n, flags).ints(0, 0, 0, 0)
	if data != "" {
		s.ints(int32(len(data))).raw([]byte(data)...)
	}
	s.ints(0)
	sum := s.sumOf(data)
	if spoil {
		sum[0] ^= 1
	}
	return s.raw(sum...)
}

// done adds n end markers.
func (s *script) done(n int) *script {
	for range n {
		s.index(-1)
	}
	return s
}

// bye adds the statistics and the goodbye, after the last phase.
func (s *script) bye() *script {
	for _, v := range []int64{111, 222, 333, 4, 5} {
		s.data = wire.AppendLong30(s.data, s.protocol, v, wire.SizeBytes)
	}
	if s.protocol < 29 { // three of them
		s.data = s.data[:len(s.data)-8]
	}
	if s.protocol >= 31 {
		s.done(1)
	}
	return s
}

// start reads the first list of a pull and makes the directory src.
func start(t *testing.T, s *script, args ...string) *rig {
	t.Helper()
	r := newRig(t, setup{protocol: s.protocol, args: append([]string{"-r"}, args...), bytes: s.bytes()})
	r.later = s.laterBytes()
	if err := r.first(); err != nil {
		t.Fatal(err, r.said.Text(0))
	}
	if err := mkdir(r.path("src")); err != nil {
		t.Fatal(err)
	}
	return r
}

// finish runs the receiver and returns what the generator was told of files.
func (r *rig) finish() string {
	r.t.Helper()
	stop := r.generate()
	err := r.run(r.t.Context())
	events := stop()
	if err != nil {
		r.t.Fatal(err, r.said.Text(0))
	}
	var told []string
	for _, e := range events {
		kind := map[ledger.Kind]string{
			ledger.Success: "success", ledger.Redo: "redo", ledger.Failure: "failure", ledger.NotSent: "not sent", ledger.PhaseEnd: "phase",
			ledger.StreamEnd: "end", ledger.GoodbyeEnd: "goodbye", ledger.Delayed: "delayed",
		}[e.Kind]
		if e.Kind != ledger.StreamEnd && e.Kind != ledger.GoodbyeEnd {
			kind += fmt.Sprint(" ", e.NDX)
		}
		told = append(told, kind)
	}
	return strings.Join(told, ", ")
}

func TestRedo(t *testing.T) {
	const new = 0xa000
	for _, c := range []struct {
		args        []string
		state       string
		after       string // first pass
		last        string // second pass, failed too
		partialName string
	}{
		{nil, "discarded", "", "", ""},
		{[]string{"--partial"}, "retained", "bad", "worse", ""},
		{[]string{"--inplace"}, "retained", "bad", "worse", ""},
		{[]string{"--partial-dir=.pp"}, "put into partial-dir", "", "", ".pp/a"},
	} {
		for protocol := 29; protocol <= 32; protocol++ {
			t.Run(fmt.Sprint(c.args, protocol), func(t *testing.T) {
				s := newScript(protocol, 0).tree()
				s.whole(1, new, "bad", true).done(1).pause().whole(1, new, "good!", false).done(2).bye()
				r := start(t, s, append([]string{"-v"}, c.args...)...)
				r.request(1)
				if got := r.finish(); !strings.HasPrefix(got, "redo 1, phase 1, success 1, phase 2, end") {
					t.Errorf("told %s", got)
				}
				if got := r.get("src/a"); got != "good!" {
					t.Errorf("got %q", got)
				}
				want := "src/a\nWARNING: src/a failed verification -- update " + c.state + " (will try again).\nsrc/a\n"
				if got := r.said.Text(0); got != want {
					t.Errorf("said %q, want %q", got, want)
				}
				if r.totals.Transferred != 2 || r.totals.Literal != 8 || r.totals.Created.Total != 1 {
					t.Errorf("totals %+v", r.totals)
				}

				s = newScript(protocol, 0).tree()
				s.whole(1, new, "bad", true).done(1).pause().whole(1, new, "worse", true).done(2).bye()
				r = start(t, s, c.args...)
				r.request(1)
				if got := r.finish(); !strings.HasPrefix(got, "redo 1, phase 1, failure 1, phase 2, end") {
					t.Errorf("told %s", got)
				}
				if got := r.said.Text(0); got != "ERROR: src/a failed verification -- update "+c.state+".\n" {
					t.Errorf("said %q", got)
				}
				b, _ := os.ReadFile(r.path("src/a"))
				if string(b) != c.last {
					t.Errorf("left %q", b)
				}
				if c.partialName != "" && r.get("src/"+c.partialName) != "worse" {
					t.Error("nothing in the partial directory")
				}
				if r.router.Trouble()&exit.TroublePartial == 0 {
					t.Error("the run would end with 0")
				}
			})
		}
	}
}

// The generator may have replaced or removed a file that it chose as a basis for another one before
// the receiver comes to open it: then the data are asked for once more.
func TestLostFuzzyBasis(t *testing.T) {
	const transfer, basis, name, new = 0x8000, 0x0800, 0x1000, 0x2000
	for protocol := 29; protocol <= 32; protocol++ {
		for _, gone := range []bool{false, true} {
			s := newScript(protocol, 0).tree()
			s.item(1, transfer|basis|name|new).raw(0x83, 3, 'a', 'b', 'c').ints(1, 700, 2, 0, -1, 0).raw(s.sumOf("")...)
			s.done(1).pause().whole(1, transfer|new, "good!", false).done(2).bye()
			r := start(t, s, "-y")
			if !gone {
				if err := mkdir(r.path("src/abc")); err != nil {
					t.Fatal(err)
				}
			}
			r.request(1)
			if got := r.finish(); !strings.HasPrefix(got, "redo 1, phase 1, success 1, phase 2, end") {
				t.Errorf("%d: told %s", protocol, got)
			}
			if got := r.get("src/a"); got != "good!" || r.router.Trouble() != 0 {
				t.Errorf("%d: got %q, trouble %v, said %s", protocol, got, r.router.Trouble(), r.said.Text(0))
			}
		}
	}
}

// A file that cannot be written costs only itself.
func TestDiscard(t *testing.T) {
	for protocol := 29; protocol <= 32; protocol++ {
		s := newScript(protocol, 0)
		s.entry("src", modeDir, 0).entry("src/a", modeFile, 5).entry("src/none/b", modeFile, 5).entry("src/z", modeFile, 5).endList()
		// sorted: src, src/a, src/z, src/none/b
		s.whole(1, 0x8004, "first", false).whole(3, 0xa000, "lost", false).whole(2, 0xa000, "last", false).done(3).bye()
		r := start(t, s, "-v")
		if err := mkdir(r.path("src/a")); err != nil {
			t.Fatal(err)
		}
		r.request(1, 2, 3)
		if got := r.finish(); !strings.HasPrefix(got, "failure 1, failure 3, success 2, phase 1, phase 2, end") {
			t.Errorf("told %s", got)
		}
		if got := r.get("src/z"); got != "last" {
			t.Errorf("got %q", got)
		}
		said := r.said.Text(0)
		if !strings.Contains(said, "recv_files: \""+r.path("src/a")+"\" is a directory\n") || !strings.Contains(said, "[receiver] mkstemp \"") ||
			!strings.HasSuffix(said, "src/z\n") {
			t.Errorf("said %q", said)
		}
	}
}

func TestNotSent(t *testing.T) {
	s := newScript(31, 0).tree()
	head := s.bytes()
	s.data = nil
	s.whole(2, 0xa000, "b", false).done(3).bye()
	r := newRig(t, setup{protocol: 31, args: []string{"-r"}, bytes: head})
	if err := r.first(); err != nil {
		t.Fatal(err)
	}
	mkdir(r.path("src"))
	r.request(1, 2)
	r.peer.Write(frame(wire.MsgNoSend, wire.AppendInt32(nil, 1)))
	r.peer.Write(frame(wire.MsgData, s.data))
	if got := r.finish(); !strings.HasPrefix(got, "not sent 1, success 2, phase 1") {
		t.Errorf("told %s", got)
	}
}

// A dry run has items and nothing behind them (docs/protocol/03-transfer.md §5.2).
func TestDryRun(t *testing.T) {
	for _, protocol := range []int{28, 29, 32} {
		s := newScript(protocol, 0).tree()
		s.item(1, 0xa000).item(2, 0xa000)
		if protocol < 29 {
			s.done(2).bye()
		} else {
			s.done(3).bye()
		}
		r := start(t, s, "-n", "-i")
		want := ">f+++++++++ src/a\n>f+++++++++ src/b\n"
		if protocol < 29 {
			want = ">f????????? src/a\n>f????????? src/b\n"
		}
		r.finish()
		if got := r.said.Text(0); got != want {
			t.Errorf("%d: said %q", protocol, got)
		}
		if got := dirNames(t, r.path("src")); got != "" {
			t.Errorf("made %s", got)
		}
		if r.totals.Transferred != 2 || r.totals.TransferredSize != 10 || r.totals.Literal != 0 {
			t.Errorf("totals %+v", r.totals)
		}
	}
}

func TestDelayUpdates(t *testing.T) {
	for protocol := 28; protocol <= 32; protocol++ {
		s := newScript(protocol, 0).tree()
		s.whole(2, 0xa000, "bbbbb", false).whole(1, 0xa000, "aaaaa", false).done(1)
		if protocol >= 29 {
			s.done(2)
		} else {
			s.done(1)
		}
		s.bye()
		r := start(t, s, "--delay-updates", "-b")
		r.put("src/a", []byte("old"))
		r.request(1, 2)
		want := "delayed 2, delayed 1, phase 1, success 1, success 2, phase 2, end"
		if protocol < 29 {
			want = "delayed 2, delayed 1, phase 1, success 1, success 2, end"
		}
		if got := r.finish(); !strings.HasPrefix(got, want) {
			t.Errorf("%d: told %s", protocol, got)
		}
		if a, b, old := r.get("src/a"), r.get("src/b"), r.get("src/a~"); a != "aaaaa" || b != "bbbbb" || old != "old" {
			t.Errorf("%d: %q %q %q", protocol, a, b, old)
		}
		if got := dirNames(t, r.path("src")); got != "a a~ b" {
			t.Errorf("%d: left %s", protocol, got)
		}
		if r.ledger.InFlight() != 0 {
			t.Error("still in flight")
		}
	}
}

// Lists that arrive between items, with the items of their directories.
func TestIncremental(t *testing.T) {
	s := newScript(31, 1).entry("src", modeDir, 0).endList() // src is 1
	s.index(-101).entry("src/a", modeFile, 1).entry("src/d", modeDir, 0).entry("src/e", modeDir, 0).endList()
	// src's own number is 2, a is 3, d is 4, e is 5
	s.item(2, 0x6000).whole(3, 0xa000, "a", false)
	s.index(-102).entry("src/d/x", modeFile, 1).endList() // d is 6, x is 7
	s.done(1)                                             // the first list
	s.item(6, 0x6000).whole(7, 0xa000, "x", true).pause()
	s.index(-103).endList() // e is 8
	s.index(-2)
	s.done(1)
	s.item(8, 0x0008)
	s.whole(7, 0xa000, "x", false)
	s.done(2).done(2).bye()
	r := start(t, s, "-i", "-t")
	if got := r.list.Count(); got != 4 {
		t.Fatalf("%d entries before the start", got)
	}
	if err := mkdir(r.path("src/d")); err != nil {
		t.Fatal(err)
	}
	r.request(3)
	r.ledger.Request(7, 7)
	if got := r.finish(); got != "success 3, redo 7, success 7, phase 1, phase 2, end, goodbye" {
		t.Errorf("told %s", got)
	}
	if a, x := r.get("src/a"), r.get("src/d/x"); a != "a" || x != "x" {
		t.Errorf("%q %q", a, x)
	}
	want := "cd+++++++++ src/\n>f+++++++++ src/a\ncd+++++++++ src/d/\n>f+++++++++ src/d/x\n" +
		"WARNING: src/d/x failed verification -- update discarded (will try again).\n.d..t...... src/e/\n>f+++++++++ src/d/x\n"
	if got := r.said.Text(0); got != want {
		t.Errorf("said %q", got)
	}
	if r.list.Alive() != 0 || r.totals.Files.Total != 5 || r.totals.Created.Dirs != 2 || r.totals.Created.Total != 4 {
		t.Errorf("totals %+v", r.totals)
	}
	if tt := r.totals; tt.Sent != 111 || tt.Received != 222 || tt.Size != 333 || tt.ListBuild != 4*time.Millisecond || tt.ListTransfer != 5*time.Millisecond {
		t.Errorf("statistics %+v", tt)
	}
}

// What is said about items: hard links, symlinks of other flags, unchanged entries.
func TestItems(t *testing.T) {
	s := newScript(31, 0).tree()
	s.item(0, 0x0008)
	s.item(1, 0x7000)
	s.data, _ = wire.AppendVstring(s.data, "src/leader")
	s.item(2, 0x5000)
	s.data, _ = wire.AppendVstring(s.data, "")
	s.item(2, 0x0000)
	s.done(3).bye()
	r := start(t, s, "-ii", "-t")
	r.finish()
	want := ".d..t...... src/\nhf+++++++++ src/a => src/leader\nhf          src/b\n.f          src/b\n"
	if got := r.said.Text(0); got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if r.totals.Created.Total != 1 {
		t.Errorf("totals %+v", r.totals)
	}
}

// --append trusts what is there; --append-verify, and any append before 30, does not.
func TestAppend(t *testing.T) {
	for _, c := range []struct {
		protocol int
		option   string
		old      string
		sum      string
		told     string
	}{
		{32, "--append", "XXX", "lo", "success 1"},
		{32, "--append-verify", "XXX", "hello", "redo 1"},
		{32, "--append-verify", "hel", "hello", "success 1"},
		{29, "--append", "XXX", "hello", "redo 1"},
		{29, "--append", "hel", "hello", "success 1"},
	} {
		s := newScript(c.protocol, 0).tree()
		s.item(1, 0x8004).ints(1, 700, 2, 3).ints(2).raw('l', 'o').ints(0)
		s.raw(s.sumOf(c.sum)...)
		s.done(1)
		if c.told == "redo 1" {
			s.pause().whole(1, 0x8000, "hello", false)
		}
		s.done(2).bye()
		r := start(t, s, c.option)
		r.put("src/a", []byte(c.old))
		r.request(1)
		if got := r.finish(); !strings.HasPrefix(got, c.told+", phase 1") {
			t.Errorf("%v: told %s", c, got)
		}
		want := c.old + "lo"
		if c.told == "redo 1" {
			want = "hello"
		}
		if got := r.get("src/a"); got != want {
			t.Errorf("%v: got %q", c, got)
		}
	}
}

// The vectors of docs/protocol/03-transfer.md §9.2: six blocks, a literal between the first two and
// the rest; then a small file of which everything is sent.
func TestCodecs(t *testing.T) {
	old := make([]byte, 6*700)
	for i := range old {
		old[i] = byte(i * i >> 3)
	}
	text := "LITERAL-literal"
	new := string(old[:1400]) + text + string(old[1400:])
	for _, c := range []struct{ method, delta, tiny string }{
		{"zlib", "c0 0100 40 11 f2f10c710d72f4d1cdc92c492d4acc0100 c1 0300 00", "40 06 2ac9ccab0400 00"},
		{"zlibx", "c0 0100 40 11 f2f10c710d72f4d1cdc92c492d4acc0100 c1 0300 00", "40 06 2ac9ccab0400 00"},
		{"zstd", "c0 0100 40 18 28b52ffd0058780000 4c49544552414c2d6c69746572616c c1 0300 00", "40 07 20000074696e79 00"},
		{"lz4", "c0 0100 40 11 f0004c49544552414c2d6c69746572616c c1 0300 00", "40 05 4074696e79 00"},
	} {
		for _, discard := range []bool{false, true} {
			s := newScript(31, 0).tree()
			s.item(1, 0x8004).ints(6, 700, 2, 0).raw(unhex(t, c.delta)...).raw(s.sumOf(new)...)
			s.item(2, 0xa000).ints(0, 0, 0, 0).raw(unhex(t, c.tiny)...).raw(s.sumOf("tiny")...)
			s.done(3).bye()
			args := []string{"-z", "--compress-choice=" + c.method}
			if discard {
				args = append(args, "--only-write-batch=x")
			}
			r := start(t, s, args...)
			r.put("src/a", old)
			r.request(1, 2)
			told := r.finish()
			if discard {
				if got := r.get("src/a"); got != string(old) {
					t.Errorf("%s: wrote although it only records", c.method)
				}
				continue
			}
			if !strings.HasPrefix(told, "success 1, success 2") {
				t.Errorf("%s: told %s", c.method, told)
			}
			if got := r.get("src/a"); got != new {
				t.Errorf("%s: %d octets", c.method, len(got))
			}
			if got := r.get("src/b"); got != "tiny" {
				t.Errorf("%s: %q", c.method, got)
			}
		}
	}
}

// What remains of a file when the connection breaks (docs/protocol/08-security.md §13.2).
func TestBroken(t *testing.T) {
	half := bytes.Repeat([]byte("half"), 1000)
	for _, c := range []struct {
		args []string
		name string // what is left
		zero bool   // with the oldest time
	}{
		{nil, "", false},
		{[]string{"--partial"}, "a", true},
		{[]string{"--partial-dir=.pp"}, ".pp/a", false},
	} {
		s := newScript(32, 0).tree()
		s.item(1, 0xa000).ints(0, 0, 0, 0, int32(len(half)), 0)
		s.data = append(s.data[:len(s.data)-4], half...)
		r := start(t, s, append(c.args, "-t")...)
		r.request(1)
		r.peer.CloseWrite()
		r.wantError(r.run(t.Context()), exit.StreamIO, "connection unexpectedly closed")
		r.closeTree()
		if c.name == "" {
			if got := dirNames(t, r.path("src")); got != "" {
				t.Errorf("left %s", got)
			}
			continue
		}
		if got := r.get("src/" + c.name); got != string(half) {
			t.Errorf("%v: left %d octets", c.args, len(got))
		}
		st, err := os.Stat(r.path("src/" + c.name))
		if err != nil || (st.ModTime().Unix() == 0) != c.zero {
			t.Errorf("%v: %v %v", c.args, st.ModTime(), err)
		}
	}
}

// Lines after the transfer tell what was read for it; progress begins with nothing.
func TestFormatAfter(t *testing.T) {
	s := newScript(31, 0).tree()
	s.whole(1, 0xa000, "hello", false).whole(2, 0xa000, "x", true).done(1).pause().whole(2, 0xa000, "", false).done(2).bye()
	r := start(t, s, "--out-format=%n %b %c %l %C")
	r.request(1, 2)
	r.finish()
	sum := fmt.Sprintf("%x", s.sumOf("hello"))
	want := "src/a 45 0 5 " + sum + "\nsrc/b 41 0 5 "
	if got := r.said.Text(0); !strings.HasPrefix(got, want) || strings.Count(got, "src/b ") < 2 {
		t.Errorf("said %q, want %q", got, want)
	}

	s = newScript(31, 0).tree()
	s.whole(1, 0xa000, "hello", false).done(3).bye()
	r = start(t, s, "--progress")
	r.request(1)
	r.finish()
	if got := r.said.Text(0); !strings.HasPrefix(got, "src/a\n\r              0   0% ") || !strings.Contains(got, "\r              5 100% ") ||
		!strings.Contains(got, "(xfr#1, to-chk=1/3)\n") {
		t.Errorf("said %q", got)
	}
}
