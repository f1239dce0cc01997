package transfer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"godwit/internal/checksum"
	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// conversation is a Setup at work.
type conversation struct {
	Setup
	o       *options.Options
	s       *session.Session
	log     *report.Log
	plan    *plan.Plan
	outcome session.Outcome
	start   time.Time
	conv    *converter // of names and messages, nil without --iconv
	// outer is the context of Run, which a signal ends.
	outer context.Context
	// namesInStep is set while the input is read in step with its reader, because raw names
	// will stand between its frames.
	namesInStep bool

	// requested are the names a sender may list; the names of a forwarded list join it while
	// the sender's list arrives.
	requestedMu sync.Mutex
	requested   *filter.Requested

	// settled is set once the handshake is through, spoken once a failure has been put into words.
	settled, spoken bool

	failOnce     sync.Once
	firstFailure error
	failedRole   report.Role
	// reading is there while generator and receiver are at work, and closed once the receiver, who
	// reads the input, has ended.
	reading chan struct{}
}

// Run carries out the conversation and returns how it ended. Everything there is to say has been
// said, except the closing line.
func Run(ctx context.Context, set Setup) Result {
	c := &conversation{Setup: set, o: set.Options, start: set.Process.Now(), outer: ctx}
	o := c.o
	bw := int64(o.BwLimit)
	c.s = session.New(ctx, set.Conn, session.Settings{
		Server: set.Server, Sender: set.Sender, Daemon: set.Module != nil, Local: set.Local,
		Timeout: time.Duration(o.Timeout) * time.Second, Bandwidth: bw, StopAt: o.StopAt,
		EarlyEOF: set.Batch != nil && set.Batch.Reading,
	})
	c.s.SetHandoff(set.Handoff)
	c.log = c.newLog(c.firstRole(), 0)
	totals, err := c.run(c.s.Context())
	return c.finish(totals, err)
}

func (c *conversation) run(ctx context.Context) (report.Totals, error) {
	if err := c.openCharset(); err != nil {
		return report.Totals{}, err
	}
	if err := c.handshake(); err != nil {
		return report.Totals{}, err
	}
	if c.Sender {
		return c.send(ctx)
	}
	return c.receive(ctx)
}

// firstRole is who speaks before the receiving side has split.
func (c *conversation) firstRole() report.Role {
	if c.Sender {
		return report.RoleSender
	}
	return report.RoleReceiving
}

// newLog returns the Log of this side; the protocol is 0 until it is known.
func (c *conversation) newLog(role report.Role, protocol int) *report.Log {
	o := c.o
	cfg := report.Config{
		Role: role, Server: c.Server, DryRun: o.DryRun, Protocol: protocol, Version: c.Process.Version,
		Info: o.Info, Debug: o.Debug, Human: c.Process.Numbers, Itemize: o.Itemize,
		Now: c.Process.Now, Foreground: c.Process.Foreground, Dir: c.Process.StartDir,
		Env: report.FormatEnv{
			Style:   report.ItemStyle{Pushing: c.Sender && !c.Local, KeepTimes: o.Times, SymlinkTimes: true},
			Sending: c.Sender, PID: c.Process.PID,
		},
	}
	if c.plan != nil {
		cfg.Env.Style.SymlinkTimes = c.plan.Attrs.ReceiverSymlinkTimes
		cfg.Env.SumLen, cfg.Env.NoSums = c.outcome.Transfer.Size(), protocol < 30
	}
	if c.Module != nil {
		cfg.Module, cfg.ModuleDir = c.Module.Name, c.Module.Path
		cfg.Env.Module, cfg.Env.ModulePath = c.Module.Name, c.Caller.ModulePath
		cfg.Env.Host, cfg.Env.Addr, cfg.Env.User = c.Caller.Host, c.Caller.Addr, c.Caller.User
	}
	if o.OutFormat != "" || o.OutFormatGiven {
		if f, err := report.CompileFormat(o.OutFormat, false); err == nil {
			cfg.Format = f
		}
	}
	if o.LogFileFormat != "" {
		if f, err := report.CompileFormat(o.LogFileFormat, c.Module != nil); err == nil {
			cfg.LogFormat = f
		}
	}
	return report.NewLog(c.Router, cfg)
}

