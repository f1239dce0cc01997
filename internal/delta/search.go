package delta

import (
	"bytes"
	"context"
	"io"

	"godwit/internal/checksum"
)

// maxTries bounds how many blocks with the weak sum of a window are compared
// with it, so that a peer's sums can't make every offset cost a walk over all
// blocks (docs/protocol/08-security.md §9.2).
const maxTries = 1024

// maxSearchBlock is the longest block that is searched for. Longer ones exist
// only below protocol 30 and by express wish; a window of that size is not worth
// its memory, and sending everything is always right.
const maxSearchBlock = 16 << 20

// Search sends a file of the given length as literals and as matches with the
// blocks whose sums are given (docs/protocol/03-transfer.md §8). The sums must
// be full. It finds what the reference finds and splits literals as it does.
func (s *Searcher) Search(ctx context.Context, src io.ReaderAt, size int64, sums *Sums, u Update, out Tokens) error {
	if sums.Count == 0 || size == 0 || sums.BlockLen > maxSearchBlock {
		return s.Whole(ctx, src, size, out)
	}
	s.begin(out, sums, u)
	defer s.end()
	s.table.build(sums.Weak)
	if u == InPlace {
		s.kept = zeroed(s.kept, (int(sums.Count)+63)/64)
	}
	// Held at once: the pending literals (up to B + 2*LiteralMax), the window,
	// and in place the block behind the next boundary. Moving what is held to
	// the front is cheap if it happens once for that much new data.
	b := int64(sums.BlockLen)
	held := 3*b + 2*LiteralMax
	s.win.reset(ctx, src, size, 0, held+max(readAhead, min(held, 4*readAhead)))
	return s.run()
}

// run walks over the file.
func (s *Searcher) run() error {
	w := &s.win
	b := int64(s.sums.BlockLen)
	end := w.size + 1 - int64(s.sums.last()) // no block fits from here on
	var roll checksum.Rolling
	for off := int64(0); off < end; {
		// A window at off, after the start or a match.
		k := min(b, w.size-off)
		if err := w.load(s.lit, off+k); err != nil {
			return err
		}
		roll.Init(w.at(off, off+k))
		at, i, err := s.advance(&roll, off, k, end)
		if err != nil {
			return err
		}
		if i < 0 {
			break
		}
		if off, err = s.emit(at, i); err != nil {
			return err
		}
	}
	return s.finish()
}

// advance looks for the next match from off on, where roll is the window of k
// octets. It returns the offset of the match and the block, or -1 if there is
// none before end.
func (s *Searcher) advance(roll *checksum.Rolling, off, k, end int64) (at int64, i int32, err error) {
	w, b := &s.win, int64(s.sums.BlockLen)
	for off < end {
		flush := s.lit + b + LiteralMax
		if off >= flush && end-off > LiteralMax {
			if err := s.flush(off - b); err != nil {
				return 0, -1, err
			}
			continue
		}
		if off+k < w.size {
			// Octets follow the window: roll as far as they are at hand.
			if err := w.load(s.lit, off+k+1); err != nil {
				return 0, -1, err
			}
			stop := min(end, w.end-k)
			if off < flush {
				stop = min(stop, flush)
			}
			s1, s2 := roll.Halves()
			var n int
			var found bool
			if out, in := w.at(off, stop), w.at(off+k, stop+k); s.CountHits {
				n, s1, s2, found = s.table.scanCounting(out, in, uint32(k), s1, s2, &s.stats.HashHits)
			} else {
				n, s1, s2, found = s.table.scan(out, in, uint32(k), s1, s2)
			}
			roll.SetHalves(s1, s2, int(k))
			off += int64(n)
			if !found {
				continue
			}
		} else {
			hit, maybe := s.table.probe(roll.Value())
			if s.CountHits {
				s.stats.HashHits += hit
			}
			if !maybe {
				roll.Drop(w.at(off, off+1)[0])
				off, k = off+1, k-1
				continue
			}
		}
		at, i, err := s.match(roll.Value(), off, k)
		if err != nil || i >= 0 {
			return at, i, err
		}
		if out := w.at(off, off+1)[0]; off+k < w.size {
			roll.Roll(out, w.at(off+k, off+k+1)[0])
		} else {
			roll.Drop(out)
			k--
		}
		off++
	}
	return 0, -1, nil
}

