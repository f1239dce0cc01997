package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// wantFailure checks exit code and text of an error.
func wantFailure(t testing.TB, err error, code exit.Code, text string) {
	t.Helper()
	var e *exit.Error
	if !errors.As(err, &e) || e.Code != code || e.Text != text {
		t.Errorf("error = %#v (%v), want code %d, %q", err, err, code, text)
	}
}

// frames is a Source that hands out a stream in pieces, as a session does, and
// checks that its user keeps the rules.
type frames struct {
	t      rapid.TB
	pieces [][]byte
	window []byte
}

func (f *frames) Next(n int) ([]byte, error) {
	if n < 1 || n > wire.MaxPeek {
		f.t.Fatalf("Next(%d)", n)
	}
	w := append([]byte(nil), f.window...) // a fresh copy shows stale uses
	for len(w) < n {
		if len(f.pieces) == 0 {
			if len(w) > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, io.EOF
		}
		w = append(w, f.pieces[0]...)
		f.pieces = f.pieces[1:]
	}
	f.window = w
	return w, nil
}

func (f *frames) Advance(n int) {
	clear(f.window[:n])
	f.window = f.window[n:]
}

// splitReader returns a Reader of b, cut at random places.
func splitReader(t *rapid.T, b []byte) *wire.Reader {
	f := &frames{t: t}
	for len(b) > 0 {
		n := min(len(b), rapid.IntRange(0, 9).Draw(t, "piece"))
		f.pieces = append(f.pieces, b[:n])
		b = b[n:]
	}
	return wire.NewReader(f, "sender")
}

func TestBulkProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "stream")
		r := splitReader(t, b)
		if rapid.Bool().Draw(t, "stream source") {
			r = wire.NewReader(wire.NewStreamSource(iotest.OneByteReader(bytes.NewReader(b)), 0), "")
		}
		var got []byte
		for len(got) < len(b) {
			n := rapid.IntRange(1, len(b)-len(got)).Draw(t, "n")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				p := make([]byte, n)
				if err := r.Full(p); err != nil {
					t.Fatal(err)
				}
				got = append(got, p...)
			case 1:
				p, err := r.Bytes(n)
				if err != nil || len(p) == 0 || len(p) > n {
					t.Fatalf("Bytes(%d) = %d bytes, %v", n, len(p), err)
				}
				got = append(got, p...)
			case 2:
				if err := r.Skip(int64(n)); err != nil {
					t.Fatal(err)
				}
				got = append(got, b[len(got):len(got)+n]...)
			case 3:
				var err error
				if got, err = r.Append(got, n); err != nil {
					t.Fatal(err)
				}
				r.Release()
			}
			if r.Count() != int64(len(got)) {
				t.Fatalf("Count = %d, want %d", r.Count(), len(got))
			}
		}
		if !bytes.Equal(got, b) {
			t.Fatalf("got % X, want % X", got, b)
		}
		if _, err := r.Bytes(1); err != io.EOF {
			t.Fatalf("after the end: %v", err)
		}
	})
}

func TestStreamSourceErrors(t *testing.T) {
	boom := errors.New("boom")
	src := wire.NewStreamSource(io.MultiReader(bytes.NewReader([]byte{1, 2, 3}), iotest.ErrReader(boom)), 0)
	r := wire.NewReader(src, "")
	if _, err := r.Int32(); err != boom {
		t.Errorf("error = %v", err)
	}
	if b, err := r.Byte(); b != 1 || err != nil {
		t.Errorf("the bytes before the error are lost: %d, %v", b, err)
	}
	r.Release()
	if got := src.Unread(); !bytes.Equal(got, []byte{2, 3}) {
		t.Errorf("Unread = %v", got)
	}
	if _, err := wire.NewReader(wire.NewStreamSource(stuck{}, 0), "").Byte(); err != io.ErrNoProgress {
		t.Errorf("a reader that does nothing: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestRanges(t *testing.T) {
	r := wire.NewBytesReader(nil, "receiver")
	if err := r.CheckRange("x", 5, 0, 5); err != nil {
		t.Error(err)
	}
	wantFailure(t, r.CheckRange("modtime_nsec", 1e9, 0, 999999999), 2,
		"wire value modtime_nsec out of range: 1000000000 not in [0,999999999] [receiver]")
	wantFailure(t, r.CheckRange("x", -1, 0, 5), 2, "wire value x out of range: -1 not in [0,5] [receiver]")
	if err := r.CheckSize("x", 5, 5); err != nil {
		t.Error(err)
	}
	wantFailure(t, r.CheckSize("x", 6, 5), 2, "wire size x out of range: 6 > 5 [receiver]")
}
