package generator

import (
	"context"

	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// symlink handles a symbolic link (docs/protocol/03-transfer.md §10.2).
func (g *Generator) symlink(ctx context.Context, v *visit, st *fsys.Stat) error {
	f := v.f
	if g.Plan.Links.Safe && fsys.UnsafeSymlink(f.Link(), f.AppendPath(nil)) {
		g.log.Say(report.IgnoringUnsafeSymlink, report.Name(g.name(f)), report.Name(f.Link()))
		return nil
	}
	return g.special(ctx, v, st, st != nil && g.h.SameTarget(f, st))
}

// node handles a device or special file (docs/protocol/03-transfer.md §10.3).
func (g *Generator) node(ctx context.Context, v *visit, st *fsys.Stat) error {
	return g.special(ctx, v, st, st != nil && dest.SameNode(v.f, st))
}

// special handles what has no data: it keeps what is right, takes it from an alternate directory,
// or makes it.
func (g *Generator) special(ctx context.Context, v *visit, st *fsys.Stat, same bool) error {
	f, p := v.f, g.Plan
	if same {
		g.attributes(v, st, 0, dest.Plain)
		if err := g.placed(ctx, v); err != nil {
			return err
		}
		g.processed(v.ndx)
		return nil
	}
	compare := st
	if st != nil && st.Type() != f.Mode()&flist.TypeMask {
		compare = nil // something else is replaced: the entry is new
	}
	var match specialMatch
	if st == nil && p.Update.Alt != plan.AltNone && !g.unreachable(f) {
		var err error
		if match, err = g.alternateSpecial(ctx, v); err != nil || match.done {
			return err
		}
	}
	mode := g.h.Mode(f, st)
	item := wire.ItemLocal | wire.ItemChange
	var flags wire.ItemFlags
	switch {
	case match.exact:
		flags = wire.ItemLocal
	case match.found:
		flags = g.h.DifferencesFrom(&g.match, f, mode, item, dest.Plain)
	}
	if !match.found && !match.exact {
		flags = g.h.Differences(f, mode, compare, item, dest.Plain)
		if compare != nil && !g.dry {
			// Lists and extended attributes are compared by name, so with those of the new one: it has
			// its list and no attributes yet.
			const read = wire.ItemACL | wire.ItemXattr
			flags = flags&^read | g.h.Bare(f, mode)
		}
	}
	timeless, ok := g.make(v, mode, st)
	if !ok {
		return nil
	}
	g.touch(f)
	flags |= timeless
	if g.uptodate && match.exact {
		g.log.Uptodate(g.name(f), false)
	}
	if !match.silent {
		g.announceItem(v, flags, nil)
	}
	if err := g.placed(ctx, v); err != nil {
		return err
	}
	if p.Update.RemoveSource == plan.RemoveSentFiles && f.IsSymlink() && !g.dry {
		g.success(v.ndx)
	}
	g.processed(v.ndx)
	return nil
}

// make creates the link or node in place of what old describes. The flags say that it could not be
// given its time.
func (g *Generator) make(v *visit, mode uint32, old *fsys.Stat) (timeless wire.ItemFlags, ok bool) {
	if !v.f.IsSymlink() {
		return 0, g.h.MakeNode(v.f, mode, old)
	}
	applied, ok := g.h.MakeSymlink(v.f, mode, old)
	if ok && applied&meta.TimesUnsupported != 0 {
		timeless = wire.ItemTime | wire.ItemTimeFail
	}
	return timeless, ok
}

// placed notes that a member of a hard-link group is in place.
func (g *Generator) placed(ctx context.Context, v *visit) error {
	if !v.group {
		return nil
	}
	return g.linksDone(ctx, v.f, v.ndx)
}
