package session_test

import (
	"sync"
	"testing"
	"time"

	"godwit/internal/session"
)

// One role fails and drains the input while another is in the middle of reading it: the reader
// leaves, and nobody reads what the other has taken.
func TestDrainTakesTheInputOver(t *testing.T) {
	for range 50 {
		client, server := pair(t, 31, session.Settings{Sender: true}, session.Settings{})
		var wg sync.WaitGroup
		reads := make(chan struct{})
		wg.Go(func() {
			in := server.In()
			for n := 0; ; n++ {
				if n == 100 {
					close(reads)
				}
				if _, err := in.Varint(); err != nil {
					return
				}
			}
		})
		wg.Go(func() {
			p := make([]byte, 1000)
			for {
				if _, err := client.Write(p); err != nil {
					return
				}
			}
		})
		<-reads
		server.DrainInput(5 * time.Millisecond)
		server.Close()
		client.Close()
		wg.Wait()
	}
}
