package transport

import (
	"context"
	"net"
	"strings"

	"godwit/internal/errno"
	"godwit/internal/exit"
)

// Program is the connection to a program that stands in for a daemon's socket
// (RSYNC_CONNECT_PROG, docs/protocol/01-connection.md §15.2).
type Program struct {
	*net.TCPConn
	*Child
}

// dialProgram runs the program by a shell, on one end of a TCP connection over the loopback: a
// daemon at the other end wants a socket with an address.
func (t *TCP) dialProgram(ctx context.Context) (*Program, error) {
	text, err := expandHost(t.Program, t.Host)
	if err != nil {
		return nil, err
	}
	near, far, err := loopback(ctx)
	if err != nil {
		return nil, failure(ctx, exit.SocketIO, "rsync: ["+t.Role+"] socketpair_tcp failed: "+errno.Text(err), err)
	}
	defer far.Close()
	file, err := far.File()
	if err != nil {
		near.Close()
		return nil, failure(ctx, exit.SocketIO, "rsync: ["+t.Role+"] socketpair_tcp failed: "+errno.Text(err), err)
	}
	defer file.Close()
	shell := t.ProgramShell
	if shell == "" {
		shell = "/bin/sh"
	}
	cmd := program([]string{shell, "-c", text})
	cmd.Stdin, cmd.Stdout, cmd.Env = file, file, t.Environ
	if t.Stderr != nil {
		cmd.Stderr = t.Stderr
	}
	child, err := startChild(cmd)
	if err != nil {
		near.Close()
		return nil, execFailed(t.Role, shell, err)
	}
	return &Program{TCPConn: near, Child: child}, nil
}

// expandHost replaces %H with the quoted host and %% with a percent sign. A value with a percent
// sign demands a host that no shell and no program can mistake for anything else.
func expandHost(text, host string) (string, error) {
	if !strings.Contains(text, "%") {
		return text, nil
	}
	safe := host != "" && strings.IndexByte("-+~%", host[0]) < 0
	for i := 0; i < len(host); i++ {
		c := host[i]
		safe = safe && (c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._:-%+~", c) >= 0)
	}
	if !safe {
		return "", exit.Errorf(exit.SocketIO, "unsafe host characters for RSYNC_CONNECT_PROG")
	}
	return strings.NewReplacer("%%", "%", "%H", "'"+host+"'").Replace(text), nil
}

// loopback returns the two ends of a TCP connection within the machine.
func loopback(ctx context.Context) (near, far *net.TCPConn, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	d := net.Dialer{KeepAlive: -1}
	conn, err := d.DialContext(ctx, "tcp4", l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	near = conn.(*net.TCPConn)
	for {
		c, err := l.Accept()
		if err != nil {
			near.Close()
			return nil, nil, err
		}
		// Somebody else on this machine may have found the port first.
		if c.RemoteAddr().String() == near.LocalAddr().String() {
			return near, c.(*net.TCPConn), nil
		}
		c.Close()
	}
}
