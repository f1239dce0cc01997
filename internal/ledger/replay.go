package ledger

import "context"

// Mark is called by the generator of a run that replays a batch wherever it would write an end
// marker to a sender.
func (l *Ledger) Mark() {
	l.mu.Lock()
	l.marks++
	l.notify()
	l.mu.Unlock()
}

// AwaitMark is called by the receiver of a run that replays a batch before it acts on the n-th end
// marker, counted from 1: it waits until the generator has come to where a sender would have
// answered it.
func (l *Ledger) AwaitMark(ctx context.Context, n int) error {
	return l.await(ctx, func() bool { return l.marks >= n })
}

// AwaitDecided waits like Wants, for a list whose last entry has the index ndx, and until the
// generator has asked again for everything that did not verify.
func (l *Ledger) AwaitDecided(ctx context.Context, ndx int32) error {
	return l.await(ctx, func() bool {
		if l.decided < ndx {
			return false
		}
		for _, s := range l.open {
			if s == ToRedo {
				return false
			}
		}
		return true
	})
}

// notify wakes whoever waits in Wants or await, with mu held.
func (l *Ledger) notify() {
	close(l.decision)
	l.decision = make(chan struct{})
}

// await waits until a condition on what notify tells of holds.
func (l *Ledger) await(ctx context.Context, holds func() bool) error {
	for {
		l.mu.Lock()
		ok, changed := holds(), l.decision
		l.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
