//go:build unix

package fsys

import (
	"os"

	"golang.org/x/sys/unix"
)

// again repeats a call that a signal interrupted.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func again0(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// ioMax keeps one call below what every kernel takes.
const ioMax = 1 << 30

func sysRead(fd fileHandle, p []byte) (int, error) {
	p = p[:min(len(p), ioMax)]
	return again(func() (int, error) { return unix.Read(fd, p) })
}

func sysPread(fd fileHandle, p []byte, off int64) (int, error) {
	p = p[:min(len(p), ioMax)]
	return again(func() (int, error) { return unix.Pread(fd, p, off) })
}

func sysWrite(fd fileHandle, p []byte) (int, error) {
	p = p[:min(len(p), ioMax)]
	return again(func() (int, error) { return unix.Write(fd, p) })
}

func sysPwrite(fd fileHandle, p []byte, off int64) (int, error) {
	p = p[:min(len(p), ioMax)]
	return again(func() (int, error) { return unix.Pwrite(fd, p, off) })
}

func sysSeek(fd fileHandle, off int64, whence int) (int64, error) { return unix.Seek(fd, off, whence) }
func sysCloseDir(h handle) error                                  { return closeFD(h) }
func sysCloseFile(fd fileHandle) error                            { return closeFD(fd) }

// closeFD does not repeat an interrupted close: the descriptor is gone then,
// and may already be somebody else's.
func closeFD(fd int) error {
	if err := unix.Close(fd); err != nil && err != unix.EINTR {
		return err
	}
	return nil
}

func sysFd(fd fileHandle) uintptr                   { return uintptr(fd) }
func sysDetach(fd fileHandle, name string) *os.File { return os.NewFile(uintptr(fd), name) }
func sysFchown(fd fileHandle, uid, gid uint32) error {
	return unix.Fchown(fd, int(int32(uid)), int(int32(gid)))
}
func sysFchmod(fd fileHandle, mode uint32) error { return unix.Fchmod(fd, mode) }
func sysSetBlocking(fd fileHandle) error         { return unix.SetNonblock(fd, false) }
func sysAwaitData(fd fileHandle) error {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	return again0(func() error { _, err := unix.Poll(ready, -1); return err })
}
func sysFsync(fd fileHandle) error { return again0(func() error { return unix.Fsync(fd) }) }
func sysTruncate(fd fileHandle, size int64) error {
	return again0(func() error { return unix.Ftruncate(fd, size) })
}
func sysSyncDir(h handle) error { return sysFsync(h) }

func sysOpenWrite(dir handle, name string, how OpenFlag, perm uint32, excl bool) (fileHandle, error) {
	flags := unix.O_WRONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY
	if how&ReadWrite != 0 {
		flags = flags&^unix.O_WRONLY | unix.O_RDWR
	}
	for _, f := range [...]struct {
		want OpenFlag
		flag int
	}{{Create, unix.O_CREAT}, {Truncate, unix.O_TRUNC}, {Append, unix.O_APPEND}} {
		if how&f.want != 0 {
			flags |= f.flag
		}
	}
	if how&FollowLeaf != 0 {
		flags &^= unix.O_NOFOLLOW
	}
	if excl {
		flags |= unix.O_EXCL
	}
	return openat(dir, name, flags, perm)
}
