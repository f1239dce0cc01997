package wire

import (
	"math"

	"godwit/internal/exit"
)

// The values of a file index that name no entry
// (docs/protocol/02-wire-and-file-list.md §3).
const (
	NdxDone     int32 = -1   // end of a phase, release of a list, goodbye
	NdxEOF      int32 = -2   // no more file lists (incremental recursion)
	NdxDelStats int32 = -3   // deletion counts follow (protocol 31)
	NdxListBase int32 = -101 // NdxListBase-d: the list of directory number d follows
)

// ndxState remembers the previous indexes of one direction. Both numbers are
// stored so that the zero value is the start of a connection.
type ndxState struct {
	pos int64 // last index >= 0, plus one
	neg int64 // magnitude of the last index < -1, minus one
}

// Lead bytes of the compact form.
const (
	ndxWide     = 0xFE // more than one byte follows
	ndxNegative = 0xFF // the negative numbers' turn
)

// NdxEncoder writes the file indexes of one direction of a connection. There is
// one per direction, from the handshake to the end; it is never reset.
type NdxEncoder struct {
	state ndxState
	plain bool
}

// NewNdxEncoder returns the encoder for a protocol version: plain integers below
// 30, the compact differential form from 30 on.
func NewNdxEncoder(protocol int) NdxEncoder { return NdxEncoder{plain: protocol < 30} }

// Append appends index n.
func (e *NdxEncoder) Append(dst []byte, n int32) []byte {
	switch {
	case e.plain:
		return AppendInt32(dst, n)
	case n == NdxDone:
		return append(dst, 0)
	}
	var diff int64
	if n >= 0 {
		diff = int64(n) - (e.state.pos - 1)
		e.state.pos = int64(n) + 1
	} else {
		dst = append(dst, ndxNegative)
		n = -n
		diff = int64(n) - (e.state.neg + 1)
		e.state.neg = int64(n) - 1
	}
	switch {
	case diff >= 1 && diff < ndxWide:
		return append(dst, byte(diff))
	case diff >= 0 && diff <= 0x7FFF:
		return append(dst, ndxWide, byte(diff>>8), byte(diff))
	default:
		return append(dst, ndxWide, byte(uint32(n)>>24)|0x80, byte(n), byte(n>>8), byte(n>>16))
	}
}

// NdxDecoder reads the file indexes of one direction of a connection.
type NdxDecoder struct {
	state ndxState
	plain bool
}

// NewNdxDecoder returns the decoder for a protocol version.
func NewNdxDecoder(protocol int) NdxDecoder { return NdxDecoder{plain: protocol < 30} }

// Read reads one index. Whether the index names anything is for the caller to
// check; an index that no 32-bit number can hold is an error with exit code 2.
func (d *NdxDecoder) Read(r *Reader) (int32, error) {
	if d.plain {
		return r.Int32()
	}
	b, err := r.Byte()
	if err != nil {
		return 0, err
	}
	if b == 0 {
		return NdxDone, nil
	}
	if b != ndxNegative {
		n, err := readNdxNumber(r, b, d.state.pos-1)
		if err != nil {
			return 0, err
		}
		d.state.pos = int64(n) + 1
		return n, nil
	}
	if b, err = r.Byte(); err != nil {
		return 0, midField(err)
	}
	n, err := readNdxNumber(r, b, d.state.neg+1)
	if err != nil {
		return 0, err
	}
	d.state.neg = int64(n) - 1
	return -n, nil
}

// readNdxNumber reads what follows lead byte b and adds it to the previous
// number, unless it is an absolute one.
func readNdxNumber(r *Reader, b byte, prev int64) (int32, error) {
	n := prev + int64(b)
	if b == ndxWide {
		w, err := r.take(2)
		if err != nil {
			return 0, midField(err)
		}
		high, low := w[0], w[1]
		if high&0x80 == 0 {
			n = prev + (int64(high)<<8 | int64(low))
		} else {
			if w, err = r.take(2); err != nil {
				return 0, midField(err)
			}
			n = int64(high&0x7F)<<24 | int64(w[1])<<16 | int64(w[0])<<8 | int64(low)
		}
	}
	if n < 0 || n > math.MaxInt32 {
		return 0, exit.Errorf(exit.Protocol, "Invalid file index: %d [%s]", uint32(n), r.Who)
	}
	return int32(n), nil
}
