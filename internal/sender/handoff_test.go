package sender_test

import (
	"bytes"
	"io"
	"testing"

	"godwit/internal/session"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// A file goes whole to a receiver in the same process: by its descriptor, and without tokens.
func TestHandoff(t *testing.T) {
	dir := letters(t, 2)
	put(t, dir, "b", bytes.Repeat([]byte("y"), 100000), 1000000000)
	near, far := transport.Pipe()
	said := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(said, far)
	}()
	asked := "01 00a0" + zeroes + "01 00a0" + zeroes + "00 00 00 00 00"
	go func() {
		far.Write(append(unhex(t, hello32), frame(wire.MsgData, unhex(t, asked))...))
		far.CloseWrite()
	}()
	h := session.NewHandoff()
	r := newRig(t, near, setup{dir: dir, args: []string{"-t"}, sources: []string{"a", "b"}, handoff: h})
	if err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-done
	for i, want := range []int64{1, 100000} {
		got, err := h.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.NDX != int32(i) || got.Size != want {
			t.Errorf("index %d, %d octets", got.NDX, got.Size)
		}
		if b, err := io.ReadAll(got.File); err != nil || int64(len(b)) != want {
			t.Errorf("%d octets, %v", len(b), err)
		}
		got.File.Close()
	}
	data, _ := unframe(t, said.bytes()[len(unhex(t, "20000000"+sums)):])
	if want := unhex(t, "01 00a0"+zeroes+"01 00a0"+zeroes+"00 00 00 00"); !bytes.HasSuffix(data, want) {
		t.Errorf("%x", data)
	}
	if r.totals.Literal != 100001 || r.totals.Transferred != 2 {
		t.Errorf("%+v", r.totals)
	}
	// The counters say what the wire would have carried: tokens, ends, sums, frames.
	if n := r.s.BytesWritten() - int64(len(said.bytes())); n < 100001+4*6+2*16 || n > 100001+4*6+2*16+64 {
		t.Errorf("%d octets more are counted than were written", n)
	}
}
