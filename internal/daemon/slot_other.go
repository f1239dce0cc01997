//go:build !unix

package daemon

import (
	"sync"

	"godwit/internal/fsys"
)

// slotTable counts the connections of this process by lock file: there are no record locks here
// that other daemons would know.
type slotTable struct {
	mu   sync.Mutex
	held map[string]int
}

func (t *slotTable) take(op fsys.Operator, path string, n int) (*slot, error) {
	f, err := openLockFile(op, path)
	if err != nil {
		return nil, err
	}
	f.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[path] >= n {
		return nil, errNoSlot
	}
	if t.held == nil {
		t.held = map[string]int{}
	}
	t.held[path]++
	return &slot{release: func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.held[path]--
	}}, nil
}
