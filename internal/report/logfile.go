package report

import (
	"io"
	"strconv"
	"sync"
	"time"

	"godwit/internal/human"
)

// maxLogText is how much of a text goes into a log line, in bytes.
const maxLogText = 2047

// LogFile is the Sink for a log file: each line has the local time and the
// process id in front and is written at once with one write
// (docs/protocol/06-output.md §6.1).
type LogFile struct {
	mu     sync.Mutex
	w      io.Writer
	now    func() time.Time
	pid    int
	second int64 // the second for which the front of line is right
	front  int   // its length
	line   []byte
}

// NewLogFile returns a LogFile that appends to w. The location of the times
// that now returns is that of the log.
func NewLogFile(w io.Writer, pid int, now func() time.Time) *LogFile {
	return &LogFile{w: w, now: now, pid: pid, second: -1 << 63}
}

// SetWriter changes the file, as a daemon does when a module has its own or
// the old one was renamed.
func (l *LogFile) SetWriter(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w = w
}

// Emit implements [Sink].
func (l *LogFile) Emit(e *Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.now(); now.Unix() != l.second {
		l.second = now.Unix()
		l.line = human.Date(l.line[:0], l.second, now.Location())
		l.line = append(l.line, " ["...)
		l.line = strconv.AppendInt(l.line, int64(l.pid), 10)
		l.line = append(l.line, "] "...)
		l.front = len(l.line)
	}
	l.line = AppendEscaped(l.line[:l.front], logText(e.Text), CharsetLog)
	l.line = append(l.line, '\n')
	// A log that cannot be written must not stop a transfer.
	_, _ = l.w.Write(l.line)
}

// logText is the part of a message that is logged.
func logText(text []byte) []byte {
	return trimEnd(text[:min(len(text), maxLogText)])
}

// trimEnd takes the line end off a text.
func trimEnd(text []byte) []byte {
	if n := len(text); n > 0 && (text[n-1] == '\n' || text[n-1] == '\r') {
		return text[:n-1]
	}
	return text
}

// Syslog is the Sink for the system log: a function that takes the text as it
// is, without line end, and whether its priority is "warning" and not "info".
type Syslog func(warning bool, text []byte)

// Emit implements [Sink].
func (s Syslog) Emit(e *Event) {
	s(e.Class != Info && e.Class != LogOnly, logText(e.Text))
}
