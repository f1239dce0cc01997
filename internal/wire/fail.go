package wire

import (
	"io"

	"godwit/internal/exit"
)

// midField turns the end of the stream into an unexpected one: some bytes of
// the field have been read.
func midField(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// CheckRange returns nil if lo <= v <= hi, else the error for a value that a
// peer may not send, with exit code 2. Name is the field's name in the text.
func (r *Reader) CheckRange(name string, v, lo, hi int64) error {
	if v >= lo && v <= hi {
		return nil
	}
	return exit.Errorf(exit.Protocol, "wire value %s out of range: %d not in [%d,%d] [%s]", name, v, lo, hi, r.Who)
}

// CheckSize returns nil if v <= limit, else the error for a length that a peer
// may not send, with exit code 2.
func (r *Reader) CheckSize(name string, v, limit uint64) error {
	if v <= limit {
		return nil
	}
	return exit.Errorf(exit.Protocol, "wire size %s out of range: %d > %d [%s]", name, v, limit, r.Who)
}
