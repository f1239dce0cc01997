package daemon

import (
	"context"
	"io"
	"time"

	"godwit/internal/daemonconf"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/session"
)

// Config is a daemon as its command line describes it.
type Config struct {
	Env *process.Env
	// Options is the daemon's command line; a worker has none and gets it with its grant.
	Options *options.DaemonOptions
	// Version is what log lines call this release.
	Version string
	// Serve carries out a transfer.
	Serve ServeFunc
	// Parse is what the parser of the clients' arguments needs to know of this program; what
	// depends on the module is added to it.
	Parse options.Config
	// Syslog are the sockets of the system log to try, in order; nil means the usual ones.
	Syslog []string
}

// DefaultFile is the configuration of a daemon that is told none.
const DefaultFile = "/etc/rsyncd.conf"

// ServeFunc carries out the transfer of a connection, from the binary handshake to the end, and
// closes the connection. It returns the exit code; what there is to say has been said.
type ServeFunc func(ctx context.Context, conn session.Conn, args *ServerArgs) exit.Code

// ServerArgs is a request that a module takes: everything the transfer needs to know of the
// daemon. The process has the module's identity by now, and the module's directory as its current
// one.
type ServerArgs struct {
	// Options are the client's, with the module's settings put over them: verbosity, timeout,
	// charset, fake super, temporary directory and the like, and paths cleaned. Args is "." and
	// the paths inside the module.
	Options *options.Options
	// Refused, if not nil, is why the request is not carried out: after the handshake its text goes
	// to the client as error messages, a line each, and the run ends with its code. Options may be
	// incomplete then (docs/protocol/01-connection.md §8.5).
	Refused *exit.Error
	// EmptyList asks for an empty list of names before that, as the client waits for one.
	EmptyList bool

	// PeerVersion is the client's version by its greeting, Version the newest this side speaks.
	PeerVersion, Version int

	// Module is what the module adds to the plan. Its Path is the module's directory as this
	// process sees it; ModulePath is the one that the outside knows, for %P.
	Module     *plan.Module
	ModulePath string
	ReadOnly   bool // pushes are refused, after the handshake
	WriteOnly  bool // pulls are
	// Charset is the one of the module's names, "" for none.
	Charset string

	// Host and Addr are the client's, User whom it authenticated as, "" if it did not.
	Host, Addr, User string

	// Router leads messages to the log and, once Serve has set the peer, to the client.
	Router *report.Router
	// LogFormat is the form of lines about transferred items, "" if none are logged.
	LogFormat string

	// Identity is who this process is now. Names looks up users and groups.
	Identity ids.Identity
	Names    ids.Lookup
	// Operator resolves the paths that the client names: they stay inside the module.
	Operator fsys.Operator
	// Umask is the daemon's.
	Umask uint32
	Now   func() time.Time
}

// daemon is a Config at work.
type daemon struct {
	Config
	names *ids.System
	src   ids.Sources
	// locks are the connection slots of this process.
	locks slotTable
	// handing is what handing connections over needs.
	//lint:ignore U1000 it is empty where processes keep transfers apart
	handing
}

func newDaemon(cfg Config) *daemon {
	src := ids.HostSources()
	return &daemon{Config: cfg, src: src, names: ids.NewSystem(src)}
}

// operator resolves the paths of the configuration: only root's links and our own count.
func (d *daemon) operator() fsys.Operator {
	return fsys.Operator{UID: d.Env.Identity.UID}
}

// file is the configuration's name (docs/protocol/07-daemon.md §2).
func (d *daemon) file() string {
	switch o := d.Options; {
	case o.Config != "":
		return o.Config
	case o.Server && !d.Env.Identity.Root():
		return "rsyncd.conf"
	}
	return DefaultFile
}

// loader reads the configuration, with variables from lookup.
func (d *daemon) loader(lookup func(string) (string, bool), report func(daemonconf.Problem)) *daemonconf.Loader {
	l := &daemonconf.Loader{Files: confFiles{d.operator()}, LookupEnv: lookup, Report: report}
	for _, p := range d.Options.Params {
		l.Params = append(l.Params, daemonconf.Setting{Name: p.Name, Value: p.Value})
	}
	return l
}

// CheckParam says what is wrong with a --dparam, for the parser of the command line.
func CheckParam(p options.DaemonParam) error {
	if _, ok := daemonconf.Lookup(p.Name); !ok {
		return &options.Error{Lines: []string{"Unknown parameter \"" + p.Name + "\""}, Code: int(exit.Syntax)}
	}
	return nil
}

// confFiles opens configuration files by the rule for an operator's paths.
type confFiles struct{ op fsys.Operator }

func (f confFiles) Open(name string) (io.ReadCloser, error) { return f.op.OpenRead(name, nil) }

func (f confFiles) Kind(name string) (daemonconf.Kind, error) {
	var st fsys.Stat
	switch err := f.op.Stat(name, &st); {
	case err != nil:
		return 0, err
	case st.IsDir():
		return daemonconf.DirectoryKind, nil
	case st.IsRegular():
		return daemonconf.RegularKind, nil
	}
	return daemonconf.OtherKind, nil
}

func (f confFiles) List(name string) ([]string, error) {
	d, err := f.op.OpenDir(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return entries(d)
}

// entries returns the names in a directory, in its order.
func entries(d *fsys.Dir) ([]string, error) {
	var s fsys.Scanner
	if err := d.Scan(&s, 0); err != nil {
		return nil, err
	}
	defer s.Close()
	var names []string
	ents := make([]fsys.DirEnt, 64)
	for {
		n, err := s.Next(ents)
		for _, e := range ents[:n] {
			names = append(names, string(e.Name))
		}
		if err == io.EOF || n == 0 && err == nil {
			return names, nil
		}
		if err != nil {
			return names, err
		}
	}
}

// CheckConfig reads a configuration as the daemon would and writes each problem with its file and
// line to w. It returns 1 if there is any.
func CheckConfig(cfg Config, w io.Writer) exit.Code {
	d := newDaemon(cfg)
	problems := d.loader(cfg.Env.LookupEnv, nil).Check(d.file())
	for _, p := range problems {
		io.WriteString(w, problemLine(p)+"\n")
	}
	if len(problems) > 0 {
		return exit.Syntax
	}
	return exit.OK
}
