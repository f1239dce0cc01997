//go:build unix

package fsys

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// opWalk is an ownership walk under way (docs/protocol/08-security.md §2.2).
type opWalk struct {
	op    *Operator
	fd    int    // the directory reached; -1: not yet started
	at    string // its absolute path, kept only with Confine or track
	track bool
	links int
}

func (w *opWalk) close() {
	if w.fd >= 0 {
		unix.Close(w.fd)
		w.fd = -1
	}
}

func (op *Operator) confines() bool { return op.Confine != "" && op.Confine != "/" }

// start goes to where path begins and gives the rest of it.
func (w *opWalk) start(path string) (string, error) {
	w.close()
	base, name := unix.AT_FDCWD, "."
	if path != "" && path[0] == '/' {
		name = "/"
		w.at = "/"
	} else {
		if w.op.Base != nil {
			base = w.op.Base.h
		}
		w.at = w.op.BasePath
		if w.op.confines() && (w.at == "" || w.at[0] != '/') {
			return "", syscall.ELOOP // nobody can say whether this is inside
		}
	}
	fd, err := openat(base, name, dirSearch|unix.O_DIRECTORY, 0)
	if err != nil {
		return "", err
	}
	w.fd = fd
	return strings.TrimLeft(path, "/"), nil
}

// opEnd is where an ownership walk ended: leaf in the directory w.fd, or "."
// if it ended on that directory.
type opEnd struct {
	leaf string
	// magic: leaf is a link of /proc to an open descriptor, which must be
	// opened through it: its text need not be a path (a pipe).
	magic bool
}

// run walks path. With keepLeaf the last component is not looked at.
func (w *opWalk) run(path string, keepLeaf bool) (opEnd, error) {
	if path == "" {
		return opEnd{}, syscall.EINVAL
	}
	w.links = maxLinks
	rest, err := w.start(path)
	if err != nil {
		return opEnd{}, err
	}
	if keepLeaf {
		rest = strings.TrimRight(rest, "/")
	}
	for rest != "" {
		comp, after, slash := strings.Cut(rest, "/")
		after = strings.TrimLeft(after, "/")
		last := after == ""
		if last && keepLeaf && comp != "." && comp != ".." {
			return w.end(opEnd{leaf: comp})
		}
		rest = after
		switch comp {
		case ".":
			continue
		case "..":
			fd, err := openat(w.fd, "..", dirSearch|unix.O_DIRECTORY, 0)
			if err != nil {
				return opEnd{}, err
			}
			if err := w.enter(fd, ".."); err != nil {
				return opEnd{}, err
			}
			continue
		}
		fd, target, st, err := peek(w.fd, comp)
		switch {
		case err == unix.ENOENT && last && !slash:
			return w.end(opEnd{leaf: comp})
		case err != nil:
			return opEnd{}, err
		case st.IsSymlink():
			if !w.op.trusts(&st) {
				if w.op.Distrusted != nil {
					w.op.Distrusted()
				}
				return opEnd{}, syscall.ELOOP
			}
			if w.links--; w.links < 0 {
				return opEnd{}, syscall.ELOOP
			}
			if isDescriptorLink(w.fd, comp) {
				if last {
					return w.endMagic(comp, target)
				}
				fd, err := openat(w.fd, comp, dirSearch|unix.O_DIRECTORY, 0)
				if err != nil {
					return opEnd{}, err
				}
				w.at = target
				unix.Close(w.fd)
				w.fd = fd
				continue
			}
			if target == "" {
				return opEnd{}, syscall.ENOENT
			}
			if len(target)+len(rest) >= 2*PathMax {
				return opEnd{}, syscall.ENAMETOOLONG
			}
			if rest != "" || slash {
				target += "/" + rest
			}
			rest = target
			if target[0] == '/' {
				if rest, err = w.start(target); err != nil {
					return opEnd{}, err
				}
			}
		case st.IsDir():
			if err := w.enter(fd, comp); err != nil {
				return opEnd{}, err
			}
		case !last || slash:
			return opEnd{}, syscall.ENOTDIR
		default:
			return w.end(opEnd{leaf: comp})
		}
	}
	return w.end(opEnd{leaf: "."})
}

