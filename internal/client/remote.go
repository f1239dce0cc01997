package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transfer"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// reached is a connection to the other end, with what its making settled.
type reached struct {
	conn        session.Conn
	child       *transport.Child // the process behind it, nil for a socket
	peerVersion int              // from a daemon's greeting, 0 for none
	done        bool             // the conversation was all text: a list of modules
}

// remote carries out a push or a pull.
func (c *Client) remote(ctx context.Context) (outcome, error) {
	push := c.shape.Direction == options.Push
	caps := c.o.CapabilityString(c.shape.Direction, options.Capabilities)
	var to reached
	var err error
	if c.shape.Transport == options.TransportShell {
		to, err = c.shell(ctx)
	} else {
		to, err = c.daemon(ctx)
	}
	if err != nil {
		return c.raised(to, err)
	}
	if to.done {
		to.conn.Close()
		if to.child != nil {
			to.child.Wait(ctx)
		}
		return outcome{}, nil
	}
	if err := Become(ctx, c.env, c.o, c.names, c.log); err != nil {
		return c.raised(to, err)
	}
	set := transfer.Setup{
		Options: c.o, Conn: to.conn, Sender: push, DaemonPeer: c.shape.Transport != options.TransportShell, PeerVersion: to.peerVersion,
		ClientCaps: wire.ParseClientCaps(caps), Rules: c.rules, Operator: c.operator(), Router: c.router, Process: c.process(),
	}
	if c.o.Protocol > 0 && c.o.Protocol < 30 {
		set.ClientCaps = 0
	}
	if c.files != nil {
		set.FilesFrom = c.files
	}
	if push {
		set.Sources, set.Source = c.shape.Sources, c.Source
	} else {
		set.Dest, set.HasDest = c.shape.Dest, c.shape.HasDest
		set.OnInterrupt = c.env.Cleanup.Set
		set.Requested = c.requested()
	}
	if err := c.batch(&set); err != nil {
		return outcome{}, err
	}
	if to.child != nil {
		set.Raise = func(code exit.Code) exit.Code { return to.child.Raise(code, grace(code)) }
	}
	res := transfer.Run(ctx, set)
	out := outcome{Code: res.Code, Told: res.Fatal, Role: res.Role}
	if to.child != nil {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if status := to.child.Wait(wait); !res.Fatal {
			out.Code = max(out.Code, status)
		}
	}
	if res.Complete {
		c.summary(res.Totals, push, out.Code)
	}
	return out, nil
}

// raised ends a run whose connection failed; the status of the process behind it counts if it is
// larger.
func (c *Client) raised(to reached, err error) (outcome, error) {
	if to.child == nil {
		return outcome{}, err
	}
	to.conn.Close()
	code := exit.CodeOf(err, exit.StreamIO)
	if e, ok := err.(*exit.Error); ok {
		return outcome{}, &exit.Error{Code: to.child.Raise(code, grace(code)), Text: e.Text, Told: e.Told}
	}
	return outcome{}, err
}

// grace is how long the process behind a connection may take to end before its status does not
// count. After a failure of this side it is not going to end by itself.
func grace(code exit.Code) time.Duration {
	if code == exit.StreamIO {
		return 300 * time.Millisecond
	}
	return 0
}

// requested returns the arguments of a pull as the sender is asked for them, for the check of
// what it lists (docs/protocol/04-filters-and-walk.md §12).
func (c *Client) requested() []string {
	if c.o.OldArgs > 0 || c.o.TrustSender || c.o.FilesFromRemote {
		return nil
	}
	var args []string
	for _, s := range c.shape.Sources {
		if c.shape.Transport != options.TransportShell {
			_, s, _ = strings.Cut(s, "/")
		}
		args = append(args, s)
	}
	return args
}

func (c *Client) role() string {
	if c.shape.Direction == options.Push {
		return "sender"
	}
	return "Receiver"
}

