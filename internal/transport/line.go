package transport

import (
	"context"
	"errors"
	"io"
)

// ErrLongLine is the error of ReadLine for a line of more bytes than allowed, and ErrNULLine for
// one that holds a NUL.
var (
	ErrLongLine = errors.New("line too long")
	ErrNULLine  = errors.New("line contains a NUL")
)

// ReadLine appends a line of the text dialogue to dst, without its LF and without any CR in it,
// and takes no byte after the LF: the protocol proper may follow. A line of more than limit bytes
// is ErrLongLine, a NUL ErrNULLine, and the end of the input before the LF is io.EOF.
func ReadLine(r io.Reader, dst []byte, limit int) ([]byte, error) {
	var one [1]byte
	line := one[:]
	for start := len(dst); ; {
		if _, err := io.ReadFull(r, line); err != nil {
			return dst, err
		}
		switch c := line[0]; {
		case c == '\n':
			return dst, nil
		case c == 0:
			return dst, ErrNULLine
		case c == '\r':
		case len(dst)-start >= limit:
			return dst, ErrLongLine
		default:
			dst = append(dst, c)
		}
	}
}

// closeOnEnd closes c when ctx ends. The function it returns ends the watch.
func closeOnEnd(ctx context.Context, c io.Closer) (stop func()) {
	cancel := context.AfterFunc(ctx, func() { c.Close() })
	return func() { cancel() }
}
