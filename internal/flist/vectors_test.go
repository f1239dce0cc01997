package flist

import (
	"bytes"
	"strings"
	"testing"

	"godwit/internal/wire"
)

// The short vectors of docs/protocol/02-wire-and-file-list.md §21.8 and those within §10. Prev is
// sent before without being looked at.
func TestShortVectors(t *testing.T) {
	varint := func(p int) wire.Caps { return wire.Caps{Protocol: p, VarintFlags: true} }
	old := func(p int) wire.Caps { return wire.Caps{Protocol: p} }
	plain := func(c wire.Caps) Format { return Format{Caps: c} }
	devices := func(c wire.Caps) Format { return Format{Caps: c, Devices: true, Specials: true} }
	owners := func(c wire.Caps) Format {
		names := map[uint32]string{1: "daemon", 2: "bin"}
		name := func(id uint32) string { return names[id] }
		c.IncRecurse = c.Protocol >= 30
		return Format{Caps: c, Owner: true, Group: true, Specials: true, Atimes: true, UserName: name, GroupName: name}
	}
	sums := func(c wire.Caps) Format { return Format{Caps: c, Links: true, Checksum: true, SumLen: 16} }
	prev := Item{Base: []byte("_"), Mode: 0o100644, Mtime: second - 1}
	sum := bytes.Repeat([]byte{0xAB}, 16)
	file := Item{Base: []byte("f"), Mode: 0o100644, Size: 3, Mtime: second, Nsec: 123456789}
	timed := Item{Base: []byte("s"), Mode: 0o100644, Size: 2, Mtime: second, Nsec: 123456789, Atime: 5 * second, UID: 1, GID: 2}
	link := itemLink
	long := strings.Repeat("n", 301)

	for _, c := range []struct {
		name   string
		format Format
		prev   []Item
		item   Item
		want   string
	}{
		{"nanoseconds", plain(varint(32)), nil, file, "A0 18 01 66 00 03 00 3B 00 CA 9A E7 15 CD 5B A4 81 00 00"},
		{"no nanoseconds at 30", plain(varint(30)), nil, file, "18 01 66 00 03 00 3B 00 CA 9A A4 81 00 00"},
		{"29", plain(old(29)), nil, file, "18 01 66 03 00 00 00 00 CA 9A 3B A4 81 00 00"},
		{"names and access time", owners(varint(32)), []Item{prev}, timed,
			"AC 02 01 73 00 02 00 3B 00 CA 9A E7 15 CD 5B 81 00 F2 05 2A 01 06 64 61 65 6D 6F 6E 02 03 62 69 6E"},
		{"fifo at 32", owners(varint(32)), []Item{timed},
			Item{Base: []byte("fifo"), Mode: 0o10644, Mtime: second, Atime: 5 * second, UID: 54321, GID: 54321, Nsec: 0x1CD62599},
			"C0 80 60 04 66 69 66 6F 00 00 00 F0 99 25 D6 1C A4 11 00 00 C0 31 D4 C0 31 D4"},
		{"fifo at 30", owners(varint(30)), []Item{timed},
			Item{Base: []byte("fifo"), Mode: 0o10644, Mtime: second, Atime: 5 * second, UID: 54321, GID: 54321},
			"C0 80 41 04 66 69 66 6F 00 00 00 A4 11 00 00 C0 31 D4 C0 31 D4 00"},
		{"fifo at 29", owners(old(29)), []Item{timed},
			Item{Base: []byte("fifo"), Mode: 0o10644, Mtime: second, Atime: 5 * second, UID: 54321, GID: 54321},
			"84 49 04 66 69 66 6F 00 00 00 00 A4 11 00 00 31 D4 00 00 31 D4 00 00 00"},
		{"missing argument", plain(varint(32)), []Item{prev}, Item{Base: []byte("gone"), Flags: Missing},
			"18 04 67 6F 6E 65 00 00 00 00 00 00 00 00 00 00 00"},
		{"same name", plain(varint(32)), []Item{{Base: []byte("s"), Mode: 0o40755, Size: 4096, Mtime: second}},
			Item{Base: []byte("s"), Mode: 0o40755, Size: 4096, Mtime: second, Flags: Top | Content}, "80 BB 01 00 00 00 10"},
		{"sum of a file", sums(varint(32)), nil, Item{Base: []byte("a.txt"), Mode: 0o100644, Size: 6, Mtime: second, Sum: sum},
			"18 05 61 2E 74 78 74 00 06 00 3B 00 CA 9A A4 81 00 00" + strings.Repeat("AB", 16)},
		{"no sum of a link", sums(varint(32)), []Item{prev}, link, "18 04 6C 69 6E 6B 00 05 00 3B 01 CA 9A FF A1 00 00 05 61 2E 74 78 74"},
		{"sum of a link at 27", sums(old(27)), []Item{prev}, link,
			"18 04 6C 69 6E 6B 05 00 00 00 01 CA 9A 3B FF A1 00 00 05 00 00 00 61 2E 74 78 74" + strings.Repeat("00", 16)},
		{"link without -l", plain(varint(32)), []Item{prev}, link, "18 04 6C 69 6E 6B 00 05 00 3B 01 CA 9A FF A1 00 00"},
		{"device without -D", plain(varint(32)), []Item{{Base: []byte("_"), Mode: 0o100644, Mtime: second}}, itemNull,
			"80 98 04 6E 75 6C 6C 00 00 00 A4 21 00 00"},
		{"implied directory", plain(varint(32)), nil, Item{Base: []byte("d"), Mode: 0o40755, Size: 4096, Mtime: second, Flags: Implied},
			"81 19 01 64 00 00 10 3B 00 CA 9A ED 41 00 00"},
		{"directory without contents", plain(varint(32)), []Item{prev}, Item{Base: []byte("d"), Mode: 0o40755, Size: 4096, Mtime: second},
			"81 18 01 64 00 00 10 3B 00 CA 9A ED 41 00 00"},
		{"directory at 29", plain(old(29)), []Item{prev}, Item{Base: []byte("d"), Mode: 0o40755, Size: 4096, Mtime: second, Flags: Content},
			"18 01 64 00 10 00 00 00 CA 9A 3B ED 41 00 00"},

		{"block 8,17 at 27", devices(old(27)), []Item{prev}, Item{Base: []byte("b"), Mode: 0o60644, Major: 8, Minor: 17, Mtime: second - 1},
			"98 01 62 00 00 00 00 A4 61 00 00 11 08 00 00"},
		{"block 8,17 at 29", devices(old(29)), []Item{prev}, Item{Base: []byte("b"), Mode: 0o60644, Major: 8, Minor: 17, Mtime: second - 1},
			"9C 08 01 62 00 00 00 00 A4 61 00 00 08 00 00 00 11"},
		{"block 8,300 at 28", devices(old(28)), []Item{prev}, Item{Base: []byte("b"), Mode: 0o60644, Major: 8, Minor: 300, Mtime: second - 1},
			"98 01 62 00 00 00 00 A4 61 00 00 08 00 00 00 2C 01 00 00"},
		{"block 8,300 at 32", devices(varint(32)), []Item{prev}, Item{Base: []byte("b"), Mode: 0o60644, Major: 8, Minor: 300, Mtime: second - 1},
			"80 98 01 62 00 00 00 A4 61 00 00 08 81 2C"},
		{"char 259,1048575 at 27", devices(old(27)), []Item{prev}, Item{Base: []byte("c"), Mode: 0o20644, Major: 259, Minor: 1048575, Mtime: second - 1},
			"98 01 63 00 00 00 00 A4 21 00 00 FF 03 F1 FF"},
		{"char 259,1048575 at 29", devices(old(29)), []Item{prev}, Item{Base: []byte("c"), Mode: 0o20644, Major: 259, Minor: 1048575, Mtime: second - 1},
			"98 01 63 00 00 00 00 A4 21 00 00 03 01 00 00 FF FF 0F 00"},
		{"char 259,1048575 at 30", devices(varint(30)), []Item{prev}, Item{Base: []byte("c"), Mode: 0o20644, Major: 259, Minor: 1048575, Mtime: second - 1},
			"80 98 01 63 00 00 00 A4 21 00 00 81 03 CF FF FF"},
		{"fifo at 27", devices(old(27)), []Item{prev}, Item{Base: []byte("p"), Mode: 0o10644, Mtime: second - 1},
			"9C 01 70 00 00 00 00 A4 11 00 00"},
		{"group id but no name: bit 11 is the minor's", func() Format { f := devices(old(29)); f.Owner, f.Group = true, true; return f }(), []Item{prev},
			Item{Base: []byte("p"), Mode: 0o10644, Mtime: second - 1, GID: 7}, "8C 09 01 70 00 00 00 00 A4 11 00 00 07 00 00 00 00"},
		{"directory whose flags would be 0, at 27", func() Format { f := plain(old(27)); f.Owner, f.Group = true, true; return f }(), nil,
			Item{Base: []byte("d"), Mode: 0o40755, Size: 4096, Mtime: second}, "40 01 00 00 00 64 00 10 00 00 00 CA 9A 3B ED 41 00 00 00 00 00 00 00 00 00 00"},
		{"file whose flags would be 0, at 29", func() Format { f := plain(old(29)); f.Owner, f.Group = true, true; return f }(), nil,
			Item{Base: []byte("f"), Mode: 0o100644, Size: 1, Mtime: second}, "01 01 66 01 00 00 00 00 CA 9A 3B A4 81 00 00 00 00 00 00 00 00 00 00"},
		{"directory whose flags would be 0, at 29", func() Format { f := plain(old(29)); f.Owner, f.Group = true, true; return f }(), nil,
			Item{Base: []byte("d"), Mode: 0o40755, Size: 4096, Mtime: second}, "04 00 01 64 00 10 00 00 00 CA 9A 3B ED 41 00 00 00 00 00 00 00 00 00 00"},
		{"everything as in the beginning", plain(old(29)), nil, Item{Base: []byte("z")}, "9A 01 7A 00 00 00 00"},

		{"long prefix", plain(old(29)), []Item{{Base: []byte(long), Mode: 0o100644}},
			Item{Base: []byte(long[:300] + strings.Repeat("m", 23)), Mode: 0o100644}, "BA FF 44" + strings.Repeat("6e", 45) + strings.Repeat("6d", 23) + "00 00 00 00"},
		{"long name at 29", plain(old(29)), nil, Item{Base: []byte(long), Mode: 0o100644},
			"D8 2D 01 00 00" + strings.Repeat("6e", 301) + "00 00 00 00 A4 81 00 00"},
		{"long name at 32", plain(varint(32)), nil, Item{Base: []byte(long), Mode: 0o100644},
			"80 D8 81 2D" + strings.Repeat("6e", 301) + "00 00 00 A4 81 00 00"},
		{"time before 1970 at 29", plain(old(29)), nil, Item{Base: []byte("f"), Mode: 0o100644, Mtime: -1}, "18 01 66 00 00 00 00 FF FF FF FF A4 81 00 00"},
		{"time 2^32 at 29", plain(old(29)), nil, Item{Base: []byte("f"), Mode: 0o100644, Mtime: 1 << 32}, "18 01 66 00 00 00 00 00 00 00 00 A4 81 00 00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := NewList(false, c.format.Columns(), Order{Protocol: c.format.Caps.Protocol})
			seg := list.NewSegment(-1)
			enc := NewEncoder(&c.format)
			for i := range c.prev {
				if _, err := enc.Append(nil, seg.Add(&c.prev[i])); err != nil {
					t.Fatal(err)
				}
			}
			got, err := enc.Append(nil, seg.Add(&c.item))
			if err != nil {
				t.Fatal(err)
			}
			if want := unhex(t, c.want); !bytes.Equal(got, want) {
				t.Errorf("got  % X\nwant % X", got, want)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		format Format
		bits   int32
		report bool
		want   string
	}{
		{"varint", Format{Caps: wire.Caps{Protocol: 32, VarintFlags: true}}, 0, false, "00 00"},
		{"varint, error", Format{Caps: wire.Caps{Protocol: 32, VarintFlags: true}}, 1, true, "00 01"},
		{"varint, errors ignored", Format{Caps: wire.Caps{Protocol: 32, VarintFlags: true}, IgnoreErrors: true}, 1, true, "00 00"},
		{"octets", Format{Caps: wire.Caps{Protocol: 31, SafeFlist: true}}, 0, false, "00"},
		{"octets, error", Format{Caps: wire.Caps{Protocol: 31, SafeFlist: true}}, 1, true, "04 10 01"},
		{"octets, error told before", Format{Caps: wire.Caps{Protocol: 31, SafeFlist: true}}, 1, false, "00"},
		{"octets, unsafe", Format{Caps: wire.Caps{Protocol: 30}}, 1, true, "00"},
		{"29", Format{Caps: wire.Caps{Protocol: 29}}, 1, true, "00"},
	} {
		if got := NewEncoder(&c.format).AppendEnd(nil, c.bits, c.report); !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%s: % X, want %s", c.name, got, c.want)
		}
	}
}

func TestIDLists(t *testing.T) {
	names := map[uint32]string{0: "root", 1: "daemon", 2: "bin"}
	name := func(id uint32) string { return names[id] }
	f := Format{Caps: wire.Caps{Protocol: 29}, Owner: true, Group: true, UserName: name, GroupName: name}
	list := NewList(false, f.Columns(), Order{Protocol: 29})
	seg := list.NewSegment(-1)
	enc := NewEncoder(&f)
	for _, ids := range [][2]uint32{{1, 2}, {54321, 0}, {1, 2}} {
		if _, err := enc.Append(nil, seg.Add(&Item{Base: []byte("f"), Mode: 0o100644, UID: ids[0], GID: ids[1]})); err != nil {
			t.Fatal(err)
		}
	}
	want := "01 00 00 00 06 64 61 65 6D 6F 6E 00 00 00 00 02 00 00 00 03 62 69 6E 00 00 00 00"
	if got := enc.AppendIDLists(nil); !bytes.Equal(got, unhex(t, want)) {
		t.Errorf("% X", got)
	}
	f = Format{Caps: wire.Caps{Protocol: 32, ID0Names: true}, Owner: true, Group: true, UserName: name, GroupName: name}
	if got := NewEncoder(&f).AppendIDLists(nil); !bytes.Equal(got, unhex(t, "00 04 72 6F 6F 74 00 04 72 6F 6F 74")) {
		t.Errorf("% X", got)
	}
}
