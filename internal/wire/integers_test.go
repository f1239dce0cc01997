package wire_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/wire"
)

// unhex decodes a vector as the chapters write them, blanks between the bytes.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("bad vector %q: %v", s, err)
	}
	return b
}

// vector is a number and its encoding.
type vector struct {
	v   int64
	hex string
}

// checkVectors encodes and decodes each vector, whole and cut short.
func checkVectors(t *testing.T, vs []vector, enc func([]byte, int64) []byte, dec func(*wire.Reader) (int64, error)) {
	t.Helper()
	for _, v := range vs {
		want := unhex(t, v.hex)
		if got := enc([]byte("x"), v.v); string(got) != "x"+string(want) {
			t.Errorf("encoding of %d = % X, want % X", v.v, got[1:], want)
		}
		r := wire.NewBytesReader(want, "sender")
		if got, err := dec(r); got != v.v || err != nil || r.Count() != int64(len(want)) {
			t.Errorf("decoding of % X = %d, %v after %d bytes, want %d", want, got, err, r.Count(), v.v)
		}
		long := append(bytes.Clone(want), 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 1, 2, 3)
		r = wire.NewBytesReader(long, "sender") // the field amid others
		if got, err := dec(r); got != v.v || err != nil || r.Count() != int64(len(want)) {
			t.Errorf("decoding of % X = %d, %v after %d bytes, want %d", long, got, err, r.Count(), v.v)
		}
		for n := range want {
			wantErr := io.ErrUnexpectedEOF
			if n == 0 {
				wantErr = io.EOF
			}
			if _, err := dec(wire.NewBytesReader(want[:n], "sender")); err != wantErr {
				t.Errorf("decoding of % X: error %v, want %v", want[:n], err, wantErr)
			}
		}
	}
}

// TestLong checks the vectors of docs/protocol/02-wire-and-file-list.md §2.2.
func TestLong(t *testing.T) {
	checkVectors(t, []vector{
		{0, "00 00 00 00"},
		{1, "01 00 00 00"},
		{65536, "00 00 01 00"},
		{2147483647, "FF FF FF 7F"},
		{2147483648, "FF FF FF FF 00 00 00 80 00 00 00 00"},
		{4294967295, "FF FF FF FF FF FF FF FF 00 00 00 00"},
		{4294967296, "FF FF FF FF 00 00 00 00 01 00 00 00"},
		{9223372036854775807, "FF FF FF FF FF FF FF FF FF FF FF 7F"},
		{-1, "FF FF FF FF FF FF FF FF FF FF FF FF"},
	}, wire.AppendLong, (*wire.Reader).Long)
	if v, err := wire.NewBytesReader(unhex(t, "FE FF FF FF"), "").Long(); v != -2 || err != nil {
		t.Errorf("a short negative longint = %d, %v", v, err)
	}
}

// TestVarint checks the vectors of docs/protocol/02-wire-and-file-list.md §2.3.
func TestVarint(t *testing.T) {
	checkVectors(t, []vector{
		{0, "00"}, {1, "01"}, {127, "7F"}, {128, "80 80"}, {255, "80 FF"}, {256, "81 00"},
		{16383, "BF FF"}, {16384, "C0 00 40"}, {4664, "92 38"}, {65535, "C0 FF FF"},
		{65536, "C1 00 00"}, {2097151, "DF FF FF"}, {2097152, "E0 00 00 20"},
		{268435455, "EF FF FF FF"}, {268435456, "F0 00 00 00 10"}, {2147483647, "F0 FF FF FF 7F"},
		{-2147483648, "F0 00 00 00 80"}, {-2, "F0 FE FF FF FF"},
		{0x1ff, "81 ff"}, {0x1fe, "81 fe"}, {0xff, "80 ff"}, {0x3f, "3f"},
		{123456789, "E7 15 CD 5B"},
	}, func(dst []byte, v int64) []byte { return wire.AppendVarint(dst, int32(v)) },
		func(r *wire.Reader) (int64, error) { v, err := r.Varint(); return int64(v), err })

	for in, want := range map[string]int32{
		"80 01": 1, "C0 01 00": 1, "E0 01 00 00": 1, "F0 01 00 00 00": 1, "F7 01 00 00 00": 1,
	} {
		if v, err := wire.NewBytesReader(unhex(t, in), "").Varint(); v != want || err != nil {
			t.Errorf("Varint(%s) = %d, %v, want %d", in, v, err, want)
		}
	}
	for lead := 0xF8; lead <= 0xFF; lead++ {
		_, err := wire.NewBytesReader(append([]byte{byte(lead)}, make([]byte, 8)...), "").Varint()
		wantFailure(t, err, 12, "Overflow in read_varint()")
	}
}

