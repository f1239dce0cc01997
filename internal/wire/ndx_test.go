package wire_test

import (
	"bytes"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/wire"
)

// TestNdx checks the vectors of docs/protocol/02-wire-and-file-list.md §3 and
// docs/protocol/03-transfer.md §1; each line is one connection.
func TestNdx(t *testing.T) {
	type step struct {
		n   int32
		hex string
	}
	for _, steps := range [][]step{
		{{0, "01"}, {1, "01"}, {2, "01"}, {3, "01"}, {256, "FD"}, {510, "FE 00 FE"}, {40001, "FE 80 41 9C 00"},
			{40002, "01"}, {70000, "FE 75 2E"}, {-1, "00"}, {70001, "01"}},
		{{-101, "FF 64"}},
		{{-102, "FF 65"}, {-2, "FF FE 80 02 00 00"}},
		{{-102, "FF 65"}, {-103, "FF 01"}, {-2, "FF FE 80 02 00 00"}},
		{{-2, "FF 01"}},
		{{-3, "FF 02"}},
		{{0, "01"}, {4, "04"}, {4, "FE 00 00"}},
		{{3, "04"}, {2, "FE 80 02 00 00"}},
		{{math.MaxInt32, "FE FF FF FF FF"}, {math.MaxInt32, "FE 00 00"}, {0, "FE 80 00 00 00"}},
	} {
		enc, dec := wire.NewNdxEncoder(32), wire.NewNdxDecoder(30)
		for _, s := range steps {
			want := unhex(t, s.hex)
			if got := enc.Append(nil, s.n); !bytes.Equal(got, want) {
				t.Errorf("%v: encoding of %d = % X, want % X", steps, s.n, got, want)
			}
			r := wire.NewBytesReader(want, "sender")
			if got, err := dec.Read(r); got != s.n || err != nil || r.Buffered() != 0 {
				t.Errorf("%v: decoding of % X = %d, %v, want %d", steps, want, got, err, s.n)
			}
		}
	}
}

func TestNdxPlain(t *testing.T) {
	enc, dec := wire.NewNdxEncoder(29), wire.NewNdxDecoder(27)
	for n, want := range map[int32]string{0: "00 00 00 00", -1: "FF FF FF FF", 258: "02 01 00 00"} {
		b := enc.Append(nil, n)
		if !bytes.Equal(b, unhex(t, want)) {
			t.Errorf("plain index %d = % X", n, b)
		}
		if got, err := dec.Read(wire.NewBytesReader(b, "")); got != n || err != nil {
			t.Errorf("plain index %d = %d, %v", n, got, err)
		}
	}
}

func TestNdxBad(t *testing.T) {
	dec := wire.NewNdxDecoder(31)
	r := wire.NewBytesReader(unhex(t, "FE FF FF FF FF 01"), "generator")
	if n, err := dec.Read(r); n != math.MaxInt32 || err != nil {
		t.Fatalf("largest index = %d, %v", n, err)
	}
	_, err := dec.Read(r)
	wantFailure(t, err, 2, "Invalid file index: 2147483648 [generator]")

	for _, cut := range []string{"FF", "FE", "FE 01", "FE 81", "FE 81 00", "FE 81 00 00", "FF FE 81 00 00"} {
		dec := wire.NewNdxDecoder(31)
		if _, err := dec.Read(wire.NewBytesReader(unhex(t, cut), "")); err != io.ErrUnexpectedEOF {
			t.Errorf("%s: error %v", cut, err)
		}
	}
	if _, err := dec.Read(wire.NewBytesReader(nil, "")); err != io.EOF {
		t.Errorf("empty: error %v", err)
	}
}

func TestNdxProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		protocol := rapid.IntRange(27, 32).Draw(t, "protocol")
		near := rapid.Int32Range(-40000, 40000)
		far := rapid.Int32Range(-math.MaxInt32, math.MaxInt32)
		ns := rapid.SliceOf(rapid.OneOf(near, far, rapid.SampledFrom([]int32{-1, -2, -3, -101, 0}))).Draw(t, "indexes")
		enc, dec := wire.NewNdxEncoder(protocol), wire.NewNdxDecoder(protocol)
		var b []byte
		for _, n := range ns {
			b = enc.Append(b, n)
		}
		r := splitReader(t, b)
		for _, n := range ns {
			if got, err := dec.Read(r); got != n || err != nil {
				t.Fatalf("index %d came back as %d, %v", n, got, err)
			}
		}
	})
}

func FuzzNdx(f *testing.F) {
	f.Add([]byte("\x01\x01\xfd\xfe\x00\xfe\xfe\x80\x41\x9c\x00\x00\xff\x64\xff\xfe\x80\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewBytesReader(b, "sender")
		dec := wire.NewNdxDecoder(32)
		for {
			before := r.Count()
			if _, err := dec.Read(r); err != nil {
				return
			}
			if n := r.Count() - before; n < 1 || n > 6 {
				t.Fatalf("an index of %d bytes", n)
			}
		}
	})
}
