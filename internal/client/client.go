// Package client is the program that a user starts: it takes the operands apart, reaches the
// other end, and carries out one transfer or listing (docs/protocol/01-connection.md §2, §3, §7).
//
//	operands ─► shape ─┬─ local:  a second end in this process
//	                   ├─ shell:  rsync --server over a remote shell
//	                   └─ daemon: a module over TCP, or over a remote shell
package client

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit/internal/batch"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/human"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transfer"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// Config is one run as its caller describes it.
type Config struct {
	Env     *process.Env
	Options *options.Options
	Parser  *options.Config // what Options were parsed with
	Version string          // the release that messages name

	// The streams. A standard error that is an *os.File is inherited by the programs that the run
	// starts.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Prompt asks the user for a password.
	Prompt func(ctx context.Context, prompt string) ([]byte, error)

	// Observer gets everything that happens as values, whatever is printed; nil for nobody.
	Observer report.Sink
	// Source is a tree to send in place of the file system: local sources are paths in it.
	Source fsys.Source
	// Connect reaches a host in place of a remote shell: command is for the host's shell. The
	// connection's Close must end a Read or Write under way. Nil starts the remote shell.
	Connect func(ctx context.Context, host, command string) (session.Conn, error)
	// TLS is how daemons are reached that a socket leads to; nil for plain TCP. Its TCP is filled
	// in, but for the default port.
	TLS *transport.TLS
}

// Client is one run. Use Run.
type Client struct {
	Config
	env    *process.Env
	o      *options.Options
	cfg    *options.Config
	shape  *options.Shape
	term   *report.Terminal
	router *report.Router
	log    *report.Log
	rules  *filter.Builder
	names  ids.Lookup
	began  time.Time
	// files is the list of --files-from if it lies on this side.
	files io.ReadCloser

	// replay is the batch file that takes the sender's place, with --read-batch.
	replay *batch.Replay

	clean []func()
}

// Run carries out what the options ask for and returns the exit code. Everything has been said
// when it returns.
func Run(ctx context.Context, cfg Config) exit.Code {
	c := &Client{Config: cfg, env: cfg.Env, o: cfg.Options, cfg: cfg.Parser, began: cfg.Env.Now()}
	c.output()
	defer c.term.Close()
	defer c.cleanUp()
	res, err := c.run(ctx)
	if err != nil {
		return c.fail(err)
	}
	if res.Code != exit.OK && !res.Told {
		c.log.As(res.Role).Closing(res.Code, "main.go(1)")
	}
	return res.Code
}

// outcome is how the run ended.
type outcome struct {
	Code exit.Code
	Told bool // the closing line has been said
	Role report.Role
}

func (c *Client) run(ctx context.Context) (outcome, error) {
	c.openLog()
	// What options name is read before the operands are judged; only then has the client a part
	// in the transfer.
	shape, shapeErr := c.o.Shape()
	if shapeErr == nil {
		c.shape = shape
	}
	var err error
	if c.rules, err = transfer.CollectRules(c.o, c.ruleEnv()); err != nil {
		return outcome{}, transfer.RuleError(err, "client")
	}
	if c.files, err = c.filesFrom(); err != nil {
		return outcome{}, err
	}
	if c.files != nil {
		c.onExit(func() { c.files.Close() })
	}
	c.log = c.log.As(c.part())
	if c.o.Batch == options.BatchRead {
		if err := c.openReplay(); err != nil {
			return outcome{}, err
		}
	}
	if shapeErr != nil {
		return outcome{}, shapeErr
	}
	if c.o.Iconv {
		if err := transfer.CheckCharset(c.o.IconvLocal, c.env.Charset); err != nil {
			return outcome{}, err
		}
	}
	c.names = ids.NewCache(ids.NewSystem(ids.HostSources()))
	switch {
	case c.shape.Direction == options.LocalCopy:
		return c.local(ctx)
	case c.shape.Direction == options.FromBatch:
		return c.fromBatch(ctx)
	}
	return c.remote(ctx)
}

// part is the client's role in the transfer, as the first operand has it.
func (c *Client) part() report.Role {
	switch {
	case len(c.o.Args) == 0 || c.o.Batch == options.BatchRead || options.ParseOperand(c.o.Args[0]).Kind != options.Local:
		return report.RoleReceiving
	}
	return report.RoleSender
}

// output sets up the streams and the routing of messages.
func (c *Client) output() {
	delay := 20 * time.Millisecond
	if c.env.OutTTY || c.o.Outbuf == options.OutbufNone || c.o.Outbuf == options.OutbufLine {
		delay = 0
	}
	c.term = report.NewTerminal(c.Stdout, c.Stderr, delay)
	cs := c.env.Charset
	if c.o.EightBit {
		cs = report.CharsetRaw
	}
	c.router = &report.Router{Mode: c.o.Stderr, Quiet: c.o.Quiet > 0, Charset: cs, Terminal: c.term, Observer: c.Observer}
	c.log = report.NewLog(c.router, report.Config{
		Role: report.RoleClient, Version: c.Version, Info: c.o.Info, Debug: c.o.Debug, Human: c.numbers(), Now: c.env.Now, Dir: c.env.StartDir,
	})
}

