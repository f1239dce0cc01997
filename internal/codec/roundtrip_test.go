package codec

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/exit"
)

// drawDelta draws a file whose literals partly repeat the basis.
func drawDelta(t *rapid.T) delta {
	d := delta{size: rapid.SampledFrom([]int{1, 700, 5000, 40000, 70000}).Draw(t, "size")}
	count := rapid.IntRange(1, 5).Draw(t, "count")
	d.basis = append(prose(3, d.size*count/2), noise(4, d.size*count)...)[:d.size*count]
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		if rapid.Bool().Draw(t, "match") {
			d.steps = append(d.steps, step{block: int32(rapid.IntRange(0, count-1).Draw(t, "block"))})
			continue
		}
		n := rapid.SampledFrom([]int{1, 30, 127, 128, 1000, 16383, 32768, 66000}).Draw(t, "length")
		var lit []byte
		switch rapid.IntRange(0, 3).Draw(t, "content") {
		case 0:
			lit = noise(5, n)
		case 1:
			lit = prose(6, n)
		case 2:
			lit = make([]byte, n)
		case 3:
			at := rapid.IntRange(0, len(d.basis)-1).Draw(t, "at")
			lit = d.basis[at:min(at+n, len(d.basis))]
		}
		d.steps = append(d.steps, step{lit: lit})
	}
	return d
}

// TestRoundTrip: whatever is encoded comes out again, file after file, and the
// decoder stops exactly at the end of each.
func TestRoundTrip(t *testing.T) {
	for _, m := range methods {
		t.Run(m.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				asked := rapid.SampledFrom([]int{LevelUnset, 1, 3, 6, 9, 22, -7}).Draw(t, "level")
				level, _ := m.Level(asked)
				cfg := Config{Level: level, Protocol: rapid.SampledFrom([]int{29, 32}).Draw(t, "protocol"), Threads: rapid.SampledFrom([]int{0, 4}).Draw(t, "threads")}
				var wire bytes.Buffer
				e, err := m.NewEncoder(&wire, cfg)
				if err != nil {
					t.Fatal(err)
				}
				src := &memory{part: rapid.SampledFrom([]int{0, 5, 4000}).Draw(t, "part")}
				dec, err := m.NewDecoder(src, cfg)
				if err != nil {
					t.Fatal(err)
				}
				for range rapid.IntRange(1, 3).Draw(t, "files") {
					d := drawDelta(t)
					if err := d.encode(e); err != nil {
						t.Fatal(err)
					}
					src.data = append(src.data, wire.Bytes()...)
					wire.Reset()
					got, err := decode(dec, d)
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(got, d.file()) {
						t.Fatal("another file came out")
					}
					if len(src.data) != 0 {
						t.Fatalf("%d octets not read", len(src.data))
					}
				}
			})
		})
	}
}

// TestStoredLevel: a zlib stream of stored blocks is a sound one.
func TestStoredLevel(t *testing.T) {
	for _, name := range []string{"zlib", "zlibx"} {
		m := lookup(t, name)
		var wire bytes.Buffer
		e := newEncoder(t, name, &wire, Config{Level: m.Stored(6), Protocol: 32})
		d := delta{basis: prose(1, 2100), size: 700, steps: []step{{block: 0}, {lit: prose(2, 100000)}, {block: 2}}}
		if err := d.encode(e); err != nil {
			t.Fatal(err)
		}
		if wire.Len() < 100000 {
			t.Errorf("%s: %d octets: that was compressed", name, wire.Len())
		}
		got, err := decode(newDecoder(t, name, &memory{data: wire.Bytes()}, 32), d)
		if err != nil || !bytes.Equal(got, d.file()) {
			t.Errorf("%s: decoding gives %d octets, %v", name, len(got), err)
		}
	}
}

// TestHistoryPays: zlib finds literals in the blocks matched before them.
func TestHistoryPays(t *testing.T) {
	basis := noise(7, 1400)
	d := delta{basis: basis, size: 700, steps: []step{{block: 0}, {lit: basis[10:410]}, {block: 1}, {lit: basis[800:1200]}}}
	var size [2]int
	for i, name := range []string{"zlib", "zlibx"} {
		var wire bytes.Buffer
		if err := d.encode(newEncoder(t, name, &wire, Config{Level: 6, Protocol: 32})); err != nil {
			t.Fatal(err)
		}
		size[i] = wire.Len()
	}
	if size[0] > 60 || size[1] < 800 {
		t.Errorf("zlib takes %d octets, zlibx %d", size[0], size[1])
	}
}

