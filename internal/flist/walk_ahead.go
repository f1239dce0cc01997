package flist

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"godwit/internal/fsys"
)

// Under incremental recursion it is known which directory's list comes next, unless the one at hand
// turns out to have directories of its own. So the next directories are read, and their entries
// looked at, by goroutines of their own while the list at hand is made. What they find is used in the
// order of the walk; errors are reported there too.

const (
	aheadDirs    = 2   // directories that are begun before their turn comes
	aheadWaiting = 6   // and how many may wait: a directory found meanwhile goes before them
	aheadEntries = 128 // entries that are passed on together
	aheadChunks  = 2   // how many such lots of one directory may wait
	aheadLots    = 8   // and how many are kept to be filled again
)

// lot is some entries of a directory, and what was found about them.
type lot struct {
	names []byte
	ents  []fsys.DirEnt
	stats []fsys.Stat
	errs  []error
	err   error // after the entries: io.EOF at the end of the directory
}

// reading is a directory that is being read ahead.
type reading struct {
	num  int32 // of the directory
	lots chan *lot
	stop chan struct{}

	held    fsys.SourceDir // set before the first lot, if err is nil
	scanner *fsys.Scanner
	err     error // of opening the directory
	scanErr error // of opening it for reading
	refs    atomic.Int32
}

// readAhead is the set of directories that are being read ahead.
type readAhead struct {
	waiting []*reading // outermost first
	used    chan *lot  // lots to be filled again
	running sync.WaitGroup
}

// ahead begins to read the directories whose lists are likely to be the next ones.
func (w *Walker) ahead(ctx context.Context) {
	if w.Source != nil {
		return // nothing is known of what it costs, nor whether it may be shared
	}
	n := 0
	for level := len(w.order) - 1; level >= 0; level-- {
		for k := range w.order[level] {
			d := &w.order[level][k]
			if n++; n > aheadDirs {
				return
			}
			f, _, _ := w.List.Directory(d.num)
			if !f.Is(Content) || slices.ContainsFunc(w.reading.waiting, func(r *reading) bool { return r.num == d.num }) {
				continue
			}
			if len(w.reading.waiting) == aheadWaiting {
				w.reading.waiting[0].abandon()
				w.reading.waiting = slices.Delete(w.reading.waiting, 0, 1)
			}
			w.reading.waiting = append(w.reading.waiting, w.read(ctx, d, f.AppendPath(nil)))
		}
	}
}

// take returns the reading of a directory whose turn has come, nil if there is none.
func (a *readAhead) take(num int32) *reading {
	k := slices.IndexFunc(a.waiting, func(r *reading) bool { return r.num == num })
	if k < 0 {
		return nil
	}
	r := a.waiting[k]
	a.waiting = slices.Delete(a.waiting, k, k+1)
	return r
}

// close ends all readings.
func (a *readAhead) close() {
	for _, r := range a.waiting {
		r.abandon()
	}
	a.waiting = nil
	a.running.Wait()
}

// read begins to read a directory.
func (w *Walker) read(ctx context.Context, d *dirNode, name []byte) *reading {
	r := &reading{
		num: d.num, lots: make(chan *lot, aheadChunks), stop: make(chan struct{}),
		scanner: w.spareScanner(),
	}
	r.refs.Store(2) // the walk and the goroutine
	if w.reading.used == nil {
		w.reading.used = make(chan *lot, aheadLots)
	}
	at, look, used := d.at, d.rules.empty(), w.reading.used
	w.reading.running.Go(func() {
		defer r.release()
		defer close(r.lots)
		if r.held, r.err = w.openDir(ctx, at, name); r.err == nil {
			r.run(ctx, w.scanFlags(), look, used)
		}
	})
	return r
}

// run passes on all entries; with look also what they are. Without, the rules decide first which of
// them are looked at at all.
func (r *reading) run(ctx context.Context, how fsys.OpenFlag, look bool, used <-chan *lot) {
	entries, err := r.held.Scan(ctx, r.scanner, how)
	if r.scanErr = err; err != nil {
		return
	}
	for {
		var l *lot
		select {
		case l = <-used:
		default:
			l = &lot{ents: make([]fsys.DirEnt, aheadEntries)}
		}
		wanted := r.fill(l, entries, look)
		end := l.err != nil
		if end || !wanted {
			entries.Close() // the walk may use the scanner again once it has the last lot
		}
		if !wanted {
			return
		}
		select {
		case r.lots <- l:
		case <-r.stop:
			wanted = false
		case <-ctx.Done():
			wanted = false
		}
		switch {
		case end:
			return
		case !wanted:
			entries.Close()
			return
		}
	}
}

// fill reads some entries; false says that nobody wants them any more.
func (r *reading) fill(l *lot, entries fsys.Entries, look bool) bool {
	var n int
	n, l.err = entries.Next(l.ents[:aheadEntries])
	l.ents, l.names, l.stats, l.errs = l.ents[:n], l.names[:0], l.stats[:0], l.errs[:0]
	size := 0
	for i := range l.ents {
		size += len(l.ents[i].Name) + 1
	}
	l.names = slices.Grow(l.names, size)
	for i := range l.ents {
		e := &l.ents[i]
		at := len(l.names)
		l.names = append(append(l.names, e.Name...), 0)
		e.Name = l.names[at : len(l.names)-1 : len(l.names)]
	}
	if !look {
		return true
	}
	l.stats, l.errs = slices.Grow(l.stats, n)[:n], slices.Grow(l.errs, n)[:n]
	for i := range l.ents {
		if i%16 == 15 {
			select {
			case <-r.stop:
				return false
			default:
			}
		}
		l.errs[i] = nil
		if len(l.ents[i].Name) > 0 {
			l.errs[i] = r.held.Lstat(fsys.View(l.ents[i].Name), &l.stats[i])
		}
	}
	return true
}

// abandon gives up a reading whose turn will not come soon.
func (r *reading) abandon() {
	close(r.stop)
	r.release()
}

// release lets go of the directory when both the walk and the goroutine have done with it.
func (r *reading) release() {
	if r.refs.Add(-1) == 0 && r.held != nil {
		r.held.Close()
	}
}

// glance is what was found about an entry before its turn.
type glance struct {
	st  *fsys.Stat
	err error
}

// listRead adds the contents of a directory that has been read ahead.
func (w *Walker) listRead(ctx context.Context, r *reading, d *foundDir, rules ruleSet, name []byte) error {
	defer r.release()
	l := <-r.lots
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case r.err != nil:
		w.unopenable(d.at, name, r.err)
		return nil
	case r.scanErr != nil:
		w.unopenable(d.at, name, r.scanErr)
		return w.flush(ctx)
	}
	s := w.newSpot(d.at, name, r.held, rules)
	s.dev = d.dev
	for ; l != nil; l = <-r.lots {
		for i := range l.ents {
			if len(l.stats) > 0 {
				w.seen = glance{&l.stats[i], l.errs[i]}
			}
			err := w.scanned(ctx, &s, name, &l.ents[i])
			w.seen = glance{}
			if err != nil {
				return err
			}
		}
		failed := l.err
		select {
		case w.reading.used <- l:
		default:
		}
		if failed != nil {
			if failed != io.EOF {
				w.unreadable(d.at, name, failed)
			}
			w.scanners = append(w.scanners, r.scanner)
			return w.flush(ctx)
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx) // the goroutine has ended before the directory has
}
