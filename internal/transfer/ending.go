package transfer

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/report"
)

// How a conversation ends: who puts a failure into words, who closes the run with its last line,
// and how the other end hears of it (docs/protocol/06-output.md §11.2).

// Twin is what the two ends of a local copy share about how they end: of a failure that both
// find, the one that is first speaks.
type Twin struct {
	mu     sync.Mutex
	spoken bool
	text   string
}

// speaks reports whether an end is to say text: not when the other one has said it, nor when the
// other one has ended the handshake. A nil Twin has no second end.
func (t *Twin) speaks(text string, settled bool) bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.spoken {
		t.spoken, t.text = true, text
		return true
	}
	return settled && t.text != text
}

// finish says what went wrong, tells the peer, and ends the session.
func (c *conversation) finish(totals report.Totals, err error) Result {
	res := Result{Totals: totals}
	if first := c.s.Err(); first != nil && err != nil && !errors.Is(first, io.ErrClosedPipe) {
		err = first
	}
	if err != nil && !errors.Is(err, io.EOF) {
		res.Fatal = true
		res.Code, res.Told = c.say(err, c.log)
		c.abort(res.Code, res.Told)
	} else {
		res.Complete = true
		_ = c.s.Drain()
	}
	c.s.Close()
	c.Router.SetPeer(nil, 0)
	if res.Code == exit.OK {
		res.Code = res.Code.Raise(c.Router.Trouble())
	}
	res.Role = c.log.Role()
	return res
}

// say puts a failure into words, closing line included, unless that has been done. It returns the
// exit code and whether it is the peer who has spoken.
func (c *conversation) say(err error, log *report.Log) (code exit.Code, told bool) {
	var e *exit.Error
	if !errors.As(err, &e) {
		e = &exit.Error{Code: exit.StreamIO, Text: "rsync: " + err.Error()}
	}
	if c.spoken || e.Told && e.Text == "" {
		return e.Code, e.Told
	}
	c.spoken = true
	if c.Local && c.Server && (c.closedByTwin(e) || e.Code == exit.Signal) || !c.Twin.speaks(e.Text, c.settled) {
		// The other end of this process has failed first and says why; of an interruption, which
		// meets both, it is the sender that speaks.
		return e.Code, true
	}
	code = e.Code
	if c.Raise != nil {
		code = c.Raise(code)
	}
	if stop := c.interruption(); stop != nil {
		// The signal may have met what lies behind the connection as well, and sooner.
		e, code = stop, stop.Code
	}
	for line := range strings.SplitSeq(e.Text, "\n") {
		if line != "" {
			log.Text(report.Error, line)
		}
	}
	if !e.Told && code != exit.OK {
		log.Closing(code, "main.go(1)")
	}
	return code, e.Told
}

// interruption is the cause if a signal has ended the run, else nil.
func (c *conversation) interruption() *exit.Error {
	var e *exit.Error
	if errors.As(context.Cause(c.outer), &e) && e.Code == exit.Signal {
		return e
	}
	return nil
}

// closedByTwin tells whether e is no more than the far end's news that the near end of this
// process has closed the connection.
func (c *conversation) closedByTwin(e *exit.Error) bool {
	return c.Local && c.Server && e.Code == exit.StreamIO && errors.Is(e, io.ErrUnexpectedEOF)
}

// abort ends a failed session so that each side's words arrive.
func (c *conversation) abort(code exit.Code, told bool) {
	told = told || c.mute()
	c.s.Abort(code, !told)
	if told || !code.TellsPeer() {
		return
	}
	c.lastInput(lastInputLimit)
}

// mute tells whether this is a sender behind a remote shell that complains on a standard error of
// its own: such a one just ends, and its client finds the connection closed
// (docs/protocol/02-wire-and-file-list.md §7).
func (c *conversation) mute() bool {
	return c.Sender && c.Server && !c.Local && c.Module == nil && c.Router.Mode != options.StderrClient
}

// lastInputLimit is how long a failed side waits for its peer to have heard and to end.
const lastInputLimit = 500 * time.Millisecond

// lastInput takes in what still arrives. The input has one reader at a time: while the receiver is
// at work it is the receiver, and another role waits for that to come to the end.
func (c *conversation) lastInput(limit time.Duration) {
	if c.reading == nil || c.failedRole == report.RoleReceiver {
		c.s.DrainInput(limit)
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.reading:
	case <-timer.C:
	}
}

// stopRoles ends the session after a failure of one role, having said to the peer and the user
// what there is to say.
func (c *conversation) stopRoles(err error) {
	if c.s.Err() == nil {
		code, told := c.say(err, c.log.As(c.failedRole))
		err = &exit.Error{Code: code, Told: told, Err: err}
		c.firstFailure = err
		c.abort(code, told)
	}
	c.s.Fail(err)
}
