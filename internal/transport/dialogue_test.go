package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/exit"
)

// stock is the reference program, the peer of these tests.
func stock(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("no rsync to talk to")
	}
	return path
}

// daemon is a stock daemon with modules mod (open), sec (bob, s3cret) and hidden.
type daemon struct{ program, config string }

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	program := stock(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ids := ""
	if os.Geteuid() == 0 {
		ids = "uid = 0\ngid = 0\n"
	}
	common := "path = " + dir + "\n"
	config := write("conf", "use chroot = no\nlog file = /dev/null\nmotd file = "+write("motd", "Welcome!\n")+"\n"+ids+
		"[mod]\ncomment = A module\n"+common+
		"[sec]\nauth users = bob\nsecrets file = "+write("secrets", "bob:s3cret\n")+"\n"+common+
		"[hidden]\nlist = no\nhosts deny = *\n"+common)
	return &daemon{program: program, config: config}
}

// connect has the daemon serve one connection, as an inetd would.
func (d *daemon) connect(t *testing.T) net.Conn {
	t.Helper()
	near, far, err := loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file, err := far.File()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(d.program, "--daemon", "--config="+d.config)
	cmd.Stdin, cmd.Stdout = file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	file.Close()
	far.Close()
	t.Cleanup(func() {
		near.Close()
		_ = cmd.Wait() // 255 after a refusal
	})
	return near
}

func (d *daemon) talk(t *testing.T, dialogue Dialogue) (Settled, string, error) {
	t.Helper()
	var text bytes.Buffer
	dialogue.Text = func(line []byte) { text.Write(append(line, '\n')) }
	if dialogue.Version == 0 {
		dialogue.Version = 32
	}
	s, err := dialogue.Run(t.Context(), d.connect(t))
	return s, text.String(), err
}

func password(s string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(s), nil }
}

// lines checks the text and the code of an error.
func wantError(t *testing.T, err error, code exit.Code, text string) {
	t.Helper()
	var e *exit.Error
	if !errors.As(err, &e) || e.Code != code || e.Text != text {
		t.Errorf("error %#v\nwant code %d %q", err, code, text)
	}
}

