// Package codec turns the content of a file into the token stream that
// follows an echoed sum head, and back. It implements
// docs/protocol/03-transfer.md §9: literals, matched blocks and an end mark,
// either plain or with the literals compressed by zlib, zlibx, zstd or lz4.
//
// The sender owns one [Encoder] for a whole connection and calls, per file,
// Literal and Match in the order of the content and then End. The receiver
// owns one [Decoder] and calls Next until it returns an [End] token. What the
// two share from one file to the next differs by method and is kept inside:
//
//	plain   nothing
//	zlib    nothing from file to file; within a file the history holds the
//	        literals and the matched blocks
//	zlibx   the same, but the history holds the literals only
//	zstd    one frame for the whole connection, never ended
//	lz4     nothing: every piece stands alone
//
// So a decoder must see every token of every file, wanted or not.
//
// # Framing of the compressed methods
//
// One octet says what comes: the end, a matched block or run of blocks
// (absolute, or relative to the last one), or a piece of at most 16383 octets
// of compressed literals (frame.go, unframe.go). All literals between two
// matches are one flush unit: the compressor is flushed at its end, so that
// the receiver can take out everything the unit holds.
//
// # Bounds
//
// Nothing grows with what a peer says. Input is consumed in pieces of at most
// 16 KiB and output is handed out as it appears, in slices of at most 128 KiB,
// so a decompression bomb costs its receiver time and disk but no memory
// (docs/protocol/08-security.md §9.4). A zstd frame may ask for a window of
// up to 128 MiB, which is what level 22 uses.
package codec

import "io"

// Kind says what a [Token] stands for.
type Kind uint8

const (
	End     Kind = iota // the file is complete; its whole-file sum follows
	Literal             // octets that come with the token
	Match               // blocks to be copied from the basis
)

// A Token is one step of rebuilding a file.
type Token struct {
	Kind Kind
	// Index is the number of the first matched block. It is not negative,
	// but it is the receiver that knows how many blocks the basis has.
	Index int32
	// Count is the number of consecutive matched blocks, at least 1; a
	// compressed stream can name up to 65536 at once.
	Count int32
}

// An Encoder writes token streams, one file after the other. Its methods fail
// only if the sink does, and then it is of no further use.
type Encoder interface {
	// Literal appends octets of the file. P is not kept.
	Literal(p []byte) error

	// Match appends block index of the basis. Data is the content of that
	// block; it may be nil unless NeedsMatchData. It is not kept.
	Match(index int32, data []byte) error

	// End completes the file: all of its stream is in the sink.
	End() error

	// NeedsMatchData reports whether matched blocks enter the history.
	NeedsMatchData() bool
}

// A Decoder reads token streams, one file after the other. An error is final.
type Decoder interface {
	// Next returns the next token of the file, with its octets (at least
	// one) if it is a Literal. They are valid until the next call of any
	// method and must not be changed. After an End token the next call
	// begins the next file.
	//
	// An error that the stream itself is to blame for is an *exit.Error; an
	// error of the source is returned as it is.
	Next() (Token, []byte, error)

	// SeeMatch tells the content of a matched block, which the history of
	// the zlib method has to have before the next call of Next. It is called
	// once for each block of a Match token, in order. Where NeedsMatchData
	// is false it does nothing.
	SeeMatch(block []byte)

	// NeedsMatchData reports whether SeeMatch has to be called.
	NeedsMatchData() bool
}

// A Source is where a decoder reads from, the data of the connection; a
// *wire.Reader is one. It is asked for no octet beyond the end of a file's
// token stream. An early end of the data is an error of the source, too.
type Source interface {
	Byte() (byte, error)
	Short() (uint16, error)
	Int32() (int32, error)
	// Bytes returns the next octets in place, at least 1 and at most n. They
	// stay valid until the next call of any method.
	Bytes(n int) ([]byte, error)
	// Full fills p.
	Full(p []byte) error
}

// Config is what both ends have agreed upon, and what this end was told.
type Config struct {
	// Level is a level that [Method.Level] returned. Decoders ignore it.
	Level int
	// Protocol is the negotiated version: below 31 the zlib method repeats
	// an old mistake with blocks above 65535 octets.
	Protocol int
	// Threads is how many workers a zstd encoder may use, 0 for none beside the
	// caller. The other methods have no use for workers.
	Threads int
}

// literalMax is the longest run of octets in one plain token of ours, and the
// most that a decoder of plain tokens returns at once.
const literalMax = 32 << 10

// sink is what encoders write to: the buffered writer of the session.
type sink = io.Writer
