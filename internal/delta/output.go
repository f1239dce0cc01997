package delta

import (
	"encoding/binary"
	"io"
)

// Dest is a file that is being written.
type Dest interface {
	io.WriterAt
	// Truncate sets the file's length, in either direction.
	Truncate(size int64) error
}

// HolePuncher is a Dest that can turn a range into a hole. Without it, zeros
// are written over old data in place.
type HolePuncher interface {
	PunchHole(offset, length int64) error
}

// Layout says how a file is to be written. The zero value is a new file,
// written from its beginning.
type Layout struct {
	Sparse  bool  // leave holes where the data are zeros
	InPlace bool  // the file holds old data: holes must be made, not just left
	Device  bool  // never set the length
	Start   int64 // where writing begins: the old length when appending
	Size    int64 // length before writing: of the old file, or as preallocated
}

const (
	outputBuffer = 256 << 10
	minHole      = 1024 // shortest run of zeros amid data that becomes a hole
)

// Output writes a new file in order, gathering what it gets into large writes
// (docs/protocol/03-transfer.md §12.3, §12.4). Reset it before each file.
type Output struct {
	dest    Dest
	buf     []byte
	off     int64 // where the next octet goes; buf ends here
	hole    int64 // sparse: zeros not written yet before buf, or behind the data when flushed
	sparse  bool
	inPlace bool
	device  bool
	written bool  // data have been written, which sets the time of modification
	size    int64 // length of the file now
}

// Reset begins a file.
func (o *Output) Reset(d Dest, l Layout) {
	o.dest, o.buf = d, o.buf[:0]
	o.off, o.hole = l.Start, 0
	o.sparse, o.inPlace, o.device, o.written, o.size = l.Sparse, l.InPlace, l.Device, false, l.Size
}

// Offset returns how long the new file is so far.
func (o *Output) Offset() int64 { return o.off }

// Write adds p to the file.
func (o *Output) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(o.buf) == 0 && len(p) >= outputBuffer {
			if err := o.put(p, o.off); err != nil {
				return n - len(p), err
			}
			o.off += int64(len(p))
			break
		}
		if o.buf == nil {
			o.buf = make([]byte, 0, outputBuffer)
		}
		k := min(len(p), outputBuffer-len(o.buf))
		o.buf = append(o.buf, p[:k]...)
		o.off += int64(k)
		p = p[k:]
		if len(o.buf) == outputBuffer {
			if err := o.Flush(); err != nil {
				return n - len(p), err
			}
		}
	}
	return n, nil
}

// Skip says that the next n octets of the file are there already.
func (o *Output) Skip(n int64) error {
	if err := o.Flush(); err != nil {
		return err
	}
	if err := o.makeHole(o.off); err != nil {
		return err
	}
	o.off += n
	return nil
}

// Flush writes what has been gathered. Zeros at its end may still be held
// back.
func (o *Output) Flush() error {
	p := o.buf
	o.buf = o.buf[:0]
	if len(p) == 0 {
		return nil
	}
	return o.put(p, o.off-int64(len(p)))
}

// CutError tells that all data are written but the file could not be cut to its length.
type CutError struct{ Err error }

func (e *CutError) Error() string { return e.Err.Error() }
func (e *CutError) Unwrap() error { return e.Err }

// Finish writes everything and sets the file's length; a [*CutError] if only that fails.
func (o *Output) Finish() error {
	if err := o.Flush(); err != nil {
		return err
	}
	if o.device {
		return o.makeHole(o.off)
	}
	if o.hole > 0 {
		if start := o.off - o.hole; o.size > start {
			// Cutting off old data here makes what follows read as zeros.
			if err := o.dest.Truncate(start); err != nil {
				return err
			}
			o.size, o.written = start, true
		}
		o.hole = 0
	}
	// A file written in place counts as modified even if all of it was there already.
	if o.size != o.off || o.inPlace && !o.written {
		if err := o.dest.Truncate(o.off); err != nil {
			return &CutError{Err: err}
		}
		o.size = o.off
	}
	return nil
}

// put writes p at off, leaving holes if the file is sparse.
func (o *Output) put(p []byte, off int64) error {
	if !o.sparse {
		return o.write(p, off)
	}
	for len(p) > 0 {
		z := zeroPrefix(p)
		o.hole += int64(z)
		off += int64(z)
		p = p[z:]
		if len(p) == 0 {
			return nil
		}
		if err := o.makeHole(off); err != nil {
			return err
		}
		n := dataPrefix(p)
		if err := o.write(p[:n], off); err != nil {
			return err
		}
		off += int64(n)
		p = p[n:]
	}
	return nil
}

// makeHole settles the zeros held back that end at off.
func (o *Output) makeHole(off int64) error {
	start, n := off-o.hole, o.hole
	o.hole = 0
	if o.inPlace && !o.device {
		n = min(n, o.size-start) // behind the end there is nothing to punch
	} else if !o.device {
		return nil
	}
	if n <= 0 {
		return nil
	}
	if d, ok := o.dest.(HolePuncher); ok && !o.device {
		if d.PunchHole(start, n) == nil {
			return nil
		} // not every file system can
	}
	for n > 0 {
		k := min(n, int64(len(zeros)))
		if err := o.write(zeros[:k], start); err != nil {
			return err
		}
		start += k
		n -= k
	}
	return nil
}

// zeros is what is written where holes can't be made; nothing writes to it.
var zeros [32 << 10]byte

// write writes p at off.
func (o *Output) write(p []byte, off int64) error {
	n, err := o.dest.WriteAt(p, off)
	o.written = true
	o.size = max(o.size, off+int64(n))
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}

// zeroPrefix returns how many octets at the beginning of p are zero.
func zeroPrefix(p []byte) int {
	i := 0
	for i+8 <= len(p) && binary.LittleEndian.Uint64(p[i:]) == 0 {
		i += 8
	}
	for i < len(p) && p[i] == 0 {
		i++
	}
	return i
}

// zeroSuffix returns how many octets at the end of p are zero.
func zeroSuffix(p []byte) int {
	n := len(p)
	for n >= 8 && binary.LittleEndian.Uint64(p[n-8:]) == 0 {
		n -= 8
	}
	for n > 0 && p[n-1] == 0 {
		n--
	}
	return len(p) - n
}

// dataPrefix returns how much of p, which starts with another octet than zero,
// comes before the first run of zeros that is worth a hole: minHole of them, or
// however many stand at the end.
func dataPrefix(p []byte) int {
	// Every such run amid the data covers one of the octets looked at.
	for i := minHole; i < len(p); {
		if p[i] != 0 {
			i += minHole
			continue
		}
		start := i - zeroSuffix(p[:i])
		end := i + zeroPrefix(p[i:])
		if end-start >= minHole {
			return start
		}
		i = end + minHole
	}
	return len(p) - zeroSuffix(p)
}
