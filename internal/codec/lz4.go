package codec

import (
	"github.com/pierrec/lz4/v4"

	"godwit/internal/exit"
)

// lz4OutMax is room for what any known sender puts into one piece: ours takes
// 16383 octets, and the reference offers its decoder about twice that.
const lz4OutMax = 64 << 10

// lz4Encoder writes each piece as an LZ4 block of its own.
type lz4Encoder struct {
	framer
	z   lz4.Compressor
	out [2 + pieceMax + pieceMax/255 + 16]byte // flag and the worst case of compression
}

func newLZ4Encoder(w sink, _ Config) (Encoder, error) {
	e := &lz4Encoder{}
	e.w = w
	return e, nil
}

func (e *lz4Encoder) NeedsMatchData() bool { return false }

func (e *lz4Encoder) Literal(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if err := e.flushRun(); err != nil {
		return err
	}
	for len(p) > 0 {
		n, size := min(len(p), pieceMax), 0
		for {
			var err error
			if size, err = e.z.CompressBlock(p[:n], e.out[2:]); err != nil {
				return errInit(err)
			}
			if size <= pieceMax {
				break
			}
			n /= 2 // incompressible: the block is larger than its content
		}
		e.out[0] = flagPiece | byte(size>>8)
		e.out[1] = byte(size)
		if _, err := e.w.Write(e.out[:2+size]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

func (e *lz4Encoder) Match(index int32, _ []byte) error { return e.match(index) }
func (e *lz4Encoder) End() error                        { return e.end() }

// lz4Decoder reads pieces that each are an LZ4 block.
type lz4Decoder struct {
	unframer
	in  [pieceMax]byte
	out [lz4OutMax]byte
}

func newLZ4Decoder(src Source, _ Config) (Decoder, error) {
	d := &lz4Decoder{}
	d.src, d.empty = src, "uncompress failed: -1"
	return d, nil
}

func (d *lz4Decoder) SeeMatch([]byte)      {}
func (d *lz4Decoder) NeedsMatchData() bool { return false }

func (d *lz4Decoder) Next() (Token, []byte, error) {
	piece, err := d.more()
	if err != nil {
		return Token{}, nil, err
	}
	if !piece {
		t, err := d.token()
		return t, nil, err
	}
	in, err := d.src.Bytes(d.left)
	if err != nil {
		return Token{}, nil, err
	}
	if k := len(in); k < d.left { // the source has it in two parts
		copy(d.in[:], in)
		in = d.in[:d.left]
		if err := d.src.Full(in[k:]); err != nil {
			return Token{}, nil, err
		}
	}
	d.left = 0
	size, err := lz4.UncompressBlock(in, d.out[:])
	if err != nil {
		return Token{}, nil, &exit.Error{Code: exit.StreamIO, Err: err, Text: "uncompress failed: -2"}
	}
	if size == 0 {
		// No sender writes this, and nothing good can be meant by it.
		return Token{}, nil, exit.Errorf(exit.StreamIO, "uncompress failed: 0")
	}
	return Token{Kind: Literal}, d.out[:size], nil
}
