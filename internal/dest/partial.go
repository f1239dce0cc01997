package dest

import (
	"errors"
	"io/fs"
	"strings"

	"godwit/internal/flist"
	"godwit/internal/fsys"
)

// Partial files (docs/protocol/03-transfer.md §12.5): a relative --partial-dir lies in the directory
// of each file and is made and removed as needed, an absolute one is one place for all.

// PartialPath returns the name of f's partial file: below the root, or absolute. It is empty without
// --partial-dir.
func (h *Hand) PartialPath(f flist.File) []byte {
	dir := h.plan.Write.PartialDir
	if dir == "" {
		return nil
	}
	if strings.HasPrefix(dir, "/") {
		return fsys.AppendJoin(nil, []byte(dir), h.base(f))
	}
	path := fsys.AppendJoin(nil, h.parentPath(f), []byte(dir))
	return fsys.AppendJoin(nil, path, h.base(f))
}

// parentPath returns the directory that f's destination lies in, below the root.
func (h *Hand) parentPath(f flist.File) []byte {
	if h.t.single != nil {
		return nil
	}
	return below(f.DirPath())
}

// partialDir holds the directory of f's partial file.
func (h *Hand) partialDir(f flist.File) (*fsys.Dir, error) {
	dir := h.plan.Write.PartialDir
	switch {
	case dir == "" || h.t.missing:
		return nil, fs.ErrNotExist
	case strings.HasPrefix(dir, "/"):
		return h.t.op.OpenDir(dir)
	}
	return h.t.root.Dir(fsys.AppendJoin(nil, h.parentPath(f), []byte(dir)))
}

// makePartialDir is partialDir that makes it if it is missing; a file in its place goes.
func (h *Hand) makePartialDir(f flist.File) (*fsys.Dir, error) {
	d, err := h.partialDir(f)
	if err == nil {
		return d, nil
	}
	dir := h.plan.Write.PartialDir
	var parent *fsys.Dir
	var leaf string
	if strings.HasPrefix(dir, "/") {
		parent, leaf, err = h.t.op.Parent(dir)
	} else {
		var b []byte
		parent, b, err = h.t.root.Parent(fsys.AppendJoin(nil, h.parentPath(f), []byte(dir)))
		leaf = string(b)
	}
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	var st fsys.Stat
	if parent.Lstat(leaf, &st) == nil && !st.IsDir() {
		if err := parent.Unlink(leaf); err != nil {
			return nil, err
		}
	}
	if err := parent.Mkdir(leaf, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return parent.OpenDir(leaf)
}

// StatPartial describes f's partial file; fs.ErrNotExist if there is no regular file of its name.
func (h *Hand) StatPartial(f flist.File, st *fsys.Stat) error {
	d, err := h.partialDir(f)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Lstat(fsys.View(h.base(f)), st); err != nil {
		return err
	}
	if !st.IsRegular() {
		return fs.ErrNotExist
	}
	return nil
}

// openPartial opens f's partial file as a basis.
func (h *Hand) openPartial(f flist.File, st *fsys.Stat) (*fsys.File, error) {
	d, err := h.partialDir(f)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.OpenRead(fsys.View(h.base(f)), 0, st)
}

// RemovePartial deletes f's partial file, and its directory if that was the last one in it.
func (h *Hand) RemovePartial(f flist.File) {
	if h.dry() {
		return
	}
	d, err := h.partialDir(f)
	if err != nil {
		return
	}
	_ = d.Unlink(fsys.View(h.base(f)))
	d.Close()
	h.removePartialDir(f)
}

// removePartialDir removes a relative partial directory that is empty.
func (h *Hand) removePartialDir(f flist.File) {
	dir := h.plan.Write.PartialDir
	if dir == "" || strings.HasPrefix(dir, "/") {
		return
	}
	path := fsys.AppendJoin(nil, h.parentPath(f), []byte(dir))
	parent, leaf, err := h.t.root.Parent(path)
	if err != nil {
		return
	}
	defer parent.Close()
	if parent.Rmdir(fsys.View(leaf)) == nil {
		h.t.root.Forget(path)
	}
}
