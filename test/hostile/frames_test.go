//go:build linux

package hostile

import (
	"bytes"
	"testing"

	"godwit/internal/wire"
)

// four returns a number of four bytes.
func four(v int32) []byte { return wire.AppendInt32(nil, v) }

// frames are messages that are wrong, or in the wrong place (docs/protocol/08-security.md §8.2).
var frames = []scenario{
	{name: "unknown code", say: func(l *liar) { l.frame(99, []byte("xx")) }, codes: []int{12}, text: "unexpected tag 99 ["},
	{name: "code below the first", say: func(l *liar) { l.bytes(2, 0, 0, 3, 'x', 'x') }, codes: []int{12}, text: "unexpected tag -4 ["},
	{name: "text too long", say: func(l *liar) { l.frame(wire.MsgInfo, make([]byte, 6000)) }, codes: []int{12}, text: "multiplexing overflow 2:6000 ["},
	{name: "text of all that a header can say", say: func(l *liar) { l.bytes(0xff, 0xff, 0xff, 9) }, codes: []int{12}, text: "multiplexing overflow 2:16777215 ["},
	{name: "redo", say: func(l *liar) { l.frame(wire.MsgRedo, four(1)) }, codes: []int{12}, text: "invalid multi-message 9:4 ["},
	{name: "log", say: func(l *liar) { l.frame(wire.MsgLog, []byte("forged\n")) }, codes: []int{12}, text: "invalid multi-message 6:7 ["},
	{name: "client", say: func(l *liar) { l.frame(wire.MsgClient, []byte("forged\n")) }, codes: []int{12}, text: "invalid multi-message 7:7 ["},
	{name: "stats", say: func(l *liar) { l.frame(wire.MsgStats, make([]byte, 8)) }, codes: []int{12}, text: "invalid multi-message 10:8 ["},
	{name: "noop with data", say: func(l *liar) { l.frame(wire.MsgNoop, []byte("x")) }, codes: []int{12}, text: "invalid multi-message 42:1 ["},
	{name: "io-error of the wrong length", say: func(l *liar) { l.frame(wire.MsgIOError, []byte("x")) }, codes: []int{12}, text: "invalid multi-message 22:1 ["},
	{name: "error-exit of the wrong length", say: func(l *liar) { l.frame(wire.MsgErrorExit, []byte("xx")) }, codes: []int{12}, text: "invalid multi-message 86:2 ["},
	{name: "exit with a code of its own", say: func(l *liar) { l.frame(wire.MsgErrorExit, four(77)) }, codes: []int{77}, text: ""},
	{name: "exit with success", say: func(l *liar) { l.frame(wire.MsgErrorExit, four(0)) }, codes: []int{12}, text: "connection unexpectedly closed"},
	{name: "exit with a code that no process has", say: func(l *liar) { l.frame(wire.MsgErrorExit, four(256)) }, codes: []int{12}, text: "connection unexpectedly closed"},
	{name: "hidden bytes in a text", only: []place{pulls, pushes}, say: func(l *liar) {
		l.frame(wire.MsgInfo, []byte("a\x1b[2J\x00\x9bz\n"))
		l.frame(wire.MsgErrorExit, four(5))
	}, codes: []int{5}, text: `a\#033[2J\#000\#233z`},
	{name: "frame in a frame", say: func(l *liar) {
		l.frame(wire.MsgData, append(wire.AppendHeader(nil, wire.MsgData, 4), 1, 2, 3, 4))
	}, leaves: true, codes: []int{2, 4, 12, 20, 22}, text: ""},
	{name: "time-outs", only: []place{pulls}, say: func(l *liar) {
		for _, v := range []int32{0, -5, 2_000_000_000, 86401, 2} {
			l.frame(wire.MsgIOTimeout, four(v))
		}
	}, codes: []int{30}, text: "io timeout after "},
	{name: "longer time-out", only: []place{pulls}, args: []string{"--timeout=2"}, say: func(l *liar) { l.frame(wire.MsgIOTimeout, four(86000)) },
		codes: []int{30}, text: "io timeout after "},
	{name: "time-out to a server", only: []place{receives, sends}, protocols: []int{31}, say: func(l *liar) { l.frame(wire.MsgIOTimeout, four(2)) },
		codes: []int{12}, text: "invalid multi-message 33:4 ["},
	{name: "exit, with nothing said", say: func(l *liar) { l.frame(wire.MsgErrorExit, nil) }, codes: []int{12}, text: "connection unexpectedly closed"},
	{name: "success to a receiver", only: []place{pulls}, say: asked(func(l *liar, n int32) { l.frame(wire.MsgSuccess, four(n)) }), codes: []int{12, 2}, text: "invalid multi-message 100:4 [|Invalid file index"},
	{name: "deletion notice to the side that deletes", only: []place{pulls}, say: asked(func(l *liar, _ int32) { l.frame(wire.MsgDeleted, []byte("../outside/secret")) }),
		codes: []int{12}, text: "invalid multi-message 101:17 ["},
	{name: "deletion notices", only: []place{pushes}, say: func(l *liar) {
		for range 1000 {
			l.frame(wire.MsgDeleted, []byte("../outside/\x1b[2Jsecret"))
		}
		l.frame(wire.MsgDeleted, nil)
		l.frame(wire.MsgDeleted, make([]byte, 5000))
		l.frame(wire.MsgErrorExit, four(5))
	}, codes: []int{5}, text: ""},
	{name: "deletion notice too long", only: []place{pushes}, say: func(l *liar) { l.frame(wire.MsgDeleted, make([]byte, 6000)) },
		codes: []int{12}, text: "multiplexing overflow 101:6000 ["},
	{name: "endless texts", only: []place{pulls, pushes}, args: []string{"-q"}, say: func(l *liar) {
		text := append(bytes.Repeat([]byte("x"), 5000), '\n')
		for range 40_000 { // 200 MB
			l.frame(wire.MsgInfo, text)
		}
		l.frame(wire.MsgErrorExit, four(5))
	}, codes: []int{5}, text: ""},
	{name: "endless empty frames", say: func(l *liar) {
		empty := bytes.Repeat(wire.AppendHeader(nil, wire.MsgData, 0), 1000)
		for range 1000 {
			l.bytes(empty...)
		}
		l.frame(99, nil)
	}, codes: []int{12}, text: "unexpected tag 99 ["},
	{name: "error bits", only: []place{pulls}, args: []string{"--delete"}, protocols: all30, say: func(l *liar) {
		l.frame(wire.MsgIOError, four(-1))
		l.tree()
		l.serve([]byte("hello"), 1)
	}, codes: []int{23}, text: "IO error encountered -- skipping file deletion", check: kept},
	{name: "error bits at the end of the list", only: []place{pulls}, args: []string{"--delete"}, say: func(l *liar) {
		l.entries(dir("src"), file("src/a"))
		l.endList(-1)
		l.serve([]byte("hello"), 1)
	}, codes: []int{23}, text: "IO error encountered -- skipping file deletion", check: kept},
}

