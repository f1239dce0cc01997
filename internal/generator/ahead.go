package generator

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/plan"
	"godwit/internal/report"
)

// With --checksum the time goes into reading what is at the destination. Some entries are looked at
// ahead, side by side; what is decided, said and sent stays in the order of the list.
const (
	aheadEntries = 128     // entries that are looked at together
	aheadVolume  = 8 << 20 // octets that are read for them, beyond the first file
	aheadWorkers = 4
)

// ahead is a stretch of a list that has been looked at. It belongs to the goroutine of the
// generator, which lends it to workers while it works along.
type ahead struct {
	hands    []*dest.Hand
	list     *flist.Segment
	from, to int  // the stretch
	blank    bool // nothing of it has been looked at
	found    []dest.Foresight
	next     atomic.Int32
}

// newAhead returns nil if looking ahead gains nothing, or might find what is not so when the turn of
// an entry comes, or what its turn would not have looked at.
func (g *Generator) newAhead() *ahead {
	u := &g.Plan.Update
	workers := min(runtime.GOMAXPROCS(0), aheadWorkers)
	if !u.Checksum || workers < 2 || !g.h.LooksAhead() ||
		u.IgnoreExisting || u.NewerOnly || u.Alt != plan.AltNone || g.Plan.Select.MinSize >= 0 || g.Plan.Select.MaxSize >= 0 {
		return nil
	}
	a := &ahead{found: make([]dest.Foresight, aheadEntries)}
	for range workers {
		a.hands = append(a.hands, g.Tree.Hand(report.RoleGenerator))
	}
	return a
}

func (a *ahead) close() {
	for _, h := range a.hands {
		h.Close()
	}
}

// at returns what has been found at the destination of the entry at a position of a list, or nil.
func (a *ahead) at(ctx context.Context, g *Generator, s *flist.Segment, pos int) *dest.Foresight {
	if a == nil {
		return nil
	}
	if s != a.list || pos >= a.to {
		a.list, a.from, a.to = s, pos, pos
		if len(g.skip) == 0 && !g.skipAll {
			a.look(ctx)
		}
	}
	if pos >= a.to || a.blank || !a.foresees(pos) {
		return nil
	}
	return &a.found[pos-a.from]
}

// foresees tells whether an entry is one that is looked at ahead.
func (a *ahead) foresees(pos int) bool {
	f := a.list.At(pos)
	return f.Active() && f.IsRegular()
}

// look looks at a stretch that begins at from.
func (a *ahead) look(ctx context.Context) {
	files, volume := 0, int64(0)
	for a.to < min(a.list.Len(), a.from+aheadEntries) {
		if a.foresees(a.to) {
			if volume += a.list.At(a.to).Size(); files > 0 && volume > aheadVolume {
				break
			}
			files++
		}
		a.to++
	}
	a.blank = files < 2 // in its turn is as good
	if a.blank {
		return
	}
	a.next.Store(int32(a.from))
	var workers sync.WaitGroup
	for _, h := range a.hands[1:min(files, len(a.hands))] {
		workers.Go(func() { a.work(ctx, h) })
	}
	a.work(ctx, a.hands[0])
	workers.Wait()
}

func (a *ahead) work(ctx context.Context, h *dest.Hand) {
	for ctx.Err() == nil {
		pos := int(a.next.Add(1)) - 1
		if pos >= a.to {
			return
		}
		if a.foresees(pos) {
			h.Foresee(a.list.At(pos), &a.found[pos-a.from])
		}
	}
}
