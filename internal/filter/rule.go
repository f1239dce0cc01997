package filter

import "strings"

// MaxPattern is the length in bytes from which a pattern is discarded.
const MaxPattern = 4096

// maxRecord is the length from which a record of a rule file, or a rule text on
// the wire, is not taken.
const maxRecord = 5120

// flags are the properties of a rule (docs/protocol/04-filters-and-walk.md §1).
// The low ones appear in the level 3 trace of rule files, with these values.
type flags uint32

const (
	flagAbsolute   flags = 0x10     // compare the full path
	flagInclude    flags = 0x20     // include, not exclude
	flagDirOnly    flags = 0x40     // matches directories only
	flagWordSplit  flags = 0x80     // file is cut at white space
	flagNoInherit  flags = 0x100    // rules end with the directory
	flagNoPrefix   flags = 0x200    // file holds bare patterns
	flagMerge      flags = 0x400    // names a rule file
	flagPerDir     flags = 0x800    // names a per-directory rule file
	flagCVS        flags = 0x8000   // CVS list, or CVS-style file
	flagSender     flags = 0x10000  // for the sending end
	flagReceiver   flags = 0x20000  // for the receiving end
	flagPerishable flags = 0x80000  // ignored in vanished directories
	flagXattr      flags = 0x100000 // for extended attribute names
	flagFromFile   flags = 0x200000 // text came from the contents of a file

	flagNegated     flags = 1 << 24
	flagClear       flags = 1 << 25
	flagExcludeSelf flags = 1 << 26
	flagOff         flags = 1 << 27 // not used at this end
	flagOldPrefix   flags = 1 << 28 // of a source: only "+ " and "- " are prefixes
	flagModule      flags = 1 << 29 // of a source: a parameter of a daemon module

	flagsSided = flagSender | flagReceiver
	// flagsInherited pass from a merge rule to the rules of its file, and from a "-C"
	// rule to the CVS list.
	flagsInherited = flagAbsolute | flagInclude | flagNegated | flagPerishable | flagsSided
)

func (f flags) has(bits flags) bool { return f&bits != 0 }

// A rule is one compiled filter rule. It never changes once it is in a list.
type rule struct {
	flags   flags
	pattern string // without the slash of a dir-only rule
	text    string // how messages name the rule
	slashes int
	slot    int // of a per-directory rule: its place among the active ones
	how     howMatch
	prefix  bool // double-star-prefix: compared with a '/' before the name
	triple  bool // triple-star-suffix: directories get a '/' after the name
	body    string
	wild    *Wildcard // nil when the pattern is literal
}

// howMatch says which parts of a name the pattern is compared with
// (docs/protocol/04-filters-and-walk.md §6.2).
type howMatch uint8

const (
	matchLast     howMatch = iota // the last element
	matchTail                     // the last slashes+1 elements
	matchSuffixes                 // the whole, and what follows each slash
	matchWhole                    // the whole
)

// compile derives the matching fields from flags and pattern.
func (r *rule) compile() {
	p := r.pattern
	r.slashes = strings.Count(p, "/")
	wild := strings.ContainsAny(p, "*?[")
	deep := wild && strings.Contains(p, "**")
	r.prefix = deep && strings.HasPrefix(p, "**")
	r.triple = deep && strings.HasSuffix(p, "***")

	r.body = p
	switch {
	case strings.HasPrefix(p, "/"):
		r.how = matchWhole
		r.body = p[1:]
	case r.slashes == 0 && !deep:
		r.how = matchLast
	case r.prefix:
		r.how = matchWhole
	case deep:
		r.how = matchSuffixes
	default:
		r.how = matchTail
	}
	if wild {
		r.wild = CompileWildcard(r.body)
	}
}

// Kind is the kind of thing a name belongs to.
type Kind uint8

// The kinds of names.
const (
	File      Kind = iota // anything that is not a directory
	Directory             // a directory
	Xattr                 // the name of an extended attribute
)

var kindNames = [...]string{File: "file", Directory: "directory", Xattr: "xattr"}

func (k Kind) String() string { return kindNames[k] }

// A subject is a name as rules see it; it is made once for all rules of a list.
type subject struct {
	name   []byte // without a leading slash
	last   []byte // its last element
	base   string // current directory relative to the root, without slashes at its ends
	rooted bool   // there was a leading slash
	kind   Kind
}

// newSubject returns the subject for a name; ok is false for the empty name, which
// no rule matches.
func newSubject(name []byte, kind Kind, base string) (s subject, ok bool) {
	s = subject{name: name, base: base, kind: kind}
	if len(name) > 0 && name[0] == '/' {
		s.rooted = true
		s.name = name[1:]
	}
	s.last = lastElements(s.name, 1)
	return s, len(s.name) > 0
}

// flagsSpecial are the properties that make matching more than a comparison.
const flagsSpecial = flagOff | flagXattr | flagNegated | flagDirOnly

// matches reports whether r applies to s.
func (r *rule) matches(s *subject) bool {
	if r.flags&flagsSpecial == 0 && r.how == matchLast && s.kind != Xattr {
		return r.compare(s.last)
	}
	if r.flags.has(flagOff) || r.flags.has(flagXattr) != (s.kind == Xattr) {
		return false
	}
	return r.patternMatches(s) != r.flags.has(flagNegated)
}

func (r *rule) patternMatches(s *subject) bool {
	if r.flags.has(flagDirOnly) && s.kind != Directory {
		return false
	}
	if r.how == matchLast {
		return r.compare(s.last)
	}
	slashAfter := r.triple && s.kind == Directory
	before, slashBefore := "", false
	switch {
	case r.flags.has(flagAbsolute) && !s.rooted && s.base != "":
		before, slashBefore = s.base, true
	case r.prefix && !s.rooted:
		slashBefore = true
	}
	if !slashBefore && !slashAfter {
		return r.compareParts(s.name)
	}
	return r.compareJoined(before, s.name, slashBefore, slashAfter)
}

// compareJoined compares with before + "/" + name + "/", where the slashes are
// those asked for.
func (r *rule) compareJoined(before string, name []byte, slashBefore, slashAfter bool) bool {
	var buf [512]byte
	text := append(buf[:0], before...)
	if slashBefore {
		text = append(text, '/')
	}
	text = append(text, name...)
	if slashAfter {
		text = append(text, '/')
	}
	return r.compareParts(text)
}

func (r *rule) compareParts(text []byte) bool {
	switch r.how {
	case matchTail:
		part := lastElements(text, r.slashes+1)
		return part != nil && r.compare(part)
	case matchSuffixes:
		return r.wild.matchAnySuffix(text)
	default:
		return r.compare(text)
	}
}

func (r *rule) compare(text []byte) bool {
	if r.wild != nil {
		return r.wild.Match(text)
	}
	return string(text) == r.body
}

// lastElements returns the last n elements of path, or nil if it has fewer.
func lastElements(path []byte, n int) []byte {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			if n--; n == 0 {
				return path[i+1:]
			}
		}
	}
	if n > 1 {
		return nil
	}
	return path
}
