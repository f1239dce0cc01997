package flist

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"godwit/internal/checksum"
)

// added passes the entry that has just been added on. With --checksum a number of entries is
// gathered first, whose files are then read side by side.
func (w *Walker) added(ctx context.Context) error {
	if w.Format.Checksum && w.seg.n-w.hashed < hashBatch {
		return nil
	}
	return w.flush(ctx)
}

const (
	hashBatch  = 256
	hashBuffer = 256 << 10
	maxHashers = 4
)

// flush completes the entries added since the last flush and passes them on.
func (w *Walker) flush(ctx context.Context) error {
	if w.Format.Checksum {
		if err := w.hash(ctx); err != nil {
			return err
		}
	}
	for w.hashed < w.seg.n {
		if w.each == nil {
			w.hashed = w.seg.n
			break
		}
		f := File{w.seg, int32(w.hashed)}
		err := w.each(f)
		if err == nil {
			w.hashed++
			continue
		}
		var e *EntryError
		if !errors.As(err, &e) {
			return err
		}
		w.dropped(f, e)
		w.takeOut(f.i)
	}
	return nil
}

// takeOut removes an entry that is not sent after all.
func (w *Walker) takeOut(i int32) {
	w.seg.remove(i)
	kept := w.found[:0]
	for _, d := range w.found {
		if d.i == i {
			continue
		}
		if d.i > i {
			d.i--
		}
		kept = append(kept, d)
	}
	w.found = kept
}

// hasher reads files for --checksum.
type hasher struct {
	sum    *checksum.File
	buf    []byte
	digest []byte
}

// hash fills in the digests of the regular files that have not been passed on yet. A file that
// cannot be read keeps a digest of zeros: the trouble is reported when it is to be sent.
func (w *Walker) hash(ctx context.Context) error {
	from, to := int32(w.hashed), int32(w.seg.n)
	files := 0
	for i := from; i < to; i++ {
		if w.seg.entry(i).Mode&TypeMask == TypeRegular {
			files++
		}
	}
	if files == 0 {
		return nil
	}
	workers := w.Hashers
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), maxHashers)
	}
	workers = min(workers, files)
	for len(w.hashers) < workers {
		w.hashers = append(w.hashers, &hasher{sum: checksum.NewFile(w.FileSum), buf: make([]byte, hashBuffer)})
	}
	var next atomic.Int32
	next.Store(from)
	work := func(h *hasher) {
		for ctx.Err() == nil {
			i := next.Add(1) - 1
			if i >= to {
				return
			}
			if f := (File{w.seg, i}); f.IsRegular() {
				w.digest(ctx, h, f)
			}
		}
	}
	var wg sync.WaitGroup
	for _, h := range w.hashers[1:workers] {
		wg.Go(func() { work(h) })
	}
	work(w.hashers[0])
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// digest computes the digest of one file.
func (w *Walker) digest(ctx context.Context, h *hasher, f File) {
	k := w.seg.columns.SumLen
	file, err := w.openSource(ctx, f, nil)
	if err != nil {
		return
	}
	defer file.Close()
	h.digest, err = h.sum.AppendContents(ctx, h.digest[:0], file, f.Size(), h.buf)
	if err == nil {
		copy(w.seg.sums[int(f.i)*k:(int(f.i)+1)*k], h.digest)
	}
}
