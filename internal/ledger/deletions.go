package ledger

import (
	"sync"

	"godwit/internal/wire"
)

// deletions counts deleted entries by kind.
type deletions struct {
	mu sync.Mutex
	n  wire.DelStats
}

// The type bits of a mode, as on the wire.
const (
	typeMask    = 0o170000
	typeDir     = 0o040000
	typeSymlink = 0o120000
	typeBlock   = 0o060000
	typeChar    = 0o020000
	typeRegular = 0o100000
)

func (d *deletions) add(mode uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch mode & typeMask {
	case typeRegular:
		d.n.Files++
	case typeDir:
		d.n.Dirs++
	case typeSymlink:
		d.n.Symlinks++
	case typeBlock, typeChar:
		d.n.Devices++
	default:
		d.n.Specials++
	}
}

func (d *deletions) set(s wire.DelStats) {
	d.mu.Lock()
	d.n = s
	d.mu.Unlock()
}

func (d *deletions) stats() wire.DelStats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}
