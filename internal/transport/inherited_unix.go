//go:build unix

package transport

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Inherited makes a connection of descriptors that the process was started with, such as a
// server's standard input and output. It takes the files over: the connection has descriptors of
// its own, non-blocking and waited for by the runtime, so that Close ends what is under way; a
// standard descriptor becomes the null device, so that a stray print cannot get into the stream,
// and any other file is closed. in and out may be one socket.
func Inherited(in, out *os.File) (*Files, error) {
	i, err := adopt(in, "connection input")
	if err != nil {
		return nil, err
	}
	o, err := adopt(out, "connection output")
	if err != nil {
		i.Close()
		return nil, err
	}
	if err := errors.Join(release(in), release(out)); err != nil {
		i.Close()
		o.Close()
		return nil, err
	}
	return &Files{in: i, out: o}, nil
}

// adopt returns a pollable duplicate of f.
func adopt(f *os.File, name string) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// release gives up the caller's descriptor. The standard ones stay taken, lest the next file that
// is opened gets their number.
func release(f *os.File) error {
	fd := int(f.Fd())
	if fd > 2 {
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			return err
		}
		return nil
	}
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: os.DevNull, Err: err}
	}
	defer unix.Close(null)
	return os.NewSyscallError("dup", replaceFD(null, fd))
}
