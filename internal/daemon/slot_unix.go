//go:build unix && !linux

package daemon

import (
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"godwit/internal/fsys"
)

// slotTable knows the slots that this process holds: record locks belong to processes, so they
// exclude only others, and closing any descriptor of the file would drop all of them.
type slotTable struct {
	mu    sync.Mutex
	files map[[2]uint64]*lockFile
}

type lockFile struct {
	file *os.File
	held map[int]bool
}

// take looks for a free slot among n of a lock file.
func (t *slotTable) take(op fsys.Operator, path string, n int) (*slot, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var st fsys.Stat
	var l *lockFile
	if op.Stat(path, &st) == nil {
		l = t.files[[2]uint64{st.Dev, st.Ino}]
	}
	if l == nil {
		f, err := openLockFile(op, path)
		if err != nil {
			return nil, err
		}
		if err := op.Stat(path, &st); err != nil {
			f.Close()
			return nil, err
		}
		l = &lockFile{file: f, held: map[int]bool{}}
	}
	key := [2]uint64{st.Dev, st.Ino}
	for i := range n {
		lk := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: int64(4 * i), Len: 4}
		if l.held[i] || unix.FcntlFlock(l.file.Fd(), unix.F_SETLK, &lk) != nil {
			continue
		}
		l.held[i] = true
		if t.files == nil {
			t.files = map[[2]uint64]*lockFile{}
		}
		t.files[key] = l
		return &slot{release: func() { t.drop(key, i) }}, nil
	}
	if len(l.held) == 0 {
		l.file.Close()
	}
	return nil, errNoSlot
}

func (t *slotTable) drop(key [2]uint64, i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.files[key]
	delete(l.held, i)
	if len(l.held) == 0 {
		l.file.Close()
		delete(t.files, key)
		return
	}
	lk := unix.Flock_t{Type: unix.F_UNLCK, Whence: io.SeekStart, Start: int64(4 * i), Len: 4}
	_ = unix.FcntlFlock(l.file.Fd(), unix.F_SETLK, &lk)
}
