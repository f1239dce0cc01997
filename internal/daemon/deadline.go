package daemon

import (
	"io"
	"sync/atomic"
	"time"

	"godwit/internal/daemonconf"
)

// maxPhase is the longest that a client may take for one phase of the start
// (docs/protocol/07-daemon.md §11.5).
const maxPhase = 60 * time.Second

// deadline cuts off a client that dawdles: when it expires the connection is closed.
type deadline struct {
	conn    io.Closer
	timer   *time.Timer
	expired atomic.Bool
}

// start begins a phase as long as the settings m allow.
func (t *deadline) start(m *daemonconf.Module) {
	t.stop()
	limit := maxPhase
	if n := m.Int(daemonconf.Timeout); n >= 1 && n <= 60 {
		limit = time.Duration(n) * time.Second
	}
	t.timer = time.AfterFunc(limit, func() {
		t.expired.Store(true)
		t.conn.Close()
	})
}

// stop ends a phase.
func (t *deadline) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}
