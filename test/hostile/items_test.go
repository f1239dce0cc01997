//go:build linux

package hostile

import (
	"bytes"
	"compress/flate"
	"os"
	"strings"
	"testing"

	"godwit/internal/wire"
)

const (
	transfer = wire.ItemTransfer
	newFile  = wire.ItemTransfer | wire.ItemNew
)

// asked sends the usual list and waits until the first file is asked for.
func asked(say func(l *liar, n int32)) func(*liar) {
	return func(l *liar) {
		l.tree()
		say(l, l.awaitTransfer())
	}
}

// items are about what a sender says of files (docs/protocol/08-security.md §8.3 to §8.6).
var items = []scenario{
	{name: "index beyond the list", say: asked(func(l *liar, _ int32) { l.item(999, transfer) }), codes: []int{2}, text: "File-list index 999 not in -1 - 2 ("},
	{name: "greatest index", say: asked(func(l *liar, _ int32) { l.item(1<<31-1, transfer) }), codes: []int{2}, text: "File-list index 2147483647 not in |Invalid file index: "},
	{name: "index below zero", say: asked(func(l *liar, _ int32) { l.index(-50) }), codes: []int{2}, text: "Invalid file index: -50 (-1 - 2)"},
	{name: "index that wraps", protocols: all30, say: asked(func(l *liar, _ int32) {
		l.raw(0xfe, 0x80|0x7f, 0xff, 0xff, 0xff) // the difference with its sign bit
		l.raw(0, 0x80)
	}), codes: []int{2}, text: "File-list index |Invalid file index: "},
	{name: "list nobody agreed on", say: asked(func(l *liar, _ int32) { l.index(-101) }), codes: []int{2}, text: "Invalid file index: -101 (-1 - 2)"},
	{name: "end of lists nobody agreed on", say: asked(func(l *liar, _ int32) { l.index(-2) }), codes: []int{2}, text: "Invalid file index: -2 (-1 - 2)"},
	{name: "file nobody asked for", say: asked(func(l *liar, n int32) { l.file(3-n+5, newFile, []byte("hello")) }), codes: []int{2}, text: "File-list index "},
	{name: "file twice", say: asked(func(l *liar, n int32) {
		for range 3 {
			l.file(n, newFile, []byte("hello"))
		}
	}), codes: []int{2}, text: "that was not asked for"},
	{name: "directory as a file", say: asked(func(l *liar, _ int32) { l.item(0, transfer) }), codes: []int{2}, text: "received request to transfer non-regular file: 0 [receiver]"},
	{name: "in phase 2", say: asked(func(l *liar, n int32) { l.index(-1); l.index(-1); l.item(n, transfer) }), codes: []int{2}, text: "got transfer request in phase 2 [receiver]"},
	{name: "basis directory", say: asked(func(l *liar, n int32) { l.item(n, newFile|wire.ItemBasis, 5) }), codes: []int{2}, text: "invalid basis_dir index: 5."},
	{name: "fuzzy basis directory", args: []string{"-y"}, say: asked(func(l *liar, n int32) { l.item(n, newFile|wire.ItemBasis|wire.ItemName, 0x88, 1, 'x') }),
		codes: []int{2}, text: "invalid basis_dir index: "},
	{name: "fuzzy without the option", say: asked(func(l *liar, n int32) { l.item(n, newFile|wire.ItemBasis|wire.ItemName, 0x83, 3, 'a', 'b', 'c') }),
		codes: []int{2}, text: "rsync: refusing malicious fuzzy operation for abc"},
	{name: "basis outside by its name", args: []string{"-y"}, say: asked(func(l *liar, n int32) { l.stolen(n, 0x83, "../../outside/secret") }),
		codes: []int{0}, check: nothingStolen},
	{name: "basis outside, absolute", args: []string{"-y"}, say: asked(func(l *liar, n int32) { l.stolen(n, 0x83, "/etc/passwd") }),
		codes: []int{0}, check: nothingStolen},
	{name: "basis outside the basis directory", args: []string{"-y", "--compare-dest=../src"}, say: asked(func(l *liar, n int32) { l.stolen(n, 0x84, "../../outside/secret") }),
		codes: []int{0}, check: nothingStolen},
	{name: "name too long", say: asked(func(l *liar, n int32) {
		l.item(n, newFile|wire.ItemBasis|wire.ItemName, append([]byte{0x83, 0x90, 0x00}, make([]byte, 4096)...)...)
	}), codes: []int{2}, text: "over-long vstring received (4096 > 4095)"},
	{name: "name of all bytes", args: []string{"-y"}, say: asked(func(l *liar, n int32) {
		l.item(n, newFile|wire.ItemBasis|wire.ItemName, 0x83, 4, 0, '/', '.', '.')
		l.head(0, 0, 0, 0)
		l.ints(5)
		l.raw([]byte("hello")...)
		l.ints(0)
		l.raw(l.sum([]byte("hello"))...)
		l.serve([]byte("hello"), 1)
	}), codes: []int{0}, text: ""},
	{name: "count of sums", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(-1, 0, 0, 0) }), codes: []int{2}, text: "Invalid checksum count -1 [receiver]"},
	{name: "block length", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 1<<30, 2, 0) }), codes: []int{2}, text: "Invalid block length 1073741824 [receiver]"},
	{name: "block length 0", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 0, 2, 0) }), codes: []int{2}, text: "Invalid zero block length [receiver]"},
	{name: "block length below zero", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, -700, 2, 0) }), codes: []int{2}, text: "Invalid block length -700 [receiver]"},
	{name: "sum length", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, 100, 0) }), codes: []int{2}, text: "Invalid checksum length 100 [receiver]"},
	{name: "sum length below zero", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, -2, 0) }), codes: []int{2}, text: "Invalid checksum length -2 [receiver]"},
	{name: "remainder", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, 2, 701) }), codes: []int{2}, text: "Invalid remainder length 701 [receiver]"},
	{name: "block beyond the count", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, 2, 0); l.ints(-5) }), codes: []int{2}, text: "Invalid block index 4 (count=1) [receiver]"},
	{name: "least block", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, 2, 0); l.ints(-1 << 31) }), codes: []int{2}, text: "Invalid block index 2147483647 (count=1) [receiver]"},
	{name: "block without a basis", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1, 700, 2, 0); l.ints(-1) }), codes: []int{2}, text: "got a block match with no basis file for "},
	{name: "greatest block without a basis", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(1<<31-1, 1<<17, 2, 0); l.ints(-1 << 31) }), codes: []int{2}, text: "Invalid block index 2147483647|got a block match with no basis file for |Invalid checksum count"},
	{name: "blocks beyond the end of the basis", prepare: func(t *testing.T, s *stage) { s.put(t, "dst/src/a", "hell") }, args: []string{"--no-whole-file", "-I"},
		say: func(l *liar) {
			l.entries(dir("src"), file("src/a"))
			l.endList()
			n := l.awaitTransfer()
			l.item(n, transfer)
			l.head(1000, 700, 2, 0)
			l.ints(-900, 0)
			l.raw(make([]byte, 16)...)
			l.serve([]byte("hello"), 1)
		}, codes: []int{0, 2, 11, 12, 23}, text: "", check: func(t *testing.T, s *stage) {
			if fi, err := os.Lstat(s.path("dst/src/a")); err == nil && fi.Size() > 5 {
				t.Errorf("a file of %d bytes", fi.Size())
			}
		}},
	{name: "endless literal that stops", say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(0, 0, 0, 0); l.ints(1<<31 - 1); l.raw('x') }), leaves: true,
		codes: []int{12}, text: "connection unexpectedly closed"},
	{name: "wrong sum for ever", say: func(l *liar) {
		l.entries(dir("src"), file("src/a"))
		l.endList()
		l.spoils = true
		l.serve([]byte("hello"), 1)
	}, codes: []int{23}, text: "ERROR: src/a failed verification -- update discarded.", check: empty},
	{name: "deletion counts", protocols: []int{31, 32}, say: asked(func(l *liar, _ int32) { l.index(-3); l.varints(-1) }), codes: []int{2}, text: "out of range: -1 not in [0,268435456] [receiver]"},
	{name: "no goodbye", protocols: []int{31}, args: nil, say: func(l *liar) {
		l.entries(dir("src"))
		l.endList()
		for range 3 {
			l.index(-1)
		}
		if l.server {
			for range 5 {
				l.raw(wire.AppendVarlong(nil, 1, wire.SizeBytes)...)
			}
		}
		l.index(1)
	}, codes: []int{2}, text: "Invalid packet at end of run (1) [|File-list index 1 not in"},
	{name: "file that is not sent, nobody asked", protocols: all30, say: asked(func(l *liar, _ int32) { l.frame(wire.MsgNoSend, wire.AppendInt32(nil, 0)) }),
		codes: []int{2}, text: "Invalid file index: 0|File-list index 0"},
	{name: "file that is not sent, beyond the list", protocols: all30, say: asked(func(l *liar, _ int32) { l.frame(wire.MsgNoSend, wire.AppendInt32(nil, 77)) }),
		codes: []int{2}, text: "Invalid file index: 77|File-list index 77"},
}

