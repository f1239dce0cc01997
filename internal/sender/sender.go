// Package sender is the role that reads the source: it sends the file list, then answers the
// generator's requests with deltas, until both have said goodbye.
//
// It implements docs/protocol/03-transfer.md §3.1, §4, §5, §8 and the sender's part of
// docs/protocol/02-wire-and-file-list.md §9 to §16.
//
//	Walker ─► flist.Segment ─ Encoder ─► session          (list.go)
//	session ─► index, flags, sums ─► delta.Searcher ─► tokens ─► session   (serve.go, file.go)
//
// One goroutine does all of it; a session's queue and writer give it the overlap it needs.
package sender

import (
	"context"
	"sync"
	"time"

	"godwit/internal/codec"
	"godwit/internal/delta"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// Tree is the source: it yields the lists and opens what they name. *flist.Walker is one.
type Tree interface {
	// Next returns the next list, unsorted and unpublished, or io.EOF. The one before must have
	// been published. Each entry is passed to each as soon as it is complete.
	Next(ctx context.Context, each func(flist.File) error) (*flist.Segment, error)
	// Open opens a listed file for reading and describes what was opened.
	Open(ctx context.Context, f flist.File, st *fsys.Stat) (flist.Opened, error)
	// Restat describes a listed file again, by name.
	Restat(ctx context.Context, f flist.File, st *fsys.Stat) error
	// Remove removes a listed file.
	Remove(ctx context.Context, f flist.File) error
	// Attrs gives access to the extended attributes of a listed file.
	Attrs(ctx context.Context, f flist.File) (meta.AttrSource, func(), error)
	// FullName returns the absolute name of the file, for messages, ArgName its name as the
	// operands have it. Both are good until the next call.
	FullName(f flist.File) []byte
	ArgName(f flist.File) []byte
}

var _ Tree = (*flist.Walker)(nil)

// Config is what a Sender works with.
type Config struct {
	Plan    *plan.Plan
	Session *session.Session
	List    *flist.List
	Order   flist.Order
	Tree    Tree
	Encoder *flist.Encoder
	Log     *report.Log
	Totals  *report.Totals
	Header  *report.ListHeader // the line about the list, nil for none
	Xattrs  *meta.XattrSender  // with --xattrs
	// Record takes the statistics that end a batch file; the rest of the stream is tapped.
	Record interface{ Write([]byte) (int, error) }
	// BatchBody takes sum heads, tokens and sums in place of the connection
	// (--only-write-batch).
	BatchBody interface{ Write([]byte) (int, error) }
}

// Sender is the role. Use New.
type Sender struct {
	Config
	protocol int
	ndxIn    wire.NdxDecoder
	ndxOut   wire.NdxEncoder
	r        *wire.Reader
	out      []byte
	item     wire.Item
	path     []byte
	event    report.Item

	searcher *delta.Searcher
	sums     delta.Sums
	strong   []byte
	encoder  codec.Encoder
	tokens   tokens
	wrote    int64 // bytes of data written for files, without frames
	wanted   []meta.XattrWanted
	sum      []byte
	shown    []byte // a digest as people are shown it

	// Lists: how many entries lie beyond the one that holds the last requested index.
	moreLists bool
	ends      []segmentEnd
	current   int32 // first number of the segment of the last request
	begun     bool  // the list being made has been announced
	sentBits  int32 // error bits as last told
	listBytes int64 // length of all lists so far
	asked     asked
	matches   delta.Stats

	phase    int
	released int64 // entries of the lists that have ended
	reached  int64 // how far along all entries the transfer has come, for progress

	mu   sync.Mutex
	done []inPlace // files whose sources may be removed
}

// segmentEnd says how many entries all lists up to one have.
type segmentEnd struct {
	first int32
	total int64
}

// New returns a Sender. Its Handlers must be installed in the session before Run.
func New(c Config) *Sender {
	p := c.Plan.Caps.Protocol
	return &Sender{
		Config: c, protocol: p, ndxIn: wire.NewNdxDecoder(p), ndxOut: wire.NewNdxEncoder(p), r: c.Session.In(),
		searcher: delta.NewSearcher(c.Plan.Sums.Params), asked: asked{},
	}
}

// Success is the session handler for files that are in place at the other end.
func (s *Sender) Success(ndx int32) error {
	return s.settled(inPlace{ndx: ndx})
}

// SuccessAt is Success where both ends are in this process: dev and ino are those of the
// destination.
func (s *Sender) SuccessAt(ndx int32, dev, ino uint64) error {
	return s.settled(inPlace{ndx: ndx, known: true, dev: dev, ino: ino})
}

// inPlace is a file that has been finished at the other end.
type inPlace struct {
	ndx      int32
	known    bool // dev and ino are
	dev, ino uint64
}

// settled keeps p for the role, if it is about a file that exists. A peer that reports more files than
// there are, before the role has got round to any, is lying.
func (s *Sender) settled(p inPlace) error {
	if _, err := s.List.Get(p.ndx, "success", s.Session.Role()); err != nil {
		return err
	}
	if s.Plan.Update.RemoveSource == plan.RemoveNone {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if int64(len(s.done)) >= s.List.Count() {
		return exit.Errorf(exit.Protocol, "Invalid file index: %d is in place too often [%s]", p.ndx, s.Session.Role())
	}
	s.done = append(s.done, p)
	return nil
}

// Run sends the list and serves until the goodbye.
func (s *Sender) Run(ctx context.Context) error {
	method, ok := codec.Lookup("none")
	if s.Plan.Sums.Codec != "" {
		method, ok = codec.Lookup(s.Plan.Sums.Codec)
	}
	if !ok {
		return exit.Errorf(exit.Unsupported, "unknown compress name: %s", s.Plan.Sums.Codec)
	}
	var err error
	if s.encoder, err = method.NewEncoder(body{s}, codec.Config{Level: s.Plan.Sums.Level, Protocol: s.protocol, Threads: s.Plan.Sums.Threads}); err != nil {
		return err
	}
	s.tokens = tokens{s: s}
	s.searcher.CountHits = s.Log.WantsDebug(options.DebugDeltasum, 1)
	began := time.Now()
	if err := s.firstList(ctx); err != nil {
		return err
	}
	if s.Totals.ListBuild == 0 {
		s.Totals.ListBuild = max(time.Since(began), time.Millisecond)
	}
	if s.List.Count() == 0 && s.Plan.Where.Server {
		s.Session.Flush()
		return nil // the client sees an empty list and ends
	}
	s.Session.AllowKeepAlive()
	if err := s.serve(ctx); err != nil {
		return err
	}
	if err := s.goodbye(); err != nil {
		return err
	}
	s.removeDone(ctx)
	return nil
}

// bits returns the error bits that the receiving side has to know of.
func (s *Sender) bits() int32 { return int32(s.Log.Trouble() & exit.TroubleWire) }

// body is where the tokens of a file go: into the stream, or only into the batch.
type body struct{ s *Sender }

func (b body) Write(p []byte) (int, error) {
	b.s.wrote += int64(len(p))
	if b.s.BatchBody != nil {
		return b.s.BatchBody.Write(p)
	}
	return b.s.Session.Write(p)
}

// write puts what has been gathered into the stream.
func (s *Sender) write() error {
	s.wrote += int64(len(s.out))
	_, err := s.Session.Write(s.out)
	s.out = s.out[:0]
	return err
}
