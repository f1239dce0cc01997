package generator

import (
	"context"
	"errors"
	"io/fs"

	"godwit/internal/dest"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// visit is one look at one entry.
type visit struct {
	f     flist.File
	ndx   int32
	first int32          // first number of the list that ndx belongs to
	list  *flist.Segment // that list
	early bool           // a directory, as an entry of its parent's list
	made  earlyVisit     // what its early visit came to
	redo  bool           // its data did not verify
	group bool           // it belongs to a hard-link group
	last  bool           // it is the last of its group that is known
	// settled: --compare-dest has had it elsewhere, and it is here only for its group's sake.
	settled bool
	// seen is what has been found at the destination ahead of the visit, or nil.
	seen *dest.Foresight
}

// entry decides about one entry. If that was the last hope of a hard-link group and came to nothing,
// those that wait are tried.
func (g *Generator) entry(ctx context.Context, v *visit) error {
	err := g.decide(ctx, v)
	if err != nil || !v.group || !v.last {
		return err
	}
	if group := g.links.Get(v.f.Group()); len(group.Waiting) > 0 {
		return g.promote(ctx, group, v.ndx)
	}
	return nil
}

// decide is the table of docs/protocol/03-transfer.md §10, in its order.
func (g *Generator) decide(ctx context.Context, v *visit) error {
	f := v.f
	if g.Tree == nil { // 1
		g.listEntry(v)
		return nil
	}
	if g.skipAll {
		return nil
	}
	if len(g.skip) > 0 { // 2
		g.path = f.AppendPath(g.path[:0])
		if below(g.path, g.skip) {
			return nil
		}
	}
	isDir := f.IsDir()
	if g.h.Excluded(f) { // 3
		if v.early {
			return nil
		}
		g.refuse(f)
		return nil
	}
	missing := g.dry && g.unreachable(f) // 4
	if !missing {
		if err := g.checkParent(v); err != nil { // 5
			return err
		}
	}
	st, err := g.look(v, missing)
	if fatal(err) {
		return err
	}
	if f.Mode() == 0 && g.Plan.Select.DeleteMissing { // 6
		if st == nil {
			return nil
		}
		return g.h.DeleteMissing(f, st)
	}
	u := &g.Plan.Update
	if u.Existing && st == nil && absent(err) { // 7
		if v.early {
			return nil
		}
		if isDir {
			g.log.Say(report.NotCreatingDirectory, report.Name(g.name(f)))
			g.skipBelow(f)
		} else {
			g.log.Say(report.NotCreatingFile, report.Name(g.name(f)))
		}
		return nil
	}
	if u.IgnoreExisting && st != nil && !(isDir && st.IsDir()) { // 8
		if v.early {
			return nil
		}
		g.exists(f, st)
		if isDir {
			g.inPlaceOfDirectory(v, st)
		}
		return nil
	}
	if isDir { // 9
		return g.directory(ctx, v, st, err)
	}
	if v.group && g.linkMember(ctx, v, st) { // 11
		return nil
	}
	return g.other(ctx, v, st, err)
}

// other is the rest of the table for entries that are no directories: steps 12 and later.
func (g *Generator) other(ctx context.Context, v *visit, st *fsys.Stat, err error) error {
	f := v.f
	p := g.Plan
	switch mode := f.Mode(); {
	case f.IsSymlink() && p.Links.Preserve: // 12
		return g.symlink(ctx, v, st)
	case !p.Write.DropD && (flist.IsDevice(mode) && p.Attrs.Devices && (p.Where.Root || p.Where.FakeSuper) ||
		flist.IsSpecial(mode) && p.Attrs.Specials): // 13
		return g.node(ctx, v, st)
	case !f.IsRegular(): // 14
		g.log.Say(report.SkippingNonRegular, report.Name(g.name(f)))
		return nil
	}
	if s := p.Select; s.MaxSize >= 0 && f.Size() > s.MaxSize { // 15
		g.log.Say(report.OverMaxSize, report.Name(g.name(f)))
		return nil
	} else if s.MinSize >= 0 && f.Size() < s.MinSize {
		g.log.Say(report.UnderMinSize, report.Name(g.name(f)))
		return nil
	}
	if p.Update.NewerOnly && st != nil && st.IsRegular() && g.newer(f, st) { // 16
		g.log.Say(report.IsNewer, report.Name(g.name(f)))
		return nil
	}
	return g.regularAt(ctx, v, st, err)
}

// look describes what is at an entry's destination: nil for nothing, with the error that says why.
func (g *Generator) look(v *visit, missing bool) (*fsys.Stat, error) {
	if missing {
		return nil, fs.ErrNotExist
	}
	if v.seen != nil {
		known, err := g.h.Recall(v.f, v.seen, &g.st)
		v.seen = nil
		switch {
		case !known:
		case err != nil:
			return nil, err
		default:
			return &g.st, nil
		}
	}
	if err := g.h.Stat(v.f, &g.st); err != nil {
		return nil, err
	}
	return &g.st, nil
}

// fatal tells whether an error ends the run.
func fatal(err error) bool {
	_, ok := err.(*exit.Error) //nolint:errorlint // it is never wrapped, and this allocates nothing
	return ok
}

// absent tells whether an error says that there is nothing.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// name returns an entry's name as lines show it.
func (g *Generator) name(f flist.File) []byte {
	g.path = f.AppendPath(g.path[:0])
	return g.path
}

// refuse says that a daemon's filter does not allow an entry.
func (g *Generator) refuse(f flist.File) {
	kind := "file"
	if f.IsDir() {
		kind = "directory"
	}
	g.log.Say(report.DaemonRefusedFile, report.Str(kind), report.Name(g.name(f)))
	if f.IsDir() {
		g.failedDirectory(f)
	}
}

// failedDirectory passes over the contents of a directory.
func (g *Generator) failedDirectory(f flist.File) {
	g.log.Say(report.SkippingFailedDirectory)
	g.skipBelow(f)
}

// exists says that --ignore-existing keeps what is there.
func (g *Generator) exists(f flist.File, st *fsys.Stat) {
	switch {
	case !g.log.Wants(options.InfoSkip, 1):
	case !g.log.Wants(options.InfoSkip, 2):
		g.log.Say(report.Exists, report.Name(g.name(f)))
	default:
		why := "uptodate"
		mode := g.h.Mode(f, st)
		switch {
		case f.Mode()&flist.TypeMask != st.Type():
			why = "type change"
		case !g.unchanged(f, st):
			why = "file change"
			if g.Plan.Update.Checksum {
				why = "sum change"
			}
		case g.h.Differences(f, mode, st, 0, dest.Plain)&wire.ItemSignificant != 0:
			why = "attr change"
		}
		g.log.Say(report.ExistsBecause, report.Name(g.name(f)), report.Str(why))
	}
}

// newer tells whether the destination is newer than the entry (--update), or with a window not old
// enough. Seconds count.
func (g *Generator) newer(f flist.File, st *fsys.Stat) bool {
	return f.Mtime()-st.Mtime.Sec < int64(g.Plan.Update.ModifyWindow)
}

// unchanged is the quick check (docs/protocol/03-transfer.md §10): whether what st describes, at the
// entry's destination, counts as the same content.
func (g *Generator) unchanged(f flist.File, st *fsys.Stat) bool {
	switch {
	case f.IsSymlink():
		return g.h.SameTarget(f, st)
	case !f.IsRegular():
		return dest.SameNode(f, st)
	}
	return st.IsRegular() && g.h.QuickCheck(f, st)
}

// regular decides about a regular file whose data did not verify: the steps from 17 on, with the
// checks of size, time and existence suspended (docs/protocol/03-transfer.md §3.6).
func (g *Generator) regular(ctx context.Context, v *visit) error {
	st, err := g.look(v, g.dry && g.unreachable(v.f))
	if fatal(err) {
		return err
	}
	return g.regularAt(ctx, v, st, err)
}

// regularAt decides about a regular file: steps 17 and later.
func (g *Generator) regularAt(ctx context.Context, v *visit, st *fsys.Stat, err error) error {
	f, p := v.f, g.Plan
	if st != nil && !st.IsRegular() && !(p.Write.WriteDevices && st.IsDevice()) { // 17
		if !g.h.MakeWay(f, st, "regular file") {
			return nil
		}
		g.touch(f) // it may turn out that nothing takes the place
		st, err = nil, fs.ErrNotExist
	}
	r := &g.asking
	*r = request{v: v, st: st, basis: wire.BasisDest}
	if p.Update.Alt != plan.AltNone && !v.redo && (st == nil || p.Update.Alt != plan.AltCopy) { // 18
		done, failed := g.alternateFile(ctx, r)
		if failed != nil || done {
			return failed
		}
	}
	partial := false
	if p.Write.PartialDir != "" && !g.unreachableDry(f) && g.h.StatPartial(f, &g.basisSt) == nil { // 19
		partial = true
	}
	found := st != nil || r.alternate
	if !found && !partial && absent(err) && p.Update.Fuzzy > 0 && !g.unreachableDry(f) { // 20
		if r.name, r.basis, found = g.h.Fuzzy(f); !found {
			r.basis = wire.BasisDest
		}
	}
	switch { // 21
	case found || partial:
	case v.group && !v.last && absent(err):
		g.wait(g.links.Get(f.Group()), v)
		return nil
	case !absent(err):
		g.log.Fail(report.GeneratorStatFailed, err, g.h.Full(f))
		return nil
	}
	if st != nil && r.basis == wire.BasisDest {
		if !v.redo && g.unchanged(f, st) { // 22
			return g.upToDate(ctx, v, st, partial)
		}
		if p.Write.Append && !v.redo && st.Size >= f.Size() { // 23
			return nil
		}
	}
	if partial { // 24
		r.basis, r.name = wire.BasisPartial, nil
	}
	r.has = found || partial
	return g.request(ctx, r)
}

// unreachableDry tells whether a dry run has nothing where f lies.
func (g *Generator) unreachableDry(f flist.File) bool { return g.dry && g.unreachable(f) }

// upToDate finishes a file whose content is there already.
func (g *Generator) upToDate(ctx context.Context, v *visit, st *fsys.Stat, partial bool) error {
	f := v.f
	if partial {
		g.h.RemovePartial(f)
	}
	g.attributes(v, st, 0, dest.Plain)
	if v.group {
		if err := g.linksDone(ctx, f, v.ndx); err != nil {
			return err
		}
	}
	g.processed(v.ndx)
	return nil
}
