package process

import "sync"

// Cleanup is what has to be done if the process ends before its work has: a transfer that a signal
// ends is given a moment to stop by itself, and if it is stuck in the system by then, its temporary
// files are dealt with by whoever ends the process. The zero value does nothing.
type Cleanup struct {
	mu sync.Mutex
	do func()
}

// Set says what is to be done from now on; nil for nothing.
func (c *Cleanup) Set(do func()) {
	c.mu.Lock()
	c.do = do
	c.mu.Unlock()
}

// Run does it, once.
func (c *Cleanup) Run() {
	c.mu.Lock()
	do := c.do
	c.do = nil
	c.mu.Unlock()
	if do != nil {
		do()
	}
}
