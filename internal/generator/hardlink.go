package generator

import (
	"context"
	"slices"

	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/ledger"
	"godwit/internal/plan"
	"godwit/internal/wire"
)

// Hard-link groups (docs/protocol/03-transfer.md §10.6). One member leads: it is handled like any
// file. The others are linked to it as soon as it is in place.

// scanGroups learns the groups of all lists that have come. Incremental recursion may bring further
// members later; who is last is judged by what is known when a list is begun.
func (g *Generator) scanGroups() {
	if !g.Plan.Attrs.HardLinks {
		return
	}
	for s := g.List.After(g.scanned); s != nil; s = g.List.After(s) {
		g.scanned = s
		for number, members := range s.LinkGroups() {
			if !g.List.Incremental() && len(members) < 2 {
				continue
			}
			if g.lastOf == nil {
				g.lastOf = map[int32]int32{}
			}
			g.lastOf[number] = s.NDX(int(members[len(members)-1]))
		}
	}
}

// place tells whether an entry belongs to a group, and whether no later member is known.
func (g *Generator) place(f flist.File, ndx int32) (group, last bool) {
	number := f.Group()
	if number < 0 || f.IsDir() {
		return false, false
	}
	at, ok := g.lastOf[number]
	if at == ndx {
		delete(g.lastOf, number)
		return true, true
	}
	return ok || g.List.Incremental() || g.links.Known(number), !ok
}

// wait lets an entry wait for its group's leader. Its list is not complete before that.
func (g *Generator) wait(group *ledger.Group, v *visit) {
	group.Waiting = append(group.Waiting, ledger.Member{NDX: v.ndx, First: v.first})
	g.Ledger.Hold(v.first)
}

// waitSettled is wait for an entry that --compare-dest has found elsewhere.
func (g *Generator) waitSettled(v *visit) {
	group := g.links.Get(v.f.Group())
	g.wait(group, v)
	group.Waiting[len(group.Waiting)-1].Settled = true
}

// linkMember handles a member whose group has a leader. It reports whether that was the case.
func (g *Generator) linkMember(_ context.Context, v *visit, st *fsys.Stat) bool {
	group := g.links.Get(v.f.Group())
	switch group.State {
	case ledger.GroupDone:
		g.link(v, st, group.Path)
		return true
	case ledger.GroupInFlight:
		g.wait(group, v)
		return true
	}
	return false
}

// link makes an entry a hard link of its leader, unless it is one.
func (g *Generator) link(v *visit, st *fsys.Stat, leader string) {
	if g.tryLink(v, st, leader) {
		g.processed(v.ndx)
	}
}

// tryLink is link that reports success.
func (g *Generator) tryLink(v *visit, st *fsys.Stat, leader string) bool {
	f := v.f
	name := []byte(leader)
	mode := g.h.Mode(f, st)
	const item = wire.ItemLocal | wire.ItemName
	if st != nil && g.h.IsLinkOf(st, name) {
		flags := g.h.Differences(f, mode, st, item, dest.Exact)
		if g.uptodate && flags&wire.ItemSignificant == 0 {
			g.log.Uptodate(g.name(f), false)
		}
		g.announceItem(v, flags, nil)
		return true
	}
	m := &g.match
	switch {
	case v.settled: // the item must say that it is here now
	case st != nil || g.Plan.Update.Alt == plan.AltNone || g.unreachable(f) || !g.h.Alternate(f, mode, m):
	case g.Plan.Update.Alt == plan.AltLink && g.h.IsLinkOf(&m.Stat, name):
		// It becomes what the alternate directory has: no news.
		if !g.h.LinkTo(f, name, nil) {
			return false
		}
		g.touch(f)
		if g.uptodate {
			g.log.Uptodate(g.name(f), false)
		}
		if g.itemize > 1 || g.itemize > 0 && g.nameLevel > 1 {
			g.announceItem(v, g.h.DifferencesFrom(m, f, mode, item, dest.Exact), name)
		}
		return true
	case g.Plan.Update.Alt != plan.AltLink && m.Level >= dest.SameContent && f.IsRegular():
		flags := g.h.DifferencesFrom(m, f, mode, item, dest.Plain)
		if !g.h.LinkTo(f, name, nil) {
			return false
		}
		g.touch(f)
		g.announceItem(v, flags, name)
		return true
	}
	if !g.h.LinkTo(f, name, st) {
		return false
	}
	g.touch(f)
	// Lists and extended attributes are compared by name, so they are the leader's by now.
	flags := g.h.Differences(f, mode, st, item, dest.Plain)
	g.announceItem(v, flags, name)
	return true
}

