package receiver

import (
	"context"
	"time"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/meta"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// ListConfig is what a Lists works with.
type ListConfig struct {
	Plan    *plan.Plan
	Session *session.Session
	List    *flist.List
	Order   flist.Order
	Decoder *flist.Decoder // with its hooks
	Log     *report.Log
	Totals  *report.Totals
	// Header is the line about the first list, nil for none.
	Header *report.ListHeader
	// ACLs holds the lists that entries name, nil without --acls. Their named ids are mapped
	// here once the id lists are known.
	ACLs *meta.ACLReceiver
	// IOErrors is told the sender's error bits that come with a list, unless --ignore-errors
	// drops them. Nil tells nobody.
	IOErrors func(bits int32)
}

// Lists reads file lists from the data stream, and the indexes between which they may stand: it
// is the part of the receiving side that exists before the receiver does. One serves a whole
// connection (docs/protocol/02-wire-and-file-list.md §9, §15, §16).
type Lists struct {
	ListConfig
	r        *wire.Reader
	protocol int
	ndx      wire.NdxDecoder
	places   []place // of the lists alive, oldest first
	released bool    // the last list has been released
}

// place says how many entries the lists before one have.
type place struct {
	first  int32
	before int64
}

// NewLists returns the reader of a connection's lists.
func NewLists(c ListConfig) *Lists {
	p := c.Plan.Caps.Protocol
	return &Lists{ListConfig: c, r: c.Session.In(), protocol: p, ndx: wire.NewNdxDecoder(p)}
}

// First reads the first list, which without incremental recursion is the only one, and publishes
// it. If it has a single entry and more lists may come, it reads on up to the next list or the end
// of lists, since a single file may be stored under another name (§16.5). It returns the first
// list, which may be empty.
func (l *Lists) First(ctx context.Context) (*flist.Segment, error) {
	if l.Header != nil {
		l.Decoder.Each = l.Header.Count
	}
	began := time.Now()
	seg, err := l.readList(ctx, -1)
	if err != nil {
		return nil, err
	}
	l.Totals.ListTransfer = time.Since(began)
	l.Decoder.Each = nil
	if l.Header != nil {
		l.Header.Done(seg.Len())
	}
	if !l.List.Incremental() {
		l.List.SetEOF()
		return seg, nil
	}
	if seg.Len() == 1 {
		ndx, err := l.ndx.Read(l.r)
		if err != nil {
			return nil, err
		}
		if err := l.announced(ctx, ndx, true); err != nil {
			return nil, err
		}
	}
	return seg, nil
}

// readList reads one list up to its end and publishes it. dir is the number of the directory whose
// contents it holds, -1 for the first list.
func (l *Lists) readList(ctx context.Context, dir int32) (*flist.Segment, error) {
	start := l.r.Count()
	seg := l.List.NewSegment(dir)
	bits, err := l.Decoder.Read(ctx, l.r, seg)
	if err != nil {
		return nil, err
	}
	if dir < 0 {
		if err := l.names(ctx, seg); err != nil {
			return nil, err
		}
		if l.protocol < 30 {
			if bits, err = l.r.Int32(); err != nil {
				return nil, err
			}
			bits &= int32(exit.TroubleWire)
		}
	}
	l.ioErrors(bits)
	l.Totals.ListSize += l.r.Count() - start
	l.count(seg)
	seg.Sort(l.Order)
	seg.Clean(l.Order)
	if l.Plan.Select.PruneEmptyDirs && !l.Plan.Select.ListOnly {
		l.prune(seg)
	}
	if l.Plan.Select.Relative {
		seg.StripLeadingSlashes()
	}
	l.places = append(l.places, place{seg.First(), l.List.Count()})
	l.List.Publish(seg)
	return seg, nil
}

// names reads what the first list's ids are called, and maps them.
func (l *Lists) names(ctx context.Context, seg *flist.Segment) error {
	if err := l.Decoder.ReadIDLists(ctx, l.r, seg); err != nil {
		return err
	}
	if l.ACLs == nil || l.List.Incremental() {
		return nil
	}
	return l.ACLs.MapIDs(ctx, l.Decoder.Users, l.Decoder.Groups)
}

// ioErrors takes over the sender's error bits.
func (l *Lists) ioErrors(bits int32) {
	if bits == 0 || l.Plan.Delete.IgnoreErrors {
		return
	}
	l.Log.Note(exit.Trouble(bits) & exit.TroubleWire)
	if l.IOErrors != nil {
		l.IOErrors(bits)
	}
}

// count adds a list to the numbers of the run and applies --chmod to it.
func (l *Lists) count(seg *flist.Segment) {
	edit := !l.Plan.Chmod.Empty()
	for i := range seg.Len() {
		f := seg.Arrival(i)
		e := f.Entry()
		l.Totals.Files.Add(e.Mode)
		if f.IsRegular() || f.IsSymlink() {
			l.Totals.Size += e.Size
		}
		if edit {
			e.Mode = l.Plan.Chmod.Apply(e.Mode)
		}
	}
}

// prune empties the directories that hold nothing (--prune-empty-dirs).
func (l *Lists) prune(seg *flist.Segment) {
	state := l.Plan.Filter.Start("/")
	var path []byte
	seg.Prune(func(f flist.File) bool {
		path = f.AppendPath(path[:0])
		return state.Check(path, filter.Directory) == filter.Excluded
	})
}

// announced reads what an index below -1 announces: a list, the end of all lists. early is set
// before the receiver has begun, when nothing else may come.
func (l *Lists) announced(ctx context.Context, ndx int32, early bool) error {
	switch {
	case !l.List.Incremental():
		return l.badIndex(ndx)
	case ndx == wire.NdxEOF:
		l.List.SetEOF()
		return nil
	case ndx > wire.NdxListBase:
		return l.badIndex(ndx)
	}
	dirs := int32(l.List.Dirs())
	dir := wire.NdxListBase - ndx
	if dir < 0 || dir >= dirs {
		if early {
			return exit.Errorf(exit.Protocol, "[%s] Invalid dir index: %d (%d - %d)", l.r.Who, ndx, wire.NdxListBase, wire.NdxListBase-dirs+1)
		}
		return exit.Errorf(exit.Protocol, "Invalid dir index: %d (%d - %d) [%s]", ndx, wire.NdxListBase, wire.NdxListBase-dirs+1, l.r.Who)
	}
	if f, _, _ := l.List.Directory(dir); !f.Active() {
		return l.Log.Fatal(report.RefusingClearedDir, nil, report.Int(dir))
	}
	if l.List.Listed(dir) {
		return l.Log.Fatal(report.RefusingDuplicateList, nil, report.Int(dir))
	}
	if l.released || l.List.EOF() {
		return l.Log.Fatal(report.RefusingLateList, nil)
	}
	_, err := l.readList(ctx, dir)
	return err
}

func (l *Lists) badIndex(ndx int32) error {
	return exit.Errorf(exit.Protocol, "Invalid file index: %d (%d - %d) [%s]", ndx, wire.NdxDone, l.List.NextFirst()-2, l.r.Who)
}

// release drops the oldest list, and tells whether another one is left.
func (l *Lists) release() (more bool) {
	l.List.Release()
	if len(l.places) > 0 {
		l.places = l.places[1:]
	}
	more = l.List.Alive() > 0
	l.released = !more
	return more
}

// index returns the place of an entry among all entries: its number less the gaps.
func (l *Lists) index(seg *flist.Segment, ndx int32) int64 {
	for _, p := range l.places {
		if p.first == seg.First() {
			return p.before + int64(ndx-p.first)
		}
	}
	return int64(ndx)
}