// TestCutSource: an error of the source comes out as it is, wherever the
// stream is cut, and it comes out again.
func TestCutSource(t *testing.T) {
	d := delta{basis: prose(1, 2100), size: 700, steps: []step{{block: 0}, {block: 1}, {lit: prose(2, 3000)}, {block: 2}}}
	for _, m := range methods {
		t.Run(m.Name, func(t *testing.T) {
			var wire bytes.Buffer
			if err := d.encode(newEncoder(t, m.Name, &wire, Config{Level: m.Default, Protocol: 32})); err != nil {
				t.Fatal(err)
			}
			for n := range wire.Len() {
				dec := newDecoder(t, m.Name, &memory{data: wire.Bytes()[:n]}, 32)
				if _, err := decode(dec, d); err != io.ErrUnexpectedEOF {
					t.Fatalf("cut at %d of %d: error %v", n, wire.Len(), err)
				}
				if _, _, err := dec.Next(); err != io.ErrUnexpectedEOF {
					t.Fatalf("cut at %d of %d: then error %v", n, wire.Len(), err)
				}
			}
		})
	}
}

// broken is a sink that fails after n octets.
type broken struct{ n int }

var errBroken = errors.New("broken")

func (b *broken) Write(p []byte) (int, error) {
	if b.n -= len(p); b.n < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestBrokenSink(t *testing.T) {
	d := delta{basis: prose(1, 2100), size: 700, steps: []step{{block: 0}, {lit: noise(2, 50000)}, {block: 2}}}
	for _, m := range methods {
		for _, n := range []int{0, 2, 3, 20000, 50000} {
			e := newEncoder(t, m.Name, &broken{n}, Config{Level: m.Default, Protocol: 32})
			if err := d.encode(e); !errors.Is(err, errBroken) {
				t.Errorf("%s, sink that takes %d octets: error %v", m.Name, n, err)
			}
		}
	}
}

// FuzzDecode: no stream makes a decoder fail otherwise than with an exit code,
// return a token out of range, or run on without input.
func FuzzDecode(f *testing.F) {
	d := delta{basis: prose(1, 2100), size: 700, steps: []step{{block: 0}, {block: 1}, {lit: prose(2, 300)}, {block: 2}}}
	for i, m := range methods {
		var wire bytes.Buffer
		e := newEncoder(f, m.Name, &wire, Config{Level: m.Default, Protocol: 32})
		if err := errors.Join(d.encode(e), d.encode(e)); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), wire.Bytes())
	}
	f.Fuzz(func(t *testing.T, method uint8, wire []byte) {
		m := methods[int(method)%len(methods)]
		src := &memory{data: wire}
		dec := newDecoder(t, m.Name, src, 30)
		block := make([]byte, 700)
		for total := 0; total < 1<<24; {
			tok, lit, err := dec.Next()
			if err != nil {
				var e *exit.Error
				if err != io.ErrUnexpectedEOF && !errors.As(err, &e) {
					t.Fatalf("error %v", err)
				}
				return
			}
			if (tok.Kind == Literal) != (len(lit) > 0) || len(lit) > 128<<10 {
				t.Fatalf("token %v with %d octets", tok, len(lit))
			}
			if tok.Kind == Match {
				if tok.Index < 0 || tok.Count < 1 || int64(tok.Index)+int64(tok.Count) > 1<<31 {
					t.Fatalf("token %v", tok)
				}
				dec.SeeMatch(block)
			}
			total += len(lit) + 1
		}
	})
}

// TestThreads: workers change nothing of the stream.
func TestThreads(t *testing.T) {
	data := bytes.Repeat([]byte("some text that repeats, with a little of everything 0123456789\n"), 20000)
	m, _ := Lookup("zstd")
	streams := map[int][]byte{}
	for _, threads := range []int{0, 4} {
		var wire bytes.Buffer
		e, err := m.NewEncoder(&wire, Config{Level: 3, Protocol: 32, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; rest = rest[min(len(rest), literalMax):] {
			if err := e.Literal(rest[:min(len(rest), literalMax)]); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.End(); err != nil {
			t.Fatal(err)
		}
		streams[threads] = wire.Bytes()
	}
	if !bytes.Equal(streams[0], streams[4]) {
		t.Errorf("%d octets without workers, %d with them", len(streams[0]), len(streams[4]))
	}
}
