package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"godwit/internal/daemonconf"
	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/process"
	"godwit/internal/session"
	"godwit/internal/transport"
)

// refused is the exit status of a process that served one connection and had nothing but text to
// say: a list, or an error.
const refused = 255

// The longest lines of the text stage, in bytes.
const (
	maxLine     = 1022
	maxAuthLine = 5118
)

// mode is how a connection came about.
type mode uint8

const (
	overListener mode = iota // accepted here, or by inetd: a socket
	overShell                // a remote shell's pipes
)

// connection is one client.
type connection struct {
	d    *daemon
	conn session.Conn
	mode mode
	// own tells that this process serves nothing else: it may change its root and its user.
	own  bool
	log  *logger
	dead deadline

	conf     *daemonconf.Config
	vars     map[string]string // what the daemon adds to the environment
	peer     peer
	resolver resolver

	greeting transport.Greeting
	agreed   int // protocol version
	early    []byte
	module   *daemonconf.Module
	slot     *slot
	user     string
	access   access
}

// newConnection returns a connection to serve. It is closed by whoever ends it.
func (d *daemon) newConnection(conn session.Conn, m mode, own bool, addr netip.Addr) *connection {
	c := &connection{
		d: d, conn: conn, mode: m, own: own, vars: map[string]string{}, resolver: net.DefaultResolver,
		peer: peer{Name: nameUndetermined, Addr: addr.Unmap()},
	}
	c.dead.conn = conn
	return c
}

// lookup finds a variable: one of the daemon's own, or of the environment.
func (c *connection) lookup(name string) (string, bool) {
	if v, ok := c.vars[name]; ok {
		return v, true
	}
	return c.d.Env.LookupEnv(name)
}

// who is the client as log lines name it.
func (c *connection) who() string { return c.peer.Name + " (" + c.peer.Addr.String() + ")" }

// reply sends a line. If the client does not take it there is nobody to tell.
func (c *connection) reply(line string) { io.WriteString(c.conn, line+"\n") }

// timedOut ends a connection whose client was too slow.
func (c *connection) timedOut() exit.Code {
	c.log.fault("[Receiver] daemon handshake timeout -- exiting")
	return c.log.closing(exit.Timeout)
}

// ended is the status of a connection that broke off: without a word, unless we cut it.
func (c *connection) ended() (bool, int) {
	if c.dead.expired.Load() {
		return false, int(c.timedOut())
	}
	return false, refused
}

// load reads the configuration (step 1). What is wrong is logged once it is known where.
func (c *connection) load() error {
	var problems []daemonconf.Problem
	conf, err := c.d.loader(c.lookup, func(p daemonconf.Problem) { problems = append(problems, p) }).Load(c.d.file())
	c.conf = conf
	dest := c.d.destination(conf.Global())
	if c.log == nil {
		c.log = c.d.newLogger(dest, c.own)
	}
	for _, p := range problems {
		c.log.line(p.Text)
	}
	return err
}

// textStage is steps 1 to 12 of docs/protocol/07-daemon.md §11.1: everything up to the password.
// If ok is false the connection is over, and its process ends with code.
func (c *connection) textStage(ctx context.Context) (ok bool, code int) {
	if c.conf == nil && c.load() != nil {
		return false, int(c.log.closing(exit.Syntax))
	}
	global := c.conf.Global()
	if c.mode == overListener {
		c.dead.start(global)
	}
	defer c.dead.stop()
	if global.Bool(daemonconf.ProxyProtocol) && !c.proxied(ctx, global) {
		return c.ended()
	}
	if global.Bool(daemonconf.ReverseLookup) || c.anyLookup() {
		c.findName(ctx, global.Bool(daemonconf.ReverseLookup))
	}
	if c.own && !c.daemonIdentity(ctx, global) {
		return false, refused
	}
	name := c.peer.Name
	if !global.Bool(daemonconf.ReverseLookup) {
		name = nameUndetermined
	}
	c.log.line("connect from " + name + " (" + c.peer.Addr.String() + ")")
	if tcp, ok := c.conn.(*net.TCPConn); ok {
		_ = tcp.SetKeepAlive(true)
	}
	if ok, code := c.greet(global); !ok {
		return false, code
	}
	request, ok := c.request()
	if !ok {
		return c.ended()
	}
	switch {
	case request == "" || request == "#list":
		c.log.line("module-list request from " + c.whoSoFar(global))
		c.list()
		return false, refused
	case strings.HasPrefix(request, "#"):
		c.reply("@ERROR: Unknown command '" + request + "'")
		return false, refused
	}
	if c.module = c.conf.Find(request); c.module == nil {
		c.log.line("unknown module '" + request + "' tried from " + c.whoSoFar(global))
		c.reply("@ERROR: Unknown module '" + request + "'")
		return false, refused
	}
	c.dead.stop()
	return c.moduleAccess(ctx)
}

