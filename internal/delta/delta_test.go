package delta

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/checksum"
)

func TestHeads(t *testing.T) {
	rules := func(p int) Rules { return Rules{Protocol: p, Kind: checksum.XXH128} }
	for _, c := range []struct {
		length   int64
		protocol int
		want     Head
	}{
		{0, 32, Head{}},
		{1500, 32, Head{3, 700, 2, 100}},
		{490000, 32, Head{700, 700, 2, 0}},
		{490001, 32, Head{701, 700, 2, 1}},
		{1000000, 32, Head{1000, 1000, 2, 0}},
		{1000000000, 32, Head{31630, 31616, 3, 1000000000 % 31616}},
		{1000000000000, 32, Head{7629395, 131072, 5, 1000000000000 % 131072}},
		{1000000000000, 29, Head{1000000, 1000000, 5, 0}},
	} {
		got, ok := HeadFor(c.length, rules(c.protocol), false)
		if got != c.want || !ok {
			t.Errorf("HeadFor(%d, %d) = %v, want %v", c.length, c.protocol, got, c.want)
		}
		if got.Length() != c.length {
			t.Errorf("Length of %v = %d, want %d", got, got.Length(), c.length)
		}
	}
	for _, length := range []int64{-1, 1 << 49} {
		if h, ok := HeadFor(length, rules(32), false); ok || h != (Head{}) {
			t.Errorf("HeadFor(%d) = %v, %v", length, h, ok)
		}
	}
	for k, want := range map[checksum.Kind]int32{checksum.XXH3: 8, checksum.MD5: 16, checksum.SHA1: 16} {
		if h, _ := HeadFor(1500, Rules{Protocol: 32, Kind: k}, true); h.StrongLen != want {
			t.Errorf("redo with %v: %d octets", k, h.StrongLen)
		}
	}
	if h, _ := HeadFor(1500, Rules{Protocol: 32, Kind: checksum.MD5, BlockSize: 1000}, false); h != (Head{2, 1000, 2, 500}) {
		t.Errorf("--block-size=1000: %v", h)
	}
}

func TestHeadCheck(t *testing.T) {
	for _, c := range []struct {
		wire string
		want string
	}{
		{"ffffffff000000000000000000000000", "Invalid checksum count -1"},
		{"01000000000000400200000000000000", "Invalid block length 1073741824"},
		{"01000000000000000200000000000000", "Invalid zero block length"},
		{"01000000bc0200006400000000000000", "Invalid checksum length 100"},
		{"01000000bc02000002000000bd020000", "Invalid remainder length 701"},
		{"03000000bc0200000200000064000000", ""},
		{"00000000000000000000000000000000", ""},
	} {
		p, _ := hex.DecodeString(c.wire)
		h := ParseHead(p)
		text := ""
		if err := h.Check(31, checksum.MD5); err != nil {
			text = err.Error()
		}
		if text != c.want {
			t.Errorf("%s: %q, want %q", c.wire, text, c.want)
		}
		if !bytes.Equal(h.Append(nil), p) {
			t.Errorf("%s does not encode back", c.wire)
		}
	}
}

// vector returns the basis and the new file of docs/protocol/03-transfer.md §7.3.
func vector() (basis, news []byte) {
	for i := range 1500 {
		basis = append(basis, byte(7*i+3))
	}
	news = slices.Concat(basis[:700], []byte("XYZ"), basis[700:])
	return basis, news
}

// TestCapture compares with the bytes of docs/protocol/03-transfer.md §17.1.
func TestCapture(t *testing.T) {
	basis, news := vector()
	s := sumsOf(t, params(checksum.XXH128), basis, 0)
	wire := s.Head.Append(nil)
	for i, w := range s.Weak {
		wire = binary.LittleEndian.AppendUint32(wire, w)
		wire = append(wire, s.strong(int32(i))...)
	}
	want := "03000000bc0200000200000064000000" + "dafe0c765888" + "4aff64f1f0ac" + "a6fe541c635c"
	if got := hex.EncodeToString(wire); got != want {
		t.Errorf("generator: %s, want %s", got, want)
	}
	search := NewSearcher(params(checksum.XXH128))
	var k tape
	if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), s, Apart, &k); err != nil {
		t.Fatal(err)
	}
	wire = nil
	for _, x := range k.tokens {
		if x.block >= 0 {
			wire = binary.LittleEndian.AppendUint32(wire, uint32(-(x.block + 1)))
		} else {
			wire = binary.LittleEndian.AppendUint32(wire, uint32(len(x.data)))
			wire = append(wire, x.data...)
		}
	}
	wire = search.AppendSum(append(wire, 0, 0, 0, 0))
	want = "ffffffff" + "0300000058595a" + "fefffffffdffffff" + "00000000" + "5c45356af350065ae3402dc10f408a51"
	if got := hex.EncodeToString(wire); got != want {
		t.Errorf("sender: %s, want %s", got, want)
	}
}

