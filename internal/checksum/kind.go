package checksum

import (
	"slices"
	"strings"
)

// Kind is a strong checksum algorithm.
type Kind uint8

// The algorithms of the protocol. The zero value is None.
const (
	None   Kind = iota // no verification at all; forces whole-file transfers
	MD4                // the only one of protocols 27 to 29
	MD5                // what protocol 30 and later use without negotiation
	SHA1               // since 3.5
	XXH64              // since 3.2
	XXH3               // 64-bit XXH3
	XXH128             // 128-bit XXH3, preferred
)

// MaxSize is the length in octets of the longest digest.
const MaxSize = 20

// MaxBlockSize is the greatest number of octets of a digest that a block sum
// uses on the wire, whatever the algorithm.
const MaxBlockSize = 16

// kinds describes every algorithm, indexed by Kind.
var kinds = [...]struct {
	name string
	size int
}{
	None:   {"none", 1},
	MD4:    {"md4", 16},
	MD5:    {"md5", 16},
	SHA1:   {"sha1", 20},
	XXH64:  {"xxh64", 8},
	XXH3:   {"xxh3", 8},
	XXH128: {"xxh128", 16},
}

// String returns the canonical name of the algorithm as it is negotiated.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].name
	}
	return "invalid"
}

// Size returns the digest length in octets: what follows the tokens of a file
// on the wire. That of None is 1 (a single zero octet).
func (k Kind) Size() int {
	if int(k) < len(kinds) {
		return kinds[k].size
	}
	return 0
}

// Lookup finds an algorithm by a name of any letter case, aliases included.
func Lookup(name string) (Kind, bool) {
	if strings.EqualFold(name, "xxhash") {
		return XXH64, true
	}
	for k := range kinds {
		if strings.EqualFold(name, kinds[k].name) {
			return Kind(k), true
		}
	}
	return None, false
}

// Default returns the algorithm used for both transfer and file sums when
// nothing is negotiated or chosen.
func Default(protocol int) Kind {
	if protocol < 30 {
		return MD4
	}
	return MD5
}

// Params are the facts of a session that decide how a sum comes out.
type Params struct {
	Kind      Kind  // the transfer checksum
	Protocol  int   // negotiated protocol version, 27 to 32
	Seed      int32 // the session's seed
	SeedFirst bool  // the seed-order compatibility flag (0x20) is on
	// Named says that the algorithm was asked for or negotiated by its name. Then it works as it
	// does in protocol 30 and later with the corrected seed order, whatever the version and flags.
	Named bool
}

// AppendShown appends a digest in the order of octets in which people are shown it. The xxHash
// family writes its numbers with the highest octet first, while the wire has the lowest first.
func (k Kind) AppendShown(dst, sum []byte) []byte {
	start := len(dst)
	dst = append(dst, sum...)
	switch k {
	case XXH64, XXH3, XXH128:
		slices.Reverse(dst[start:])
	}
	return dst
}
