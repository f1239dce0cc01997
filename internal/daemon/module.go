package daemon

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"godwit/internal/daemonconf"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/process"
	"godwit/internal/report"
)

// errRefused says that the connection is over and everything has been said.
var errRefused = errors.New("refused")

// entered is a connection inside its module.
type entered struct {
	*connection
	place *place
	id    identity
	hooks *hooks
	rules *moduleRules
	list  *filter.List
	root  *fsys.Root
}

// moduleStage is steps 13 to 28 of docs/protocol/07-daemon.md §11.1: the process gives up what it
// has in favour of the module, and serves the transfer. It returns the exit code.
func (c *connection) moduleStage(ctx context.Context) exit.Code {
	e := &entered{connection: c, hooks: &hooks{}}
	code := refused
	err := e.enter(ctx)
	if err == nil {
		code = int(e.serve(ctx))
	} else {
		var coded *exit.Error
		if errors.As(err, &coded) {
			code = int(coded.Code)
		}
		c.conn.Close()
	}
	e.hooks.finish(code)
	return exit.Code(code)
}

// refuse ends the connection with a line for the client.
func (e *entered) refuse(reply string) error {
	e.reply("@ERROR: " + reply)
	return errRefused
}

// die ends the connection without a word to the client.
func (e *entered) die(code exit.Code) error {
	e.log.closing(code)
	return &exit.Error{Code: code}
}

// enter is steps 13 to 21, in the order of the chapter.
func (e *entered) enter(ctx context.Context) error {
	m := e.module
	var err error
	if e.id, err = e.d.resolveIdentity(ctx, m); err != nil {
		var bad *identityError
		if !errors.As(err, &bad) {
			return err
		}
		e.log.line(bad.log)
		return e.refuse(bad.reply)
	}
	if m.Text(daemonconf.Path) == "" {
		if err := m.Err(); err != nil {
			return e.unresolved(err)
		}
		e.log.line("No path specified for module " + m.Name())
		return e.refuse("no path setting.")
	}
	e.place = findPlace(m, e.d.Env.StartDir, process.MayChroot, e.log.line)
	e.vars["RSYNC_MODULE_PATH"] = e.place.path
	if err := e.loadRules(); err != nil {
		return err
	}
	e.log.change(e.d.destination(m))
	e.vars["RSYNC_PID"] = strconv.Itoa(e.d.Env.PID)
	e.hooks, err = e.startHooks(ctx)
	if err != nil {
		return e.hookFailed(err)
	}
	e.d.names.Warm() // before the files are out of reach
	if err := e.changeRoot(); err != nil {
		return err
	}
	return e.changeIdentity()
}

// unresolved reports a value whose variables cannot be put in.
func (e *entered) unresolved(err error) error {
	e.log.fault(err.Error())
	return e.die(exit.CodeOf(err, exit.Memory))
}

func (e *entered) hookFailed(err error) error {
	var h *hookError
	if !errors.As(err, &h) {
		return e.unresolved(err)
	}
	switch {
	case errors.Is(h.err, errFailedHook):
		e.log.fault("rsync: [Receiver] early exec failed: No child processes (10)")
	default:
		e.log.system("exec preparation failed", h.err)
	}
	e.reply(h.reply)
	return errRefused
}

// moduleRules opens rule files: those of the configuration anywhere, those of the tree inside the
// module.
type moduleRules struct {
	op     fsys.Operator
	inside string // the module's directory, "" while the configuration speaks
}

func (r *moduleRules) OpenRules(name string) (io.ReadCloser, error) {
	if r.inside == "" {
		return r.op.OpenRead(name, nil)
	}
	dir := r.inside
	if dir == "/" {
		dir = ""
	}
	op := r.op
	op.Confine = r.inside
	return op.OpenRead(dir+name, nil)
}

// loadRules is step 15.
func (e *entered) loadRules() error {
	m := e.module
	e.rules = &moduleRules{op: e.d.operator()}
	list, err := filter.NewModuleList(filter.Env{
		Who: "Receiver", Files: e.rules,
		Warn: func(text string, _ int) { e.log.fault(text) },
	}, filter.ModuleParams{
		Filter: m.Text(daemonconf.Filter), IncludeFrom: m.Text(daemonconf.IncludeFrom), Include: m.Text(daemonconf.Include),
		ExcludeFrom: m.Text(daemonconf.ExcludeFrom), Exclude: m.Text(daemonconf.Exclude),
	})
	if err == nil {
		e.list = list
		return nil
	}
	code := exit.Syntax
	var bad *filter.Error
	if errors.As(err, &bad) {
		code = exit.Code(bad.Code)
		if bad.Err != nil {
			e.log.system(bad.Text, bad.Err)
			return e.die(code)
		}
	}
	e.log.fault(err.Error())
	return e.die(code)
}

