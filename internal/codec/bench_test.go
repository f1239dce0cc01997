package codec

import (
	"bytes"
	"io"
	"testing"
)

// benchDelta is a file of 4 MiB in which every tenth block was replaced.
func benchDelta() delta {
	d := delta{basis: prose(1, 4<<20), size: 2048}
	for i := range int32(len(d.basis) / d.size) {
		if i%10 == 0 {
			d.steps = append(d.steps, step{lit: prose(uint64(i), d.size)})
		} else {
			d.steps = append(d.steps, step{block: i})
		}
	}
	return d
}

// benchWhole is a file of 4 MiB that is all new.
func benchWhole() delta {
	p := prose(2, 4<<20)
	var d delta
	for len(p) > 0 {
		d.steps = append(d.steps, step{lit: p[:32<<10]})
		p = p[32<<10:]
	}
	return d
}

// benchSmall stands for the many files of a tree that are small.
func benchSmall() delta { return delta{steps: []step{{lit: prose(3, 600)}}} }

var benches = []struct {
	name string
	make func() delta
}{{"whole", benchWhole}, {"delta", benchDelta}, {"small", benchSmall}}

func BenchmarkEncode(b *testing.B) {
	for _, m := range methods {
		for _, bb := range benches {
			b.Run(m.Name+"/"+bb.name, func(b *testing.B) {
				d := bb.make()
				e := newEncoder(b, m.Name, io.Discard, Config{Level: m.Default, Protocol: 32})
				b.SetBytes(int64(len(d.file())))
				b.ReportAllocs()
				for b.Loop() {
					if err := d.encode(e); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, m := range methods {
		for _, bb := range benches {
			b.Run(m.Name+"/"+bb.name, func(b *testing.B) {
				d := bb.make()
				var wire bytes.Buffer
				e := newEncoder(b, m.Name, &wire, Config{Level: m.Default, Protocol: 32})
				const files = 8 // of which each may refer to those before
				for range files {
					if err := d.encode(e); err != nil {
						b.Fatal(err)
					}
				}
				src := &memory{}
				var dec Decoder
				b.SetBytes(int64(len(d.file())))
				b.ReportAllocs()
				for b.Loop() {
					if len(src.data) == 0 {
						b.StopTimer()
						src.data = wire.Bytes()
						dec = newDecoder(b, m.Name, src, 32)
						b.StartTimer()
					}
					if err := drain(dec, d); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// drain decodes one file and keeps nothing of it.
func drain(dec Decoder, d delta) error {
	for {
		t, _, err := dec.Next()
		switch {
		case err != nil:
			return err
		case t.Kind == End:
			return nil
		case t.Kind == Match && dec.NeedsMatchData():
			for i := range t.Count {
				dec.SeeMatch(d.block(t.Index + i))
			}
		}
	}
}
