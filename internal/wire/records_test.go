package wire_test

import (
	"bytes"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/wire"
)

// TestItems checks the vectors of docs/protocol/03-transfer.md §5.2, without
// the index in front of each.
func TestItems(t *testing.T) {
	const T, N, L, S, M = wire.ItemTransfer, wire.ItemNew, wire.ItemLocal, wire.ItemSize, wire.ItemTime
	for _, c := range []struct {
		what string
		hex  string
		item wire.Item
	}{
		{"new file", "00 a0", wire.Item{Flags: T | N}},
		{"changed file", "0c 80", wire.Item{Flags: T | S | M}},
		{"fuzzy basis", "00 b8 83 07 66 6f 6f 2d 31 2e 30",
			wire.Item{Flags: T | N | wire.ItemBasis | wire.ItemName, Basis: wire.BasisFuzzy, Name: []byte("foo-1.0")}},
		{"partial-dir basis", "00 a8 81", wire.Item{Flags: T | N | wire.ItemBasis, Basis: wire.BasisPartial}},
		{"link-dest basis", "04 88 00", wire.Item{Flags: T | S | wire.ItemBasis, Basis: 0}},
		{"backup basis", "0c 88 82", wire.Item{Flags: T | S | M | wire.ItemBasis, Basis: wire.BasisBackup}},
		{"symlink retargeted", "02 40", wire.Item{Flags: L | wire.ItemChange}},
		{"new symlink", "02 60", wire.Item{Flags: L | N | wire.ItemChange}},
		{"new hard link", "00 70 01 63", wire.Item{Flags: L | N | wire.ItemName, Name: []byte("c")}},
		{"hard link already right", "00 50 00", wire.Item{Flags: L | wire.ItemName, Name: []byte{}}},
		{"nothing differs", "00 00", wire.Item{}},
		{"new directory", "00 60", wire.Item{Flags: L | N}},
		{"directory time", "08 00", wire.Item{Flags: M}},
	} {
		want := unhex(t, c.hex)
		if got, err := c.item.Append(nil, 29); !bytes.Equal(got, want) || err != nil {
			t.Errorf("%s: % X, %v, want % X", c.what, got, err, want)
		}
		item := wire.Item{Name: []byte("storage of an earlier item")}
		r := wire.NewBytesReader(want, "receiver")
		if err := r.Item(32, &item); err != nil || r.Buffered() != 0 {
			t.Errorf("%s: %v", c.what, err)
		}
		basis := c.item.Basis
		if !c.item.Flags.Has(wire.ItemBasis) {
			basis = wire.BasisDest
		}
		if item.Flags != c.item.Flags || item.Basis != basis || !bytes.Equal(item.Name, c.item.Name) {
			t.Errorf("%s: read as %+v", c.what, item)
		}
		for n := range want {
			if err := wire.NewBytesReader(want[:n], "").Item(29, &item); err != io.ErrUnexpectedEOF {
				t.Errorf("%s cut to %d bytes: %v", c.what, n, err)
			}
		}
	}
}

func TestItemsOfOldProtocols(t *testing.T) {
	item := wire.Item{Flags: wire.ItemTransfer | wire.ItemBasis, Basis: wire.BasisPartial}
	if got, err := item.Append(nil, 28); len(got) != 0 || err != nil {
		t.Errorf("protocol 28 writes % X, %v", got, err)
	}
	if err := wire.NewBytesReader(nil, "").Item(28, &item); err != nil {
		t.Error(err)
	}
	if item.Flags != wire.ItemTransfer|wire.ItemUnknown || item.Basis != wire.BasisDest {
		t.Errorf("protocol 28 item = %+v", item)
	}
}

func TestItemNameTooLong(t *testing.T) {
	item := wire.Item{Flags: wire.ItemName, Name: make([]byte, wire.MaxPath)}
	b, err := item.Append(nil, 32)
	if err != nil {
		t.Fatal(err)
	}
	wantFailure(t, wire.NewBytesReader(b, "").Item(32, &item), 2, "over-long vstring received (4096 > 4095)")
}

// TestSumHead checks the vectors of docs/protocol/03-transfer.md §17.
func TestSumHead(t *testing.T) {
	for _, c := range []struct {
		hex  string
		head wire.SumHead
		size int64
	}{
		{"03000000 bc020000 02000000 64000000", wire.SumHead{Count: 3, BlockLen: 700, StrongLen: 2, Remainder: 100}, 1500},
		{"06000000 bc020000 02000000 60010000", wire.SumHead{Count: 6, BlockLen: 700, StrongLen: 2, Remainder: 352}, 3852},
		{"02000000 bc020000 02000000 00000000", wire.SumHead{Count: 2, BlockLen: 700, StrongLen: 2}, 1400},
		{"00000000 00000000 00000000 00000000", wire.SumHead{}, 0},
	} {
		want := unhex(t, c.hex)
		if got := c.head.Append(nil); !bytes.Equal(got, want) {
			t.Errorf("%+v = % x", c.head, got)
		}
		if got, err := wire.NewBytesReader(want, "").SumHead(30, 16); got != c.head || err != nil {
			t.Errorf("%s = %+v, %v", c.hex, got, err)
		}
		if got := c.head.FileLen(); got != c.size {
			t.Errorf("%+v describes %d bytes, want %d", c.head, got, c.size)
		}
	}
}

