// Package receiver is the role that reads what the sender says: the file lists, the items that
// answer the generator's requests, and the data of files, which it puts together and hands to the
// destination tree.
//
// It implements docs/protocol/03-transfer.md §3.4, §4, §5 and §12, and the receiver's part of
// docs/protocol/02-wire-and-file-list.md §16 and §18.1.
//
//	session ─ Lists ─► flist.List                                   (lists.go)
//	session ─► index, flags, basis type ─► report                   (serve.go, item.go)
//	session ─ codec ─► tokens ─ delta.Patcher ─► dest.Output        (file.go, tokens.go)
//	handed over, small and new ─► several at once ─► dest, ledger    (deliver.go)
//	                          └─► verified? ─► dest, ledger ─► generator   (finish.go)
//
// A [Lists] exists before the role does: it reads the first list, by which the destination is
// chosen. The receiver then is one goroutine beside the generator's. It never waits for the
// generator, except when it reads a batch, where there is no sender to keep going.
package receiver

import (
	"context"

	"godwit/internal/checksum"
	"godwit/internal/codec"
	"godwit/internal/delta"
	"godwit/internal/dest"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ledger"
	"godwit/internal/meta"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// Config is what a Receiver works with.
type Config struct {
	Plan    *plan.Plan
	Session *session.Session
	Lists   *Lists // has read the first list
	Ledger  *ledger.Ledger
	Dest    *dest.Tree // nil where nothing is received (--list-only)
	// Log speaks as the receiver. Relative names in its messages count from the destination.
	Log    *report.Log
	Totals *report.Totals
	Xattrs *meta.XattrReceiver // with --xattrs
}

// Receiver is the role. Use New.
type Receiver struct {
	Config
	protocol int
	r        *wire.Reader
	hand     *dest.Hand
	item     wire.Item
	path     []byte
	event    report.Item

	patcher *delta.Patcher
	output  delta.Output
	decoder codec.Decoder
	tokens  tokenReader
	sum     []byte
	shown   []byte // a sum as lines show it
	layout  delta.Layout
	job     delta.Job
	in      incoming
	fuzzy   []byte
	st      fsys.Stat
	pool    *deliveries // nil if every file is finished here

	phase int
	marks int // end markers read
	// released counts the entries of the lists that have ended, reached how far along all entries
	// the transfer has come, for progress.
	released, reached int64
	// redone holds the indexes whose data did not verify the first time.
	redone map[int32]struct{}
}

// New returns a Receiver. The session's handlers for NoSend and IOError must be installed:
// [ledger.Ledger.NotSent], and one that tells ledger and Log of the bits.
func New(c Config) *Receiver {
	return &Receiver{
		Config: c, protocol: c.Plan.Caps.Protocol, r: c.Session.In(),
		patcher: delta.NewPatcher(c.Plan.Sums.Params), sum: make([]byte, 0, checksum.MaxSize), redone: map[int32]struct{}{},
	}
}

// Run reads the stream up to the sender's goodbye.
func (r *Receiver) Run(ctx context.Context) error {
	r.Session.SetRole(session.RoleReceiver)
	if h := r.Session.Handoff(); h != nil {
		defer h.Leave()
	}
	name := r.Plan.Sums.Codec
	if name == "" {
		name = "none"
	}
	method, ok := codec.Lookup(name)
	if !ok {
		return exit.Errorf(exit.Unsupported, "unknown compress name: %s", name)
	}
	var err error
	if r.decoder, err = method.NewDecoder(r.r, codec.Config{Protocol: r.protocol}); err != nil {
		return err
	}
	r.tokens = tokenReader{decoder: r.decoder, log: r.Log}
	if r.Dest != nil {
		r.hand = r.Dest.Hand(report.RoleReceiver)
		defer r.hand.Close()
	}
	r.pool = r.newDeliveries()
	defer r.pool.close()
	if err := r.serve(ctx); err != nil {
		return err
	}
	return r.goodbye(ctx)
}
