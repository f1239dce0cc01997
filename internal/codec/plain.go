package codec

import "encoding/binary"

// plainEncoder writes tokens without compression: an int n > 0 and n octets,
// or -(block+1), or 0 for the end.
type plainEncoder struct {
	w    sink
	word [4]byte
}

func newPlainEncoder(w sink, _ Config) (Encoder, error) { return &plainEncoder{w: w}, nil }

func (e *plainEncoder) int(v int32) error {
	binary.LittleEndian.PutUint32(e.word[:], uint32(v))
	_, err := e.w.Write(e.word[:])
	return err
}

func (e *plainEncoder) Literal(p []byte) error {
	for len(p) > 0 {
		n := min(len(p), literalMax)
		if err := e.int(int32(n)); err != nil {
			return err
		}
		if _, err := e.w.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

func (e *plainEncoder) Match(index int32, _ []byte) error { return e.int(^index) }
func (e *plainEncoder) End() error                        { return e.int(0) }
func (e *plainEncoder) NeedsMatchData() bool              { return false }

// plainDecoder reads what plainEncoder writes. It copies nothing: literals are
// handed out where the source has them, in parts as they have arrived.
type plainDecoder struct {
	src  Source
	left int // octets of the current literal still to come
}

func newPlainDecoder(src Source, _ Config) (Decoder, error) { return &plainDecoder{src: src}, nil }

func (d *plainDecoder) Next() (Token, []byte, error) {
	if d.left == 0 {
		v, err := d.src.Int32()
		switch {
		case err != nil:
			return Token{}, nil, err
		case v == 0:
			return Token{Kind: End}, nil, nil
		case v < 0:
			return Token{Kind: Match, Index: ^v, Count: 1}, nil, nil
		}
		d.left = int(v)
	}
	p, err := d.src.Bytes(min(d.left, literalMax))
	if err != nil {
		return Token{}, nil, err
	}
	d.left -= len(p)
	return Token{Kind: Literal}, p, nil
}

func (d *plainDecoder) SeeMatch([]byte)      {}
func (d *plainDecoder) NeedsMatchData() bool { return false }
