package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/wire"
)

// TestHeaders checks the frames quoted in docs/protocol/02-wire-and-file-list.md
// §4 to §7 and docs/protocol/01-connection.md §17.
func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		hex string
		m   wire.Msg
		n   int
	}{
		{"85 00 00 07", wire.MsgData, 133},
		{"00 00 00 07", wire.MsgData, 0},
		{"04 00 00 1D", wire.MsgIOError, 4},
		{"08 00 00 6C", wire.MsgDeleted, 8},
		{"04 00 00 6B", wire.MsgSuccess, 4},
		{"04 00 00 28", wire.MsgIOTimeout, 4},
		{"04 00 00 5D", wire.MsgErrorExit, 4},
		{"FF FF FF 07", wire.MsgData, wire.MaxPayload},
		{"01 00 00 03", -4, 1},
		{"01 00 00 A0", -103, 1},
		{"01 00 00 80", -135, 1},
	} {
		b := unhex(t, c.hex)
		if m, n := wire.ParseHeader(b); m != c.m || n != c.n {
			t.Errorf("ParseHeader(%s) = %d, %d", c.hex, m, n)
		}
		if got := wire.AppendHeader(nil, c.m, c.n); !bytes.Equal(got, b) {
			t.Errorf("AppendHeader(%d, %d) = % X", c.m, c.n, got)
		}
		got := make([]byte, 4)
		if wire.PutHeader(got, c.m, c.n); !bytes.Equal(got, b) {
			t.Errorf("PutHeader(%d, %d) = % X", c.m, c.n, got)
		}
	}
	if got := wire.AppendIntMsg(nil, wire.MsgIOTimeout, 33); !bytes.Equal(got, unhex(t, "04 00 00 28 21 00 00 00")) {
		t.Errorf("time-out message = % X", got)
	}
}

func TestText(t *testing.T) {
	if got := wire.AppendText(nil, wire.MsgInfo, "hi\n"); string(got) != "\x03\x00\x00\x09hi\n" {
		t.Errorf("text frame = %q", got)
	}
	for _, end := range []string{"\n", ""} {
		fits := strings.Repeat("x", wire.MaxMessage-len(end)) + end
		if got := wire.AppendText(nil, wire.MsgError, fits); string(got[4:]) != fits {
			t.Errorf("a text that fits was cut to %d bytes", len(got)-4)
		}
		got := wire.AppendText(nil, wire.MsgError, strings.Repeat("x", wire.MaxMessage)+"y"+end)
		m, n := wire.ParseHeader(got)
		if m != wire.MsgError || n != wire.MaxMessage || len(got) != 4+n || !strings.HasSuffix(string(got), "xx[...]"+end) {
			t.Errorf("a long text became %d bytes, %q", n, got[len(got)-10:])
		}
	}
}

