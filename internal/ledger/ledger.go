package ledger

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// Kind is what an Event tells.
type Kind uint8

// The kinds of events. The first four end a request.
const (
	Success    Kind = iota // the file is in place
	Redo                   // the data did not verify, ask once more
	Failure                // the file could not be written, or failed a second time
	NotSent                // the sender will not send it
	PhaseEnd               // a phase of the conversation has ended: NDX is the number of the one that begins
	StreamEnd              // the sender has written its last phase end, and the statistics if any
	GoodbyeEnd             // the sender has answered the generator's last but one end marker
	Delayed                // the file is complete, and will be in place in phase 2
)

// Event is one report to the generator.
type Event struct {
	Kind Kind
	NDX  int32 // of the file; for PhaseEnd the number of the phase that begins
	// Dev and Ino are the identity of the destination file of a Success, 0 if not known. A sender
	// in the same file system uses them to see that it is not about to remove what was written.
	Dev, Ino uint64
}

// State is how the request for an index stands.
type State uint8

// The states of a request.
const (
	Unasked   State = iota // never requested, or done with
	InFlight               // requested for the first time
	ToRedo                 // its data did not verify; about to be requested again
	Redoing                // requested for the second time
	Discarded              // ended; the generator has not acted on it yet
	Waiting                // its data are complete; it will be in place in phase 2
)

// Ledger is shared by one generator and one receiver. Methods say which of the two calls them;
// those that say nothing are for both.
type Ledger struct {
	mu     sync.Mutex
	open   map[int32]State // requests that have not ended
	events []Event         // a queue: head is the next one to be taken
	head   int
	wake   chan struct{} // holds one token while there may be events
	queued atomic.Int32  // number of events, for a look without the lock
	over   atomic.Bool   // the receiver has ended: no event will come

	delayed []int32

	ioBits    atomic.Int32
	asked     atomic.Int64 // requests made
	ended     atomic.Int64 // requests that have ended
	deletions wire.DelStats
	lists     segments
	decided   int32         // batch: the generator has passed this index
	marks     int           // batch: end markers that the generator would have written
	decision  chan struct{} // closed when that changes
}

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{
		open: make(map[int32]State), wake: make(chan struct{}, 1), decided: -1, decision: make(chan struct{}),
	}
}

// Request is called by the generator before it writes a request for data. first is the number of
// the first entry of the segment that holds ndx; the segment stays incomplete until the request
// has ended.
func (l *Ledger) Request(ndx, first int32) {
	l.mu.Lock()
	if l.open[ndx] == ToRedo {
		l.open[ndx] = Redoing
		l.notify()
	} else {
		l.open[ndx] = InFlight
		l.lists.add(first, 1)
	}
	l.mu.Unlock()
	l.asked.Add(1)
}

// RequestLate is Request in the phase of the redos, of a file that was not requested before: the end of
// the first phase says nothing about it.
func (l *Ledger) RequestLate(ndx, first int32) {
	l.mu.Lock()
	if l.open[ndx] != ToRedo {
		l.open[ndx] = ToRedo
		l.lists.add(first, 1)
	}
	l.mu.Unlock()
	l.Request(ndx, first)
}

// Settle is called by the generator when it has acted on an event that ended a request (not on a
// Redo), or has dropped a redo: nothing more will happen to the file. first is as for Request.
func (l *Ledger) Settle(ndx, first int32) {
	l.mu.Lock()
	if l.open[ndx] == ToRedo {
		l.notify()
	}
	delete(l.open, ndx)
	l.lists.add(first, -1)
	l.mu.Unlock()
}

// Lose is Settle for a request of which no end was reported: a sender before protocol 30 says
// nothing of a file that it cannot send.
func (l *Ledger) Lose(ndx, first int32) {
	if s := l.State(ndx); s == InFlight || s == Redoing {
		l.ended.Add(1)
	}
	l.Settle(ndx, first)
}

// Hold keeps the segment that begins at first incomplete until Unhold: one of its entries waits for
// another, which may lie in a later list (hard links). Both are for the generator.
func (l *Ledger) Hold(first int32) {
	l.mu.Lock()
	l.lists.add(first, 1)
	l.mu.Unlock()
}

