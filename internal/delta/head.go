package delta

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"godwit/internal/checksum"
)

// Head says how a basis is cut into blocks. It precedes the sums, and the
// sender echoes it before the tokens. The zero Head means "no basis: send
// everything".
type Head struct {
	Count     int32 // number of blocks
	BlockLen  int32 // length of a block
	StrongLen int32 // octets of each strong sum that are sent
	Remainder int32 // length of the last block if it is shorter, else 0
}

// HeadSize is the length of an encoded Head.
const HeadSize = 16

// Limits and defaults of docs/protocol/03-transfer.md §6.2.
const (
	minBlockLen    = 700
	maxBlockLen    = 1 << 17 // protocol 30 and later
	maxBlockLenOld = 1 << 29 // before
	strongBias     = 10      // bits of certainty beyond what the file's length asks for
	minStrongLen   = 2
)

// MaxBlockLen returns the longest block that a protocol version allows.
func MaxBlockLen(protocol int) int32 {
	if protocol < 30 {
		return maxBlockLenOld
	}
	return maxBlockLen
}

// Rules are the facts of a session that decide how a basis is cut.
type Rules struct {
	Protocol  int           // negotiated protocol version
	Kind      checksum.Kind // transfer checksum
	BlockSize int32         // --block-size, 0 if not given
}

// HeadFor returns the head for a basis of the given length. For a redo the
// strong sums have full length. It reports false if the file is too large to
// be described (or its length negative); the head is then zero and the
// generator warns "file is too large for checksum sending".
func HeadFor(length int64, r Rules, redo bool) (Head, bool) {
	if length == 0 {
		return Head{}, true
	}
	if length < 0 {
		return Head{}, false
	}
	b := int64(BlockLen(length, r))
	count, rem := length/b, length%b
	if rem != 0 {
		count++
	}
	if count > math.MaxInt32 {
		return Head{}, false
	}
	return Head{
		Count:     int32(count),
		BlockLen:  int32(b),
		StrongLen: StrongLen(length, int32(b), r.Kind, redo),
		Remainder: int32(rem),
	}, true
}

// BlockLen returns the block length for a basis of the given length: about its
// square root, rounded down to a multiple of 8.
func BlockLen(length int64, r Rules) int32 {
	if r.BlockSize > 0 {
		return r.BlockSize
	}
	if length <= minBlockLen*minBlockLen {
		return minBlockLen
	}
	limit := int64(MaxBlockLen(r.Protocol))
	c := int64(1) << ((bits.Len64(uint64(length)) - 1) / 2) // 2^floor(log4 length)
	if c >= limit {
		return int32(limit)
	}
	var b int64
	for ; c >= 8; c /= 2 {
		if n := b + c; n*n <= length {
			b = n
		}
	}
	return int32(max(b, minBlockLen))
}

// StrongLen returns how many octets of each strong sum to send.
func StrongLen(length int64, blockLen int32, k checksum.Kind, redo bool) int32 {
	most := min(checksum.MaxBlockSize, k.Size())
	if redo || length <= 0 {
		return int32(most)
	}
	b := strongBias + 2*(bits.Len64(uint64(length))-1)
	b = max(0, b-(bits.Len32(uint32(blockLen))-1))
	return int32(min(max((b+1-32+7)/8, minStrongLen), most))
}

// Length returns the length of the basis that h describes.
func (h Head) Length() int64 {
	n := int64(h.Count) * int64(h.BlockLen)
	if h.Remainder != 0 {
		n -= int64(h.BlockLen) - int64(h.Remainder)
	}
	return n
}

// Block returns where block i lies in the basis and how long it is.
func (h Head) Block(i int32) (offset int64, length int32) {
	offset, length = int64(i)*int64(h.BlockLen), h.BlockLen
	if i == h.Count-1 && h.Remainder != 0 {
		length = h.Remainder
	}
	return offset, length
}

// last returns the length of the last block.
func (h Head) last() int32 {
	if h.Remainder != 0 {
		return h.Remainder
	}
	return h.BlockLen
}

// Check judges a head that came from a peer. The error is a *PeerError.
func (h Head) Check(protocol int, k checksum.Kind) error {
	text := ""
	switch {
	case h.Count < 0:
		text = fmt.Sprintf("Invalid checksum count %d", h.Count)
	case h.BlockLen < 0 || h.BlockLen > MaxBlockLen(protocol):
		text = fmt.Sprintf("Invalid block length %d", h.BlockLen)
	case h.Count > 0 && h.BlockLen == 0:
		text = "Invalid zero block length"
	case h.StrongLen < 0 || int(h.StrongLen) > k.Size():
		text = fmt.Sprintf("Invalid checksum length %d", h.StrongLen)
	case h.Remainder < 0 || h.Remainder > h.BlockLen:
		text = fmt.Sprintf("Invalid remainder length %d", h.Remainder)
	default:
		return nil
	}
	return &PeerError{text}
}

// Append appends the encoded head to dst.
func (h Head) Append(dst []byte) []byte {
	for _, v := range [...]int32{h.Count, h.BlockLen, h.StrongLen, h.Remainder} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst
}

// ParseHead decodes a head without judging it. It needs HeadSize octets.
func ParseHead(p []byte) Head {
	_ = p[HeadSize-1]
	get := func(i int) int32 { return int32(binary.LittleEndian.Uint32(p[i:])) }
	return Head{Count: get(0), BlockLen: get(4), StrongLen: get(8), Remainder: get(12)}
}