// TestMessageRules checks who may send what; the refusals were verified with the
// reference in both directions.
func TestMessageRules(t *testing.T) {
	sender := wire.MsgRules{Sender: true, Who: "sender"}
	receiver := wire.MsgRules{Who: "receiver/inc"}
	server := wire.MsgRules{Server: true, Who: "receiver"}
	for _, c := range []struct {
		rules wire.MsgRules
		m     wire.Msg
		n     int
		text  string
	}{
		{sender, wire.MsgData, wire.MaxPayload, ""},
		{sender, wire.MsgInfo, 5119, ""},
		{receiver, wire.MsgErrorXfer, 5120, "multiplexing overflow 1:5120 [receiver/inc]"},
		{sender, wire.MsgDeleted, 5120, "multiplexing overflow 101:5120 [sender]"},
		{sender, wire.MsgDeleted, 8, ""},
		{receiver, wire.MsgDeleted, 8, "invalid multi-message 101:8 [receiver/inc]"},
		{sender, wire.MsgErrorSocket, 2, "invalid multi-message 5:2 [sender]"},
		{receiver, wire.MsgLog, 2, "invalid multi-message 6:2 [receiver/inc]"},
		{receiver, wire.MsgClient, 2, "invalid multi-message 7:2 [receiver/inc]"},
		{receiver, wire.MsgErrorUTF8, 2, "invalid multi-message 8:2 [receiver/inc]"},
		{receiver, wire.MsgRedo, 4, "invalid multi-message 9:4 [receiver/inc]"},
		{receiver, wire.MsgStats, 8, "invalid multi-message 10:8 [receiver/inc]"},
		{receiver, wire.MsgIOError, 4, ""},
		{receiver, wire.MsgIOError, 3, "invalid multi-message 22:3 [receiver/inc]"},
		{sender, wire.MsgIOTimeout, 4, ""},
		{server, wire.MsgIOTimeout, 4, "invalid multi-message 33:4 [receiver]"},
		{sender, wire.MsgNoop, 0, ""},
		{sender, wire.MsgNoop, 1, "invalid multi-message 42:1 [sender]"},
		{receiver, wire.MsgErrorExit, 0, ""},
		{receiver, wire.MsgErrorExit, 4, ""},
		{receiver, wire.MsgErrorExit, 2, "invalid multi-message 86:2 [receiver/inc]"},
		{sender, wire.MsgSuccess, 4, ""},
		{sender, wire.MsgSuccess, 20, "invalid multi-message 100:20 [sender]"},
		{receiver, wire.MsgSuccess, 4, "invalid multi-message 100:4 [receiver/inc]"},
		{receiver, wire.MsgNoSend, 4, ""},
		{sender, wire.MsgNoSend, 4, "invalid multi-message 102:4 [sender]"},
		{sender, -7, 1, "unexpected tag -7 [sender]"},
		{sender, -103, 1, "unexpected tag -103 [sender]"},
		{sender, 11, 1, "unexpected tag 11 [sender]"},
	} {
		err := c.rules.Check(c.m, c.n)
		if c.text != "" {
			wantFailure(t, err, 12, c.text)
		} else if err != nil {
			t.Errorf("Check(%d, %d) = %v", c.m, c.n, err)
		}
	}
}

func TestMessageNames(t *testing.T) {
	if got := wire.MsgNoSend.String() + " " + wire.Msg(-4).String(); got != "no-send -4" {
		t.Error(got)
	}
	for _, c := range []struct {
		m        wire.Msg
		protocol int
		want     wire.Msg
	}{{wire.MsgError, 29, wire.MsgErrorXfer}, {wire.MsgWarning, 29, wire.MsgInfo}, {wire.MsgInfo, 27, wire.MsgInfo}, {wire.MsgError, 30, wire.MsgError}} {
		if got := c.m.ForProtocol(c.protocol); got != c.want {
			t.Errorf("%v at protocol %d travels as %v", c.m, c.protocol, got)
		}
	}
	if got := wire.Int([]byte{0xFE, 0xFF, 0xFF, 0xFF, 9}); got != -2 {
		t.Errorf("Int = %d", got)
	}
}

func TestHeaderProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := wire.Msg(rapid.IntRange(-135, 120).Draw(t, "code"))
		n := rapid.IntRange(0, wire.MaxPayload).Draw(t, "length")
		if gotM, gotN := wire.ParseHeader(wire.AppendHeader(nil, m, n)); gotM != m || gotN != n {
			t.Fatalf("%d:%d came back as %d:%d", m, n, gotM, gotN)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(byte(4), byte(0), byte(0), byte(0x1D), true)
	f.Fuzz(func(t *testing.T, a, b, c, d byte, sender bool) {
		in := []byte{a, b, c, d}
		m, n := wire.ParseHeader(in)
		if got := wire.AppendHeader(nil, m, n); !bytes.Equal(got, in) {
			t.Errorf("% X came back as % X", in, got)
		}
		if wire.MsgRules.Check(wire.MsgRules{Sender: sender}, m, n) == nil && m != wire.MsgData && n > wire.MaxMessage {
			t.Errorf("a message of %d bytes was let in", n)
		}
	})
}
