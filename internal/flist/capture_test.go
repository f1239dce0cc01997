package flist

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"godwit/internal/wire"
)

// capture returns the octets of a capture of docs/protocol/02-wire-and-file-list.md §21.
func capture(t testing.TB, section string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/captures.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "== "+section+" ")
	if !ok {
		t.Fatalf("no capture %s", section)
	}
	rest, _, _ = strings.Cut(rest, "\n== ")
	_, rest, _ = strings.Cut(rest, "\n")
	var out []byte
	for line := range strings.Lines(rest) {
		octets, _, _ := strings.Cut(strings.TrimRight(line, "\n"), "   ")
		b, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, b...)
	}
	return out
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const second = 1000000000

// The source tree of §21, in the order of the disk.
var (
	itemDot  = Item{Base: []byte("."), Mode: 0o40755, Size: 4096, Mtime: second, Flags: Top | Content}
	itemB    = Item{Base: []byte("b.txt"), Mode: 0o100644, Size: 6, Mtime: second, Flags: Linked, Dev: 65024, Ino: 10003231}
	itemLink = Item{Base: []byte("link"), Mode: 0o120777, Size: 5, Mtime: second + 1, Link: []byte("a.txt")}
	itemSub  = Item{Base: []byte("sub"), Mode: 0o40755, Size: 4096, Mtime: second, Flags: Content}
	itemNull = Item{Base: []byte("null"), Mode: 0o20644, Mtime: second, Major: 1, Minor: 3}
	itemA    = Item{Base: []byte("a.txt"), Mode: 0o100644, Size: 6, Mtime: second, Flags: Linked, Dev: 65024, Ino: 10003231}
	itemF    = Item{Dir: []byte("sub"), Base: []byte("f"), Mode: 0o100644, Size: 1, Mtime: 5 * second, Dev: 65024, Ino: 10003234}

	firstItems = []Item{itemDot, itemB, itemLink, itemSub, itemNull, itemA}
)

// captureFormat is the format of -aH.
func captureFormat(caps wire.Caps) *Format {
	root := func(id uint32) string {
		if id == 0 {
			return "root"
		}
		return ""
	}
	return &Format{
		Caps: caps, Owner: true, Group: true, Links: true, Devices: true, Specials: true, HardLinks: true, Recurse: true,
		UserName: root, GroupName: root,
	}
}

var captures = []struct {
	section string
	caps    wire.Caps
}{
	{"21.1", wire.Caps{Protocol: 32, IncRecurse: true, VarintFlags: true, SafeFlist: true, ID0Names: true}},
	{"21.2", wire.Caps{Protocol: 32, VarintFlags: true, SafeFlist: true, ID0Names: true}},
	{"21.3", wire.Caps{Protocol: 31, IncRecurse: true, SafeFlist: true}},
	{"21.4", wire.Caps{Protocol: 31, SafeFlist: true}},
	{"21.5", wire.Caps{Protocol: 29}},
	{"21.5", wire.Caps{Protocol: 28}},
	{"21.6", wire.Caps{Protocol: 27}},
}

func TestEncodeCaptures(t *testing.T) {
	for _, c := range captures {
		t.Run(fmt.Sprintf("%s/%d", c.section, c.caps.Protocol), func(t *testing.T) {
			want := capture(t, c.section)
			f := captureFormat(c.caps)
			list := NewList(c.caps.IncRecurse, f.Columns(), Order{Protocol: c.caps.Protocol})
			enc := NewEncoder(f)
			ndx := wire.NewNdxEncoder(c.caps.Protocol)
			var out []byte
			send := func(seg *Segment, items ...Item) {
				for _, it := range items {
					it.ACL, it.DefaultACL, it.Xattr = -1, -1, -1
					if c.caps.Protocol == 27 && IsRegular(it.Mode) {
						it.Flags |= Linked
					}
					var err error
					if out, err = enc.Append(out, seg.Add(&it)); err != nil {
						t.Fatal(err)
					}
				}
			}
			first := list.NewSegment(-1)
			send(first, firstItems...)
			if !c.caps.IncRecurse {
				send(first, itemF)
			}
			out = enc.AppendEnd(out, 0, false)
			out = enc.AppendIDLists(out)
			if c.caps.Protocol < 30 {
				out = wire.AppendInt32(out, 0)
			}
			if c.caps.IncRecurse {
				first.Sort(Order{Protocol: c.caps.Protocol})
				list.Publish(first)
				out = ndx.Append(out, wire.NdxListBase-1)
				send(list.NewSegment(1), itemF)
				out = enc.AppendEnd(out, 0, false)
				out = ndx.Append(out, wire.NdxEOF)
			}
			want = want[:min(len(want), len(out))] // 21.1 shows what follows
			if !bytes.Equal(out, want) {
				t.Errorf("got  %x\nwant %x", out, want)
			}
		})
	}
}

