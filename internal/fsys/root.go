package fsys

import (
	"sync"
	"syscall"
)

// Resolver says how the path of a directory below a Root is followed.
type Resolver uint8

const (
	// Beneath never leaves the root (docs/protocol/08-security.md §2.1).
	Beneath Resolver = iota
	// Following follows every link, as a user asked with -L or -k, or with
	// --insecure-links.
	Following
)

// RootOptions says how a Root resolves.
type RootOptions struct {
	Resolver Resolver

	// AllowDotDot lets ".." be part of a path; it still cannot climb above
	// the root (docs/protocol/08-security.md §3.4).
	AllowDotDot bool

	// Held is how many directories the Root keeps open for reuse; 0 means 64.
	Held int

	// Avoid names system calls to do without, for tests and for sandboxes
	// known to forbid them.
	Avoid Avoid
}

// Avoid is a set of system facilities that are not to be used.
type Avoid uint8

const (
	AvoidOpenat2   Avoid = 1 << iota // walk component by component
	AvoidFchmodat2                   // change modes through a descriptor
	AvoidProc                        // no /proc/self/fd
	AvoidXattrat                     // no setxattrat and its kin
)

const defaultHeld = 64

// Root is a tree held open. Its methods may be called by several goroutines.
type Root struct {
	anchor *Dir
	opt    RootOptions

	mu    sync.Mutex
	held  map[string]*heldDir
	first *heldDir // ring of held directories, most recently used first
}

// OpenRoot opens the tree that the user named path, by the rules of op.
func OpenRoot(path string, op Operator, o RootOptions) (*Root, error) {
	op.Avoid |= o.Avoid
	d, err := op.OpenDir(path)
	if err != nil {
		return nil, err
	}
	return NewRoot(d, o), nil
}

// NewRoot makes a root of a held directory and takes over the caller's
// reference to it. NewRoot(r.Anchor().Hold(), other) looks at the tree of r by
// other rules.
func NewRoot(d *Dir, o RootOptions) *Root {
	if o.Held <= 0 {
		o.Held = defaultHeld
	}
	if o.Avoid&^d.sys.avoid != 0 {
		// Features are shared with whoever else holds d.
		if n, err := dupDir(d, newFeatures(o.Avoid|d.sys.avoid)); err == nil {
			d.Close()
			d = n
		}
	}
	return &Root{anchor: d, opt: o, held: make(map[string]*heldDir)}
}

// Anchor is the directory of the root itself; it stays with the Root. Hold it to
// use it beyond the Root's Close.
func (r *Root) Anchor() *Dir { return r.anchor }

// Close closes what the root holds. Directories it handed out stay good until
// they are closed.
func (r *Root) Close() error {
	r.ForgetAll()
	return r.anchor.Close()
}

// Dir holds the directory at path, relative to the root; "" and "." are the
// root. An absolute path, or one with ".." in it, gives EINVAL, one that leads
// outside ELOOP. Close the result.
func (r *Root) Dir(path []byte) (*Dir, error) {
	if len(path) == 0 || (len(path) == 1 && path[0] == '.') {
		return r.anchor.Hold(), nil
	}
	if d := r.recall(path); d != nil {
		return d, nil
	}
	if err := checkPath(path, r.opt.AllowDotDot); err != nil {
		return nil, err
	}
	d, err := r.look(path)
	if err == syscall.EMFILE || err == syscall.ENFILE {
		r.ForgetAll() // what is held only for speed must not cost a file
		d, err = r.look(path)
	}
	if err != nil {
		return nil, err
	}
	return r.remember(path, d), nil
}

// look opens the directory at path, from its parent if that is held.
func (r *Root) look(path []byte) (*Dir, error) {
	if d, err := r.viaParent(path); d != nil || err != nil {
		return d, err
	}
	return r.resolve(path)
}

// Parent splits path at its last slash and holds the directory in front of
// it; the leaf is a part of path, not a copy.
func (r *Root) Parent(path []byte) (*Dir, []byte, error) {
	dir, leaf := Split(path)
	d, err := r.Dir(dir)
	return d, leaf, err
}

// OpenReadBeneath opens the file at path for reading and follows links, also
// at the leaf, as far as the resolver of the root allows it. It serves a
// daemon that must copy what links point to without leaving its module.
func (r *Root) OpenReadBeneath(path []byte, how OpenFlag, st *Stat) (*File, error) {
	if err := checkPath(path, r.opt.AllowDotDot); err != nil {
		return nil, err
	}
	fd, err := r.openFollowed(path, how)
	return newFile(fd, err, st)
}

// StatBeneath describes what path leads to, following links, also at the
// leaf, as far as the resolver of the root allows it.
func (r *Root) StatBeneath(path []byte, st *Stat) error {
	if err := checkPath(path, r.opt.AllowDotDot); err != nil {
		return err
	}
	return r.statFollowed(path, st)
}

// checkPath refuses what class T paths may not contain.
func checkPath(path []byte, dotDot bool) error {
	if len(path) == 0 {
		return syscall.ENOENT
	}
	if path[0] == '/' {
		return syscall.EINVAL
	}
	for i, start := 0, 0; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			if path[i] == 0 {
				return syscall.EINVAL
			}
			continue
		}
		if !dotDot && i-start == 2 && path[start] == '.' && path[start+1] == '.' {
			return syscall.EINVAL
		}
		if comp := path[start:i]; foreignNames && !isDot(comp) && !isDotDot(comp) && aliasedOnWindows(View(comp)) {
			return syscall.EINVAL
		}
		start = i + 1
	}
	return nil
}
