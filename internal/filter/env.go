package filter

import (
	"io"
	"strconv"
	"sync"
	"sync/atomic"
)

// An Opener opens rule files. It is where symlink ownership is checked, where a
// server confines names, and where a daemon turns a file that its module hides
// into an empty one.
//
// Rule files named on the command line come as they were written, so they may be
// relative to the start directory. All others are rooted: they begin with '/' and
// are file system paths, or paths inside the module of a daemon that sanitises.
type Opener interface {
	OpenRules(path string) (io.ReadCloser, error)
}

// Env is what the rules of one end of a transfer depend on. It must not be
// changed once a Builder has it.
type Env struct {
	Who      string // role for message texts: "client", "sender", "Receiver", ...
	Files    Opener // nil: there are no rule files
	Protocol int    // negotiated version, or the one asked for; 0 is taken as the newest

	// Receiving says that this end keeps files; per-directory rules that are only
	// for the other end are thrown away when they are read.
	Receiving bool
	// DeleteExcluded makes unsided rules that are parsed from now on sender-only.
	DeleteExcluded bool
	// From0 says that records of rule files end with NUL.
	From0 bool

	CVSFile  string // path of the user's .cvsignore, "" for none
	CVSWords string // content of the variable CVSIGNORE

	// Warn takes messages for standard error that do not end the run, with the exit
	// code they cause at its end, mostly 0; nil drops them.
	Warn func(text string, code int)
	// Trace takes debug messages without their "[who] " prefix, up to TraceLevel
	// of the debug word FILTER (docs/protocol/06-output.md §10).
	Trace      func(level int, text string)
	TraceLevel int
}

func (e *Env) wants(level int) bool { return e.Trace != nil && e.TraceLevel >= level }

func (e *Env) warn(text string, code int) {
	if e.Warn != nil {
		e.Warn(text, code)
	}
}

func (e *Env) protocol() int {
	if e.Protocol == 0 {
		return newestProtocol
	}
	return e.Protocol
}

// shared is what a list and its states learn together while they are in use.
type shared struct {
	cvsOnce sync.Once
	cvs     []*rule // the CVS list, once a "-C" rule has been stored
	cvsErr  error
	xattr   atomic.Bool // a rule for extended attributes has been parsed
}

// clone returns a copy with a future of its own.
func (s *shared) clone() *shared {
	c := &shared{}
	c.xattr.Store(s.xattr.Load())
	if s.cvs != nil || s.cvsErr != nil {
		c.cvsOnce.Do(func() { c.cvs, c.cvsErr = s.cvs, s.cvsErr })
	}
	return c
}

// traceAdd tells of a rule that is about to be stored. A blank at the end of a
// pattern is easily overlooked, so that is told already at level 1.
func (rd *reader) traceAdd(r *rule, label string) {
	caution := !r.flags.has(flagFromFile) && r.pattern != "" && isBlank(r.pattern[len(r.pattern)-1])
	level := 2
	if caution {
		level = 1
	}
	if !rd.env.wants(level) {
		return
	}
	text := r.text
	if !r.flags.has(flagFromFile) {
		prefix, _ := appendPrefix(nil, r.flags, newestProtocol, false)
		text = string(prefix) + r.pattern
	}
	text = "add_rule(" + text + ")" + label
	if caution {
		text += " -- CAUTION: trailing whitespace!"
	}
	rd.env.Trace(level, text)
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// traceFile tells that a rule file was asked for. Nothing is said of whether it
// was there if its name came from another file.
func (rd *reader) traceFile(shown string, asked flags, ask int, found bool) {
	if !rd.env.wants(2) {
		return
	}
	text := "parse_filter_file(" + shown + "," + strconv.FormatUint(uint64(asked&0xffffff), 16) + "," + strconv.Itoa(ask) + ")"
	if !found && (ask == askOptional || ask == askPerDir) && !asked.has(flagFromFile) {
		text += " [not found]"
	}
	rd.env.Trace(2, text)
}

// numbered is the list as traces of activation and entering name it.
func (a *activeMerge) numbered(slot int) string { return strconv.Itoa(slot) + a.label }
