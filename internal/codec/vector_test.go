package codec

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"godwit/internal/exit"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runs is the vector of docs/protocol/03-transfer.md §9.1 and §9.2.
var runs = []step{{block: 100}, {block: 101}, {block: 102}, {block: 5},
	{lit: []byte("xxxxxxxxxx")}, {block: 90}, {block: 91}}

// middle is the other vector of §9.2: six blocks with a literal in the middle.
var middle = []step{{block: 0}, {block: 1}, {lit: []byte("LITERAL-literal")},
	{block: 2}, {block: 3}, {block: 4}, {block: 5}}

var tiny = []step{{lit: []byte("tiny")}}

// TestVectorsDecode decodes streams that the reference wrote.
func TestVectorsDecode(t *testing.T) {
	tests := []struct {
		method string
		files  [][]step
		wire   string
	}{
		{"none", [][]step{runs}, "9bffffff 9affffff 99ffffff faffffff 0a000000 78787878787878787878 a5ffffff a4ffffff 00000000"},
		{"zlibx", [][]step{runs}, "21 64000000 0200 | 20 05000000 | 40 06 aaa880010000 | 21 5a000000 0100 | 00"},
		{"zlib", [][]step{middle, tiny}, "c0 0100 | 40 11 f2f10c710d72f4d1cdc92c492d4acc0100 | c1 0300 | 00 | 40 06 2ac9ccab0400 00"},
		{"zlibx", [][]step{middle, tiny}, "c0 0100 | 40 11 f2f10c710d72f4d1cdc92c492d4acc0100 | c1 0300 | 00 | 40 06 2ac9ccab0400 00"},
		{"zstd", [][]step{middle, tiny}, "c0 0100 | 40 18 28b52ffd0058780000 4c49544552414c2d6c69746572616c | c1 0300 | 00 | 40 07 20000074696e79 00"},
		{"lz4", [][]step{middle, tiny}, "c0 0100 | 40 11 f0004c49544552414c2d6c69746572616c | c1 0300 | 00 | 40 05 4074696e79 00"},
		{"zstd", [][]step{tiny}, "40 00 | 40 0d 28b52ffd005820000074696e79 | 40 00 | 00"},
		{"zlib", [][]step{tiny}, "40 03 2ac9cc | 40 03 ab0400 00"},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			src := &memory{data: unhex(t, tt.wire)}
			dec := newDecoder(t, tt.method, src, 32)
			for _, steps := range tt.files {
				d := delta{basis: noise(1, 200*50), size: 50, steps: steps}
				got, err := decode(dec, d)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, d.file()) {
					t.Errorf("decoded to %q", got)
				}
			}
			if len(src.data) != 0 {
				t.Errorf("%d octets not read", len(src.data))
			}
		})
	}
}

// TestVectorsEncode checks the octets we write where the method leaves no
// choice of how to compress.
func TestVectorsEncode(t *testing.T) {
	tests := []struct {
		method string
		files  [][]step
		wire   string
	}{
		{"none", [][]step{runs}, "9bffffff 9affffff 99ffffff faffffff 0a000000 78787878787878787878 a5ffffff a4ffffff 00000000"},
		{"lz4", [][]step{middle, tiny}, "c0 0100 | 40 11 f0004c49544552414c2d6c69746572616c | c1 0300 | 00 | 40 05 4074696e79 00"},
		{"zstd", [][]step{middle, tiny}, "c0 0100 | 40 18 28b52ffd0058780000 4c49544552414c2d6c69746572616c | c1 0300 | 00 | 40 07 20000074696e79 00"},
		{"lz4", [][]step{{{block: 63}, {block: 127}, {block: 63}}, {{block: 1}}}, "bf | 20 7f000000 | 20 3f000000 | 00 | 81 00"},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			var b bytes.Buffer
			e := newEncoder(t, tt.method, &b, Config{Protocol: 32, Level: lookup(t, tt.method).Default})
			for _, steps := range tt.files {
				if err := (delta{steps: steps}).encode(e); err != nil {
					t.Fatal(err)
				}
			}
			if want := unhex(t, tt.wire); !bytes.Equal(b.Bytes(), want) {
				t.Errorf("wrote %x\nwant  %x", b.Bytes(), want)
			}
		})
	}
}

// TestLongRun checks that a run is cut at 65536 blocks.
func TestLongRun(t *testing.T) {
	var b bytes.Buffer
	e := newEncoder(t, "zstd", &b, Config{Protocol: 32, Level: 3})
	for i := range int32(1<<16 + 2) {
		if err := e.Match(i, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.End(); err != nil {
		t.Fatal(err)
	}
	if want := unhex(t, "c0 ffff | c1 0100 | 00"); !bytes.Equal(b.Bytes(), want) {
		t.Errorf("wrote %x\nwant  %x", b.Bytes(), want)
	}
}

// TestHostile feeds streams that no sender writes
// (docs/protocol/08-security.md §8.9).
func TestHostile(t *testing.T) {
	const badToken = "invalid token number in compressed stream"
	tests := []struct {
		name, method, wire string
		code               exit.Code
		text               string
	}{
		{"absolute -1", "zlib", "20 ffffffff", exit.Protocol, badToken},
		{"absolute maximum", "zlib", "20 ffffff7f", exit.Protocol, badToken},
		{"run of 0", "zlib", "c0 0000", exit.Protocol, badToken},
		{"run overflow", "zlib", "21 feffff7f ffff", exit.Protocol, badToken},
		{"relative overflow", "lz4", "20 feffff7f 81", exit.Protocol, badToken},
		{"unknown flag", "zstd", "01", exit.Protocol, badToken},
		{"deflate garbage", "zlib", "40 05 68656c6c6f", exit.StreamIO, "inflate returned -3 (0 bytes)"},
		{"deflate cut", "zlibx", "40 0f f2f10c710d72f4d1cdc92c492d4acc 00", exit.StreamIO, "decompressor lost sync!"},
		{"deflate final", "zlibx", "40 05 010000ffff 00", exit.StreamIO, "inflate returned 1 (0 bytes)"},
		{"deflate too far", "zlib", "40 05 c29f620100 00", exit.StreamIO, "inflate returned -3 (0 bytes)"},
		{"zstd garbage", "zstd", "40 05 68656c6c6f 00", exit.StreamIO, "ZSTD decomp returned -10 (0 bytes)"},
		{"zstd reserved block", "zstd", "40 09 28b52ffd0058 060000 00", exit.StreamIO, "ZSTD decomp returned -20 (0 bytes)"},
		{"zstd window", "zstd", "40 09 28b52ffd00f8 060000 00", exit.StreamIO, "ZSTD decomp returned -16 (0 bytes)"},
		{"zstd cut", "zstd", "40 08 28b52ffd0058 7800 00", exit.StreamIO, "ZSTD decomp returned -20 (0 bytes)"},
		{"lz4 garbage", "lz4", "40 05 f0004c4954", exit.StreamIO, "uncompress failed: -2"},
		{"lz4 no data", "lz4", "40 00", exit.StreamIO, "uncompress failed: -1"},
		{"deflate no data", "zlib", "40 00", exit.StreamIO, "inflate returned -5 (0 bytes)"},
		{"lz4 empty", "lz4", "40 01 00", exit.StreamIO, "uncompress failed: 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dec := newDecoder(t, tt.method, &memory{data: unhex(t, tt.wire)}, 29)
			_, err := decode(dec, delta{})
			for err == nil || strings.Contains(err.Error(), "not in the basis") {
				_, err = decode(dec, delta{})
			}
			wantExit(t, err, tt.code, tt.text)
		})
	}
}
