package godwit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// Code is the exit status that the program would have ended with.
type Code int

// The codes that callers tell apart; the others are in docs/protocol/06-output.md §11.
const (
	Usage         Code = 1  // options or operands cannot be used
	Incompatible  Code = 2  // the peer is no rsync, or none that can be talked to
	NoSelection   Code = 3  // a source or the destination cannot be selected
	Unsupported   Code = 4  // one of the ends cannot do what was asked
	Refused       Code = 5  // the daemon refused: no such module, wrong password
	SocketIO      Code = 10 // the host cannot be reached
	FileIO        Code = 11 // a local file failed in a way that ended the job, such as a full disk
	StreamIO      Code = 12 // the connection broke
	Interrupted   Code = 20 // the context was cancelled
	Partial       Code = 23 // some files or attributes were not transferred
	Vanished      Code = 24 // some source files vanished before they could be sent
	DeleteLimit   Code = 25 // --max-delete kept files from being deleted
	Timeout       Code = 30 // no data for --timeout seconds, or the time of --stop-after has come
	ConnectFailed Code = 35 // no connection within --contimeout
)

// Error is how a job failed.
type Error struct {
	Code Code
	// Text holds the lines that were reported as errors and warnings, in order, without the
	// closing line.
	Text  string
	cause error
}

// Error returns the first reported line and the meaning of the code.
func (e *Error) Error() string {
	first, _, _ := strings.Cut(e.Text, "\n")
	if first == "" {
		return "rsync: " + exit.Code(e.Code).String()
	}
	return fmt.Sprintf("%s (code %d)", first, e.Code)
}

// Unwrap returns the context's error if that ended the job.
func (e *Error) Unwrap() error { return e.cause }

// Partial tells whether the job came to its end, and what was not reported is in place.
func (e *Error) Partial() bool {
	return e.Code == Partial || e.Code == Vanished || e.Code == DeleteLimit
}

// optionsError turns the parser's error into ours.
func optionsError(err error) *Error {
	var oe *options.Error
	if errors.As(err, &oe) {
		return &Error{Code: Code(oe.Code), Text: strings.Join(oe.Lines, "\n")}
	}
	return &Error{Code: Usage, Text: err.Error()}
}

// failure is how a job with this exit code failed, nil for 0.
func (w *watcher) failure(ctx context.Context, code int) error {
	if code == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &Error{Code: Code(code), Text: strings.TrimRight(w.errors.String(), "\n")}
	if ctx.Err() != nil {
		e.cause = ctx.Err()
	}
	return e
}