// edited draws a basis and a new file that shares much with it.
func edited(t *rapid.T) (basis, news []byte) {
	alphabet := rapid.SampledFrom([][]byte{{0}, {0, 1}, {0, 0, 0, 255}, nil}).Draw(t, "alphabet")
	seed := rapid.Uint64().Draw(t, "seed")
	noise := func(n int) []byte {
		p := make([]byte, n)
		for i := range p {
			seed = seed*6364136223846793005 + 1442695040888963407
			p[i] = byte(seed >> 56)
			if alphabet != nil {
				p[i] = alphabet[int(seed>>40)%len(alphabet)]
			}
		}
		return p
	}
	basis = noise(rapid.IntRange(1, 2000).Draw(t, "length"))
	for range rapid.IntRange(0, 8).Draw(t, "pieces") {
		switch rapid.IntRange(0, 3).Draw(t, "piece") {
		case 0:
			news = append(news, noise(rapid.IntRange(0, 60).Draw(t, "new"))...)
		case 1:
			news = append(news, make([]byte, rapid.IntRange(0, 300).Draw(t, "zeros"))...)
		default:
			i := rapid.IntRange(0, len(basis)).Draw(t, "from")
			j := rapid.IntRange(i, len(basis)).Draw(t, "to")
			news = append(news, basis[i:j]...)
		}
	}
	return basis, news
}

func TestPatchOfSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		basis, news := edited(t)
		kind := rapid.SampledFrom([]checksum.Kind{checksum.XXH128, checksum.XXH64, checksum.MD5}).Draw(t, "kind")
		p := params(kind)
		b := rapid.Int32Range(1, 90).Draw(t, "block")
		update := rapid.SampledFrom([]Update{Apart, InPlace}).Draw(t, "update")
		sparse := rapid.Bool().Draw(t, "sparse")
		h, _ := HeadFor(int64(len(basis)), Rules{Protocol: 32, Kind: kind, BlockSize: b}, true)
		var s Sums
		s.Reset(h)
		if err := NewSummer(p).Sum(ctx, bytes.NewReader(basis), h, func(w uint32, strong []byte) error { s.Add(w, strong); return nil }); err != nil {
			t.Fatal(err)
		}
		search := NewSearcher(p)
		var k tape
		if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), &s, update, &k); err != nil {
			t.Fatal(err)
		}
		if n := search.Stats(); n.Literal+n.Matched != int64(len(news)) {
			t.Fatalf("%+v do not add up to %d", n, len(news))
		}
		old := &punched{memory{data: bytes.Clone(basis)}}
		job := Job{Head: h, Tokens: &k, Basis: old, Out: new(Output)}
		target := &punched{}
		layout := Layout{Sparse: sparse}
		job.BasisIsOut = update == InPlace
		if update == InPlace {
			target = old
			layout.InPlace, layout.Size = true, int64(len(basis))
		}
		job.Out.Reset(target, layout)
		patch := NewPatcher(p)
		if err := patch.Run(ctx, &job); err != nil {
			t.Fatal(err)
		}
		if err := job.Out.Finish(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(target.data, news) {
			t.Fatalf("patched file differs: %d octets, want %d", len(target.data), len(news))
		}
		if !patch.Verify(search.AppendSum(nil)) {
			t.Fatal("sums differ")
		}
		if patch.Stats().Matched != search.Stats().Matched || patch.BasisErr() != nil {
			t.Fatal("receiver counted otherwise")
		}
	})
}

// naive is docs/protocol/03-transfer.md §8.2 without any cleverness: it returns
// the matched blocks and their offsets.
func naive(basis, news []byte, s *Sums) (out []string) {
	b, next := int(s.BlockLen), 0
	block := func(i int) []byte { return basis[i*b : min((i+1)*b, len(basis))] }
	for off := 0; off < len(news)+1-int(s.last()); {
		w := news[off:min(off+b, len(news))]
		hit := -1
		for i := int(s.Count) - 1; i >= 0 && hit < 0; i-- {
			if bytes.Equal(block(i), w) {
				hit = i
			}
		}
		if hit < 0 {
			off++
			continue
		}
		if next < int(s.Count) && bytes.Equal(block(next), w) {
			hit = next
		}
		out = append(out, fmt.Sprintf("%d@%d", hit, off))
		off += len(w)
		next = hit + 1
	}
	return out
}

func TestSearchAgreesWithNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		basis, news := edited(t)
		p := params(checksum.XXH128)
		h, _ := HeadFor(int64(len(basis)), Rules{Protocol: 32, Kind: p.Kind, BlockSize: rapid.Int32Range(2, 90).Draw(t, "block")}, true)
		var s Sums
		s.Reset(h)
		if err := NewSummer(p).Sum(ctx, bytes.NewReader(basis), h, func(w uint32, strong []byte) error { s.Add(w, strong); return nil }); err != nil {
			t.Fatal(err)
		}
		var k tape
		if err := NewSearcher(p).Search(ctx, bytes.NewReader(news), int64(len(news)), &s, Apart, &k); err != nil {
			t.Fatal(err)
		}
		var got []string
		off := 0
		for _, x := range k.tokens {
			if x.block >= 0 {
				got = append(got, fmt.Sprintf("%d@%d", x.block, off))
			}
			off += len(x.data)
		}
		if want := naive(basis, news, &s); !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func TestAppend(t *testing.T) {
	basis, _ := vector()
	news := append(bytes.Clone(basis), strings.Repeat("more ", 20000)...)
	for _, c := range []struct {
		prefix Prefix
		sumOf  []byte
	}{{SumAppended, news[1500:]}, {SumAll, news}} {
		p := params(checksum.MD5)
		h, _ := HeadFor(1500, Rules{Protocol: 32, Kind: p.Kind}, false)
		search, k := NewSearcher(p), &tape{}
		if err := search.Append(ctx, bytes.NewReader(news), int64(len(news)), h.Length(), c.prefix, k); err != nil {
			t.Fatal(err)
		}
		f := checksum.NewFile(checksum.MD5)
		f.Write(c.sumOf)
		if !bytes.Equal(search.AppendSum(nil), f.Append(nil)) {
			t.Errorf("prefix %d: sender's sum covers the wrong octets", c.prefix)
		}
		m := &memory{data: bytes.Clone(basis)}
		job := Job{Head: h, Tokens: k, Basis: m, Out: new(Output), BasisIsOut: true, Append: true, Prefix: c.prefix}
		job.Out.Reset(m, Layout{InPlace: true, Start: 1500, Size: 1500})
		patch := NewPatcher(p)
		if err := patch.Run(ctx, &job); err != nil {
			t.Fatal(err)
		}
		if err := job.Out.Finish(); err != nil || !bytes.Equal(m.data, news) {
			t.Errorf("prefix %d: %v, %d octets", c.prefix, err, len(m.data))
		}
		if !patch.Verify(search.AppendSum(nil)) {
			t.Errorf("prefix %d: sums differ", c.prefix)
		}
	}
}

// TestShrunk sends a file that is shorter than it was when it was opened.
func TestShrunk(t *testing.T) {
	basis, news := vector()
	s := sumsOf(t, params(checksum.XXH128), basis, 0)
	for _, promised := range []int64{int64(len(news)) + 1, 5000, 900000} {
		search, k := NewSearcher(params(checksum.XXH128)), &tape{}
		if err := search.Search(ctx, bytes.NewReader(news), promised, s, Apart, k); err != nil {
			t.Fatal(err)
		}
		var n int64
		for _, x := range k.tokens {
			n += int64(len(x.data))
		}
		if n != promised || !errors.Is(search.ReadErr(), ErrShrunk) {
			t.Errorf("sent %d octets of %d: %v", n, promised, search.ReadErr())
		}
		if got := search.AppendSum([]byte{9}); !bytes.Equal(got, append([]byte{9}, make([]byte, 16)...)) {
			t.Errorf("sum %x", got)
		}
		if err := search.Whole(ctx, bytes.NewReader(news), int64(len(news)), k); err != nil || search.ReadErr() != nil {
			t.Errorf("next file: %v, %v", err, search.ReadErr())
		}
	}
}

