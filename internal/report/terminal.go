package report

import (
	"io"
	"sync"
	"time"
)

// Terminal is the Sink for the two standard streams. It escapes what could
// upset a terminal, keeps an open progress line apart from other output, and
// keeps the order of the two streams where they meet: whatever stdout holds is
// written before anything is written to stderr.
type Terminal struct {
	mu    sync.Mutex
	out   io.Writer
	err   io.Writer
	delay time.Duration
	timer *time.Timer
	buf   []byte // what stdout holds
	ebuf  []byte // scratch for stderr
	open  bool   // a line without its end is on the screen
	fault error  // first failure to write to stdout
}

// terminalBuffer is how much stdout holds at most.
const terminalBuffer = 32 << 10

// NewTerminal returns a Terminal on two writers. Complete lines for stdout are
// held back for at most delay, so that a long listing costs few writes; with a
// delay of 0 each is written at once (--outbuf=N and L, and interactive use).
func NewTerminal(out, err io.Writer, delay time.Duration) *Terminal {
	return &Terminal{out: out, err: err, delay: delay}
}

// Emit implements [Sink].
func (t *Terminal) Emit(e *Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Stderr {
		t.flush()
		t.ebuf = t.append(t.ebuf[:0], e)
		// There is nowhere to report that stderr is gone.
		_, _ = t.err.Write(t.ebuf)
		return
	}
	held := len(t.buf)
	t.buf = t.append(t.buf, e)
	switch {
	case t.delay == 0, t.open, e.Kind == KindProgress, len(t.buf) >= terminalBuffer:
		t.flush()
	case held == 0:
		t.arm()
	}
}

// append appends the bytes of an event and keeps track of open lines.
func (t *Terminal) append(dst []byte, e *Event) []byte {
	text := e.Text
	if e.Kind == KindProgress {
		t.open = len(text) > 0 && text[len(text)-1] != '\n'
		return append(dst, text...)
	}
	if t.open && e.Kind != KindClose {
		dst = append(dst, '\n')
	}
	t.open = e.Kind == KindOpen
	if len(text) > 0 && text[0] == '\r' {
		dst = append(dst, '\r')
		text = text[1:]
	}
	n := len(text)
	if n > 0 && (text[n-1] == '\n' || text[n-1] == '\r') {
		return append(AppendEscaped(dst, text[:n-1], e.Charset), text[n-1])
	}
	return AppendEscaped(dst, text, e.Charset)
}

// arm makes sure that what is held now is written after the delay.
func (t *Terminal) arm() {
	if t.timer == nil {
		t.timer = time.AfterFunc(t.delay, func() { _ = t.Flush() })
		return
	}
	t.timer.Reset(t.delay)
}

func (t *Terminal) flush() {
	if len(t.buf) == 0 {
		return
	}
	if _, err := t.out.Write(t.buf); err != nil && t.fault == nil {
		t.fault = err
	}
	t.buf = t.buf[:0]
}

// Flush writes what stdout holds. It returns the first failure to write to
// stdout since the start.
func (t *Terminal) Flush() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
	return t.fault
}

// Close ends an open line, writes what is held and stops the timer. The
// writers stay open.
func (t *Terminal) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open {
		t.buf = append(t.buf, '\n')
		t.open = false
	}
	t.flush()
	if t.timer != nil {
		t.timer.Stop()
	}
	return t.fault
}
