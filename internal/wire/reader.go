package wire

import "encoding/binary"

// MaxPeek is the largest number of contiguous bytes a [Reader] asks of its
// [Source]. A Source that has to join frames needs a joining buffer no larger
// than this plus one frame.
const MaxPeek = 64

// Source hands out the raw stream of one direction, piece by piece and without
// copying. A [Reader] is its only caller.
type Source interface {
	// Next returns the bytes that follow the current position, at least min of
	// them, and waits until there are as many. The result stays valid and
	// unchanged until Advance is called. 1 <= min <= MaxPeek. At the end of
	// the stream the error is io.EOF if no byte is left and
	// io.ErrUnexpectedEOF if fewer than min are, or whatever better error the
	// Source knows; the position does not move.
	Next(min int) ([]byte, error)
	// Advance moves the position over n bytes of the last result of Next. The
	// bytes may be reused afterwards.
	Advance(n int)
}

// Reader decodes the fields of a raw stream. It reads ahead no further than the
// window its [Source] has handed out. A Reader is for one goroutine at a time.
type Reader struct {
	// Who names this process in error texts: "sender", "receiver",
	// "Receiver", "generator", "client" or "server"
	// (docs/protocol/02-wire-and-file-list.md §4.3).
	Who string

	window []byte // what src.Next returned last
	pos    int    // bytes of window that have been consumed
	base   int64  // bytes consumed before window
	src    Source
}

// NewReader returns a Reader of src.
func NewReader(src Source, who string) *Reader {
	return &Reader{Who: who, src: src}
}

// Count returns the number of bytes consumed so far.
func (r *Reader) Count() int64 { return r.base + int64(r.pos) }

// Buffered returns the number of bytes that can be read without asking the
// Source.
func (r *Reader) Buffered() int { return len(r.window) - r.pos }

// Release gives the window back to the Source, whose position is then exactly
// the Reader's. Call it before the Source gets another user, and before a role
// stops reading for long, so that what it has read can be reused.
func (r *Reader) Release() {
	if r.window != nil {
		r.base += int64(r.pos)
		r.src.Advance(r.pos)
		r.window, r.pos = nil, 0
	}
}

// fill makes at least n bytes available in the window.
func (r *Reader) fill(n int) error {
	r.Release()
	w, err := r.src.Next(n)
	if err != nil {
		return err
	}
	r.window = w
	return nil
}

// take returns the next n bytes, which are consumed, for n up to MaxPeek. They
// are valid until the next call of any method.
func (r *Reader) take(n int) ([]byte, error) {
	if len(r.window)-r.pos < n {
		if err := r.fill(n); err != nil {
			return nil, err
		}
	}
	b := r.window[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b, nil
}

// Byte reads one unsigned byte.
func (r *Reader) Byte() (byte, error) {
	if r.pos < len(r.window) {
		b := r.window[r.pos]
		r.pos++
		return b, nil
	}
	return r.slowByte()
}

func (r *Reader) slowByte() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// Short reads an unsigned 16-bit number, low byte first.
func (r *Reader) Short() (uint16, error) {
	b, err := r.take(2)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint16(b), nil
}

// Int32 reads a signed 32-bit number, low byte first.
func (r *Reader) Int32() (int32, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	return int32(binary.LittleEndian.Uint32(b)), nil
}

// Uint32 reads an unsigned 32-bit number, low byte first.
func (r *Reader) Uint32() (uint32, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

// Int64 reads a signed 64-bit number of 8 bytes, low byte first.
func (r *Reader) Int64() (int64, error) {
	b, err := r.take(8)
	if err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(b)), nil
}

// Long reads a longint, the 64-bit number of protocols below 30: an int, or
// the int -1 and eight bytes.
func (r *Reader) Long() (int64, error) {
	short, err := r.Int32()
	if err != nil || short != -1 {
		return int64(short), err
	}
	v, err := r.Int64()
	return v, midField(err)
}

// Bytes returns the next n bytes in place, or a shorter prefix of them: the
// result has 1 to n bytes, is consumed, and stays valid until the next call of
// any method. For n <= 0 it is empty. It is how bulk data are read.
func (r *Reader) Bytes(n int) ([]byte, error) {
	if n <= 0 {
		return nil, nil
	}
	if r.pos == len(r.window) {
		if err := r.fill(1); err != nil {
			return nil, err
		}
	}
	n = min(n, len(r.window)-r.pos)
	b := r.window[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b, nil
}

// Full fills p. As with every field of several bytes, an end of the stream
// before the first of them is io.EOF, a later one io.ErrUnexpectedEOF.
func (r *Reader) Full(p []byte) error {
	for done := 0; done < len(p); {
		b, err := r.Bytes(len(p) - done)
		if err != nil {
			if done > 0 {
				err = midField(err)
			}
			return err
		}
		done += copy(p[done:], b)
	}
	return nil
}

// Append reads n bytes and appends them to dst, which grows as they arrive and
// not before. On an error dst holds what was read.
func (r *Reader) Append(dst []byte, n int) ([]byte, error) {
	for left := n; left > 0; {
		b, err := r.Bytes(left)
		if err != nil {
			if left < n {
				err = midField(err)
			}
			return dst, err
		}
		dst = append(dst, b...)
		left -= len(b)
	}
	return dst, nil
}

// Skip reads n bytes and drops them.
func (r *Reader) Skip(n int64) error {
	for n > 0 {
		b, err := r.Bytes(int(min(n, 1<<30)))
		if err != nil {
			return err
		}
		n -= int64(len(b))
	}
	return nil
}
