package transport

import "syscall"

// The levels and numbers of Winsock that package syscall does not have.
const (
	soSndTimeo = 0x1005
	soRcvTimeo = 0x1006
)

var socketOptionKinds = [...]socketOptionKind{
	{"SO_KEEPALIVE", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 0},
	{"SO_REUSEADDR", syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0},
	{"SO_BROADCAST", syscall.SOL_SOCKET, syscall.SO_BROADCAST, 0},
	{"TCP_NODELAY", syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 0},
	{"SO_SNDBUF", syscall.SOL_SOCKET, syscall.SO_SNDBUF, 0},
	{"SO_RCVBUF", syscall.SOL_SOCKET, syscall.SO_RCVBUF, 0},
	{"SO_SNDTIMEO", syscall.SOL_SOCKET, soSndTimeo, 0},
	{"SO_RCVTIMEO", syscall.SOL_SOCKET, soRcvTimeo, 0},
}

func setSocketOption(fd uintptr, level, opt, value int) error {
	return syscall.SetsockoptInt(syscall.Handle(fd), level, opt, value)
}
