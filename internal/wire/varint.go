package wire

import (
	"encoding/binary"
	"math/bits"

	"godwit/internal/exit"
)

// The variable integers of protocol 30 and later
// (docs/protocol/02-wire-and-file-list.md §2.3, §2.4). The first byte tells by
// its leading one bits how many extra bytes follow; its other bits are the most
// significant of the value. All further bytes have the low byte first.

// Minimum byte counts of varlongs, by what they carry.
const (
	SizeBytes = 3 // file sizes and statistics
	TimeBytes = 4 // seconds of a time
)

// extraBytes returns how many extra bytes a lead byte announces.
func extraBytes(lead byte) int {
	switch {
	case lead < 0x80:
		return 0
	case lead >= 0xFC:
		return 6 // there is no longer class
	default:
		return bits.LeadingZeros8(^lead)
	}
}

// AppendVarint appends v in one to five bytes. A negative number takes five.
func AppendVarint(dst []byte, v int32) []byte {
	u := uint32(v)
	switch {
	case u < 1<<7:
		return append(dst, byte(u))
	case u < 1<<14:
		return append(dst, 0x80|byte(u>>8), byte(u))
	case u < 1<<21:
		return append(dst, 0xC0|byte(u>>16), byte(u), byte(u>>8))
	case u < 1<<28:
		return append(dst, 0xE0|byte(u>>24), byte(u), byte(u>>8), byte(u>>16))
	default:
		return append(dst, 0xF0, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
	}
}

// Varint reads a number of one to five bytes. Longer forms than needed are
// accepted.
func (r *Reader) Varint() (int32, error) {
	if w := r.window[r.pos:]; len(w) >= 3 && w[0] < 0xE0 { // the common lengths, in place
		switch {
		case w[0] < 0x80:
			r.pos++
			return int32(w[0]), nil
		case w[0] < 0xC0:
			r.pos += 2
			return int32(w[0]&0x3F)<<8 | int32(w[1]), nil
		default:
			r.pos += 3
			return int32(w[0]&0x1F)<<16 | int32(w[2])<<8 | int32(w[1]), nil
		}
	}
	return r.anyVarint()
}

// anyVarint is Varint for every length and for fields that straddle windows.
func (r *Reader) anyVarint() (int32, error) {
	lead, err := r.Byte()
	if err != nil || lead < 0x80 {
		return int32(lead), err
	}
	extra := extraBytes(lead)
	if extra > 4 {
		return 0, exit.Errorf(exit.StreamIO, "Overflow in read_varint()")
	}
	b, err := r.take(extra)
	if err != nil {
		return 0, midField(err)
	}
	u := uint32(0)
	if extra < 4 {
		u = uint32(lead & (1<<(8-extra) - 1))
	}
	for i := extra - 1; i >= 0; i-- {
		u = u<<8 | uint32(b[i])
	}
	return int32(u), nil
}

// AppendVarlong appends v in m to nine bytes, for 3 <= m <= 8.
func AppendVarlong(dst []byte, v int64, m int) []byte {
	var b [9]byte // the low bytes behind the place of the lead byte
	binary.LittleEndian.PutUint64(b[1:], uint64(v))
	n := 8
	for n > m && b[n] == 0 {
		n--
	}
	switch top, more := b[n], n-m; {
	case int(top) >= 1<<(7-more): // does not fit beside the class bits
		b[0] = ^byte(0xFF >> (more + 1))
		return append(dst, b[:n+1]...)
	default:
		b[0] = top | ^byte(0xFF>>more)
		return append(dst, b[:n]...)
	}
}

// Varlong reads a number of m to nine bytes, for 1 <= m <= 8.
func (r *Reader) Varlong(m int) (int64, error) {
	w := r.window[r.pos:]
	if len(w) < 9 {
		return r.splitVarlong(m)
	}
	lead := w[0]
	extra := extraBytes(lead)
	if m+extra > 9 {
		return 0, errVarlong()
	}
	low := m - 1 + extra // bytes behind the lead
	r.pos += 1 + low
	v := binary.LittleEndian.Uint64(w[1:9])
	if low < 8 {
		v = v&(1<<(8*low)-1) | leadBits(lead, extra)<<(8*low)
	}
	return int64(v), nil
}

// splitVarlong is Varlong near the end of a window.
func (r *Reader) splitVarlong(m int) (int64, error) {
	b, err := r.take(m)
	if err != nil {
		return 0, err
	}
	lead := b[0]
	v := lowBytes(b[1:])
	extra := extraBytes(lead)
	if extra > 0 {
		if m+extra > 9 {
			return 0, errVarlong()
		}
		if b, err = r.take(extra); err != nil {
			return 0, midField(err)
		}
		v |= lowBytes(b) << (8 * (m - 1))
	}
	// At nine bytes the lead's bits are beyond the 64th, and the shift drops them.
	return int64(v | leadBits(lead, extra)<<(8*(m-1+extra))), nil
}

func errVarlong() error { return exit.Errorf(exit.StreamIO, "Overflow in read_varlong()") }

// leadBits returns the bits of a lead byte that belong to the value.
func leadBits(lead byte, extra int) uint64 { return uint64(lead & (1<<(8-extra) - 1)) }

// lowBytes returns the number whose bytes are b, low byte first.
func lowBytes(b []byte) uint64 {
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}
