package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// memory is a Source over octets. It hands out at most part of them in place,
// if part is not 0.
type memory struct {
	data []byte
	part int
}

func (m *memory) Bytes(n int) ([]byte, error) {
	if len(m.data) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	n = min(n, len(m.data))
	if m.part != 0 {
		n = min(n, m.part)
	}
	p := m.data[:n]
	m.data = m.data[n:]
	return p, nil
}

func (m *memory) Full(p []byte) error {
	n := copy(p, m.data)
	m.data = m.data[n:]
	if n < len(p) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (m *memory) Byte() (byte, error) {
	var b [1]byte
	err := m.Full(b[:])
	return b[0], err
}

func (m *memory) Short() (uint16, error) {
	var b [2]byte
	err := m.Full(b[:])
	return binary.LittleEndian.Uint16(b[:]), err
}

func (m *memory) Int32() (int32, error) {
	var b [4]byte
	err := m.Full(b[:])
	return int32(binary.LittleEndian.Uint32(b[:])), err
}

var _ Source = (*wire.Reader)(nil)

// A step is one call of an Encoder: a literal, or if that is nil a match.
type step struct {
	lit   []byte
	block int32
}

// A delta is what a file is made of, and the basis its blocks are in.
type delta struct {
	basis []byte
	size  int // of a block
	steps []step
}

func (d delta) block(i int32) []byte {
	at := int(i) * d.size
	if at >= len(d.basis) {
		return nil
	}
	return d.basis[at:min(at+d.size, len(d.basis))]
}

func (d delta) file() []byte {
	var out []byte
	for _, s := range d.steps {
		if s.lit != nil {
			out = append(out, s.lit...)
		} else {
			out = append(out, d.block(s.block)...)
		}
	}
	return out
}

func (d delta) encode(e Encoder) error {
	for _, s := range d.steps {
		var err error
		switch {
		case s.lit != nil:
			err = e.Literal(s.lit)
		case e.NeedsMatchData():
			err = e.Match(s.block, d.block(s.block))
		default:
			err = e.Match(s.block, nil)
		}
		if err != nil {
			return err
		}
	}
	return e.End()
}

// decode rebuilds one file.
func decode(d Decoder, old delta) ([]byte, error) {
	var out []byte
	for {
		t, lit, err := d.Next()
		if err != nil {
			return out, err
		}
		switch t.Kind {
		case End:
			return out, nil
		case Literal:
			if len(lit) == 0 {
				return out, errors.New("literal without octets")
			}
			out = append(out, lit...)
		case Match:
			for i := range t.Count {
				b := old.block(t.Index + i)
				if b == nil {
					return out, fmt.Errorf("block %d is not in the basis", t.Index+i)
				}
				d.SeeMatch(b)
				out = append(out, b...)
			}
		}
	}
}

func lookup(t testing.TB, name string) Method {
	t.Helper()
	m, ok := Lookup(name)
	if !ok {
		t.Fatalf("no method %q", name)
	}
	return m
}

func newEncoder(t testing.TB, name string, w io.Writer, cfg Config) Encoder {
	t.Helper()
	e, err := lookup(t, name).NewEncoder(w, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func newDecoder(t testing.TB, name string, src Source, protocol int) Decoder {
	t.Helper()
	d, err := lookup(t, name).NewDecoder(src, Config{Protocol: protocol})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// noise returns n octets that do not compress, the same for the same seed.
func noise(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return p
}

// prose returns n octets that compress somewhat.
func prose(seed uint64, n int) []byte {
	words := []string{"the", "tide", "turns", "and", "godwit", "flies", "north", "again", "over", "mud", "flats", "slowly"}
	r := rand.New(rand.NewPCG(seed, 2))
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "%s %d ", words[r.IntN(len(words))], r.IntN(1000))
	}
	return b.Bytes()[:n]
}

// wantExit checks code and text of an error.
func wantExit(t *testing.T, err error, code exit.Code, text string) {
	t.Helper()
	var e *exit.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want %q with code %d", err, text, code)
	}
	if e.Code != code || e.Text != text {
		t.Errorf("error %q with code %d, want %q with code %d", e.Text, e.Code, text, code)
	}
}
