package ledger_test

import (
	"errors"
	"testing"

	"godwit/internal/ledger"
)

// A generator that waits for what will not come hears so, after all that did come.
func TestFinish(t *testing.T) {
	l := ledger.New()
	l.EndPhase(1)
	l.Finish()
	if e, err := l.Wait(t.Context(), nil); err != nil || e.Kind != ledger.PhaseEnd {
		t.Errorf("got %v, %v", e, err)
	}
	for range 2 {
		if _, err := l.Wait(t.Context(), nil); !errors.Is(err, ledger.ErrOver) {
			t.Errorf("got %v", err)
		}
	}
}
