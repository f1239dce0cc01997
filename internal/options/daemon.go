package options

import (
	"errors"
	"strings"
)

// daemonScan is the state of the daemon's parser,
// docs/protocol/05-options.md §6.
type daemonScan struct {
	cfg          *Config
	o            DaemonOptions
	daemon, help bool
}

// daemonHint follows each error of the daemon's parser.
const daemonHint = `(Type "rsync --daemon --help" for assistance with daemon mode.)`

// parseDaemon parses a whole command line as that of a daemon.
func parseDaemon(args []string, cfg *Config) (*Options, error) {
	d := &daemonScan{cfg: cfg}
	d.o.Protocol = MaxProtocol
	w := walker{
		rows: theTable.rows, long: theTable.dlong, short: &theTable.dshrt,
		integer: func(o *Option) bool { return o.daemonInt },
		apply: func(o *Option, value string, n int) error {
			if o.Negates != "" {
				n = 0
			}
			return o.daemon(d, value, n)
		},
	}
	err := w.walk(args)
	var f *fault
	switch {
	case errors.As(err, &f):
		return nil, usageError("rsync: "+f.Error()+" (in daemon mode)", daemonHint)
	case err != nil && !errors.Is(err, errStop):
		return nil, asError(err)
	case d.help:
		return &Options{Action: ActionDaemonHelp}, nil
	case len(d.o.TempDir) >= maxPath-10:
		return nil, usageError("rsync: the --temp-dir path is WAY too long.")
	case !d.daemon:
		return nil, usageError("Daemon option(s) used without --daemon.", daemonHint)
	}
	d.o.Args = w.operands
	return &Options{Action: ActionDaemon, Daemon: &d.o, Args: w.operands}, nil
}

// param takes one NAME=VALUE.
func (d *daemonScan) param(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return usageError("--dparam value is missing an '=': "+text, daemonHint)
	}
	p := DaemonParam{Name: name, Value: value}
	if d.cfg.CheckParam != nil {
		if err := d.cfg.CheckParam(p); err != nil {
			return err
		}
	}
	d.o.Params = append(d.o.Params, p)
	return nil
}