// arguments returns what tells the server its part.
func (c *Client) arguments(module string) transport.Arguments {
	prot := c.o.Protection(c.shape.Direction)
	words, secluded := options.ServerArgs(c.o, c.shape.Direction, options.Capabilities)
	a := transport.Arguments{Words: words, Secluded: secluded}
	paths := c.shape.Sources
	if c.shape.Direction == options.Push {
		paths = []string{c.shape.Dest}
	}
	for _, p := range paths {
		if module != "" {
			a.Paths = append(a.Paths, prot.DaemonPath(module, p))
		} else {
			a.Paths = append(a.Paths, prot.Path(p))
		}
	}
	return a
}

// shell starts the server through a remote shell.
func (c *Client) shell(ctx context.Context) (reached, error) {
	args := c.arguments("")
	cmd := transport.ShellCommand{
		Host: c.shape.Host, IPv4: c.o.IPv4, IPv6: c.o.IPv6, Program: c.o.RsyncPath, Args: args.ShellWords(),
	}
	to, err := c.startShell(ctx, &cmd, false)
	if err != nil {
		return reached{}, err
	}
	if b := args.AppendSecluded(nil); len(b) > 0 {
		c.showSecluded(&args)
		if _, err := to.conn.Write(b); err != nil {
			return to, &exit.Error{Code: exit.StreamIO, Text: "rsync: [" + c.role() + "] write error: " + transfer.ErrnoText(err)}
		}
	}
	return to, nil
}

// shownWords is how a command is shown: words that a shell would not take as they are stand in
// double quotes, and after two blanks comes their number.
func shownWords(argv []string) string {
	var b strings.Builder
	for _, word := range argv {
		if strings.ContainsFunc(word, func(r rune) bool { return !plainInCommand(r) }) {
			b.WriteString(`"` + word + `" `)
		} else {
			b.WriteString(word + " ")
		}
	}
	return b.String() + fmt.Sprintf(" (%d args)", len(argv))
}

func plainInCommand(r rune) bool {
	return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune(",.-_=+@/", r)
}

// showSecluded says which words the server is going to read before anything else.
func (c *Client) showSecluded(args *transport.Arguments) {
	if args.Secluded == nil || !c.log.WantsDebug(options.DebugCmd, 1) {
		return
	}
	words := slices.Concat(args.Secluded[1:], args.Paths) // the first one is the program's name
	c.log.Text(report.Client, "protected args: "+shownWords(words))
}

// startShell has cmd run on its host, by the remote shell or by who stands in for it.
func (c *Client) startShell(ctx context.Context, cmd *transport.ShellCommand, daemon bool) (reached, error) {
	if c.Connect != nil {
		conn, err := c.Connect(ctx, cmd.Host, cmd.Command())
		if err != nil {
			return reached{}, &exit.Error{Code: exit.IPC, Err: err, Text: "rsync: connection to " + cmd.Host + " failed: " + err.Error()}
		}
		return reached{conn: conn}, nil
	}
	words, err := options.SplitShellCommand(c.o.ShellCommand)
	if err != nil {
		return reached{}, err
	}
	cmd.Words = words
	argv := cmd.Argv()
	if c.log.WantsDebug(options.DebugCmd, 1) {
		c.log.Text(report.Client, "opening connection using: "+shownWords(argv))
	}
	sh, err := transport.StartShell(argv, transport.ShellProcess{
		Environ: transport.ShellEnviron(c.env.Environ, daemon, c.shape.Port), Stderr: c.Stderr, Role: c.role(),
	})
	var e *exit.Error
	if errors.As(err, &e) && e.Code == exit.IPC {
		// Scripts look for what the reference says of the connection to a program that never ran.
		e.Text += "\nrsync: connection unexpectedly closed (0 bytes received so far) [" + c.role() + "]"
	}
	if err != nil {
		return reached{}, err
	}
	return reached{conn: sh, child: sh.Child}, nil
}
