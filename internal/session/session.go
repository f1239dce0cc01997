// Package session is one conversation with a peer: the handshake, the facts it settles, and the
// two multiplexed streams that carry everything afterwards.
//
// A session has two goroutines of its own, a demultiplexer that reads (inbox) and a writer that is
// the only one who writes (outbox), and a watchdog for time-outs and keep-alives. Roles read the
// data stream through In and write it through Write; each direction belongs to one role.
//
//	role ── Write ─► outbox ─ writer ─► Conn ═══► Conn ─ demultiplexer ─► inbox ── In ─► role
//	        Send, Post ──┘ (messages overtake data)        └─ Handlers (urgent at once, text in order)
//
// Waiting for input always makes the writer send what it holds first, so no role needs to flush
// before it reads. Input is read into a bounded queue whether a role asks for it or not, so two
// ends that both write a lot never wait for each other.
//
// The package implements docs/protocol/01-connection.md §5, §6, §11 and
// docs/protocol/02-wire-and-file-list.md §4 to §8.
package session

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/wire"
)

// Conn is the byte stream to the peer. Close must unblock a Read or Write that is under way.
type Conn interface {
	io.Reader
	io.Writer
	io.Closer
}

// Role names, as messages show them (docs/protocol/02-wire-and-file-list.md §4.3).
const (
	RoleSender      = "sender"
	RoleGenerator   = "generator"
	RoleReceiver    = "receiver"
	RolePreReceiver = "Receiver" // the receiving side before it works as two
)

// Handlers take the messages of the peer. Urgent ones are called on the demultiplexer's
// goroutine as soon as they arrive and must not block; ordered ones on the goroutine that reads
// the data stream, at their place in it. A nil handler of an urgent message means that this role
// must not get it: it is a protocol error, as the reference has it.
type Handlers struct {
	Success func(ndx int32) error // urgent; sender
	// SuccessAt is Success between the ends of a local copy: it tells which inode is in place.
	SuccessAt func(ndx int32, dev, ino uint64) error
	NoSend    func(ndx int32) error  // urgent; receiving side
	IOError   func(bits int32)       // urgent; receiving side
	Text      func(wire.Msg, []byte) // ordered; valid during the call
	Deleted   func(name []byte)      // ordered
}

// Settings fix a session's behaviour before it starts.
type Settings struct {
	Server    bool
	Sender    bool
	Daemon    bool          // a daemon's side: announces its time-out
	Local     bool          // the peer is in this process
	Timeout   time.Duration // 0: none
	Bandwidth int64         // KiB/s for what this side writes, 0: no limit
	// StopAt ends the run (exit 30); zero for never.
	StopAt time.Time
	// EarlyEOF is set for an input that has no peer behind it (a batch file).
	EarlyEOF bool
}

// Session is one conversation.
type Session struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	conn   Conn
	set    Settings
	in     *inbox
	out    *outbox
	reader *wire.Reader
	caps   wire.Caps

	role     atomic.Pointer[string]
	handlers atomic.Pointer[Handlers]
	timeout  atomic.Int64 // nanoseconds
	lastIO   atomic.Int64 // unix nanoseconds of the last read or write
	mayIdle  atomic.Bool  // keep-alives may be sent
	goodbye  atomic.Bool  // the end of the stream is expected
	onServer atomic.Pointer[func(seconds int)]

	failOnce  sync.Once
	first     atomic.Pointer[error]
	watchDone chan struct{}
	handoff   *Handoff
}

// New returns a session on conn that is still in its raw phase.
func New(ctx context.Context, conn Conn, set Settings) *Session {
	s := &Session{conn: conn, set: set, watchDone: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	role := RolePreReceiver
	if set.Sender {
		role = RoleSender
	}
	s.role.Store(&role)
	s.handlers.Store(&Handlers{})
	s.timeout.Store(int64(set.Timeout))
	s.active()
	s.in = newInbox(s, conn)
	s.out = newOutbox(s, conn)
	s.out.limit = newThrottle(set.Bandwidth)
	s.reader = wire.NewReader(s.in, role)
	go s.watch()
	return s
}

// Context ends when the session does; its cause says why.
func (s *Session) Context() context.Context { return s.ctx }

// Caps returns the negotiated facts; they are complete once Handshake has returned.
func (s *Session) Caps() wire.Caps { return s.caps }

// In returns the reader of the data stream. It belongs to one role at a time.
func (s *Session) In() *wire.Reader { return s.reader }

// SetRole sets the role that messages name from now on.
func (s *Session) SetRole(role string) {
	s.role.Store(&role)
	s.reader.Who = role
}

// Role returns the role's name.
func (s *Session) Role() string { return *s.role.Load() }

// Handle sets the handlers of incoming messages.
func (s *Session) Handle(h Handlers) { s.handlers.Store(&h) }

// Write puts p into the data stream and waits for room if need be. One role writes.
func (s *Session) Write(p []byte) (int, error) {
	if err := s.out.put(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Send queues a message and waits while very much is queued.
func (s *Session) Send(m wire.Msg, payload []byte) {
	s.out.post(m, payload)
	s.out.waitRoom()
}

// Post queues a message and never waits. The receiver and handlers use it: what they say belongs
// to an index in flight, which bounds it.
func (s *Session) Post(m wire.Msg, payload []byte) { s.out.post(m, payload) }

// PostInt is Post for a message that holds one int.
func (s *Session) PostInt(m wire.Msg, v int32) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], uint32(v))
	s.out.post(m, b[:])
}

