package flist

import (
	"context"
	"fmt"
	"sync"

	"godwit/internal/exit"
)

// List is the file list of one transfer: the segments that are alive, oldest first, and the
// directories seen so far. One goroutine adds and releases nothing else's segments; any number
// may look up.
//
// Without incremental recursion there is one segment, whose numbers start at 0. With it, the
// first starts at 1, and each further one leaves one number free before its first, which stands
// for the directory whose contents the segment holds (docs/protocol/02-wire-and-file-list.md §16).
type List struct {
	incremental bool
	columns     Columns
	paths       *pathTable
	sorting     Order

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each change
	segs    []*Segment
	next    int32 // first number of the segment that comes next
	dirs    []dirRecord
	eof     bool
	count   int64 // entries of all segments so far
}

// dirRecord is a directory by number. Its entry lies in a segment of directories only, so that
// it stays when the list it came with is released.
type dirRecord struct {
	file   File
	ndx    int32 // number of the entry itself
	listed bool
}

// NewList returns an empty list.
func NewList(incremental bool, c Columns, sorting Order) *List {
	l := &List{incremental: incremental, columns: c, sorting: sorting, paths: newPathTable(), changed: make(chan struct{})}
	if incremental {
		l.next = 1
	}
	return l
}

// Incremental tells whether lists arrive while the transfer runs.
func (l *List) Incremental() bool { return l.incremental }

// NewSegment returns an empty segment that will be the list's next; dir is the number of the
// directory whose contents it is to hold, -1 for the first. Nobody else sees it before Publish.
func (l *List) NewSegment(dir int32) *Segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &Segment{paths: l.paths, first: l.next, dir: dir, columns: l.columns, arrivalNumbers: l.sorting.ArrivalNumbers}
}

// Publish adds a segment, which must have been sorted. Its directories get the next directory
// numbers, in processing order (arrival order with --iconv).
func (l *List) Publish(s *Segment) {
	if l.incremental {
		l.keepDirs(s)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.dir >= 0 && int(s.dir) < len(l.dirs) {
		l.dirs[s.dir].listed = true
	}
	l.segs = append(l.segs, s)
	l.next = s.first + int32(s.n) + 1
	l.count += int64(s.n)
	l.signal()
}

// keepDirs copies the directory entries of s to where they outlive it.
func (l *List) keepDirs(s *Segment) {
	keep := &Segment{paths: l.paths, dir: s.dir, columns: l.columns}
	var found []dirRecord
	for pos := range s.n {
		var f File
		if s.arrivalNumbers {
			f = s.Arrival(pos)
		} else {
			f = s.At(pos)
		}
		if f.IsDir() {
			ndx := s.first + int32(pos)
			found = append(found, dirRecord{file: keep.copyOf(f), ndx: ndx})
		}
	}
	s.dirs = keep
	l.mu.Lock()
	l.dirs = append(l.dirs, found...)
	l.mu.Unlock()
}

func (l *List) signal() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// SetEOF notes that no further segment comes.
func (l *List) SetEOF() {
	l.mu.Lock()
	l.eof = true
	l.signal()
	l.mu.Unlock()
}

// EOF tells whether all segments have been published.
func (l *List) EOF() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.eof
}

// Count returns the number of entries published so far, released ones included.
func (l *List) Count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// NextFirst returns the first number of the segment that will be published next.
func (l *List) NextFirst() int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

// Dirs returns how many directories have a number.
func (l *List) Dirs() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.dirs)
}

// Directory returns a directory by number, and the number (ndx) of its entry. The File stays
// valid for the list's life.
func (l *List) Directory(d int32) (f File, ndx int32, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d < 0 || int(d) >= len(l.dirs) {
		return File{}, 0, false
	}
	return l.dirs[d].file, l.dirs[d].ndx, true
}

// Listed tells whether the contents of directory d have been published.
func (l *List) Listed(d int32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return d >= 0 && int(d) < len(l.dirs) && l.dirs[d].listed
}

// Oldest returns the oldest segment alive, nil if there is none.
func (l *List) Oldest() *Segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segs) == 0 {
		return nil
	}
	return l.segs[0]
}

// Alive returns how many segments are alive.
func (l *List) Alive() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.segs)
}

// After returns the segment published after s (the first alive one for nil), or nil.
func (l *List) After(s *Segment) *Segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.after(s)
}

func (l *List) after(s *Segment) *Segment {
	for _, t := range l.segs {
		if s == nil || t.first > s.first {
			return t
		}
	}
	return nil
}

// WaitAfter is After, waiting for the segment to come. It returns nil without an error once no
// more will come.
func (l *List) WaitAfter(ctx context.Context, s *Segment) (*Segment, error) {
	for {
		l.mu.Lock()
		t, eof, changed := l.after(s), l.eof, l.changed
		l.mu.Unlock()
		if t != nil || eof {
			return t, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Changed returns a channel that is closed at the next Publish, SetEOF or Release.
func (l *List) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// Release drops the oldest segment. Its Files, but not its directories, end with it for everyone
// who does not hold them already.
func (l *List) Release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segs) > 0 {
		l.segs[0] = nil
		l.segs = l.segs[1:]
		l.signal()
	}
}

// Slot is what a number stands for.
type Slot struct {
	File    File
	Segment *Segment
	// Gap is set for the number before a segment's first, which stands for the directory whose
	// contents the segment holds. Its File may be invalid: number 0 without a root entry.
	Gap bool
}

// Find returns what number ndx stands for.
func (l *List) Find(ndx int32) (Slot, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// The segments are few and the one looked for is usually among the first.
	for _, s := range l.segs {
		if s.Holds(ndx) {
			return Slot{File: s.byNDX(ndx), Segment: s}, true
		}
		if l.incremental && ndx == s.first-1 {
			return Slot{File: l.gap(s), Segment: s, Gap: true}, true
		}
		if s.first > ndx {
			break
		}
	}
	return Slot{}, false
}

// gap returns the directory whose contents s holds, with mu held. The first list's gap stands
// for the root entry, if it has one.
func (l *List) gap(s *Segment) File {
	if s.dir >= 0 {
		if int(s.dir) < len(l.dirs) {
			return l.dirs[s.dir].file
		}
		return File{}
	}
	if s.n > 0 {
		if f := s.At(0); f.IsDir() && f.isRoot() {
			return f
		}
	}
	return File{}
}

// GapFile returns the directory whose contents s holds, or an invalid File.
func (l *List) GapFile(s *Segment) File {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gap(s)
}

// Get is Find with the error of docs/protocol/02-wire-and-file-list.md §16.1 for a number that
// belongs to no segment alive; where and who go into its text.
func (l *List) Get(ndx int32, where, who string) (Slot, error) {
	slot, ok := l.Find(ndx)
	if ok && slot.File.Valid() {
		return slot, nil
	}
	l.mu.Lock()
	lo, hi := int32(-1), int32(-1)
	if n := len(l.segs); n > 0 {
		lo, hi = l.segs[0].first-1, l.segs[n-1].first+int32(l.segs[n-1].n)-1
	}
	l.mu.Unlock()
	return Slot{}, &exit.Error{Code: exit.Protocol,
		Text: fmt.Sprintf("File-list index %d not in %d - %d (%s) [%s]", ndx, lo, hi, where, who)}
}

// isRoot tells whether f is the transfer root itself.
func (f File) isRoot() bool {
	b := f.Base()
	return len(b) == 1 && b[0] == '.' && len(f.DirPath()) == 0
}

// IsRoot tells whether f is the transfer root itself, the entry ".".
func (f File) IsRoot() bool { return f.isRoot() }