// handshake settles the facts, starts multiplexing and compiles the plan.
func (c *conversation) handshake() error {
	o, s := c.o, c.s
	reading := c.Batch != nil && c.Batch.Reading
	hello := session.Hello{
		Version: o.Protocol, PeerVersion: c.PeerVersion,
		Client: c.ClientCaps, AllowIncremental: o.IncRecursion(!c.Sender),
		Own: wire.CompatAll, Seed: o.ChecksumSeed,
		FreshSeed: func() int32 {
			return int32(uint32(c.Process.Now().Unix()) ^ uint32(c.Process.PID)<<6)
		},
		ChecksumChoice: o.ChecksumChoice, ChecksumList: c.Process.ChecksumList,
		Compress: o.Compress, CompressChoice: o.CompressChoice, CompressList: c.Process.CompressList,
		Batch:    o.Batch == options.BatchWrite || o.Batch == options.BatchOnlyWrite || reading,
		Requires: plan.Requires(o, c.Local),
		Warn:     func(text string) { c.log.Text(report.Info, text) },
	}
	if reading {
		hello.AllowIncremental = c.Batch.AllowIncremental
	}
	if strings.EqualFold(hello.ChecksumChoice, "auto") || strings.EqualFold(hello.ChecksumChoice, "auto,auto") {
		hello.ChecksumChoice = ""
	}
	if choice, err := checksum.ParseChoice(hello.ChecksumChoice); !c.Server && o.Checksum && hello.ChecksumChoice != "" && err == nil &&
		!choice.AutoFile && choice.File == checksum.None {
		return errNoFileSum()
	}
	var err error
	if c.outcome, err = s.Handshake(hello); err != nil {
		return err
	}
	c.settled = true
	protocol := c.outcome.Caps.Protocol
	if c.Server && protocol <= 28 && !o.StderrSet {
		c.Router.Mode = options.StderrClient
	}
	if err := c.multiplex(protocol); err != nil {
		return err
	}
	if c.Gate != nil {
		log := c.newLog(c.firstRole(), protocol)
		if err := c.Gate(log); err != nil {
			if c.Sender { // a pull that is refused has its totals in the log all the same
				log.Summary(&report.Totals{Sent: s.BytesWritten(), Received: s.BytesRead()})
			}
			return err
		}
	}
	if c.outcome.File == checksum.None && o.Checksum {
		return errNoFileSum()
	}
	if c.Batch != nil && c.Batch.Start != nil {
		if err := c.Batch.Start(protocol, c.outcome.Flags, c.outcome.Caps.Seed); err != nil {
			return err
		}
		c.tap()
	}
	return c.rules(protocol)
}

// errNoFileSum is the error of --checksum without an algorithm.
func errNoFileSum() error {
	return exit.Errorf(exit.Unsupported, "Invalid checksum-choice for --checksum: none (0)")
}

// multiplex switches both directions to frames, as far as the protocol has them
// (docs/protocol/01-connection.md §5.6, §12.3).
func (c *conversation) multiplex(protocol int) error {
	o, s := c.o, c.s
	// The client's direction is framed from 30 on, and below if the receiving client has
	// messages to send.
	clientFramed := protocol >= 30 || (c.Sender == c.Server && o.RemoveSource != options.RemoveNothing)
	rawNames := protocol <= 30 && o.FilesFromGiven // names travel outside frames
	if c.Batch != nil && c.Batch.Reading {
		s.StartInput(false)
		return nil
	}
	if c.Server {
		if c.EmptyNames && protocol <= 30 {
			if _, err := s.Write([]byte{0}); err != nil {
				return err
			}
		}
		if rawNames && !c.Sender && c.FilesFrom != nil && !c.EmptyNames {
			s.MuteOutput(true) // framing starts behind the names
		} else if err := s.FrameOutput(true); err != nil {
			return err
		}
		if c.EmptyNames && protocol > 30 {
			if _, err := s.Write([]byte{0}); err != nil {
				return err
			}
		}
		c.Router.SetPeer(&peer{s: s, conv: c.conv}, protocol)
		if c.Module != nil {
			c.Router.Serve()
		}
		if c.Module != nil && o.Timeout > 0 && protocol >= 31 {
			s.PostInt(wire.MsgIOTimeout, int32(o.Timeout))
			s.Flush()
		}
		if c.Sender && rawNames && c.FilesFrom == nil && clientFramed {
			c.namesInStep = true
			s.FrameInput(true)
			return nil
		}
		s.StartInput(clientFramed)
		return nil
	}
	if clientFramed {
		if err := s.FrameOutput(true); err != nil {
			return err
		}
	}
	if rawNames && c.Sender && o.FilesFromRemote {
		c.namesInStep = true
		return nil
	}
	s.StartInput(true)
	return nil
}

