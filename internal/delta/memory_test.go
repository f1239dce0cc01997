package delta

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"godwit/internal/checksum"
)

var ctx = context.Background()

// token is one recorded token.
type token struct {
	block int32 // -1 for a literal
	data  []byte
}

// tape records tokens and plays them back.
type tape struct {
	tokens []token
	pos    int
}

func (t *tape) Literal(p []byte) error {
	if len(p) == 0 || len(p) > LiteralMax {
		return errors.New("literal of bad length")
	}
	t.tokens = append(t.tokens, token{-1, bytes.Clone(p)})
	return nil
}

func (t *tape) Match(i int32, p []byte) error {
	t.tokens = append(t.tokens, token{i, bytes.Clone(p)})
	return nil
}

func (t *tape) Next() ([]byte, int32, error) {
	if t.pos == len(t.tokens) {
		return nil, -1, nil
	}
	k := t.tokens[t.pos]
	t.pos++
	if k.block < 0 {
		return k.data, 0, nil
	}
	return nil, k.block, nil
}

// blocks returns the matched blocks in order.
func (t *tape) blocks() (b []int32) {
	for _, k := range t.tokens {
		if k.block >= 0 {
			b = append(b, k.block)
		}
	}
	return b
}

// memory is a file in memory, with a record of the holes made in it.
type memory struct {
	data  []byte
	holes int64
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.data).ReadAt(p, off)
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if n := int(off) + len(p); n > len(m.data) {
		m.data = append(m.data, make([]byte, n-len(m.data))...)
	}
	return copy(m.data[off:], p), nil
}

func (m *memory) Truncate(n int64) error {
	if int(n) <= len(m.data) {
		m.data = m.data[:n]
		return nil
	}
	m.data = append(m.data, make([]byte, int(n)-len(m.data))...)
	return nil
}

// punched is a memory that can make holes.
type punched struct{ memory }

func (m *punched) PunchHole(off, n int64) error {
	clear(m.data[off : off+n])
	m.holes += n
	return nil
}

// params are the facts of an ordinary session.
func params(k checksum.Kind) checksum.Params {
	return checksum.Params{Kind: k, Protocol: 32, Seed: 1, SeedFirst: true}
}

// sumsOf cuts a basis into blocks and sums it up.
func sumsOf(t testing.TB, p checksum.Params, basis []byte, blockSize int32) *Sums {
	t.Helper()
	h, ok := HeadFor(int64(len(basis)), Rules{Protocol: p.Protocol, Kind: p.Kind, BlockSize: blockSize}, false)
	if !ok {
		t.Fatal("no head")
	}
	var s Sums
	s.Reset(h)
	err := NewSummer(p).Sum(ctx, bytes.NewReader(basis), h, func(w uint32, strong []byte) error {
		s.Add(w, strong)
		return nil
	})
	if err != nil || !s.Full() || len(s.Weak) != int(h.Count) {
		t.Fatalf("sums: %v, %d of %d", err, len(s.Weak), h.Count)
	}
	return &s
}