// TestHostileTokens gives a receiver blocks that it can't have announced.
func TestHostileTokens(t *testing.T) {
	basis, _ := vector()
	h, _ := HeadFor(1500, Rules{Protocol: 32, Kind: checksum.MD5}, false)
	run := func(block int32, j Job) error {
		j.Tokens = &tape{tokens: []token{{block: block}}}
		if j.Out != nil {
			j.Out.Reset(&memory{}, Layout{})
		}
		return NewPatcher(params(checksum.MD5)).Run(ctx, &j)
	}
	src := bytes.NewReader(basis)
	if err := run(4, Job{Head: Head{1, 700, 2, 0}, Basis: src, Out: new(Output)}); err == nil || err.Error() != "Invalid block index 4 (count=1)" {
		t.Errorf("block 4 of 1: %v", err)
	}
	if err := run(5, Job{Out: nil}); err == nil || err.Error() != "Invalid block index 5 (count=0)" {
		t.Errorf("block 5 of 0, discarding: %v", err)
	}
	if err := run(2, Job{Head: h, Out: new(Output)}); !errors.Is(err, ErrNoBasis) {
		t.Errorf("no basis: %v", err)
	}
	if err := run(2, Job{Head: h}); err != nil {
		t.Errorf("no basis, discarding: %v", err)
	}
	var seen []byte
	if err := run(2, Job{Head: h, Basis: src, Matched: func(p []byte) error { seen = append(seen, p...); return nil }}); err != nil || !bytes.Equal(seen, basis[1400:]) {
		t.Errorf("discarding with history: %v, %d octets", err, len(seen))
	}
}

// TestHostileSums searches with sums that all collide.
func TestHostileSums(t *testing.T) {
	news := bytes.Repeat([]byte{1, 0, 0, 1, 9, 9, 9, 9}, 50)
	var s Sums
	s.Reset(Head{Count: 3000, BlockLen: 8, StrongLen: 2})
	for range s.Count {
		s.Add(checksum.Weak(news[:8]), []byte{1, 2})
	}
	search, k := NewSearcher(params(checksum.XXH128)), &tape{}
	if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), &s, Apart, k); err != nil {
		t.Fatal(err)
	}
	if n := search.Stats(); n.Matches != 0 || n.FalseAlarms == 0 || n.Literal != int64(len(news)) {
		t.Errorf("%+v", n)
	}
}

// TestLiteralSplit: what is not matched goes out in full pieces, and early.
func TestLiteralSplit(t *testing.T) {
	basis, _ := vector()
	s := sumsOf(t, params(checksum.XXH128), basis, 0)
	news := append(bytes.Repeat([]byte{5, 6, 7}, 50000), basis...)
	var k tape
	if err := NewSearcher(params(checksum.XXH128)).Search(ctx, bytes.NewReader(news), int64(len(news)), s, Apart, &k); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, x := range k.tokens {
		if x.block < 0 {
			got = append(got, len(x.data))
		}
	}
	if want := []int{32768, 32768, 32768, 32768, 18928}; !slices.Equal(got, want) || !slices.Equal(k.blocks(), []int32{0, 1, 2}) {
		t.Errorf("literals %v, want %v; blocks %v", got, want, k.blocks())
	}
}

// TestLongBlocks: protocols below 30 allow blocks that don't fit in memory.
func TestLongBlocks(t *testing.T) {
	basis := noise(3, 700001)
	p := checksum.Params{Kind: checksum.MD4, Protocol: 29, Seed: 5}
	for _, b := range []int32{300000, maxSearchBlock + 1} {
		h, _ := HeadFor(int64(len(basis)), Rules{Protocol: 29, Kind: p.Kind, BlockSize: b}, false)
		var s Sums
		s.Reset(h)
		if err := NewSummer(p).Sum(ctx, bytes.NewReader(basis), h, func(w uint32, strong []byte) error { s.Add(w, strong); return nil }); err != nil {
			t.Fatal(err)
		}
		news := append([]byte("front"), basis...)
		search, k := NewSearcher(p), &tape{}
		if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), &s, Apart, k); err != nil {
			t.Fatal(err)
		}
		if n := len(k.blocks()); b < maxSearchBlock && n != 3 {
			t.Errorf("%d blocks of %d matched", n, b)
		}
		for _, matched := range []func([]byte) error{nil, func([]byte) error { return nil }} {
			m := &memory{}
			k.pos = 0
			j := Job{Head: h, Tokens: k, Basis: bytes.NewReader(basis), Out: new(Output), Matched: matched}
			j.Out.Reset(m, Layout{})
			patch := NewPatcher(p)
			if err := patch.Run(ctx, &j); err != nil {
				t.Fatal(err)
			}
			if err := j.Out.Finish(); err != nil || !bytes.Equal(m.data, news) || !patch.Verify(search.AppendSum(nil)) {
				t.Errorf("blocks of %d: %v, %d octets", b, err, len(m.data))
			}
		}
	}
}
