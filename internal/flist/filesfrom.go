package flist

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Records reads the names of --files-from (docs/protocol/04-filters-and-walk.md §15.2).
type Records struct {
	r     *bufio.Reader
	nul   bool
	local bool
	buf   []byte
	err   error
}

// NewRecords returns the names in r. With nul they end in NUL, else in a line feed or a carriage
// return. A local list, which this side reads itself, may have comments; one that the peer
// forwards may not. Empty records are skipped in either: the end of a forwarded list is that of r.
func NewRecords(r io.Reader, nul, local bool) *Records {
	return &Records{r: bufio.NewReader(r), nul: nul, local: local}
}

// Next returns the next name, at most 4,095 bytes of it, or io.EOF. It is good until the next
// call.
func (r *Records) Next() ([]byte, error) {
	for r.err == nil {
		r.buf = r.buf[:0]
		for {
			var c byte
			if c, r.err = r.r.ReadByte(); r.err != nil {
				break
			}
			if c == 0 && r.nul || !r.nul && (c == '\n' || c == '\r') {
				break
			}
			if len(r.buf) < maxPath-1 {
				r.buf = append(r.buf, c)
			}
		}
		if k := bytes.IndexByte(r.buf, 0); k >= 0 {
			r.buf = r.buf[:k] // no name holds a NUL; the reference cuts there
		}
		if len(r.buf) == 0 || r.local && (r.buf[0] == '#' || r.buf[0] == ';') {
			continue
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return nil, r.err
		}
		return r.buf, nil
	}
	return nil, r.err
}
