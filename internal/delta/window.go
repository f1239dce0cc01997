package delta

import (
	"context"
	"io"
)

// window is the part of a file that is being looked at. It moves forward only.
// Where the file turns out shorter than it was when it was opened, or cannot be
// read, it shows zeros and remembers the first reason.
type window struct {
	ctx   context.Context
	src   io.ReaderAt
	size  int64  // length of the file when it was opened
	start int64  // offset of buf[0]
	end   int64  // offset behind the last octet held
	buf   []byte // room; [0, end-start) is filled
	err   error
}

// reset begins a file at offset start with room for room octets, or for what
// is left of the file if that is less.
func (w *window) reset(ctx context.Context, src io.ReaderAt, size, start, room int64) {
	w.ctx, w.src, w.size, w.err = ctx, src, size, nil
	w.start, w.end = start, start
	w.buf = grow(w.buf, int(max(min(room, size-start), 0)))
}

// release forgets the file.
func (w *window) release() { w.ctx, w.src = nil, nil }

// load makes the octets from keep to need available, drops those before keep,
// and reads as far ahead as there is room. The caller has sized the room so
// that need-keep fits. It fails only if the context has ended.
func (w *window) load(keep, need int64) error {
	if need <= w.end {
		return nil
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	n := 0
	if keep < w.end {
		n = copy(w.buf, w.buf[keep-w.start:w.end-w.start])
	}
	w.start = keep
	p := w.buf[n:min(int64(len(w.buf)), w.size-keep)]
	if err := readZero(w.src, p, keep+int64(n)); err != nil && w.err == nil {
		w.err = err
	}
	w.end = keep + int64(n+len(p))
	return nil
}

// at returns the octets from one offset to another, valid until the next load.
func (w *window) at(from, to int64) []byte { return w.buf[from-w.start : to-w.start] }
