// Package server is the program at the far end of a connection: started by a remote shell as
// "rsync --server", or given a connection by a daemon. It reads its part from the arguments that
// the client composed (docs/protocol/01-connection.md §4, §10, §11).
package server

import (
	"context"
	"io"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/human"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transfer"
	"godwit/internal/wire"
)

// Config is one server run, its arguments parsed.
type Config struct {
	Options *options.Options
	Conn    session.Conn
	// PeerVersion is the client's version if a greeting has settled it, else 0.
	PeerVersion int
	// Module is set under a daemon, with its module's facts.
	Module  *plan.Module
	Router  *report.Router
	Process transfer.Process
	// Operator resolves the paths that the client names in rule files.
	Operator fsys.Operator
	// Caller, Gate and EmptyNames are a daemon's: see transfer.Setup.
	Caller     transfer.Caller
	Gate       func(*report.Log) error
	EmptyNames bool
	// OnInterrupt is told what cleans up after an interruption, and gets nil at the end; nil if
	// nobody asks.
	OnInterrupt func(func())
	// Home and CVSWords are where -C finds more rules.
	Home, CVSWords string
}

// Run serves one transfer. It returns the exit code; the closing line of a failure has been said.
func Run(ctx context.Context, c Config) exit.Code {
	o := c.Options
	log := report.NewLog(c.Router, report.Config{Role: report.RoleServer, Server: true, Version: c.Process.Version, Info: o.Info, Debug: o.Debug, Now: c.Process.Now, Dir: c.Process.StartDir})
	if c.Module == nil { // a daemon has its own
		if f := transfer.OpenLog(o, c.Operator, c.Router, log, c.Process.PID, c.Process.Now); f != nil {
			defer f.Close()
		}
	}
	set, err := c.setup(log)
	if err != nil {
		code := exit.CodeOf(err, exit.Syntax)
		for _, l := range strings.Split(err.Error(), "\n") {
			log.Text(report.Error, l)
		}
		log.Closing(code, "main.go(1)")
		return code
	}
	if code := c.enterBase(&set, log); code != exit.OK {
		return code
	}
	res := transfer.Run(ctx, set)
	if res.Complete {
		res.Totals.Sending, res.Totals.Failed = set.Sender, res.Code != exit.OK
		log.Summary(&res.Totals)
	}
	return res.Code
}

// enterBase looks whether a sender can go to the directory that its operands count from. It is
// ".", unless the user has put something else there with --remote-option.
func (c *Config) enterBase(set *transfer.Setup, log *report.Log) exit.Code {
	if !set.Sender || c.Module != nil || set.Base == "." {
		return exit.OK
	}
	d, err := c.Operator.OpenDir(set.Base)
	if err != nil {
		log = log.As(report.RoleSender)
		code := exit.CodeOf(log.Fatal(report.ChangeDirSender, err, report.Full([]byte(set.Base))), exit.FileSelect)
		log.Closing(code, "main.go(1)")
		return code
	}
	d.Close()
	return exit.OK
}

// setup turns the operands into what the conversation needs.
func (c *Config) setup(log *report.Log) (transfer.Setup, error) {
	o := c.Options
	set := transfer.Setup{
		Options: o, Conn: c.Conn, Server: true, Sender: o.Sender, PeerVersion: c.PeerVersion,
		ClientCaps: wire.ParseClientCaps(o.Capabilities), Module: c.Module, Router: c.Router, Process: c.Process, Operator: c.Operator,
		OnInterrupt: c.OnInterrupt, Caller: c.Caller, Gate: c.Gate, EmptyNames: c.EmptyNames,
		RuleEnv: filter.Env{
			Who: "server", Files: &transfer.RuleFiles{Operator: c.Operator}, Receiving: !o.Sender, From0: o.From0, CVSWords: c.CVSWords,
			Warn: func(text string, code int) { log.Text(report.Error, text) },
		},
	}
	if c.Home != "" {
		set.RuleEnv.CVSFile = strings.TrimRight(c.Home, "/") + "/.cvsignore"
	}
	set.Process.Numbers = human.Numbers{Level: 1}
	args := o.Args
	if o.Sender {
		if len(args) == 0 {
			return set, exit.Errorf(exit.Syntax, "ERROR: do_server_sender called without args")
		}
		set.Base, set.Sources = args[0], args[1:]
		if len(set.Sources) == 0 && (o.Recurse != options.RecurseNot || o.Dirs || o.ListOnly) {
			set.Sources = []string{"."}
		}
	} else {
		if len(args) > 0 {
			set.Base = args[0]
		}
		if len(args) > 1 {
			set.Dest, set.HasDest = args[1], true
		} else {
			set.Dest, set.HasDest = ".", true
		}
	}
	names, err := c.filesFrom()
	if err != nil {
		return set, err
	}
	if names != nil {
		set.FilesFrom = names
	}
	return set, nil
}

// filesFrom opens a list of names that lies on this side.
func (c *Config) filesFrom() (io.Reader, error) {
	o := c.Options
	if !o.FilesFromGiven || o.FilesFrom == "-" {
		return nil, nil
	}
	if o.FilesFromRemote {
		return nil, exit.Errorf(exit.Syntax, "The --files-from sent to the server cannot specify a host.")
	}
	var st fsys.Stat
	f, err := transfer.OpenInput(c.Operator, o.FilesFrom, &st)
	if err != nil {
		return nil, exit.Errorf(exit.Syntax, "rsync: failed to open files-from file %s: %s", o.FilesFrom, transfer.ErrnoMessage(err))
	}
	return f, nil
}
