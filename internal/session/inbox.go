package session

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"godwit/internal/wire"
)

// chunkSize is how much one read from the connection may bring. It is a little over two of the
// largest frames that writers make, so that one system call usually brings whole frames.
const chunkSize = 160 << 10

// queueLimit bounds what has been read from the connection but not yet by a role, messages that
// wait for their turn included. What is beyond it stays in the connection, and so slows the peer down.
const queueLimit = 4 << 20

// chunk is one buffer of bytes as they came from the connection. Items refer into it; it goes
// back to the pool when the last of them has been consumed and the reader has left it.
type chunk struct {
	b    []byte
	refs int // guarded by inbox.mu
}

// item is one thing in the queue, in the order of arrival: bytes of the raw stream, or a message
// that takes effect when the reader of the data reaches it (design: order of messages).
type item struct {
	data []byte
	c    *chunk
	msg  *message
}

// message is an incoming out-of-band message with its own copy of the payload.
type message struct {
	code    wire.Msg
	payload []byte
}

// cost is what a waiting message counts for: its text and what surrounds it.
func (m *message) cost() int { return len(m.payload) + 128 }

// inbox is the reading half of a session: it takes frames apart, hands urgent messages to the
// session at once, and queues data and ordered messages for the one role that reads data.
//
// Until async is called everything happens on the goroutine of the reader: the handshake and, at
// protocol 30, forwarded names are read that way, since there the switch between raw bytes and
// frames lies at a place that only the reader of the data knows.
type inbox struct {
	s    *Session
	conn io.Reader

	// The state of the parser. It belongs to whoever fills: the reader before async, the
	// demultiplexer afterwards.
	cur       *chunk
	parsed    int // bytes of cur already taken apart
	filled    int // bytes of cur that hold input
	framed    bool
	frameLeft int  // bytes of the current data frame not yet seen
	inStep    bool // no demultiplexer yet: input is taken apart as the reader asks for it

	total atomic.Int64 // bytes read from the connection
	raw   atomic.Int64 // how many of them were the handshake; -1 while it goes on

	mu      sync.Mutex
	arrived sync.Cond // an item, or the end
	room    sync.Cond // the queue has room again
	queue   []item
	head    int
	queued  int // bytes of data in queue
	said    int // what the messages in queue take
	err     error
	isAsync bool
	drained bool // what comes is dropped (see drain); the reader hears that the session has ended
	spare   []*chunk

	// joined holds bytes that Next had to bring together from several items.
	joined []byte
	taken  int // how much of joined has been advanced over
	tap    func([]byte)
	done   chan struct{}
}

func newInbox(s *Session, conn io.Reader) *inbox {
	in := &inbox{s: s, conn: conn, inStep: true, done: make(chan struct{})}
	in.arrived.L = &in.mu
	in.room.L = &in.mu
	in.raw.Store(-1)
	return in
}

// async starts the demultiplexer. From now on input is read whether a role asks for it or not.
func (in *inbox) async() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.isAsync {
		return
	}
	in.isAsync, in.inStep = true, false
	go func() {
		defer close(in.done)
		for {
			if err := in.fill(); err != nil {
				in.finish(err)
				return
			}
			in.mu.Lock()
			for in.full() && in.err == nil {
				in.room.Wait()
			}
			stop := in.err != nil
			in.mu.Unlock()
			if stop {
				return
			}
		}
	}()
}

// finish records the end of the input and wakes everybody.
func (in *inbox) finish(err error) {
	in.mu.Lock()
	if in.err == nil {
		in.err = err
	}
	in.arrived.Broadcast()
	in.room.Broadcast()
	in.mu.Unlock()
}

// setFramed switches between raw bytes and frames for the bytes that have not been taken apart
// yet. It may only be called while filling is synchronous and nothing is queued, which the
// handshake and the files-from phase guarantee.
func (in *inbox) setFramed(on bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.isAsync {
		panic("session: framing switched under the demultiplexer")
	}
	// Bytes queued as raw data but not consumed belong to the new mode: give them back.
	if n := in.queued; n > 0 {
		rest := make([]byte, 0, n)
		rest = append(rest, in.joined[in.taken:]...)
		for ; in.head < len(in.queue); in.head++ {
			rest = append(rest, in.queue[in.head].data...)
		}
		if in.cur != nil {
			rest = append(rest, in.cur.b[in.parsed:in.filled]...)
		}
		in.queue, in.head, in.queued = in.queue[:0], 0, 0
		in.joined, in.taken = in.joined[:0], 0
		c := &chunk{b: make([]byte, max(chunkSize, len(rest)+chunkSize/2))}
		in.cur, in.parsed, in.filled = c, 0, copy(c.b, rest)
	}
	if in.raw.Load() < 0 {
		in.raw.Store(in.total.Load() - int64(in.filled-in.parsed))
	}
	in.framed = on
	in.frameLeft = 0
}

