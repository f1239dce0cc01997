package daemonconf

import (
	"strings"

	"godwit/internal/exit"
)

// maxGrowth is how much longer than its text a value with variables may become.
const maxGrowth = 2048

// Expand replaces each %NAME% in value by the variable of that name, if lookup finds it; NAME
// begins with an upper-case letter (docs/protocol/07-daemon.md §5). Anything else stays. A value
// that grows too long is exit code 22.
func Expand(value string, lookup func(string) (string, bool)) (string, error) {
	return expand(value, lookup, func(_, v string, _ byte) (string, error) { return v, nil })
}

// ExpandCommand is Expand for a command of a shell: the value of a variable that the daemon makes
// for a connection (RSYNC_*) is quoted for its place, and refused with exit code 4 if it holds
// anything that means something to a shell: a hook may be what decides who gets in
// (docs/protocol/07-daemon.md §14.5).
func ExpandCommand(value string, lookup func(string) (string, bool)) (string, error) {
	return expand(value, lookup, func(name, v string, quote byte) (string, error) {
		switch {
		case !strings.HasPrefix(name, "RSYNC_"):
			return v, nil
		case strings.ContainsFunc(v, meaningful):
			return "", exit.Errorf(exit.Unsupported, "refusing to run shell hook: %%%s%% holds a shell metacharacter", name)
		case quote == '\'':
			return v, nil
		}
		return "'" + v + "'", nil
	})
}

// meaningful tells the characters that no value in a command may have.
func meaningful(r rune) bool {
	return r < 0x20 || r == 0x7f || strings.ContainsRune(" '\"`$\\;&|<>()*?[]#!~{}", r)
}

// expand gives each variable to put, with the kind of quotes it stands in, or 0.
func expand(value string, lookup func(string) (string, bool), put func(name, v string, quote byte) (string, error)) (string, error) {
	if lookup == nil || !strings.Contains(value, "%") {
		return value, nil
	}
	var b strings.Builder
	var quote byte
	for i := 0; i < len(value); {
		if name := variable(value[i:]); name != "" {
			if v, ok := lookup(name); ok {
				text, err := put(name, v, quote)
				if err != nil {
					return "", err
				}
				b.WriteString(text)
				i += len(name) + 2
				if b.Len()+len(value)-i > len(value)+maxGrowth {
					return "", exit.Errorf(exit.Memory, "Overflowed buf in expand_vars() trying to expand: %s", value)
				}
				continue
			}
		}
		c := value[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(value) && strings.IndexByte(`\'"`, value[i+1]) >= 0:
			b.WriteByte(c) // the next byte is no quote
			i++
			c = value[i]
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		}
		b.WriteByte(c)
		i++
	}
	return b.String(), nil
}

// variable returns the name in the reference that s begins with, "" if it begins with none.
func variable(s string) string {
	if len(s) < 3 || s[0] != '%' || s[1] < 'A' || s[1] > 'Z' {
		return ""
	}
	name, _, ok := strings.Cut(s[1:], "%")
	if !ok {
		return ""
	}
	return name
}
