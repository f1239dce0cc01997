package flist

import "sync"

// pathTable holds the directory parts of names, each once. It outlives the segments: it grows
// with the number of directories, not of files. Index 0 is the empty path.
type pathTable struct {
	mu    sync.RWMutex
	at    []uint32 // start of each path in slab; the next one's start is its end
	slab  []byte
	index map[string]uint32
}

func newPathTable() *pathTable {
	return &pathTable{at: []uint32{0, 0}, index: map[string]uint32{"": 0}}
}

// intern returns the index of path.
func (t *pathTable) intern(path []byte) uint32 {
	t.mu.RLock()
	id, ok := t.index[string(path)]
	t.mu.RUnlock()
	if ok {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id = uint32(len(t.at) - 1)
	t.slab = append(t.slab, path...)
	t.at = append(t.at, uint32(len(t.slab)))
	t.index[string(path)] = id
	return id
}

// path returns path id. The bytes never change; the caller must not change them.
func (t *pathTable) path(id uint32) []byte {
	if id == 0 {
		return nil
	}
	t.mu.RLock()
	b := t.slab[t.at[id]:t.at[id+1]:t.at[id+1]]
	t.mu.RUnlock()
	return b
}
