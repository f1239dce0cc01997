package receiver

import (
	"context"
	"runtime"
	"sync"

	"godwit/internal/dest"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

const (
	// maxDeliveries bounds the files that are being delivered, each of them open.
	maxDeliveries = 32
	// deliveryMax is the length of a file that is worth handing on: a longer one keeps the disk busy by itself.
	deliveryMax = 256 << 10
)

// delivery is one small new file that a worker puts in place while the receiver reads on.
type delivery struct {
	in   incoming
	item wire.Item
	read int64 // octets of the stream that it took
	src  session.Handed
	done bool // guarded by deliveries.mu
	err  error
}

// deliveries is the pool of workers for small files that the sender in this process hands over. The
// workers touch neither wire nor ledger and say nothing: the receiver settles the deliveries in the
// order of their items, and does once more by itself what a worker could not.
type deliveries struct {
	work    chan *delivery
	workers sync.WaitGroup

	ring        [maxDeliveries]delivery
	first, held int // oldest, and how many, of the ring

	mu      sync.Mutex
	settled sync.Cond
	waiting bool // the receiver waits for the oldest
}

// newDeliveries starts the workers, if the options leave files that are simple enough.
func (r *Receiver) newDeliveries() *deliveries {
	p, w := r.Plan, &r.Plan.Write
	n := runtime.GOMAXPROCS(0)
	switch {
	case r.hand == nil, r.Session.Handoff() == nil, n < 2,
		p.Sums.Codec != "", p.Batch.Write, p.Batch.Read, p.Batch.OnlyWrite,
		w.DryRun, w.Inplace, w.Append, w.Sparse, w.Preallocate, w.Backup, w.DelayUpdates, w.Fsync, w.TempDir != "",
		p.Attrs.ACLs, p.Attrs.Xattrs > 0, p.Policy.Fake, r.Log.WantsProgress():
		return nil
	}
	d := &deliveries{work: make(chan *delivery, maxDeliveries)}
	d.settled.L = &d.mu
	for range n {
		hand := r.Dest.Hand(report.RoleReceiver)
		d.workers.Go(func() {
			defer hand.Close()
			for j := range d.work {
				d.deliver(hand, j)
			}
		})
	}
	return d
}

func (d *deliveries) deliver(hand *dest.Hand, j *delivery) {
	j.err = hand.Deliver(j.in.f, j.src.File, j.src.Size)
	d.mu.Lock()
	j.done = true
	if d.waiting {
		d.settled.Signal()
	}
	d.mu.Unlock()
}

// close waits for the workers. What has not been settled belongs to a run that has failed.
func (d *deliveries) close() {
	if d == nil {
		return
	}
	close(d.work)
	d.workers.Wait()
	for ; d.held > 0; d.held-- {
		d.ring[d.first].src.File.Close()
		d.first = (d.first + 1) % maxDeliveries
	}
}

// oldest returns the delivery to be settled next, once it is done; nil if it need not be waited for
// and is not.
func (d *deliveries) oldest(wait bool) *delivery {
	j := &d.ring[d.first]
	d.mu.Lock()
	defer d.mu.Unlock()
	for !j.done {
		if !wait {
			return nil
		}
		d.waiting = true
		d.settled.Wait()
		d.waiting = false
	}
	return j
}

// deliverable tells whether the file of the item at hand can be left to a worker.
func (r *Receiver) deliverable() bool {
	in := &r.in
	return r.pool != nil && r.item.Flags.Has(wire.ItemNew) && !r.item.Flags.Has(wire.ItemName) &&
		r.item.Basis == wire.BasisDest && in.head.Count == 0 && !in.redo && in.f.Size() <= deliveryMax
}

// deliver hands the item at hand to a worker.
func (r *Receiver) deliver(ctx context.Context, read int64) error {
	if err := r.settleDeliveries(ctx, maxDeliveries-1); err != nil {
		return err
	}
	src, err := r.handed(ctx, r.Session.Handoff())
	if err != nil {
		return err
	}
	d := r.pool
	j := &d.ring[(d.first+d.held)%maxDeliveries]
	*j = delivery{in: r.in, item: r.item, read: read, src: src}
	d.held++
	d.work <- j
	return nil
}

// settleDeliveries reports deliveries that have ended, in order, and waits until no more than pending
// are under way.
func (r *Receiver) settleDeliveries(ctx context.Context, pending int) error {
	d := r.pool
	if d == nil || d.held == 0 {
		return nil
	}
	in, item := r.in, r.item
	defer func() { r.in, r.item = in, item }()
	for d.held > 0 {
		j := d.oldest(d.held > pending)
		if j == nil {
			return nil
		}
		d.first = (d.first + 1) % maxDeliveries
		d.held--
		r.in, r.item = j.in, j.item
		err := r.settle(j)
		j.src.File.Close()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// settle reports one delivery, or delivers what a worker could not.
func (r *Receiver) settle(j *delivery) error {
	in := &r.in
	r.sum = r.sum[:0]
	if j.err != nil {
		if err := r.prepare(); err != nil {
			return err
		}
		if in.out != nil {
			r.tokens.begin(false, 0, 0, in.out, in.head)
			r.layout = r.hand.Layout(in.out, 0, in.f.Size(), false)
		}
		if err := r.copyHanded(j.src); err != nil {
			return r.broken(err)
		}
		if in.out != nil {
			r.delivered(j)
		}
		defer in.basis.close()
		return r.finish()
	}
	r.Log.Transferring(r.fill(in.f, nil))
	r.delivered(j)
	r.succeeded(in.ndx)
	return nil
}

// delivered says that a file has been transferred.
func (r *Receiver) delivered(j *delivery) {
	ev := r.fill(j.in.f, nil)
	ev.Read = j.read
	r.Log.Transferred(ev)
}