// mungedDir is where munged symbolic links lead: it must not be there.
const mungedDir = "/rsyncd-munged"

// changeRoot is steps 18 and 19.
func (e *entered) changeRoot() error {
	p := e.place
	if p.chroot != "" {
		_ = e.d.Env.Now().Local() // the time zone is read
		if err := process.Chroot(p.chroot); err != nil {
			e.log.system("chroot(\""+p.chroot+"\") failed", err)
			return e.refuse("chroot failed")
		}
	}
	if err := process.Chdir(p.dir); err != nil {
		e.log.system("chdir "+p.dir+" failed", err)
		return e.refuse("chdir failed")
	}
	op := e.d.operator()
	op.FollowAll = true // the configuration's word
	root, err := fsys.OpenRoot(p.dir, op, fsys.RootOptions{Resolver: fsys.Beneath, AllowDotDot: true})
	if err != nil {
		e.log.system("chdir "+p.dir+" failed", err)
		return e.refuse("chdir failed")
	}
	e.root = root
	if p.munge(e.module) {
		var st fsys.Stat
		if err := (fsys.Operator{FollowAll: true}).Stat(mungedDir, &st); err == nil && st.IsDir() {
			e.log.fault("Symlink munging is unsafe when a " + mungedDir + " directory exists.")
			e.log.closing(exit.Unsupported)
			e.reply("@ERROR: daemon security issue -- contact admin")
			return &exit.Error{Code: exit.Unsupported}
		}
	}
	return nil
}

// changeIdentity is step 20. There is no way back from it.
func (e *entered) changeIdentity() error {
	if g := e.id.Groups; len(g) > 0 {
		if err := process.SetGID(g[0]); err != nil {
			e.log.system("setgid "+strconv.FormatUint(uint64(g[0]), 10)+" failed", err)
			return e.refuse("setgid failed")
		}
		if e.d.Env.Identity.Root() {
			if err := process.SetGroups(g); err != nil {
				e.log.system("setgroups failed", err)
				return e.refuse("setgroups failed")
			}
		}
	}
	if e.id.HasUID {
		if err := process.SetUID(e.id.UID); err != nil {
			e.log.system("setuid "+strconv.FormatUint(uint64(e.id.UID), 10)+" failed", err)
			return e.refuse("setuid failed")
		}
	}
	if err := process.NoNewPrivileges(); err != nil {
		e.log.system("no_new_privs failed", err)
		return e.refuse("setuid failed")
	}
	return nil
}

// serve is steps 21 to 28.
func (e *entered) serve(ctx context.Context) exit.Code {
	m := e.module
	e.dead.start(m)
	defer e.dead.stop()
	e.reply("@RSYNCD: OK")
	refusal, unmatched := options.NewRefusal(m.Text(daemonconf.RefuseOptions), m.Text(daemonconf.Charset) != "")
	cfg := e.d.Parse
	cfg.InDaemon, cfg.Refusal, cfg.AliasFiles, cfg.LookupEnv = true, refusal, nil, e.lookup
	for _, w := range unmatched {
		e.log.line("No match for refuse-options string \"" + w + "\"")
	}
	r, err := e.readRequest(&cfg)
	e.dead.stop()
	if err != nil {
		e.conn.Close()
		switch {
		case e.dead.expired.Load():
			return e.timedOut()
		case exit.CodeOf(err, 0) == exit.Protocol:
			e.log.fault(err.Error())
			return e.log.closing(exit.Protocol)
		}
		e.log.fault("rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]")
		return e.log.closing(exit.StreamIO)
	}
	identity, err := ids.CurrentIdentity()
	if err != nil {
		identity = e.d.Env.Identity
	}
	args := e.serverArgs(r, identity)
	if text := e.hooks.runPre(requestOr(r.text(), "(NONE)"), hookArgs(r, args)); text != "" && args.Refused == nil {
		args.Refused = &exit.Error{Code: exit.Unsupported, Text: text}
	}
	if text := r.text(); text != "" {
		way := "to"
		if r.options.Sender {
			way = "on"
		}
		from := e.who()
		if e.user != "" {
			from = e.user + "@" + from
		}
		e.log.line("rsync " + way + " " + text + " from " + from)
	}
	args.Router.Serve()
	return e.d.Serve(ctx, e.conn, args)
}