// anyLookup reports whether a module wants the client's name.
func (c *connection) anyLookup() bool { return c.conf.Any(daemonconf.ReverseLookup) }

// whoSoFar is the client as it is named before the module is known.
func (c *connection) whoSoFar(global *daemonconf.Module) string {
	if !global.Bool(daemonconf.ReverseLookup) {
		return nameUndetermined + " (" + c.peer.Addr.String() + ")"
	}
	return c.who()
}

// proxied reads the PROXY header (step 2).
func (c *connection) proxied(ctx context.Context, global *daemonconf.Module) bool {
	hosts := global.Text(daemonconf.ProxyProtocolHosts)
	lists := hostLists{resolver: c.resolver, netgroup: c.d.netgroup, log: c.log.line}
	if hosts == "" || !lists.matches(ctx, &c.peer, hosts, false) {
		c.log.line("proxy protocol rejected from untrusted peer " + c.who())
		return false
	}
	addr, err := readProxyHeader(c.conn)
	if err != nil {
		return false
	}
	if addr.IsValid() {
		c.peer.Addr = addr
	}
	return true
}

// findName looks the client's name up (step 3). It stays hidden as long as the global context does
// not want it.
func (c *connection) findName(ctx context.Context, loud bool) {
	log := c.log.line
	if c.mode == overShell && !c.peer.Addr.IsValid() {
		c.peer.Addr = netip.IPv4Unspecified()
	}
	c.peer.Name = reverse(ctx, c.resolver, c.peer.Addr, log)
}

// daemonIdentity is steps 4 and 5: the root and the ids that all connections get.
func (c *connection) daemonIdentity(ctx context.Context, global *daemonconf.Module) bool {
	if dir := global.Text(daemonconf.DaemonChroot); dir != "" {
		c.log.holdOpen()
		c.d.names.Warm()
		_ = c.d.Env.Now().Local() // reads the time zone
		if err := process.Chroot(dir); err != nil {
			c.log.system(fmt.Sprintf("daemon chroot(\"%s\") failed", dir), err)
			return false
		}
	}
	if text := global.Text(daemonconf.DaemonGID); text != "" {
		gid, err := c.d.one(ctx, ids.Group, text)
		if err != nil {
			c.log.line("Invalid daemon gid: " + text)
			return false
		}
		if err := process.SetGID(gid); err != nil {
			c.log.system("Unable to set group to daemon gid "+strconv.FormatUint(uint64(gid), 10), err)
			return false
		}
	}
	if text := global.Text(daemonconf.DaemonUID); text != "" {
		uid, err := c.d.one(ctx, ids.User, text)
		if err != nil {
			c.log.line("Invalid daemon uid: " + text)
			return false
		}
		c.log.holdOpen()
		if err := process.SetUID(uid); err != nil {
			c.log.system("Unable to set user to daemon uid "+strconv.FormatUint(uint64(uid), 10), err)
			return false
		}
		env := *c.d.Env
		env.Identity.UID = uid
		c.d.Env = &env
	}
	return true
}

// changesProcess reports whether connections have to begin in a process of their own.
func changesProcess(global *daemonconf.Module) bool {
	return global.Text(daemonconf.DaemonChroot) != "" || global.Text(daemonconf.DaemonGID) != "" || global.Text(daemonconf.DaemonUID) != ""
}

// ownVersion is the newest protocol that this daemon speaks.
func (d *daemon) ownVersion() int {
	if n := d.Options.Protocol; n > 0 && n < 32 {
		return n
	}
	return 32
}

// greet is step 7.
func (c *connection) greet(global *daemonconf.Module) (ok bool, code int) {
	hello := transport.AppendGreeting(nil, c.d.ownVersion())
	hello = append(hello, c.motd(global)...)
	if _, err := c.conn.Write(hello); err != nil {
		return c.ended()
	}
	line, err := transport.ReadLine(c.conn, nil, maxLine)
	if err != nil {
		return c.ended()
	}
	g, ok := transport.ParseGreeting(line)
	if !ok {
		c.reply("@ERROR: protocol startup error")
		return false, refused
	}
	if what := g.Omits(); what != "" {
		c.reply("@ERROR: your client omitted the " + what + ": " + g.Line)
		return false, refused
	}
	c.greeting, c.agreed = g, g.Agreed(c.d.ownVersion())
	return true, 0
}