// TestVarlong checks the vectors of docs/protocol/02-wire-and-file-list.md §2.4.
func TestVarlong(t *testing.T) {
	long := func(m int) (func([]byte, int64) []byte, func(*wire.Reader) (int64, error)) {
		return func(dst []byte, v int64) []byte { return wire.AppendVarlong(dst, v, m) },
			func(r *wire.Reader) (int64, error) { return r.Varlong(m) }
	}
	enc, dec := long(wire.SizeBytes)
	checkVectors(t, []vector{
		{0, "00 00 00"}, {1, "00 01 00"}, {255, "00 FF 00"}, {256, "00 00 01"},
		{65535, "00 FF FF"}, {65536, "01 00 00"}, {4194304, "40 00 00"}, {8388607, "7F FF FF"},
		{8388608, "80 00 00 80"}, {16777215, "80 FF FF FF"}, {16777216, "81 00 00 00"},
		{2147483647, "C0 FF FF FF 7F"}, {4294967296, "C1 00 00 00 00"},
		{549755813887, "E0 FF FF FF FF 7F"}, {549755813888, "E0 00 00 00 00 80"},
		{1099511627776, "E1 00 00 00 00 00"}, {281474976710656, "F1 00 00 00 00 00 00"},
		{9223372036854775807, "FC FF FF FF FF FF FF FF 7F"},
	}, enc, dec)
	enc, dec = long(wire.TimeBytes)
	checkVectors(t, []vector{
		{1, "00 01 00 00"}, {65535, "00 FF FF 00"}, {8388607, "00 FF FF 7F"},
		{2147483647, "7F FF FF FF"}, {2147483648, "80 00 00 00 80"},
		{4294967295, "80 FF FF FF FF"}, {4294967296, "81 00 00 00 00"},
		{549755813887, "C0 FF FF FF FF 7F"}, {549755813888, "C0 00 00 00 00 80"},
		{1000000000000, "C0 00 10 A5 D4 E8"}, {5000000000, "81 00 F2 05 2A"},
		{1000000000, "3B 00 CA 9A"}, {-1, "F8 FF FF FF FF FF FF FF FF"},
		{-2147483648, "F8 00 00 00 80 FF FF FF FF"}, {-2147483649, "F8 FF FF FF 7F FF FF FF FF"},
	}, enc, dec)
	for _, n := range []int{8, 12} {
		_, err := wire.NewBytesReader(bytes.Repeat([]byte{0xFC}, n), "").Varlong(4)
		wantFailure(t, err, 12, "Overflow in read_varlong()")
	}
}

// TestVstring checks the forms of docs/protocol/02-wire-and-file-list.md §2.5.
func TestVstring(t *testing.T) {
	for n, head := range map[int]string{0: "00", 1: "01", 127: "7F", 128: "80 80", 200: "80 C8", 256: "81 00", 4095: "8F FF"} {
		s := strings.Repeat("a", n)
		b, err := wire.AppendVstring(nil, s)
		if want := string(unhex(t, head)) + s; string(b) != want || err != nil {
			t.Errorf("vstring of %d bytes begins % X, %v", n, b[:min(len(b), 2)], err)
		}
		got, err := wire.NewBytesReader(b, "").Vstring([]byte("x"), wire.MaxName)
		if string(got) != "x"+s || err != nil {
			t.Errorf("reading %d bytes: %d, %v", n, len(got)-1, err)
		}
		if n > 0 {
			if _, err := wire.NewBytesReader(b[:len(b)-1], "").Vstring(nil, wire.MaxName); err != io.ErrUnexpectedEOF {
				t.Errorf("reading a cut vstring: %v", err)
			}
		}
	}
	if _, err := wire.AppendVstring(nil, make([]byte, 32767)); err != nil {
		t.Error(err)
	}
	b, err := wire.AppendVstring(nil, make([]byte, 32768))
	wantFailure(t, err, 2, "attempting to send over-long vstring (32768 > 32767)")
	if len(b) != 0 {
		t.Errorf("%d bytes of an over-long vstring were written", len(b))
	}
	_, err = wire.NewBytesReader(unhex(t, "90 00"), "").Vstring(nil, wire.MaxName)
	wantFailure(t, err, 2, "over-long vstring received (4096 > 4095)")
	_, err = wire.NewBytesReader(unhex(t, "81 00"), "").Vstring(nil, wire.MaxNameList)
	wantFailure(t, err, 2, "over-long vstring received (256 > 255)")
}

