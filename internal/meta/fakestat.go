package meta

import (
	"strconv"

	"godwit/internal/fsys"
)

// The extended attributes in which --fake-super keeps what it cannot set
// (docs/protocol/03-transfer.md §14.4). They are compatible with the
// reference's on disk.
const (
	fakeStatAttr       = ownAttrs + "%stat"
	fakeACLAccessAttr  = ownAttrs + "%aacl"
	fakeACLDefaultAttr = ownAttrs + "%dacl"
)

// fakeStat is the content of a fake-super record.
type fakeStat struct {
	mode         uint32 // with type bits
	major, minor uint32
	uid, gid     uint32
}

// append appends the record as text: "100755 0,0 1234:2345".
func (f fakeStat) append(b []byte) []byte {
	b = strconv.AppendUint(b, uint64(f.mode), 8)
	for _, n := range [...]struct {
		before byte
		v      uint32
	}{{' ', f.major}, {',', f.minor}, {' ', f.uid}, {':', f.gid}} {
		b = append(b, n.before)
		b = strconv.AppendUint(b, uint64(n.v), 10)
	}
	return b
}

// parseFakeStat parses a record. Like the reference it allows blanks before
// numbers, negative ones, and anything after the last.
func parseFakeStat(b []byte) (f fakeStat, ok bool) {
	fields := [...]struct {
		dst  *uint32
		base uint64
		end  byte
	}{{&f.mode, 8, 0}, {&f.major, 10, ','}, {&f.minor, 10, 0}, {&f.uid, 10, ':'}, {&f.gid, 10, 0}}
	for _, field := range fields {
		if b, ok = cutNumber(b, field.base, field.dst); !ok {
			return f, false
		}
		if field.end != 0 {
			if len(b) == 0 || b[0] != field.end {
				return f, false
			}
			b = b[1:]
		}
	}
	return f, true
}

// cutNumber reads the number that b starts with and returns what follows.
func cutNumber(b []byte, base uint64, dst *uint32) (rest []byte, ok bool) {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	v, n := uint64(0), 0
	for ; n < len(b) && '0' <= b[n] && uint64(b[n]-'0') < base; n++ {
		if v = v*base + uint64(b[n]-'0'); v > 1<<32-1 {
			return b, false
		}
	}
	if negative {
		v = -v
	}
	*dst = uint32(v)
	return b[n:], n > 0
}

// realMode is the mode that a file really gets where fake-super records the
// wanted one: without special bits, and usable by us.
func realMode(want uint32) uint32 {
	mode := want&fsys.ModePerm | 0o600
	if want&fsys.ModeType == fsys.ModeDir {
		mode |= 0o700
	}
	return mode
}
