//go:build unix

package fsys

import "sync/atomic"

type (
	handle     = int
	fileHandle = int
)

// closedFile is the descriptor of a closed File.
func closedFile() fileHandle { return -1 }

const (
	ownersKnown = true
	linksKnown  = true
	rawNames    = true

	foreignNames = false // see leaf.go
)

// features remembers which system calls turned out to be missing, for all
// the directories that come from one Root.
type features struct {
	avoid       Avoid
	noOpenat2   atomic.Bool
	noFchmodat2 atomic.Bool
	noXattrat   atomic.Bool
	proc        atomic.Int32 // 0 unknown, 1 usable, -1 not
}

func newFeatures(avoid Avoid) *features {
	f := &features{avoid: avoid}
	f.noOpenat2.Store(avoid&AvoidOpenat2 != 0)
	f.noFchmodat2.Store(avoid&AvoidFchmodat2 != 0)
	f.noXattrat.Store(avoid&AvoidXattrat != 0)
	if avoid&AvoidProc != 0 {
		f.proc.Store(-1)
	}
	return f
}

func dupDir(d *Dir, sys *features) (*Dir, error) {
	h, err := dupFD(d.h)
	if err != nil {
		return nil, err
	}
	return newDir(h, sys), nil
}
