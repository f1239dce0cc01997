package delta

import (
	"context"
	"io"

	"godwit/internal/checksum"
)

// Sums are the sums of a basis as the sender holds them: two flat arrays that
// grow as sums arrive, whatever count the head announces.
type Sums struct {
	Head
	Weak   []uint32 // one for each block
	Strong []byte   // StrongLen octets for each block
}

// Reset begins another file, keeping the memory. The head must have been
// checked ([Head.Check]).
func (s *Sums) Reset(h Head) {
	s.Head, s.Weak, s.Strong = h, s.Weak[:0], s.Strong[:0]
}

// Add appends the sums of the next block. Of strong the first StrongLen octets
// count.
func (s *Sums) Add(weak uint32, strong []byte) {
	s.Weak = append(s.Weak, weak)
	s.Strong = append(s.Strong, strong[:s.StrongLen]...)
}

// Full reports whether all blocks have been added.
func (s *Sums) Full() bool { return len(s.Weak) >= int(s.Count) }

// strong returns the strong sum of block i.
func (s *Sums) strong(i int32) []byte {
	n := int(s.StrongLen)
	return s.Strong[int(i)*n : int(i)*n+n]
}

// readAhead is how much is read at once where blocks are shorter.
const readAhead = 256 << 10

// Summer computes the sums of a basis on the receiving side.
type Summer struct {
	block *checksum.Block
	buf   []byte
	sum   [checksum.MaxSize]byte
}

// NewSummer returns a Summer for a session.
func NewSummer(p checksum.Params) *Summer { return &Summer{block: checksum.NewBlock(p)} }

// Sum reads the basis that h describes from its beginning and calls emit for
// every block in order; strong is valid until emit returns. What the basis
// does not hold (any more) counts as zeros: such a block can at worst be
// matched wrongly, which the whole-file sum finds out. It returns the first
// error of emit or of ctx.
func (g *Summer) Sum(ctx context.Context, basis io.ReaderAt, h Head, emit func(weak uint32, strong []byte) error) error {
	if h.Count == 0 {
		return nil
	}
	left, off := h.Length(), int64(0)
	b := int64(h.BlockLen)
	batch := max(b, readAhead/b*b)
	g.buf = grow(g.buf, int(min(batch, left)))
	for left > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := g.buf[:min(batch, left)]
		_ = readZero(basis, p, off)
		off += int64(len(p))
		left -= int64(len(p))
		for len(p) > 0 {
			x := p[:min(b, int64(len(p)))]
			p = p[len(x):]
			g.block.Sum(g.sum[:h.StrongLen], x)
			if err := emit(checksum.Weak(x), g.sum[:h.StrongLen]); err != nil {
				return err
			}
		}
	}
	return nil
}

// grow returns a slice of length n, of buf's memory if that suffices.
func grow(buf []byte, n int) []byte {
	if cap(buf) < n {
		return make([]byte, n)
	}
	return buf[:n]
}

// readZero fills p from r at off. Where r ends or fails it fills with zeros
// and returns the reason.
func readZero(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	clear(p[max(n, 0):])
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrShrunk
	}
	return err
}
