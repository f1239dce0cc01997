package codec

import (
	"io"
	"sync"
)

// gather holds what the workers of a compressor have written until the goroutine that feeds it takes
// it on: only that one touches the framer and the sink behind it.
type gather struct {
	mu   sync.Mutex
	full []byte
	free []byte
}

func (g *gather) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = append(g.full, p...)
	return len(p), nil
}

// pass writes to w what has been gathered. It is called by one goroutine only.
func (g *gather) pass(w io.Writer) error {
	g.mu.Lock()
	b := g.full
	g.full, g.free = g.free[:0], b
	g.mu.Unlock()
	if len(b) == 0 {
		return nil
	}
	_, err := w.Write(b)
	return err
}
