package wire

import "io"

// NewBytesReader returns a [Reader] of b, for records that are in memory whole.
// It reads in place; b must not change meanwhile.
func NewBytesReader(b []byte, who string) *Reader {
	return &Reader{Who: who, window: b, src: &bytesSource{rest: b}}
}

// bytesSource is a Source over a slice.
type bytesSource struct{ rest []byte }

func (s *bytesSource) Next(n int) ([]byte, error) {
	if len(s.rest) < n {
		return nil, endOfInput(len(s.rest))
	}
	return s.rest, nil
}

func (s *bytesSource) Advance(n int) { s.rest = s.rest[n:] }

// StreamSource is a [Source] over an io.Reader: the plain phases of a
// connection, and batch files.
type StreamSource struct {
	r          io.Reader
	buf        []byte
	start, end int // unread bytes of buf
	eof        error
}

// NewStreamSource returns a Source that reads r through a buffer of size bytes,
// at least MaxPeek. It never reads more of r than one Read returns, but it may
// hold bytes that its user has not asked for: see [StreamSource.Unread].
func NewStreamSource(r io.Reader, size int) *StreamSource {
	return &StreamSource{r: r, buf: make([]byte, max(size, MaxPeek))}
}

// Next implements [Source].
func (s *StreamSource) Next(n int) ([]byte, error) {
	for idle := 0; s.end-s.start < n; {
		if s.eof != nil {
			if s.eof == io.EOF {
				return nil, endOfInput(s.end - s.start)
			}
			return nil, s.eof
		}
		if len(s.buf)-s.start < n {
			s.end = copy(s.buf, s.buf[s.start:s.end])
			s.start = 0
		}
		got, err := s.r.Read(s.buf[s.end:])
		s.end += got
		s.eof = err
		if got > 0 {
			idle = 0
		} else if idle++; idle > 100 && err == nil {
			return nil, io.ErrNoProgress
		}
	}
	return s.buf[s.start:s.end], nil
}

// Advance implements [Source].
func (s *StreamSource) Advance(n int) {
	if s.start += n; s.start == s.end {
		s.start, s.end = 0, 0
	}
}

// Unread returns the bytes that were read from the stream and not consumed, for
// handing over the stream to another user. They are valid until the next call
// of Next.
func (s *StreamSource) Unread() []byte { return s.buf[s.start:s.end] }

// endOfInput is the error of a stream that ended with left bytes unread, too
// few for the field that was wanted.
func endOfInput(left int) error {
	if left > 0 {
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}
