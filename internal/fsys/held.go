package fsys

import "syscall"

// The directories that a Root keeps open are the most recently used ones:
// file lists are sorted, so the next entry mostly lives where the last one
// did (docs/protocol/08-security.md §4.3).

type heldDir struct {
	path       string
	dir        *Dir
	prev, next *heldDir
}

// recall gives a held directory another reference, or nil.
func (r *Root) recall(path []byte) *Dir {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.held[string(path)]
	if h == nil {
		return nil
	}
	r.unlink(h)
	r.push(h)
	return h.dir.Hold()
}

// remember keeps d for path and returns d for the caller to close.
func (r *Root) remember(path []byte, d *Dir) *Dir {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.held[string(path)]; old != nil {
		r.drop(old)
	}
	for len(r.held) >= r.opt.Held {
		r.drop(r.first.prev)
	}
	h := &heldDir{path: string(path), dir: d.Hold()}
	r.held[h.path] = h
	r.push(h)
	return d
}

// viaParent opens path from its parent if that is held: one look-up instead
// of a walk. Nil without an error means that the whole path must be walked,
// as when the last component is a link.
func (r *Root) viaParent(path []byte) (*Dir, error) {
	dir, leaf := Split(path)
	if len(leaf) == 0 || checkLeaf(View(leaf)) != nil {
		return nil, nil
	}
	parent := r.anchor
	if len(dir) > 0 {
		if parent = r.recall(dir); parent == nil {
			return nil, nil
		}
		defer parent.Close()
	}
	d, err := parent.OpenDir(View(leaf))
	switch err {
	case nil:
		return d, nil
	case syscall.ENOENT, syscall.EACCES:
		return nil, err
	}
	return nil, nil
}

// Forget lets go of the directory at path and all held below it. Call it when
// a directory was removed, replaced or renamed: a held descriptor would go on
// meaning the old one.
func (r *Root) Forget(path []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, h := range r.held {
		if len(name) >= len(path) && name[:len(path)] == string(path) &&
			(len(name) == len(path) || name[len(path)] == '/') {
			r.drop(h)
		}
	}
}

// ForgetAll lets go of all held directories.
func (r *Root) ForgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.held {
		r.drop(h)
	}
}

func (r *Root) drop(h *heldDir) {
	delete(r.held, h.path)
	r.unlink(h)
	h.dir.Close()
}

func (r *Root) push(h *heldDir) {
	if r.first == nil {
		h.prev, h.next = h, h
	} else {
		h.prev, h.next = r.first.prev, r.first
		h.prev.next, h.next.prev = h, h
	}
	r.first = h
}

func (r *Root) unlink(h *heldDir) {
	if h.next == h {
		r.first = nil
		return
	}
	h.prev.next, h.next.prev = h.next, h.prev
	if r.first == h {
		r.first = h.next
	}
}
