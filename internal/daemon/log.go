package daemon

import (
	"io"
	"strconv"
	"sync"

	"godwit/internal/daemonconf"
	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// logDest says where log lines go (docs/protocol/07-daemon.md §10.2).
type logDest struct {
	File     string // "" for the system log
	Facility int
	Tag      string
}

// destination is where the settings m want the log. --log-file overrules them all, as its
// documentation has it.
func (d *daemon) destination(m *daemonconf.Module) logDest {
	dest := logDest{File: m.Text(daemonconf.LogFile), Facility: m.Int(daemonconf.SyslogFacility), Tag: m.Text(daemonconf.SyslogTag)}
	if d.Options.LogFile != "" {
		dest.File = d.Options.LogFile
	}
	return dest
}

// logger is the log of a connection, or of the listener. It satisfies report.Sink.
type logger struct {
	d    *daemon
	mu   sync.Mutex
	dest logDest
	// hold keeps the log open from the first line on. Without it the file can be moved away at any
	// time; with it the log goes on behind a chroot.
	hold   bool
	sink   report.Sink
	closer io.Closer
}

func (d *daemon) newLogger(dest logDest, hold bool) *logger {
	return &logger{d: d, dest: dest, hold: hold}
}

// Emit implements report.Sink.
func (l *logger) Emit(e *report.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open()
	if l.sink != nil {
		l.sink.Emit(e)
	}
	if !l.hold {
		l.closeFile()
	}
}

// open makes the sink, if there is none.
func (l *logger) open() {
	if l.sink != nil {
		return
	}
	env := l.d.Env
	if l.dest.File != "" {
		f, err := l.d.operator().OpenWrite(l.dest.File, fsys.Create|fsys.Append, 0o644&^(env.Umask|0o022), nil)
		if err == nil {
			l.sink, l.closer = report.NewLogFile(f, env.PID, env.Now), f
			return
		}
		file := l.dest.File
		l.dest.File = ""
		l.open()
		if l.sink != nil {
			l.sink.Emit(&report.Event{Class: report.Error, Text: []byte("rsync: [Receiver] failed to open log-file " + file + ": " + errno.Text(err))})
			l.sink.Emit(&report.Event{Class: report.LogOnly, Text: []byte("Ignoring \"log file\" setting.")})
		}
		return
	}
	if s, err := dialSyslog(l.d.Syslog, l.dest.Facility, l.dest.Tag, env.PID, env.Now); err == nil {
		l.sink, l.closer = report.Syslog(s.write), s
	}
}

func (l *logger) closeFile() {
	if l.closer != nil {
		l.closer.Close()
	}
	l.sink, l.closer = nil, nil
}

// holdOpen opens the log now, and keeps it.
func (l *logger) holdOpen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold = true
	l.open()
}

// change goes on with another destination, and keeps it open.
func (l *logger) change(dest logDest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold && dest == l.dest && l.sink != nil {
		return
	}
	l.closeFile()
	l.dest, l.hold = dest, true
	l.open()
}

func (l *logger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closeFile()
}

// line logs a text that only the log gets.
func (l *logger) line(text string) { l.text(report.LogOnly, text) }

// fault logs an error.
func (l *logger) fault(text string) { l.text(report.Error, text) }

func (l *logger) text(class report.Class, text string) {
	l.Emit(&report.Event{Class: class, Text: []byte(text)})
}

// system logs the failure of a system call, as one who is not yet a sender or receiver.
func (l *logger) system(what string, err error) {
	l.fault("rsync: [Receiver] " + what + ": " + errno.Text(err))
}

// closing logs how a run ended and returns the code.
func (l *logger) closing(code exit.Code) exit.Code {
	l.fault(string(code.AppendClosing(nil, "daemon.go(1)", "Receiver", l.d.Version)))
	return code
}

// problemLine is a problem of a configuration as godwit check-config shows it.
func problemLine(p daemonconf.Problem) string {
	s := p.File + ":"
	if p.Line > 0 {
		s += strconv.Itoa(p.Line) + ":"
	}
	return s + " " + p.Text
}

// stderrLine says something to whoever started the daemon.
func (d *daemon) stderrLine(text string) { _, _ = d.Env.Stderr.WriteString(text + "\n") }
