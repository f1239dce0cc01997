package options

import (
	"errors"
	"slices"
	"strings"
)

// dirsMode is what was said about --dirs.
type dirsMode int8

const (
	dirsAuto dirsMode = iota
	dirsOff
	dirsOn
	dirsOld
)

// setBy says which option filled --usermap or --groupmap.
type setBy int8

const (
	byNone setBy = iota
	byMap
	byChown
)

// scan is what one walk over an argument list has found: the settings whose
// meaning is final in o, and beside it those that the evaluation resolves.
type scan struct {
	cfg *Config
	o   Options

	started  bool // past the secluded first part: read no arguments again
	inherits bool // the receiving half of a local copy: server-style errors only
	words    int  // length of the argument list

	version       int
	dirs          dirsMode
	relative      Tri
	ignoreMissing bool
	deleteMissing bool
	deleteBefore  bool
	deleteAfter   bool
	deleteDuring  DeleteWhen // DeleteDefault, DeleteDuring or DeleteDelay
	maxDelete     int

	outbuf         string
	outbufSet      bool
	outFormat      string
	logFormat      string
	logFormatSet   bool
	maxAlloc       string
	maxAllocSet    bool
	filesFrom      string
	usermapBy      setBy
	groupmapBy     setBy
	compress       int
	compressSet    bool
	checksumSet    bool
	compressChoice string
	partialDir     string
	partialDirSet  bool
	suffix         string
	suffixSet      bool
	readBatch      bool
	writeBatch     Batch
	batchName      string
	iconv          string
	iconvSet       bool
	oldArgsSet     bool
	secluded       Tri
	confineSet     bool
}

// Conditions that end one scan and start another.
var (
	errDaemonOption = errors.New("options: daemon option")
	errServerSeen   = errors.New("options: --server")
)

// server tells whether the words are those of a server.
func (s *scan) server() bool { return s.o.Server || s.inherits }

// Parse turns an argument list (without the program name) into settings: the
// scan of docs/protocol/05-options.md §1 and the evaluation of §4. The error
// is always an *[Error].
func Parse(args []string, cfg *Config) (*Options, error) {
	if len(args) == 0 && !cfg.InDaemon {
		return nil, &Error{Usage: true, Code: exitSyntax}
	}
	s := newScan(cfg)
	err := s.run(args, parseAliasFiles(cfg))
	if errors.Is(err, errServerSeen) {
		s = newScan(cfg)
		s.o.Server = true
		err = s.run(args, nil)
	}
	return s.finish(args, err)
}

// Resume continues after [ActionReadArgs] with the arguments that a server
// read from its stream (without the program name), on top of those of the
// first part. Operands of the first part are dropped.
func Resume(o *Options, args []string, cfg *Config) (*Options, error) {
	s := o.scan.clone(cfg)
	s.started = true
	return s.finish(args, s.run(args, nil))
}

// Default returns the settings of a command line without options, for callers
// that have none. It has no operands.
func Default(cfg *Config) (*Options, error) {
	s := newScan(cfg)
	s.o.Args = []string{".", "."}
	o, err := s.evaluate()
	if err == nil {
		o.Args, o.scan = nil, nil
	}
	return o, err
}

// Derive returns the settings of the receiving half of a local copy: o's, with
// its --remote-option values parsed on top. Their errors are worded as a
// server words them. Fields that the caller has changed since Parse keep their
// new values only if there are no such values.
func Derive(o *Options, cfg *Config) (*Options, error) {
	if o.scan == nil || len(o.RemoteOptions) == 0 {
		half := *o
		return &half, nil
	}
	s := o.scan.clone(cfg)
	s.inherits, s.started = true, true
	extra := o.RemoteOptions
	operands := s.o.Args
	s.o.RemoteOptions = nil
	err := s.run(extra, nil)
	s.o.Args = operands
	return s.finish(extra, err)
}

