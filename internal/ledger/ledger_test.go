package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/exit"
	"godwit/internal/ledger"
)

func next(t *testing.T, l *ledger.Ledger) ledger.Event {
	t.Helper()
	e, ok := l.Next()
	if !ok {
		t.Fatal("no event")
	}
	return e
}

// TestRedoKeepsItsList: a file that has to be sent again leaves its list incomplete until the
// second result has been acted on.
func TestRedoKeepsItsList(t *testing.T) {
	l := ledger.New()
	l.Request(5, 4)
	l.NeedsRedo(5)
	if e := next(t, l); e.Kind != ledger.Redo || e.NDX != 5 {
		t.Fatalf("%+v", e)
	}
	if l.Outstanding(4) != 1 || l.State(5) != ledger.ToRedo || l.InFlight() != 0 {
		t.Errorf("after the first failure: %d outstanding, state %d, %d in flight", l.Outstanding(4), l.State(5), l.InFlight())
	}
	l.Request(5, 4)
	if l.State(5) != ledger.Redoing || l.InFlight() != 1 {
		t.Errorf("state %d, %d in flight", l.State(5), l.InFlight())
	}
	l.Failed(5)
	if l.Outstanding(4) != 1 {
		t.Error("complete before the generator has acted on the result")
	}
	l.Settle(5, 4)
	if l.Outstanding(4) != 0 || l.State(5) != ledger.Unasked {
		t.Errorf("%d outstanding, state %d", l.Outstanding(4), l.State(5))
	}
}

// TestNotSent: the sender may only decline what was asked of it.
func TestNotSent(t *testing.T) {
	l := ledger.New()
	if err := l.NotSent(3); err != nil {
		t.Errorf("nothing is ever requested in this run: %v", err)
	}
	l.Request(3, 1)
	if err := l.NotSent(4); exit.CodeOf(err, 0) != exit.Protocol {
		t.Errorf("file that was not asked for: %v", err)
	}
	if err := l.NotSent(3); err != nil {
		t.Error(err)
	}
	if e := next(t, l); e.Kind != ledger.NotSent || e.NDX != 3 {
		t.Errorf("%+v", e)
	}
	if err := l.NotSent(3); err == nil {
		t.Error("declined twice")
	}
}

// TestWaitCallsHookFirst: what is held must be sent before the generator waits for its effect.
func TestWaitCallsHookFirst(t *testing.T) {
	l := ledger.New()
	e, err := l.Wait(t.Context(), func() { l.EndPhase(1) })
	if err != nil || e.Kind != ledger.PhaseEnd || e.NDX != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := l.Wait(ctx, nil); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

// TestOrder: events come in the order of the reports, whatever the pace of the two sides.
func TestOrder(t *testing.T) {
	const n = 5000
	l := ledger.New()
	for i := range int32(n) {
		l.Request(i, 0)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range int32(n) {
			l.Succeeded(i, 0, 0)
		}
		l.EndStream()
	})
	for want := int32(0); ; want++ {
		e, err := l.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == ledger.StreamEnd {
			if want != n {
				t.Errorf("%d results", want)
			}
			break
		}
		if e.NDX != want {
			t.Fatalf("got %d, want %d", e.NDX, want)
		}
		l.Settle(e.NDX, 0)
	}
	wg.Wait()
	if l.Outstanding(0) != 0 || l.InFlight() != 0 {
		t.Errorf("%d outstanding, %d in flight", l.Outstanding(0), l.InFlight())
	}
}

// TestCounts compares the counts of lists with a plain model.
func TestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := ledger.New()
		model := map[int32]int{}
		open := map[int32]int32{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			ndx := rapid.Int32Range(0, 39).Draw(t, "ndx")
			first := ndx / 10 * 10
			if _, ok := open[ndx]; !ok {
				l.Request(ndx, first)
				open[ndx] = first
				model[first]++
			} else {
				l.Succeeded(ndx, 0, 0)
				l.Settle(ndx, first)
				delete(open, ndx)
				model[first]--
			}
			for f := int32(0); f < 40; f += 10 {
				if l.Outstanding(f) != model[f] {
					t.Fatalf("list %d: %d outstanding, want %d", f, l.Outstanding(f), model[f])
				}
			}
		}
	})
}

// TestDelayed: delayed files are handed out once, in order of their indexes.
func TestDelayed(t *testing.T) {
	l := ledger.New()
	for _, ndx := range []int32{7, 2, 9, 2} {
		l.Delay(ndx)
	}
	got := l.TakeDelayed()
	if len(got) != 3 || got[0] != 2 || got[1] != 7 || got[2] != 9 {
		t.Errorf("got %v", got)
	}
	if len(l.TakeDelayed()) != 0 {
		t.Error("handed out twice")
	}
}

// TestWants: a batch's data are wanted if the generator asked for them before it passed their index.
func TestWants(t *testing.T) {
	l := ledger.New()
	l.Request(4, 1)
	go l.Decide(8)
	for ndx, want := range map[int32]bool{4: true, 8: false, 3: false} {
		got, err := l.Wants(t.Context(), ndx)
		if err != nil || got != want {
			t.Errorf("%d: %v, %v", ndx, got, err)
		}
	}
}

// TestLinks: a group goes from nothing over a leader in flight to a leader in place.
func TestLinks(t *testing.T) {
	var links ledger.Links
	links.Lead(3, 12)
	if g, ok := links.Led(12); !ok || g.State != ledger.GroupInFlight {
		t.Fatal("no leader in flight")
	}
	if g, ok := links.Fail(12); !ok || g.State != ledger.GroupNew {
		t.Error("the leader failed")
	}
	links.Lead(3, 14)
	if g := links.Finish(3, 14, "a/b"); g.State != ledger.GroupDone || g.Path != "a/b" {
		t.Errorf("%+v", g)
	}
	if _, ok := links.Led(14); ok {
		t.Error("a leader in place is no longer in flight")
	}
}
