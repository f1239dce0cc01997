package wire

import "encoding/binary"

// AppendShort appends v as two bytes, low byte first.
func AppendShort(dst []byte, v uint16) []byte {
	return binary.LittleEndian.AppendUint16(dst, v)
}

// AppendInt32 appends v as four bytes, low byte first.
func AppendInt32(dst []byte, v int32) []byte {
	return binary.LittleEndian.AppendUint32(dst, uint32(v))
}

// AppendUint32 appends v as four bytes, low byte first.
func AppendUint32(dst []byte, v uint32) []byte {
	return binary.LittleEndian.AppendUint32(dst, v)
}

// AppendInt64 appends v as eight bytes, low byte first.
func AppendInt64(dst []byte, v int64) []byte {
	return binary.LittleEndian.AppendUint64(dst, uint64(v))
}

// AppendLong appends v as a longint, the 64-bit number of protocols below 30:
// four bytes for 0..0x7FFFFFFF, else FF FF FF FF and eight bytes.
func AppendLong(dst []byte, v int64) []byte {
	if v >= 0 && v <= 0x7FFFFFFF {
		return AppendInt32(dst, int32(v))
	}
	return AppendInt64(AppendInt32(dst, -1), v)
}

// AppendInt30 appends v as a varint from protocol 30 on, else as an int.
func AppendInt30(dst []byte, protocol int, v int32) []byte {
	if protocol >= 30 {
		return AppendVarint(dst, v)
	}
	return AppendInt32(dst, v)
}

// AppendLong30 appends v as a varlong with minimum m from protocol 30 on, else
// as a longint.
func AppendLong30(dst []byte, protocol int, v int64, m int) []byte {
	if protocol >= 30 {
		return AppendVarlong(dst, v, m)
	}
	return AppendLong(dst, v)
}

// Int30 reads a varint from protocol 30 on, else an int.
func (r *Reader) Int30(protocol int) (int32, error) {
	if protocol >= 30 {
		return r.Varint()
	}
	return r.Int32()
}

// Long30 reads a varlong with minimum m from protocol 30 on, else a longint.
func (r *Reader) Long30(protocol, m int) (int64, error) {
	if protocol >= 30 {
		return r.Varlong(m)
	}
	return r.Long()
}
