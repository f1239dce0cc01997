package generator_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"godwit/internal/checksum"
	"godwit/internal/flist"
	"godwit/internal/wire"
)

// TestChecksumAhead has files compared by their sums, several at a time: the requests are for those
// that differ or are missing, in the order of the list.
func TestChecksumAhead(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const n = 500
	dir := t.TempDir()
	sum := checksum.NewFile(checksum.XXH128)
	var files []flist.Item
	var want []int32
	for i := range n {
		data := fmt.Appendf(nil, "contents of %d", i)
		name := fmt.Sprintf("f%04d", i)
		it := item(name, int64(len(data)), t0)
		it.Sum, _ = sum.AppendContents(context.Background(), nil, bytes.NewReader(data), it.Size, make([]byte, 100))
		files = append(files, it)
		at := filepath.Join(dir, name)
		switch i % 100 {
		case 3: // other data of the same length
			data[0] = 'C'
			put(t, at, data, t0)
		case 4: // another length
			put(t, at, data[1:], t0)
		case 5: // nothing
		case 6: // something else in its place
			if err := os.Mkdir(at, 0o755); err != nil {
				t.Fatal(err)
			}
		default:
			put(t, at, data, t0)
			continue
		}
		want = append(want, int32(i))
	}
	r := newRig(t, setup{protocol: 32, server: true, dir: dir, args: []string{"-prtcn"}, files: files})
	ndx := wire.NewNdxDecoder(32)
	in := r.peer.In()
	for _, w := range want {
		got, err := ndx.Read(in)
		if err != nil || got != w {
			t.Fatalf("index %d (%v), want %d; generator: %v", got, err, w, r.failure())
		}
		flags, err := in.Append(nil, 2)
		if err != nil || flags[1]&byte(wire.ItemTransfer>>8) == 0 {
			t.Fatalf("item %x (%v) for %d, want a transfer", flags, err, w)
		}
	}
	r.expect("00")
	r.led.EndPhase(1)
	r.expect("00 00 00")
	r.led.EndPhase(2)
	r.led.EndStream()
	r.led.EndGoodbye()
	r.expect("00")
	r.finish()
}