// Flush makes the writer send what it holds, without waiting for it.
func (s *Session) Flush() { s.out.flush() }

// Drain sends what is held and waits until it is written.
func (s *Session) Drain() error { return s.out.drain() }

// Poll delivers messages that have arrived and have no unread data before them. Roles call it
// when they read no data for a while.
func (s *Session) Poll() error { return s.in.poll() }

// Pending tells whether there is unread input: data, or messages to deliver.
func (s *Session) Pending() bool {
	if s.reader.Buffered() > 0 {
		return true
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	return s.in.head < len(s.in.queue) || s.in.err != nil || len(s.in.joined) > s.in.taken
}

// KeepAlive sends what is pending, or an empty frame.
func (s *Session) KeepAlive() { s.out.keepAlive() }

// BytesRead returns how many bytes have come from the connection.
func (s *Session) BytesRead() int64 { return s.in.total.Load() }

// BytesWritten returns how many bytes have gone to the connection.
func (s *Session) BytesWritten() int64 { return s.out.total.Load() }

// AddBytes advances the counters by what a hand-off would have carried over the wire.
func (s *Session) AddBytes(read, written int64) {
	s.in.total.Add(read)
	s.out.total.Add(written)
}

// TapInput calls f with the bytes of the data stream as a role consumes them; nil ends it.
func (s *Session) TapInput(f func([]byte)) { s.in.tap = f }

// TapOutput calls f with the bytes a role puts into the data stream; nil ends it.
func (s *Session) TapOutput(f func([]byte)) {
	s.out.mu.Lock()
	s.out.tap = f
	s.out.mu.Unlock()
}

// StartInput switches the incoming direction to frames if framed is set and starts the
// demultiplexer.
func (s *Session) StartInput(framed bool) {
	s.reader.Release()
	s.in.setFramed(framed)
	s.in.async()
}

// FrameInput switches the incoming direction between frames and raw bytes while it is still read
// in step with the role (docs/protocol/02-wire-and-file-list.md §4.2).
func (s *Session) FrameInput(on bool) {
	s.reader.Release()
	s.in.setFramed(on)
}

// FrameOutput switches the outgoing direction between frames and raw bytes. What was written
// before leaves in the old mode.
func (s *Session) FrameOutput(on bool) error { return s.out.setFramed(on) }

// MuteOutput holds messages back while the outgoing direction carries raw names.
func (s *Session) MuteOutput(on bool) {
	s.out.mu.Lock()
	s.out.muted = on
	s.out.mu.Unlock()
}

// AllowKeepAlive lets the session send keep-alives. The receiving side allows it only after it
// has read the first list: older peers die of a keep-alive before that.
func (s *Session) AllowKeepAlive() { s.mayIdle.Store(true) }

// ExpectEnd says that the peer may close the connection from now on without that being an error
// for anybody but a reader.
func (s *Session) ExpectEnd() { s.goodbye.Store(true) }

// Handoff returns the way whole files take inside one process, or nil.
func (s *Session) Handoff() *Handoff { return s.handoff }

// SetHandoff joins the session to its in-process twin.
func (s *Session) SetHandoff(h *Handoff) { s.handoff = h }

// OnServerTimeout sets what is called when a daemon announces a time-out that is taken over.
func (s *Session) OnServerTimeout(f func(seconds int)) { s.onServer.Store(&f) }

// Fail ends the session with err as its cause, unless it has one already.
func (s *Session) Fail(err error) {
	s.failOnce.Do(func() {
		s.first.Store(&err)
		s.cancel(err)
		s.in.finish(err)
		s.out.fail(err)
		s.conn.Close()
	})
}

// Ready reports whether there is input, so that whoever reads it next need not wait for its
// beginning. It is for the role that reads; what that has used up does not count.
func (s *Session) Ready() bool {
	if s.reader.Buffered() > 0 {
		return true
	}
	s.reader.Release()
	return s.in.ready()
}

// Err returns the first cause that ended the session, or nil.
func (s *Session) Err() error {
	if p := s.first.Load(); p != nil {
		return *p
	}
	return nil
}

// Close sends what is held, closes the connection and waits for the session's goroutines. The
// demultiplexer is waited for only if the connection's Close ends its Read, which transports
// promise.
func (s *Session) Close() error {
	s.goodbye.Store(true)
	s.out.close()
	<-s.out.done
	err := s.Err()
	s.Fail(io.ErrClosedPipe)
	<-s.watchDone
	s.in.mu.Lock()
	running := s.in.isAsync
	s.in.mu.Unlock()
	if running {
		<-s.in.done
	}
	return err
}

// Abort tells the peer the exit code if the protocol can, flushes, and ends the session
// (docs/protocol/02-wire-and-file-list.md §7). It waits up to a bounded time for the peer's own
// words.
func (s *Session) Abort(code exit.Code, tellPeer bool) {
	tellPeer = tellPeer && code.TellsPeer()
	if s.caps.Protocol >= 31 && tellPeer && !s.goodbye.Load() && s.Err() == nil {
		s.PostInt(wire.MsgErrorExit, int32(code))
	}
	s.out.flush()
	s.goodbye.Store(true)
	s.out.close()
	select {
	case <-s.out.done:
	case <-time.After(2 * time.Second):
	}
}

// DrainInput reads and drops data, delivering messages, until the peer closes or the time is
// over, so that the peer's own error text arrives. A role that still reads hears that the session
// has ended.
func (s *Session) DrainInput(limit time.Duration) {
	timer := time.AfterFunc(limit, func() { s.Fail(io.ErrClosedPipe) })
	defer timer.Stop()
	s.goodbye.Store(true)
	s.in.drain()
}

// active notes that bytes moved.
func (s *Session) active() { s.lastIO.Store(time.Now().UnixNano()) }

// cause returns the session's first cause, or err.
func (s *Session) cause(err error) error {
	if first := s.Err(); first != nil {
		return first
	}
	return err
}

// writeFailed ends the output. The input is left alone: the peer's last words, which usually say
// why it closed, may still be on their way.
func (s *Session) writeFailed(err error) {
	if s.goodbye.Load() {
		return
	}
	timer := time.AfterFunc(5*time.Second, func() { s.Fail(err) })
	context.AfterFunc(s.ctx, func() { timer.Stop() })
}

// writeError is err of a write with its words and exit code.
func (s *Session) writeError(err error) error {
	return &exit.Error{Code: exit.SocketIO, Err: err, Text: "rsync: [" + s.Role() + "] write error: " + errno.Text(err)}
}

// lastWords is what a role hears whose writes have failed with err: what the peer still had to
// say, which tells more, or else err. The sender reads the data itself; at the receiving side the
// receiver does, and ends the session.
func (s *Session) lastWords(err error) error {
	timer := time.AfterFunc(2*time.Second, func() { s.Fail(err) })
	defer timer.Stop()
	if !s.set.Sender {
		<-s.ctx.Done()
		return s.cause(err)
	}
	for {
		b, end := s.in.Next(1)
		if end != nil {
			return s.cause(end)
		}
		s.in.Advance(len(b))
	}
}

// ended makes the error of a read at the end of the input.
func (s *Session) ended(err error) error {
	if first := s.Err(); first != nil {
		return first
	}
	if s.goodbye.Load() || isEOF(err) && s.set.EarlyEOF {
		return io.EOF
	}
	var e *exit.Error
	if errors.As(err, &e) {
		return err
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return &exit.Error{Code: exit.SocketIO, Err: err, Text: "rsync: [" + s.Role() + "] read error: " + errno.Text(err)}
	}
	if isEOF(err) {
		err = io.ErrUnexpectedEOF
	}
	return &exit.Error{Code: exit.StreamIO, Err: err,
		Text: fmt.Sprintf("rsync: connection unexpectedly closed (%d bytes received so far) [%s]", s.in.sinceHandshake(), s.Role())}
}

func (s *Session) overflow(m wire.Msg, n int) error {
	return exit.Errorf(exit.StreamIO, "multiplexing overflow %d:%d [%s]", m, n, s.messageRole())
}

func (s *Session) invalid(m wire.Msg, n int) error {
	return exit.Errorf(exit.StreamIO, "invalid multi-message %d:%d [%s]", m, n, s.messageRole())
}

func (s *Session) messageRole() string {
	if s.caps.IncRecurse {
		return s.Role() + "/inc"
	}
	return s.Role()
}

// received takes a message on the demultiplexer's goroutine. It reports whether the message has
// to wait for its place in the data stream.
func (s *Session) received(m wire.Msg, p []byte) (ordered bool, err error) {
	h := s.handlers.Load()
	rules := wire.MsgRules{Sender: s.set.Sender, Server: s.set.Server, Local: s.set.Local, Who: s.messageRole()}
	if err := rules.Check(m, len(p)); err != nil {
		return false, err
	}
	value := func() int32 { return int32(binary.LittleEndian.Uint32(p)) }
	switch m {
	case wire.MsgErrorExit:
		if len(p) != 0 && s.caps.Protocol < 31 {
			return false, s.invalid(m, len(p))
		}
	case wire.MsgIOError:
		if h.IOError == nil {
			return false, s.invalid(m, len(p))
		}
		h.IOError(value())
		return false, nil
	case wire.MsgIOTimeout:
		s.serverTimeout(value())
		return false, nil
	case wire.MsgNoop:
		if s.set.Sender {
			s.out.keepAlive()
		}
		return false, nil
	case wire.MsgSuccess:
		if len(p) == wire.PlaceSize && h.SuccessAt != nil {
			return false, h.SuccessAt(wire.Place(p))
		}
		if h.Success == nil {
			return false, s.invalid(m, len(p))
		}
		return false, h.Success(value())
	case wire.MsgNoSend:
		if h.NoSend == nil {
			return false, s.invalid(m, len(p))
		}
		return false, h.NoSend(value())
	}
	return true, nil
}

// serverTimeout takes a daemon's announcement of its time-out.
func (s *Session) serverTimeout(seconds int32) {
	if seconds <= 0 || seconds > 86400 {
		return
	}
	t := time.Duration(seconds) * time.Second
	if own := time.Duration(s.timeout.Load()); own == 0 || own > t {
		s.timeout.Store(int64(t))
		if f := s.onServer.Load(); f != nil {
			(*f)(int(seconds))
		}
	}
}

// ordered acts on a message whose place in the data stream has come.
func (s *Session) ordered(m *message) error {
	h := s.handlers.Load()
	switch m.code {
	case wire.MsgDeleted:
		if h.Deleted == nil {
			return s.invalid(m.code, len(m.payload))
		}
		h.Deleted(m.payload)
	case wire.MsgErrorExit:
		return s.peerFailed(m.payload)
	default:
		if h.Text != nil {
			h.Text(m.code, m.payload)
		}
	}
	return nil
}

// peerFailed ends the session the way the peer's error-exit asks for. An end in the middle is a
// failure whatever the peer calls it: a code that says success, or that a process cannot have so that
// it would say success, is the same as closing the connection.
func (s *Session) peerFailed(p []byte) error {
	var code exit.Code
	if len(p) == 4 {
		code = exit.Code(binary.LittleEndian.Uint32(p) & 0xff)
		s.out.post(wire.MsgErrorExit, nil)
		s.out.flush()
	}
	if code == exit.OK && !s.goodbye.Load() {
		return s.ended(io.ErrUnexpectedEOF)
	}
	s.goodbye.Store(true)
	return &exit.Error{Code: code, Told: true}
}

// watch is the watchdog: it sends what lies idle, keeps the connection alive, and ends the run
// when nothing moved for too long (docs/protocol/02-wire-and-file-list.md §6).
func (s *Session) watch() {
	defer close(s.watchDone)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			if s.Err() == nil {
				s.Fail(context.Cause(s.ctx))
			}
			return
		case <-tick.C:
		}
		now := time.Now()
		if !s.set.StopAt.IsZero() && !now.Before(s.set.StopAt) {
			s.Fail(&exit.Error{Code: exit.Timeout, Text: "stopping at requested limit"})
			return
		}
		sent := time.Unix(0, s.out.lastSent.Load())
		if now.Sub(sent) >= 100*time.Millisecond {
			s.out.flush()
		}
		t := time.Duration(s.timeout.Load())
		if t <= 0 {
			continue
		}
		idle := time.Duration((int64(t/time.Second)+1)/2) * time.Second
		if s.mayIdle.Load() && now.Sub(sent) >= idle {
			s.out.keepAlive()
		}
		if now.Sub(time.Unix(0, s.lastIO.Load())) >= t {
			secs := int64(t / time.Second)
			s.Fail(&exit.Error{Code: exit.Timeout, Text: "[" + s.Role() + "] io timeout after " + strconv.FormatInt(secs, 10) + " seconds -- exiting"})
			return
		}
	}
}
