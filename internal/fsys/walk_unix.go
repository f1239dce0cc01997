//go:build unix

package fsys

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// walk is the portable form of the beneath resolver
// (docs/protocol/08-security.md §2.1): one component at a time, no link ever
// followed by the kernel, ".." never given to it.
//
// It remembers the names of the directories on the way from the anchor and
// keeps the nearest ones open, so that a ".." in a link can go back. Where it
// has to go back further it walks down again from the anchor, link-free.
type walk struct {
	anchor int // not ours
	levels []level
	rest   string // still to be walked
	links  int    // how many more may be followed
	free   bool   // follow where links lead, even outside (resolver Following)
}

type level struct {
	name string
	fd   int // -1: let go
}

const (
	maxLinks   = 40
	walkLevels = 32 // descriptors held on the way
)

func newWalk(anchor int, path string) *walk {
	return &walk{anchor: anchor, rest: path, links: maxLinks}
}

func (w *walk) close() {
	for _, l := range w.levels {
		if l.fd >= 0 {
			unix.Close(l.fd)
		}
	}
	w.levels = nil
}

// top is the directory that the walk has reached.
func (w *walk) top() int {
	if n := len(w.levels); n > 0 {
		return w.levels[n-1].fd
	}
	return w.anchor
}

// again puts a component back in front of the rest.
func (w *walk) again(comp string) {
	if w.rest == "" {
		w.rest = comp
	} else {
		w.rest = comp + "/" + w.rest
	}
}

// toDir walks the whole path, which must be one of directories.
func (w *walk) toDir() error {
	for w.rest != "" {
		if err := w.step(w.cut()); err != nil {
			return err
		}
	}
	return nil
}

// toLeaf walks up to the last component and returns it: a name that was no
// link when looked at, or "." if the path ends on a directory reached.
func (w *walk) toLeaf() (string, error) {
	var buf [PathMax + 1]byte
	for w.rest != "" {
		comp := w.cut()
		if w.rest != "" || comp == "." || comp == ".." || comp == "" {
			if err := w.step(comp); err != nil {
				return "", err
			}
			continue
		}
		n, err := sysReadlink(w.top(), comp, buf[:])
		switch err {
		case nil:
			if err := w.splice(string(buf[:n])); err != nil {
				return "", err
			}
		case unix.EINVAL, unix.ENOENT:
			return comp, nil // not a link; a missing one is the caller's to find
		default:
			return "", err
		}
	}
	return ".", nil
}

// cut takes the next component off the rest.
func (w *walk) cut() string {
	comp, rest, _ := strings.Cut(w.rest, "/")
	w.rest = strings.TrimLeft(rest, "/")
	return comp
}

func (w *walk) step(comp string) error {
	switch comp {
	case "", ".":
		return nil
	case "..":
		return w.pop()
	}
	fd, err := openat(w.top(), comp, dirSearch|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err == nil {
		w.push(comp, fd)
		return nil
	}
	if err != unix.ELOOP && err != unix.ENOTDIR {
		return err
	}
	var buf [PathMax + 1]byte
	n, lerr := sysReadlink(w.top(), comp, buf[:])
	switch lerr {
	case nil:
		return w.splice(string(buf[:n]))
	case unix.EINVAL: // neither a link nor a directory
		return syscall.ENOTDIR
	}
	return lerr
}

// splice puts the target of a link in front of the rest.
func (w *walk) splice(target string) error {
	w.links--
	if target == "" || w.links < 0 {
		return syscall.ELOOP
	}
	if target[0] == '/' {
		if !w.free {
			return syscall.ELOOP
		}
		fd, err := openat(unix.AT_FDCWD, "/", dirSearch|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		w.close()
		w.push("/", fd)
	}
	w.again(strings.TrimLeft(target, "/"))
	return nil
}

func (w *walk) push(name string, fd int) {
	w.levels = append(w.levels, level{name, fd})
	if i := len(w.levels) - 1 - walkLevels; i >= 0 && w.levels[i].fd >= 0 {
		unix.Close(w.levels[i].fd)
		w.levels[i].fd = -1
	}
}

// pop goes to the directory above, never above the anchor.
func (w *walk) pop() error {
	n := len(w.levels)
	if w.free {
		fd, err := openat(w.top(), "..", dirSearch|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		w.push("..", fd)
		return nil
	}
	if n == 0 {
		return syscall.ELOOP
	}
	unix.Close(w.levels[n-1].fd)
	w.levels = w.levels[:n-1]
	if n == 1 || w.levels[n-2].fd >= 0 {
		return nil
	}
	return w.reopen()
}

// reopen walks down again to the last level, whose descriptor was let go.
func (w *walk) reopen() error {
	names := w.levels
	w.levels = nil
	for _, l := range names {
		if l.fd >= 0 {
			unix.Close(l.fd)
		}
	}
	for _, l := range names {
		fd, err := openat(w.top(), l.name, dirSearch|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
		if err != nil {
			return err
		}
		w.push(l.name, fd)
	}
	return nil
}
