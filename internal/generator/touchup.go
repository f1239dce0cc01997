package generator

import (
	"context"

	"godwit/internal/flist"
	"godwit/internal/plan"
)

// Directories in which something has been made, replaced or removed get their times repaired
// (docs/protocol/03-transfer.md §14.8). They are remembered by name, so that the memory is in
// proportion to what changes.

// touch notes that an entry's directory has changed, or is about to.
func (g *Generator) touch(f flist.File) {
	if !g.dry {
		g.touchPath(f.DirPath())
	}
}

// touchDir notes that a directory itself is to be repaired.
func (g *Generator) touchDir(f flist.File) {
	if !g.dry {
		g.touchPath(g.dirKey(f))
	}
}

func (g *Generator) touchPath(dir []byte) {
	if _, ok := g.touched[string(dir)]; !ok {
		g.touched[string(dir)] = struct{}{}
	}
}

// dirKey returns the name of a directory as its entries have it.
func (g *Generator) dirKey(f flist.File) []byte {
	if f.IsRoot() {
		return nil
	}
	return g.name(f)
}

// deleteExtras deletes in a directory what the sender does not have.
func (g *Generator) deleteExtras(f flist.File, list *flist.Segment) error {
	before := g.Tree.Deleted()
	err := g.h.DeleteExtras(f, list)
	if g.Tree.Deleted() != before {
		g.touchDir(f)
	}
	return err
}

// touchUp repairs one directory if it has been touched.
func (g *Generator) touchUp(f flist.File) {
	if !f.Valid() || !f.IsDir() || !f.Active() || f.Is(flist.Implied) && !g.Plan.Select.ImpliedDirs {
		return
	}
	key := g.dirKey(f)
	if _, ok := g.touched[string(key)]; !ok && !g.touchedAll {
		return
	}
	delete(g.touched, string(key))
	g.h.TouchUp(f)
}

// touchUpList repairs the directory of a list that is complete. With --delete-delay there is more to
// come.
func (g *Generator) touchUpList(s *flist.Segment) {
	if g.Tree == nil || g.dry || g.Plan.Delete.When == plan.DeleteDelay {
		return
	}
	f := g.List.GapFile(s)
	if !g.Plan.Where.Root && f.Valid() && f.Mode()&0o700 != 0o700 {
		return // its true mode would shut us out, and lists of directories in it are still to come
	}
	g.touchUp(f)
}

// touchUpAll repairs what is left at the end.
func (g *Generator) touchUpAll(ctx context.Context) error {
	if g.Tree == nil || g.dry || g.Tree.Single() || len(g.touched) == 0 && !g.touchedAll {
		return nil
	}
	if g.List.Incremental() {
		for d := range g.List.Dirs() {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if f, _, ok := g.List.Directory(int32(d)); ok {
				g.touchUp(f)
			}
		}
		return nil
	}
	s := g.List.Oldest()
	if s == nil {
		s = g.segment
	}
	if s == nil {
		return nil
	}
	// From the end, so that the time of a directory is set after those below it.
	for pos := s.Len() - 1; pos >= 0; pos-- {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		g.touchUp(s.At(pos))
	}
	return nil
}
