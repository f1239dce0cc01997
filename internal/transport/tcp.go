package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"godwit/internal/errno"
	"godwit/internal/exit"
)

// DefaultPort is the port of daemons.
const DefaultPort = 873

// TCP says how to reach a daemon.
type TCP struct {
	Host string // without user and brackets
	Port int    // 0 for DefaultPort; of larger numbers the low 16 bits count, as in C
	// IPv4 and IPv6 restrict the addresses.
	IPv4, IPv6 bool
	// Bind is --address, the local address to connect from.
	Bind string
	// SockOpts is --sockopts.
	SockOpts string
	// Timeout is --contimeout, for each address; 0 for the system's own.
	Timeout time.Duration
	// Proxy is RSYNC_PROXY: the HTTP proxy to go through, "" for none.
	Proxy string
	// Program is RSYNC_CONNECT_PROG, run by ProgramShell (RSYNC_SHELL) in place of a connection.
	Program      string
	ProgramShell string
	// Environ and Stderr are for the program, as in ShellProcess.
	Environ []string
	Stderr  io.Writer
	// Role is the name for error messages, such as "sender".
	Role string
	// ToASCII turns a host name that is not ASCII into its IDNA form; nil leaves it alone.
	ToASCII func(string) (string, error)
	// Warn is told what does not end the attempt: sockets options that cannot be set. May be nil.
	Warn func(text string)
	// Trace is told what is done, for --debug=connect. May be nil.
	Trace func(text string)
}

// FromEnvironment takes over RSYNC_PROXY, RSYNC_CONNECT_PROG and RSYNC_SHELL.
func (t *TCP) FromEnvironment(lookup func(string) (string, bool)) {
	t.Proxy, _ = lookup("RSYNC_PROXY")
	t.Program, _ = lookup("RSYNC_CONNECT_PROG")
	t.ProgramShell, _ = lookup("RSYNC_SHELL")
}

// Dial connects to a daemon (docs/protocol/01-connection.md §15.1): through the program if there
// is one, else through the proxy, else straight to the first address that answers. The
// connection is a *Program or a *net.TCPConn. Failures have exit code 10, an expired Timeout 35.
func Dial(ctx context.Context, t TCP) (Conn, error) {
	if t.Port == 0 {
		t.Port = DefaultPort
	}
	to := "opening tcp connection to " + t.Host + " port " + strconv.Itoa(t.Port)
	if t.Program != "" {
		t.trace("Using RSYNC_CONNECT_PROG instead of " + to)
		return t.dialProgram(ctx)
	}
	t.trace(to)
	return t.dial(ctx)
}

// Conn is what the transports return: a session.Conn that can also end one direction.
type Conn interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Close() error
	CloseWrite() error
}

func (t *TCP) trace(text string) {
	if t.Trace != nil {
		t.Trace(text)
	}
}

func (t *TCP) warn(text string) {
	if t.Warn != nil {
		t.Warn(text)
	}
}

// ascii returns a host name in the form that resolvers know.
func (t *TCP) ascii(host string) string {
	if t.ToASCII == nil || strings.IndexFunc(host, func(r rune) bool { return r >= 0x80 }) < 0 {
		return host
	}
	if h, err := t.ToASCII(host); err == nil {
		return h
	}
	return host
}

// dial tries the addresses of the daemon, or of the proxy, in order.
func (t *TCP) dial(ctx context.Context) (*net.TCPConn, error) {
	t.Host = t.ascii(t.Host)
	host, port := t.Host, strconv.Itoa(t.Port)
	var via *proxy
	if t.Proxy != "" {
		var err error
		if via, err = parseProxy(t.Proxy); err != nil {
			return nil, err
		}
		host, port = via.host, via.port
		t.trace("connection via http proxy " + host + " port " + port)
	}
	addrs, err := t.resolve(ctx, host, port)
	if err != nil {
		return nil, failure(ctx, exit.SocketIO, "rsync: getaddrinfo: "+host+" "+port+": "+errno.Resolver(err), err)
	}
	local, err := t.localAddrs(ctx)
	if err != nil {
		return nil, err
	}
	opts := ParseSocketOptions(t.SockOpts, t.warn)
	var said []string
	for _, a := range addrs {
		from, ok := sameFamily(local, a.Addr())
		if t.Bind != "" && !ok {
			continue
		}
		conn, err := t.connect(ctx, a, from, opts)
		if err == nil && via != nil {
			if err = via.connect(ctx, conn, t.Host, t.Port); err != nil {
				conn.Close()
				said = append(said, via.explain(err, t.Role))
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				continue
			}
		}
		switch {
		case err == nil:
			return conn, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, errConnectTimeout):
			return nil, &exit.Error{Code: exit.ConnectTimeout, Err: err}
		case !bindFailed(err):
			said = append(said, "rsync: ["+t.Role+"] failed to connect to "+host+" ("+a.Addr().String()+"): "+errno.Text(err))
		}
	}
	return nil, &exit.Error{Code: exit.SocketIO, Text: strings.Join(said, "\n")}
}

