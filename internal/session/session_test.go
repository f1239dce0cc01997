package session_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"godwit/internal/checksum"
	"godwit/internal/exit"
	"godwit/internal/session"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// pair returns two sessions that have shaken hands, with both directions framed as the protocol
// has it.
func pair(t *testing.T, protocol int, a, b session.Settings) (client, server *session.Session) {
	t.Helper()
	x, y := transport.Pipe()
	b.Server = true
	client = session.New(t.Context(), x, a)
	server = session.New(t.Context(), y, b)
	caps := wire.CapAll
	var wg sync.WaitGroup
	wg.Go(func() {
		o, err := server.Handshake(session.Hello{Version: 32, Client: caps, AllowIncremental: true, Own: wire.CompatAll, Seed: 77})
		if err != nil {
			t.Error("server:", err)
		}
		if o.Caps.Protocol != protocol || o.Caps.Seed != 77 {
			t.Errorf("server caps %+v", o.Caps)
		}
		if err := server.FrameOutput(true); err != nil {
			t.Error(err)
		}
		server.StartInput(protocol >= 30)
	})
	o, err := client.Handshake(session.Hello{Version: protocol, Client: caps, AllowIncremental: true})
	if err != nil {
		t.Fatal("client:", err)
	}
	want := checksum.Default(protocol)
	if protocol >= 30 {
		want = checksum.XXH128
	}
	if o.Transfer != want || o.Caps.Seed != 77 {
		t.Errorf("client: %v %+v", o.Transfer, o.Caps)
	}
	if protocol >= 30 {
		if err := client.FrameOutput(true); err != nil {
			t.Fatal(err)
		}
	}
	client.StartInput(true)
	wg.Wait()
	return client, server
}

func TestHandshakeAndData(t *testing.T) {
	for protocol := 27; protocol <= 32; protocol++ {
		t.Run(fmt.Sprint(protocol), func(t *testing.T) {
			client, server := pair(t, protocol, session.Settings{Sender: true}, session.Settings{})
			rng := rand.New(rand.NewSource(int64(protocol)))
			data := make([]byte, 3<<20)
			rng.Read(data)
			// Both write a lot before either reads: neither may wait for the other for ever.
			var wg sync.WaitGroup
			for _, s := range []*session.Session{client, server} {
				wg.Go(func() {
					for p := data; len(p) > 0; {
						n := min(len(p), 1+rng2(len(p)))
						if _, err := s.Write(p[:n]); err != nil {
							t.Error(err)
							return
						}
						p = p[n:]
					}
					s.Flush()
				})
				wg.Go(func() {
					got, err := s.In().Append(nil, len(data))
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
				})
			}
			wg.Wait()
			client.Close()
			server.Close()
		})
	}
}

func rng2(n int) int { return (n*7919)%70000 + 1 }

func TestMessagesKeepTheirPlace(t *testing.T) {
	client, server := pair(t, 32, session.Settings{Sender: true}, session.Settings{})
	var said []string
	client.Handle(session.Handlers{
		Text:    func(m wire.Msg, b []byte) { said = append(said, m.String()+":"+string(b)) },
		Success: func(ndx int32) error { return nil },
	})
	server.Write([]byte("first"))
	server.Drain()
	server.Send(wire.MsgInfo, []byte("between\n"))
	server.Drain()
	server.Write([]byte("second"))
	server.Flush()
	for _, want := range []string{"first", "second"} {
		got, err := client.In().Append(nil, len(want))
		if err != nil || string(got) != want {
			t.Fatalf("got %q, %v", got, err)
		}
		if want == "first" && len(said) != 0 {
			t.Fatalf("the message came early: %q", said)
		}
	}
	if len(said) != 1 || said[0] != "info:between\n" {
		t.Fatalf("messages %q", said)
	}
	client.Close()
	server.Close()
}

