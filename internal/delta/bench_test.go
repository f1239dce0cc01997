package delta

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"godwit/internal/checksum"
)

// nothing takes tokens and forgets them.
type nothing struct{}

func (nothing) Literal([]byte) error      { return nil }
func (nothing) Match(int32, []byte) error { return nil }

// noise returns n octets without any pattern.
func noise(seed uint64, n int) []byte {
	p := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return p
}

const benchSize = 16 << 20

func BenchmarkSearch(b *testing.B) {
	basis := noise(1, benchSize)
	shifted := append([]byte("x"), basis...)
	edits := bytes.Clone(basis)
	for i := 0; i < len(edits); i += 100000 {
		edits[i] ^= 1
	}
	for _, c := range []struct {
		name string
		news []byte
		b    int32
	}{
		{"unchanged/700", basis, 700}, {"unchanged/4096", basis, 0}, {"shifted/4096", shifted, 0},
		{"edits/4096", edits, 0}, {"foreign/700", noise(2, benchSize), 700}, {"foreign/4096", noise(2, benchSize), 0},
		{"foreign/200", noise(2, benchSize), 200},
	} {
		for _, k := range []checksum.Kind{checksum.XXH128, checksum.MD5} {
			if k == checksum.MD5 && c.name != "unchanged/4096" {
				continue
			}
			b.Run(c.name+"/"+k.String(), func(b *testing.B) {
				sums := sumsOf(b, params(k), basis, c.b)
				s, src := NewSearcher(params(k)), bytes.NewReader(c.news)
				var out Tokens = nothing{}
				b.SetBytes(int64(len(c.news)))
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Search(ctx, src, int64(len(c.news)), sums, Apart, out); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkWhole(b *testing.B) {
	for _, k := range []checksum.Kind{checksum.XXH128, checksum.MD5} {
		b.Run(k.String(), func(b *testing.B) {
			data := noise(1, benchSize)
			s, src := NewSearcher(params(k)), bytes.NewReader(data)
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Whole(ctx, src, benchSize, nothing{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSums(b *testing.B) {
	data := noise(1, benchSize)
	h, _ := HeadFor(benchSize, Rules{Protocol: 32, Kind: checksum.XXH128}, false)
	g, src := NewSummer(params(checksum.XXH128)), bytes.NewReader(data)
	emit := func(uint32, []byte) error { return nil }
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		if err := g.Sum(ctx, src, h, emit); err != nil {
			b.Fatal(err)
		}
	}
}

// inOrder plays all blocks of a head, or as much literal data.
type inOrder struct {
	count, pos int32
	literal    []byte
}

func (t *inOrder) Next() ([]byte, int32, error) {
	if t.pos == t.count {
		return nil, -1, nil
	}
	t.pos++
	return t.literal, t.pos - 1, nil
}

// sink is a Dest that forgets.
type sink struct{}

func (sink) WriteAt(p []byte, off int64) (int, error) { return len(p), nil }
func (sink) Truncate(int64) error                     { return nil }

func BenchmarkPatch(b *testing.B) {
	basis := noise(1, benchSize)
	for _, c := range []struct {
		name    string
		literal []byte
		layout  Layout
	}{
		{"blocks", nil, Layout{}}, {"blocks-sparse", nil, Layout{Sparse: true}},
		{"blocks-in-place", nil, Layout{InPlace: true, Size: benchSize}},
		{"literals", basis[:4096], Layout{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			h, _ := HeadFor(benchSize, Rules{Protocol: 32, Kind: checksum.XXH128}, false)
			t := &inOrder{count: h.Count, literal: c.literal}
			j := Job{Head: h, Tokens: t, Basis: bytes.NewReader(basis), Out: new(Output), BasisIsOut: c.layout.InPlace}
			p := NewPatcher(params(checksum.XXH128))
			var d Dest = sink{}
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				t.pos = 0
				j.Out.Reset(d, c.layout)
				if err := p.Run(ctx, &j); err != nil {
					b.Fatal(err)
				}
				if err := j.Out.Finish(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestNoAllocations: after the first file of a size, nothing is allocated.
func TestNoAllocations(t *testing.T) {
	basis := noise(1, 300000)
	p := params(checksum.XXH128)
	sums := sumsOf(t, p, basis, 0)
	news := append([]byte("more"), basis...)
	s, src := NewSearcher(p), bytes.NewReader(news)
	if n := testing.AllocsPerRun(5, func() {
		_ = s.Search(ctx, src, int64(len(news)), sums, Apart, nothing{})
		_ = s.Search(ctx, src, int64(len(news)), sums, InPlace, nothing{})
		_ = s.Whole(ctx, src, int64(len(news)), nothing{})
	}); n != 0 {
		t.Errorf("Searcher allocates %v times", n)
	}
	tokens := &inOrder{count: sums.Count}
	j := Job{Head: sums.Head, Tokens: tokens, Basis: io.ReaderAt(bytes.NewReader(basis)), Out: new(Output)}
	patch := NewPatcher(p)
	if n := testing.AllocsPerRun(5, func() {
		tokens.pos = 0
		j.Out.Reset(sink{}, Layout{})
		_ = patch.Run(ctx, &j)
		_ = j.Out.Finish()
	}); n != 0 {
		t.Errorf("Patcher allocates %v times", n)
	}
}
