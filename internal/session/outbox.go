package session

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"godwit/internal/wire"
)

// framePayload is the largest data frame we make, as the reference's writers do since 3.1
// (docs/protocol/02-wire-and-file-list.md §4.3).
const framePayload = 65532

// outbox is the writing half of a session: one goroutine, the only one that writes to the
// connection, sends what the roles have put into the buffer for data and the buffer for
// messages. Messages overtake buffered data that have not been flushed.
type outbox struct {
	s    *Session
	conn io.Writer

	mu      sync.Mutex
	wake    sync.Cond // for the writer: there is something to do
	space   sync.Cond // for roles: the buffer was taken, or the session ended
	data    []byte    // gathered data; the first HeaderLen bytes are kept free for a header
	msgs    []byte    // framed messages, and the frames of data that were flushed
	spareD  []byte
	spareM  []byte
	framed  bool
	muted   bool // the raw phase of protocol <= 30 files-from: messages are held back
	kick    bool // send even if the buffer is not full
	writing bool
	closed  bool
	err     error
	done    chan struct{}

	limit    *throttle
	total    atomic.Int64 // bytes written to the connection
	lastSent atomic.Int64 // unix nanoseconds
	tap      func([]byte)
}

func newOutbox(s *Session, conn io.Writer) *outbox {
	o := &outbox{s: s, conn: conn, done: make(chan struct{})}
	o.wake.L = &o.mu
	o.space.L = &o.mu
	o.data = make([]byte, wire.HeaderLen, wire.HeaderLen+framePayload)
	o.spareD = make([]byte, wire.HeaderLen, wire.HeaderLen+framePayload)
	go o.run()
	return o
}

// run is the writer.
func (o *outbox) run() {
	defer close(o.done)
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		for !o.due() {
			if o.closed || o.err != nil {
				return
			}
			o.wake.Wait()
		}
		if o.err != nil {
			return
		}
		var data, msgs []byte
		if len(o.msgs) > 0 && !o.muted {
			msgs, o.msgs, o.spareM = o.msgs, o.spareM[:0], nil
		}
		if len(o.data) > wire.HeaderLen {
			data, o.data, o.spareD = o.data, o.spareD[:wire.HeaderLen], nil
		}
		framed := o.framed
		o.kick = false
		o.writing = true
		o.space.Broadcast()
		o.mu.Unlock()

		err := o.send(msgs, data, framed)

		o.mu.Lock()
		o.writing = false
		if data != nil {
			o.spareD = data[:wire.HeaderLen]
		}
		if msgs != nil && cap(msgs) <= 1<<20 {
			o.spareM = msgs[:0]
		}
		if err != nil && o.err == nil {
			o.err = o.s.writeError(err)
			o.mu.Unlock()
			o.s.writeFailed(o.err)
			o.mu.Lock()
		}
		o.space.Broadcast()
	}
}

// due tells whether the writer has work, with mu held.
func (o *outbox) due() bool {
	if o.spareD == nil {
		return false
	}
	msgs := len(o.msgs) > 0 && !o.muted
	full := len(o.data) == cap(o.data)
	return full || (o.kick || o.closed) && (msgs || len(o.data) > wire.HeaderLen) || len(o.msgs) > 32<<10 && !o.muted
}

func (o *outbox) send(msgs, data []byte, framed bool) error {
	if len(msgs) > 0 {
		if err := o.write(msgs); err != nil {
			return err
		}
	}
	if len(data) == 0 {
		return nil
	}
	if framed {
		wire.PutHeader(data, wire.MsgData, len(data)-wire.HeaderLen)
		return o.write(data)
	}
	return o.write(data[wire.HeaderLen:])
}

func (o *outbox) write(p []byte) error {
	for len(p) > 0 {
		q := p
		if o.limit != nil {
			q = p[:min(len(p), o.limit.piece())]
		}
		n, err := o.conn.Write(q)
		o.total.Add(int64(n))
		if n > 0 {
			o.lastSent.Store(time.Now().UnixNano())
			o.s.active()
		}
		if err != nil {
			return err
		}
		if o.limit != nil {
			if err := o.limit.wrote(o.s.ctx, n); err != nil {
				return err
			}
		}
		p = p[n:]
	}
	return nil
}

// put appends data for the stream, waiting for room.
func (o *outbox) put(p []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tap != nil {
		o.tap(p)
	}
	for len(p) > 0 {
		if err := o.err; err != nil {
			o.mu.Unlock()
			err = o.s.lastWords(err)
			o.mu.Lock()
			return err
		}
		room := cap(o.data) - len(o.data)
		if room == 0 {
			o.wake.Signal()
			o.space.Wait()
			continue
		}
		n := min(room, len(p))
		o.data = append(o.data, p[:n]...)
		p = p[n:]
		if n == room {
			o.wake.Signal()
		}
	}
	return nil
}

// post queues a message. It never waits.
func (o *outbox) post(code wire.Msg, payload []byte) {
	o.mu.Lock()
	if o.framed || o.muted {
		o.msgs = wire.AppendHeader(o.msgs, code, len(payload))
		o.msgs = append(o.msgs, payload...)
	}
	o.mu.Unlock()
}

// waitRoom waits until not much is queued as messages.
func (o *outbox) waitRoom() {
	o.mu.Lock()
	for len(o.msgs) > 256<<10 && o.err == nil && !o.muted {
		o.kick = true
		o.wake.Signal()
		o.space.Wait()
	}
	o.mu.Unlock()
}

// flush makes the writer send what it holds. It does not wait; messages posted from now on do not
// overtake the data put before.
func (o *outbox) flush() {
	o.mu.Lock()
	if n := len(o.data) - wire.HeaderLen; n > 0 && o.framed && !o.muted {
		o.msgs = append(wire.AppendHeader(o.msgs, wire.MsgData, n), o.data[wire.HeaderLen:]...)
		o.data = o.data[:wire.HeaderLen]
		o.space.Broadcast()
	}
	if len(o.data) > wire.HeaderLen || len(o.msgs) > 0 {
		o.kick = true
		o.wake.Signal()
	}
	o.mu.Unlock()
}

// drain waits until everything put before has been written.
func (o *outbox) drain() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && (o.writing || len(o.data) > wire.HeaderLen || len(o.msgs) > 0 && !o.muted) {
		o.kick = true
		o.wake.Signal()
		o.space.Wait()
	}
	if o.err != nil {
		return o.s.cause(o.err)
	}
	return nil
}

// setFramed switches the framing for everything put from now on. What was put before leaves in
// the old mode.
func (o *outbox) setFramed(on bool) error {
	if err := o.drain(); err != nil {
		return err
	}
	o.mu.Lock()
	o.framed = on
	o.mu.Unlock()
	return nil
}

// keepAlive sends an empty data frame if nothing is pending, else what is pending.
func (o *outbox) keepAlive() {
	o.mu.Lock()
	switch {
	case len(o.data) > wire.HeaderLen || len(o.msgs) > 0:
		o.kick = true
		o.wake.Signal()
	case o.framed && !o.writing && o.err == nil && !o.closed:
		o.msgs = wire.AppendHeader(o.msgs, wire.MsgData, 0)
		o.kick = true
		o.wake.Signal()
	}
	o.mu.Unlock()
}

// close ends the writer once it has sent what it holds.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.wake.Signal()
	o.space.Broadcast()
	o.mu.Unlock()
}

// fail ends the writer at once.
func (o *outbox) fail(err error) {
	o.mu.Lock()
	if o.err == nil {
		o.err = err
	}
	o.wake.Signal()
	o.space.Broadcast()
	o.mu.Unlock()
}