// bytesSource is a stream in memory.
type bytesSource struct{ b []byte }

func (s *bytesSource) Next(n int) ([]byte, error) {
	switch {
	case len(s.b) == 0:
		return nil, io.EOF
	case len(s.b) < n:
		return s.b, io.ErrUnexpectedEOF
	}
	return s.b, nil
}

func (s *bytesSource) Advance(n int) { s.b = s.b[n:] }

func TestDecodeCaptures(t *testing.T) {
	all := append(captures[:len(captures):len(captures)], captures[6])
	all[len(all)-1].section = "21.7" // a sender of release 2.6.0
	for _, c := range all {
		t.Run(fmt.Sprintf("%s/%d", c.section, c.caps.Protocol), func(t *testing.T) {
			src := &bytesSource{capture(t, c.section)}
			r := wire.NewReader(src, "receiver")
			f := captureFormat(c.caps)
			order := Order{Protocol: c.caps.Protocol}
			list := NewList(c.caps.IncRecurse, f.Columns(), order)
			dec := NewDecoder(f, list)
			seg := list.NewSegment(-1)
			ctx := context.Background()
			if bits, err := dec.Read(ctx, r, seg); err != nil || bits != 0 {
				t.Fatal(bits, err)
			}
			if err := dec.ReadIDLists(ctx, r, seg); err != nil {
				t.Fatal(err)
			}
			if c.caps.Protocol < 30 {
				if v, err := r.Int32(); err != nil || v != 0 {
					t.Fatal(v, err)
				}
			}
			seg.Sort(order)
			list.Publish(seg)
			want := map[string]Item{}
			for _, it := range append(firstItems[:len(firstItems):len(firstItems)], itemF) {
				want[string(it.Dir)+"/"+string(it.Base)] = it
			}
			check := func(file File) {
				it, ok := want[string(file.DirPath())+"/"+string(file.Base())]
				if !ok {
					t.Errorf("unexpected %s", file.Path())
					return
				}
				mtime := it.Mtime
				if c.caps.Protocol < 30 {
					mtime = int64(uint32(mtime))
				}
				major, minor := file.Rdev()
				if file.Size() != it.Size || file.Mtime() != mtime || file.Mode() != it.Mode || string(file.Link()) != string(it.Link) ||
					major != it.Major || minor != it.Minor {
					t.Errorf("%s: %+v", file.Path(), *file.Entry())
				}
				if file.IsDir() && !file.Is(Content) {
					t.Errorf("%s has no contents", file.Path())
				}
			}
			var names []string
			for pos := range seg.Len() {
				check(seg.At(pos))
				names = append(names, fmt.Sprintf("%s %d", seg.At(pos).Path(), seg.NDX(pos)))
			}
			wantNames := ". 0,a.txt 1,b.txt 2,link 3,null 4,sub 5,sub/f 6"
			if c.caps.IncRecurse {
				wantNames = ". 1,a.txt 2,b.txt 3,link 4,null 5,sub 6"
			}
			if got := strings.Join(names, ","); got != wantNames {
				t.Errorf("order %s\nwant  %s", got, wantNames)
			}
			groups := seg.LinkGroups()
			a, b := seg.At(1), seg.At(2)
			if a.Group() < 0 || a.Group() != b.Group() || len(groups[a.Group()]) != 2 {
				t.Errorf("groups %v", groups)
			}
			if !c.caps.IncRecurse {
				if n := r.Buffered(); n != 0 {
					t.Errorf("%d octets left", n)
				}
				return
			}
			ndx := wire.NewNdxDecoder(c.caps.Protocol)
			if v, err := ndx.Read(r); err != nil || v != wire.NdxListBase-1 {
				t.Fatal(v, err)
			}
			sub := list.NewSegment(1)
			if _, err := dec.Read(ctx, r, sub); err != nil {
				t.Fatal(err)
			}
			sub.Sort(order)
			list.Publish(sub)
			if sub.Len() != 1 || sub.NDX(0) != 8 || sub.At(0).Path() != "sub/f" {
				t.Errorf("second list: %d, %d", sub.Len(), sub.NDX(0))
			}
			check(sub.At(0))
			slot, err := list.Get(7, "recv_files", "receiver")
			if err != nil || !slot.Gap || slot.File.Path() != "sub" {
				t.Errorf("gap: %v %v", slot, err)
			}
			if v, err := ndx.Read(r); err != nil || v != wire.NdxEOF {
				t.Fatal(v, err)
			}
		})
	}
}
