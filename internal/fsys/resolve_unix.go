//go:build unix

package fsys

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	openDirFlags  = unix.O_RDONLY | unix.O_DIRECTORY
	openFileFlags = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY
)

// resolve opens the directory at a path that the Root has checked.
func (r *Root) resolve(path []byte) (*Dir, error) {
	fd, err := r.openFrom(string(path), openDirFlags)
	if err == unix.EACCES {
		fd, err = r.openFrom(string(path), dirSearch|unix.O_DIRECTORY)
	}
	if err != nil {
		return nil, err
	}
	return newDir(fd, r.anchor.sys), nil
}

func (r *Root) openFollowed(path []byte, how OpenFlag) (fileHandle, error) {
	if how&NoAtime != 0 && noAtime != 0 {
		fd, err := r.openFrom(string(path), openFileFlags|noAtime)
		if err != unix.EPERM {
			return fd, err
		}
	}
	return r.openFrom(string(path), openFileFlags)
}

// openFrom opens path, links followed as the resolver of the root allows.
func (r *Root) openFrom(path string, flags int) (int, error) {
	if r.opt.Resolver == Following {
		return openFollowing(r.anchor.h, path, flags)
	}
	if fd, done, err := openBeneath(r.anchor.h, r.anchor.sys, path, flags); done {
		return fd, err
	}
	w := newWalk(r.anchor.h, path)
	defer w.close()
	if flags&unix.O_DIRECTORY != 0 {
		if err := w.toDir(); err != nil {
			return -1, err
		}
		return openat(w.top(), ".", flags, 0)
	}
	for {
		leaf, err := w.toLeaf()
		if err != nil {
			return -1, err
		}
		fd, err := openat(w.top(), leaf, flags|unix.O_NOFOLLOW, 0)
		if err != unix.ELOOP {
			return fd, err
		}
		w.again(leaf) // it became a link meanwhile
	}
}

func (r *Root) statFollowed(path []byte, st *Stat) error {
	if r.opt.Resolver == Following && len(path) < PathMax {
		return sysStat(r.anchor.h, string(path), true, st)
	}
	// The portable walk holds the parent: what it needs is no descriptor of
	// the leaf, which might not even be readable.
	w := newWalk(r.anchor.h, string(path))
	w.free = r.opt.Resolver == Following
	defer w.close()
	for {
		leaf, err := w.toLeaf()
		if err != nil {
			return err
		}
		if err := sysStat(w.top(), leaf, false, st); err != nil || !st.IsSymlink() {
			return err
		}
		w.again(leaf)
	}
}

// openFollowing lets the kernel follow all links. Paths longer than it takes
// go in pieces.
func openFollowing(dir int, path string, flags int) (int, error) {
	var piece int = -1
	defer func() {
		if piece >= 0 {
			unix.Close(piece)
		}
	}()
	for len(path) >= PathMax {
		i := strings.LastIndexByte(path[:PathMax-1], '/')
		if i <= 0 {
			return -1, syscall.ENAMETOOLONG
		}
		fd, err := openat(dir, path[:i], dirSearch|unix.O_DIRECTORY, 0)
		if err != nil {
			return -1, err
		}
		if piece >= 0 {
			unix.Close(piece)
		}
		piece, dir = fd, fd
		path = strings.TrimLeft(path[i:], "/")
	}
	if path == "" {
		path = "."
	}
	return openat(dir, path, flags, 0)
}
