package filter

import (
	"bytes"
	"strings"
)

// A Requested list knows which names a sender may list for the arguments of a
// pull (docs/protocol/04-filters-and-walk.md §12). It never changes after the last
// Add and can then be shared.
type Requested struct {
	opt RequestedOptions
	// Arguments without wildcards are looked up, so that a long --files-from list
	// costs no more per name than a short one.
	names   map[string]bool // requested by name
	parents map[string]bool // directories above a requested name
	rules   []*rule         // arguments with wildcards
}

// RequestedOptions are the options that decide what a sender lists for an argument.
type RequestedOptions struct {
	Relative bool // --relative
	Recurse  bool // --recursive
	Dirs     bool // --dirs
}

// NewRequested returns a list that allows no names yet.
func NewRequested(opt RequestedOptions) *Requested {
	return &Requested{opt: opt, names: map[string]bool{}, parents: map[string]bool{}}
}

// Add allows what the sender lists for one requested argument: the part after the
// host, or after the module of a daemon, or a name of a local --files-from.
func (q *Requested) Add(arg string) {
	if q.opt.Relative {
		if i := strings.Index(arg, "/./"); i >= 0 {
			arg = arg[i+3:]
		}
	} else {
		arg = arg[strings.LastIndexByte(arg, '/')+1:]
	}
	name := cleanArg(arg)
	q.addName(name)
	if q.opt.Relative {
		for i := 0; i < len(name); i++ {
			if name[i] == '/' {
				q.addParent(name[:i])
			}
		}
	}
}

func (q *Requested) addName(name string) {
	if !isWild(name) {
		q.names[name] = true
		return
	}
	for _, pattern := range wildForms(name) {
		q.addRule(pattern, 0)
		switch {
		case q.opt.Recurse:
			q.addRule(pattern+"/**", 0)
		case q.opt.Dirs:
			q.addRule(pattern+"/*", 0)
		}
	}
}

func (q *Requested) addParent(name string) {
	if q.parents[name] {
		return
	}
	q.parents[name] = true
	if isWild(name) {
		for _, pattern := range wildForms(name) {
			q.addRule(pattern, flagDirOnly)
		}
	}
}

func (q *Requested) addRule(pattern string, f flags) {
	r := &rule{flags: flagInclude | f, pattern: "/" + pattern}
	r.compile()
	q.rules = append(q.rules, r)
}

func isWild(name string) bool { return strings.ContainsAny(name, "*?[") }

// wildForms gives the patterns for an argument with wildcards. Shells leave a
// bracket alone that matches no file, so it can be meant literally too.
func wildForms(name string) []string {
	name = escapeStray(name)
	if !strings.Contains(name, "[") {
		return []string{name}
	}
	return []string{name, strings.ReplaceAll(name, "[", `\[`)}
}

// Allows reports whether the sender may list name. parent is set when it may do so
// only because something below it was requested: then it is a directory whose
// content must not be deleted from.
func (q *Requested) Allows(name []byte, kind Kind) (allowed, parent bool) {
	if len(name) > 0 && name[0] == '/' {
		name = name[1:]
	}
	if len(name) == 1 && name[0] == '.' || q.allowsByName(name) {
		return true, false
	}
	parent = kind == Directory && q.parents[string(name)]
	sub, _ := newSubject(name, kind, "")
	for _, r := range q.rules {
		if !r.matches(&sub) {
			continue
		}
		if !r.flags.has(flagDirOnly) {
			return true, false
		}
		parent = true
	}
	return parent, parent
}

func (q *Requested) allowsByName(name []byte) bool {
	if q.names[string(name)] {
		return true
	}
	if !q.opt.Recurse && !q.opt.Dirs {
		return false
	}
	for i := bytes.LastIndexByte(name, '/'); ; i = bytes.LastIndexByte(name, '/') {
		if i < 0 {
			return q.names[""]
		}
		name = name[:i]
		if q.names[string(name)] {
			return true
		}
		if !q.opt.Recurse {
			return false
		}
	}
}

// cleanArg removes empty and "." elements, and slashes at the ends.
func cleanArg(arg string) string {
	var out []string
	for _, e := range strings.Split(arg, "/") {
		if e != "" && e != "." {
			out = append(out, e)
		}
	}
	return strings.Join(out, "/")
}

// escapeStray doubles the backslashes that escape nothing special.
func escapeStray(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		b.WriteByte(name[i])
		if name[i] != '\\' {
			continue
		}
		if i+1 < len(name) && strings.IndexByte(`*?[]\`, name[i+1]) >= 0 {
			i++
			b.WriteByte(name[i])
		} else {
			b.WriteByte('\\')
		}
	}
	return b.String()
}
