package checksum

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/iotest"
)

// Every way of reading a file gives the digest that its octets written at once have.
func TestAppendContents(t *testing.T) {
	data := make([]byte, 5000)
	for i := range data {
		data[i] = byte(i * 7)
	}
	buf := make([]byte, 1000)
	for _, kind := range []Kind{MD4, MD5, SHA1, XXH64, XXH3, XXH128, None} {
		f := NewFile(kind)
		for _, size := range []int{0, 1, 240, 999, 1000, 1001, 5000} {
			f.Reset()
			f.Write(data[:size])
			want := f.Append(nil)
			got, err := f.AppendContents(context.Background(), []byte("x"), iotest.HalfReader(bytes.NewReader(data)), int64(size), buf)
			if err != nil || !bytes.Equal(got[1:], want) || got[0] != 'x' {
				t.Errorf("%v of %d octets: %x, %v; want %x", kind, size, got[1:], err, want)
			}
			// A file that has become shorter.
			short, err := f.AppendContents(context.Background(), nil, bytes.NewReader(data[:size]), int64(size)+2000, buf)
			if err != nil || !bytes.Equal(short, want) {
				t.Errorf("%v of %d octets instead of more: %x, %v; want %x", kind, size, short, err, want)
			}
		}
	}
}

func TestAppendContentsFails(t *testing.T) {
	bad := errors.New("bad")
	buf := make([]byte, 100)
	for _, size := range []int64{10, 1000} {
		if _, err := NewFile(XXH128).AppendContents(context.Background(), nil, iotest.ErrReader(bad), size, buf); err != bad {
			t.Errorf("%d octets: %v", size, err)
		}
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(bad)
	if _, err := NewFile(XXH128).AppendContents(ctx, nil, bytes.NewReader(make([]byte, 1000)), 1000, buf); err != bad {
		t.Errorf("cancelled: %v", err)
	}
}

// No octet of a file is asked for beyond its size: the last one may be the last call.
func TestAppendContentsStops(t *testing.T) {
	buf := make([]byte, 100)
	for _, size := range []int64{0, 10, 100, 250} {
		r := bytes.NewReader(make([]byte, 1000))
		if _, err := NewFile(MD5).AppendContents(context.Background(), nil, r, size, buf); err != nil {
			t.Fatal(err)
		}
		if read := 1000 - int64(r.Len()); read != size {
			t.Errorf("%d octets read for a file of %d", read, size)
		}
	}
}
