package delta

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// sizes are lengths of runs around every limit that Output has.
var sizes = []int{0, 1, 7, 8, 9, 1023, 1024, 1025, 2047, 2048, 5000, outputBuffer - 1, outputBuffer, outputBuffer + 1}

func TestOutput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []byte
		for i := range rapid.IntRange(0, 8).Draw(t, "runs") {
			run := make([]byte, rapid.SampledFrom(sizes).Draw(t, "size"))
			if i%2 == 0 {
				for j := range run {
					run[j] = byte(j%255) + 1
				}
			}
			want = append(want, run...)
		}
		old := bytes.Repeat([]byte{0xee}, rapid.SampledFrom(sizes).Draw(t, "old"))
		l := Layout{Sparse: rapid.Bool().Draw(t, "sparse"), InPlace: rapid.Bool().Draw(t, "in place")}
		m := &punched{}
		var d Dest = m
		if l.InPlace {
			m.data, l.Size = old, int64(len(old))
			if rapid.Bool().Draw(t, "no holes") {
				d = &m.memory
			}
		}
		var o Output
		o.Reset(d, l)
		for p := want; len(p) > 0; {
			n := min(len(p), max(1, rapid.SampledFrom(sizes).Draw(t, "piece")))
			off := o.Offset()
			if l.InPlace && off+int64(n) <= int64(len(old)) && rapid.Bool().Draw(t, "skip") {
				copy(old[off:], p[:n]) // as if it had been there
				if err := o.Skip(int64(n)); err != nil {
					t.Fatal(err)
				}
			} else if k, err := o.Write(p[:n]); k != n || err != nil {
				t.Fatal(k, err)
			}
			p = p[n:]
		}
		if err := o.Finish(); err != nil || o.Offset() != int64(len(want)) {
			t.Fatal(err, o.Offset())
		}
		if !bytes.Equal(m.data, want) {
			t.Fatalf("%+v: wrote %d octets, want %d, or others", l, len(m.data), len(want))
		}
	})
}

// counted counts the octets written.
type counted struct {
	memory
	written int
}

func (c *counted) WriteAt(p []byte, off int64) (int, error) {
	c.written += len(p)
	return c.memory.WriteAt(p, off)
}

func TestSparseWritesLittle(t *testing.T) {
	data := make([]byte, 3<<20)
	for i := 0; i < len(data); i += 100000 {
		data[i] = 1
	}
	var c counted
	var o Output
	o.Reset(&c, Layout{Sparse: true})
	if _, err := o.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := o.Finish(); err != nil || !bytes.Equal(c.data, data) {
		t.Fatal("file differs", err)
	}
	if want := (len(data) + 99999) / 100000; c.written != want {
		t.Errorf("wrote %d octets, want %d", c.written, want)
	}
}

func TestDeviceKeepsItsLength(t *testing.T) {
	m := &memory{data: bytes.Repeat([]byte{7}, 10)}
	var o Output
	o.Reset(m, Layout{InPlace: true, Sparse: true, Device: true, Size: 10})
	if _, err := o.Write([]byte{1, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if err := o.Finish(); err != nil || !bytes.Equal(m.data, []byte{1, 0, 0, 7, 7, 7, 7, 7, 7, 7}) {
		t.Errorf("%v %v", m.data, err)
	}
}
