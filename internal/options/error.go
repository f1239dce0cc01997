package options

import "strings"

// Exit codes of command-line errors (docs/protocol/05-options.md §8.5).
const (
	exitSyntax      = 1
	exitUnsupported = 4
)

// Error is a command line that cannot be obeyed. Lines are what the reference
// prints on standard error, without newlines; the closing error line
// ("rsync error: … (code N) at …") follows them and is not among them.
type Error struct {
	Lines []string
	Code  int
	// Usage asks for the usage text on standard error, in place of Lines.
	Usage bool
	// Server tells that the words were a server's as far as they were read.
	Server bool
	// Err is the cause for an error that a hook of [Config] returned.
	Err error
}

// Error returns the lines joined by newlines.
func (e *Error) Error() string {
	if e.Usage {
		return "usage"
	}
	return strings.Join(e.Lines, "\n")
}

// Unwrap returns the hook's error, if that is the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns Code.
func (e *Error) ExitCode() int { return e.Code }

// usageError is an error of exit code 1 with the given lines.
func usageError(lines ...string) *Error { return &Error{Lines: lines, Code: exitSyntax} }
