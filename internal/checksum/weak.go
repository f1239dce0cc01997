package checksum

import "encoding/binary"

// Rolling is the weak sum of a window that moves along a file. Octets count
// as signed numbers. The halves are kept modulo 2^32 and cut to 16 bits only
// when the value is taken, since addition does not care.
type Rolling struct {
	s1, s2 uint32
	n      uint32 // octets in the window
}

// Weak returns the weak sum of p.
func Weak(p []byte) uint32 {
	s1, s2 := weakHalves(p)
	return s1&0xffff | s2<<16
}

// Init makes p the window.
func (r *Rolling) Init(p []byte) {
	r.s1, r.s2 = weakHalves(p)
	r.n = uint32(len(p))
}

// Append extends the window by p.
func (r *Rolling) Append(p []byte) {
	s1, s2 := weakHalves(p)
	r.s2 += uint32(len(p))*r.s1 + s2
	r.s1 += s1
	r.n += uint32(len(p))
}

// Drop removes the first octet of the window, which must be out.
func (r *Rolling) Drop(out byte) {
	a := uint32(int8(out))
	r.s1 -= a
	r.s2 -= r.n * a
	r.n--
}

// Roll moves the window by one: out leaves at the front, in enters at the end.
func (r *Rolling) Roll(out, in byte) {
	a, z := uint32(int8(out)), uint32(int8(in))
	r.s1 += z - a
	r.s2 += r.s1 - r.n*a
}

// Value returns the weak sum of the window as it goes over the wire.
func (r *Rolling) Value() uint32 { return r.s1&0xffff | r.s2<<16 }

// Halves returns s1 and s2, of which only the low 16 bits mean anything, for
// loops that keep the state in registers.
func (r *Rolling) Halves() (s1, s2 uint32) { return r.s1, r.s2 }

// SetHalves puts back what such a loop arrived at for a window of n octets.
func (r *Rolling) SetHalves(s1, s2 uint32, n int) { r.s1, r.s2, r.n = s1, s2, uint32(n) }

// Constants for working on eight octets of a word at once. The even and the
// odd octets are spread over four 16-bit lanes each.
const (
	bias  = 0x8080808080808080 // turns signed octets x into unsigned x+128
	lanes = 0x00ff00ff00ff00ff // octets 0, 2, 4, 6
	pairs = 0x0000ffff0000ffff // lanes 0, 2

	sumLanes    = 0x0001000100010001 // times lanes, >> 48: l0+l1+l2+l3
	weightLanes = 0x0000000100020003 // times lanes, >> 48: l1+2*l2+3*l3

	chunkWords = 16 // as many as keep the lanes of the prefix sums below 2^16
	chunk      = 8 * chunkWords
)

// weakHalves returns s1 and s2 of p.
//
// A chunk of W words is summed into two registers (even, odd) of four lanes;
// adding these after every word to two others (evens, odds) gives every word
// the weight W-w. From these four the sums of the chunk follow:
//
//	s1 = sum of u[i]           = all lanes of even and odd
//	s2 = sum of (8W-i) * u[i]  = 8 * (all lanes of evens and odds) - sum of (i mod 8) * u[i]
//
// where u = x+128; the surplus of 128 per octet is taken off afterwards.
func weakHalves(p []byte) (s1, s2 uint32) {
	for len(p) >= chunk {
		b := (*[chunk]byte)(p) // unrolled by hand: constant indexes need no checks
		var even, odd, evens, odds uint64
		w := binary.LittleEndian.Uint64(b[0:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[8:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[16:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[24:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[32:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[40:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[48:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[56:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[64:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[72:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[80:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[88:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[96:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[104:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[112:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		w = binary.LittleEndian.Uint64(b[120:]) ^ bias
		even += w & lanes
		odd += w >> 8 & lanes
		evens += even
		odds += odd
		c1, c2 := foldLanes(even, odd, evens, odds, chunk)
		s2 += chunk*s1 + c2
		s1 += c1
		p = p[chunk:]
	}
	if words := len(p) &^ 7; words > 0 {
		var even, odd, evens, odds uint64
		for i := 0; i < words; i += 8 {
			w := binary.LittleEndian.Uint64(p[i:]) ^ bias
			even += w & lanes
			odd += w >> 8 & lanes
			evens += even
			odds += odd
		}
		c1, c2 := foldLanes(even, odd, evens, odds, uint32(words))
		s2 += uint32(words)*s1 + c2
		s1 += c1
		p = p[words:]
	}
	for _, x := range p {
		s1 += uint32(int8(x))
		s2 += s1
	}
	return s1, s2
}

// foldLanes turns the lane sums of a chunk of n octets into its s1 and s2.
func foldLanes(even, odd, evens, odds uint64, n uint32) (s1, s2 uint32) {
	all := even + odd
	sum := uint32(all * sumLanes >> 48)
	inWord := uint32(2*(all*weightLanes>>48) + odd*sumLanes>>48)
	e := evens&pairs + evens>>16&pairs + odds&pairs + odds>>16&pairs
	prefix := uint32(e) + uint32(e>>32)
	return sum - 128*n, 8*prefix - inWord - 64*n*(n+1)
}
