package transfer

import (
	"io"

	"godwit/internal/wire"
)

// The list of --files-from crosses the connection when it lies at the other end than the source
// (docs/protocol/01-connection.md §12): names that end in NUL, and an empty name at the end.

// forwardNames copies the list src to w in that form. Unless nul is set, line ends separate the
// names of src.
func forwardNames(src io.Reader, nul bool, w io.Writer) error {
	in := make([]byte, 32<<10)
	out := make([]byte, 0, len(in)+2)
	last := byte(0) // as if a name had ended: NULs at the start vanish
	wrote := false
	for {
		n, err := src.Read(in)
		out = out[:0]
		for _, b := range in[:n] {
			if !nul && (b == '\n' || b == '\r') {
				b = 0
			}
			if b == 0 && last == 0 {
				continue
			}
			out = append(out, b)
			last = b
		}
		if err != nil {
			// A read error ends the list as the end of the file does.
			if last != 0 && (wrote || len(out) > 0) {
				out = append(out, 0)
			}
			_, werr := w.Write(append(out, 0))
			return werr
		}
		if len(out) == 0 {
			continue
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
		wrote = true
	}
}

// streamNames reads forwarded names from the data stream: names separated by NUL, until the empty
// one. Done is called when that has been read.
type streamNames struct {
	r     *wire.Reader
	ended bool
	last  byte
	done  func()
}

func (s *streamNames) Read(p []byte) (int, error) {
	if s.ended {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) {
		if n > 0 && s.r.Buffered() == 0 {
			break
		}
		b, err := s.r.Byte()
		if err != nil {
			return n, err
		}
		if b == 0 && s.last == 0 {
			s.ended = true
			s.r.Release()
			if s.done != nil {
				s.done()
			}
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		p[n] = b
		n++
		s.last = b
	}
	return n, nil
}
