package wire

import "encoding/binary"

// Sizes of frames (docs/protocol/02-wire-and-file-list.md §4).
const (
	HeaderLen  = 4              // bytes of a frame header
	MaxPayload = 0xFFFFFF       // largest payload a header can announce
	MaxData    = 64<<10 - 4     // largest data payload we write: 64 KiB less the header
	MaxMessage = MaxPath + 1023 // largest payload of a message that is not data
)

// msgBase is what the top byte of a header adds to the message code.
const msgBase = 7

// AppendHeader appends the header of a frame with code m and n bytes of
// payload, 0 <= n <= MaxPayload.
func AppendHeader(dst []byte, m Msg, n int) []byte {
	return binary.LittleEndian.AppendUint32(dst, frameHeader(m, n))
}

// PutHeader writes a frame header into the first four bytes of dst: for a
// buffer that was begun with room for it before the length was known.
func PutHeader(dst []byte, m Msg, n int) {
	binary.LittleEndian.PutUint32(dst, frameHeader(m, n))
}

func frameHeader(m Msg, n int) uint32 { return uint32(n)&MaxPayload | uint32(m+msgBase)<<24 }

// ParseHeader returns the code and payload length of a frame whose header is
// in the first four bytes of b. Any four bytes are a header; the code need not
// be one that exists, see [MsgRules.Check].
func ParseHeader(b []byte) (m Msg, n int) {
	h := binary.LittleEndian.Uint32(b)
	return Msg(int8(h>>24)) - msgBase, int(h & MaxPayload)
}

// cutMark shows where the writer of an over-long text cut it.
const cutMark = "[...]"

// AppendText appends a whole frame with code m that carries text. A text of
// more than MaxMessage bytes is cut, with "[...]" before its line end.
func AppendText[T ~string | ~[]byte](dst []byte, m Msg, text T) []byte {
	if len(text) <= MaxMessage {
		return append(AppendHeader(dst, m, len(text)), text...)
	}
	end := cutMark
	if text[len(text)-1] == '\n' {
		end += "\n"
	}
	dst = AppendHeader(dst, m, MaxMessage)
	dst = append(dst, text[:MaxMessage-len(end)]...)
	return append(dst, end...)
}

// AppendIntMsg appends a whole frame with code m that carries one int.
func AppendIntMsg(dst []byte, m Msg, v int32) []byte {
	return AppendInt32(AppendHeader(dst, m, 4), v)
}
