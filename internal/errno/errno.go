// Package errno words errors as the C library of the reference words them. A
// system error reads like its strerror text and its number,
//
//	No such file or directory (2)
//
// whatever Go type it is wrapped in, and a failed name look-up reads like its
// gai_strerror text (see [Resolver]). Messages of these forms are everywhere in
// docs/protocol/06-output.md §12.
//
// Errors that Go makes up itself, and those of systems without errno, are
// given the nearest system error, so that the words and the numbers are the ones
// that scripts look for.
package errno

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Message returns the text of err alone: that of its system error, or err's own
// words if no system error is behind it. It is "Success" for nil, as in C.
func Message(err error) string {
	if err == nil {
		return success
	}
	e, ok := Of(err)
	if !ok {
		return err.Error()
	}
	text, _ := describe(e)
	return text
}

// Text returns the text of err and its number in parentheses. The number is
// missing if no system error is behind err.
func Text(err error) string {
	if err == nil {
		return success + " (0)"
	}
	e, ok := Of(err)
	if !ok {
		return err.Error()
	}
	text, number := describe(e)
	return text + " (" + strconv.Itoa(number) + ")"
}

// Of returns the system error behind err, or the one that means the same as the
// portable error behind it.
func Of(err error) (syscall.Errno, bool) {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e, true
	}
	for _, p := range [...]struct {
		portable error
		errno    syscall.Errno
	}{
		{fs.ErrNotExist, syscall.ENOENT},
		{fs.ErrExist, syscall.EEXIST},
		{fs.ErrPermission, syscall.EACCES},
		{fs.ErrInvalid, syscall.EINVAL},
		{fs.ErrClosed, syscall.EBADF},
		{os.ErrDeadlineExceeded, syscall.ETIMEDOUT},
		{context.DeadlineExceeded, syscall.ETIMEDOUT},
		{errors.ErrUnsupported, syscall.EOPNOTSUPP},
	} {
		if errors.Is(err, p.portable) {
			return p.errno, true
		}
	}
	return 0, false
}

const (
	success = "Success"
	// goUnknown begins the text of an errno that Go does not know.
	goUnknown = "errno "
)

// capitalize returns Go's text of a system error as C writes it. Go made its
// tables from strerror and only turned the first letter into a small one.
func capitalize(text string) string {
	if number, ok := strings.CutPrefix(text, goUnknown); ok {
		return unknown + number
	}
	if text != "" && 'a' <= text[0] && text[0] <= 'z' {
		return string(text[0]-'a'+'A') + text[1:]
	}
	return text
}
