package transport

import (
	"strconv"
	"strings"
)

// greetingWord begins every line of the dialogue that is not plain text.
const greetingWord = "@RSYNCD:"

// Greeting is the first line of either side of a daemon connection, taken apart
// (docs/protocol/01-connection.md §7.2).
type Greeting struct {
	Line    string // as it came, without its end
	Version int
	Sub     int // above 0 in pre-releases
	HasSub  bool
	// Names is the text of the digest names; HasNames tells an empty text from none.
	Names    string
	HasNames bool
}

// AppendGreeting appends this side's greeting, with its line end.
func AppendGreeting(dst []byte, version int) []byte {
	dst = append(dst, greetingWord...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(version), 10)
	dst = append(dst, ".0 "...)
	dst = append(dst, DigestNames...)
	return append(dst, '\n')
}

// ParseGreeting takes the peer's line apart. It is no greeting at all if ok is false.
func ParseGreeting(line []byte) (g Greeting, ok bool) {
	g.Line = string(line)
	rest, ok := strings.CutPrefix(g.Line, greetingWord)
	if !ok {
		return g, false
	}
	if g.Version, rest, ok = scanInt(rest); !ok {
		return g, false
	}
	if i := strings.IndexByte(rest, ' '); i >= 0 {
		g.Names, g.HasNames = rest[i+1:], true
	}
	if after, dot := strings.CutPrefix(rest, "."); dot {
		g.Sub, _, g.HasSub = scanInt(after)
	}
	return g, true
}

// scanInt reads a decimal number as C's scanf does: after white space, with a sign if there is
// one. Numbers beyond an int32 stick at its limits.
func scanInt(s string) (n int, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if end < len(s) && (s[0] == '-' || s[0] == '+') {
		end++
	}
	digits := end
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == digits {
		return 0, s, false
	}
	v, _ := strconv.ParseInt(s[:end], 10, 32)
	return int(v), s[end:], true
}

// Omits says what a greeting of its version must have and has not: "subprotocol value" or "digest
// name list", "" if all is there. Each side has its own sentence around it.
func (g *Greeting) Omits() string {
	switch {
	case !g.HasSub && g.Version >= 30:
		return "subprotocol value"
	case !g.HasNames && g.Version >= 32:
		return "digest name list"
	}
	return ""
}

// PeerVersion is the version to reckon with: a pre-release counts as the version before. The
// binary handshake takes it for what the peer announced (session.Hello).
func (g *Greeting) PeerVersion() int {
	if g.Sub != 0 {
		return g.Version - 1
	}
	return g.Version
}

// Agreed is the version that a side with own as its version talks.
func (g *Greeting) Agreed(own int) int { return min(own, g.PeerVersion()) }
