package exit

import (
	"errors"
	"fmt"
)

// Error is an error that ends a run with a known exit code.
type Error struct {
	// Code is the exit code. It is never OK except for the acknowledgement of
	// a peer's failure (see Told).
	Code Code
	// Text is the whole line that says what is wrong, in the reference's
	// words, without a line end. Empty when everything has been said already.
	Text string
	// Told is set when the peer told us the code: it has printed the closing
	// line, so this process prints none.
	Told bool
	// Err is the cause, if there is one; it is not part of Text.
	Err error
}

// Error returns Text, or the cause, or the text of the code.
func (e *Error) Error() string {
	switch {
	case e.Text != "":
		return e.Text
	case e.Err != nil:
		return e.Err.Error()
	}
	return e.Code.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an error with code c and a formatted Text. A %w verb sets the
// cause, as in [fmt.Errorf].
func Errorf(c Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: c, Text: err.Error(), Err: errors.Unwrap(err)}
}

// Wrap returns err with code c, or nil if err is nil. An err that has a code
// already keeps it and is returned unchanged: the first cause decides.
func Wrap(c Code, err error) error {
	if err == nil {
		return nil
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	return &Error{Code: c, Err: err}
}

// CodeOf returns the exit code of err: OK for nil, the code of the first
// [Error] in its chain, and fallback for an error that has none.
func CodeOf(err error, fallback Code) Code {
	if err == nil {
		return OK
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return fallback
}