func TestSumHeadBad(t *testing.T) {
	for _, c := range []struct {
		head     wire.SumHead
		protocol int
		text     string
	}{
		{wire.SumHead{Count: -1}, 30, "Invalid checksum count -1 [sender]"},
		{wire.SumHead{BlockLen: -1}, 30, "Invalid block length -1 [sender]"},
		{wire.SumHead{BlockLen: 131073}, 30, "Invalid block length 131073 [sender]"},
		{wire.SumHead{BlockLen: 131073}, 29, ""},
		{wire.SumHead{BlockLen: 131072}, 30, ""},
		{wire.SumHead{BlockLen: 1<<29 + 1}, 29, "Invalid block length 536870913 [sender]"},
		{wire.SumHead{Count: 1}, 30, "Invalid zero block length [sender]"},
		{wire.SumHead{BlockLen: 1, StrongLen: -2}, 30, "Invalid checksum length -2 [sender]"},
		{wire.SumHead{BlockLen: 1, StrongLen: 17}, 30, "Invalid checksum length 17 [sender]"},
		{wire.SumHead{BlockLen: 1, StrongLen: 16, Remainder: -1}, 30, "Invalid remainder length -1 [sender]"},
		{wire.SumHead{BlockLen: 1, StrongLen: 16, Remainder: 2}, 30, "Invalid remainder length 2 [sender]"},
		{wire.SumHead{BlockLen: 2, StrongLen: 16, Remainder: 2}, 30, ""},
	} {
		_, err := wire.NewBytesReader(c.head.Append(nil), "sender").SumHead(c.protocol, 16)
		if c.text != "" {
			wantFailure(t, err, 2, c.text)
		} else if err != nil {
			t.Errorf("%+v: %v", c.head, err)
		}
	}
	if _, err := wire.NewBytesReader(make([]byte, 15), "").SumHead(30, 16); err != io.ErrUnexpectedEOF {
		t.Errorf("a cut sum head: %v", err)
	}
}

// TestDelStats checks the vectors of docs/protocol/02-wire-and-file-list.md §3.
func TestDelStats(t *testing.T) {
	s, err := wire.NewBytesReader(unhex(t, "01 01 00 00 00"), "").DelStats()
	if err != nil || s != (wire.DelStats{Files: 1, Dirs: 1}) || s.Total() != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := s.Append(nil); !bytes.Equal(got, unhex(t, "01 01 00 00 00")) {
		t.Errorf("% X", got)
	}
	for i, name := range []string{"deleted_files", "deleted_dirs", "deleted_symlinks", "deleted_devices", "deleted_specials"} {
		b := append(make([]byte, i), unhex(t, "F0 01 00 00 10 00 00 00 00")...)
		_, err := wire.NewBytesReader(b, "sender").DelStats()
		wantFailure(t, err, 2, "wire value "+name+" out of range: 268435457 not in [0,268435456] [sender]")
	}
}

func TestRecordProperties(t *testing.T) {
	count := rapid.Int32Range(0, 1<<28)
	rapid.Check(t, func(t *rapid.T) {
		protocol := rapid.IntRange(29, 32).Draw(t, "protocol")
		item := wire.Item{
			Flags: wire.ItemFlags(rapid.Uint16().Draw(t, "flags")),
			Basis: wire.BasisDest,
		}
		if item.Flags.Has(wire.ItemBasis) {
			item.Basis = wire.Basis(rapid.Byte().Draw(t, "basis"))
		}
		if item.Flags.Has(wire.ItemName) {
			item.Name = rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "name")
		}
		head := wire.SumHead{Count: rapid.Int32Range(0, math.MaxInt32).Draw(t, "count")}
		head.BlockLen = rapid.Int32Range(1, 1<<17).Draw(t, "block")
		head.StrongLen = rapid.Int32Range(0, 16).Draw(t, "strong")
		head.Remainder = rapid.Int32Range(0, head.BlockLen).Draw(t, "remainder")
		del := wire.DelStats{Files: count.Draw(t, "files"), Dirs: count.Draw(t, "dirs"), Symlinks: count.Draw(t, "symlinks"),
			Devices: count.Draw(t, "devices"), Specials: count.Draw(t, "specials")}

		b, err := item.Append(nil, protocol)
		if err != nil {
			t.Fatal(err)
		}
		r := splitReader(t, del.Append(head.Append(b)))
		var got wire.Item
		if err := r.Item(protocol, &got); err != nil || got.Flags != item.Flags || got.Basis != item.Basis || !bytes.Equal(got.Name, item.Name) {
			t.Fatalf("item %+v came back as %+v, %v", item, got, err)
		}
		if got, err := r.SumHead(protocol, 16); got != head || err != nil {
			t.Fatalf("sum head %+v came back as %+v, %v", head, got, err)
		}
		if got, err := r.DelStats(); got != del || err != nil {
			t.Fatalf("counts %+v came back as %+v, %v", del, got, err)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(29, []byte("\x00\xb8\x83\x07foo-1.0\x03\x00\x00\x00\xbc\x02\x00\x00\x02\x00\x00\x00\x64\x00\x00\x00\x01\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, protocol int, b []byte) {
		r := wire.NewBytesReader(b, "sender")
		var item wire.Item
		if err := r.Item(protocol, &item); err != nil {
			return
		}
		if len(item.Name) > wire.MaxName {
			t.Errorf("name of %d bytes", len(item.Name))
		}
		head, err := r.SumHead(protocol, 16)
		if err != nil {
			return
		}
		if head.FileLen() < 0 || head.StrongLen > 16 || head.BlockLen > wire.MaxBlockLen(protocol) {
			t.Errorf("sum head %+v", head)
		}
		if s, err := r.DelStats(); err == nil && (s.Total() < 0 || s.Total() > 5<<28) {
			t.Errorf("counts %+v", s)
		}
	})
}
