//go:build unix

package transport

import (
	"os"

	"golang.org/x/sys/unix"
)

// Inherited makes a connection of descriptors that the process was started with, such as a
// server's standard input and output. It takes the files over: the connection has descriptors of
// its own, non-blocking and waited for by the runtime, so that Close ends what is under way; a
// standard descriptor becomes the null device, so that a stray print cannot get into the stream,
// and any other file is closed. in and out may be one socket.
func Inherited(in, out *os.File) (*Files, error) {
	i, err := duplicate(in)
	if err != nil {
		return nil, err
	}
	o, err := duplicate(out)
	if err != nil {
		unix.Close(i)
		return nil, err
	}
	err = release(in)
	if out != in && err == nil {
		err = release(out)
	}
	// Last of all: asking an os.File for its descriptor makes that blocking, and with it all that
	// are duplicates of it.
	if err == nil {
		err = unblock(i, o)
	}
	if err != nil {
		unix.Close(i)
		unix.Close(o)
		return nil, err
	}
	return &Files{in: os.NewFile(uintptr(i), "connection input"), out: os.NewFile(uintptr(o), "connection output")}, nil
}

// duplicate returns another descriptor for f, above the standard ones.
func duplicate(f *os.File) (int, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	return fd, os.NewSyscallError("fcntl", err)
}

func unblock(fds ...int) error {
	for _, fd := range fds {
		if err := unix.SetNonblock(fd, true); err != nil {
			return os.NewSyscallError("fcntl", err)
		}
	}
	return nil
}

// release gives up the caller's descriptor. The standard ones stay taken, lest the next file that
// is opened gets their number.
func release(f *os.File) error {
	fd := int(f.Fd())
	if fd > 2 {
		return f.Close()
	}
	null, err := openNothing()
	if err != nil {
		return err
	}
	defer unix.Close(null)
	return os.NewSyscallError("dup", replaceFD(null, fd))
}

// openNothing opens something that nobody gets data from. The null device may be missing in a
// confined tree, or closed to an ordinary user; a directory serves as well, since every read or
// write of it fails.
func openNothing() (int, error) {
	fd, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		fd, err = unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: os.DevNull, Err: err}
	}
	return fd, nil
}
