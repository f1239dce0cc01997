package dest

import (
	"path"

	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// A daemon's own rules hold for every name that a client comes with, whatever it is for: what they
// hide is no basis, and no directory of an option (docs/protocol/04-filters-and-walk.md §13.6).

// hidesDir reports whether the rules hide the directory that an option names.
func (t *Tree) hidesDir(dir string) bool {
	name, inside := t.moduleName(dir)
	return inside && t.cfg.Hidden(name, true)
}

// moduleName returns the path below the module of one that counts from the root.
func (t *Tree) moduleName(name string) (string, bool) {
	if t.cfg.Hidden == nil {
		return "", false
	}
	rest, ok := cutPrefixDir(path.Clean(joinDir(t.dir, name)), t.plan.Where.ModulePath)
	return rest, ok && rest != ""
}

// checkHidden refuses options that name what the rules hide.
func (t *Tree) checkHidden() error {
	if t.cfg.Hidden == nil {
		return nil
	}
	dirs := t.plan.Update.AltDirs
	if p := t.plan.Write.PartialDir; path.IsAbs(p) {
		dirs = append(dirs[:len(dirs):len(dirs)], p)
	}
	for _, dir := range dirs {
		if t.hidesDir(dir) {
			t.log.Text(report.Error, "Your options have been rejected by the server.")
			return &exit.Error{Code: exit.Syntax}
		}
	}
	return nil
}

// hidesBasis reports whether the rules hide the file called leaf beside f in the directory that b
// stands for.
func (h *Hand) hidesBasis(f flist.File, b wire.Basis, leaf []byte) bool {
	if h.t.cfg.Hidden == nil {
		return false
	}
	dir := ""
	switch {
	case b < wire.BasisDest:
		dir = h.t.alts[b].path
	case b > wire.BasisFuzzy:
		dir = h.t.alts[b-wire.BasisFuzzy-1].path
	}
	name, inside := h.t.moduleName(path.Join(dir, string(h.parentPath(f)), string(leaf)))
	return inside && h.t.cfg.Hidden(name, false)
}