// Unhold ends a Hold.
func (l *Ledger) Unhold(first int32) {
	l.mu.Lock()
	l.lists.add(first, -1)
	l.mu.Unlock()
}

// Outstanding returns how many requests of the segment that begins at first have not been settled,
// redos that are yet to be made and entries held included. A list is complete once the generator has moved past it
// and this is 0 (docs/protocol/03-transfer.md §3.3). It is for the generator.
func (l *Ledger) Outstanding(first int32) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lists.count(first)
}

// State returns how the request for ndx stands. The receiver asks before it accepts data: those
// of an index that is neither InFlight nor Redoing were not asked for.
func (l *Ledger) State(ndx int32) State {
	l.mu.Lock()
	s, ok := l.open[ndx]
	l.mu.Unlock()
	if !ok {
		return Unasked
	}
	return s
}

// InFlight returns how many requests have been made that have not ended.
func (l *Ledger) InFlight() int64 { return l.asked.Load() - l.ended.Load() }

// Open calls f for each request that has not ended or been settled, in no order. The generator uses it at the
// end of a phase for what a sender before protocol 30 silently did not send. f must not call the
// ledger.
func (l *Ledger) Open(f func(ndx int32, s State)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ndx, s := range l.open {
		f(ndx, s)
	}
}

// Succeeded is the receiver's report that the file is in place.
func (l *Ledger) Succeeded(ndx int32, dev, ino uint64) {
	l.end(Event{Kind: Success, NDX: ndx, Dev: dev, Ino: ino})
}

// NeedsRedo is the receiver's report that the data did not verify and shall be sent again.
func (l *Ledger) NeedsRedo(ndx int32) { l.end(Event{Kind: Redo, NDX: ndx}) }

// Failed is the receiver's report that the file could not be written, or did not verify a second
// time.
func (l *Ledger) Failed(ndx int32) { l.end(Event{Kind: Failure, NDX: ndx}) }

// NotSent takes the sender's message that it will not send a requested file. It fits
// session.Handlers.NoSend. A message about a file that is not in flight is a protocol error, except
// in a run that only writes a batch: it does not keep book of its requests.
func (l *Ledger) NotSent(ndx int32) error {
	l.mu.Lock()
	s := l.open[ndx]
	l.mu.Unlock()
	if l.asked.Load() == 0 {
		return nil
	}
	if s != InFlight && s != Redoing {
		return exit.Errorf(exit.Protocol, "Invalid file index: %d in NO_SEND message [receiver]", ndx)
	}
	l.end(Event{Kind: NotSent, NDX: ndx})
	return nil
}

// EndPhase is the receiver's report that phase has begun, which ends the one before.
func (l *Ledger) EndPhase(phase int) { l.post(Event{Kind: PhaseEnd, NDX: int32(phase)}) }

// EndStream is the receiver's report that the last phase is over and, on a pull, the statistics
// have been read.
func (l *Ledger) EndStream() { l.post(Event{Kind: StreamEnd}) }

// EndGoodbye is the receiver's report of the sender's answer in the goodbye (protocol 31 and later).
func (l *Ledger) EndGoodbye() { l.post(Event{Kind: GoodbyeEnd}) }

// Finish is the note that the receiver has ended and reports nothing any more.
func (l *Ledger) Finish() {
	l.over.Store(true)
	l.signal()
}

// Over tells whether the receiver has ended; events of before may still wait to be taken.
func (l *Ledger) Over() bool { return l.over.Load() }

// ErrOver is what Wait returns when no event will come.
var ErrOver = errors.New("the receiver has ended")

// end queues the end of a request. What was never requested (a dry run, a batch) is reported like
// the rest; the generator looks at the state.
func (l *Ledger) end(e Event) {
	l.mu.Lock()
	switch s, ok := l.open[e.NDX]; {
	case !ok:
	case e.Kind == Redo:
		l.open[e.NDX] = ToRedo
		l.ended.Add(1)
	case s == InFlight || s == Redoing:
		l.open[e.NDX] = Discarded
		l.ended.Add(1)
	case s == Waiting || s == ToRedo:
		l.open[e.NDX] = Discarded
	}
	l.push(e)
	l.mu.Unlock()
	l.signal()
}

