package receiver

import (
	"context"
	"slices"

	"godwit/internal/ledger"
	"godwit/internal/report"
)

// What is different when a batch is read (docs/protocol/03-transfer.md §15.3): there is no sender
// that waits for the generator, so the end markers of the recorded stream arrive long before the
// generator has come as far. The receiver waits for it there, as the sender did.

// endOfList is called at the end marker of a list, before the list is released.
func (r *Receiver) endOfList(ctx context.Context) error {
	r.marks++
	if !r.Plan.Batch.Read {
		return nil
	}
	s := r.Lists.List.Oldest()
	last := s.First() + int32(s.Len()) - 1
	if s.Len() > 0 {
		if err := r.Ledger.AwaitDecided(ctx, last); err != nil {
			return err
		}
	}
	r.missing(s.First(), last, ledger.InFlight, report.NoBatchedUpdate)
	r.missing(s.First(), last, ledger.Redoing, report.NoBatchedResend)
	return r.Ledger.AwaitMark(ctx, r.marks)
}

// endOfPhase is called at an end marker that ends a phase and no list.
func (r *Receiver) endOfPhase(ctx context.Context) error {
	r.marks++
	if !r.Plan.Batch.Read {
		return nil
	}
	if err := r.Ledger.AwaitMark(ctx, r.marks); err != nil {
		return err
	}
	end := r.Lists.List.NextFirst()
	switch r.phase {
	case 0:
		r.missing(0, end, ledger.InFlight, report.NoBatchedUpdate)
	case 1:
		r.missing(0, end, ledger.Redoing, report.NoBatchedResend)
	}
	return nil
}

// missing reports the files from first to last that the generator wants and the batch does not
// have.
func (r *Receiver) missing(first, last int32, state ledger.State, text report.Msg) {
	var lost []int32
	r.Ledger.Open(func(ndx int32, s ledger.State) {
		if s == state && ndx >= first && ndx <= last {
			lost = append(lost, ndx)
		}
	})
	slices.Sort(lost)
	for _, ndx := range lost {
		if slot, ok := r.Lists.List.Find(ndx); ok {
			r.Log.Say(text, report.Name(r.name(slot.File)))
		}
		r.Ledger.Failed(ndx)
	}
}
