package transport

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"

	"godwit/internal/errno"
	"godwit/internal/exit"
)

// HTTP proxies, docs/protocol/01-connection.md §15.3.

// proxy is the value of RSYNC_PROXY taken apart.
type proxy struct {
	host, port string
	auth       string // "USER:PASS", "" for none
}

// proxyLine is how long a line to or from a proxy may be.
const proxyLine = 1023

func parseProxy(spec string) (*proxy, error) {
	p := &proxy{}
	if i := strings.LastIndexByte(spec, '@'); i >= 0 {
		p.auth, spec = spec[:i], spec[i+1:]
		if !strings.Contains(p.auth, ":") {
			return nil, exit.Errorf(exit.SocketIO, "invalid proxy specification: should be USER:PASS@HOST:PORT")
		}
		if base64.StdEncoding.EncodedLen(len(p.auth)) > proxyLine {
			return nil, exit.Errorf(exit.SocketIO, "authentication information is too long")
		}
	}
	host, port, ok := splitProxyHost(spec)
	if !ok {
		return nil, exit.Errorf(exit.SocketIO, "invalid proxy specification: should be HOST:PORT")
	}
	p.host, p.port = host, port
	return p, nil
}

// splitProxyHost splits at the first colon; a host in brackets may hold some.
func splitProxyHost(spec string) (host, port string, ok bool) {
	if rest, bracket := strings.CutPrefix(spec, "["); bracket {
		if host, port, ok = strings.Cut(rest, "]:"); ok {
			return host, port, true
		}
	}
	return strings.Cut(spec, ":")
}

// request returns the CONNECT request.
func (p *proxy) request(host string, port int) ([]byte, error) {
	if strings.ContainsFunc(host, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, proxyComplaint("invalid control character in proxy CONNECT host")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	b := []byte("CONNECT " + host + ":" + strconv.Itoa(port) + " HTTP/1.0\r\n")
	if p.auth != "" {
		b = append(b, "Proxy-Authorization: Basic "...)
		b = base64.StdEncoding.AppendEncode(b, []byte(p.auth))
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	if len(b) > proxyLine {
		return nil, proxyComplaint("proxy CONNECT request too long")
	}
	return b, nil
}

// proxyComplaint is a failure that is told as it stands.
type proxyComplaint string

func (c proxyComplaint) Error() string { return string(c) }

// proxyFailure is a failure to talk to the proxy.
type proxyFailure struct {
	doing string // "read from" or "write to"
	err   error
}

func (f *proxyFailure) Error() string { return "failed to " + f.doing + " proxy: " + errno.Text(f.err) }
func (f *proxyFailure) Unwrap() error { return f.err }

// explain words a failure of connect.
func (p *proxy) explain(err error, role string) string {
	if f := (*proxyFailure)(nil); errors.As(err, &f) {
		return "rsync: [" + role + "] " + f.Error()
	}
	return err.Error()
}

// connect asks the proxy at the other end of conn for a way to host and port.
func (p *proxy) connect(ctx context.Context, conn net.Conn, host string, port int) error {
	defer closeOnEnd(ctx, conn)()
	req, err := p.request(host, port)
	if err != nil {
		return err
	}
	if _, err := conn.Write(req); err != nil {
		return &proxyFailure{"write to", err}
	}
	buf := make([]byte, 0, proxyLine)
	line, err := readProxyLine(conn, buf, "proxy response line too long")
	if err != nil {
		return err
	}
	if !proxyAgrees(line) {
		return proxyComplaint("bad response from proxy -- " + string(line))
	}
	for len(line) > 0 {
		if line, err = readProxyLine(conn, buf, "proxy response header line too long"); err != nil {
			return err
		}
	}
	return nil
}

func readProxyLine(r io.Reader, buf []byte, tooLong string) ([]byte, error) {
	line, err := ReadLine(r, buf[:0], proxyLine)
	switch {
	case err == nil:
		return line, nil
	case errors.Is(err, ErrLongLine):
		return nil, proxyComplaint(tooLong)
	case err == io.EOF: // a reset and an end mean the same here
		err = syscall.ECONNRESET
	}
	return nil, &proxyFailure{"read from", err}
}

// proxyAgrees tells whether a status line has a code of the 200s: "HTTP/1.0 200 ...".
func proxyAgrees(line []byte) bool {
	rest, ok := strings.CutPrefix(string(line), "HTTP/")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, "0123456789.")
	code := strings.TrimLeft(rest, " ")
	return len(code) < len(rest) && strings.HasPrefix(code, "2")
}