func (l *Ledger) post(e Event) {
	l.mu.Lock()
	l.push(e)
	l.mu.Unlock()
	l.signal()
}

// push appends to the queue, moving it to the front of its storage when that has become half empty.
func (l *Ledger) push(e Event) {
	if l.head > 64 && l.head*2 > len(l.events) {
		n := copy(l.events, l.events[l.head:])
		l.events, l.head = l.events[:n], 0
	}
	l.events = append(l.events, e)
	l.queued.Add(1)
}

func (l *Ledger) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Next takes the oldest event, if there is one. It is for the generator.
func (l *Ledger) Next() (Event, bool) {
	if l.queued.Load() == 0 {
		return Event{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.head == len(l.events) {
		return Event{}, false
	}
	e := l.events[l.head]
	l.head++
	if l.head == len(l.events) {
		l.events, l.head = l.events[:0], 0
	}
	l.queued.Add(-1)
	return e, true
}

// Wake returns a channel that delivers whenever there may be a new event. Only the generator
// receives from it.
func (l *Ledger) Wake() <-chan struct{} { return l.wake }

// Wait is Next, waiting for an event to come. before is called first if there is none yet; it
// makes the session send what it holds. The error is the cause of the context's end, or ErrOver.
func (l *Ledger) Wait(ctx context.Context, before func()) (Event, error) {
	for waited := false; ; waited = true {
		if e, ok := l.Next(); ok {
			return e, nil
		}
		if l.Over() {
			if e, ok := l.Next(); ok { // it came in between
				return e, nil
			}
			return Event{}, ErrOver
		}
		if !waited && before != nil {
			before()
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return Event{}, context.Cause(ctx)
		}
	}
}

// Delay is the receiver's note that ndx lies in the partial directory until phase 2
// (--delay-updates).
func (l *Ledger) Delay(ndx int32) {
	l.mu.Lock()
	l.delayed = append(l.delayed, ndx)
	if s := l.open[ndx]; s == InFlight || s == Redoing {
		l.open[ndx] = Waiting
		l.ended.Add(1)
	}
	l.push(Event{Kind: Delayed, NDX: ndx})
	l.mu.Unlock()
	l.signal()
}

// TakeDelayed returns the delayed files, in order of their indexes, and forgets them.
func (l *Ledger) TakeDelayed() []int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.delayed
	l.delayed = nil
	return sortedUnique(d)
}

// AddIOErrors adds the sender's error bits (1 general, 2 vanished, 4 deletion limit). Others are
// masked off.
func (l *Ledger) AddIOErrors(bits int32) { l.ioBits.Or(bits & 7) }

// IOErrors returns the error bits known so far. With bit 1 set nothing is deleted unless
// --ignore-errors says so.
func (l *Ledger) IOErrors() int32 { return l.ioBits.Load() }

// SetDeletions is the receiver's note of the deletion statistics that the sender has passed on
// (docs/protocol/03-transfer.md §3.5).
func (l *Ledger) SetDeletions(s wire.DelStats) {
	l.mu.Lock()
	l.deletions = s
	l.mu.Unlock()
}

// Deletions returns what SetDeletions was told, zero if it was not called.
func (l *Ledger) Deletions() wire.DelStats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.deletions
}

// Decide is called by the generator of a run that replays a batch when it has decided about all
// entries up to ndx.
func (l *Ledger) Decide(ndx int32) {
	l.mu.Lock()
	l.decided = max(l.decided, ndx)
	l.notify()
	l.mu.Unlock()
}

// Wants is called by the receiver of a run that replays a batch, where the items come whether or
// not they are asked for (docs/protocol/03-transfer.md §15.3). It waits until the generator has
// decided about ndx and tells whether the file is wanted. It is the one call of the receiver that
// waits; the generator never waits for something that lies behind such an item.
func (l *Ledger) Wants(ctx context.Context, ndx int32) (bool, error) {
	for {
		l.mu.Lock()
		s, open := l.open[ndx]
		decided, changed := l.decided, l.decision
		l.mu.Unlock()
		if open && s != Discarded {
			return true, nil
		}
		if decided >= ndx {
			return false, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}
