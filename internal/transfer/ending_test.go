package transfer

import "testing"

// Of a failure that both ends of a local copy find, one speaks; a failure of its own is each end's
// own affair once the handshake is through.
func TestTwinSpeaks(t *testing.T) {
	twin := &Twin{}
	for i, step := range []struct {
		text    string
		settled bool
		want    bool
	}{
		{"protocol version mismatch", false, true},
		{"protocol version mismatch", false, false},
		{"connection unexpectedly closed", false, false},
		{"protocol version mismatch", true, false},
		{"write failed", true, true},
	} {
		if got := twin.speaks(step.text, step.settled); got != step.want {
			t.Errorf("step %d: %q: speaks %v, want %v", i, step.text, got, step.want)
		}
	}
	var alone *Twin
	if !alone.speaks("anything", false) || !alone.speaks("anything", true) {
		t.Error("an end without a twin is silent")
	}
}
