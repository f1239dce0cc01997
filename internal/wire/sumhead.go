package wire

import "godwit/internal/exit"

// MaxBlockLen returns the largest block length of a protocol version
// (docs/protocol/03-transfer.md §6).
func MaxBlockLen(protocol int) int32 {
	if protocol < 30 {
		return 1 << 29
	}
	return 1 << 17
}

// SumHead announces the block sums of a basis file. The zero value means that
// there is no basis and everything is to be sent.
type SumHead struct {
	Count     int32 // number of blocks
	BlockLen  int32 // length of a block
	StrongLen int32 // bytes of each strong sum that are sent
	Remainder int32 // length of the last block if it is shorter, else 0
}

// SumHeadLen is the encoded size of a [SumHead].
const SumHeadLen = 16

// Append appends h, the same in all protocols.
func (h SumHead) Append(dst []byte) []byte {
	dst = AppendInt32(dst, h.Count)
	dst = AppendInt32(dst, h.BlockLen)
	dst = AppendInt32(dst, h.StrongLen)
	return AppendInt32(dst, h.Remainder)
}

// SumHead reads a sum head. Digest is the length of the transfer's strong sum,
// above which no strong length can be. A head that makes no sense is an error
// with exit code 2; nothing is promised about how much data Count announces.
func (r *Reader) SumHead(protocol, digest int) (SumHead, error) {
	b, err := r.take(SumHeadLen)
	if err != nil {
		return SumHead{}, err
	}
	h := SumHead{Int(b), Int(b[4:]), Int(b[8:]), Int(b[12:])}
	switch {
	case h.Count < 0:
		err = r.badSumHead("checksum count", h.Count)
	case h.BlockLen < 0 || h.BlockLen > MaxBlockLen(protocol):
		err = r.badSumHead("block length", h.BlockLen)
	case h.Count > 0 && h.BlockLen == 0:
		err = exit.Errorf(exit.Protocol, "Invalid zero block length [%s]", r.Who)
	case h.StrongLen < 0 || int(h.StrongLen) > digest:
		err = r.badSumHead("checksum length", h.StrongLen)
	case h.Remainder < 0 || h.Remainder > h.BlockLen:
		err = r.badSumHead("remainder length", h.Remainder)
	default:
		return h, nil
	}
	return SumHead{}, err
}

func (r *Reader) badSumHead(field string, v int32) error {
	return exit.Errorf(exit.Protocol, "Invalid %s %d [%s]", field, v, r.Who)
}

// FileLen returns the length of the basis file that h describes.
func (h SumHead) FileLen() int64 {
	n := int64(h.Count) * int64(h.BlockLen)
	if h.Count > 0 && h.Remainder != 0 {
		n -= int64(h.BlockLen - h.Remainder)
	}
	return n
}
