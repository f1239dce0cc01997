package receiver

import (
	"godwit/internal/dest"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// finish puts a file whose data are complete where it belongs and tells the generator
// (docs/protocol/03-transfer.md §12.5).
func (r *Receiver) finish() error {
	in := &r.in
	if in.lost {
		r.unverified(dest.Discarded)
		return nil
	}
	if in.out == nil {
		// A dry run or a batch that is only written has nothing in flight.
		if !r.Plan.Batch.OnlyWrite && !r.Plan.Batch.Read {
			r.Ledger.Failed(in.ndx)
		}
		return nil
	}
	out := in.out
	in.out = nil
	partial := in.basis.kind == wire.BasisPartial && in.basis.file != nil
	in.basis.close()
	outcome, err := r.hand.Finish(out, dest.Received{Good: in.good, Partial: partial, Redo: in.redo})
	if err != nil {
		return err
	}
	switch {
	case in.good && outcome == dest.Delayed:
		r.Ledger.Delay(in.ndx)
	case in.good && outcome == dest.Installed:
		r.succeeded(in.ndx)
	case in.good:
		r.Ledger.Failed(in.ndx)
	default:
		r.unverified(outcome)
	}
	return nil
}

// succeeded tells the generator that a file is in place; where the sender is in this process and
// will remove its source, also which inode that is.
func (r *Receiver) succeeded(ndx int32) {
	var dev, ino uint64
	if r.Plan.Where.Local && r.Plan.Update.RemoveSource != plan.RemoveNone {
		if slot, ok := r.Lists.List.Find(ndx); ok && r.hand.Stat(slot.File, &r.st) == nil {
			dev, ino = r.st.Dev, r.st.Ino
		}
	}
	r.Ledger.Succeeded(ndx, dev, ino)
}

// unverified says that data are not what the sender has, and asks for them again if this was the
// first time.
func (r *Receiver) unverified(outcome dest.Outcome) {
	in := &r.in
	name, what := report.Name(r.name(in.f)), report.Str(outcome.String())
	if in.redo {
		r.Log.Say(report.VerificationFailed, name, what)
		r.Ledger.Failed(in.ndx)
		return
	}
	r.redone[in.ndx] = struct{}{}
	text := report.VerificationRetry
	if r.Plan.Batch.Read {
		text = report.VerificationRetryBatch
	}
	r.Log.Say(text, name, what)
	r.Ledger.NeedsRedo(in.ndx)
}

// placeDelayed moves the files that --delay-updates has kept back to their destinations.
func (r *Receiver) placeDelayed() error {
	if !r.Plan.Write.DelayUpdates {
		return nil
	}
	for _, ndx := range r.Ledger.TakeDelayed() {
		slot, ok := r.Lists.List.Find(ndx)
		if !ok {
			continue
		}
		placed, err := r.hand.InstallDelayed(slot.File)
		if err != nil {
			return err
		}
		if placed {
			r.succeeded(ndx)
		} else {
			r.Ledger.Failed(ndx)
		}
	}
	return nil
}
