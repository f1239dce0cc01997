package session_test

import (
	"testing"

	"godwit/internal/session"
)

// Input counts as ready until its last byte is read: who asks before a wait must not take what it
// has used up for more.
func TestReady(t *testing.T) {
	client, server := pair(t, 32, session.Settings{Sender: true}, session.Settings{})
	defer server.Close()
	defer client.Close()
	if _, err := client.Write([]byte{1, 2}); err != nil {
		t.Fatal(err)
	}
	client.Flush()
	if _, err := server.In().Byte(); err != nil {
		t.Fatal(err)
	}
	if !server.Ready() {
		t.Error("a byte is left, and not ready")
	}
	if _, err := server.In().Byte(); err != nil {
		t.Fatal(err)
	}
	if server.Ready() {
		t.Error("nothing is left, and ready")
	}
}
