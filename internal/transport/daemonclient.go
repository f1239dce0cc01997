package transport

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/session"
)

// Dialogue is the client's half of the text that opens a daemon connection
// (docs/protocol/01-connection.md §7).
type Dialogue struct {
	Version int    // own version: 32, or --protocol
	Module  string // ModuleOf the first path; "" asks for the list of modules
	User    string // who to answer a challenge as: UserFor
	// Password is asked for when the daemon demands it. nil is an empty one.
	Password func(context.Context) ([]byte, error)
	// EarlyInput returns what --early-input sends, and is asked once the daemon has greeted. nil
	// sends nothing.
	EarlyInput func() ([]byte, error)
	// Text takes a line of the message of the day or of a list, valid during the call, its bytes
	// unescaped. nil (--no-motd) drops them all.
	Text func(line []byte)
	// Timeout is --timeout: how long the daemon may be silent, 0 for ever.
	Timeout time.Duration
	Role    string // for error messages, such as "sender"
}

// Settled is what the dialogue came to.
type Settled struct {
	Greeting Greeting // the daemon's
	Protocol int      // the version to talk, by which arguments are framed
	// Over is set when the daemon has said all it had to say, such as the list of modules: the
	// run ends well, without a transfer.
	Over bool
	// Authenticated tells that the daemon asked for a password.
	Authenticated bool
}

// daemonLine is how long a line from a daemon may be.
const daemonLine = 5119

// ModuleOf returns the module that a daemon path names.
func ModuleOf(path string) string {
	module, _, _ := strings.Cut(path, "/")
	return module
}

// UserFor returns the user to authenticate as: the operand's, else USER, else LOGNAME, else
// nobody (docs/protocol/01-connection.md §9.5).
func UserFor(operand string, lookup func(string) (string, bool)) string {
	if operand != "" {
		return operand
	}
	user, set := lookup("USER")
	if !set {
		user, _ = lookup("LOGNAME")
	}
	if user == "" {
		return "nobody"
	}
	return user
}

// Run talks to the daemon until it expects the arguments or has nothing more to say. No byte
// after the daemon's last line is taken from conn. When ctx ends conn is closed. Refusals have
// exit code 5; the texts are those the reference prints.
func (d *Dialogue) Run(ctx context.Context, conn session.Conn) (Settled, error) {
	t := newTalk(ctx, conn, d)
	defer t.stop()
	s, err := d.run(ctx, t)
	if err != nil {
		return s, t.cause(err)
	}
	return s, nil
}

func (d *Dialogue) run(ctx context.Context, t *talk) (s Settled, err error) {
	if err := t.send(AppendGreeting(nil, d.Version)); err != nil {
		return s, err
	}
	if s.Greeting, err = d.greeted(t); err != nil {
		return s, err
	}
	s.Protocol = s.Greeting.Agreed(d.Version)
	out, err := d.opening()
	if err != nil {
		return s, err
	}
	if err := t.send(out); err != nil {
		return s, err
	}
	var auth answerer
	for {
		line, err := t.line()
		if err != nil {
			return s, refused(err, "rsync: didn't get server startup line")
		}
		text := string(line)
		challenge, asked := strings.CutPrefix(text, "@RSYNCD: AUTHREQD ")
		switch {
		case asked:
			s.Authenticated = true
			reply, err := auth.answer(ctx, d, &s, challenge)
			if err != nil {
				return s, err
			}
			if err := t.send(reply); err != nil {
				return s, err
			}
		case text == "@RSYNCD: OK":
			return s, nil
		case text == "@RSYNCD: EXIT":
			s.Over = true
			return s, nil
		case strings.HasPrefix(text, "@ERROR"):
			return s, &exit.Error{Code: exit.StartClient, Text: text}
		case d.Text != nil:
			d.Text(line)
		}
	}
}

// greeted reads and checks the daemon's greeting.
func (d *Dialogue) greeted(t *talk) (Greeting, error) {
	line, err := t.line()
	if err != nil {
		return Greeting{}, refused(err, "rsync: did not see server greeting")
	}
	g, ok := ParseGreeting(line)
	if !ok {
		return g, exit.Errorf(exit.StartClient, "rsync: server sent \"%s\" rather than greeting", line)
	}
	if what := g.Omits(); what != "" {
		return g, exit.Errorf(exit.StartClient, "rsync: the server omitted the %s: %s", what, line)
	}
	return g, nil
}