func requestOr(text, none string) string {
	if text == "" {
		return none
	}
	return text
}

// hookArgs are the arguments as hooks get them.
func hookArgs(r *request, args *ServerArgs) []string {
	list := append([]string{"rsyncd"}, r.words...)
	list = append(list, ".")
	if len(args.Options.Args) > 1 {
		list = append(list, args.Options.Args[1:]...)
	}
	return list
}

// serverArgs puts the module's settings over the client's options (steps 24, 25 and 27).
func (e *entered) serverArgs(r *request, who ids.Identity) *ServerArgs {
	m, p, o := e.module, e.place, r.options
	e.rules.inside = p.dir
	state := e.list.Start("/")
	x := &expander{module: m.Name(), sanitize: p.sanitize(), keepDot: o.Relative, root: e.root, rules: state}
	args := &ServerArgs{
		Options: o, Refused: r.fault, PeerVersion: e.greeting.PeerVersion(), Version: e.d.ownVersion(),
		ModulePath: p.path, ReadOnly: m.Bool(daemonconf.ReadOnly), WriteOnly: m.Bool(daemonconf.WriteOnly),
		Charset: m.Text(daemonconf.Charset), Host: e.loggedName(), Addr: e.peer.Addr.String(), User: e.user,
		Identity: who, Umask: e.d.Env.Umask, Now: e.d.Env.Now,
		Operator: fsys.Operator{UID: who.UID, Confine: p.dir, BasePath: p.dir},
		Router: &report.Router{
			Mode: o.Stderr, Server: true, Daemon: true, SocketDaemon: e.mode == overListener, Quiet: o.Quiet > 0, Log: e.log,
		},
		Module: &plan.Module{
			Name: m.Name(), Path: p.dir, Sanitize: p.sanitize(), Munge: p.munge(m),
			IgnoreNonreadable: m.Bool(daemonconf.IgnoreNonreadable), NumericIDs: p.numericIDs(m), FakeSuper: m.Bool(daemonconf.FakeSuper),
			IncomingChmod: e.chmod(daemonconf.IncomingChmod, !o.Sender), OutgoingChmod: e.chmod(daemonconf.OutgoingChmod, o.Sender),
			Filter: e.list, DontCompress: m.Text(daemonconf.DontCompress), Root: e.root,
			Unconfined: p.confined() || m.Bool(daemonconf.InsecureLinks),
		},
	}
	if e.mode == overShell { // our error stream is the client's
		args.Router.Charset, args.Router.Terminal = report.CharsetPrint, report.NewTerminal(io.Discard, e.d.Env.Stderr, 0)
	}
	if m.Bool(daemonconf.InsecureLinks) {
		args.Operator = fsys.Operator{UID: who.UID, FollowAll: true}
	}
	if args.Router.SocketDaemon && args.Router.Mode == options.StderrErrors {
		args.Router.Mode = options.StderrClient // there is no error stream but the connection
	}
	switch e.access {
	case readOnly:
		args.ReadOnly = true
	case readWrite:
		args.ReadOnly = false
	}
	if m.Bool(daemonconf.TransferLogging) {
		args.LogFormat = m.Text(daemonconf.LogFormat)
	}
	if e.d.Options.LogFileFormatSet {
		args.LogFormat = e.d.Options.LogFileFormat
	}
	args.Names = ids.NewCache(e.d.names)
	if e.hooks.names != nil {
		args.Names = ids.NewCache(e.hooks.names)
	}
	e.settings(o, args)
	if args.Refused == nil {
		args.Refused = e.optionPaths(o, state)
	}
	if args.Refused != nil {
		args.EmptyList = r.emptyList()
	}
	o.Args = append([]string{"."}, r.operands(x)...)
	return args
}

// chmod returns the module's changes of modes. Those that make no sense are none.
func (e *entered) chmod(id daemonconf.ID, wanted bool) string {
	list := e.module.Text(id)
	if _, err := meta.ParseChmod(list, e.d.Env.Umask); list == "" || err == nil {
		return list
	}
	if wanted {
		e.log.line("Invalid \"" + id.String() + "\" directive: " + list)
	}
	return ""
}

