package wire

import "strings"

// ClientCaps is the set of capabilities that a client states in the value of
// the server's -e option (docs/protocol/01-connection.md §4.3).
type ClientCaps uint16

// The capabilities, in the order of their letters in the string.
const (
	CapIncRecurse     ClientCaps = 1 << iota // i: accepts incremental recursion
	CapSymlinkTimes                          // L: can set times of symlinks
	CapSymlinkIconv                          // s: can convert symlink texts
	CapSafeFlist                             // f: accepts the error bits at a list's end
	CapNoXattrOptim                          // x: wants no xattr hard-link optimisation
	CapSeedFirst                             // C: has the corrected seed order
	CapInplacePartial                        // I: accepts in-place use of the partial dir
	CapVarintFlags                           // v: accepts varint flags and negotiation
	CapID0Names                              // u: wants names for id 0
	CapOldVarint                             // V: unreleased form of v; read, never sent

	// CapAll is everything that a client of this implementation can state.
	CapAll = CapOldVarint - 1
)

// capLetters pairs a letter with its capability and with the flag that a server
// sets in answer, if it does so on the client's word alone.
var capLetters = [...]struct {
	letter byte
	cap    ClientCaps
	flag   CompatFlags
}{
	{'i', CapIncRecurse, CompatIncRecurse},
	{'L', CapSymlinkTimes, 0},
	{'s', CapSymlinkIconv, 0},
	{'f', CapSafeFlist, CompatSafeFlist},
	{'x', CapNoXattrOptim, CompatNoXattrOptim},
	{'C', CapSeedFirst, CompatSeedFirst},
	{'I', CapInplacePartial, CompatInplacePartial},
	{'v', CapVarintFlags, CompatVarintFlags},
	{'u', CapID0Names, CompatID0Names},
	{'V', CapOldVarint, CompatVarintFlags},
}

// Has reports whether all capabilities of f are in c.
func (c ClientCaps) Has(f ClientCaps) bool { return c&f == f }

// String returns the value for -e: a dot, which stands for a released version,
// and the letters in the reference's order.
func (c ClientCaps) String() string {
	var b [16]byte
	s := append(b[:0], '.')
	for _, l := range capLetters {
		if c.Has(l.cap) && l.cap != CapOldVarint {
			s = append(s, l.letter)
		}
	}
	return string(s)
}

// ParseClientCaps returns the capabilities that the value of -e states. Unknown
// letters and the version part are ignored, so the value of an ordinary -e (a
// remote shell command) is harmless below protocol 30, where nobody looks.
func ParseClientCaps(value string) ClientCaps {
	var c ClientCaps
	for _, l := range capLetters {
		if strings.IndexByte(value, l.letter) >= 0 {
			c |= l.cap
		}
	}
	return c
}

// ParseSubProtocol returns the version part of the value of -e, VERSION.SUB, as
// a client with an unreleased protocol states it; ok is false for the single
// dot of a released client.
func ParseSubProtocol(value string) (version, sub int, ok bool) {
	version, rest, ok1 := leadingNumber(value)
	if !ok1 || rest == "" || rest[0] != '.' {
		return 0, 0, false
	}
	sub, _, ok = leadingNumber(rest[1:])
	return version, sub, ok
}

// leadingNumber splits decimal digits off s; a number above 9999 is no version.
func leadingNumber(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		if n = n*10 + int(s[i]-'0'); n > 9999 {
			return 0, s, false
		}
		i++
	}
	return n, s[i:], i > 0
}

// Answer returns the flags that a server sends to a client with capabilities c.
// Own holds the flags that this server can and may set: it leaves out
// CompatIncRecurse where its options forbid incremental recursion, and what its
// build lacks. Only the two about symlinks do not depend on the client.
func (c ClientCaps) Answer(own CompatFlags) CompatFlags {
	allowed := CompatSymlinkTimes | CompatSymlinkIconv
	for _, l := range capLetters {
		if c.Has(l.cap) {
			allowed |= l.flag
		}
	}
	return own & allowed
}

// AppendCompatFlags appends the flags as the server writes them to a client
// with capabilities c: a varint, but one byte for the old letter V.
func AppendCompatFlags(dst []byte, flags CompatFlags, c ClientCaps) []byte {
	if c.Has(CapOldVarint) {
		return append(dst, byte(flags))
	}
	return AppendVarint(dst, int32(flags))
}
