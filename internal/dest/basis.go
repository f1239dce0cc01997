package dest

import (
	"bytes"
	"io/fs"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/wire"
)

// ItemFlags are the item flags of the wire.
type ItemFlags = wire.ItemFlags

// OpenBasis opens the basis of f's transfer that a basis type names, read-only and never through a
// link (docs/protocol/03-transfer.md §5.1). name is the name of a fuzzy basis; whatever directories
// it has are cut off. st gets what was opened: whether that can be used is for the caller to decide.
func (h *Hand) OpenBasis(f flist.File, b wire.Basis, name []byte, st *fsys.Stat) (*fsys.File, error) {
	switch {
	case b < wire.BasisDest:
		return h.openAlternate(f, int(b), st)
	case b == wire.BasisPartial:
		return h.openPartial(f, st)
	}
	if err := h.locate(f); err != nil {
		return nil, err
	}
	switch {
	case b == wire.BasisDest:
		return h.dir.OpenRead(h.leaf.Name, 0, st)
	case b == wire.BasisBackup:
		return h.openBackup(f, st)
	}
	d := h.dir
	if b > wire.BasisFuzzy {
		var err error
		if d, err = h.alternateDir(f, int(b-wire.BasisFuzzy)-1); err != nil {
			return nil, err
		}
	}
	leaf := name[bytes.LastIndexByte(name, '/')+1:]
	if len(leaf) == 0 || string(leaf) == "." || string(leaf) == ".." {
		return nil, fs.ErrInvalid
	}
	if h.hidesBasis(f, b, leaf) {
		return nil, fs.ErrNotExist
	}
	return d.OpenRead(fsys.View(leaf), 0, st)
}

// openBackup opens the backup that the generator has made of f's destination.
func (h *Hand) openBackup(f flist.File, st *fsys.Stat) (*fsys.File, error) {
	path := h.Path(f)
	_, leaf := fsys.Split(h.t.backupName(path))
	if h.plan.Write.BackupDir == "" {
		return h.dir.OpenRead(fsys.View(leaf), 0, st)
	}
	rel, _ := fsys.Split(path)
	d, err := h.t.op.OpenDir(string(fsys.AppendJoin(nil, []byte(h.plan.Write.BackupDir), rel)))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.OpenRead(fsys.View(leaf), 0, st)
}