// loggedName is the client's name in lines about items: the module may not want it looked up, even
// if somebody else did.
func (e *entered) loggedName() string {
	if !e.module.Bool(daemonconf.ReverseLookup) {
		return nameUndetermined
	}
	return e.peer.Name
}

// settings are the module's own.
func (e *entered) settings(o *options.Options, args *ServerArgs) {
	m := e.module
	o.Server = true
	if m.Bool(daemonconf.FakeSuper) {
		o.FakeSuper = true
	} else if o.FakeSuper {
		o.FakeSuper, o.Super = false, options.On
	}
	o.IgnoreErrors = o.IgnoreErrors || m.Bool(daemonconf.IgnoreErrors)
	o.MungeLinks = args.Module.Munge
	o.InsecureLinks = m.Bool(daemonconf.InsecureLinks)
	if v := m.Int(daemonconf.OpenNoatime); v != daemonconf.Unset {
		o.OpenNoatime = v == daemonconf.Yes
	}
	if n := m.Int(daemonconf.Timeout); n > 0 && (o.Timeout == 0 || o.Timeout > n) {
		o.Timeout = n
	}
	if n := e.d.Options.BwLimit; n > 0 && (o.BwLimit == 0 || o.BwLimit > n) {
		o.BwLimit = n
	}
	if o.Iconv && args.Charset != "" {
		o.IconvLocal = args.Charset
	}
	most := m.Int(daemonconf.MaxVerbosity)
	info, debug := options.VerbosityLevels(most)
	for i := range o.Info {
		o.Info[i] = min(o.Info[i], info[i])
	}
	for i := range o.Debug {
		o.Debug[i] = min(o.Debug[i], debug[i])
	}
	o.Verbose = min(o.Verbose, max(most, 0))
	o.LogFileFormat = args.LogFormat
}

// maxTempDir is the length from which a temporary directory is ignored.
const maxTempDir = 4086

// rejected is what a client is told whose options name something that the module hides.
func rejected() *exit.Error {
	return exit.Errorf(exit.Unsupported, "rsync: Your options have been rejected by the server.")
}

// optionPaths cleans the paths among the options and tests them against the module's rules.
func (e *entered) optionPaths(o *options.Options, rules *filter.State) *exit.Error {
	m := e.module
	clean := sanitizer(e.place)
	hides := func(name string, kind filter.Kind) bool {
		inside := trimDir(name, e.place.dir)
		return name == "" || inside != "" && inside != "." && rules.HidesPath([]byte(inside), kind)
	}
	if o.TempDir != "" || o.TempDirSet {
		o.TempDir = clean(o.TempDir)
		if hides(o.TempDir, filter.Directory) {
			return rejected()
		}
	} else if dir := m.Text(daemonconf.TempDir); len(dir) >= maxTempDir {
		e.log.fault("the 'temp dir' value for " + m.Name() + " is WAY too long -- ignoring.")
	} else if dir != "" || e.d.Options.TempDir != "" {
		if dir == "" {
			dir = e.d.Options.TempDir
		}
		o.TempDir = clean(dir)
	}
	if o.BackupDir != "" {
		o.BackupDir = clean(o.BackupDir)
		if hides(o.BackupDir, filter.Directory) {
			return rejected()
		}
	}
	// Relative ones count from the destination, and are resolved inside the module.
	for i, dir := range o.AltDirs {
		if strings.HasPrefix(dir, "/") {
			o.AltDirs[i] = clean(dir)
		}
	}
	if strings.HasPrefix(o.PartialDir, "/") {
		o.PartialDir = clean(o.PartialDir)
	}
	if o.FilesFromGiven && o.FilesFrom != "-" {
		o.FilesFrom = clean(o.FilesFrom)
		if hides(o.FilesFrom, filter.File) {
			return rejected()
		}
	}
	return nil
}

// trimDir returns name relative to dir if it lies below it.
func trimDir(name, dir string) string {
	if dir == "/" {
		dir = ""
	}
	if len(name) > len(dir) && name[:len(dir)] == dir && name[len(dir)] == '/' {
		return name[len(dir)+1:]
	}
	if name == dir {
		return ""
	}
	return name
}