func newScan(cfg *Config) *scan {
	s := &scan{cfg: cfg}
	s.o.HumanReadable = 1
	s.o.ImpliedDirs = true
	s.o.MaxSize, s.o.MinSize = -1, -1
	s.maxDelete = -1
	s.o.Protocol = MaxProtocol
	s.o.RsyncPath = "rsync"
	s.o.Stderr = StderrErrors
	return s
}

func (s *scan) clone(cfg *Config) *scan {
	c := *s
	c.cfg = cfg
	c.o.Filters = slices.Clone(s.o.Filters)
	c.o.AltDirs = slices.Clone(s.o.AltDirs)
	c.o.RemoteOptions = slices.Clone(s.o.RemoteOptions)
	c.o.Chmod = slices.Clone(s.o.Chmod)
	c.o.Args = nil
	return &c
}

func parseAliasFiles(cfg *Config) []alias {
	var all []alias
	for _, text := range cfg.AliasFiles {
		all = append(all, parseAliases(text)...)
	}
	return all
}

// run walks over args with the ordinary parser.
func (s *scan) run(args []string, aliases []alias) error {
	s.words = len(args)
	w := walker{
		rows: theTable.rows, long: theTable.long, short: &theTable.short,
		integer:   (*Option).integer,
		aliases:   aliases,
		stopEarly: s.cfg.hasEnv("POSIXLY_CORRECT") || s.cfg.hasEnv("POSIX_ME_HARDER"),
	}
	w.apply = func(o *Option, value string, n int) error {
		if err := s.refused(o); err != nil {
			return err
		}
		return o.apply(s, value, n)
	}
	err := s.misused(w.walk(args))
	s.o.Args = w.operands
	if w.exec != nil {
		s.o.Exec = append(slices.Clone(w.exec), w.operands...)
		return s.act(ActionExec)
	}
	return err
}

// misused lets --server and --daemon take effect even where they are wrong because of a value.
func (s *scan) misused(err error) error {
	var f *fault
	if errors.As(err, &f) && f.text == faultNoValue {
		switch name, _, _ := strings.Cut(f.word, "="); name {
		case "--server":
			s.o.Server = true
		case "--daemon":
			return errDaemonOption
		}
	}
	return err
}

// finish turns the outcome of a walk into the result.
func (s *scan) finish(args []string, err error) (*Options, error) {
	var f *fault
	switch {
	case err == nil:
		o, err := s.evaluate()
		var e *Error
		if errors.As(err, &e) {
			e.Server = s.o.Server
		}
		return o, err
	case errors.Is(err, errStop):
		o := s.o
		return &o, nil
	case errors.Is(err, errDaemonOption) && s.cfg.InDaemon:
		return nil, usageError("rsync: Attempt to hack rsync thwarted!")
	case errors.Is(err, errDaemonOption):
		return parseDaemon(args, s.cfg)
	case errors.As(err, &f):
		prefix := "rsync: "
		if s.server() {
			prefix = "rsync: on remote machine: "
		}
		e := usageError(prefix + f.Error())
		e.Server = s.o.Server
		return nil, e
	}
	e := asError(err)
	e.Server = s.o.Server
	return nil, e
}

// asError makes an *Error of whatever a hook or a setter returned.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Lines: strings.Split(err.Error(), "\n"), Code: exitSyntax, Err: err}
}

// act ends the scan with an action that takes effect at once.
func (s *scan) act(a Action) error {
	s.o.Action = a
	return errStop
}

// flagHelp ends the scan if help was asked for among info or debug flags.
func (s *scan) flagHelp(help bool, a Action, err error) error {
	if err == nil && help {
		return s.act(a)
	}
	return err
}

// filter appends a filter argument, after the hook has seen it.
func (s *scan) filter(kind FilterKind, text string) error {
	arg := FilterArg{Kind: kind, Text: text, From0: s.o.From0}
	if s.cfg.CheckFilter != nil {
		if err := s.cfg.CheckFilter(arg); err != nil {
			return err
		}
	}
	s.o.Filters = append(s.o.Filters, arg)
	return nil
}

func filterSetter(kind FilterKind) func(*scan, string) error {
	return func(s *scan, v string) error { return s.filter(kind, v) }
}
