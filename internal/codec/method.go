package codec

import (
	"math"
	"strings"
)

// LevelUnset is the level of a user who gave none.
const LevelUnset = math.MinInt32

// A Method is a way to write token streams, as negotiated or chosen by name
// (docs/protocol/01-connection.md §6).
type Method struct {
	// Name is the name on the wire and on the command line.
	Name string
	// Min and Max bound the levels; others are clamped.
	Min, Max int
	// Default is the level if none was given.
	Default int

	zero       zeroLevel
	newEncoder func(w sink, cfg Config) (Encoder, error)
	newDecoder func(src Source, cfg Config) (Decoder, error)
}

// zeroLevel is what a level of 0 means.
type zeroLevel uint8

const (
	zeroIsLevel   zeroLevel = iota // nothing special
	zeroIsDefault                  // the default level
	zeroIsOff                      // no compression, though it was negotiated
)

// methods is the table of all methods, best first: this is the order in which
// they are offered.
var methods = [...]Method{
	{Name: "zstd", Min: -131072, Max: 22, Default: 3, zero: zeroIsDefault,
		newEncoder: newZstdEncoder, newDecoder: newZstdDecoder},
	{Name: "lz4", newEncoder: newLZ4Encoder, newDecoder: newLZ4Decoder},
	{Name: "zlibx", Min: 1, Max: 9, Default: 6, zero: zeroIsOff,
		newEncoder: newZlibxEncoder, newDecoder: newZlibxDecoder},
	{Name: "zlib", Min: 1, Max: 9, Default: 6, zero: zeroIsOff,
		newEncoder: newZlibEncoder, newDecoder: newZlibDecoder},
	{Name: "none", newEncoder: newPlainEncoder, newDecoder: newPlainDecoder},
}

// Methods returns all methods in the order of preference. The last one is
// "none", plain tokens, which only servers offer.
func Methods() []Method { return append([]Method(nil), methods[:]...) }

// Lookup returns the method called name, in any case of letters.
func Lookup(name string) (Method, bool) {
	for _, m := range methods {
		if strings.EqualFold(m.Name, name) {
			return m, true
		}
	}
	return Method{}, false
}

// Level returns the level that asked means for m, and whether m compresses at
// that level at all: zlib and zlibx at level 0 are switched off after the
// negotiation, and "none" is then to be used in their place
// (docs/protocol/03-transfer.md §9.6).
func (m Method) Level(asked int) (level int, on bool) {
	switch {
	case m.Name == "none":
		return 0, false
	case asked == LevelUnset:
		return m.Default, true
	case asked == 0 && m.zero == zeroIsOff:
		return 0, false
	case asked == 0 && m.zero == zeroIsDefault:
		return m.Default, true
	case asked == -1 && m.zero == zeroIsOff:
		return m.Default, true // what zlib itself calls its default
	}
	return min(max(asked, m.Min), m.Max), true
}

// Stored returns the level that compresses as little as m can, for senders
// that were told to spend no effort (a "dont compress" of a lone "*"). It is
// a level for Config only: the stream stays one of method m.
func (m Method) Stored(level int) int {
	if m.zero == zeroIsOff {
		return 0
	}
	return level
}

// NewEncoder returns an encoder that writes to w.
func (m Method) NewEncoder(w sink, cfg Config) (Encoder, error) { return m.newEncoder(w, cfg) }

// NewDecoder returns a decoder that reads from src.
func (m Method) NewDecoder(src Source, cfg Config) (Decoder, error) { return m.newDecoder(src, cfg) }
