package generator

import (
	"context"

	"godwit/internal/dest"
	"godwit/internal/ledger"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

// Alternate directories: --compare-dest, --copy-dest, --link-dest
// (docs/protocol/03-transfer.md §10.4). dest finds and rates; what to do about it is decided here.

// alternateFile looks for a regular file in the alternate directories. It reports whether that
// settled the entry; a match by name only becomes the basis of the request.
func (g *Generator) alternateFile(ctx context.Context, r *request) (done bool, err error) {
	v, f, kind := r.v, r.v.f, g.Plan.Update.Alt
	m := &g.match
	mode := g.h.Mode(f, r.st)
	if !g.h.Alternate(f, mode, m) {
		return false, nil
	}
	if r.st != nil {
		// What is there gives way to an exact match only.
		if m.Level != dest.SameAll || kind == plan.AltLink && m.Stat.Same(r.st) {
			return false, nil
		}
		if !g.h.ClearForAlternate(f, r.st) {
			return true, nil
		}
		g.touch(f)
		r.st = nil
	}
	switch m.Level {
	case dest.SameName:
		r.basis, r.alternate = wire.Basis(m.Index), true
		return false, nil
	case dest.SameAll:
		switch kind {
		case plan.AltCompare:
			g.settle(v, 0)
			g.processed(v.ndx)
			if v.group && !v.last && g.links.Get(f.Group()).State == ledger.GroupNew {
				// Nothing is here that others could be linked to, but if one of them comes
				// to be here, this one is linked to it.
				g.waitSettled(v)
			}
			return true, nil
		case plan.AltLink:
			if g.h.LinkAlternate(f, m) == nil {
				g.touch(f)
				err := g.placed(ctx, v)
				g.settle(v, wire.ItemLocal|wire.ItemName)
				g.processed(v.ndx)
				return true, err
			}
		}
	}
	flags := g.h.DifferencesFrom(m, f, mode, wire.ItemLocal, dest.Plain)
	if !g.h.CopyAlternate(f, m, mode) {
		return true, nil
	}
	g.touch(f)
	if g.uptodate && m.Level == dest.SameAll {
		g.log.Uptodate(g.name(f), false)
	}
	g.announceItem(v, flags, nil)
	g.processed(v.ndx)
	return true, g.placed(ctx, v)
}

// settle ends an entry that an alternate directory has exactly.
func (g *Generator) settle(v *visit, flags wire.ItemFlags) {
	if g.uptodate {
		g.log.Uptodate(g.name(v.f), v.f.IsDir())
	}
	g.announceItem(v, flags, nil)
}

// specialMatch is what the alternate directories mean for a symlink, device or special file.
type specialMatch struct {
	done   bool // nothing is to be made
	silent bool // it is made without an item
	exact  bool // --copy-dest: the item has no differences
	found  bool // the item compares with g.match
}

// alternateSpecial looks for a symlink, device or special file in the alternate directories.
func (g *Generator) alternateSpecial(ctx context.Context, v *visit) (specialMatch, error) {
	m := &g.match
	if !g.h.Alternate(v.f, g.h.Mode(v.f, nil), m) {
		return specialMatch{}, nil
	}
	if m.Level != dest.SameAll {
		return specialMatch{found: true}, nil
	}
	switch g.Plan.Update.Alt {
	case plan.AltCompare:
		g.settle(v, 0)
		return specialMatch{done: true}, nil
	case plan.AltLink:
		g.settle(v, wire.ItemLocal|wire.ItemName)
		if g.h.LinkAlternate(v.f, m) != nil {
			return specialMatch{silent: true}, nil
		}
		g.touch(v.f)
		return specialMatch{done: true}, g.placed(ctx, v)
	}
	return specialMatch{exact: true, found: true}, nil
}
