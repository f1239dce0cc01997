package receiver

import (
	"context"
	"time"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// goodbye reads the sender's numbers, if it is a server, and its last word
// (docs/protocol/03-transfer.md §4).
func (r *Receiver) goodbye(ctx context.Context) error {
	if !r.Plan.Where.Server {
		if err := r.statistics(); err != nil {
			return err
		}
	}
	r.Ledger.EndStream()
	if r.protocol < 31 {
		r.Session.ExpectEnd()
		return nil
	}
	for {
		ndx, err := r.Lists.ndx.Read(r.r)
		if err != nil {
			return err
		}
		switch {
		case ndx == wire.NdxDone:
			r.Session.ExpectEnd()
			r.Ledger.EndGoodbye()
			return nil
		case ndx == wire.NdxDelStats:
			if err := r.deletions(); err != nil {
				return err
			}
		default:
			return exit.Errorf(exit.Protocol, "Invalid packet at end of run (%d) [%s]", ndx, r.r.Who)
		}
	}
}

// statistics reads what only the sender knows. Its directions are the other way round here.
func (r *Receiver) statistics() error {
	long := func(p *int64) func() error {
		return func() (err error) {
			*p, err = r.r.Long30(r.protocol, wire.SizeBytes)
			return err
		}
	}
	var build, transfer int64
	fields := []func() error{long(&r.Totals.Sent), long(&r.Totals.Received), long(&r.Totals.Size)}
	if r.protocol >= 29 {
		fields = append(fields, long(&build), long(&transfer))
	}
	for _, read := range fields {
		if err := read(); err != nil {
			return err
		}
	}
	r.Totals.ListBuild = time.Duration(build) * time.Millisecond
	r.Totals.ListTransfer = time.Duration(transfer) * time.Millisecond
	return nil
}
