package daemonconf

import (
	"strconv"
	"strings"
)

// Values of tri-states as numbers.
const (
	No    = 0
	Yes   = 1
	Unset = -1
)

// facilities are the names of syslog facilities and their codes (RFC 3164 §4.1.1).
var facilities = []struct {
	name string
	code int
}{
	{"kern", 0}, {"user", 1}, {"mail", 2}, {"daemon", 3}, {"auth", 4}, {"security", 4}, {"syslog", 5}, {"lpr", 6},
	{"news", 7}, {"uucp", 8}, {"cron", 9}, {"authpriv", 10}, {"ftp", 11},
	{"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19}, {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23},
}

// number reads a value that is not a string. ok is false for one that leaves the parameter as it
// is; exact tells whether the whole value made sense.
func (t Type) number(v string) (n int, ok, exact bool) {
	switch t {
	case Bool, TriState:
		for i, words := range [...][]string{{"no", "false", "0"}, {"yes", "true", "1"}} {
			for _, w := range words {
				if sameName(w, v) {
					return i, true, true
				}
			}
		}
		if t == TriState && (sameName("unset", v) || sameName("-1", v)) {
			return Unset, true, true
		}
		return 0, false, false
	case Int:
		n, rest := atoi(v)
		return n, true, rest == "" && v != ""
	case Facility:
		for _, f := range facilities {
			if strings.EqualFold(f.name, v) {
				return f.code, true, true
			}
		}
		if n, rest := atoi(v); n > 0 { // as system headers count: the severity is below
			return n >> 3, true, rest == ""
		}
	}
	return 0, false, false
}

// atoi reads a number as C's function of that name does, and returns what it left.
func atoi(s string) (n int, rest string) {
	t := strings.TrimLeft(s, whites+"\n")
	end := 0
	for end < len(t) && (t[end] >= '0' && t[end] <= '9' || end == 0 && (t[0] == '-' || t[0] == '+')) {
		end++
	}
	v, _ := strconv.ParseInt(t[:end], 10, 32)
	return int(v), t[end:]
}

// values are settings of one context: of the global one, or of a module.
type values struct {
	text [NumParams]string
	set  [NumParams]bool // strings only: there is a value, if an empty one
	num  [NumParams]int
}

// defaults returns the settings of a configuration that says nothing. The defaults of strings are
// not among them: they come last, after the global values.
func defaults() values {
	var v values
	for id, p := range table {
		if !p.Type.text() {
			v.num[id], _, _ = p.Type.number(p.Default)
		}
	}
	return v
}

// assign sets a parameter. lookup resolves variables of values that are not strings; ok is false
// for a value that leaves the parameter as it is, and exact for one that was understood whole.
func (v *values) assign(id ID, value string, lookup func(string) (string, bool)) (ok, exact bool) {
	t := table[id].Type
	if t.text() {
		if t == PathName {
			for len(value) > 1 && strings.HasSuffix(value, "/") {
				value = value[:len(value)-1]
			}
		}
		v.text[id], v.set[id] = value, true
		return true, true
	}
	if expanded, err := Expand(value, lookup); err == nil {
		value = expanded
	}
	n, ok, exact := t.number(value)
	if ok {
		v.num[id] = n
	}
	return ok, exact
}