func TestFrames(t *testing.T) {
	var table []scenario
	for _, c := range frames {
		if c.protocols == nil {
			c.protocols = []int{31}
			if len(c.only) == 1 && c.only[0] == pulls {
				c.protocols = []int{29, 31}
			}
		}
		table = append(table, c)
	}
	run(t, table, pulls, pushes, receives, sends)
}

// greetings are handshakes that go wrong (docs/protocol/08-security.md §8.1).
func greetings() []scenario {
	version := func(b ...byte) func(*liar) {
		return func(l *liar) { l.bytes(b...) }
	}
	const shell = "protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)"
	return []scenario{
		{name: "version 0", hello: version(0, 0, 0, 0), codes: []int{2}, text: shell},
		{name: "version 19", hello: version(19, 0, 0, 0), codes: []int{2}, text: shell},
		{name: "version 41", hello: version(41, 0, 0, 0), codes: []int{2}, text: shell},
		{name: "version below zero", hello: version(0xff, 0xff, 0xff, 0xff), codes: []int{2}, text: shell},
		{name: "greatest version", hello: version(0xff, 0xff, 0xff, 0x7f), codes: []int{2}, text: shell},
		{name: "words", hello: version([]byte("Welcome!\n")...), codes: []int{2}, text: shell},
		{name: "version nobody speaks", hello: version(20, 0, 0, 0), codes: []int{2}, text: ""},
		{name: "nothing", hello: func(*liar) {}, leaves: true, codes: []int{12}, text: "connection unexpectedly closed"},
		{name: "half a version", hello: version(31, 0), leaves: true, codes: []int{12}, text: "connection unexpectedly closed"},
		{name: "silence", hello: func(*liar) {}, args: []string{"--timeout=2"}, codes: []int{30}, text: "io timeout after "},
		{name: "flags in too many bytes", only: []place{pulls, pushes}, hello: func(l *liar) { l.bytes(31, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff) },
			codes: []int{12}, text: "Overflow in read_varint()"},
		{name: "recursion nobody offered", only: []place{pulls}, args: []string{"--no-inc-recursive"}, hello: func(l *liar) { l.bytes(31, 0, 0, 0, 1, 1, 2, 3, 4) },
			codes: []int{1}, text: "Incompatible options specified for inc-recursive connection."},
		{name: "list of sums too long", only: []place{pulls, pushes}, hello: func(l *liar) { l.bytes(32, 0, 0, 0, 0x80, 0x80, 0x81, 0x00) },
			codes: []int{4, 2}, text: "over-long vstring received (256 > 255)"},
		{name: "no sum in common", only: []place{pulls, pushes}, hello: func(l *liar) {
			b, _ := wire.AppendVstring([]byte{32, 0, 0, 0, 0x80, 0x80}, "crc32 nonsense")
			l.bytes(b...)
		}, codes: []int{4}, text: "Failed to negotiate a checksum choice."},
		{name: "no sum at all", only: []place{pulls, pushes}, hello: func(l *liar) { l.bytes(32, 0, 0, 0, 0x80, 0x80, 0) },
			codes: []int{4}, text: "Failed to negotiate a checksum choice."},
		{name: "seed that does not come", only: []place{pulls, pushes}, args: []string{"--timeout=2"}, hello: func(l *liar) { l.bytes(31, 0, 0, 0, 0) },
			codes: []int{30}, text: "io timeout after "},
		{name: "silence after the handshake", only: []place{pulls}, args: []string{"--timeout=2"}, say: func(*liar) {}, codes: []int{30}, text: "io timeout after "},
	}
}

func TestGreetings(t *testing.T) {
	table := greetings()
	for i := range table {
		table[i].protocols = []int{31}
	}
	run(t, table, pulls, pushes, receives, sends)
}
