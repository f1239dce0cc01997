package daemon

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"godwit/internal/daemonconf"
	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/transport"
)

func itoa(n int) string { return strconv.Itoa(n) }

// isSocketCall reports whether a socket could not even be made.
func isSocketCall(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && call.Syscall == "socket"
}

// listen is the standalone daemon (docs/protocol/07-daemon.md §9.3).
func (d *daemon) listen(ctx context.Context) exit.Code {
	var problems []daemonconf.Problem
	conf, err := d.loader(d.Env.LookupEnv, func(p daemonconf.Problem) { problems = append(problems, p) }).Globals(d.file())
	global := conf.Global()
	log := d.newLogger(d.destination(global), false)
	if err != nil {
		for _, p := range problems {
			log.line(p.Text)
		}
		d.stderrLine("Failed to parse config file: " + d.file())
		return exit.Syntax
	}
	role, _ := d.Env.StartedAs()
	passed := activated(d.Env)
	if !d.Options.NoDetach && role != process.RoleListener && len(passed) == 0 {
		if err := d.Env.Detach(); err != nil {
			log.system("fork failed", err)
			d.stderrLine("rsync: fork failed: " + errno.Text(err))
			return exit.IPC
		}
		return exit.OK
	}
	for _, p := range problems {
		log.line(p.Text)
	}
	if global.Bool(daemonconf.ProxyProtocol) && global.Text(daemonconf.ProxyProtocolHosts) == "" {
		log.text(report.Warning, "\"proxy protocol = true\" but \"proxy protocol hosts\" is unset: all connections will be rejected as untrusted proxy peers.  Set \"proxy protocol hosts\" to your trusted proxy's address.")
	}
	stops, giveBack := process.Stops()
	defer giveBack()
	pid, code := d.writePID(global.Text(daemonconf.PIDFile), log)
	if code != exit.OK {
		return code
	}
	defer pid.remove()
	if role == process.RoleListener {
		_ = process.Silence()
	}
	port := d.port(global)
	log.line("rsyncd version " + d.Version + " starting, listening on port " + strconv.Itoa(port))
	sockets, code := d.bind(ctx, global, port, passed, log)
	if code != exit.OK {
		return log.closing(code)
	}
	return d.acceptAll(ctx, sockets, stops, log)
}

func (d *daemon) port(global *daemonconf.Module) int {
	for _, n := range [...]int{d.Options.Port, global.Int(daemonconf.Port)} {
		if n != 0 {
			return n
		}
	}
	return daemonconf.DefaultPort
}

// defaultBacklog is the "listen backlog" of a configuration that has none.
const defaultBacklog = 5

// bind opens the sockets to listen on, or takes those that a service manager has opened.
func (d *daemon) bind(ctx context.Context, global *daemonconf.Module, port int, passed []*os.File, log *logger) ([]*net.TCPListener, exit.Code) {
	var sockets []*net.TCPListener
	for _, f := range passed {
		l, err := net.FileListener(f)
		f.Close()
		if tcp, ok := l.(*net.TCPListener); ok {
			sockets = append(sockets, tcp)
		} else if err == nil {
			l.Close()
		}
	}
	if len(sockets) > 0 {
		return sockets, exit.OK
	}
	addrs, err := d.addresses(ctx, global)
	if err != nil {
		log.fault("rsync: getaddrinfo: bind address " + d.address(global) + ": " + errno.Resolver(err))
		return nil, exit.SocketIO
	}
	list := d.Options.SockOpts
	if list == "" {
		list = global.Text(daemonconf.SocketOptions)
	}
	opts := transport.ParseSocketOptions(list, log.fault)
	var faults []string
	for _, addr := range addrs {
		network, family := "tcp4", syscall.AF_INET
		if addr.Is6() {
			network, family = "tcp6", syscall.AF_INET6
		}
		lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
			opts.Apply(raw, "Receiver", log.fault)
			return nil
		}}
		lc.SetMultipathTCP(false)
		l, err := lc.Listen(ctx, network, net.JoinHostPort(addr.String(), strconv.Itoa(port)))
		if err != nil {
			faults = append(faults, bindFailure(err, family))
			continue
		}
		tcp := l.(*net.TCPListener)
		// The default is small enough to turn clients of a busy daemon away for a second: then the
		// system's maximum, which the socket has by now, stays.
		if n := global.Int(daemonconf.ListenBacklog); n != defaultBacklog {
			if raw, err := tcp.SyscallConn(); err == nil {
				setBacklog(raw, n)
			}
		}
		sockets = append(sockets, tcp)
	}
	if len(sockets) > 0 {
		return sockets, exit.OK
	}
	for _, f := range faults {
		log.fault(f)
	}
	log.fault("unable to bind any inbound sockets on port " + strconv.Itoa(port))
	return nil, exit.SocketIO
}

func (d *daemon) address(global *daemonconf.Module) string {
	if d.Options.Address != "" {
		return d.Options.Address
	}
	return global.Text(daemonconf.Address)
}

// addresses are those to bind.
func (d *daemon) addresses(ctx context.Context, global *daemonconf.Module) ([]netip.Addr, error) {
	host, four, six := d.address(global), !d.Options.IPv6, !d.Options.IPv4
	if host != "" {
		network := "ip"
		switch {
		case !six:
			network = "ip4"
		case !four:
			network = "ip6"
		}
		found, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
		for i := range found {
			found[i] = found[i].Unmap()
		}
		return found, err
	}
	var all []netip.Addr
	if four {
		all = append(all, netip.IPv4Unspecified())
	}
	if six {
		all = append(all, netip.IPv6Unspecified())
	}
	return all, nil
}

// acceptPause is how long a listener waits that cannot get at connections, for want of
// descriptors or processes.
const acceptPause = 2 * time.Second

// acceptAll serves until a signal ends it. Workers are processes of their own and go on.
func (d *daemon) acceptAll(ctx context.Context, sockets []*net.TCPListener, stops <-chan process.Stop, log *logger) exit.Code {
	// The signals that end ctx come here as well, and say more.
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	for _, l := range sockets {
		loops.Go(func() { d.acceptLoop(serving, l, log) })
	}
	why := <-stops
	for _, l := range sockets {
		l.Close()
	}
	end()
	loops.Wait()
	switch why {
	case process.StopTerm:
		log.line("sent 0 bytes  received 0 bytes  total size 0")
		return exit.OK
	case process.StopUser:
		return log.closing(exit.Signal1)
	}
	return log.closing(exit.Signal)
}

func (d *daemon) acceptLoop(ctx context.Context, l *net.TCPListener, log *logger) {
	var clients sync.WaitGroup
	defer clients.Wait()
	for {
		conn, err := l.AcceptTCP()
		if err == nil {
			clients.Go(func() { d.accepted(ctx, conn) })
			continue
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		log.system("accept failed", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(acceptPause):
		}
	}
}

// activated returns the listening sockets that a service manager has opened for this process
// (LISTEN_FDS), none without one.
func activated(env *process.Env) []*os.File {
	if env.Get("LISTEN_PID") != strconv.Itoa(env.PID) {
		return nil
	}
	n, _ := strconv.Atoi(env.Get("LISTEN_FDS"))
	names := strings.Split(env.Get("LISTEN_FDNAMES"), ":")
	var files []*os.File
	for i := range min(max(n, 0), 64) {
		name := "LISTEN_FD"
		if i < len(names) {
			name = names[i]
		}
		files = append(files, os.NewFile(uintptr(3+i), name))
	}
	return files
}