// opening is what follows the greeting: early input and the module's name.
func (d *Dialogue) opening() ([]byte, error) {
	var out []byte
	if d.EarlyInput != nil {
		early, err := d.EarlyInput()
		if err != nil {
			return nil, err
		}
		if len(early) > 0 {
			out = append(out, "#early_input="...)
			out = strconv.AppendInt(out, int64(len(early)), 10)
			out = append(out, '\n')
			out = append(out, early...)
		}
	}
	return append(append(out, d.Module...), '\n'), nil
}

// answerer answers challenges. It asks for the password once.
type answerer struct {
	password []byte
	asked    bool
}

func (a *answerer) answer(ctx context.Context, d *Dialogue, s *Settled, challenge string) ([]byte, error) {
	digest, ok := ChooseDigest(&s.Greeting, s.Protocol)
	if !ok {
		return nil, exit.Errorf(exit.Unsupported, "Failed to negotiate a daemon auth checksum choice.\nServer list: %s\nClient list: %s",
			s.Greeting.Names, DigestNames)
	}
	if !a.asked && d.Password != nil {
		var err error
		if a.password, err = d.Password(ctx); err != nil {
			return nil, err
		}
	}
	a.asked = true
	return []byte(d.User + " " + digest.Response(a.password, challenge) + "\n"), nil
}

// refused words the end of the dialogue where a line was due: a failure of the connection is
// told as such, anything else as what.
func refused(err error, what string) error {
	var e *exit.Error
	if errors.As(err, &e) {
		return err
	}
	return &exit.Error{Code: exit.StartClient, Text: what, Err: err}
}

// talk is a connection during the dialogue: watched by the context and by the time-out.
type talk struct {
	conn   session.Conn
	role   string
	limit  time.Duration
	timer  *time.Timer
	late   atomic.Bool
	ctx    context.Context
	cancel func()
	buf    []byte
}

func newTalk(ctx context.Context, conn session.Conn, d *Dialogue) *talk {
	t := &talk{conn: conn, role: d.Role, limit: d.Timeout, ctx: ctx, cancel: closeOnEnd(ctx, conn)}
	if t.limit > 0 {
		t.timer = time.AfterFunc(t.limit, func() {
			t.late.Store(true)
			conn.Close()
		})
	}
	return t
}

func (t *talk) stop() {
	t.cancel()
	if t.timer != nil {
		t.timer.Stop()
	}
}

// cause returns why the dialogue ended: what closed the connection comes before what that did.
func (t *talk) cause(err error) error {
	switch {
	case t.ctx.Err() != nil:
		return context.Cause(t.ctx)
	case t.late.Load():
		return exit.Errorf(exit.Timeout, "[%s] io timeout after %d seconds -- exiting", t.role, t.limit/time.Second)
	}
	return err
}

// Read feeds ReadLine. Each byte shows that the daemon lives.
func (t *talk) Read(p []byte) (int, error) {
	n, err := t.conn.Read(p)
	if n > 0 && t.timer != nil {
		t.timer.Reset(t.limit)
	}
	if err != nil && err != io.EOF {
		err = exit.Errorf(exit.StreamIO, "rsync: [%s] safe_read failed to read %d bytes: %s", t.role, len(p), errno.Text(err))
	}
	return n, err
}

// line returns the next line of the daemon, valid until the next call.
func (t *talk) line() ([]byte, error) {
	var err error
	t.buf, err = ReadLine(t, t.buf[:0], daemonLine)
	return t.buf, err
}

func (t *talk) send(p []byte) error {
	if _, err := t.conn.Write(p); err != nil {
		return exit.Errorf(exit.StreamIO, "rsync: [%s] safe_write failed to write %d bytes to socket: %s", t.role, len(p), errno.Text(err))
	}
	if t.timer != nil {
		t.timer.Reset(t.limit)
	}
	return nil
}
