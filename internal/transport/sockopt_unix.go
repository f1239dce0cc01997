//go:build unix

package transport

import "golang.org/x/sys/unix"

var socketOptionKinds = [...]socketOptionKind{
	{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0},
	{"SO_REUSEADDR", unix.SOL_SOCKET, unix.SO_REUSEADDR, 0},
	{"SO_BROADCAST", unix.SOL_SOCKET, unix.SO_BROADCAST, 0},
	{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 0},
	{"IPTOS_LOWDELAY", unix.IPPROTO_IP, unix.IP_TOS, 0x10},
	{"IPTOS_THROUGHPUT", unix.IPPROTO_IP, unix.IP_TOS, 0x08},
	{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 0},
	{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 0},
	{"SO_SNDLOWAT", unix.SOL_SOCKET, unix.SO_SNDLOWAT, 0},
	{"SO_RCVLOWAT", unix.SOL_SOCKET, unix.SO_RCVLOWAT, 0},
	{"SO_SNDTIMEO", unix.SOL_SOCKET, unix.SO_SNDTIMEO, 0},
	{"SO_RCVTIMEO", unix.SOL_SOCKET, unix.SO_RCVTIMEO, 0},
}

func setSocketOption(fd uintptr, level, opt, value int) error {
	return unix.SetsockoptInt(int(fd), level, opt, value)
}
