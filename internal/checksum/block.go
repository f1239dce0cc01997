package checksum

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/binary"
	"hash"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
	"golang.org/x/crypto/md4" //nolint:staticcheck // the protocol has it
)

// Block computes strong sums of blocks. Use [NewBlock].
type Block struct {
	kind   Kind
	seed   uint64 // as the xxHash parameter: the session's seed, sign-extended
	octets []byte // as data: four octets little-endian, or none for a seed of 0
	before bool   // the octets go before the data, not behind
	hash   hash.Hash
	xx     xxhash.Digest
	digest [MaxSize]byte
	room   [4]byte
}

// NewBlock returns a hasher of blocks for a session.
func NewBlock(p Params) *Block {
	b := &Block{kind: p.Kind, seed: uint64(int64(p.Seed))}
	if p.Seed != 0 {
		b.octets = b.room[:]
		binary.LittleEndian.PutUint32(b.octets, uint32(p.Seed))
	}
	switch p.Kind {
	case MD4:
		b.hash = md4.New() // always behind, also with the seed-order flag
	case MD5:
		b.hash, b.before = md5.New(), p.SeedFirst || p.Named
	case SHA1:
		b.hash, b.before = sha1.New(), true
	}
	return b
}

// Size returns the length of a full digest.
func (b *Block) Size() int { return b.kind.Size() }

// Sum fills dst with the first octets of the strong sum of data: as many as
// dst holds, at most Size. It returns how many it wrote.
func (b *Block) Sum(dst, data []byte) int {
	d := b.digest[:b.kind.Size()]
	switch b.kind {
	case XXH128:
		putUint128(d, xxh3.Hash128Seed(data, b.seed))
	case XXH3:
		binary.LittleEndian.PutUint64(d, xxh3.HashSeed(data, b.seed))
	case XXH64:
		b.xx.ResetWithSeed(b.seed)
		_, _ = b.xx.Write(data) // never fails
		binary.LittleEndian.PutUint64(d, b.xx.Sum64())
	case None:
		d[0] = 0
	default:
		b.hash.Reset()
		if b.before {
			b.hash.Write(b.octets)
		}
		b.hash.Write(data)
		if !b.before {
			b.hash.Write(b.octets)
		}
		b.hash.Sum(b.digest[:0])
	}
	return copy(dst, d)
}

// putUint128 writes u as on the wire: the low half first, each little-endian.
func putUint128(dst []byte, u xxh3.Uint128) {
	binary.LittleEndian.PutUint64(dst, u.Lo)
	binary.LittleEndian.PutUint64(dst[8:], u.Hi)
}
