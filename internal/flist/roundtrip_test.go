package flist

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// drawFormat draws a format of any protocol.
func drawFormat(t *rapid.T) Format {
	p := rapid.IntRange(27, 32).Draw(t, "protocol")
	f := Format{Caps: wire.Caps{Protocol: p}}
	for name, at := range map[string]*bool{
		"o": &f.Owner, "g": &f.Group, "l": &f.Links, "devices": &f.Devices, "specials": &f.Specials, "H": &f.HardLinks,
		"c": &f.Checksum, "numeric": &f.NumericIDs,
	} {
		*at = rapid.Bool().Draw(t, name)
	}
	if p >= 28 {
		f.Atimes = rapid.Bool().Draw(t, "U") // see 02-wire-and-file-list.md §10.4 for 27
	}
	if p >= 30 {
		f.Caps.VarintFlags = rapid.Bool().Draw(t, "varint")
		f.Caps.SafeFlist = p >= 31 || rapid.Bool().Draw(t, "safe")
		f.Crtimes = f.Caps.VarintFlags && rapid.Bool().Draw(t, "N")
	}
	if f.Checksum {
		f.SumLen = 16
	}
	f.DeleteMissing, f.Relative = true, true
	name := func(id uint32) string { return strings.Repeat("n", int(id%7)) }
	f.UserName, f.GroupName = name, name
	return f
}

// drawItem draws an entry as a walk could give it.
func drawItem(t *rapid.T, f *Format) Item {
	types := []uint32{TypeSocket, TypeSymlink, TypeRegular, TypeBlock, TypeDir, TypeChar, TypeFifo}
	it := Item{ACL: -1, DefaultACL: -1, Xattr: -1}
	name := rapid.StringMatching(`([a-c]{1,3}/){0,2}[a-c\x80\xFF]{1,4}(z{250})?`).Draw(t, "name")
	it.Dir, it.Base = splitName([]byte(name))
	it.Mode = rapid.SampledFrom(types).Draw(t, "type") | uint32(rapid.IntRange(0, 0o7777).Draw(t, "perm"))
	it.Size = rapid.Int64Range(0, 1<<40).Draw(t, "size")
	it.Mtime = rapid.OneOf(rapid.SampledFrom([]int64{0, second}), rapid.Int64Range(0, 1<<32-1)).Draw(t, "mtime")
	if f.Caps.Protocol >= 30 && rapid.Bool().Draw(t, "far") {
		it.Mtime = rapid.Int64Range(-1<<40, 1<<40).Draw(t, "far time")
	}
	if f.Caps.Protocol >= 31 {
		it.Nsec = uint32(rapid.SampledFrom([]int{0, 1, 999999999}).Draw(t, "nsec"))
	}
	id := rapid.OneOf(rapid.SampledFrom([]uint32{0, 1, 2}), rapid.Uint32())
	it.UID, it.GID = id.Draw(t, "uid"), id.Draw(t, "gid")
	it.Atime, it.Crtime = rapid.Int64Range(0, 3).Draw(t, "atime"), rapid.SampledFrom([]int64{it.Mtime, 77}).Draw(t, "crtime")
	if IsSymlink(it.Mode) {
		it.Link = []byte(rapid.StringMatching(`[a-z/.]{1,20}`).Draw(t, "link"))
	}
	if IsDevice(it.Mode) {
		it.Major, it.Minor = uint32(rapid.IntRange(0, 4095).Draw(t, "major")), uint32(rapid.IntRange(0, 1<<19-1).Draw(t, "minor"))
		it.Size = 0
	}
	if f.HardLinks && (f.Caps.Protocol == 27 && IsRegular(it.Mode) || f.Caps.Protocol > 27 && !IsDir(it.Mode) && rapid.Bool().Draw(t, "linked")) {
		it.Flags |= Linked
		it.Dev, it.Ino = rapid.Uint64Range(0, 1).Draw(t, "dev"), rapid.Uint64Range(1, 4).Draw(t, "ino")
	}
	if f.Checksum && IsRegular(it.Mode) {
		it.Sum = rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "sum")
	}
	if IsDir(it.Mode) {
		it.Flags |= rapid.SampledFrom([]Flags{0, Content, Content | Top, Implied}).Draw(t, "flags")
	}
	return it
}

