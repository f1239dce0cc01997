//go:build unix

package daemon

import (
	"io"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isSocket reports whether f is a socket.
func isSocket(f *os.File) bool {
	_, err := unix.GetsockoptInt(int(f.Fd()), unix.SOL_SOCKET, unix.SO_TYPE)
	return err == nil
}

// peerAddr returns the address of the peer of a connected socket; a peer on this machine without
// one has the address 0.0.0.0.
func peerAddr(f *os.File) (netip.Addr, error) {
	sa, err := unix.Getpeername(int(f.Fd()))
	if err != nil {
		return netip.Addr{}, err
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr), nil
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(sa.Addr).Unmap(), nil
	}
	return netip.IPv4Unspecified(), nil
}

// keepAlive makes the system notice a peer that is gone.
func keepAlive(f *os.File) {
	_ = unix.SetsockoptInt(int(f.Fd()), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
}

// setBacklog changes how many connections a listening socket holds ready.
func setBacklog(raw syscall.RawConn, n int) {
	_ = raw.Control(func(fd uintptr) { _ = unix.Listen(int(fd), n) })
}

// lockPID locks the first bytes of a pid file, without waiting.
func lockPID(f *os.File) error {
	lk := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: 0, Len: 4}
	return unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lk)
}
