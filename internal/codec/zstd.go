package codec

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"godwit/internal/exit"
)

const (
	zstdBlockMax  = 128 << 10 // the most that one block decodes to
	zstdWindowMax = 128 << 20 // the most that a frame may ask us to remember

	zstdWindow     = 2 << 20 // our own windows: like the reference's at level 3,
	zstdWindowBest = 8 << 20 // and for the levels that take their time
	zstdBestFrom   = 10      // which begin here

	zstdWorkersMax = 64 // more would only cost memory
)

// zstdEncoder writes one endless zstd frame for the whole connection, flushed
// at the end of each run of literals.
type zstdEncoder struct {
	framer
	z    *zstd.Encoder
	open bool
	// gathered is where workers write, nil without them.
	gathered *gather
}

func newZstdEncoder(w sink, cfg Config) (Encoder, error) {
	window := zstdWindow
	if cfg.Level >= zstdBestFrom {
		window = zstdWindowBest
	}
	e := &zstdEncoder{}
	e.w = w
	// With one worker the library compresses on the caller's goroutine; with more, blocks are
	// compressed beside it while the next ones are read. The stream is the same.
	out, workers := io.Writer(&e.framer), max(cfg.Threads, 1)
	if workers > 1 {
		e.gathered = &gather{}
		out = e.gathered
	}
	z, err := zstd.NewWriter(out,
		zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(cfg.Level)),
		zstd.WithEncoderConcurrency(min(workers, zstdWorkersMax)),
		zstd.WithEncoderCRC(false),
		zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(window))
	if err != nil {
		return nil, errInit(err)
	}
	e.z = z
	return e, nil
}

func (e *zstdEncoder) NeedsMatchData() bool { return false }

func (e *zstdEncoder) Literal(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if !e.open {
		if err := e.flushRun(); err != nil {
			return err
		}
		e.open = true
	}
	if _, err := e.z.Write(p); err != nil {
		return err
	}
	return e.collect()
}

// collect takes on what workers have written by now.
func (e *zstdEncoder) collect() error {
	if e.gathered == nil {
		return nil
	}
	return e.gathered.pass(&e.framer)
}

func (e *zstdEncoder) flush() error {
	if !e.open {
		return nil
	}
	e.open = false
	if err := e.z.Flush(); err != nil {
		return err
	}
	if err := e.collect(); err != nil {
		return err
	}
	return e.flushPieces(0)
}

func (e *zstdEncoder) Match(index int32, _ []byte) error {
	if err := e.flush(); err != nil {
		return err
	}
	return e.match(index)
}

func (e *zstdEncoder) End() error {
	if err := e.flush(); err != nil {
		return err
	}
	return e.end()
}

// zstdDecoder reads the frame that spans the connection.
//
// The library decodes a block each time it is asked, reads no octet beyond it
// and gives out all of it. So when the pieces of a flush unit are used up,
// there is nothing left to be had from the decoder until the next unit.
type zstdDecoder struct {
	pieces zstdPieces
	z      *zstd.Decoder
	begun  bool
	buf    []byte // zstdBlockMax octets
	err    error
}

func newZstdDecoder(src Source, _ Config) (Decoder, error) {
	z, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindowMax))
	if err != nil {
		return nil, errInit(err)
	}
	d := &zstdDecoder{z: z, buf: make([]byte, zstdBlockMax)}
	d.pieces.src = src
	return d, nil
}

func (d *zstdDecoder) SeeMatch([]byte)      {}
func (d *zstdDecoder) NeedsMatchData() bool { return false }

func (d *zstdDecoder) Next() (Token, []byte, error) {
	if d.err != nil {
		return Token{}, nil, d.err
	}
	t, p, err := d.next()
	d.err = err
	return t, p, err
}

func (d *zstdDecoder) next() (Token, []byte, error) {
	piece, err := d.pieces.more()
	if err != nil {
		return Token{}, nil, err
	}
	if !piece {
		t, err := d.pieces.token()
		return t, nil, err
	}
	if !d.begun {
		if err := d.z.Reset(&d.pieces); err != nil {
			return Token{}, nil, errInit(err)
		}
		d.begun = true
	}
	n, err := d.z.Read(d.buf)
	if n > 0 {
		return Token{Kind: Literal}, d.buf[:n], nil
	}
	if d.pieces.fault != nil {
		return Token{}, nil, d.pieces.fault
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return Token{}, nil, &exit.Error{Code: exit.StreamIO, Err: err, Text: zstdText(err)}
}

// zstdText says what went wrong with the numbers of the zstd library.
func zstdText(err error) string {
	for _, t := range [...]struct {
		err  error
		text string
	}{
		{zstd.ErrMagicMismatch, "ZSTD decomp returned -10 (0 bytes)"},
		{zstd.ErrWindowSizeExceeded, "ZSTD decomp returned -16 (0 bytes)"},
		{zstd.ErrDecoderSizeExceeded, "ZSTD decomp returned -16 (0 bytes)"},
		{zstd.ErrCRCMismatch, "ZSTD decomp returned -22 (0 bytes)"},
		{zstd.ErrUnknownDictionary, "ZSTD decomp returned -32 (0 bytes)"},
	} {
		if errors.Is(err, t.err) {
			return t.text
		}
	}
	return "ZSTD decomp returned -20 (0 bytes)" // corruption detected
}

// zstdPieces is the reader for all compressed data of the connection.
type zstdPieces struct{ unframer }

// errCut is what the library meets when a flush unit ends inside a block.
var errCut = errors.New("flush unit ends inside a block")

func (p *zstdPieces) Read(b []byte) (int, error) {
	piece, err := p.more()
	if err != nil {
		return 0, err
	}
	if !piece {
		return 0, errCut
	}
	return p.read(b)
}
