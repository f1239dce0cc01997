package codec

import (
	"github.com/klauspost/compress/flate"

	"godwit/internal/exit"
)

// deflateEncoder writes the streams of zlib and zlibx: raw deflate, started
// anew for each file, sync-flushed at the end of each run of literals.
type deflateEncoder struct {
	framer
	z     *flate.Writer
	used  bool // z has seen data of this file
	open  bool // literals were written since the last flush
	level int

	// The rest is for zlib only, where matched data is part of the history.
	// It reaches z not when the match is made but when literals follow, for
	// only then is it of use: stale is how many octets z has not seen.
	inserts bool
	hist    history
	stale   int
}

func newZlibxEncoder(w sink, cfg Config) (Encoder, error) {
	return newDeflateEncoder(w, cfg)
}

func newZlibEncoder(w sink, cfg Config) (Encoder, error) {
	e, err := newDeflateEncoder(w, cfg)
	if err != nil {
		return nil, err
	}
	e.inserts, e.hist = true, newHistory(cfg.Protocol)
	return e, nil
}

func newDeflateEncoder(w sink, cfg Config) (*deflateEncoder, error) {
	e := &deflateEncoder{level: cfg.Level}
	e.w, e.hold = w, len(syncTail)
	z, err := flate.NewWriter(&e.framer, cfg.Level)
	if err != nil {
		return nil, errInit(err)
	}
	e.z = z
	return e, nil
}

func (e *deflateEncoder) NeedsMatchData() bool { return e.inserts }

func (e *deflateEncoder) Literal(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if !e.open {
		if err := e.flushRun(); err != nil {
			return err
		}
		if err := e.insert(len(p)); err != nil {
			return err
		}
		e.open, e.used = true, true
	}
	if _, err := e.z.Write(p); err != nil {
		return err
	}
	if e.inserts {
		e.hist.add(p)
	}
	return nil
}

const (
	// tinyUnit: the compressor's fast levels look for no matches at all in
	// less than this, so that a history would be built up in vain.
	tinyUnit  = 128
	fastLevel = 6

	// To learn costs the compressor about as much as to compress, so that
	// what it learns is kept in proportion to the literals that it is for.
	learnFactor = 8
	learnMin    = 16 << 10
)

// insert brings the compressor's idea of the history up to date before
// literals of which n octets are known. What it is taught is the end of the
// history, or nothing: not to know something old does no harm. The stream is
// at an octet boundary here, at its start or behind a sync flush.
func (e *deflateEncoder) insert(n int) error {
	if e.stale == 0 {
		return nil
	}
	window := e.hist.window()
	learn := min(max(learnFactor*n, learnMin), len(window))
	switch {
	case n < tinyUnit && e.level <= fastLevel:
		e.z.ResetDict(&e.framer, nil)
		e.stale = windowSize // let the next unit learn
		return nil
	case e.stale > learn/2 || !e.used:
		e.z.ResetDict(&e.framer, window[len(window)-learn:])
		e.stale = 0
		return nil
	}
	// Little is new: it is compressed for the compressor's memory alone.
	e.discard = true
	_, err := e.z.Write(window[len(window)-e.stale:])
	if err == nil {
		err = e.z.Flush()
	}
	e.discard = false
	e.stale = 0
	return err
}

func (e *deflateEncoder) Match(index int32, data []byte) error {
	if err := e.flush(); err != nil {
		return err
	}
	if err := e.match(index); err != nil {
		return err
	}
	if e.inserts && len(data) > 0 {
		e.hist.addBlock(data)
		e.stale = min(e.stale+len(data), windowSize)
	}
	return nil
}

// flush ends the current run of literals, if there is one.
func (e *deflateEncoder) flush() error {
	if !e.open {
		return nil
	}
	e.open = false
	if err := e.z.Flush(); err != nil {
		return err
	}
	if tail := e.piece[2 : 2+e.n]; e.n < len(syncTail) || string(tail[e.n-len(syncTail):]) != syncTail {
		return exit.Errorf(exit.StreamIO, "deflate returned %d octets and no sync mark", e.n)
	}
	return e.flushPieces(len(syncTail))
}

func (e *deflateEncoder) End() error {
	if err := e.flush(); err != nil {
		return err
	}
	if e.used {
		e.z.ResetDict(&e.framer, nil)
		e.used = false
	}
	e.hist.reset()
	e.stale = 0
	return e.end()
}

// errInit is for a compression library that does not take what it documents.
func errInit(err error) error {
	return &exit.Error{Code: exit.Protocol, Text: "compression init failed", Err: err}
}
