package generator_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"godwit/internal/flist"
)

// TestNothingToDo checks that an entry that is up to date costs neither memory nor a byte on the
// wire.
func TestNothingToDo(t *testing.T) {
	const n = 600
	dir := t.TempDir()
	files := make([]flist.Item, 0, n)
	for i := range n {
		name := fmt.Sprintf("f%04d", i)
		put(t, filepath.Join(dir, name), nil, t0)
		files = append(files, item(name, 0, t0))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := newRig(t, setup{protocol: 32, server: true, dir: dir, args: []string{"-pt"}, files: files})
	r.expect("00")
	runtime.ReadMemStats(&after)
	// The rig itself takes some.
	if got := after.Mallocs - before.Mallocs; got > n/2 {
		t.Errorf("%d allocations for %d entries", got, n)
	}
	r.led.EndPhase(1)
	r.expect("00 00 00")
	r.led.EndPhase(2)
	r.led.EndStream()
	r.led.EndGoodbye()
	r.expect("00")
	r.finish()
}

// BenchmarkNothingToDo measures the look at an entry that is up to date.
func BenchmarkNothingToDo(b *testing.B) {
	const n = 2000
	dir := b.TempDir()
	files := make([]flist.Item, 0, n)
	for i := range n {
		name := fmt.Sprintf("f%04d", i)
		put(b, filepath.Join(dir, name), nil, t0)
		files = append(files, item(name, 0, t0))
	}
	b.ReportAllocs()
	for b.Loop() {
		r := newRig(b, setup{protocol: 32, server: true, dir: dir, args: []string{"-pt"}, files: files})
		r.expect("00")
		r.led.EndPhase(1)
		r.led.EndPhase(2)
		r.led.EndStream()
		r.led.EndGoodbye()
		r.expect("00 00 00 00")
		r.finish()
	}
}