// trusts reports whether a link may be followed.
func (op *Operator) trusts(st *Stat) bool {
	return op.FollowAll || st.UID == 0 || st.UID == op.UID
}

// enter makes fd the directory reached and checks that it is on the way to
// or inside the confinement root.
func (w *opWalk) enter(fd int, comp string) error {
	unix.Close(w.fd)
	w.fd = fd
	if !w.op.confines() {
		if w.track {
			w.at = extend(w.at, comp)
		}
		return nil
	}
	w.at = extend(w.at, comp)
	if !within(w.at, w.op.Confine) && !within(w.op.Confine, w.at) {
		return syscall.ELOOP
	}
	return nil
}

// end accepts the end of the walk if it lies inside the confinement root.
func (w *opWalk) end(e opEnd) (opEnd, error) {
	if w.op.confines() && !within(extend(w.at, e.leaf), w.op.Confine) {
		return opEnd{}, syscall.ELOOP
	}
	return e, nil
}

// endMagic judges a link to an open descriptor by what that points to.
func (w *opWalk) endMagic(leaf, target string) (opEnd, error) {
	if w.op.confines() && !within(target, w.op.Confine) {
		return opEnd{}, syscall.ELOOP
	}
	return opEnd{leaf: leaf, magic: true}, nil
}

func extend(at, comp string) string {
	switch {
	case comp == ".":
		return at
	case comp == "..":
		if i := strings.LastIndexByte(at, '/'); i > 0 {
			return at[:i]
		}
		return "/"
	case at == "/":
		return "/" + comp
	}
	return at + "/" + comp
}

// within reports whether path is root or below it.
func within(path, root string) bool {
	return root == "/" || path == root || strings.HasPrefix(path, root) && path[len(root)] == '/'
}

func (op *Operator) openDir(path string) (*Dir, error) {
	d, _, err := op.openDirAt(path, false)
	return d, err
}

func (op *Operator) openDirAt(path string, track bool) (*Dir, string, error) {
	w := opWalk{op: op, fd: -1, track: track}
	defer w.close()
	end, err := w.run(path, false)
	if err != nil {
		return nil, "", err
	}
	flags := openDirFlags
	if !end.magic {
		flags |= unix.O_NOFOLLOW
	}
	fd, err := openat(w.fd, end.leaf, flags, 0)
	if err == unix.EACCES {
		fd, err = openat(w.fd, end.leaf, flags|dirSearch, 0)
	}
	if err != nil {
		return nil, "", err
	}
	return newDir(fd, newFeatures(op.Avoid)), extend(w.at, end.leaf), nil
}

func (op *Operator) parent(path string) (*Dir, string, error) {
	w := opWalk{op: op, fd: -1}
	defer w.close()
	end, err := w.run(path, true)
	if err != nil {
		return nil, "", err
	}
	fd, err := openat(w.fd, ".", openDirFlags, 0)
	if err == unix.EACCES {
		fd, err = openat(w.fd, ".", dirSearch|unix.O_DIRECTORY, 0)
	}
	if err != nil {
		return nil, "", err
	}
	return newDir(fd, newFeatures(op.Avoid)), end.leaf, nil
}

func (op *Operator) openFile(path string, how OpenFlag, perm uint32, write bool, st *Stat) (*File, error) {
	w := opWalk{op: op, fd: -1}
	defer w.close()
	end, err := w.run(path, false)
	if err != nil {
		return nil, err
	}
	how &^= FollowLeaf
	if end.magic {
		how |= FollowLeaf
	}
	var fd int
	if write {
		fd, err = sysOpenWrite(w.fd, end.leaf, how, perm, false)
	} else {
		fd, err = sysOpenRead(w.fd, end.leaf, how)
	}
	return newFile(fd, err, st)
}

func (op *Operator) stat(path string, st *Stat) error {
	w := opWalk{op: op, fd: -1}
	defer w.close()
	end, err := w.run(path, false)
	if err != nil {
		return err
	}
	return sysStat(w.fd, end.leaf, end.magic, st)
}
