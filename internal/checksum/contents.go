package checksum

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/zeebo/xxh3"
)

// AppendContents appends the digest of the first size octets of r to dst; of fewer, should r end
// before. Nothing is read beyond them, not even to see the end, which for a small file is a fifth of
// the cost. buf is room to read into: what fits in it at once takes the shortest way.
func (f *File) AppendContents(ctx context.Context, dst []byte, r io.Reader, size int64, buf []byte) ([]byte, error) {
	if size > int64(len(buf)) {
		return f.appendLong(ctx, dst, r, size, buf)
	}
	n := 0
	for n < int(size) {
		got, err := r.Read(buf[n:size])
		n += got
		if err == io.EOF || err == nil && got == 0 {
			break
		}
		if err != nil {
			return dst, err
		}
	}
	return f.appendWhole(dst, buf[:n]), nil
}

func (f *File) appendLong(ctx context.Context, dst []byte, r io.Reader, size int64, buf []byte) ([]byte, error) {
	f.Reset()
	for size > 0 {
		if ctx.Err() != nil {
			return dst, context.Cause(ctx)
		}
		n, err := r.Read(buf[:min(size, int64(len(buf)))])
		_, _ = f.Write(buf[:n]) // never fails
		size -= int64(n)
		if err == io.EOF || err == nil && n == 0 {
			break
		}
		if err != nil {
			return dst, err
		}
	}
	return f.Append(dst), nil
}

// appendWhole appends the digest of a file that lies in memory.
func (f *File) appendWhole(dst, data []byte) []byte {
	switch f.kind {
	case XXH128:
		u := xxh3.Hash128(data)
		dst = binary.LittleEndian.AppendUint64(dst, u.Lo)
		return binary.LittleEndian.AppendUint64(dst, u.Hi)
	case XXH3:
		return binary.LittleEndian.AppendUint64(dst, xxh3.Hash(data))
	}
	f.Reset()
	_, _ = f.Write(data) // never fails
	return f.Append(dst)
}
