package client

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// daemon reaches a module, over TCP or behind a remote shell, and sends the arguments
// (docs/protocol/01-connection.md §7, §10.1).
func (c *Client) daemon(ctx context.Context) (reached, error) {
	path := c.shape.Dest
	if c.shape.Direction == options.Pull {
		path = c.shape.Sources[0]
	}
	overShell := c.shape.Transport == options.TransportDaemon
	if strings.HasPrefix(path, "/") {
		text := "ERROR: The remote path must start with a module name not a /"
		if overShell {
			text = "ERROR: The remote path must start with a module name"
		}
		return reached{}, &exit.Error{Code: exit.StartClient, Text: text}
	}
	user, host := splitUser(c.shape.Host)
	to, err := c.dialDaemon(ctx, host, overShell)
	if err != nil {
		return to, err
	}
	module := transport.ModuleOf(path)
	version := wire.MaxProtocol
	if c.o.Protocol > 0 {
		version = min(c.o.Protocol, version)
	}
	password := transport.PasswordSource{
		File: c.o.PasswordFile, Stdin: c.Stdin, LookupEnv: c.env.LookupEnv, Files: c.operator(),
		Prompt: c.Prompt, Role: c.role(),
	}
	d := transport.Dialogue{
		Version: version, Module: module, User: transport.UserFor(user, c.env.LookupEnv), Password: password.Read,
		Timeout: time.Duration(c.o.Timeout) * time.Second, Role: c.role(),
	}
	if !c.o.NoMotd {
		d.Text = func(line []byte) { c.log.Text(report.Client, string(line)+"\n") }
	}
	if c.o.EarlyInput != "" {
		d.EarlyInput = func() ([]byte, error) {
			return transport.ReadEarlyInput(c.operator(), c.o.EarlyInput, c.role())
		}
	}
	settled, err := d.Run(ctx, to.conn)
	if err != nil {
		return to, err
	}
	if settled.Over {
		to.done = true
		return to, nil
	}
	to.peerVersion = settled.Greeting.PeerVersion()
	args := c.arguments(module)
	if c.log.WantsDebug(options.DebugCmd, 1) {
		words := args.ShellWords()
		c.log.Text(report.Client, fmt.Sprintf("sending daemon args: %s  (%d args)", strings.Join(words, " "), len(words)))
	}
	b := args.AppendDaemon(nil, settled.Protocol)
	if _, err := to.conn.Write(b); err != nil {
		return to, &exit.Error{Code: exit.StreamIO, Text: "rsync: [" + c.role() + "] write error: " + err.Error()}
	}
	return to, nil
}

// dialDaemon makes the connection.
func (c *Client) dialDaemon(ctx context.Context, host string, overShell bool) (reached, error) {
	if overShell {
		return c.startShell(ctx, &transport.ShellCommand{
			Host: c.shape.Host, IPv4: c.o.IPv4, IPv6: c.o.IPv6, Program: c.o.RsyncPath, Daemon: true,
		}, true)
	}
	t := transport.TCP{
		Host: host, Port: c.shape.Port, IPv4: c.o.IPv4, IPv6: c.o.IPv6, Bind: c.o.Address, SockOpts: c.o.SockOpts,
		Timeout: time.Duration(c.o.ConTimeout) * time.Second, Environ: c.env.Environ, Stderr: c.Stderr, Role: c.role(),
		Warn:  func(text string) { c.log.Text(report.Error, text) },
		Trace: func(text string) { c.log.Debugf(options.DebugConnect, 1, "%s", text) },
	}
	if c.TLS != nil {
		// As a helper program would: without proxies and programs of RSYNC_PROXY and its like.
		secure := *c.TLS
		if t.Port == 0 {
			t.Port = secure.TCP.Port
		}
		secure.TCP = t
		conn, err := transport.DialTLS(ctx, secure)
		if err != nil {
			return reached{}, err
		}
		return reached{conn: conn}, nil
	}
	t.FromEnvironment(c.env.LookupEnv)
	conn, err := transport.Dial(ctx, t)
	if err != nil {
		return reached{}, err
	}
	to := reached{conn: conn}
	if p, ok := conn.(*transport.Program); ok {
		to.child = p.Child
	}
	return to, nil
}

// splitUser cuts "user@" off a host.
func splitUser(host string) (user, rest string) {
	if k := strings.LastIndexByte(host, '@'); k >= 0 {
		return host[:k], host[k+1:]
	}
	return "", host
}
