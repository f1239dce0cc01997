package delta

import (
	"context"
	"io"

	"godwit/internal/checksum"
)

// LiteralMax is the longest literal that a Searcher emits at once.
const LiteralMax = 32 << 10

// Tokens takes what a Searcher finds, in the order of the new file. The data
// are valid until the call returns. The end of the file is not announced: it is
// there when the Searcher returns.
type Tokens interface {
	// Literal takes 1 to LiteralMax octets of the new file.
	Literal(data []byte) error
	// Match says that the next octets of the new file are block index of the
	// basis. They are given too, for codecs that keep matched data as history.
	Match(index int32, data []byte) error
}

// Stats count what a search met. The sender prints the sums over all files at
// --debug=deltasum; Literal and Matched are those of --stats.
type Stats struct {
	Matches     int64 // blocks matched
	HashHits    int64 // offsets at which the reference's hash bucket is occupied; needs CountHits
	FalseAlarms int64 // offsets at which weak sums agreed and strong ones did not
	Literal     int64 // octets sent as literals
	Matched     int64 // octets sent as matches
}

// Add adds the counts of another search.
func (s *Stats) Add(t Stats) {
	s.Matches += t.Matches
	s.HashHits += t.HashHits
	s.FalseAlarms += t.FalseAlarms
	s.Literal += t.Literal
	s.Matched += t.Matched
}

// Update says where the receiver writes.
type Update uint8

// The ways of writing.
const (
	Apart   Update = iota // into another file; the basis stays
	InPlace               // into the basis itself: blocks get overwritten
)

// Prefix says what a sum covers when a file is appended to.
type Prefix uint8

// The ways of appending.
const (
	SumAppended Prefix = iota // --append at protocol 30 and later: new octets only
	SumAll                    // --append-verify, and any --append below protocol 30
)

// Searcher is the sending side of a delta. Use [NewSearcher].
//
// Its methods return the first error of the Tokens or of the context. Trouble
// with the source does not end a file, because its length is promised: zeros
// replace what cannot be read, ReadErr tells why, and AppendSum gives a sum
// that makes the receiver discard the file.
type Searcher struct {
	// CountHits asks for Stats.HashHits, at some cost.
	CountHits bool

	block *checksum.Block
	file  *checksum.File
	table table
	win   window
	stats Stats

	// The rest is about the file at hand.
	out    Tokens
	sums   *Sums
	update Update
	lit    int64    // end of the last match: pending literals start here
	next   int32    // the block that follows the last match
	kept   []uint64 // in place: a bit for each block matched at its own offset
	sum    [checksum.MaxSize]byte
}

// NewSearcher returns a Searcher for a session.
func NewSearcher(p checksum.Params) *Searcher {
	return &Searcher{block: checksum.NewBlock(p), file: checksum.NewTransfer(p)}
}

// Stats returns the counts of the last file.
func (s *Searcher) Stats() Stats { return s.stats }

// ReadErr returns why the last file could not be read in full, ErrShrunk if it
// was shorter than promised, or nil.
func (s *Searcher) ReadErr() error { return s.win.err }

// AppendSum appends the whole-file sum of the last file to dst, spoiled if
// there was a ReadErr.
func (s *Searcher) AppendSum(dst []byte) []byte {
	n := len(dst)
	dst = s.file.Append(dst)
	if s.win.err != nil {
		checksum.Spoil(dst[n:])
	}
	return dst
}

// Whole sends all of a file as literals.
func (s *Searcher) Whole(ctx context.Context, src io.ReaderAt, size int64, out Tokens) error {
	return s.Append(ctx, src, size, 0, SumAppended, out)
}

// Append sends what a file has beyond the octets that the receiver says it has
// already: have is the [Head.Length] it stated.
func (s *Searcher) Append(ctx context.Context, src io.ReaderAt, size, have int64, p Prefix, out Tokens) error {
	s.begin(out, nil, Apart)
	defer s.end()
	have = min(have, size)
	from := have
	if p == SumAll {
		from = 0
	}
	s.win.reset(ctx, src, size, from, readAhead)
	for off := from; off < size; {
		stop := min(off+readAhead, size)
		if off < have {
			stop = min(stop, have)
		}
		if err := s.win.load(off, stop); err != nil {
			return err
		}
		data := s.win.at(off, stop)
		s.file.Write(data)
		if off >= have {
			if err := s.literal(data); err != nil {
				return err
			}
		}
		off = stop
	}
	return nil
}

// begin prepares for a file.
func (s *Searcher) begin(out Tokens, sums *Sums, u Update) {
	s.file.Reset()
	s.stats = Stats{}
	s.out, s.sums, s.update = out, sums, u
	s.lit, s.next = 0, 0
}

// end lets go of what belongs to the caller.
func (s *Searcher) end() {
	s.out, s.sums = nil, nil
	s.win.release()
}

// literal emits data in pieces.
func (s *Searcher) literal(data []byte) error {
	s.stats.Literal += int64(len(data))
	for len(data) > 0 {
		n := min(len(data), LiteralMax)
		if err := s.out.Literal(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
