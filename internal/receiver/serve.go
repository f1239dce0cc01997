package receiver

import (
	"context"

	"godwit/internal/exit"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// serve acts on what the sender says until the last phase has ended
// (docs/protocol/03-transfer.md §3.4).
func (r *Receiver) serve(ctx context.Context) error {
	lastPhase := 2
	if r.protocol < 29 {
		lastPhase = 1
	}
	for {
		pending := maxDeliveries
		if !r.Session.Ready() {
			pending = 0 // nothing else to do, and the generator may wait for what is done
		}
		if err := r.settleDeliveries(ctx, pending); err != nil {
			return err
		}
		ndx, err := r.Lists.ndx.Read(r.r)
		if err != nil {
			return err
		}
		if ndx == wire.NdxDone {
			if err := r.settleDeliveries(ctx, 0); err != nil {
				return err
			}
		}
		if ndx != wire.NdxDone {
			if err := r.other(ctx, ndx); err != nil {
				return err
			}
			continue
		}
		if r.Lists.List.Incremental() && r.Lists.List.Alive() > 0 {
			if err := r.endOfList(ctx); err != nil {
				return err
			}
			if oldest := r.Lists.List.Oldest(); oldest != nil {
				r.released += int64(oldest.Len())
				r.reached = max(r.reached, r.released-1)
			}
			if more := r.Lists.release(); more {
				r.Log.ProgressPhase(r.position(r.reached))
				continue
			}
		} else if err := r.endOfPhase(ctx); err != nil {
			return err
		}
		r.Log.ProgressPhase(r.position(r.Totals.Files.Total - 1))
		r.phase++
		if r.phase == 2 {
			if err := r.placeDelayed(); err != nil {
				return err
			}
		}
		if r.phase > lastPhase {
			return nil
		}
		r.Ledger.EndPhase(r.phase)
	}
}

// other acts on everything but an end marker: an item, a list, the echo of the deletion counts.
func (r *Receiver) other(ctx context.Context, ndx int32) error {
	switch {
	case ndx == wire.NdxDelStats && r.protocol >= 31:
		return r.deletions()
	case ndx < 0:
		return r.Lists.announced(ctx, ndx, false)
	}
	return r.anItem(ctx, ndx)
}

// deletions reads the deletion counts, which a server repeats for its client: the generator here
// has counted them itself.
func (r *Receiver) deletions() error {
	d, err := r.r.DelStats()
	if err == nil {
		r.Ledger.SetDeletions(d)
	}
	return err
}

// anItem reads what follows an index and acts on it (docs/protocol/03-transfer.md §5, §12.1).
func (r *Receiver) anItem(ctx context.Context, ndx int32) error {
	if err := r.r.Item(r.protocol, &r.item); err != nil {
		return err
	}
	list := r.Lists.List
	if r.hand == nil {
		return r.Lists.badIndex(ndx) // nobody has asked for anything
	}
	if r.protocol == 29 && int64(ndx) == list.Count() && r.item.Flags == wire.ItemKeepAlive {
		return nil
	}
	slot, ok := list.Find(ndx)
	switch {
	case !ok:
		_, err := list.Get(ndx, "recv_files", r.r.Who)
		return err
	case !slot.File.Valid():
		return &exit.Error{Code: exit.Protocol} // the directory of a list that has none
	case !slot.File.Active():
		return exit.Errorf(exit.Protocol, "rsync: refusing transfer of cleared file index %d", ndx)
	}
	f := slot.File
	if r.hand.Excluded(f) {
		return r.Log.Fatal(report.RejectingExcludedTransfer, nil, report.Name(r.name(f)))
	}
	xattrs := r.carriesXattrs()
	if xattrs {
		if f.Xattr() < 0 {
			return exit.Errorf(exit.Protocol, "recv_xattr_request: internal data error!")
		}
		if err := r.Xattrs.ReadAnswer(r.r, uint32(f.Xattr()), f.Path()); err != nil {
			return err
		}
	}
	if !r.item.Flags.Has(wire.ItemTransfer) {
		if err := r.settleDeliveries(ctx, 0); err != nil {
			return err
		}
		return r.noTransfer(f, xattrs)
	}
	if slot.Gap || !f.IsRegular() {
		return exit.Errorf(exit.Protocol, "received request to transfer non-regular file: %d [%s]", ndx, r.r.Who)
	}
	if r.phase == 2 {
		return exit.Errorf(exit.Protocol, "got transfer request in phase 2 [%s]", r.r.Who)
	}
	return r.transfer(ctx, ndx, f, r.Lists.index(slot.Segment, ndx))
}

// carriesXattrs tells whether attribute values follow the item (docs/protocol/03-transfer.md §5.4).
func (r *Receiver) carriesXattrs() bool {
	if r.Plan.Attrs.Xattrs == 0 || r.Plan.Write.DryRun || !r.item.Flags.Has(wire.ItemXattr) || r.protocol < 30 {
		return false
	}
	return !(r.Plan.Caps.XattrOptim && r.item.Flags.Has(wire.ItemName|wire.ItemLocal))
}