// operator is that of the daemon. It logs which files it does not get at because of a stranger's
// link on the way.
func (c *connection) operator() fsys.Operator {
	op := c.d.operator()
	op.Distrusted = func() {
		c.log.line("refusing to follow a symlink owned by an untrusted user; use --insecure-links locally or \"insecure links = yes\" in a daemon module ONLY if every path component is trusted")
	}
	return op
}

// motd returns the message of the day with the line end after it, nothing if none is configured.
func (c *connection) motd(global *daemonconf.Module) []byte {
	name := global.Text(daemonconf.MotdFile)
	if name == "" {
		return nil
	}
	var text []byte
	if f, err := c.operator().OpenRead(name, nil); err == nil {
		text, _ = io.ReadAll(io.LimitReader(f, 1<<20))
		f.Close()
	}
	return append(text, '\n')
}

// earlyPrefix begins a line that announces --early-input.
const earlyPrefix = "#early_input="

// request reads the line that says what the client wants (step 8).
func (c *connection) request() (line string, ok bool) {
	b, err := transport.ReadLine(c.conn, nil, maxLine)
	if err != nil {
		return "", false
	}
	size, early := strings.CutPrefix(string(b), earlyPrefix)
	if !early {
		return string(b), true
	}
	n, err := strconv.Atoi(size)
	if err != nil || n < 1 || n > transport.EarlyInput {
		c.reply("@ERROR: invalid early_input length")
		return "", false
	}
	c.early = make([]byte, n)
	if _, err := io.ReadFull(c.conn, c.early); err != nil {
		return "", false
	}
	if b, err = transport.ReadLine(c.conn, nil, maxLine); err != nil {
		return "", false
	}
	return string(b), true
}

// list sends the modules that may be seen.
func (c *connection) list() {
	var b strings.Builder
	for _, m := range c.conf.Modules {
		if m.Bool(daemonconf.List) {
			fmt.Fprintf(&b, "%-15s\t%s\n", m.Name(), m.Text(daemonconf.Comment))
		}
	}
	if c.greeting.Version >= 25 {
		b.WriteString("@RSYNCD: EXIT\n")
	}
	io.WriteString(c.conn, b.String())
}

// moduleAccess is steps 10 to 12: hosts, slot, password.
func (c *connection) moduleAccess(ctx context.Context) (ok bool, code int) {
	m := c.module
	name := m.Name()
	c.vars["RSYNC_MODULE_NAME"] = name
	if !m.Bool(daemonconf.ReverseLookup) && !c.conf.Global().Bool(daemonconf.ReverseLookup) {
		c.peer.Name = nameUndetermined
	}
	lists := hostLists{resolver: c.resolver, forward: m.Bool(daemonconf.ForwardLookup), netgroup: c.d.netgroup, log: c.log.line}
	c.vars["RSYNC_HOST_NAME"], c.vars["RSYNC_HOST_ADDR"] = c.peer.Name, c.peer.Addr.String()
	if !lists.allowed(ctx, &c.peer, m.Text(daemonconf.HostsAllow), m.Text(daemonconf.HostsDeny)) {
		c.log.line("rsync denied on module " + name + " from " + c.who())
		if m.Bool(daemonconf.List) {
			c.reply("@ERROR: access denied to " + name + " from " + c.who())
		} else {
			c.reply("@ERROR: Unknown module '" + name + "'")
		}
		return false, refused
	}
	c.vars["RSYNC_HOST_NAME"] = c.peer.Name
	if c.mode == overListener {
		c.log.line("rsync allowed access on module " + name + " from " + c.who())
	}
	if !c.takeSlot() {
		return false, refused
	}
	c.dead.start(m)
	ok, code = c.authenticate(ctx)
	c.dead.stop()
	if ok {
		c.vars["RSYNC_USER_NAME"] = c.user
	}
	return ok, code
}

// takeSlot is step 11.
func (c *connection) takeSlot() bool {
	n := c.module.Int(daemonconf.MaxConnections)
	if n == 0 {
		return true
	}
	file := c.module.Text(daemonconf.LockFile)
	s, err := c.d.locks.take(c.d.operator(), file, n)
	switch {
	case err == nil:
		c.slot = s
		return true
	case errors.Is(err, errNoSlot):
		text := "max connections (" + strconv.Itoa(n) + ") reached"
		c.log.line(text)
		c.reply("@ERROR: " + text + " -- try again later")
	default:
		c.log.fault("rsync: [Receiver] failed to open lock file " + file + ": " + errno.Text(err))
		c.reply("@ERROR: failed to open lock file")
	}
	return false
}
