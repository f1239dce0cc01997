package delta

import "errors"

// PeerError says that the peer sent something that the protocol forbids. Its
// text is the reference's without the "[who]" that the role appends.
type PeerError struct{ text string }

// Error returns the text.
func (e *PeerError) Error() string { return e.text }

// ExitCode returns 2, protocol incompatibility.
func (e *PeerError) ExitCode() int { return 2 }

// ErrNoBasis is returned for a match token when there is no basis to copy the
// block from. The role words it ("got a block match with no basis file for
// ..."), for it knows the name; the exit code is 2.
var ErrNoBasis = errors.New("got a block match with no basis file")

// ErrShrunk is the reason that a file could not be read to the length it had
// when it was opened. Its text is what the reference prints as the reason.
var ErrShrunk = errors.New("No data available (61)")

// WriteError says that the output could not be written, as opposed to trouble
// with the tokens.
type WriteError struct{ Err error }

// Error returns the text of the cause.
func (e *WriteError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }
