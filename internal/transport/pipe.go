package transport

import (
	"io"
	"sync"
)

// pipeCapacity is how much one direction of a Pipe holds. It is enough for a handful of the
// largest frames, so neither end waits for the other at each of them.
const pipeCapacity = 512 << 10

// Pipe returns the two ends of a connection inside the process. Each direction is a bounded
// buffer; closing an end ends both of its directions.
func Pipe() (a, b *PipeEnd) {
	x, y := newLane(), newLane()
	return &PipeEnd{r: x, w: y}, &PipeEnd{r: y, w: x}
}

// PipeEnd is one end of a Pipe. It satisfies session.Conn.
type PipeEnd struct{ r, w *lane }

// Read returns what the other end has written.
func (p *PipeEnd) Read(b []byte) (int, error) { return p.r.read(b) }

// Write gives b to the other end and waits for room.
func (p *PipeEnd) Write(b []byte) (int, error) { return p.w.write(b) }

// Close ends both directions. What was written before can still be read by the other end.
func (p *PipeEnd) Close() error {
	p.w.shut(io.EOF, false)
	p.r.shut(io.ErrClosedPipe, true)
	return nil
}

// CloseWrite ends the direction to the other end.
func (p *PipeEnd) CloseWrite() error {
	p.w.shut(io.EOF, false)
	return nil
}

// lane is one direction: a ring of bytes.
type lane struct {
	mu   sync.Mutex
	cond sync.Cond
	buf  []byte
	r, n int
	err  error // set when the writer closed (io.EOF) or the reader went away
	gone bool  // the reader went away
}

func newLane() *lane {
	l := &lane{}
	l.cond.L = &l.mu
	return l
}

func (l *lane) read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.n == 0 {
		if l.err != nil {
			return 0, l.err
		}
		if len(b) == 0 {
			return 0, nil
		}
		l.cond.Wait()
	}
	if l.gone {
		return 0, l.err
	}
	done := 0
	for done < len(b) && l.n > 0 {
		k := copy(b[done:], l.buf[l.r:min(len(l.buf), l.r+l.n)])
		done += k
		l.n -= k
		if l.r += k; l.r == len(l.buf) {
			l.r = 0
		}
	}
	l.cond.Broadcast()
	return done, nil
}

func (l *lane) write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := 0
	for done < len(b) {
		if l.err != nil {
			return done, io.ErrClosedPipe
		}
		if l.n == len(l.buf) && !l.grow(len(b)-done) {
			l.cond.Wait()
			continue
		}
		at := l.r + l.n
		if at >= len(l.buf) {
			at -= len(l.buf)
		}
		end := len(l.buf)
		if at < l.r {
			end = l.r
		}
		k := copy(l.buf[at:end], b[done:])
		done += k
		l.n += k
		l.cond.Broadcast()
	}
	return done, nil
}

// grow enlarges the ring, up to the capacity: a small copy needs little.
func (l *lane) grow(want int) bool {
	if len(l.buf) >= pipeCapacity {
		return false
	}
	size := max(4096, 2*len(l.buf))
	for size < l.n+want && size < pipeCapacity {
		size *= 2
	}
	buf := make([]byte, min(size, pipeCapacity))
	k := copy(buf, l.buf[l.r:min(len(l.buf), l.r+l.n)])
	copy(buf[k:], l.buf[:l.n-k])
	l.buf, l.r = buf, 0
	return true
}

func (l *lane) shut(err error, gone bool) {
	l.mu.Lock()
	if l.err == nil {
		l.err = err
	}
	l.gone = l.gone || gone
	l.cond.Broadcast()
	l.mu.Unlock()
}
