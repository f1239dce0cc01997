package options

import "strings"

// Alias files: docs/protocol/05-options.md §7.2. Each line that concerns this
// program is "rsync alias OPTION WORDS…", which puts WORDS in the place of
// OPTION, or "rsync exec OPTION PROGRAM…", which runs PROGRAM instead.

// An alias is one such line.
type alias struct {
	long  string
	short byte
	words []string
	exec  bool
}

// aliasProgram is the program name whose lines count.
const aliasProgram = "rsync"

// parseAliases reads the alias lines of one file. Lines that make no sense
// are passed over, as by the reference.
func parseAliases(text []byte) []alias {
	var found []alias
	joined := strings.ReplaceAll(string(text), "\\\n", "")
	for _, line := range strings.Split(joined, "\n") {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		words, ok := splitShellWords(line)
		if !ok || len(words) < 4 || words[0] != aliasProgram {
			continue
		}
		a := alias{words: words[3:], exec: words[1] == "exec"}
		if !a.exec && words[1] != "alias" {
			continue
		}
		switch name := words[2]; {
		case len(name) > 2 && strings.HasPrefix(name, "--"):
			a.long = name[2:]
		case len(name) == 2 && name[0] == '-':
			a.short = name[1]
		default:
			continue
		}
		if a.long == "daemon" || a.long == "server" {
			continue
		}
		found = append(found, a)
	}
	return found
}

// splitShellWords splits at blanks; quotes group and backslashes escape as in
// a shell. It reports false for an unclosed quote.
func splitShellWords(line string) ([]string, bool) {
	var words []string
	var word []byte
	inWord := false
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && i+1 < len(line) && (quote == 0 || line[i+1] == quote):
			i++
			word, inWord = append(word, line[i]), true
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\r':
			if inWord {
				words, word, inWord = append(words, string(word)), word[:0], false
			}
		default:
			word, inWord = append(word, c), true
		}
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, quote == 0
}

// findAlias returns the index of the alias for a long name or a letter, -1 if
// there is none. Inside its own expansion an alias is not found. Of several
// definitions the last counts.
func (w *walker) findAlias(long string, short byte) int {
	current := w.stack[len(w.stack)-1].alias
	for i := len(w.aliases) - 1; i >= 0; i-- {
		a := &w.aliases[i]
		if i == current || a.short != short || a.long != long {
			continue
		}
		return i
	}
	return -1
}

// expand puts the words of an alias before what is left. A value given to the
// alias follows them as a word of its own.
func (w *walker) expand(i int, word, value string, hasValue bool) error {
	a := &w.aliases[i]
	if a.exec {
		w.exec = a.words
		return nil
	}
	if len(w.stack) >= maxAliasDepth {
		return &fault{word, faultTooDeep}
	}
	words := a.words
	if hasValue {
		words = append(append(make([]string, 0, len(words)+1), words...), value)
	}
	w.stack = append(w.stack, frame{args: words, alias: i})
	return nil
}
