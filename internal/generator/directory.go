package generator

import (
	"context"

	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

// earlyVisit is what the early visit of a directory has come to.
type earlyVisit uint8

const (
	earlyNothing earlyVisit = iota
	earlyMade               // it was made
	earlyBlocked            // what is in its way could not be removed, which has been said
)

// directory handles a directory (docs/protocol/03-transfer.md §10.1).
func (g *Generator) directory(ctx context.Context, v *visit, st *fsys.Stat, err error) error {
	f, p := v.f, g.Plan
	if f.Is(flist.Implied) && !p.Select.ImpliedDirs { // 1
		return nil
	}
	if v.early { // 2
		g.prepare(v, st, err)
		return nil
	}
	if v.made == earlyBlocked {
		g.failedDirectory(f)
		return nil
	}
	if st != nil && !st.IsDir() { // 3
		if !g.h.MakeWay(f, st, "directory") {
			g.failedDirectory(f)
			return nil
		}
		g.touch(f)
		st = nil
	}
	created := st == nil || v.made == earlyMade || f.IsRoot() && g.Tree.Made()
	if g.dry && st == nil { // 4
		g.missingBelow(f)
	}
	mode := g.h.Mode(f, st)
	if created {
		mode = g.h.Mode(f, nil)
	}
	g.announceItem(v, g.directoryItem(v, mode, st, created), nil)
	if st == nil && !g.dry { // 7
		if !g.h.MakeDir(f, mode) {
			g.failedDirectory(f)
			return nil
		}
		g.touch(f)
	}
	if !g.dry { // 8
		made := st
		if created {
			made = nil
		}
		g.h.SetDir(f, mode, made)
		if !p.Where.Root && mode&0o700 != 0o700 {
			g.touchDir(f)
		}
	}
	if g.deletesAlong(f) && !(g.dry && st == nil) { // 9
		return g.deleteExtras(f, v.list)
	}
	return nil
}

// deletesAlong tells whether the main pass deletes in a directory as it comes to it.
func (g *Generator) deletesAlong(f flist.File) bool {
	d := g.Plan.Delete.When
	return (d == plan.DeleteDuring || d == plan.DeleteDelay) && !g.unreachableDry(f)
}

// inPlaceOfDirectory is about what --ignore-existing keeps where a directory is listed. With incremental
// recursion the list of that directory's contents is worked through all the same, and what is due for
// every such list is done here too.
func (g *Generator) inPlaceOfDirectory(v *visit, st *fsys.Stat) {
	g.touchDir(v.f)
	if g.List.Incremental() && g.deletesAlong(v.f) {
		g.h.DeleteInPlaceOf(v.f, st)
	}
}

// directoryItem returns the flags of the item about a directory: steps 5 and 6.
func (g *Generator) directoryItem(v *visit, mode uint32, st *fsys.Stat, created bool) wire.ItemFlags {
	f := v.f
	if !created {
		return g.h.Differences(f, mode, st, 0, dest.Plain)
	}
	m := &g.match
	if g.Plan.Update.Alt == plan.AltNone || !g.h.Alternate(f, mode, m) {
		return g.h.Differences(f, mode, nil, wire.ItemLocal, dest.Plain)
	}
	if m.Level == dest.SameAll {
		if g.uptodate {
			g.log.Uptodate(g.name(f), true)
		}
		return g.h.DifferencesFrom(m, f, mode, wire.ItemLocal, dest.Exact)
	}
	return g.h.DifferencesFrom(m, f, mode, wire.ItemLocal, dest.Plain)
}

// prepare is the early visit of a directory: it comes to exist before anything else happens in its
// parent, whose time can then be repaired when the parent's list is complete.
func (g *Generator) prepare(v *visit, st *fsys.Stat, err error) {
	a := &g.Plan.Attrs
	if !a.Times || a.OmitDirTimes || g.dry {
		return
	}
	switch {
	case st == nil && !absent(err), st != nil && st.IsDir():
		return
	case st != nil:
		if !g.h.MakeWay(v.f, st, "directory") {
			g.early[v.ndx] = earlyBlocked
			return
		}
	}
	if g.h.TryMakeDir(v.f, g.h.Mode(v.f, nil)&0o700) == nil {
		g.early[v.ndx] = earlyMade
	}
	g.touch(v.f)
}
