package daemon

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"godwit/internal/daemonconf"
	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/process"
	"godwit/internal/session"
	"godwit/internal/transport"
)

// Run is the program "rsync --daemon": it decides how it was started
// (docs/protocol/07-daemon.md §9.1) and serves until its end.
func Run(ctx context.Context, cfg Config) exit.Code {
	d := newDaemon(cfg)
	if cfg.Options.Server {
		return d.overShell(ctx)
	}
	if isSocket(cfg.Env.Stdin) {
		return d.overSocket(ctx)
	}
	return d.listen(ctx)
}

// overSocket serves the connection on standard input: for inetd, for systemd, and for a listener
// whose connections begin in processes of their own.
func (d *daemon) overSocket(ctx context.Context) exit.Code {
	addr, err := peerAddr(d.Env.Stdin)
	if err != nil {
		log := d.startLog()
		log.system("getpeername on fd0 failed", err)
		return log.closing(exit.SocketIO)
	}
	keepAlive(d.Env.Stdin)
	conn, err := transport.Inherited(d.Env.Stdin, d.Env.Stdin)
	if err != nil {
		return d.startLog().closing(exit.SocketIO)
	}
	_ = process.Silence()
	return d.serveHere(ctx, d.newConnection(conn, overListener, true, addr))
}

// overShell serves the client that started this process through a remote shell.
func (d *daemon) overShell(ctx context.Context) exit.Code {
	addr, err := d.shellPeer()
	if err != nil {
		log := d.startLog()
		log.system("getpeername on fd0 failed", err)
		return log.closing(exit.SocketIO)
	}
	conn, err := transport.Inherited(d.Env.Stdin, d.Env.Stdout)
	if err != nil {
		return d.startLog().closing(exit.SocketIO)
	}
	return d.serveHere(ctx, d.newConnection(conn, overShell, true, addr))
}

// shellPeer finds the client's address in what the remote shell left
// (docs/protocol/07-daemon.md §9.2).
func (d *daemon) shellPeer() (netip.Addr, error) {
	for _, name := range [...]string{"REMOTE_HOST", "SSH_CONNECTION", "SSH_CLIENT", "SSH2_CLIENT"} {
		v, ok := d.Env.LookupEnv(name)
		if !ok {
			continue
		}
		v, _, _ = strings.Cut(strings.TrimLeft(v, " "), " ")
		if addr, ok := parseNumeric(v); ok {
			return addr, nil
		}
		return peerAddr(d.Env.Stdin)
	}
	return netip.IPv4Unspecified(), nil
}

// startLog is the log before a configuration is read in whole.
func (d *daemon) startLog() *logger {
	conf, _ := d.loader(d.Env.LookupEnv, nil).Globals(d.file())
	return d.newLogger(d.destination(conf.Global()), true)
}

// serveHere serves one connection in this process from beginning to end.
func (d *daemon) serveHere(ctx context.Context, c *connection) exit.Code {
	ok, code := c.textStage(ctx)
	if ok {
		code = int(c.moduleStage(ctx))
	} else {
		c.linger()
	}
	c.slot.Release()
	if c.log != nil {
		c.log.close()
	}
	return exit.Code(code)
}

// farewell is how long a client has to take the last line before the connection is reset.
const farewell = 400 * time.Millisecond

// linger closes a connection such that what was sent arrives: what the client still says is read.
func (c *connection) linger() {
	defer c.conn.Close()
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || c.dead.expired.Load() || half.CloseWrite() != nil {
		return
	}
	cut := time.AfterFunc(farewell, func() { c.conn.Close() })
	defer cut.Stop()
	_, _ = io.Copy(io.Discard, c.conn)
}

// RunWorker is the program that a listener starts for a transfer: the connection is on standard
// input and output, the grant on descriptor 3, and the slot's lock on descriptor 4.
func RunWorker(ctx context.Context, cfg Config) exit.Code {
	in := os.NewFile(grantFD, "grant")
	if in == nil {
		return exit.IPC
	}
	g, err := receiveGrant(in)
	in.Close()
	if err != nil {
		return exit.IPC
	}
	cfg.Options = &g.Options
	d := newDaemon(cfg)
	conn, err := transport.Inherited(cfg.Env.Stdin, cfg.Env.Stdout)
	if err != nil {
		return exit.IPC
	}
	c := d.granted(g, conn)
	defer c.log.close()
	if g.Slot {
		c.slot = &slot{file: os.NewFile(grantFD+1, "slot")}
	}
	return c.moduleStage(ctx)
}

// grantFD is the descriptor of a worker's grant.
const grantFD = 3

// granted returns the connection that a grant describes.
func (d *daemon) granted(g *grant, conn session.Conn) *connection {
	c := d.newConnection(conn, overListener, true, g.PeerAddr)
	if g.Shell {
		c.mode = overShell
	}
	c.peer.Name, c.vars, c.greeting, c.agreed, c.early, c.user, c.access = g.PeerName, g.Vars, g.Greeting, g.Agreed, g.Early, g.User, g.Access
	if c.vars == nil {
		c.vars = map[string]string{}
	}
	c.module = daemonconf.Restore(g.Module, c.lookup)
	c.log = d.newLogger(g.Log, true)
	return c
}

// accepted serves a connection of the listener. It returns when the connection has been handed
// over and has ended, or at ctx's end.
func (d *daemon) accepted(ctx context.Context, conn *net.TCPConn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	addr, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	c := d.newConnection(conn, overListener, false, addr.Addr())
	if c.load() != nil {
		c.log.closing(exit.Syntax)
		c.linger()
		return
	}
	if changesProcess(c.conf.Global()) {
		d.handOver(ctx, c, process.RoleConnection)
		return
	}
	ok, _ := c.textStage(ctx)
	if ok {
		d.handOver(ctx, c, process.RoleWorker)
	} else {
		c.linger()
	}
	c.slot.Release()
}

// bindFailure is what went wrong with one address.
func bindFailure(err error, family int) string {
	what := "bind() failed: "
	if isSocketCall(err) {
		what = "socket() failed: "
	}
	return what + errno.Message(err) + " (address-family " + itoa(family) + ")"
}
