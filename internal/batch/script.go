package batch

import (
	"bytes"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// Script describes the shell script beside a batch file (docs/protocol/03-transfer.md §15.4).
type Script struct {
	// Args is the command line as it was typed, program name first.
	Args []string
	// Dest is the destination without a host.
	Dest string
	// Rules are the filter rules in their full form; see filter.Builder.Script.
	Rules []string
	// From0 is set if --from0 is in force, and with it for the rules here.
	From0 bool
	// Protocol is the negotiated version.
	Protocol int
}

// ruleOptions are the options left out, with their values: the rules follow the command line, the
// names are in the batch.
var ruleOptions = [...]string{"files-from", "filter", "include", "include-from", "exclude", "exclude-from"}

// Append appends the script's text. A rule that holds a line feed cannot be written down; the error
// ends the run.
func (s *Script) Append(dst []byte) ([]byte, error) {
	if len(s.Args) > 0 {
		dst = appendQuoted(dst, s.Args[0])
	}
	if len(s.Rules) > 0 {
		if s.Protocol < 29 {
			dst = append(dst, " --exclude-from='-'"...)
		} else {
			dst = append(dst, " --filter='._-'"...)
		}
	}
	for i := 1; i < len(s.Args); {
		var n int
		dst, n = appendWord(dst, s.Args[i:])
		i += n
		if s.Args[i-1] == "--" {
			dst = append(dst, " '--'"...)
			break // operands follow
		}
	}
	dst = append(dst, " ${1:-"...)
	dst = appendQuoted(dst, s.Dest)
	dst = append(dst, '}')
	if len(s.Rules) > 0 {
		var err error
		if dst, err = s.appendRules(dst); err != nil {
			return nil, err
		}
	}
	return append(dst, '\n'), nil
}

// appendRules appends the rules as a here document.
func (s *Script) appendRules(dst []byte) ([]byte, error) {
	dst = append(dst, " <<'#E#'\n"...)
	end := byte('\n')
	if s.From0 {
		end = 0
	}
	for _, r := range s.Rules {
		if strings.IndexByte(r, '\n') >= 0 {
			return nil, exit.Errorf(exit.Syntax, "cannot write a filter rule containing a newline to the batch replay script")
		}
		dst = append(append(dst, r...), end)
	}
	if s.From0 {
		dst = append(dst, ";\n"...)
	}
	return append(dst, "#E#"...), nil
}

// appendWord appends the first of the words if it is to be in the script, and what belongs to it. It
// returns how many words have been dealt with.
func appendWord(dst []byte, words []string) ([]byte, int) {
	w := words[0]
	name, _, hasValue := strings.Cut(strings.TrimPrefix(w, "--"), "=")
	long := strings.HasPrefix(w, "--") && len(w) > 2
	switch {
	case w == "--":
		return dst, 1
	case long && isRuleOption(name), w == "-f":
		return dst, span(words, !hasValue || w == "-f")
	case long && (name == "write-batch" || name == "only-write-batch"):
		dst = append(dst, " --read-batch"...)
		if hasValue {
			return appendQuoted(append(dst, '='), w[strings.IndexByte(w, '=')+1:]), 1
		}
		n := span(words, true)
		for _, v := range words[1:n] {
			dst = appendQuoted(append(dst, ' '), v)
		}
		return dst, n
	case len(w) < 2 || w[0] != '-':
		return dst, 1 // an operand
	}
	n := span(words, takesNext(w))
	for _, v := range words[:n] {
		dst = appendArg(append(dst, ' '), v)
	}
	return dst, n
}

func isRuleOption(name string) bool {
	for _, o := range ruleOptions {
		if o == name {
			return true
		}
	}
	return false
}

// span returns 2 if the first word's value is the next word, and there is one, else 1.
func span(words []string, separate bool) int {
	if separate && len(words) > 1 {
		return 2
	}
	return 1
}

// takesNext tells whether an option word has its value in the next word.
func takesNext(w string) bool {
	if name, ok := strings.CutPrefix(w, "--"); ok {
		o := options.Lookup(name)
		return o != nil && o.ArgName != ""
	}
	for i := 1; i < len(w); i++ {
		if o := options.Lookup(w[i : i+1]); o != nil && o.ArgName != "" {
			return i == len(w)-1
		}
	}
	return false
}

// appendArg appends a word quoted, except that what stands before the first "=" of an option stays
// legible.
func appendArg(dst []byte, w string) []byte {
	if strings.HasPrefix(w, "-") {
		if k := strings.IndexByte(w, '='); k > 0 && plain(w[:k]) {
			return appendQuoted(append(dst, w[:k+1]...), w[k+1:])
		}
	}
	return appendQuoted(dst, w)
}

// plain tells whether a shell takes w as it is.
func plain(w string) bool {
	for i := range len(w) {
		switch c := w[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// appendQuoted appends w in single quotes.
func appendQuoted(dst []byte, w string) []byte {
	dst = append(dst, '\'')
	dst = append(dst, bytes.ReplaceAll([]byte(w), []byte("'"), []byte(`'\''`))...)
	return append(dst, '\'')
}
