package codec

import "godwit/internal/exit"

// An unframer reads the compressed framing. It is asked in turn for the pieces
// of a flush unit (more, Read) and, when there is no further piece, for the
// token that follows.
type unframer struct {
	src       Source
	reference int32
	flag      byte // the octet that more has read ahead
	ahead     bool // flag holds one
	left      int  // octets left of the current piece
	fault     error
	empty     string // what to say of a piece without data; "" passes over it
}

// more reports whether there is compressed data before the next token. If so,
// left is not 0 afterwards.
func (u *unframer) more() (bool, error) {
	for u.left == 0 {
		if !u.ahead {
			b, err := u.src.Byte()
			if err != nil {
				return false, u.fail(err)
			}
			u.flag, u.ahead = b, true
		}
		if u.flag&flagKind != flagPiece {
			return false, nil
		}
		low, err := u.src.Byte()
		if err != nil {
			return false, u.fail(err)
		}
		u.left = int(u.flag&flagLow)<<8 | int(low)
		u.ahead = false
		if u.left == 0 && u.empty != "" {
			return false, u.fail(exit.Errorf(exit.StreamIO, "%s", u.empty))
		}
	}
	return true, nil
}

// fail remembers an error that is not the decompressor's, which may wrap or
// replace it on its way to the caller.
func (u *unframer) fail(err error) error {
	u.fault = err
	return err
}

// read fills p from the current piece as far as it goes.
func (u *unframer) read(p []byte) (int, error) {
	p = p[:min(len(p), u.left)]
	if err := u.src.Full(p); err != nil {
		return 0, u.fail(err)
	}
	u.left -= len(p)
	return len(p), nil
}

// token returns the match or end that more found to be next.
func (u *unframer) token() (Token, error) {
	u.ahead = false
	var first int64
	count := int64(1)
	run := false
	switch kind := u.flag & flagKind; {
	case kind == flagRelBlock || kind == flagRelRun:
		first = int64(u.reference) + int64(u.flag&flagLow)
		run = kind == flagRelRun
	case u.flag == flagEnd:
		u.reference = 0
		return Token{Kind: End}, nil
	case u.flag == flagBlock || u.flag == flagRun:
		v, err := u.src.Int32()
		if err != nil {
			return Token{}, u.fail(err)
		}
		first = int64(v)
		run = u.flag == flagRun
	default:
		return Token{}, errToken()
	}
	if run {
		further, err := u.src.Short()
		if err != nil {
			return Token{}, u.fail(err)
		}
		if further == 0 {
			return Token{}, errToken()
		}
		count += int64(further)
	}
	last := first + count - 1
	if first < 0 || last > blockMax {
		return Token{}, errToken()
	}
	u.reference = int32(last)
	return Token{Kind: Match, Index: int32(first), Count: int32(count)}, nil
}

func errToken() error {
	return exit.Errorf(exit.Protocol, "invalid token number in compressed stream")
}