// match compares the window at off, of length k, with the blocks that have its
// weak sum. It returns the block to send, or -1, and the offset of the match,
// which in place may be moved forward.
func (s *Searcher) match(weak uint32, off, k int64) (at int64, block int32, err error) {
	w, n := s.next, s.sums.StrongLen
	known := false
	// After a match the following block is the likeliest. It can be taken at
	// once if it is the only one with its sum, as all the rest of the search
	// would find nothing else.
	if w < s.sums.Count && s.sums.Weak[w] == weak && s.update == Apart && s.table.unique(w) && s.length(w) == k {
		s.block.Sum(s.sum[:n], s.win.at(off, off+k))
		if s.equal(w) {
			return off, w, nil
		}
		s.stats.FalseAlarms++
		return off, -1, nil
	}
	d := s.table.lookup(weak)
	if d == nil {
		return off, -1, nil
	}
	alarm := false
	i := d.first
	for tries := 0; i >= 0 && tries < maxTries; i, tries = s.table.same[i], tries+1 {
		if s.length(i) != k || !s.intact(i, off) {
			continue
		}
		if !known {
			s.block.Sum(s.sum[:n], s.win.at(off, off+k))
			known = true
		}
		if !s.equal(i) {
			if !alarm {
				alarm = true
				s.stats.FalseAlarms++
			}
			continue
		}
		if s.update == InPlace {
			at, j, err := s.align(weak, off, k)
			if err != nil || j >= 0 {
				return at, j, err
			}
		}
		if w < s.sums.Count && w != i && s.sums.Weak[w] == weak && s.length(w) == k && s.intact(w, off) && s.equal(w) {
			i = w
		}
		return off, i, nil
	}
	return off, -1, nil
}

// align looks for a match that costs an in-place receiver nothing: the block
// that stands in the basis where it will stand in the new file. The window at
// off matches some block already and its strong sum is known. If it consists
// of zeros and so does the block behind the next boundary, the match moves
// there: literal zeros up to it bring the rest of the file back into step.
func (s *Searcher) align(weak uint32, off, k int64) (at int64, block int32, err error) {
	b := int64(s.sums.BlockLen)
	at = (off + b - 1) / b * b
	if at/b >= int64(s.sums.Count) {
		return off, -1, nil
	}
	j := int32(at / b)
	if s.sums.Weak[j] != weak || s.length(j) != k {
		return off, -1, nil
	}
	if at > off {
		if weak != 0 || k != b || at+b > s.win.size {
			return off, -1, nil
		}
		if err := s.win.load(s.lit, at+b); err != nil {
			return off, -1, err
		}
		data := s.win.at(at, at+b)
		if checksum.Weak(data) != 0 {
			return off, -1, nil
		}
		var sum [checksum.MaxSize]byte
		s.block.Sum(sum[:s.sums.StrongLen], data)
		if !bytes.Equal(sum[:s.sums.StrongLen], s.sums.strong(j)) {
			return off, -1, nil
		}
	} else if !s.equal(j) {
		return off, -1, nil
	}
	s.kept[j>>6] |= 1 << (j & 63)
	return at, j, nil
}

// length returns the length of block i.
func (s *Searcher) length(i int32) int64 {
	if i == s.sums.Count-1 && s.sums.Remainder != 0 {
		return int64(s.sums.Remainder)
	}
	return int64(s.sums.BlockLen)
}

// equal reports whether the strong sum of the window is that of block i.
func (s *Searcher) equal(i int32) bool {
	return bytes.Equal(s.sum[:s.sums.StrongLen], s.sums.strong(i))
}

// intact reports whether the receiver will still have block i when it comes to
// off: it has not been overwritten, or only with itself.
func (s *Searcher) intact(i int32, off int64) bool {
	return s.update == Apart || int64(i)*int64(s.sums.BlockLen) >= off || s.kept[i>>6]>>(i&63)&1 != 0
}

// emit sends the pending literals up to at and the match there. It returns the
// offset behind the match.
func (s *Searcher) emit(at int64, i int32) (int64, error) {
	k := s.length(i)
	s.file.Write(s.win.at(s.lit, at+k))
	if err := s.literal(s.win.at(s.lit, at)); err != nil {
		return 0, err
	}
	if err := s.out.Match(i, s.win.at(at, at+k)); err != nil {
		return 0, err
	}
	s.stats.Matches++
	s.stats.Matched += k
	s.lit, s.next = at+k, i+1
	return s.lit, nil
}

// flush sends pending literals up to an offset though no match is known yet.
func (s *Searcher) flush(to int64) error {
	data := s.win.at(s.lit, to)
	s.file.Write(data)
	s.lit = to
	return s.literal(data)
}

// finish sends what follows the last match.
func (s *Searcher) finish() error {
	for s.lit < s.win.size {
		to := min(s.lit+LiteralMax, s.win.size)
		if err := s.win.load(s.lit, to); err != nil {
			return err
		}
		if err := s.flush(to); err != nil {
			return err
		}
	}
	return nil
}