// rules finishes this end's filter rules, exchanges what crosses the wire, and compiles the plan.
func (c *conversation) rules(protocol int) error {
	o := c.o
	end := filter.LocalReceiver
	switch {
	case c.Local && c.Sender:
		end = filter.LocalSender
	case c.Local:
	case c.Server && c.Sender:
		end = filter.PullServer
	case c.Server:
		end = filter.PushServer
	case c.Sender:
		end = filter.PushClient
	default:
		end = filter.PullClient
	}
	b := c.Rules
	if b == nil {
		c.RuleEnv.Protocol = protocol
		c.RuleEnv.Receiving = !c.Sender
		c.RuleEnv.DeleteExcluded = o.DeleteExcluded
		b = filter.NewBuilder(c.RuleEnv)
	}
	b.SetProtocol(protocol)
	c.traceRules(b)
	if !c.Server && o.PartialDir != "" && !strings.HasPrefix(o.PartialDir, "/") {
		if err := b.HidePartialDir(o.PartialDir); err != nil {
			return ruleError(err, c.s.Role())
		}
	}
	if c.Batch != nil && c.Batch.Script != nil {
		if err := c.Batch.Script(b.Script(), protocol); err != nil {
			return err
		}
	}
	push := c.Sender != c.Server
	crosses := !c.Local && filter.OnWire(push, protocol, o.PruneEmptyDirs, o.Delete, o.DeleteExcluded)
	reading := c.Batch != nil && c.Batch.Reading
	if c.Server && crosses {
		if err := c.readRules(b); err != nil {
			return err
		}
	}
	list, text, err := b.Finish(end, o.CVSExclude)
	if err != nil {
		return ruleError(err, c.s.Role())
	}
	if !c.Server && crosses && !reading {
		if _, err := c.s.Write(filter.AppendEnd(text)); err != nil {
			return err
		}
	}
	c.plan, err = plan.Compile(c.s.Context(), plan.Input{
		Options: o, Caps: c.outcome.Caps, Transfer: c.outcome.Transfer, Named: c.outcome.Named, File: c.outcome.File, Codec: c.outcome.Codec,
		Sender: c.Sender, Local: c.Local, DaemonPeer: c.DaemonPeer, Module: c.Module, Filter: list,
		Names: c.Process.Names, Identity: c.Process.Identity, Umask: c.Process.Umask, StartDir: c.Process.StartDir,
		Warn: func(text string) { c.log.Text(report.Error, text) },
	})
	if err != nil {
		return err
	}
	c.log = c.newLog(c.firstRole(), protocol)
	c.s.OnServerTimeout(func(seconds int) { c.log.Say(report.SettingTimeout, report.Int(seconds)) })
	return nil
}

// traceRules lets decisions by the rules be followed (--debug=filter). At the receiving end the
// generator asks for them.
func (c *conversation) traceRules(b *filter.Builder) {
	role := report.RoleGenerator
	if c.Sender {
		role = report.RoleSender
	}
	b.SetRole(role.String(), int(c.o.Debug[options.DebugFilter]), func(_ int, text string) {
		c.log.As(role).Text(report.Info, "["+role.String()+"] "+text)
	})
}

// readRules takes the client's rules from the stream.
func (c *conversation) readRules(b *filter.Builder) error {
	r := c.s.In()
	var buf []byte
	for {
		n, err := r.Int32()
		if err != nil {
			return err
		}
		end, err := filter.CheckLength(n)
		if err != nil {
			return ruleError(err, c.s.Role())
		}
		if end {
			return nil
		}
		if buf, err = r.Append(buf[:0], int(n)); err != nil {
			return err
		}
		if err := b.Received(string(buf)); err != nil {
			return ruleError(err, c.s.Role())
		}
	}
}

// ruleError gives a filter error its exit code and system text.
func ruleError(err error, who string) error {
	var e *filter.Error
	if !errors.As(err, &e) {
		return err
	}
	text := e.Text
	if e.Err != nil {
		text = "rsync: [" + who + "] " + text + ": " + errno.Text(e.Err)
	}
	return &exit.Error{Code: exit.Code(e.Code), Text: text}
}

// tap records the sender's stream into the batch file.
func (c *conversation) tap() {
	w := c.Batch.Writer
	record := func(b []byte) {
		if _, err := w.Write(b); err != nil {
			c.s.Fail(&exit.Error{Code: exit.FileIO, Text: "rsync: " + err.Error()})
		}
	}
	if c.Sender {
		c.s.TapOutput(record)
	} else {
		c.s.TapInput(record)
	}
}

// peer is the other end of the connection as a destination of messages.
type peer struct {
	s    *session.Session
	conv *converter // nil without --iconv
}

// Send implements report.Peer. The receiver never waits for room.
func (p *peer) Send(role report.Role, tag report.Class, text []byte) {
	m := wire.Msg(tag)
	if p.conv != nil {
		text = p.conv.appendUTF8(nil, text)
	}
	if len(text) > wire.MaxMessage {
		text = wire.AppendText(nil, m, text)[wire.HeaderLen:]
	}
	if role == report.RoleReceiver {
		p.s.Post(m, text)
		return
	}
	p.s.Send(m, text)
}

// Deleted implements report.Peer.
func (p *peer) Deleted(role report.Role, name []byte, isDir bool) {
	var b []byte
	if p.conv != nil {
		b = p.conv.appendUTF8(nil, name)
	} else {
		b = append(b, name...)
	}
	if isDir {
		b = append(b, 0)
	}
	p.s.Send(wire.MsgDeleted, b)
}

// relay returns the handlers of what the peer says, for any role.
func (c *conversation) relay() session.Handlers {
	return session.Handlers{
		Text: c.relayText,
		Deleted: func(name []byte) {
			isDir := len(name) > 0 && name[len(name)-1] == 0
			if isDir {
				name = name[:len(name)-1]
			}
			if c.conv != nil {
				name = c.conv.deletedName(name)
			}
			c.log.Deleted(name, isDir)
		},
	}
}
