package sender_test

import (
	"sync"
	"testing"

	"godwit/internal/transport"
)

// talker is a peer that speaks when it has heard enough.
type talker struct {
	t         *testing.T
	near, far *transport.PipeEnd

	mu    sync.Mutex
	more  sync.Cond
	heard []byte
	ended bool
	done  sync.WaitGroup
}

// newTalker returns a peer of protocol 32 that has said its part of the handshake.
func newTalker(t *testing.T) *talker {
	p := &talker{t: t}
	p.more.L = &p.mu
	p.near, p.far = transport.Pipe()
	p.done.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := p.far.Read(buf)
			p.mu.Lock()
			p.heard = append(p.heard, buf[:n]...)
			p.ended = err != nil
			p.more.Broadcast()
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		p.near.Close()
		p.far.Close()
		p.done.Wait()
	})
	p.says(unhex(t, hello32))
	return p
}

func (p *talker) says(b []byte) {
	if _, err := p.far.Write(b); err != nil {
		p.t.Error(err)
	}
}

// awaits waits until the sender has said n octets.
func (p *talker) awaits(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.heard) < n && !p.ended {
		p.more.Wait()
	}
	if len(p.heard) < n {
		p.t.Fatalf("heard only %x", p.heard)
	}
}

// awaitsFrame waits for the frame behind the greeting: the list.
func (p *talker) awaitsFrame() {
	start := len(unhex(p.t, "20000000"+sums))
	p.awaits(start + 4)
	p.mu.Lock()
	n := int(p.heard[start]) | int(p.heard[start+1])<<8
	p.mu.Unlock()
	p.awaits(start + 4 + n)
}

// rest returns all that the sender has said once it has ended, without the first skip octets.
func (p *talker) rest(skip int) []byte {
	p.near.Close()
	p.done.Wait()
	return p.heard[skip:]
}
