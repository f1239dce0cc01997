package session

import (
	"context"
	"time"
)

// throttle is --bwlimit (docs/protocol/03-transfer.md §16): every write adds to a debt that time
// pays off; when the debt stands for a tenth of a second or more, the writer sleeps.
type throttle struct {
	rate float64 // bytes per second
	debt float64
	last time.Time
}

func newThrottle(kibPerSecond int64) *throttle {
	if kibPerSecond <= 0 {
		return nil
	}
	return &throttle{rate: float64(kibPerSecond) * 1024}
}

// piece is the largest single write.
func (t *throttle) piece() int { return max(512, int(t.rate/1024*128)) }

// wrote accounts n bytes and sleeps when that is due.
func (t *throttle) wrote(ctx context.Context, n int) error {
	now := time.Now()
	if !t.last.IsZero() {
		t.debt = max(0, t.debt-now.Sub(t.last).Seconds()*t.rate)
	}
	t.debt += float64(n)
	t.last = now
	want := time.Duration(t.debt / t.rate * float64(time.Second))
	if want < 100*time.Millisecond {
		return nil
	}
	timer := time.NewTimer(want)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
	}
	slept := time.Since(now)
	t.debt = (want - slept).Seconds() * t.rate
	t.last = time.Now()
	return nil
}
