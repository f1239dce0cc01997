package delta

import (
	"math/bits"
	"math/rand/v2"
)

// table finds the blocks whose weak sum equals that of a window. Nearly every
// window of a changed file has no such block, so two bit sets, small enough to
// stay in the first-level cache, answer for most offsets:
//
//   - tags has some 32 bits for each block, and is asked at every offset;
//   - occupied has a bit for each bucket of the reference's hash table. It
//     filters again what tags let through, and counting its hits gives the very
//     number that the reference prints as hash_hits
//     (docs/protocol/03-transfer.md §8.2, 06-output.md), for those who want it.
//
// Behind them stands a hash table of distinct weak sums, each with the chain of
// its blocks, the highest number first. It is keyed with a multiplier chosen at
// random so that no peer can prepare sums that fall into one slot.
type table struct {
	occupied []uint64 // buckets bits
	buckets  uint32
	magic    uint64 // for a remainder by buckets without a division

	tags     *tagSet
	tagShift uint8

	mul       uint32
	headShift uint8
	heads     []int32 // by slot: first distinct sum, or -1
	distinct  []distinct
	same      []int32  // by block: the next lower block with the same weak sum, or -1
	shared    []uint64 // a bit for each block: others have the same weak sum
}

// distinct is one weak sum.
type distinct struct {
	weak  uint32
	next  int32 // in the same slot, or -1
	first int32 // highest block with this sum
}

const (
	plainBuckets = 1 << 16 // keyed by s1+s2; larger tables by the sum itself
	minTagBits   = 12
	maxTagBits   = 24
	maxTagWords  = 1 << maxTagBits / 64
)

// tagSet is a bit set of tags. Of the 2 MiB only those pages exist that a file
// had use for.
type tagSet [maxTagWords]uint64

// build fills the table from the weak sums of a basis.
func (t *table) build(weak []uint32) {
	n := len(weak)
	t.buckets = uint32(max(uint64(n/8*10+11), plainBuckets))
	t.magic = ^uint64(0)/uint64(t.buckets) + 1
	t.occupied = zeroed(t.occupied, (int(t.buckets)+63)/64)

	tagBits := min(max(bits.Len(uint(n)*32-1), minTagBits), maxTagBits)
	t.tagShift = uint8(32 - tagBits)
	if t.tags == nil {
		t.tags = new(tagSet)
	}
	clear(t.tags[:1<<tagBits/64])

	headBits := min(max(bits.Len(uint(n)), 4), 28)
	t.headShift = uint8(32 - headBits)
	if cap(t.heads) < 1<<headBits {
		t.heads = make([]int32, 1<<headBits)
	}
	t.heads = t.heads[:1<<headBits]
	for i := range t.heads {
		t.heads[i] = -1
	}
	if cap(t.same) < n {
		t.same = make([]int32, n)
		t.distinct = make([]distinct, 0, n)
	}
	t.same, t.distinct = t.same[:n], t.distinct[:0]
	t.shared = zeroed(t.shared, (n+63)/64)
	t.mul = rand.Uint32() | 1

	for i, w := range weak {
		b := t.bucket(w)
		t.occupied[b>>6] |= 1 << (b & 63)
		g := w * t.mul >> t.tagShift
		t.tags[g>>6] |= 1 << (g & 63)
		if d := t.lookup(w); d != nil {
			t.same[i] = d.first
			t.shared[d.first>>6] |= 1 << (d.first & 63)
			t.shared[i>>6] |= 1 << (i & 63)
			d.first = int32(i)
			continue
		}
		t.same[i] = -1
		slot := &t.heads[w*t.mul>>t.headShift]
		t.distinct = append(t.distinct, distinct{weak: w, next: *slot, first: int32(i)})
		*slot = int32(len(t.distinct) - 1)
	}
}

// zeroed returns n zero words, of s's memory if that suffices.
func zeroed(s []uint64, n int) []uint64 {
	if cap(s) < n {
		return make([]uint64, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// bucket returns the reference's bucket of a weak sum.
func (t *table) bucket(weak uint32) uint32 {
	if t.buckets == plainBuckets {
		return (weak + weak>>16) & 0xffff
	}
	return t.mod(weak)
}

// mod returns weak modulo buckets by two multiplications.
func (t *table) mod(weak uint32) uint32 {
	hi, _ := bits.Mul64(t.magic*uint64(weak), uint64(t.buckets))
	return uint32(hi)
}

// lookup returns the entry of a weak sum, or nil.
func (t *table) lookup(weak uint32) *distinct {
	for i := t.heads[weak*t.mul>>t.headShift]; i >= 0; {
		d := &t.distinct[i]
		if d.weak == weak {
			return d
		}
		i = d.next
	}
	return nil
}

// unique reports whether no other block has the weak sum of block i.
func (t *table) unique(i int32) bool { return t.shared[i>>6]>>(i&63)&1 == 0 }

// probe asks the filters about one weak sum: hit is 1 if its bucket is
// occupied, maybe tells whether a block with this sum can exist.
func (t *table) probe(weak uint32) (hit int64, maybe bool) {
	b := t.bucket(weak)
	h := t.occupied[b>>6] >> (b & 63) & 1
	g := weak * t.mul >> t.tagShift
	return int64(h), h&(t.tags[g>>6]>>(g&63)) != 0
}

// scan rolls a window of k octets with the halves s1 and s2 forward. out are
// the octets from the window's first on, in those that follow the window. At
// every offset it asks the filters before it rolls on. It returns how far it
// came: to the first offset where a block may match (found), or behind in.
//
// This is where the time goes when a file has changed, so the common path
// looks at one bit only.
func (t *table) scan(out, in []byte, k, s1, s2 uint32) (n int, r1, r2 uint32, found bool) {
	for n < len(in) {
		m := 0
		m, s1, s2 = scanTags(t.tags, out[n:], in[n:], k, s1, s2, t.mul, t.tagShift)
		if n += m; n == len(in) {
			break
		}
		if b := t.bucket(s1&0xffff | s2<<16); t.occupied[b>>6]&(1<<(b&63)) != 0 {
			return n, s1, s2, true
		}
		a := uint32(int8(out[n]))
		s1 += uint32(int8(in[n])) - a
		s2 += s1 - k*a
		n++
	}
	return n, s1, s2, false
}

// scanTags is the inner loop of scan. The set of tags has its greatest size and
// is used as far as shift lets it, so that the compiler need not check bounds:
// every register counts here.
func scanTags(tags *tagSet, out, in []byte, k, s1, s2, mul uint32, shift uint8) (n int, r1, r2 uint32) {
	out = out[:len(in)]
	shift &= 31
	high, hk := s2<<16, k<<16 // s2 is kept where it stands in a weak sum
	for j, x := range in {
		g := (high + s1&0xffff) * mul >> shift
		if tags[g>>6&(maxTagWords-1)]&(1<<(g&63)) != 0 {
			return j, s1, high >> 16
		}
		a := uint32(int8(out[j]))
		s1 += uint32(int8(x)) - a
		high += s1<<16 - hk*a
	}
	return len(in), s1, high >> 16
}

// scanCounting is scan for those who want to know the number of hits.
func (t *table) scanCounting(out, in []byte, k, s1, s2 uint32, hits *int64) (n int, r1, r2 uint32, found bool) {
	out = out[:len(in)]
	for j, x := range in {
		hit, maybe := t.probe(s1&0xffff | s2<<16)
		*hits += hit
		if maybe {
			return j, s1, s2, true
		}
		a := uint32(int8(out[j]))
		s1 += uint32(int8(x)) - a
		s2 += s1 - k*a
	}
	return len(in), s1, s2, false
}
