package meta

import (
	"errors"
	"syscall"

	"godwit/internal/fsys"
)

// Failure is one attribute of one entry that could not be read or set. The
// run goes on and ends with exit code 23, unless Err carries another.
type Failure struct {
	before, after string
	short         bool

	// Err is the system's error, to be appended as ": TEXT (NUMBER)"; nil if
	// the sentence says it all.
	Err error
}

// Sentence returns the message without the system's error. quoted is the
// entry's full name in quotes, short its name in the transfer.
func (f *Failure) Sentence(quoted, short string) string {
	if f.short {
		quoted = short
	}
	return f.before + quoted + f.after
}

// Error returns the sentence without a name, for logs of the program itself.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.before + "entry" + f.after
	}
	return f.before + "entry" + f.after + ": " + f.Err.Error()
}

// Unwrap returns the system's error.
func (f *Failure) Unwrap() error { return f.Err }

func failure(before, after string, err error) *Failure {
	return &Failure{before: before, after: after, Err: err}
}

// errUnstable is the error for an attribute that kept growing while read.
var errUnstable = errors.New("attribute changes while it is read")

func isRange(err error) bool { return errors.Is(err, syscall.ERANGE) }

// isAbsent reports whether err says that there is no such attribute.
func isAbsent(err error) bool { return errors.Is(err, fsys.ErrNoAttr) }

// isUnsupported reports whether err says that this file cannot have
// attributes of that sort at all.
func isUnsupported(err error) bool { return errors.Is(err, errors.ErrUnsupported) }

// isPermission reports whether the system refused for want of privilege.
func isPermission(err error) bool { return errors.Is(err, syscall.EPERM) }

// isDenied reports whether the file's mode stands in the way.
func isDenied(err error) bool { return errors.Is(err, syscall.EACCES) }