func (c *Client) numbers() human.Numbers {
	return human.Numbers{Level: c.o.HumanReadable, Point: c.env.Point}
}

// openLog opens --log-file.
func (c *Client) openLog() {
	if f := transfer.OpenLog(c.o, c.operator(), c.router, c.log, c.env.PID, c.env.Now); f != nil {
		c.onExit(func() { f.Close() })
	}
}

func (c *Client) onExit(f func()) { c.clean = append(c.clean, f) }

// cleanUp ends what the run has opened, the latest first.
func (c *Client) cleanUp() {
	for _, f := range slices.Backward(c.clean) {
		f()
	}
}

// ruleEnv is where the user's rules are read.
func (c *Client) ruleEnv() filter.Env {
	home := c.env.Home
	env := filter.Env{
		Who: "client", Files: &transfer.RuleFiles{Operator: c.operator(), Stdin: c.Stdin},
		Receiving: c.shape != nil && c.shape.Direction == options.Pull, DeleteExcluded: c.o.DeleteExcluded, From0: c.o.From0,
		CVSWords: c.env.Get("CVSIGNORE"),
		Warn:     func(text string, code int) { c.log.Text(report.Error, text) },
	}
	if home != "" {
		env.CVSFile = strings.TrimRight(home, "/") + "/.cvsignore"
	}
	if c.o.Protocol > 0 && c.o.Protocol < wire.MaxProtocol {
		env.Protocol = c.o.Protocol
	}
	c.trace(&env)
	return env
}

// trace connects --debug=filter.
func (c *Client) trace(env *filter.Env) {
	env.TraceLevel = int(c.o.Debug[options.DebugFilter])
	if env.TraceLevel > 0 {
		env.Trace = func(level int, text string) {
			c.log.Text(report.Info, "["+env.Who+"] "+text)
		}
	}
}

func (c *Client) operator() fsys.Operator {
	return fsys.Operator{UID: c.env.Identity.UID, FollowAll: c.o.InsecureLinks}
}

// process describes this process to the roles.
func (c *Client) process() transfer.Process {
	return transfer.Process{
		Version: c.Version, PID: c.env.PID, Umask: c.env.Umask, StartDir: c.env.StartDir, Identity: c.env.Identity, Names: c.names,
		ChecksumList: c.env.Get("RSYNC_CHECKSUM_LIST"), CompressList: c.env.Get("RSYNC_COMPRESS_LIST"),
		Charset: c.env.Charset, Numbers: c.numbers(), Now: c.env.Now,
	}
}

// filesFrom opens the list of names if it lies on this side. The files-from error is exit 1.
func (c *Client) filesFrom() (io.ReadCloser, error) {
	if !c.o.FilesFromGiven || c.o.FilesFromRemote {
		return nil, nil
	}
	if c.o.FilesFrom == "-" {
		return io.NopCloser(c.Stdin), nil
	}
	var st fsys.Stat
	f, err := transfer.OpenInput(c.operator(), c.o.FilesFrom, &st)
	if err != nil {
		return nil, &exit.Error{Code: exit.Syntax, Text: "rsync: failed to open files-from file " + c.o.FilesFrom + ": " + transfer.ErrnoMessage(err)}
	}
	return f, nil
}

// fail says an error that ended the run before or outside a conversation.
func (c *Client) fail(err error) exit.Code { return c.failAs(err, c.log.Role()) }

func (c *Client) failAs(err error, role report.Role) exit.Code {
	log := c.log.As(role)
	var oe *options.Error
	if errors.As(err, &oe) {
		if oe.Usage {
			c.term.Flush()
			io.WriteString(c.Stderr, options.Usage())
		}
		for _, l := range oe.Lines {
			log.Text(report.Error, l)
		}
		code := exit.Code(oe.Code)
		log.Closing(code, "main.go(1)")
		return code
	}
	var e *exit.Error
	code := exit.CodeOf(err, exit.StreamIO)
	if errors.As(err, &e) {
		if e.Text != "" {
			for _, l := range strings.Split(e.Text, "\n") {
				log.Text(report.Error, l)
			}
		}
		if e.Told {
			return code
		}
	} else {
		log.Text(report.Error, "rsync: "+err.Error())
	}
	log.Closing(code, "main.go(1)")
	return code
}

