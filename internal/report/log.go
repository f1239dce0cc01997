package report

import (
	"fmt"
	"sync"
	"time"

	"godwit/internal/exit"
	"godwit/internal/human"
	"godwit/internal/options"
)

// Config is what a [Log] needs to know of the run. All of it is fixed; a side
// that learns more in the course of the handshake makes a new Log over the
// same Router.
type Config struct {
	Role     Role
	Server   bool // the other end is the client
	DryRun   bool
	Protocol int // negotiated; 0 if not known yet
	Version  string

	Info  options.InfoLevels
	Debug options.DebugLevels
	Human human.Numbers // number style of sizes and counts

	// Format is the format of item lines on stdout, nil for none. A server has
	// its client's hint (--log-format=%i%I), from which it takes the count of
	// -i as well.
	Format *Format
	// LogFormat is the format of item lines in the log, nil for none.
	LogFormat *Format
	// Itemize is the count of -i.
	Itemize int
	Env     FormatEnv

	// Now is the clock. Its location is that of all dates.
	Now func() time.Time
	// Foreground reports whether progress may be shown now (stdout is no
	// terminal of somebody else's); nil means always.
	Foreground func() bool

	// Dir is the directory that relative names count from in messages.
	Dir string
	// Module and ModuleDir are the name and root of a daemon's module: the
	// root is taken off the names in messages and the module named instead.
	Module, ModuleDir string
}

// Log is how a role speaks. It is immutable, cheap to copy with [Log.As], and
// safe for several goroutines.
type Log struct {
	*voice
	role Role
	dir  string
}

// voice is what the Logs of one side share.
type voice struct {
	cfg    Config
	router *Router
	out    Interest // what stdout wants of items
	outFmt *Format
	class  Class // of item lines on stdout
	log    Interest
	pool   sync.Pool // of *draft

	progress sync.Mutex
	meter    Meter
}

// draft is an event under construction with its buffer.
type draft struct {
	event Event
	buf   []byte
}

// NewLog returns a Log that speaks through router.
func NewLog(router *Router, cfg Config) *Log {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	v := &voice{cfg: cfg, router: router, outFmt: cfg.Format, class: Client}
	v.pool.New = func() any { return new(draft) }
	v.meter = Meter{Whole: cfg.Info[options.InfoProgress] > 1, Numbers: cfg.Human}
	name := int(cfg.Info[options.InfoName])
	if cfg.Server {
		if cfg.Format != nil && cfg.Format.hintAll {
			v.cfg.Itemize = max(2, cfg.Itemize)
		}
		v.outFmt = serverFormat(&cfg, name)
		v.class = Info
	}
	v.out = interestOf(v.outFmt, v.cfg.Itemize, name)
	v.log = interestOf(cfg.LogFormat, v.cfg.Itemize, name)
	if v.log.TransfersOnly = cfg.Server; !cfg.Server {
		// A client's log hears of what the user's format makes the other end tell.
		v.log.Itemize = v.out.Itemize
	}
	if cfg.Server && cfg.DryRun {
		v.log = Interest{}
	}
	return &Log{voice: v, role: cfg.Role, dir: cfg.Dir}
}

// serverFormat is how a server reports items: not at all where they travel as
// items, else as bare names.
func serverFormat(cfg *Config, name int) *Format {
	if cfg.Protocol >= 29 || cfg.Protocol == 0 || name == 0 {
		return nil
	}
	return &Format{pieces: []piece{{verb: 'n'}, {verb: 'L'}}}
}

// As returns a Log for another role of the same side.
func (l *Log) As(role Role) *Log {
	c := *l
	c.role = role
	return &c
}

// In returns a Log that counts relative names in messages from dir.
func (l *Log) In(dir string) *Log {
	c := *l
	c.dir = dir
	return &c
}

// Role returns the role that speaks.
func (l *Log) Role() Role { return l.role }

// Wants reports whether an info flag is on at the given level.
func (l *Log) Wants(f options.InfoFlag, level options.Level) bool { return l.cfg.Info[f] >= level }

// WantsDebug reports whether a debug flag is on at the given level.
func (l *Log) WantsDebug(f options.DebugFlag, level options.Level) bool {
	return l.cfg.Debug[f] >= level
}

// Trouble returns what has gone wrong so far without ending the run.
func (l *Log) Trouble() exit.Trouble { return l.router.Trouble() }

// Note remembers trouble that was not said through this Log.
func (l *Log) Note(t exit.Trouble) { l.router.Note(t) }

// Text says a text of the given class. A newline is added if it has none.
func (l *Log) Text(class Class, text string) {
	d := l.draft(KindText, class)
	d.buf = append(d.buf, text...)
	l.say(d)
}

// Debugf says a line of debug output if the flag is on at the level. Callers
// on hot paths ask [Log.WantsDebug] first.
func (l *Log) Debugf(f options.DebugFlag, level options.Level, format string, args ...any) {
	if !l.WantsDebug(f, level) {
		return
	}
	d := l.draft(KindText, Info)
	d.buf = fmt.Appendf(d.buf, format, args...)
	l.say(d)
}

// Relay passes on a message that came from the peer, text and all.
func (l *Log) Relay(class Class, text []byte) {
	d := l.draft(KindText, class)
	d.buf = append(d.buf, text...)
	d.event.Text = d.buf
	l.router.observe(&d.event)
	l.send(d)
}

// RelayConverted is Relay of a text that has been converted to a charset other than the terminal's:
// cs says which of its bytes are shown as they are.
func (l *Log) RelayConverted(class Class, text []byte, cs Charset) {
	d := l.draft(KindText, class)
	d.event.Charset, d.event.Converted = cs, true
	d.buf = append(d.buf, text...)
	d.event.Text = d.buf
	l.router.observe(&d.event)
	l.send(d)
}

// Closing says the line that ends a failed run: the exit code in words and
// where in the program it was decided, as in "main.go(12)".
func (l *Log) Closing(code exit.Code, where string) {
	class := Error
	if code.Warning() {
		class = Warning
	}
	d := l.draft(KindEnd, class)
	d.event.Code = int(code)
	d.buf = code.AppendClosing(d.buf, where, l.role.String(), l.cfg.Version)
	l.say(d)
}

// draft starts an event.
func (l *Log) draft(kind Kind, class Class) *draft {
	d := l.pool.Get().(*draft)
	d.event = Event{Kind: kind, Class: class, Role: l.role}
	d.buf = d.buf[:0]
	return d
}

// say ends a line and hands the event to everyone.
func (l *Log) say(d *draft) {
	d.endLine()
	d.event.Text = d.buf
	l.router.observe(&d.event)
	l.send(d)
}

// show ends a line and routes it; observers are told in another way.
func (l *Log) show(d *draft) {
	d.endLine()
	l.send(d)
}

// send routes the text of an event as it stands and takes the draft back.
func (l *Log) send(d *draft) {
	d.event.Text = d.buf
	l.router.Emit(&d.event)
	d.event = Event{}
	l.pool.Put(d)
}

func (d *draft) endLine() {
	if n := len(d.buf); n == 0 || d.buf[n-1] != '\n' {
		d.buf = append(d.buf, '\n')
	}
}