// stolen copies block 0 of a basis of the liar's choice, named with this type.
func (l *liar) stolen(n int32, basis byte, name string) {
	l.item(n, newFile|wire.ItemBasis|wire.ItemName, append([]byte{basis, byte(len(name))}, name...)...)
	l.head(1, 700, 2, 7)
	l.ints(-1, 0)
	l.raw(l.sum([]byte("secret\n"))...)
	// A basis that is not there may have gone meanwhile: the file is asked for again.
	l.serve([]byte("hello"), 1)
}

// nothingStolen checks that no file has what lies outside.
func nothingStolen(t *testing.T, s *stage) {
	for _, name := range []string{"a", "b"} {
		if b, err := os.ReadFile(s.path("dst/src/" + name)); err == nil && string(b) != "hello" {
			t.Errorf("%s was put together: %q", name, b)
		}
	}
}

// empty checks that no file arrived.
func empty(t *testing.T, s *stage) {
	d, err := os.ReadDir(s.path("dst/src"))
	if err == nil && len(d) > 0 {
		t.Errorf("left: %v", d)
	}
}

// tokens are compressed streams (docs/protocol/08-security.md §8.6).
func tokens() []scenario {
	zlib := func(name string, codes []int, text string, raw ...byte) scenario {
		return scenario{name: name, protocols: []int{29, 31}, args: []string{"-z"}, codes: codes, text: text,
			say: asked(func(l *liar, n int32) { l.item(n, newFile); l.head(0, 0, 0, 0); l.raw(raw...) })}
	}
	// A bomb: 1 GiB of zeros in deflated pieces, with no end.
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, flate.BestCompression)
	_, _ = w.Write(make([]byte, 15<<20))
	_ = w.Flush()
	piece := bytes.TrimSuffix(deflated.Bytes(), []byte{0, 0, 0xff, 0xff})
	all := []scenario{
		zlib("token below zero", []int{2}, "invalid token number in compressed stream", 0x20, 0xff, 0xff, 0xff, 0xff),
		zlib("greatest token", []int{2}, "invalid token number in compressed stream", 0x20, 0xff, 0xff, 0xff, 0x7f),
		zlib("run of none", []int{2}, "invalid token number in compressed stream", 0xc0, 0, 0),
		zlib("run that overflows", []int{2}, "invalid token number in compressed stream", 0x21, 0xfe, 0xff, 0xff, 0x7f, 0xff, 0xff),
		zlib("block beyond the count", []int{2}, "Invalid block index 5 (count=0) [receiver]", 0x85),
		zlib("no deflate", []int{12}, "inflate returned -3 (0 bytes)", 0x40, 5, 'h', 'e', 'l', 'l', 'o'),
		{name: "bomb", protocols: []int{31}, args: []string{"-z"}, leaves: true, codes: []int{12}, text: "connection unexpectedly closed|inflate", say: asked(func(l *liar, n int32) {
			l.item(n, newFile)
			l.head(0, 0, 0, 0)
			for p := piece; len(p) > 0; {
				k := min(len(p), 16383)
				l.raw(append([]byte{0x40 | byte(k>>8), byte(k)}, p[:k]...)...)
				p = p[k:]
			}
		}), check: empty},
	}
	for _, codec := range []struct {
		name, text string
		codes      []int
	}{{"zstd", "ZSTD decomp returned ", []int{12}}, {"lz4", "uncompress failed: ", []int{12}}} {
		all = append(all, scenario{name: codec.name + " garbage", protocols: []int{31}, args: []string{"--compress-choice=" + codec.name}, codes: codec.codes, text: codec.text,
			say: asked(func(l *liar, n int32) {
				l.item(n, newFile)
				l.head(0, 0, 0, 0)
				l.raw(append([]byte{0x40, 64}, strings.Repeat("garbage!", 8)...)...)
			})})
	}
	return all
}

func TestItems(t *testing.T)  { run(t, items, pulls, receives) }
func TestTokens(t *testing.T) { run(t, tokens(), pulls, receives) }