// leads makes a file whose data have been requested the leader of its group.
func (g *Generator) leads(ctx context.Context, v *visit) error {
	if !v.group {
		return nil
	}
	if g.dry { // no result will come
		return g.linksDone(ctx, v.f, v.ndx)
	}
	g.links.Lead(v.f.Group(), v.ndx)
	return nil
}

// linksDone makes a file that is in place the leader of its group, and links to it who waits.
func (g *Generator) linksDone(ctx context.Context, f flist.File, ndx int32) error {
	if !g.Plan.Attrs.HardLinks || f.Group() < 0 {
		return nil
	}
	group := g.links.Finish(f.Group(), ndx, f.Path())
	waiting := group.Waiting
	group.Waiting = nil
	slices.SortFunc(waiting, func(a, b ledger.Member) int { return int(b.NDX) - int(a.NDX) })
	for _, m := range waiting {
		v, st, _, err := g.waiter(m)
		if err != nil {
			return err
		}
		v.settled = m.Settled
		if v.f.Valid() {
			g.link(&v, st, group.Path)
		}
		g.Ledger.Unhold(m.First)
	}
	return nil
}

// waiter looks at an entry that has waited for its group's leader.
func (g *Generator) waiter(m ledger.Member) (visit, *fsys.Stat, error, error) {
	slot, ok := g.List.Find(m.NDX)
	if !ok || slot.Gap {
		return visit{}, nil, nil, nil
	}
	v := visit{f: slot.File, ndx: m.NDX, first: m.First, list: slot.Segment, group: true, last: true}
	st, err := g.look(&v, g.dry && g.unreachable(v.f))
	if fatal(err) {
		return v, nil, nil, err
	}
	return v, st, err, nil
}

// leaderFailed lets another member lead if ndx was the leader of a group and will not come.
func (g *Generator) leaderFailed(ctx context.Context, ndx int32) error {
	group, ok := g.links.Fail(ndx)
	if !ok || g.lateEnd {
		return nil
	}
	return g.promote(ctx, group, ndx)
}

// promote handles members that wait as if each were the first, until one leads: those behind the
// one that failed, then those before it.
func (g *Generator) promote(ctx context.Context, group *ledger.Group, failed int32) error {
	for group.State == ledger.GroupNew && len(group.Waiting) > 0 {
		slices.SortFunc(group.Waiting, func(a, b ledger.Member) int { return int(a.NDX) - int(b.NDX) })
		i, next := -1, false
		for n, m := range group.Waiting {
			if behind := m.NDX > failed; !m.Settled && !next {
				i, next = n, behind
			}
		}
		if i < 0 { // nobody needs to be here
			for _, m := range group.Waiting {
				g.Ledger.Unhold(m.First)
			}
			group.Waiting = nil
			break
		}
		m := group.Waiting[i]
		group.Waiting = slices.Delete(group.Waiting, i, i+1)
		v, st, missing, err := g.waiter(m)
		if err != nil {
			return err
		}
		if v.f.Valid() {
			if err := g.other(ctx, &v, st, missing); err != nil {
				return err
			}
		}
		g.Ledger.Unhold(m.First)
		failed = m.NDX
	}
	return nil
}
