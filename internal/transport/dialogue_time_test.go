package transport

import (
	"testing"
	"testing/synctest"
	"time"

	"godwit/internal/exit"
)

func TestDialogueTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		defer b.Close()
		start := time.Now()
		go func() {
			for range 3 { // a slow daemon is alive
				time.Sleep(4 * time.Second)
				b.Write([]byte("@"))
			}
		}()
		d := Dialogue{Version: 32, Module: "m", Timeout: 5 * time.Second, Role: "sender"}
		_, err := d.Run(t.Context(), a)
		wantError(t, err, exit.Timeout, "[sender] io timeout after 5 seconds -- exiting")
		if took := time.Since(start); took != 17*time.Second {
			t.Errorf("after %v", took)
		}
	})
}
