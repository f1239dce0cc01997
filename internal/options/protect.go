package options

import "strings"

// Quoting of words for a remote shell, docs/protocol/01-connection.md §3.3 and
// §10.1.

// quoteMode is how far words are protected.
type quoteMode int8

const (
	quoteAll  quoteMode = iota // the default
	quoteOpts                  // --old-args: values of options only
	quoteNone                  // --old-args twice, secluded arguments, local copies
)

// Protection is how the words of one server command line are quoted.
type Protection struct {
	mode quoteMode
	// tilde says that a leading ~ of a path may have to be taken literally,
	// because the sender's names are checked against the arguments.
	tilde    bool
	relative bool
	oldArgs  bool
}

// Protection returns how words for the server are quoted.
func (o *Options) Protection(d Direction) Protection {
	p := Protection{relative: o.Relative, oldArgs: o.OldArgs > 0}
	switch {
	case o.Secluded, o.OldArgs > 1, d == LocalCopy:
		p.mode = quoteNone
	case o.OldArgs == 1:
		p.mode = quoteOpts
	}
	p.tilde = d == Pull && !o.TrustSender && o.OldArgs == 0 && !o.FilesFromRemote
	return p
}

// shellSpecial are the bytes that get a backslash; wildcards get one in the
// values of options only.
const (
	shellSpecial = "!#$&;|<>(){}\"'` \t\n\r\\"
	wildcards    = "*?[]"
)

// Path protects an operand of a remote-shell transfer.
func (p Protection) Path(arg string) string {
	if strings.HasPrefix(arg, "-") {
		arg = "./" + arg
	}
	if p.mode != quoteAll {
		return arg
	}
	var b strings.Builder
	if p.tilde && strings.HasPrefix(arg, "~") &&
		(p.relative && !strings.Contains(arg, "/./") || !strings.Contains(arg, "/")) {
		b.WriteByte('\\')
	}
	for i := 0; i < len(arg); i++ {
		c := arg[i]
		keepsWildcard := c == '\\' && i+1 < len(arg) && strings.IndexByte(wildcards, arg[i+1]) >= 0
		if strings.IndexByte(shellSpecial, c) >= 0 && !keepsWildcard {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Value protects the value of an option.
func (p Protection) Value(v string) string {
	if p.mode == quoteNone {
		return v
	}
	return escapeValue(v)
}

// RemoteOption protects a --remote-option value, which --old-args leaves
// alone.
func (p Protection) RemoteOption(v string) string {
	if p.mode != quoteAll {
		return v
	}
	return escapeValue(v)
}

func escapeValue(v string) string {
	if !strings.ContainsAny(v, shellSpecial+wildcards) {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if strings.IndexByte(shellSpecial, v[i]) >= 0 || strings.IndexByte(wildcards, v[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// DaemonPath returns a path, which starts with the module's name, as it is
// sent to a daemon.
func (p Protection) DaemonPath(module, arg string) string {
	switch {
	case arg == module:
		return arg + "/"
	case strings.HasPrefix(arg, "-"):
		arg = "./" + arg
	}
	if p.oldArgs {
		return arg
	}
	return strings.ReplaceAll(arg, " "+module+"/", "[ ]"+module+"/")
}
