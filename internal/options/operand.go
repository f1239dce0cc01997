package options

import (
	"runtime"
	"strings"
)

// Operands, docs/protocol/01-connection.md §2.1.

// OperandKind says where an operand lies.
type OperandKind int8

// The kinds of operand.
const (
	Local       OperandKind = iota
	RemoteShell             // host:path
	RemoteDaemon
)

// Operand is one operand, taken apart.
type Operand struct {
	Kind OperandKind
	Host string // with "user@", without brackets; may be ""
	Path string // the whole operand if Local
	Port int    // of a URL; 0 if not given
}

// User returns the user part of Host, "" if there is none.
func (o Operand) User() string { user, _ := splitUser(o.Host); return user }

// HostName returns Host without its user part.
func (o Operand) HostName() string { _, host := splitUser(o.Host); return host }

func splitUser(host string) (user, name string) {
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		return host[:i], host[i+1:]
	}
	return "", host
}

// driveLetters says that C:\x is a local path.
const driveLetters = runtime.GOOS == "windows"

// ParseOperand takes an operand apart. What follows no remote form is local;
// there are no errors.
func ParseOperand(s string) Operand { return parseOperand(s, driveLetters) }

// urlScheme starts the URL form, in any case.
const urlScheme = "rsync://"

func parseOperand(s string, drives bool) Operand {
	if len(s) >= len(urlScheme) && strings.EqualFold(s[:len(urlScheme)], urlScheme) {
		if host, rest, port, ok := splitHost(s[len(urlScheme):], true); ok {
			return Operand{Kind: RemoteDaemon, Host: host, Path: rest, Port: port}
		}
	}
	if drives && len(s) > 1 && s[1] == ':' && isLetter(s[0]) && !strings.HasPrefix(s[2:], ":") {
		return Operand{Path: s}
	}
	host, rest, _, ok := splitHost(s, false)
	switch {
	case !ok:
		return Operand{Path: s}
	case strings.HasPrefix(rest, ":"):
		return Operand{Kind: RemoteDaemon, Host: host, Path: rest[1:]}
	}
	return Operand{Kind: RemoteShell, Host: host, Path: rest}
}

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

// splitHost finds the host at the start of s: under the URL rules it may end
// with the text or be followed by a port; under the colon rules a colon has to
// follow it.
func splitHost(s string, url bool) (host, rest string, port int, ok bool) {
	start, end := 0, -1 // of the host without user; end -1 unless bracketed
	bracketed := ""
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '@':
			start = i + 1
		case '[':
			n := strings.IndexAny(s[i:], "]/")
			if i != start || n < 2 || s[i+n] != ']' {
				return "", "", 0, false
			}
			end = i + n + 1
			if end < len(s) && s[end] != '/' && s[end] != ':' {
				return "", "", 0, false
			}
			bracketed = s[:start] + s[i+1:i+n]
			i += n
		case ':', '/':
			host = s[:i]
			if end >= 0 {
				host = bracketed
			}
			switch {
			case s[i] == '/':
				return host, s[i+1:], 0, url
			case !url:
				return host, s[i+1:], 0, true
			}
			digits := s[i+1:]
			n := 0
			for n < len(digits) && isDigit(digits[n]) {
				n++
			}
			port = int(min(atoi(digits[:n]), 1<<30))
			if digits = digits[n:]; digits != "" && digits[0] != '/' {
				return "", "", 0, false
			}
			return host, strings.TrimPrefix(digits, "/"), port, true
		}
	}
	if end >= 0 {
		return bracketed, "", 0, url
	}
	return s, "", 0, url
}