// A peer that talks without end while data stands before its words does not fill our memory: it
// has to wait, as one that sends data has.
func TestTalkIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, 32, session.Settings{Sender: true}, session.Settings{})
		const messages = 4000
		said := 0
		client.Handle(session.Handlers{Text: func(wire.Msg, []byte) { said++ }})
		server.Write([]byte("x"))
		server.Drain()
		sent := make(chan int, messages)
		var wg sync.WaitGroup
		wg.Go(func() {
			text := append(bytes.Repeat([]byte("a"), 4000), '\n')
			for i := range messages {
				server.Send(wire.MsgInfo, text)
				sent <- i
			}
			server.Write([]byte("y"))
			server.Flush()
		})
		synctest.Wait()
		if n := len(sent); n == messages || n < 100 {
			t.Errorf("%d messages went out before anybody listened", n)
		}
		if got, err := client.In().Append(nil, 2); err != nil || string(got) != "xy" {
			t.Errorf("got %q, %v", got, err)
		}
		wg.Wait()
		if said != messages {
			t.Errorf("%d messages arrived", said)
		}
		client.Close()
		server.Close()
	})
}

func TestUnexpectedEnd(t *testing.T) {
	client, server := pair(t, 32, session.Settings{}, session.Settings{Sender: true})
	server.Write([]byte{1, 2})
	server.Close()
	_, err := client.In().Int32()
	var e *exit.Error
	if !errors.As(err, &e) || e.Code != exit.StreamIO || !bytes.Contains([]byte(e.Text), []byte("connection unexpectedly closed")) {
		t.Fatalf("got %v", err)
	}
	client.Close()
}

func TestErrorExitIsTold(t *testing.T) {
	client, server := pair(t, 32, session.Settings{Sender: true}, session.Settings{})
	server.PostInt(wire.MsgErrorExit, 23)
	server.Flush()
	_, err := client.In().Byte()
	var e *exit.Error
	if !errors.As(err, &e) || e.Code != 23 || !e.Told {
		t.Fatalf("got %v", err)
	}
	client.Close()
	server.Close()
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := transport.Pipe()
		s := session.New(context.Background(), x, session.Settings{Timeout: 3 * time.Second})
		began := time.Now()
		_, err := s.In().Byte()
		var e *exit.Error
		if !errors.As(err, &e) || e.Code != exit.Timeout || e.Text != "[Receiver] io timeout after 3 seconds -- exiting" {
			t.Fatalf("got %v", err)
		}
		if d := time.Since(began); d < 3*time.Second || d > 4*time.Second {
			t.Errorf("after %v", d)
		}
		s.Close()
	})
}

func TestNotARsync(t *testing.T) {
	x, y := transport.Pipe()
	s := session.New(t.Context(), x, session.Settings{})
	go y.Write([]byte("hello, I am a shell\n"))
	_, err := s.Handshake(session.Hello{Version: 32})
	var e *exit.Error
	if !errors.As(err, &e) || e.Code != exit.Protocol {
		t.Fatalf("got %v", err)
	}
	s.Close()
}

// TestStockServer shakes hands with the reference program.
func TestStockServer(t *testing.T) {
	if _, err := exec.LookPath("rsync"); err != nil {
		t.Skip("rsync is not installed")
	}
	for protocol := 27; protocol <= 32; protocol++ {
		t.Run(fmt.Sprint(protocol), func(t *testing.T) {
			caps := "-re.iLsfxCIvu"
			if protocol < 30 {
				caps = "-r"
			}
			cmd := exec.Command("rsync", "--server", "--sender", caps, ".", t.TempDir())
			in, _ := cmd.StdinPipe()
			out, _ := cmd.StdoutPipe()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			conn := struct {
				io.Reader
				io.WriteCloser
			}{out, in}
			s := session.New(t.Context(), conn, session.Settings{})
			o, err := s.Handshake(session.Hello{Version: protocol, Client: wire.ParseClientCaps(caps[2:]), AllowIncremental: true})
			if err != nil || o.Caps.Protocol != protocol {
				t.Fatalf("%+v, %v", o, err)
			}
			s.Close()
			cmd.Wait()
		})
	}
}
