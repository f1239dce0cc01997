package session

import (
	"context"
	"sync"

	"godwit/internal/fsys"
)

// MaxHandoff bounds how many open files are on their way from one end to the other.
const MaxHandoff = 32

// Handoff is the extra of a copy inside one process: where a file goes whole, the sender hands
// its open file to the receiver, who lets the kernel move the data. The item, the sum head and
// everything else travel the usual way; only tokens and the whole-file sum do not, and the byte
// counters advance by what they would have been.
//
// Files are offered and taken in the same order, that of the items in the stream.
type Handoff struct {
	mu     sync.Mutex
	slots  chan struct{}
	queue  []Handed
	signal chan struct{}
	left   chan struct{} // closed when the receiver takes no more
	leave  sync.Once
}

// Handed is one source file on its way.
type Handed struct {
	NDX  int32
	File *fsys.File
	Size int64 // at the time of opening
}

// NewHandoff returns the join of two sessions; give it to both with SetHandoff.
func NewHandoff() *Handoff {
	return &Handoff{slots: make(chan struct{}, MaxHandoff), signal: make(chan struct{}, MaxHandoff), left: make(chan struct{})}
}

// Offer gives h to the receiver, waiting while MaxHandoff files are on their way. Before it waits
// it flushes the session, so that the receiver learns of those before.
func (h *Handoff) Offer(ctx context.Context, s *Session, f Handed) error {
	select {
	case h.slots <- struct{}{}:
	default:
		s.Flush()
		select {
		case h.slots <- struct{}{}:
		case <-h.left:
			f.File.Close()
			return nil // the end of the connection says why
		case <-ctx.Done():
			f.File.Close()
			return context.Cause(ctx)
		}
	}
	h.mu.Lock()
	h.queue = append(h.queue, f)
	h.mu.Unlock()
	h.signal <- struct{}{}
	return nil
}

// Take returns the file offered for the item the receiver is at. The caller closes it.
func (h *Handoff) Take(ctx context.Context) (Handed, error) {
	select {
	case <-h.signal:
	case <-ctx.Done():
		return Handed{}, context.Cause(ctx)
	}
	h.mu.Lock()
	f := h.queue[0]
	h.queue = h.queue[1:]
	h.mu.Unlock()
	<-h.slots
	return f, nil
}

// Leave is called by the receiver when it takes no more files, for whatever reason: Offer does not wait
// from then on.
func (h *Handoff) Leave() { h.leave.Do(func() { close(h.left) }) }

// Close closes the files nobody took.
func (h *Handoff) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.queue {
		f.File.Close()
	}
	h.queue = nil
}
