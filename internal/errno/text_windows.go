package errno

import (
	"errors"
	"io/fs"
	"syscall"
)

// unknown begins the text of an errno that the C library does not know.
const unknown = "Unknown error "

// Windows error codes that have no name in package syscall.
const (
	errNotSameDevice   syscall.Errno = 17
	errWriteProtect    syscall.Errno = 19
	errSharing         syscall.Errno = 32
	errLock            syscall.Errno = 33
	errHandleDiskFull  syscall.Errno = 39
	errInvalidParam    syscall.Errno = 87
	errDiskFull        syscall.Errno = 112
	errInvalidName     syscall.Errno = 123
	errDirNotEmpty     syscall.Errno = 145
	errDirectory       syscall.Errno = 267
	errNotALink        syscall.Errno = 4390
	errPrivilege       syscall.Errno = 1314
	wsaConnAborted     syscall.Errno = 10053
	wsaConnReset       syscall.Errno = 10054
	wsaTimedOut        syscall.Errno = 10060
	wsaConnRefused     syscall.Errno = 10061
	wsaHostUnreachable syscall.Errno = 10065
	wsaAddrInUse       syscall.Errno = 10048
)

// posix gives the texts of the C library to the errors of Windows. The numbers
// are those of Linux, which is what a remote reader expects.
var posix = [...]struct {
	win    syscall.Errno
	number int
	text   string
}{
	{errNotSameDevice, 18, "Invalid cross-device link"},
	{errWriteProtect, 30, "Read-only file system"},
	{errSharing, 16, "Device or resource busy"},
	{errLock, 16, "Device or resource busy"},
	{errHandleDiskFull, 28, "No space left on device"},
	{errDiskFull, 28, "No space left on device"},
	{errInvalidParam, 22, "Invalid argument"},
	{errInvalidName, 22, "Invalid argument"},
	{errNotALink, 22, "Invalid argument"},
	{errDirNotEmpty, 39, "Directory not empty"},
	{errDirectory, 20, "Not a directory"},
	{errPrivilege, 1, "Operation not permitted"},
	{syscall.ERROR_BROKEN_PIPE, 32, "Broken pipe"},
	{wsaAddrInUse, 98, "Address already in use"},
	{wsaConnAborted, 103, "Software caused connection abort"},
	{wsaConnReset, 104, "Connection reset by peer"},
	{wsaTimedOut, 110, "Connection timed out"},
	{wsaConnRefused, 111, "Connection refused"},
	{wsaHostUnreachable, 113, "No route to host"},
	{syscall.EINVAL, 22, "Invalid argument"},
	{syscall.EBADF, 9, "Bad file descriptor"},
	{syscall.ETIMEDOUT, 110, "Connection timed out"},
	{syscall.EOPNOTSUPP, 95, "Operation not supported"},
	{syscall.ENOTDIR, 20, "Not a directory"},
	{syscall.EISDIR, 21, "Is a directory"},
	{syscall.ELOOP, 40, "Too many levels of symbolic links"},
	{syscall.ENAMETOOLONG, 36, "File name too long"},
	{syscall.ENOSPC, 28, "No space left on device"},
	{syscall.EXDEV, 18, "Invalid cross-device link"},
	{syscall.ENOSYS, 38, "Function not implemented"},
}

// describe returns text and number of e. Families of errors come last, after
// the errors that have a row of their own.
func describe(e syscall.Errno) (string, int) {
	for i := range posix {
		if posix[i].win == e {
			return posix[i].text, posix[i].number
		}
	}
	switch {
	case e == 0:
		return success, 0
	case errors.Is(e, fs.ErrNotExist):
		return "No such file or directory", 2
	case errors.Is(e, fs.ErrExist):
		return "File exists", 17
	case errors.Is(e, fs.ErrPermission):
		return "Permission denied", 13
	}
	return capitalize(e.Error()), int(e)
}