// sinceHandshake returns how many bytes have been read after the handshake.
func (in *inbox) sinceHandshake() int64 {
	raw := in.raw.Load()
	if raw < 0 {
		return 0
	}
	return in.total.Load() - raw
}

// fill reads once from the connection (unless whole frames are waiting) and takes apart what
// there is.
func (in *inbox) fill() error {
	progress, err := in.parse()
	if err != nil || progress {
		return err
	}
	if in.cur == nil || len(in.cur.b)-in.filled < 4096 {
		in.nextChunk()
	}
	n, err := in.conn.Read(in.cur.b[in.filled:])
	if n > 0 {
		in.total.Add(int64(n))
		in.s.active()
		in.filled += n
		_, perr := in.parse()
		return perr
	}
	if err == nil {
		return nil
	}
	return err
}

// nextChunk moves the unparsed rest (never more than a header and a short message) to a new
// chunk.
func (in *inbox) nextChunk() {
	in.mu.Lock()
	var c *chunk
	if n := len(in.spare); n > 0 {
		c, in.spare = in.spare[n-1], in.spare[:n-1]
	} else {
		c = &chunk{b: make([]byte, chunkSize)}
	}
	old := in.cur
	rest := 0
	if old != nil {
		rest = copy(c.b, old.b[in.parsed:in.filled])
	}
	in.cur, in.parsed, in.filled = c, 0, rest
	if old != nil && old.refs == 0 {
		in.spare = append(in.spare, old)
	}
	in.mu.Unlock()
}

// parse takes apart the bytes of the current chunk. It reports whether it queued or handled
// anything.
func (in *inbox) parse() (progress bool, err error) {
	if in.cur == nil {
		return false, nil
	}
	for in.parsed < in.filled {
		b := in.cur.b[in.parsed:in.filled]
		if !in.framed {
			in.parsed = in.filled
			in.push(item{data: b, c: in.cur})
			return true, nil
		}
		if in.frameLeft > 0 {
			n := min(in.frameLeft, len(b))
			in.parsed += n
			in.frameLeft -= n
			in.push(item{data: b[:n], c: in.cur})
			progress = true
			if in.inStep {
				// What follows may lie outside frames: only the reader knows.
				return progress, nil
			}
			continue
		}
		if len(b) < wire.HeaderLen {
			return progress, nil
		}
		code, n := wire.ParseHeader(b)
		if code == wire.MsgData {
			in.parsed += wire.HeaderLen
			in.frameLeft = n
			progress = true
			continue
		}
		if n > wire.MaxMessage {
			return progress, in.s.overflow(code, n)
		}
		if len(b) < wire.HeaderLen+n {
			return progress, nil
		}
		payload := b[wire.HeaderLen : wire.HeaderLen+n]
		in.parsed += wire.HeaderLen + n
		progress = true
		ordered, err := in.s.received(code, payload)
		if err != nil {
			return progress, err
		}
		if ordered {
			in.push(item{msg: &message{code: code, payload: append([]byte(nil), payload...)}})
		}
	}
	return progress, nil
}

func (in *inbox) push(it item) {
	in.mu.Lock()
	if in.head > 0 && in.head == len(in.queue) {
		in.queue, in.head = in.queue[:0], 0
	}
	if it.c != nil {
		it.c.refs++
	}
	in.queued += len(it.data)
	if it.msg != nil {
		in.said += it.msg.cost()
	}
	in.queue = append(in.queue, it)
	in.arrived.Signal()
	in.mu.Unlock()
}

// Next returns at least n bytes of the data stream without consuming them. It may return more,
// as many as lie together. It implements wire.Source; the slice is valid until Advance or the
// next Next.
func (in *inbox) Next(n int) ([]byte, error) {
	if rest := in.joined[in.taken:]; len(rest) >= n && len(rest) > 0 {
		return rest, nil
	}
	flushed := false
	in.mu.Lock()
	for {
		// What is left in joined is not enough: messages may stand amid the bytes of one value.
		if err := in.deliver(true); err != nil {
			in.mu.Unlock()
			return nil, err
		}
		if in.drained {
			in.mu.Unlock()
			return nil, in.s.ended(io.ErrClosedPipe)
		}
		have := len(in.joined) - in.taken
		if have == 0 && in.head < len(in.queue) && len(in.queue[in.head].data) >= n {
			d := in.queue[in.head].data
			in.mu.Unlock()
			return d, nil
		}
		// Bring pieces together until there is enough. This happens once per chunk boundary.
		if in.head < len(in.queue) && in.queue[in.head].msg == nil {
			if in.taken > 0 {
				in.joined = append(in.joined[:0], in.joined[in.taken:]...)
				in.taken = 0
			}
			it := &in.queue[in.head]
			want := n - len(in.joined)
			k := min(want, len(it.data))
			in.joined = append(in.joined, it.data[:k]...)
			in.drop(k, false)
			if len(in.joined) >= n {
				in.mu.Unlock()
				return in.joined, nil
			}
			continue
		}
		if in.err != nil {
			err := in.err
			in.mu.Unlock()
			return nil, in.s.ended(err)
		}
		if !flushed {
			flushed = true
			in.mu.Unlock()
			in.s.out.flush()
			in.mu.Lock()
			continue
		}
		if in.isAsync {
			in.arrived.Wait()
			continue
		}
		in.mu.Unlock()
		err := in.fill()
		in.mu.Lock()
		if err != nil && in.err == nil {
			in.err = err
		}
	}
}

