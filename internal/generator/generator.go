// Package generator is the role that decides: it looks at each entry of the file list beside what
// the destination has, makes directories, links and nodes, sets attributes, deletes what the sender
// does not have, and asks the sender for the data of files that differ.
//
// It implements docs/protocol/03-transfer.md §3.2, §3.3, §5.2, §5.3, §6, §10, §11 and the
// generator's part of §13 and §14.8.
//
//	flist.List ─► main pass (pass.go) ─► one entry (decide.go) ─┬─► directory.go, link.go, node.go, alternate.go
//	                                                           ├─► hardlink.go (groups)
//	                                                           └─► request.go ─► index, item, sums ─► session
//	ledger.Ledger ─► results of the receiver (results.go) ─► redo, hard links, SUCCESS, end of a list
//	Run (generator.go): passes, phases, late deletions, goodbye, in the order of §3.2
//
// The generator is one goroutine, the only one that writes to the session's data stream. It waits
// for the receiver's reports in the ledger and for lists that arrive, never for the peer directly,
// and flushes the session before each wait.
//
// The session needs one handler for this role: NoSend, which is Ledger.NotSent, and IOError, which is
// Ledger.AddIOErrors.
package generator

import (
	"context"

	"godwit/internal/delta"
	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/ledger"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// Config is what a Generator works with.
type Config struct {
	Plan    *plan.Plan
	Session *session.Session
	List    *flist.List // with the first segment published
	Order   flist.Order // how its segments are sorted
	Ledger  *ledger.Ledger
	// Tree is the destination; nil with --list-only.
	Tree *dest.Tree
	// Log speaks where there is no Tree, which has one of its own.
	Log *report.Log
	// Listing is how lines look with --list-only.
	Listing report.ListStyle
	// Xattrs holds the received extended attributes, with --xattrs.
	Xattrs *meta.XattrReceiver
}

// Generator is the role. Use New.
type Generator struct {
	Config
	protocol int
	log      *report.Log
	h        *dest.Hand // nil with --list-only
	ahead    *ahead     // nil if nothing is looked at ahead of its turn
	looker   *dest.Hand // looks at what is in place, for a sender in this process
	ndxOut   wire.NdxEncoder
	out      []byte
	item     wire.Item
	event    report.Item
	path     []byte
	st       fsys.Stat // of the entry at hand
	basisSt  fsys.Stat

	rules  delta.Rules
	summer *delta.Summer

	// What does not change in a run.
	nameLevel, itemize int
	uptodate           bool // "is uptodate" lines are wanted
	dry                bool
	sumless            bool // requests have no sums: a dry run that does not write a batch
	quiet              bool // items are not sent: a batch is being read
	deletions          bool // deletion statistics are owed
	late               bool // deletions come at the end

	// Where the main pass is.
	current  visit // of the main pass
	asking   request
	segment  *flist.Segment  // the last one begun
	passed   bool            // ... and gone through
	asked    bool            // ... and files of it have been asked for
	scanned  *flist.Segment  // the last one whose hard-link groups are known
	lastOf   map[int32]int32 // hard-link group to its last member
	held     int             // entries since something was written
	skip     []byte          // directory whose contents are not to be touched, with a slash at its end
	missing  []byte          // directory that a dry run would have made, likewise
	parent   parentMemory
	early    map[int32]earlyVisit // by number of the directory's entry
	redoing  bool
	redos    []int32
	links    ledger.Links
	phase    int // as the receiver has reported
	ended    bool
	goodbye  bool
	lateEnd  bool            // items can no longer be sent
	sizes    map[int32]int64 // sizes of requests under way, with --remove-source-files
	volume   int64
	touched  map[string]struct{} // directories in which something has changed
	finished *flist.Segment      // the last list whose end marker was written
	match    dest.Match
	skipAll  bool // the root itself is passed over
	// touchedAll is set when late deletions have changed directories nobody noted.
	touchedAll bool
}

// New returns a Generator.
func New(c Config) *Generator {
	p := c.Plan
	g := &Generator{
		Config: c, protocol: p.Caps.Protocol, log: c.Log.As(report.RoleGenerator), ndxOut: wire.NewNdxEncoder(p.Caps.Protocol),
		rules:  delta.Rules{Protocol: p.Caps.Protocol, Kind: p.Sums.Params.Kind, BlockSize: int32(p.Update.BlockSize)},
		summer: delta.NewSummer(p.Sums.Params),
		dry:    p.Write.DryRun, sumless: p.Write.DryRun && !p.Batch.OnlyWrite, quiet: p.Batch.Read,
		deletions: p.Delete.On() || p.Delete.Force || p.Batch.Read,
		late:      p.Delete.When == plan.DeleteDelay || p.Delete.When == plan.DeleteAfter,
		touched:   map[string]struct{}{}, early: map[int32]earlyVisit{},
	}
	if c.Tree != nil {
		g.log = c.Tree.Log(report.RoleGenerator)
	}
	g.itemize = g.log.ItemizeLevel()
	for l := options.Level(1); l <= 2 && g.log.Wants(options.InfoName, l); l++ {
		g.nameLevel = int(l)
	}
	g.uptodate = g.nameLevel >= 2 && g.itemize == 0
	if p.Update.RemoveSource != plan.RemoveNone {
		g.sizes = map[int32]int64{}
	}
	return g
}

// Run goes through all phases, from the first deletion to the goodbye
// (docs/protocol/03-transfer.md §3.2, §3.3).
func (g *Generator) Run(ctx context.Context) error {
	if g.Tree != nil {
		g.h = g.Tree.Hand(report.RoleGenerator)
		defer g.h.Close()
		if g.ahead = g.newAhead(); g.ahead != nil {
			defer g.ahead.close()
		}
	}
	if err := g.deleteBefore(ctx); err != nil {
		return err
	}
	g.announce()
	if err := g.mainPass(ctx); err != nil {
		return err
	}
	delayed := g.Plan.Write.DelayUpdates

	// Redo phase.
	if err := g.waitPhase(ctx, 1); err != nil {
		return err
	}
	if err := g.holdBack(ctx); err != nil {
		return err
	}
	g.done() // (2)
	if g.protocol >= 29 && !delayed {
		g.done() // (3)
	}
	if g.protocol >= 31 && !g.late {
		g.deletionStats()
		if !delayed {
			g.done() // (4)
		}
	}
	if err := g.write(); err != nil {
		return err
	}
	g.lateEnd = !delayed && g.protocol >= 29 || g.protocol < 29
	if err := g.waitPhase(ctx, 2); err != nil {
		return err
	}
	if err := g.failOpen(ctx); err != nil {
		return err
	}

	// Delayed updates.
	if delayed {
		if g.protocol >= 29 {
			g.done() // (3)
		}
		if g.protocol >= 31 && !g.late {
			g.done() // (4)
		}
		g.lateEnd = true
	}
	if err := g.flush(); err != nil {
		return err
	}
	if err := g.waitFor(ctx, func() bool { return g.ended }); err != nil {
		return err
	}

	if err := g.deleteLate(ctx); err != nil {
		return err
	}
	if g.protocol >= 31 {
		if g.late {
			g.deletionStats()
			g.done() // (4)
			if err := g.flush(); err != nil {
				return err
			}
		}
		if err := g.waitFor(ctx, func() bool { return g.goodbye }); err != nil {
			return err
		}
	}
	if err := g.touchUpAll(ctx); err != nil {
		return err
	}
	g.done() // goodbye
	return g.flush()
}

// announce says at -vv how files travel.
func (g *Generator) announce() {
	if g.Plan.Update.WholeFile {
		g.log.Say(report.DeltaDisabled)
		return
	}
	g.log.Say(report.DeltaEnabled)
}

// done writes an end marker.
func (g *Generator) done() {
	g.out = g.ndxOut.Append(g.out, wire.NdxDone)
	if g.quiet {
		g.Ledger.Mark() // nobody answers it: the receiver goes on by this
	}
}

// deletionStats writes the counts of deleted entries, if they are owed.
func (g *Generator) deletionStats() {
	if !g.deletions {
		return
	}
	var s wire.DelStats
	if g.Tree != nil {
		s = g.Tree.Deleted()
	}
	g.out = s.Append(g.ndxOut.Append(g.out, wire.NdxDelStats))
}

// write puts what has been gathered into the stream.
func (g *Generator) write() error {
	if len(g.out) == 0 {
		return nil
	}
	_, err := g.Session.Write(g.out)
	g.out = g.out[:0]
	return err
}

// flush is write, and makes the session send it.
func (g *Generator) flush() error {
	err := g.write()
	g.Session.Flush()
	return err
}
