package delta

import (
	"bytes"
	"errors"
	"testing"

	"godwit/internal/checksum"
)

// script plays tokens made from fuzz input: an octet n below 128 is a literal
// of the next n octets, another the block n-140.
type script struct{ p []byte }

func (s *script) Next() ([]byte, int32, error) {
	for len(s.p) > 0 {
		n := int(s.p[0])
		s.p = s.p[1:]
		if n >= 128 {
			return nil, int32(n) - 140, nil
		}
		lit := s.p[:min(n, len(s.p))]
		if s.p = s.p[len(lit):]; len(lit) > 0 {
			return lit, 0, nil
		}
	}
	return nil, -1, nil
}

// FuzzPatch feeds a receiver heads and tokens of a hostile sender.
func FuzzPatch(f *testing.F) {
	f.Add([]byte("\x03\x00\x00\x00\xbc\x02\x00\x00\x02\x00\x00\x00\x64\x00\x00\x00\x8c\x03XYZ\x8d\x8e"), false)
	f.Add([]byte("\x01\x00\x00\x00\xbc\x02\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x90"), true)
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05hello"), false)
	basis, _ := vector()
	f.Fuzz(func(t *testing.T, p []byte, inPlace bool) {
		if len(p) < HeadSize {
			return
		}
		h := ParseHead(p)
		if h.Check(32, checksum.MD5) != nil {
			return
		}
		m := &memory{data: bytes.Clone(basis)}
		j := Job{Head: h, Tokens: &script{p[HeadSize:]}, Basis: m, Out: new(Output), BasisIsOut: inPlace}
		j.Out.Reset(m, Layout{InPlace: inPlace, Size: int64(len(basis)), Sparse: len(p)%2 == 0})
		err := NewPatcher(params(checksum.MD5)).Run(ctx, &j)
		var peer *PeerError
		if err != nil && !errors.As(err, &peer) {
			t.Fatal(err)
		}
		if err := j.Out.Finish(); err != nil {
			t.Fatal(err)
		}
		if int64(len(m.data)) != j.Out.Offset() {
			t.Fatalf("length %d, want %d", len(m.data), j.Out.Offset())
		}
	})
}

// FuzzSearch sends a file against sums that need not be of anything.
func FuzzSearch(f *testing.F) {
	f.Add([]byte("aaaabbbbccccaaaa"), []byte("\x01\x02\x03\x04\x05\x06\x07\x08"), int32(4), int32(0), false)
	f.Add(make([]byte, 300), make([]byte, 100), int32(7), int32(3), true)
	search := NewSearcher(params(checksum.MD5))
	f.Fuzz(func(t *testing.T, news, weak []byte, blockLen, rem int32, inPlace bool) {
		h := Head{Count: int32(len(weak) / 4), BlockLen: blockLen, StrongLen: 0, Remainder: rem}
		if h.Check(32, checksum.MD5) != nil {
			return
		}
		var s Sums
		s.Reset(h)
		for ; !s.Full(); weak = weak[4:] {
			s.Add(uint32(weak[0])|uint32(weak[1])<<8|uint32(weak[2])<<16|uint32(weak[3])<<24, nil)
		}
		u := Apart
		if inPlace {
			u = InPlace
		}
		var k tape
		if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), &s, u, &k); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for _, x := range k.tokens {
			got = append(got, x.data...)
		}
		if !bytes.Equal(got, news) {
			t.Fatal("the tokens do not make up the file")
		}
	})
}