// failure is an error of the attempt, unless the attempt was called off.
func failure(ctx context.Context, code exit.Code, text string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &exit.Error{Code: code, Text: text, Err: err}
}

// network returns the name of the address family for package net.
func (t *TCP) network(kind string) string {
	switch {
	case t.IPv4:
		return kind + "4"
	case t.IPv6:
		return kind + "6"
	}
	return kind
}

// resolve looks up a host and a port: a number, of which 16 bits count, or a service's name.
func (t *TCP) resolve(ctx context.Context, host, port string) ([]netip.AddrPort, error) {
	number, err := parsePort(ctx, t.network("tcp"), port)
	if err != nil {
		return nil, err
	}
	ips, err := t.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		addrs[i] = netip.AddrPortFrom(ip, number)
	}
	return addrs, nil
}

func parsePort(ctx context.Context, network, port string) (uint16, error) {
	if port == "" {
		return 0, nil
	}
	if n, err := strconv.ParseInt(port, 10, 64); err == nil {
		return uint16(n), nil
	}
	n, err := net.DefaultResolver.LookupPort(ctx, network, port)
	return uint16(n), err
}

// lookup returns the addresses of a host, IPv4 as such.
func (t *TCP) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, t.network("ip"), host)
	if err != nil {
		return nil, err
	}
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	return ips, nil
}

// localAddrs resolves --address.
func (t *TCP) localAddrs(ctx context.Context) ([]netip.Addr, error) {
	if t.Bind == "" {
		return nil, nil
	}
	ips, err := t.lookup(ctx, t.Bind)
	if err != nil {
		return nil, failure(ctx, exit.SocketIO, "rsync: getaddrinfo "+t.Bind+": "+errno.Resolver(err), err)
	}
	return ips, nil
}

func sameFamily(local []netip.Addr, remote netip.Addr) (netip.Addr, bool) {
	for _, a := range local {
		if a.Is4() == remote.Is4() {
			return a, true
		}
	}
	return netip.Addr{}, false
}

// errConnectTimeout is the cause of the end of an attempt that took longer than --contimeout.
var errConnectTimeout = errors.New("connection timed out")

// connect makes one attempt.
func (t *TCP) connect(ctx context.Context, to netip.AddrPort, from netip.Addr, opts SocketOptions) (*net.TCPConn, error) {
	d := net.Dialer{KeepAlive: -1, FallbackDelay: -1} // keep-alive is a matter of --sockopts
	if from.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	d.Control = func(_, _ string, raw syscall.RawConn) error {
		opts.Apply(raw, t.Role, t.warn)
		return nil
	}
	if t.Timeout > 0 {
		limited, stop := context.WithTimeoutCause(ctx, t.Timeout, errConnectTimeout)
		defer stop()
		conn, err := d.DialContext(limited, "tcp", to.String())
		if err != nil {
			if ctx.Err() == nil && limited.Err() != nil {
				return nil, errConnectTimeout
			}
			return nil, err
		}
		return t.connected(conn, opts), nil
	}
	conn, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	return t.connected(conn, opts), nil
}

// connected sets anew what package net has a mind of its own about: it turns TCP_NODELAY on.
func (t *TCP) connected(c net.Conn, opts SocketOptions) *net.TCPConn {
	conn := c.(*net.TCPConn)
	if on, set := opts.NoDelay(); set {
		_ = conn.SetNoDelay(on)
	}
	return conn
}

// bindFailed tells an address that could not be connected from.
func bindFailed(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && call.Syscall == "bind"
}
