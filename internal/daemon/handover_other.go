//go:build !unix

package daemon

import (
	"context"
	"sync"

	"godwit/internal/process"
)

// handing lets only one transfer run at a time: a module's directory is the current one of
// the process, and connections cannot be given to other processes here.
type handing struct{ transfer sync.Mutex }

// handOver serves the connection in this process.
func (d *daemon) handOver(ctx context.Context, c *connection, _ process.Role) {
	d.transfer.Lock()
	defer d.transfer.Unlock()
	c.moduleStage(ctx)
}
