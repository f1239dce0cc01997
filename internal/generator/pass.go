package generator

import (
	"bytes"
	"context"

	"godwit/internal/flist"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
)

// lookAhead is how many entries must be known before a list is begun with --hard-links, so that
// most groups are complete (docs/protocol/02-wire-and-file-list.md §16.4).
const lookAhead = 500

// mainPass goes through all lists and writes the end marker of the last, DONE (1).
func (g *Generator) mainPass(ctx context.Context) error {
	if !g.List.Incremental() {
		if s := g.List.Oldest(); s != nil {
			if err := g.list(ctx, s); err != nil {
				return err
			}
		}
		g.redoing = true
		g.done() // (1)
		return g.write()
	}
	for {
		s, err := g.nextList(ctx)
		if err != nil {
			return err
		}
		if s == nil {
			break
		}
		if err := g.list(ctx, s); err != nil {
			return err
		}
		if err := g.finishLists(); err != nil {
			return err
		}
	}
	// The end marker of the last list is DONE (1).
	err := g.waitFor(ctx, func() bool { return g.finished == g.segment })
	if err != nil {
		return err
	}
	g.redoing = true
	return g.write()
}

// nextList waits for the list after the one just passed, acting on results meanwhile. It returns
// nil when there is none.
func (g *Generator) nextList(ctx context.Context) (*flist.Segment, error) {
	flushed := false
	for {
		changed, over := g.List.Changed(), g.Ledger.Over()
		if err := g.drain(ctx); err != nil {
			return nil, err
		}
		if err := g.finishLists(); err != nil {
			return nil, err
		}
		s, eof := g.List.After(g.segment), g.List.EOF()
		if s == nil && eof || s != nil && (eof || g.known(s)) {
			return s, nil
		}
		if over {
			return nil, g.cutShort()
		}
		if !flushed || len(g.out) > 0 {
			if err := g.flush(); err != nil {
				return nil, err
			}
			flushed = true
		}
		select {
		case <-changed:
		case <-g.Ledger.Wake():
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// known reports whether enough is known beyond the start of a list to begin it.
func (g *Generator) known(s *flist.Segment) bool {
	if !g.Plan.Attrs.HardLinks || g.quiet {
		return true
	}
	return g.List.NextFirst()-s.First() >= lookAhead
}

// list handles the entries of one list in order.
func (g *Generator) list(ctx context.Context, s *flist.Segment) error {
	g.segment, g.passed, g.asked, g.parent = s, false, false, parentMemory{id: -1}
	g.scanGroups()
	first := s.First()
	incremental := g.List.Incremental()
	if incremental {
		if dir := g.List.GapFile(s); dir.Valid() {
			v := visit{f: dir, ndx: first - 1, first: first, list: s}
			if _, ndx, ok := g.List.Directory(s.Dir()); ok {
				v.made = g.early[ndx]
				delete(g.early, ndx)
			}
			if err := g.entry(ctx, &v); err != nil {
				return err
			}
		}
	}
	for pos := range s.Len() {
		f := s.At(pos)
		if !f.Active() {
			continue
		}
		v := &g.current
		*v = visit{f: f, ndx: s.NDX(pos), first: first, list: s}
		if f.IsDir() && incremental {
			if f.IsRoot() && s.Dir() < 0 {
				continue // handled as the list's own directory
			}
			v.early = true
		}
		if g.Plan.Attrs.HardLinks {
			v.group, v.last = g.place(f, v.ndx)
		}
		v.seen = g.ahead.at(ctx, g, s, pos)
		if err := g.entry(ctx, v); err != nil {
			return err
		}
		if f.IsRoot() { // its item comes before the names of what is deleted further down
			if err := g.flush(); err != nil {
				return err
			}
		}
		if err := g.between(ctx); err != nil {
			return err
		}
	}
	g.passed = true
	if g.quiet && s.Len() > 0 {
		g.Ledger.Decide(first + int32(s.Len()) - 1)
	}
	return nil
}

// between is what is due after each entry: results, pacing, keeping the connection alive.
func (g *Generator) between(ctx context.Context) error {
	if len(g.out) > 0 {
		if g.held++; g.held >= writeEntries || len(g.out) >= writeSize {
			g.held = 0
			if err := g.write(); err != nil {
				return err
			}
		}
	}
	if err := g.drain(ctx); err != nil {
		return err
	}
	if g.sizes != nil {
		return g.pace(ctx)
	}
	return nil
}

// What is written goes to the session after so many octets or entries. Messages overtake what
// is held: the names of what is deleted in a directory come before the directory's own item.
const (
	writeSize    = 16 << 10
	writeEntries = 128
)

// pace keeps the number of requests under way small with --remove-source-files, so that sources
// are removed as the run proceeds (docs/protocol/03-transfer.md §12.10).
func (g *Generator) pace(ctx context.Context) error {
	if g.dry || g.quiet || g.protocol < 30 {
		return nil
	}
	return g.waitFor(ctx, func() bool {
		n := len(g.sizes)
		return n < 10 || n < 50 && g.volume < 128<<10 || g.Ledger.InFlight() == 0
	})
}

// note remembers the size of a request under way.
func (g *Generator) noteSize(ndx int32, size int64) {
	if g.sizes != nil {
		g.sizes[ndx] = size
		g.volume += size
	}
}

func (g *Generator) forgetSize(ndx int32) {
	if size, ok := g.sizes[ndx]; ok {
		delete(g.sizes, ndx)
		g.volume -= size
	}
}

// parentMemory is what is known of the directory of the entry before.
type parentMemory struct {
	id int64
	// listed has the directories of a list that cannot be searched by name, because it was put in
	// order while its names still began with a slash.
	listed map[string]struct{}
}

// among looks for a directory in a list, in whatever order that is.
func (m *parentMemory) among(list *flist.Segment, dir []byte) bool {
	if m.listed == nil {
		m.listed = map[string]struct{}{}
		var name []byte
		for i := range list.Len() {
			if f := list.At(i); f.Active() && f.IsDir() {
				name = f.AppendPath(name[:0])
				m.listed[string(bytes.TrimLeft(name, "/"))] = struct{}{}
			}
		}
	}
	_, ok := m.listed[string(dir)]
	return ok
}

// checkParent makes sure, when the directory changes, that an entry's parent can hold it
// (docs/protocol/03-transfer.md §10, step 5).
func (g *Generator) checkParent(v *visit) error {
	id := int64(v.f.DirID())
	if id == g.parent.id {
		return nil
	}
	g.parent.id = id
	dir := v.f.DirPath()
	if !g.List.Incremental() && len(dir) > 0 && !g.parentListed(v) {
		if v.f.Mode() == 0 && g.Plan.Select.DeleteMissing {
			g.log.Say(report.ParentAbsent, report.Name(dir))
		} else {
			return g.log.Fatal(report.InvalidPathInGenerator, nil, report.Name(dir), report.Name(v.f.Base()))
		}
	}
	if g.Plan.Select.Relative && !g.Plan.Select.ImpliedDirs && !g.unreachable(v.f) && !g.h.DirExists(v.f) {
		g.h.MakeParents(v.f)
	}
	if v.ndx >= v.first { // else as an entry of its parent's list it has had this
		g.h.WarnOfParent(v.f)
	}
	return nil
}

// parentListed tells whether the directory part of an entry is a directory of the list. With
// --relative, names may begin below directories that are not listed.
func (g *Generator) parentListed(v *visit) bool {
	if g.Plan.Select.Relative && !g.Plan.Select.ImpliedDirs {
		return true
	}
	dir := bytes.TrimLeft(v.f.DirPath(), "/")
	if len(dir) == 0 {
		return true
	}
	f, ok := find(v.list, g.Order, v.f.DirPath(), true)
	if !ok && g.Plan.Select.Relative {
		return g.parent.among(v.list, dir)
	}
	return ok && f.IsDir()
}

// find looks for a name in a sorted list.
func find(s *flist.Segment, o flist.Order, name []byte, isDir bool) (flist.File, bool) {
	if s == nil {
		return flist.File{}, false
	}
	var buf []byte
	lo, hi := 0, s.Len()
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		f := s.At(mid)
		buf = f.AppendPath(buf[:0])
		if o.Compare(buf, f.IsDir(), name, isDir) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < s.Len(); lo++ {
		f := s.At(lo)
		buf = f.AppendPath(buf[:0])
		if !bytes.Equal(buf, name) {
			break
		}
		if f.Active() && f.IsDir() == isDir {
			return f, true
		}
	}
	return flist.File{}, false
}

// below reports whether a path lies below a directory, which is given with a slash at its end.
func below(path, dir []byte) bool { return len(dir) > 0 && bytes.HasPrefix(path, dir) }

// skipBelow makes everything below a directory be passed over.
func (g *Generator) skipBelow(f flist.File) {
	g.skip = append(f.AppendPath(g.skip[:0]), '/')
	if f.IsRoot() {
		g.skip = g.skip[:0]
		g.skipAll = true
	}
}

// missingBelow notes that a directory does not exist in a dry run, nor anything below it.
func (g *Generator) missingBelow(f flist.File) {
	if below(f.AppendPath(g.path[:0]), g.missing) {
		return
	}
	g.missing = append(f.AppendPath(g.missing[:0]), '/')
}

// unreachable tells whether an entry lies where a dry run has nothing.
func (g *Generator) unreachable(f flist.File) bool {
	if g.Tree.Missing() {
		return true
	}
	if len(g.missing) == 0 {
		return false
	}
	g.path = f.AppendPath(g.path[:0])
	return below(g.path, g.missing)
}

// deleteBefore is the pass of --delete-before.
func (g *Generator) deleteBefore(ctx context.Context) error {
	if g.Tree == nil || g.Plan.Delete.When != plan.DeleteBefore {
		return nil
	}
	return g.deletePass(ctx)
}

// deleteLate is what --delete-delay and --delete-after do at the end.
func (g *Generator) deleteLate(ctx context.Context) error {
	if g.Tree == nil {
		return nil
	}
	before := g.Tree.Deleted()
	switch g.Plan.Delete.When {
	case plan.DeleteDelay:
		if err := g.h.DeleteDelayed(); err != nil {
			return err
		}
	case plan.DeleteAfter:
		if err := g.deletePass(ctx); err != nil {
			return err
		}
	}
	if g.Plan.Delete.When == plan.DeleteDelay && g.Tree.Deleted() != before {
		g.touchedAll = true
	}
	g.h.ReportSkipped()
	return nil
}

// deletePass deletes what is not in the list, in all its directories
// (docs/protocol/03-transfer.md §13.1). Both passes have the complete list.
func (g *Generator) deletePass(ctx context.Context) error {
	s := g.List.Oldest()
	if s == nil {
		return nil
	}
	for pos := range s.Len() {
		f := s.At(pos)
		if !f.Active() || !f.IsDir() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if f.Is(flist.Top) && g.log.WantsDebug(options.DebugDel, 1) {
			g.log.Debugf(options.DebugDel, 1, "deleting in %s", g.name(f))
		}
		if err := g.deleteExtras(f, s); err != nil {
			return err
		}
	}
	g.log.DeletionPass()
	return nil
}
