package daemon

import (
	"net"
	"strconv"
	"time"
)

// syslogSockets are where systems have their log.
var syslogSockets = [...]string{"/dev/log", "/var/run/syslog", "/var/run/log"}

// Severities (RFC 3164 §4.1.1).
const (
	severityWarning = 4
	severityInfo    = 6
)

// syslogger writes to the system log in the form of RFC 3164.
type syslogger struct {
	conn     net.Conn
	stream   bool // messages end with NUL
	facility int
	front    string // TAG[PID]:
	now      func() time.Time
}

// dialSyslog finds the system log.
func dialSyslog(sockets []string, facility int, tag string, pid int, now func() time.Time) (*syslogger, error) {
	if sockets == nil {
		sockets = syslogSockets[:]
	}
	err := error(net.UnknownNetworkError("syslog"))
	for _, path := range sockets {
		for _, network := range [...]string{"unixgram", "unix"} {
			var conn net.Conn
			if conn, err = net.Dial(network, path); err == nil {
				return &syslogger{conn: conn, stream: network == "unix", facility: facility,
					front: tag + "[" + strconv.Itoa(pid) + "]: ", now: now}, nil
			}
		}
	}
	return nil, err
}

// write sends one message. A log that is gone must not stop anything.
func (s *syslogger) write(warning bool, text []byte) {
	severity := severityInfo
	if warning {
		severity = severityWarning
	}
	b := strconv.AppendInt([]byte{'<'}, int64(s.facility<<3|severity), 10)
	b = append(b, '>')
	b = s.now().AppendFormat(b, time.Stamp)
	b = append(b, ' ')
	b = append(b, s.front...)
	b = append(b, text...)
	if s.stream {
		b = append(b, 0)
	}
	_ = s.conn.SetWriteDeadline(s.now().Add(2 * time.Second))
	_, _ = s.conn.Write(b)
}

// Close ends the connection to the log.
func (s *syslogger) Close() error { return s.conn.Close() }
