package generator

import (
	"context"
	"errors"
	"slices"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ledger"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// waitFor acts on reports of the receiver until the condition holds.
func (g *Generator) waitFor(ctx context.Context, holds func() bool) error {
	for !holds() {
		if err := g.write(); err != nil {
			return err
		}
		e, err := g.Ledger.Wait(ctx, g.Session.Flush)
		if errors.Is(err, ledger.ErrOver) {
			return g.cutShort()
		}
		if err != nil {
			return err
		}
		if err := g.result(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// cutShort is the failure of a sender that has gone through all phases and said goodbye while
// something was still to come.
func (g *Generator) cutShort() error {
	return exit.Errorf(exit.Protocol, "end of transfer with %d files outstanding [%s]", g.Ledger.InFlight(), g.Session.Role())
}

// waitPhase waits until the receiver has reported that a phase has begun, serving redos.
func (g *Generator) waitPhase(ctx context.Context, phase int) error {
	if err := g.serveRedos(ctx); err != nil {
		return err
	}
	return g.waitFor(ctx, func() bool { return g.phase >= phase || g.ended })
}

// holdBack waits for the results of the redo requests before the end of the phase is announced:
// from then on a sender takes no items, and there may be hard links to make
// (docs/protocol/03-transfer.md §3.6). Below protocol 30 a sender may silently leave out a file,
// so it is not waited for; see lateEnd.
func (g *Generator) holdBack(ctx context.Context) error {
	if g.protocol < 30 || g.quiet || g.dry {
		return nil
	}
	return g.waitFor(ctx, func() bool { return g.Ledger.InFlight() == 0 && len(g.redos) == 0 || g.ended })
}

// drain acts on the reports there are, without waiting.
func (g *Generator) drain(ctx context.Context) error {
	for {
		e, ok := g.Ledger.Next()
		if !ok {
			return nil
		}
		if err := g.result(ctx, e); err != nil {
			return err
		}
	}
}

// result acts on one report of the receiver.
func (g *Generator) result(ctx context.Context, e ledger.Event) error {
	switch e.Kind {
	case ledger.PhaseEnd:
		// All first results are in: who has none has not been sent.
		g.phase = max(g.phase, int(e.NDX))
		return g.phaseEnded(ctx)
	case ledger.StreamEnd:
		g.phase, g.ended = max(g.phase, 2), true
		return nil
	case ledger.GoodbyeEnd:
		g.goodbye = true
		return nil
	case ledger.Delayed:
		g.forgetSize(e.NDX)
		return nil
	case ledger.Redo:
		g.redos = append(g.redos, e.NDX)
		if g.redoing || g.List.Incremental() {
			return g.serveRedos(ctx)
		}
		return nil
	}
	slot, err := g.List.Get(e.NDX, "generator", g.Session.Role())
	if err != nil {
		return err
	}
	g.forgetSize(e.NDX)
	if e.Kind == ledger.Success {
		if g.Plan.Update.RemoveSource != plan.RemoveNone && !g.dry {
			g.success(e.NDX)
		}
		err = g.linksDone(ctx, slot.File, e.NDX)
	} else {
		err = g.leaderFailed(ctx, e.NDX)
	}
	if err != nil {
		return err
	}
	if s := g.Ledger.State(e.NDX); s != ledger.Unasked {
		g.Ledger.Settle(e.NDX, slot.Segment.First())
	}
	return g.finishLists()
}

// phaseEnded takes requests of the ended phase without a result for not sent: below protocol 30
// a sender does not tell.
func (g *Generator) phaseEnded(ctx context.Context) error {
	if g.List.Incremental() {
		return nil
	}
	want := ledger.InFlight
	if g.phase >= 2 {
		want = ledger.Redoing
	}
	return g.failOpenIn(ctx, want)
}

// failOpen takes everything without a result for not sent.
func (g *Generator) failOpen(ctx context.Context) error { return g.failOpenIn(ctx, ledger.Unasked) }

func (g *Generator) failOpenIn(ctx context.Context, want ledger.State) error {
	var lost []int32
	g.Ledger.Open(func(ndx int32, s ledger.State) {
		if s == want || want == ledger.Unasked && (s == ledger.InFlight || s == ledger.Redoing) {
			lost = append(lost, ndx)
		}
	})
	slices.Sort(lost)
	for _, ndx := range lost {
		slot, ok := g.List.Find(ndx)
		if !ok {
			continue
		}
		g.forgetSize(ndx)
		if err := g.leaderFailed(ctx, ndx); err != nil {
			return err
		}
		g.Ledger.Lose(ndx, slot.Segment.First())
	}
	return nil
}

// serveRedos requests once more what did not verify.
func (g *Generator) serveRedos(ctx context.Context) error {
	for len(g.redos) > 0 {
		ndx := g.redos[0]
		g.redos = g.redos[1:]
		slot, err := g.List.Get(ndx, "generator", g.Session.Role())
		if err != nil {
			return err
		}
		first := slot.Segment.First()
		v := visit{f: slot.File, ndx: ndx, first: first, redo: true, last: true}
		g.forgetSize(ndx)
		if err := g.regular(ctx, &v); err != nil {
			return err
		}
		if g.Ledger.State(ndx) != ledger.ToRedo {
			continue
		}
		// Nothing to request any more.
		if err := g.leaderFailed(ctx, ndx); err != nil {
			return err
		}
		g.Ledger.Settle(ndx, first)
	}
	return g.finishLists()
}

// success tells the sender that a file is in place, so that it may remove the source.
func (g *Generator) success(ndx int32) {
	if g.quiet {
		return
	}
	var b [wire.PlaceSize]byte
	if st, ok := g.inPlace(ndx); ok {
		g.Session.Send(wire.MsgSuccess, wire.AppendPlace(b[:0], ndx, st.Dev, st.Ino))
		return
	}
	g.Session.Send(wire.MsgSuccess, wire.AppendInt32(b[:0], ndx))
}

// inPlace describes the destination of an entry for a sender in the same process, which must not
// remove a source that is the destination itself.
func (g *Generator) inPlace(ndx int32) (st fsys.Stat, ok bool) {
	if !g.Plan.Where.Local || g.Tree == nil {
		return st, false
	}
	slot, ok := g.List.Find(ndx)
	if !ok || !slot.File.Valid() {
		return st, false
	}
	if g.looker == nil {
		g.looker = g.Tree.Hand(report.RoleGenerator)
	}
	return st, g.looker.Stat(slot.File, &st) == nil
}

// processed tells the sender that an entry needs no data, or none any more, which is enough for
// --remove-source-files (and not for its older form, --remove-sent-files).
func (g *Generator) processed(ndx int32) {
	if g.Plan.Update.RemoveSource == plan.RemoveSourceFiles && !g.dry {
		g.success(ndx)
	}
}

// finishLists writes the end markers of lists that are complete: oldest first, passed, and
// nothing of them open (docs/protocol/03-transfer.md §3.3).
func (g *Generator) finishLists() error {
	if !g.List.Incremental() {
		return nil
	}
	for {
		s := g.List.After(g.finished)
		if s == nil || g.segment == nil || s.First() > g.segment.First() || s == g.segment && !g.passed {
			return nil
		}
		next := g.List.After(s)
		if next == nil && !g.List.EOF() || g.Ledger.Outstanding(s.First()) > 0 {
			return nil
		}
		if s == g.segment && g.asked && next != nil && g.known(next) {
			// The next list is begun first: what a sender shows must not depend on how fast files arrive.
			return nil
		}
		g.touchUpList(s)
		g.finished = s
		g.done()
	}
}