func TestModuleListOfStock(t *testing.T) {
	s, text, err := newDaemon(t).talk(t, Dialogue{})
	if err != nil || !s.Over {
		t.Fatalf("%+v, %v", s, err)
	}
	want := "Welcome!\n\nmod            \tA module\nsec            \t\n"
	if text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestRefusalsOfStock(t *testing.T) {
	d := newDaemon(t)
	_, _, err := d.talk(t, Dialogue{Module: "nomod"})
	wantError(t, err, exit.StartClient, "@ERROR: Unknown module 'nomod'")
	_, _, err = d.talk(t, Dialogue{Module: "hidden"})
	wantError(t, err, exit.StartClient, "@ERROR: Unknown module 'hidden'")
	for _, c := range []Dialogue{
		{Module: "sec", User: "bob", Password: password("wrong")},
		{Module: "sec", User: "bob"},
		{Module: "sec", User: "eve", Password: password("s3cret")},
	} {
		_, _, err = d.talk(t, c)
		wantError(t, err, exit.StartClient, "@ERROR: auth failed on module sec")
	}
}

// TestTransfersWithStock goes through the whole opening at each version, and sees that the daemon
// takes the arguments by what it sends then.
func TestTransfersWithStock(t *testing.T) {
	d := newDaemon(t)
	for version := 27; version <= 32; version++ {
		for _, secluded := range []bool{false, true} {
			t.Run(fmt.Sprint(version, secluded), func(t *testing.T) {
				conn := d.connect(t)
				dialogue := Dialogue{Version: version, Module: "sec", User: "bob", Password: password("s3cret"),
					EarlyInput: func() ([]byte, error) { return []byte("EARLY"), nil }}
				s, err := dialogue.Run(t.Context(), conn)
				if err != nil {
					t.Fatal(err)
				}
				if s.Protocol != version || s.Over || !s.Authenticated {
					t.Errorf("settled %+v", s)
				}
				a := Arguments{Words: []string{"--server", "--sender", "-tr", "."}, Paths: []string{"sec/motd"}}
				if version >= 30 {
					a.Words[2] = "-tre.LsfxCIvu"
				}
				if secluded {
					a.Words, a.Secluded = []string{"--server", "--sender", "-s" + a.Words[2][1:]}, []string{"rsync", "."}
				}
				if _, err := conn.Write(a.AppendDaemon(nil, version)); err != nil {
					t.Fatal(err)
				}
				head := make([]byte, 4)
				if _, err := io.ReadFull(conn, head); err != nil {
					t.Fatal(err)
				}
				if version >= 30 && (head[0] != 0x81 && head[0] != 0x80 || head[2] != 35) {
					t.Errorf("flags and list start with % x", head)
				}
			})
		}
	}
}

// relabel is a connection on which both sides see a greeting with other digest names: "" for a
// greeting without any.
type relabel struct {
	net.Conn
	names string
	first []byte
	read  bool
}

func (r *relabel) relabelled(line []byte) []byte {
	return bytes.Replace(line, []byte(" "+DigestNames), []byte(r.names), 1)
}

func (r *relabel) Write(p []byte) (int, error) {
	if _, err := r.Conn.Write(r.relabelled(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (r *relabel) Read(p []byte) (int, error) {
	if !r.read {
		line, err := ReadLine(r.Conn, nil, 1000)
		if err != nil {
			return 0, err
		}
		// A daemon of the version of the client, or it would owe a list.
		line = bytes.Replace(line, []byte(": 32."), []byte(": 31."), 1)
		r.first, r.read = append(r.relabelled(line), '\n'), true
	}
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}

func TestDigestsWithStock(t *testing.T) {
	d := newDaemon(t)
	for _, c := range []struct {
		names   string
		version int
		want    Digest
	}{
		{" sha512", 31, SHA512}, {" sha256", 31, SHA256}, {" sha1", 30, SHA1}, {" md5", 27, MD5}, {" md4", 31, MD4},
		{" md4 sha1 MD5", 29, SHA1}, {"", 31, MD5}, {"", 30, MD5}, {"", 29, MD4Seeded}, {"", 27, MD4Seeded},
	} {
		t.Run(fmt.Sprint(c.version, c.names), func(t *testing.T) {
			conn := &relabel{Conn: d.connect(t), names: c.names}
			dialogue := Dialogue{Version: c.version, Module: "sec", User: "bob", Password: password("s3cret")}
			s, err := dialogue.Run(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := ChooseDigest(&s.Greeting, s.Protocol); !ok || got != c.want {
				t.Errorf("%v was chosen", got)
			}
		})
	}
}

// scripted runs a dialogue with a peer that says text and closes. It returns what it was told.
func scripted(t *testing.T, d Dialogue, text string) (Settled, string, error) {
	t.Helper()
	a, b := Pipe()
	heard := make(chan string)
	go func() {
		all, _ := io.ReadAll(b)
		heard <- string(all)
	}()
	if _, err := b.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := b.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if d.Role == "" {
		d.Role = "Receiver"
	}
	s, err := d.Run(t.Context(), a)
	a.Close()
	return s, <-heard, err
}

func TestDialogueComplaints(t *testing.T) {
	for _, c := range []struct {
		peer string
		code exit.Code
		text string
	}{
		{"", 5, "rsync: did not see server greeting"},
		{"a\x00b\n", 5, "rsync: did not see server greeting"},
		{strings.Repeat("a", 6000), 5, "rsync: did not see server greeting"},
		{"hi\r\n", 5, `rsync: server sent "hi" rather than greeting`},
		{"@RSYNCD: x\n", 5, `rsync: server sent "@RSYNCD: x" rather than greeting`},
		{"@RSYNCD: 31\n", 5, "rsync: the server omitted the subprotocol value: @RSYNCD: 31"},
		{"@RSYNCD: 31x\n", 5, "rsync: the server omitted the subprotocol value: @RSYNCD: 31x"},
		{"@RSYNCD: 32.0\n", 5, "rsync: the server omitted the digest name list: @RSYNCD: 32.0"},
		{"@RSYNCD: 32.0 md5\n", 5, "rsync: didn't get server startup line"},
		{"@RSYNCD: 32.0 md5\nhi\n\x00", 5, "rsync: didn't get server startup line"},
		{"@RSYNCD: 32.0 md5\n@ERROR: boo\n", 5, "@ERROR: boo"},
		{"@RSYNCD: 29.0x foo\n@RSYNCD: AUTHREQD x\n", 4,
			"Failed to negotiate a daemon auth checksum choice.\nServer list: foo\nClient list: sha512 sha256 sha1 md5 md4"},
	} {
		_, _, err := scripted(t, Dialogue{Version: 32, Module: "m"}, c.peer)
		wantError(t, err, c.code, c.text)
	}
}

// TestDialogueBytes replays captures of docs/protocol/01-connection.md §17.8 to §17.10.
func TestDialogueBytes(t *testing.T) {
	d := Dialogue{Version: 32}
	s, said, err := scripted(t, d, "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\nWelcome!\n\n@RSYNCD: EXIT\n")
	if err != nil || !s.Over || said != "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n\n" {
		t.Errorf("listing: %+v, %v, said %q", s, err, said)
	}

	d = Dialogue{Version: 29, Module: "sec", User: "bob", Password: password("s3cret"),
		EarlyInput: func() ([]byte, error) { return []byte("EARLY"), nil }}
	s, said, err = scripted(t, d, "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\nWelcome!\n\n"+
		"@RSYNCD: AUTHREQD iP82PHulPsroIoQIPkjUnkrsozfn/29bQZg/4hxalC8GNIP1dvhlfB/nqLsfyEQScwtgm0TP70fuekNjT/jtSA\n@RSYNCD: OK\n")
	want := "@RSYNCD: 29.0 sha512 sha256 sha1 md5 md4\n#early_input=5\nEARLYsec\n" +
		"bob EcDgVZYVi9Zb4N23qZ7EhwSWigevjVI2VE7PqGlG7OQ7o58ZAP3Kzgf4WNx3FBK65xTLLlHRVC8PSYlIKTk6IQ\n"
	if err != nil || s.Protocol != 29 || said != want {
		t.Errorf("29: %+v, %v, said %q", s, err, said)
	}
}

// TestDialogueTakesNothingMore sees that what follows the last line stays in the connection.
func TestDialogueTakesNothingMore(t *testing.T) {
	a, b := Pipe()
	defer a.Close()
	if _, err := b.Write([]byte("@RSYNCD: 29.0 md5\n@RSYNCD: OK\nrest")); err != nil {
		t.Fatal(err)
	}
	b.CloseWrite()
	d := Dialogue{Version: 32, Module: "m"}
	if _, err := d.Run(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(a); string(rest) != "rest" {
		t.Errorf("left %q", rest)
	}
}

func TestDialogueEndsWithContext(t *testing.T) {
	a, b := Pipe()
	defer b.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	called := &exit.Error{Code: exit.Signal}
	go func() {
		_, _ = ReadLine(b, nil, 100) // the client waits now, or will
		cancel(called)
	}()
	d := Dialogue{Version: 32, Module: "m"}
	if _, err := d.Run(ctx, a); err != called {
		t.Errorf("ended with %v", err)
	}
}

func TestDialogueFailureOfConnection(t *testing.T) {
	near, far, err := loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	far.SetLinger(0)
	far.Close() // a reset
	d := Dialogue{Version: 32, Module: "m", Role: "Receiver"}
	_, err = d.Run(t.Context(), near)
	near.Close()
	if exit.CodeOf(err, 0) != exit.StreamIO || !strings.HasPrefix(err.Error(), "rsync: [Receiver] safe_") {
		t.Errorf("got %v", err)
	}
}