// ready reports whether Next(1) would return at once. A message at the head may have no data behind
// it.
func (in *inbox) ready() bool {
	if in.taken < len(in.joined) {
		return true
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.head < len(in.queue) && in.queue[in.head].msg == nil
}

// deliver hands over the ordered messages that stand at the head of the queue; amid says whether also
// those behind bytes that have been joined and not consumed. Called and returns with mu held.
func (in *inbox) deliver(amid bool) error {
	for in.head < len(in.queue) && (amid || len(in.joined) == in.taken) && !in.drained {
		m := in.queue[in.head].msg
		if m == nil {
			return nil
		}
		in.queue[in.head] = item{}
		in.head++
		full := in.full()
		in.said -= m.cost()
		in.madeRoom(full)
		in.mu.Unlock()
		err := in.s.ordered(m)
		in.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// poll delivers ordered messages that nothing stands before, for roles that read no data for a
// while.
func (in *inbox) poll() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.deliver(false)
}

// Advance consumes n bytes of what Next returned.
func (in *inbox) Advance(n int) {
	if n == 0 {
		return
	}
	if in.taken < len(in.joined) {
		if in.tap != nil {
			in.tap(in.joined[in.taken : in.taken+n])
		}
		in.taken += n
		in.mu.Lock()
		if !in.drained {
			full := in.full()
			in.queued -= n
			in.madeRoom(full)
		}
		in.mu.Unlock()
		if in.taken == len(in.joined) {
			in.joined, in.taken = in.joined[:0], 0
		}
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.drained {
		return
	}
	if in.tap != nil {
		in.tap(in.queue[in.head].data[:n])
	}
	in.drop(n, true)
}

// drain takes the input over from whoever reads it, who may be in the middle of that on another
// goroutine: data are dropped, messages delivered, until the input ends. Chunks are left to the
// garbage collector, for the reader may still look at one.
func (in *inbox) drain() {
	in.s.out.flush()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.drained = true
	in.arrived.Broadcast()
	for {
		for in.head < len(in.queue) {
			m := in.queue[in.head].msg
			in.queue[in.head] = item{}
			in.head++
			if m == nil {
				continue
			}
			in.mu.Unlock()
			err := in.s.ordered(m)
			in.mu.Lock()
			if err != nil {
				return
			}
		}
		full := in.full()
		in.queued, in.said = 0, 0
		in.madeRoom(full)
		if in.err != nil {
			return
		}
		if in.isAsync {
			in.arrived.Wait()
			continue
		}
		in.mu.Unlock()
		err := in.fill()
		in.mu.Lock()
		if err != nil && in.err == nil {
			in.err = err
		}
	}
}

// drop removes n bytes from the head item, with mu held. Bytes that move to joined stay counted
// as queued until they are consumed.
func (in *inbox) drop(n int, consumed bool) {
	it := &in.queue[in.head]
	it.data = it.data[n:]
	if consumed {
		full := in.full()
		in.queued -= n
		in.madeRoom(full)
	}
	if len(it.data) > 0 {
		return
	}
	c := it.c
	in.queue[in.head] = item{}
	in.head++
	c.refs--
	if c.refs == 0 && c != in.curLocked() && len(in.spare) < 8 {
		in.spare = append(in.spare, c)
	}
}

// full tells whether the queue holds as much as it may, with mu held.
func (in *inbox) full() bool { return in.queued+in.said > queueLimit }

// madeRoom wakes the demultiplexer if the queue was full and is not any more, with mu held.
func (in *inbox) madeRoom(wasFull bool) {
	if wasFull && !in.full() {
		in.room.Signal()
	}
}

// curLocked returns the chunk being filled. The filler changes it under mu.
func (in *inbox) curLocked() *chunk { return in.cur }

// isEOF tells whether err is a plain end of the connection.
func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe)
}
