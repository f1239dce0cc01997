package transport

import (
	"strconv"
	"strings"
	"syscall"

	"godwit/internal/errno"
)

// SocketOptions are the settings of --sockopts, or of a daemon's "socket options", in order.
type SocketOptions []socketOption

type socketOption struct {
	kind  *socketOptionKind
	value int
}

// socketOptionKind is one row of the table of known options, which each system fills.
type socketOptionKind struct {
	name       string
	level, opt int
	// fixed, if not 0, is the value of an option that takes none.
	fixed int
}

// ParseSocketOptions takes a list apart: NAME or NAME=VALUE, separated by spaces, tabs and commas
// (docs/protocol/01-connection.md §15.1). warn is told of what it does not understand; the rest
// counts.
func ParseSocketOptions(text string, warn func(string)) SocketOptions {
	var opts SocketOptions
	items := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
	for _, item := range items {
		name, text, hasValue := strings.Cut(item, "=")
		kind := socketOptionNamed(name)
		switch {
		case kind == nil:
			warn("Unknown socket option " + name)
			continue
		case kind.fixed != 0 && hasValue:
			warn("syntax error -- " + name + " does not take a value")
			continue
		}
		value := 1
		switch {
		case kind.fixed != 0:
			value = kind.fixed
		case hasValue:
			value = leadingInt(text)
		}
		opts = append(opts, socketOption{kind, value})
	}
	return opts
}

func socketOptionNamed(name string) *socketOptionKind {
	for i := range socketOptionKinds {
		if socketOptionKinds[i].name == name {
			return &socketOptionKinds[i]
		}
	}
	return nil
}

// leadingInt reads a number as C's atoi does: what follows it does not matter, none is 0.
func leadingInt(s string) int {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := strconv.Atoi(s[:end])
	return n
}

// Apply sets the options of a socket. warn is told of each that the system refuses.
func (opts SocketOptions) Apply(raw syscall.RawConn, role string, warn func(string)) {
	if len(opts) == 0 {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		for _, o := range opts {
			if err := setSocketOption(fd, o.kind.level, o.kind.opt, o.value); err != nil {
				warn("rsync: [" + role + "] failed to set socket option " + o.kind.name + ": " + errno.Text(err))
			}
		}
	})
}

// NoDelay tells whether TCP_NODELAY is among the options, and its value. Package net sets it on
// every connection, so it has to be set again afterwards.
func (opts SocketOptions) NoDelay() (on, set bool) {
	for _, o := range opts {
		if o.kind.name == "TCP_NODELAY" {
			on, set = o.value != 0, true
		}
	}
	return on, set
}
