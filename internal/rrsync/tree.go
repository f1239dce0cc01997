package rrsync

import (
	"strings"
	"syscall"

	"godwit/internal/fsys"
)

// tree is the restricted directory, held open.
type tree struct {
	root *fsys.Dir
	real string // its absolute physical path
}

// place is where a path leads to.
type place struct {
	path  string // from the root, without links, "." and ".."; "" is the root
	found bool   // false: path or some directory above it does not exist
}

// escape says that a path leads out of the tree, to path as far as its text
// tells: nothing outside is looked at.
type escape struct{ path string }

func (e *escape) Error() string { return "leads to " + e.path }

// maxLinks is how many links one path may go through.
const maxLinks = 40

// resolve follows path from the root, links included, as realpath would. What
// does not exist is taken as it is written.
func (t *tree) resolve(path string) (place, error) {
	w := walk{tree: t, rest: strings.Split(path, "/"), budget: maxLinks}
	defer w.close()
	for len(w.rest) > 0 {
		name := w.rest[0]
		w.rest = w.rest[1:]
		if err := w.step(name); err != nil {
			return place{}, err
		}
	}
	if w.out != nil {
		return place{}, &escape{"/" + strings.Join(*w.out, "/")}
	}
	return place{path: strings.Join(w.names, "/"), found: !w.missing}, nil
}

// walk is a resolution under way.
type walk struct {
	tree   *tree
	rest   []string    // components to come
	names  []string    // where we are: below the root,
	dirs   []*fsys.Dir // each of them held, as far as they are directories
	budget int

	leafOnly bool // the last of names is no directory
	missing  bool // the last of names does not exist
	// out is where we are while outside, from / on; nil: inside.
	out *[]string
}

func (w *walk) close() {
	for _, d := range w.dirs {
		d.Close()
	}
	w.dirs = nil
}

func (w *walk) here() *fsys.Dir {
	if len(w.dirs) == 0 {
		return w.tree.root
	}
	return w.dirs[len(w.dirs)-1]
}

func (w *walk) step(name string) error {
	switch {
	case name == "" || name == ".":
		return nil
	case w.out != nil:
		w.stepOutside(name)
		return nil
	case name == "..":
		w.up()
		return nil
	case w.leafOnly:
		return syscall.ENOTDIR
	case w.missing:
		w.names = append(w.names, name)
		return nil
	}
	d := w.here()
	var st fsys.Stat
	if err := d.Lstat(name, &st); err == syscall.ENOENT {
		w.missing = true
		w.names = append(w.names, name)
		return nil
	} else if err != nil {
		return err
	}
	switch {
	case st.IsSymlink():
		return w.follow(d, name)
	case st.IsDir():
		next, err := d.OpenDir(name)
		if err != nil {
			return err
		}
		w.dirs = append(w.dirs, next)
	default:
		w.leafOnly = true
	}
	w.names = append(w.names, name)
	return nil
}

// up goes to the parent directory.
func (w *walk) up() {
	if len(w.names) == 0 {
		parts := split(w.tree.real)
		parts = parts[:max(len(parts)-1, 0)]
		w.out = &parts
		return
	}
	w.names = w.names[:len(w.names)-1]
	w.leafOnly = false
	if len(w.dirs) > len(w.names) {
		w.dirs[len(w.dirs)-1].Close()
		w.dirs = w.dirs[:len(w.dirs)-1]
	}
	w.missing = len(w.dirs) < len(w.names)
}

// follow puts the target of a link before the rest of the path.
func (w *walk) follow(d *fsys.Dir, name string) error {
	if w.budget--; w.budget < 0 {
		return syscall.ELOOP
	}
	buf := make([]byte, fsys.PathMax)
	n, err := d.Readlink(name, buf)
	if err != nil {
		return err
	}
	target := string(buf[:n])
	if strings.HasPrefix(target, "/") {
		w.close()
		w.names, w.out = nil, &[]string{}
		w.comeBack()
	}
	w.rest = append(strings.Split(target, "/"), w.rest...)
	return nil
}

// stepOutside follows the text of a path that has left the tree: it may lead
// back in.
func (w *walk) stepOutside(name string) {
	parts := *w.out
	if name == ".." {
		parts = parts[:max(len(parts)-1, 0)]
	} else {
		parts = append(parts, name)
	}
	w.out = &parts
	w.comeBack()
}

// comeBack notices that the place outside is the root of the tree.
func (w *walk) comeBack() {
	if "/"+strings.Join(*w.out, "/") == w.tree.real {
		w.close()
		w.names, w.out, w.missing, w.leafOnly = nil, nil, false, false
	}
}

// split cuts an absolute path into its components.
func split(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
}

// hold opens a directory by its path without links.
func (t *tree) hold(path string) (*fsys.Dir, error) {
	d := t.root.Hold()
	for _, name := range split(path) {
		next, err := d.OpenDir(name)
		d.Close()
		if err != nil {
			return nil, err
		}
		d = next
	}
	return d, nil
}

// lstat says why leaf cannot be found in a directory, nil if it can.
func (t *tree) lstat(dir place, leaf string) error {
	d, err := t.hold(dir.path)
	if err != nil {
		return err
	}
	defer d.Close()
	var st fsys.Stat
	return d.Lstat(leaf, &st)
}

// makeDirs makes a directory and those above it.
func (t *tree) makeDirs(path string, perm uint32) error {
	d := t.root.Hold()
	defer func() { d.Close() }()
	for _, name := range split(path) {
		if err := d.Mkdir(name, perm); err != nil && err != syscall.EEXIST {
			return err
		}
		next, err := d.OpenDir(name)
		if err != nil {
			return err
		}
		d.Close()
		d = next
	}
	return nil
}
