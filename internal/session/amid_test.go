package session_test

import (
	"testing"
	"testing/synctest"

	"godwit/internal/session"
	"godwit/internal/wire"
)

// A writer whose buffer is full sends it in the middle of a number, and what it has to say next
// comes before the rest: the reader of the number must not wait for bytes behind a message that
// waits for the reader.
func TestMessageAmidValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, 32, session.Settings{Sender: true}, session.Settings{})
		said := 0
		client.Handle(session.Handlers{Text: func(wire.Msg, []byte) { said++ }})
		for _, part := range [][]byte{{1}, {2, 3}, {4}} {
			if _, err := server.Write(part); err != nil {
				t.Fatal(err)
			}
			server.Drain()
			server.Send(wire.MsgInfo, []byte("amid\n"))
			server.Drain()
		}
		n, err := client.In().Uint32()
		if err != nil || n != 0x04030201 || said != 2 {
			t.Errorf("got %#x, %v, after %d messages", n, err, said)
		}
		client.Close()
		server.Close()
	})
}
