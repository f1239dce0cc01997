package codec

import "encoding/binary"

// The flag octets of the compressed framing, docs/protocol/03-transfer.md §9.2.
const (
	flagEnd      = 0x00
	flagBlock    = 0x20 // int block number
	flagRun      = 0x21 // int first block number, short count of further ones
	flagPiece    = 0x40 // low six bits and next octet: length of compressed data
	flagRelBlock = 0x80 // low six bits: block number less the reference
	flagRelRun   = 0xc0 // the same, and a short count of further ones

	flagKind = 0xc0 // the bits that tell the last three from the rest
	flagLow  = 0x3f // the other bits

	pieceMax = 1<<14 - 1 // octets in a piece: all that 14 bits can say
	runMax   = 1 << 16   // blocks in a run: one and all that 16 bits can say
	blockMax = 1<<31 - 2 // the highest block number a compressed token may name
)

// syncTail is how a deflate sync flush ends: the length and inverted length of
// an empty stored block. Both ends know it is there, so it is not sent.
const syncTail = "\x00\x00\xff\xff"

// A framer writes the compressed framing: it gathers matches into runs and
// cuts what a compressor writes to it into pieces.
type framer struct {
	w sink

	reference int32 // the last block of the last run written in this file
	runFirst  int32
	runLen    int32 // blocks gathered but not yet written

	discard bool // throw away what the compressor writes
	hold    int  // octets at the end of the output that may have to be dropped
	n       int  // octets in piece after the two of the flag
	piece   [2 + pieceMax + len(syncTail)]byte
	token   [1 + 4 + 2]byte
}

// match adds a block to the current run, or begins a new one.
func (f *framer) match(index int32) error {
	if f.runLen > 0 && f.runLen < runMax && index-f.runFirst == f.runLen {
		f.runLen++
		return nil
	}
	if err := f.flushRun(); err != nil {
		return err
	}
	f.runFirst, f.runLen = index, 1
	return nil
}

// flushRun writes the current run, if there is one.
func (f *framer) flushRun() error {
	if f.runLen == 0 {
		return nil
	}
	t := f.token[:0]
	if diff := int64(f.runFirst) - int64(f.reference); diff >= 0 && diff <= flagLow {
		flag := byte(flagRelBlock)
		if f.runLen > 1 {
			flag = flagRelRun
		}
		t = append(t, flag|byte(diff))
	} else {
		flag := byte(flagBlock)
		if f.runLen > 1 {
			flag = flagRun
		}
		t = binary.LittleEndian.AppendUint32(append(t, flag), uint32(f.runFirst))
	}
	if f.runLen > 1 {
		t = binary.LittleEndian.AppendUint16(t, uint16(f.runLen-1))
	}
	f.reference = f.runFirst + f.runLen - 1
	f.runLen = 0
	_, err := f.w.Write(t)
	return err
}

// end writes the end mark and prepares for the next file.
func (f *framer) end() error {
	if err := f.flushRun(); err != nil {
		return err
	}
	f.reference = 0
	_, err := f.w.Write(append(f.token[:0], flagEnd))
	return err
}

// Write takes output of the compressor. Full pieces go to the sink, except
// that the last hold octets are always kept back.
func (f *framer) Write(p []byte) (int, error) {
	total := len(p)
	if f.discard {
		return total, nil
	}
	for len(p) > 0 {
		if f.n == pieceMax+f.hold {
			if err := f.emit(pieceMax); err != nil {
				return 0, err
			}
		}
		k := copy(f.piece[2+f.n:2+pieceMax+f.hold], p)
		f.n += k
		p = p[k:]
	}
	return total, nil
}

// emit sends the first k octets that Write has gathered, as a piece.
func (f *framer) emit(k int) error {
	f.piece[0] = flagPiece | byte(k>>8)
	f.piece[1] = byte(k)
	if _, err := f.w.Write(f.piece[:2+k]); err != nil {
		return err
	}
	f.n = copy(f.piece[2:], f.piece[2+k:2+f.n])
	return nil
}

// flushPieces ends a flush unit: what is left goes out, but for the last drop
// octets.
func (f *framer) flushPieces(drop int) error {
	for f.n > drop {
		if err := f.emit(min(f.n-drop, pieceMax)); err != nil {
			return err
		}
	}
	f.n = 0
	return nil
}