// TestIntegerProperties: every number survives both ages of integers, and the
// encodings of a stream are read back in order.
func TestIntegerProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		protocol := rapid.SampledFrom([]int{27, 29, 30, 32}).Draw(t, "protocol")
		ints := rapid.SliceOf(rapid.Int32()).Draw(t, "ints")
		// Shifts make numbers of every length as likely as the largest.
		longs := rapid.SliceOf(rapid.Custom(func(t *rapid.T) int64 {
			return rapid.Int64().Draw(t, "v") >> rapid.IntRange(0, 63).Draw(t, "shift")
		})).Draw(t, "longs")
		var b []byte
		for _, v := range ints {
			b = wire.AppendInt30(b, protocol, v)
			b = wire.AppendUint32(b, uint32(v))
			b = wire.AppendShort(b, uint16(v))
		}
		for i, v := range longs {
			b = wire.AppendLong30(b, protocol, v, 3+i%6)
			b = wire.AppendInt64(b, v)
		}
		r := splitReader(t, b)
		for _, want := range ints {
			if v, err := r.Int30(protocol); v != want || err != nil {
				t.Fatalf("Int30 = %d, %v, want %d", v, err, want)
			}
			if v, err := r.Uint32(); v != uint32(want) || err != nil {
				t.Fatalf("Uint32 = %d, %v", v, err)
			}
			if v, err := r.Short(); v != uint16(want) || err != nil {
				t.Fatalf("Short = %d, %v", v, err)
			}
		}
		for i, want := range longs {
			v, err := r.Long30(protocol, 3+i%6)
			if v != want || err != nil {
				t.Fatalf("Long30 = %d, %v, want %d", v, err, want)
			}
			if v, err := r.Int64(); v != want || err != nil {
				t.Fatalf("Int64 = %d, %v", v, err)
			}
		}
		if _, err := r.Byte(); err != io.EOF {
			t.Fatalf("after the end: %v", err)
		}
		if r.Count() != int64(len(b)) {
			t.Fatalf("Count = %d, want %d", r.Count(), len(b))
		}
	})
}

func FuzzIntegers(f *testing.F) {
	f.Add([]byte("\x80\x80\xf8\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00"))
	f.Add([]byte("\xff\xff\xff\xff\x00\x00\x00\x80\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewBytesReader(b, "sender")
		if v, err := r.Varint(); err == nil {
			back, err := wire.NewBytesReader(wire.AppendVarint(nil, v), "").Varint()
			if back != v || err != nil {
				t.Errorf("varint %d came back as %d, %v", v, back, err)
			}
		}
		for m := 1; m <= 8; m++ {
			r := wire.NewBytesReader(b, "sender")
			v, err := r.Varlong(m)
			if err != nil || m < 3 {
				continue
			}
			enc := wire.AppendVarlong(nil, v, m)
			if int64(len(enc)) > r.Count() {
				t.Errorf("varlong %d of %d bytes is encoded in %d", v, r.Count(), len(enc))
			}
			if back, err := wire.NewBytesReader(enc, "").Varlong(m); back != v || err != nil {
				t.Errorf("varlong %d came back as %d, %v", v, back, err)
			}
		}
		if v, err := wire.NewBytesReader(b, "").Long(); err == nil {
			if back, err := wire.NewBytesReader(wire.AppendLong(nil, v), "").Long(); back != v || err != nil {
				t.Errorf("longint %d came back as %d, %v", v, back, err)
			}
		}
		if s, err := wire.NewBytesReader(b, "").Vstring(nil, 300); err == nil && len(s) > 300 {
			t.Errorf("vstring of %d bytes", len(s))
		}
	})
}

func BenchmarkVarint(b *testing.B) {
	enc := wire.AppendVarint(wire.AppendVarint(nil, 77), 70000)
	stream := bytes.Repeat(enc, 1000)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewBytesReader(stream, "sender")
		for r.Buffered() > 0 {
			if _, err := r.Varint(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkVarlong(b *testing.B) {
	enc := wire.AppendVarlong(wire.AppendVarlong(nil, 1700000000, wire.TimeBytes), 1<<33, wire.TimeBytes)
	stream := bytes.Repeat(enc, 1000)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewBytesReader(stream, "sender")
		for r.Buffered() > 0 {
			if _, err := r.Varlong(wire.TimeBytes); err != nil {
				b.Fatal(err)
			}
		}
	}
}