// What is encoded is decoded to the same, in every format.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFormat(t)
		list := NewList(false, f.Columns(), Order{Protocol: f.Caps.Protocol})
		seg := list.NewSegment(-1)
		enc := NewEncoder(&f)
		var out []byte
		leaders := map[devIno]Item{}
		for range rapid.IntRange(0, 12).Draw(t, "entries") {
			it := drawItem(t, &f)
			if it.Flags&Linked != 0 {
				// Links of one file are alike in everything but the name.
				if first, ok := leaders[devIno{it.Dev, it.Ino}]; ok {
					first.Dir, first.Base = it.Dir, it.Base
					it = first
				}
				leaders[devIno{it.Dev, it.Ino}] = it
			}
			var err error
			if out, err = enc.Append(out, seg.Add(&it)); err != nil {
				t.Fatal(err)
			}
		}
		bits := int32(rapid.IntRange(0, 7).Draw(t, "bits"))
		out = enc.AppendEnd(out, bits, bits != 0)
		out = enc.AppendIDLists(out)
		if !f.Caps.VarintFlags && !f.Caps.SafeFlist {
			bits = 0
		}

		r := wire.NewReader(&bytesSource{out}, "receiver")
		far := NewList(false, f.Columns(), Order{Protocol: f.Caps.Protocol})
		got := far.NewSegment(-1)
		dec := NewDecoder(&f, far)
		gotBits, err := dec.Read(context.Background(), r, got)
		if err != nil {
			t.Fatal(err)
		}
		if err := dec.ReadIDLists(context.Background(), r, got); err != nil {
			t.Fatal(err)
		}
		if r.Buffered() != 0 || gotBits != bits || got.Len() != seg.Len() {
			t.Fatalf("%d octets left, bits %d, %d entries of %d", r.Buffered(), gotBits, got.Len(), seg.Len())
		}
		groups := map[int32]devIno{}
		for i := range seg.Len() {
			a, b := seg.Arrival(i), got.Arrival(i)
			if diff := differs(&f, a, b); diff != "" {
				t.Fatalf("%s: %s", a.Path(), diff)
			}
			if a.Is(Linked) && f.HardLinks {
				dev, ino := a.DevIno()
				key, ok := groups[b.Group()]
				if b.Group() < 0 || ok && key != (devIno{dev, ino}) {
					t.Fatalf("%s: group %d", a.Path(), b.Group())
				}
				groups[b.Group()] = devIno{dev, ino}
			}
		}
	})
}

// differs tells what of an entry has not come through.
func differs(f *Format, a, b File) string {
	x, y := a.Entry(), b.Entry()
	major, minor := a.Rdev()
	if !IsDevice(x.Mode) || !f.Devices {
		major, minor = 0, 0
	}
	gotMajor, gotMinor := b.Rdev()
	link := a.Link()
	if !f.Links {
		link = nil
	}
	for _, c := range []struct {
		what      string
		same, use bool
	}{
		{"name", a.Path() == b.Path(), true},
		{"mode", x.Mode == y.Mode, true},
		{"size", x.Size == y.Size, true},
		{"time", x.Mtime == y.Mtime && x.Nsec == y.Nsec, true},
		{"user", x.UID == y.UID, f.Owner},
		{"group", x.GID == y.GID, f.Group},
		{"device", major == gotMajor && minor == gotMinor, true},
		{"link", bytes.Equal(link, b.Link()), true},
		{"access time", a.Atime() == b.Atime(), f.Atimes && !a.IsDir()},
		{"birth", a.Crtime() == b.Crtime(), f.Crtimes},
		{"sum", bytes.Equal(a.Sum(), b.Sum()), f.Checksum && a.IsRegular()},
		{"directory flags", (x.Flags^y.Flags)&(Top|Content|Implied) == 0, a.IsDir() && f.Caps.Protocol >= 30},
	} {
		if c.use && !c.same {
			return fmt.Sprintf("%s: %+v %+v", c.what, *x, *y)
		}
	}
	return ""
}

