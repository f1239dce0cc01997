package delta

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"godwit/internal/checksum"
)

// TokenReader yields the tokens of a file as they arrive.
type TokenReader interface {
	// Next returns literal octets, valid until the next call; or, when there
	// are none, the number of a matching block; or -1 at the end of the file.
	// The number is not yet checked.
	Next() (literal []byte, block int32, err error)
}

// Job is one file to put together.
type Job struct {
	Head   Head        // as the sender echoed it, checked
	Tokens TokenReader // where the delta comes from
	Basis  io.ReaderAt // the old file, nil if there is none
	Out    *Output     // where the new file goes, nil to discard it

	// Matched, unless nil, is called with the data of each matched block, for
	// codecs that keep them as history. Also when discarding, provided there is
	// a basis.
	Matched func(data []byte) error

	// BasisIsOut tells that Out writes into the basis itself, so that a block
	// which is at its place already may stay. (With --inplace the basis can
	// also be another file, an alternate or fuzzy one.)
	BasisIsOut bool

	// Append tells that the basis is a prefix of the new file and Out starts
	// behind it; Prefix then says what the sum covers.
	Append bool
	Prefix Prefix
}

// Patcher is the receiving side of a delta. Use [NewPatcher].
type Patcher struct {
	file  *checksum.File
	basis basisReader
	stats Stats
	sum   [checksum.MaxSize]byte
}

// NewPatcher returns a Patcher for a session.
func NewPatcher(p checksum.Params) *Patcher {
	return &Patcher{file: checksum.NewTransfer(p)}
}

// Stats returns the counts of the last file: Matches, Matched and Literal.
func (p *Patcher) Stats() Stats { return p.stats }

// BasisErr returns why the last basis could not be read where it was needed, or
// nil. Zeros took the place, so the sum will not agree.
func (p *Patcher) BasisErr() error { return p.basis.err }

// SumSize returns the length of the whole-file sum that follows the tokens.
func (p *Patcher) SumSize() int { return p.file.Size() }

// Verify reports whether the last file has the whole-file sum that the sender
// sent.
func (p *Patcher) Verify(sum []byte) bool {
	return bytes.Equal(p.file.Append(p.sum[:0]), sum)
}

// Run puts a file together (docs/protocol/03-transfer.md §9, §12). It does not
// call Out.Finish and reads nothing behind the last token. It returns the first
// error of the tokens or of the context as it is, a *PeerError for an
// impossible block, ErrNoBasis, or a *WriteError.
func (p *Patcher) Run(ctx context.Context, j *Job) error {
	p.file.Reset()
	p.stats = Stats{}
	p.basis.reset(ctx, j.Basis, j.Head)
	defer p.basis.release()
	if j.Append && j.Prefix == SumAll && j.Out != nil {
		if err := p.prefix(j); err != nil {
			return err
		}
	}
	for {
		literal, block, err := j.Tokens.Next()
		if err != nil {
			return err
		}
		switch {
		case len(literal) > 0:
			p.stats.Literal += int64(len(literal))
			if j.Out == nil {
				continue
			}
			p.file.Write(literal)
			if _, err := j.Out.Write(literal); err != nil {
				return &WriteError{err}
			}
		case block == -1:
			return nil
		default:
			if err := p.match(j, block); err != nil {
				return err
			}
		}
	}
}

// match applies one match token.
func (p *Patcher) match(j *Job, block int32) error {
	if block < 0 || block >= j.Head.Count {
		return &PeerError{fmt.Sprintf("Invalid block index %d (count=%d)", block, j.Head.Count)}
	}
	off, n := j.Head.Block(block)
	p.stats.Matches++
	p.stats.Matched += int64(n)
	if j.Basis == nil && j.Out != nil {
		return ErrNoBasis
	}
	if j.Basis == nil || j.Out == nil && j.Matched == nil {
		return nil
	}
	if j.Matched != nil {
		data, err := p.basis.block(off, int(n))
		if err != nil {
			return err
		}
		if err := j.Matched(data); err != nil || j.Out == nil {
			return err
		}
		return p.copyBlock(j, off, data)
	}
	// A block of an old protocol can be far longer than what one wants in memory.
	for end := off + int64(n); off < end; {
		data, err := p.basis.block(off, int(min(end-off, readAhead)))
		if err != nil {
			return err
		}
		if err := p.copyBlock(j, off, data); err != nil {
			return err
		}
		off += int64(len(data))
	}
	return nil
}

// copyBlock puts data, which stand at off in the basis, into the new file.
func (p *Patcher) copyBlock(j *Job, off int64, data []byte) (err error) {
	p.file.Write(data)
	if j.BasisIsOut && off == j.Out.off {
		err = j.Out.Skip(int64(len(data)))
	} else {
		_, err = j.Out.Write(data)
	}
	if err != nil {
		return &WriteError{err}
	}
	return nil
}

// prefix sums what the receiver had before an append.
func (p *Patcher) prefix(j *Job) error {
	if j.Basis == nil {
		return nil
	}
	for off, end := int64(0), j.Head.Length(); off < end; {
		n := min(readAhead, end-off)
		data, err := p.basis.block(off, int(n))
		if err != nil {
			return err
		}
		p.file.Write(data)
		off += n
	}
	return nil
}

// basisReader reads blocks of a basis, and ahead of them if they come in order.
//
// Reading ahead is right in place too, although what is read may meanwhile be
// overwritten: a sender refers only to blocks that keep their old contents, and
// the old contents are what has been read.
type basisReader struct {
	ctx   context.Context
	src   io.ReaderAt
	size  int64
	start int64 // offset of buf[0]
	buf   []byte
	next  int64 // where a block that comes in order begins
	ahead int   // how much to read when it does
	err   error
}

// minAhead is how much is read when a block turns out to follow the previous.
const minAhead = 16 << 10

func (b *basisReader) reset(ctx context.Context, src io.ReaderAt, h Head) {
	b.ctx, b.src, b.size, b.err = ctx, src, h.Length(), nil
	b.start, b.buf, b.next, b.ahead = 0, b.buf[:0], 0, minAhead
}

func (b *basisReader) release() { b.ctx, b.src = nil, nil }

// block returns n octets of the basis at off, valid until the next call.
func (b *basisReader) block(off int64, n int) ([]byte, error) {
	inOrder := off == b.next
	b.next = off + int64(n)
	if off < b.start || b.next > b.start+int64(len(b.buf)) {
		if err := b.ctx.Err(); err != nil {
			return nil, err
		}
		want := n
		if inOrder {
			want = max(n, b.ahead)
			b.ahead = min(2*b.ahead, readAhead)
		} else {
			b.ahead = minAhead
		}
		b.buf = grow(b.buf, int(min(int64(want), b.size-off)))
		b.start = off
		if err := readZero(b.src, b.buf, off); err != nil && b.err == nil {
			b.err = err
		}
	}
	return b.buf[off-b.start:][:n], nil
}
