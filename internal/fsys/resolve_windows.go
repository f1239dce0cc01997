package fsys

import (
	"os"
	"path/filepath"
)

// Below a Root, os.Root does the walk: it never leaves the tree, whichever
// resolver was asked for. Links whose target lies outside are refused.

func (r *Root) resolve(path []byte) (*Dir, error) {
	h, err := r.anchor.h.OpenRoot(string(path))
	if err != nil {
		return nil, bareError(err)
	}
	return newDir(h, r.anchor.sys), nil
}

func (r *Root) openFollowed(path []byte, _ OpenFlag) (fileHandle, error) {
	f, err := r.anchor.h.Open(string(path))
	return f, bare(err)
}

func (r *Root) statFollowed(path []byte, st *Stat) error {
	return sysStat(r.anchor.h, string(path), true, st)
}

// An operator's path is resolved by the system: making links takes a
// privilege here, and they have no owner that could be asked.

func (op *Operator) place(path string) string {
	if op.BasePath != "" && !filepath.IsAbs(path) {
		return filepath.Join(op.BasePath, path)
	}
	return path
}

func (op *Operator) openDir(path string) (*Dir, error) {
	h, err := os.OpenRoot(op.place(path))
	if err != nil {
		return nil, bareError(err)
	}
	return newDir(h, newFeatures(op.Avoid)), nil
}

func (op *Operator) openDirAt(path string, _ bool) (*Dir, string, error) {
	real, err := filepath.EvalSymlinks(op.place(path))
	if err != nil {
		return nil, "", bareError(err)
	}
	d, err := op.openDir(real)
	return d, real, err
}

func (op *Operator) parent(path string) (*Dir, string, error) {
	dir, leaf := filepath.Split(filepath.Clean(path))
	if dir == "" {
		dir = "."
	}
	if leaf == "" {
		leaf = "."
	}
	d, err := op.openDir(dir)
	return d, leaf, err
}

func (op *Operator) openFile(path string, how OpenFlag, perm uint32, write bool, st *Stat) (*File, error) {
	d, leaf, err := op.parent(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if write {
		return d.OpenWrite(leaf, how|FollowLeaf, perm, st)
	}
	return d.OpenRead(leaf, how|FollowLeaf, st)
}

func (op *Operator) stat(path string, st *Stat) error {
	info, err := os.Stat(op.place(path))
	if err != nil {
		return bareError(err)
	}
	fromWinInfo(info, st)
	return nil
}
