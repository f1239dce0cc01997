package wire

import "godwit/internal/exit"

// Limits of vstrings (docs/protocol/02-wire-and-file-list.md §2.5).
const (
	MaxPath        = 4096   // the reference's path limit, with the terminating NUL
	MaxName        = 4095   // longest item name
	MaxNameList    = 255    // longest list of names in a negotiation
	maxVstring     = 0x7FFF // longest vstring of all
	vstringTwoByte = 0x80   // marks a length of two bytes
)

// AppendVstring appends the length of s, in one or two bytes, and s. A string
// of more than 32767 bytes is an error with exit code 2, and nothing is
// appended.
func AppendVstring[T ~string | ~[]byte](dst []byte, s T) ([]byte, error) {
	n := len(s)
	if n > maxVstring {
		return dst, exit.Errorf(exit.Protocol, "attempting to send over-long vstring (%d > %d)", n, maxVstring)
	}
	if n >= vstringTwoByte {
		dst = append(dst, byte(n>>8)|vstringTwoByte)
	}
	return append(append(dst, byte(n)), s...), nil
}

// Vstring reads a vstring of at most limit bytes and appends it to dst.
func (r *Reader) Vstring(dst []byte, limit int) ([]byte, error) {
	lead, err := r.Byte()
	if err != nil {
		return dst, err
	}
	n := int(lead)
	if lead&vstringTwoByte != 0 {
		low, err := r.Byte()
		if err != nil {
			return dst, midField(err)
		}
		n = int(lead&^vstringTwoByte)<<8 | int(low)
	}
	if n > limit {
		return dst, exit.Errorf(exit.Protocol, "over-long vstring received (%d > %d)", n, limit)
	}
	dst, err = r.Append(dst, n)
	return dst, midField(err)
}