// local joins two ends in this process (docs/protocol/01-connection.md §14.1).
func (c *Client) local(ctx context.Context) (outcome, error) {
	far, farErr := options.Derive(c.o, c.cfg)
	if farErr == nil && far.Iconv {
		farErr = transfer.CheckCharset(c.o.IconvRemote, c.env.Charset)
	}
	if farErr != nil {
		// What --remote-option asks of the far end cannot be done: that end says so and goes.
		c.failAs(farErr, report.RoleReceiving)
		far = &options.Options{}
	}
	far.Server, far.IconvLocal = true, c.o.IconvRemote
	if c.o.MungeLinks && len(c.o.RemoteOptions) == 0 {
		far.MungeLinks = false // only the sending half acts
	}
	if c.o.Batch == options.BatchWrite || c.o.Batch == options.BatchOnlyWrite {
		// What is recorded is a delta unless the user says otherwise.
		if far.WholeFile == options.Auto {
			far.WholeFile = options.Off
		}
		if c.o.Batch == options.BatchWrite {
			far.Batch = options.BatchNone
		}
	}
	near, farConn := transport.Pipe()
	// Whole files take the short way unless somebody wants to see their data, their sums or how they
	// get on, or wants it to take its time. Only a file of the system's can be handed over.
	var handoff *session.Handoff
	if c.Source == nil && c.o.Batch == options.BatchNone && c.o.BwLimit == 0 && c.o.Info[options.InfoProgress] == 0 && !options.FormatHas(c.o.OutFormat, 'C') && !options.FormatHas(c.o.LogFileFormat, 'C') {
		handoff = session.NewHandoff()
		defer handoff.Close()
	}
	twin := &transfer.Twin{}
	caps := wire.ParseClientCaps(c.o.CapabilityString(options.Push, options.Capabilities))

	set := transfer.Setup{
		Options: c.o, Conn: near, Sender: true, Local: true, ClientCaps: caps, Rules: c.rules,
		Sources: c.shape.Sources, Source: c.Source, Operator: c.operator(), Router: c.router, Process: c.process(), Handoff: handoff, Twin: twin,
	}
	if c.files != nil {
		set.FilesFrom = c.files
	}
	farEnv := c.ruleEnv()
	farEnv.Who, farEnv.Receiving = "receiver", true
	farRouter := &report.Router{Mode: far.Stderr, Server: true, Quiet: far.Quiet > 0, Charset: report.CharsetPrint, Terminal: c.term}
	if c.Observer != nil {
		// What the far end does arrives here as items; only a listing is all its own.
		farRouter.Observer = report.Only{Kind: report.KindListing, Sink: c.Observer}
	}
	var farLog *report.Log
	if slices.ContainsFunc(c.o.RemoteOptions, func(w string) bool { return strings.HasPrefix(w, "--log-file=") || w == "--log-file" }) {
		farLog = report.NewLog(farRouter, report.Config{Role: report.RoleServer, Server: true, Version: c.Version, Now: c.env.Now})
		if f := transfer.OpenLog(far, c.operator(), farRouter, farLog, c.env.PID, c.env.Now); f != nil {
			defer f.Close()
		}
	}
	farSet := transfer.Setup{
		Options: far, Conn: farConn, Server: true, Local: true, ClientCaps: caps, Rules: c.rules.Clone(farEnv),
		Dest: c.shape.Dest, HasDest: c.shape.HasDest, OnInterrupt: c.env.Cleanup.Set, Operator: c.operator(), Router: farRouter, Process: c.process(), Handoff: handoff, Twin: twin,
	}
	if err := c.batch(&set); err != nil {
		return outcome{}, err
	}
	if err := Become(ctx, c.env, c.o, c.names, c.log); err != nil {
		return outcome{}, err
	}
	set.Process, farSet.Process = c.process(), c.process()
	var farRes transfer.Result
	var wg sync.WaitGroup
	if farErr != nil {
		farConn.Close()
	} else {
		wg.Go(func() { farRes = transfer.Run(ctx, farSet) })
	}
	res := transfer.Run(ctx, set)
	wg.Wait()
	if res.Complete {
		c.summary(res.Totals, true, max(res.Code, farRes.Code))
	}
	if farLog != nil && farRes.Complete {
		farRes.Totals.Failed = farRes.Code != exit.OK
		farLog.Summary(&farRes.Totals)
	}
	return joined(res, farRes), nil
}

// joined decides how a run of two ends in one process ended. An end that failed has said so; the
// sender speaks for two that came to their end.
func joined(near, far transfer.Result) outcome {
	switch {
	case near.Fatal && !near.Told:
		return outcome{Code: near.Code, Told: true}
	case far.Fatal:
		return outcome{Code: far.Code, Told: true}
	case near.Fatal:
		return outcome{Code: near.Code, Told: true}
	}
	return outcome{Code: max(near.Code, far.Code), Role: near.Role}
}

// summary says the numbers of the run.
func (c *Client) summary(t report.Totals, sending bool, code exit.Code) {
	t.Sending, t.Failed = sending, code != exit.OK
	t.Elapsed = c.env.Now().Sub(c.began)
	t.DryRun = c.o.DryRun
	t.BatchOnly = c.o.Batch == options.BatchOnlyWrite
	c.log.Summary(&t)
}
