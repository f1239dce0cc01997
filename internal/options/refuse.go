package options

import (
	"cmp"
	"path"
	"strings"
)

// What a daemon module's "refuse options" parameter means,
// docs/protocol/05-options.md §10.

// Refusal is the set of options that a daemon module refuses.
type Refusal struct {
	refused []bool // by table index
}

// alwaysRefusedFirst are refused before the module's words, which may accept
// them again.
var alwaysRefusedFirst = [...]string{"copy-devices", "write-devices"}

// archiveLetters are the options that "a" and "archive" stand for.
const archiveLetters = "[ardlptgoD]"

// unrefusable options are accepted whatever a module says, a quirk of the
// reference that clients rely on.
func unrefusable(o *Option) bool {
	return o.Long == "delete-missing-args" || o.Long == "ignore-missing-args"
}

// NewRefusal reads the value of "refuse options" of a module. hasCharset says
// that the module has a charset, without which --iconv is refused. unmatched
// are the words that match no option, for the log line
// `No match for refuse-options string "WORD"`.
func NewRefusal(value string, hasCharset bool) (r *Refusal, unmatched []string) {
	r = &Refusal{refused: make([]bool, len(theTable.rows))}
	for _, word := range alwaysRefusedFirst {
		r.literal(word, true)
	}
	for _, word := range strings.Split(value, " ") {
		if word == "" {
			continue
		}
		pattern, accept := strings.CutPrefix(word, "!")
		if pattern == "a" || pattern == "archive" {
			pattern = archiveLetters
		}
		matched := false
		if strings.ContainsAny(pattern, "*?[") {
			matched = r.wildcard(pattern, !accept)
		} else {
			matched = r.literal(pattern, !accept)
		}
		if !matched {
			unmatched = append(unmatched, cmp.Or(pattern, word))
		}
	}
	if !hasCharset {
		r.literal("iconv", true)
	}
	r.wildcard("log-file*", true)
	r.literal("insecure-links", true)
	return r, unmatched
}

// literal refuses or accepts the option of a name and its aliases.
func (r *Refusal) literal(name string, refuse bool) bool {
	i, ok := theTable.find(name)
	if !ok {
		return false
	}
	same := theTable.rows[i].Same
	for j := range theTable.rows {
		if o := &theTable.rows[j]; o.Same == same && o.Modes&modeOrdinary != 0 && !unrefusable(o) {
			r.refused[j] = refuse
		}
	}
	return true
}

// wildcard refuses or accepts all options that match a pattern, except those
// that only their literal names reach.
func (r *Refusal) wildcard(pattern string, refuse bool) bool {
	pattern = strings.ReplaceAll(pattern, "[!", "[^")
	matched := false
	for j := range theTable.rows {
		o := &theTable.rows[j]
		if o.exactOnly || unrefusable(o) || o.Modes&modeOrdinary == 0 {
			continue
		}
		ok := false
		if o.Long != "" {
			ok, _ = path.Match(pattern, o.Long)
		}
		if !ok && o.Short != 0 {
			ok, _ = path.Match(pattern, string(rune(o.Short)))
		}
		if ok {
			r.refused[j], matched = refuse, true
		}
	}
	return matched
}

// Refuses tells whether an option is refused, by its long name or letter.
func (r *Refusal) Refuses(name string) bool {
	i, ok := theTable.find(name)
	return ok && r != nil && r.refused[i]
}

// RefusalText is the message about a refused option, as a daemon words it.
func RefusalText(name string) string {
	return "rsync: The server is configured to refuse " + describe(name)
}

// describe writes an option as refusals do: --LONG (-X).
func describe(name string) string {
	i, ok := theTable.find(name)
	if !ok {
		return "--" + name
	}
	o := &theTable.rows[i]
	text := "--" + o.Long
	if o.Long == "" {
		text = "--(null)" // as the reference says for -D, -F and -P
	}
	if o.Short != 0 {
		text += " (-" + string(rune(o.Short)) + ")"
	}
	return text
}

// archiveParts are the options within --archive, in table order.
var archiveParts = [...]string{"r", "d", "p", "t", "o", "g", "D", "l"}

// refused returns the error for an option that is refused, or that this
// platform lacks.
func (s *scan) refused(o *Option) error {
	if o.Long == "crtimes" && !s.cfg.Crtimes {
		who := "This rsync"
		if s.server() {
			who = "The server"
		}
		return usageError("rsync: " + who + " does not support " + describe(o.Long))
	}
	if s.cfg.Refusal == nil {
		return nil
	}
	implied := []string{o.name()}
	switch o.name() {
	case "archive":
		for i := len(archiveParts) - 1; i >= 0; i-- {
			implied = append(implied, archiveParts[i])
		}
	case "P":
		implied = append(implied, "partial", "progress")
	}
	for _, name := range implied {
		if err := s.refuses(name); err != nil {
			return err
		}
	}
	return nil
}

// refuses returns the error for a setting that is refused by the name of
// another option which it implies.
func (s *scan) refuses(name string) error {
	if !s.cfg.Refusal.Refuses(name) {
		return nil
	}
	return usageError(RefusalText(name))
}
