package codec

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"

	"godwit/internal/exit"
)

// deflateDecoder reads the streams of zlib and zlibx.
//
// At the start of a flush unit the state of an inflater is just its window: an
// octet boundary, and the last 32 KiB of what went before. So each unit is
// inflated as a stream of its own that has that window as its dictionary, and
// inserting matched data is merely adding it to the window.
type deflateDecoder struct {
	unit    deflateUnit
	br      *bufio.Reader // over unit; an inflater is fastest on this type
	z       io.ReadCloser // a flate.Resetter
	hist    history       // literals, and for zlib the matched data
	inserts bool
	open    bool // inside a unit
	err     error
}

func newZlibxDecoder(src Source, cfg Config) (Decoder, error) {
	return newDeflateDecoder(src, cfg, false), nil
}

func newZlibDecoder(src Source, cfg Config) (Decoder, error) {
	return newDeflateDecoder(src, cfg, true), nil
}

func newDeflateDecoder(src Source, cfg Config, inserts bool) *deflateDecoder {
	d := &deflateDecoder{hist: newHistory(cfg.Protocol), inserts: inserts}
	d.unit.src, d.unit.empty = src, "inflate returned -5 (0 bytes)"
	d.br = bufio.NewReaderSize(&d.unit, pieceMax+1)
	d.z = flate.NewReader(d.br)
	return d
}

func (d *deflateDecoder) NeedsMatchData() bool { return d.inserts }

func (d *deflateDecoder) SeeMatch(block []byte) {
	if d.inserts {
		d.hist.addBlock(block)
	}
}

func (d *deflateDecoder) Next() (Token, []byte, error) {
	if d.err != nil {
		return Token{}, nil, d.err
	}
	for {
		if d.open {
			room := d.hist.room()
			n, err := d.z.Read(room[:windowSize])
			if n > 0 {
				d.hist.grow(n)
				return Token{Kind: Literal}, room[:n:n], nil
			}
			if err != nil {
				if err = d.check(err); err != nil {
					return d.fail(err)
				}
				d.open = false
			}
			continue
		}
		piece, err := d.unit.more()
		if err != nil {
			return d.fail(err)
		}
		if !piece {
			t, err := d.unit.token()
			if err != nil {
				return d.fail(err)
			}
			if t.Kind == End {
				d.hist.reset()
			}
			return t, nil, nil
		}
		d.unit.tail = unitTail
		d.br.Reset(&d.unit)
		if err := d.z.(flate.Resetter).Reset(d.br, d.hist.window()); err != nil {
			return d.fail(errInit(err))
		}
		d.open = true
	}
}

func (d *deflateDecoder) fail(err error) (Token, []byte, error) {
	d.err = err
	return Token{}, nil, err
}

// The numbers that zlib has for what can go wrong.
const (
	zlibStreamEnd = 1
	zlibDataError = -3
)

// check returns nil if err, which ended the reading of a unit, is the end that
// a sound unit has.
func (d *deflateDecoder) check(err error) error {
	switch whole := d.unit.tail == "" && d.br.Buffered() == 0; {
	case d.unit.fault != nil:
		return d.unit.fault
	case err == io.EOF && whole:
		return nil
	case err == io.EOF && d.unit.tail == unitTail:
		return exit.Errorf(exit.StreamIO, "inflate returned %d (0 bytes)", zlibStreamEnd)
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || d.unit.tail != unitTail:
		// The data ended in the middle of something.
		return exit.Errorf(exit.StreamIO, "decompressor lost sync!")
	}
	return &exit.Error{Code: exit.StreamIO, Err: err,
		Text: fmt.Sprintf("inflate returned %d (0 bytes)", zlibDataError)}
}

// unitTail completes a unit for an inflater: the octets that are not sent, and
// an empty final block. An inflater that reaches the end of the latter was at
// a sync point before.
const unitTail = syncTail + "\x01\x00\x00\xff\xff"

// deflateUnit is the reader for the compressed data of one flush unit.
type deflateUnit struct {
	unframer
	tail string // what is left to give of unitTail
}

func (u *deflateUnit) Read(p []byte) (int, error) {
	piece, err := u.more()
	if err != nil {
		return 0, err
	}
	if piece {
		return u.read(p)
	}
	if u.tail == "" {
		return 0, io.EOF
	}
	n := copy(p, u.tail)
	u.tail = u.tail[n:]
	return n, nil
}