// The checks of docs/protocol/02-wire-and-file-list.md §19.
func TestDecoderRefuses(t *testing.T) {
	varint := Format{Caps: wire.Caps{Protocol: 32, VarintFlags: true}, Links: true, HardLinks: true}
	octets := Format{Caps: wire.Caps{Protocol: 30}, Links: true}
	incremental := varint
	incremental.Caps.IncRecurse = true
	relative := incremental
	relative.Relative = true
	for _, c := range []struct {
		name   string
		format Format
		bytes  string
		code   exit.Code
		text   string
	}{
		{"error end without safe list", octets, "04 10 01", exit.Protocol, "Invalid flist flag: 1004"},
		{"long name", varint, "58 90 00", exit.Memory, "overflow: xflags=0x58 l1=0 l2=4096 lastname= [Receiver]"},
		{"name with ..", varint, "18 04 61 2F 2E 2E 00 00 00", exit.Unsupported, "ABORTING due to unsafe pathname from sender: a/.."},
		{"absolute name", varint, "18 02 2F 61 00 00 00", exit.Unsupported, "ABORTING due to unsafe pathname from sender: /a"},
		{"link group ahead", varint, "82 18 01 61 05", exit.Protocol, "hard-link reference out of range: 5 (0)"},
		{"link group below 0", varint, "82 18 01 61 F0 FF FF FF FF", exit.Protocol, "hard-link reference out of range: -1 (0)"},
		{"negative size", varint, "18 01 61" + hex.EncodeToString(wire.AppendVarlong(nil, -1, wire.SizeBytes)), exit.Unsupported, "Offset underflow: file-length is negative"},
		{"nanoseconds", varint, "A0 98 01 61 00 00 00 F0 00 CA 9A 3B", exit.Protocol, "wire value modtime_nsec out of range: 1000000000 not in [0,999999999] [Receiver]"},
		{"mode", varint, "80 98 01 61 00 00 00 A4 01 00 00", exit.Protocol, "invalid file mode 0644 for a [Receiver]"},
		{"mode 0", varint, "80 98 01 61 00 00 00 00 00 00 00", exit.Protocol, "invalid file mode 00 for a [Receiver]"},
		{"long link", varint, "80 98 01 61 00 00 00 FF A1 00 00 90 00", exit.Memory, "overflow: linkname_len=4096"},
		{"root is a file", varint, "80 98 01 2E 00 00 00 A4 81 00 00", exit.Protocol, "ERROR: rejecting non-directory transfer-root entry: ."},
		{"first list too deep", incremental, "80 98 03 61 2F 62 00 00 00 A4 81 00 00", exit.Unsupported, "ABORTING due to invalid path from sender: a/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := NewList(c.format.Caps.IncRecurse, c.format.Columns(), Order{Protocol: 32})
			if c.format.Caps.IncRecurse {
				list.next = 1
			}
			_, err := NewDecoder(&c.format, list).Read(context.Background(), wire.NewReader(&bytesSource{unhex(t, c.bytes)}, "Receiver"), list.NewSegment(-1))
			e, ok := err.(*exit.Error)
			if !ok || e.Code != c.code || !strings.HasPrefix(e.Text, c.text) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A name is cleaned as it arrives (docs/protocol/04-filters-and-walk.md §19.1).
func TestDecoderCleansNames(t *testing.T) {
	for raw, want := range map[string]string{
		"a//b": "a/b", "a/./b": "a/b", "./a": "a", "a/": "a", "a/.": "a/.", "//a": "/a", "..a": "..a", "a/..b": "a/..b", "": ".",
	} {
		d := NewDecoder(&Format{Relative: true}, NewList(false, Columns{}, Order{}))
		got, err := d.cleanName([]byte(raw))
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

// FuzzDecoder feeds the decoder anything. It may refuse, but neither panic nor take memory out of
// proportion to what it was given.
func FuzzDecoder(f *testing.F) {
	for i, c := range captures {
		f.Add(uint8(i), capture(f, c.section))
	}
	f.Add(uint8(1), []byte{0x58, 0xCF, 0xFF, 0x61})
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		format := captureFormat(captures[int(which)%len(captures)].caps)
		format.Checksum, format.SumLen = which&0x40 != 0, 16
		format.Relative = which&0x20 != 0
		format.Atimes = which&0x80 != 0
		order := Order{Protocol: format.Caps.Protocol}
		list := NewList(format.Caps.IncRecurse, format.Columns(), order)
		dec := NewDecoder(format, list)
		seg := list.NewSegment(-1)
		r := wire.NewReader(&bytesSource{slices.Clone(data)}, "receiver")
		if _, err := dec.Read(context.Background(), r, seg); err != nil {
			return
		}
		if err := dec.ReadIDLists(context.Background(), r, seg); err != nil {
			return
		}
		if seg.Len() > len(data) || len(seg.slab) > 512*(len(data)+1) {
			t.Fatalf("%d entries, %d octets of names from %d octets", seg.Len(), len(seg.slab), len(data))
		}
		seg.Sort(order)
		seg.Clean(order)
		seg.LinkGroups()
		list.Publish(seg)
		for pos := range seg.Len() {
			name := seg.At(pos).Path()
			if strings.HasPrefix(name, "../") || strings.Contains(name, "/../") || name == ".." {
				t.Fatalf("climbs: %q", name)
			}
		}
	})
}
