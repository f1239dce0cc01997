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

// File computes the sum of a file's contents as they go by. Reset it before
// each further file. Use [NewFile] or [NewTransfer].
type File struct {
	kind   Kind
	prefix []byte // goes before the contents: the seed, protocols below 30 only
	hash   hash.Hash
	xx     *xxhash.Digest
	x3     *xxh3.Hasher
	room   [4]byte
}

// NewFile returns the hasher for --checksum, which compares files before any
// transfer: no seed in any protocol.
func NewFile(k Kind) *File {
	f := &File{kind: k}
	switch k {
	case MD4:
		f.hash = md4.New()
	case MD5:
		f.hash = md5.New()
	case SHA1:
		f.hash = sha1.New()
	case XXH64:
		f.xx = xxhash.New()
	case XXH3, XXH128:
		f.x3 = xxh3.New()
	}
	return f
}

// NewTransfer returns the hasher for the whole-file sum that ends the delta of
// a file. The MD4 that protocols below 30 have without being asked takes the
// seed first, even if it is zero; everything else leaves it out.
func NewTransfer(p Params) *File {
	f := NewFile(p.Kind)
	if p.Protocol < 30 && p.Kind == MD4 && !p.Named {
		f.prefix = f.room[:]
		binary.LittleEndian.PutUint32(f.prefix, uint32(p.Seed))
	}
	f.Reset()
	return f
}

// Kind returns the algorithm.
func (f *File) Kind() Kind { return f.kind }

// Size returns the digest length in octets.
func (f *File) Size() int { return f.kind.Size() }

// Reset begins another file.
func (f *File) Reset() {
	switch {
	case f.x3 != nil:
		f.x3.Reset()
	case f.xx != nil:
		f.xx.Reset()
	case f.hash != nil:
		f.hash.Reset()
		if f.prefix != nil {
			f.hash.Write(f.prefix)
		}
	}
}

// Write adds p to the contents. It never fails.
func (f *File) Write(p []byte) (int, error) {
	switch {
	case f.x3 != nil:
		return f.x3.Write(p)
	case f.xx != nil:
		return f.xx.Write(p)
	case f.hash != nil:
		return f.hash.Write(p)
	}
	return len(p), nil
}

// Append appends the digest of what was written so far to dst. The state is
// not changed.
func (f *File) Append(dst []byte) []byte {
	switch f.kind {
	case XXH128:
		u := f.x3.Sum128()
		dst = binary.LittleEndian.AppendUint64(dst, u.Lo)
		return binary.LittleEndian.AppendUint64(dst, u.Hi)
	case XXH3:
		return binary.LittleEndian.AppendUint64(dst, f.x3.Sum64())
	case XXH64:
		return binary.LittleEndian.AppendUint64(dst, f.xx.Sum64())
	case None:
		return append(dst, 0)
	}
	return f.hash.Sum(dst)
}

// Spoil makes a whole-file sum deliberately wrong, the way a sender tells its
// receiver that it could not read all of the file: all zero octets, or, should
// that be the true sum, with a last octet of 1.
func Spoil(sum []byte) {
	zero := true
	for i, x := range sum {
		zero = zero && x == 0
		sum[i] = 0
	}
	if zero && len(sum) > 0 {
		sum[len(sum)-1] = 1
	}
}
