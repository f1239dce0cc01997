package filter

import "strings"

// A source describes where rule text comes from and what that means for it.
type source struct {
	flags flags // inherited by the rules, or saying how the text is cut
	at    place
	// scan is set while a per-directory file, or a file that it merges, is read:
	// the directory it belongs to, rooted and without a slash at its end.
	scan *string
	// direct is set in the per-directory file itself: anchored patterns are
	// anchored at *scan, and rules for the other end are thrown away.
	direct bool
	// named is set while a file is read that the user named: an error in opening
	// it may be told in full.
	named bool
	depth int // how many files are open around this text
}

// kindOf gives each short rule name its meaning.
func kindOf(short byte) (f flags, known bool) {
	switch short {
	case '-':
		return 0, true
	case '+':
		return flagInclude, true
	case 'H':
		return flagSender, true
	case 'S':
		return flagInclude | flagSender, true
	case 'P':
		return flagReceiver, true
	case 'R':
		return flagInclude | flagReceiver, true
	case '.':
		return flagMerge, true
	case ':':
		return flagMerge | flagPerDir, true
	case '!':
		return flagClear, true
	}
	return 0, false
}

// longName gives the long name that starts with this byte, and its short form.
func longName(first byte) (long string, short byte) {
	switch first {
	case 'c':
		return "clear", '!'
	case 'd':
		return "dir-merge", ':'
	case 'e':
		return "exclude", '-'
	case 'h':
		return "hide", 'H'
	case 'i':
		return "include", '+'
	case 'm':
		return "merge", '.'
	case 'p':
		return "protect", 'P'
	case 'r':
		return "risk", 'R'
	case 's':
		return "show", 'S'
	}
	return "", 0
}

// parse parses one rule text that fills the whole of text.
func (src *source) parse(text string) (*rule, error) {
	r, _, err := src.parseNext(text, false)
	return r, err
}

// parseNext parses the rule at the start of text. With words the pattern ends at
// white space and rest is what follows it; the caller has skipped white space
// before the rule.
func (src *source) parseNext(text string, words bool) (r *rule, rest string, err error) {
	var f flags
	var pos int
	switch {
	case src.flags.has(flagNoPrefix):
		if src.flags.has(flagCVS) && endsWord(text, 1, words) && text[0] == '!' {
			f, pos = flagClear, 1
		} else {
			f = src.flags & flagInclude
		}
	case src.flags.has(flagOldPrefix):
		f, pos = src.parseOldPrefix(text, words)
	default:
		if f, pos, err = src.parsePrefix(text, words); err != nil {
			return nil, "", err
		}
	}

	end := len(text)
	if words {
		end = pos + wordLength(text[pos:])
	}
	pattern := text[pos:end]
	switch {
	case f.has(flagClear):
		if pattern != "" {
			return nil, "", syntaxError("'!' rule has trailing characters", src.at, text)
		}
		return &rule{flags: f}, text[end:], nil
	case pattern == "" && !f.has(flagCVS):
		return nil, "", syntaxError("unexpected end of filter rule", src.at, text)
	case pattern == "" && f.has(flagMerge):
		pattern = ".cvsignore"
	}

	f |= src.flags & (flagsInherited &^ flagInclude)
	if src.flags.has(flagDirOnly) {
		f |= flagDirOnly
	}
	if src.at.fromFile() {
		f |= flagFromFile
	}
	return &rule{flags: f, pattern: pattern, text: src.at.show(text[:end])}, text[end:], nil
}

// parseOldPrefix reads what may stand before the pattern in the old form.
func (src *source) parseOldPrefix(text string, words bool) (f flags, pos int) {
	switch {
	case strings.HasPrefix(text, "- "):
		return 0, 2
	case strings.HasPrefix(text, "+ "):
		return flagInclude, 2
	case text[0] == '!' && endsWord(text, 1, words):
		return flagClear, 1
	}
	return src.flags & flagInclude, 0
}

// parsePrefix reads the name, the modifiers and the separator of the full form.
func (src *source) parsePrefix(text string, words bool) (f flags, pos int, err error) {
	short := text[0]
	pos = 1
	if long, means := longName(short); long != "" {
		pos = len(long)
		if !strings.HasPrefix(text, long) || pos < len(text) && !isSpace(text[pos]) && text[pos] != '_' && text[pos] != ',' {
			return 0, 0, syntaxError("Unknown filter rule", src.at, text)
		}
		short = means
	}
	f, known := kindOf(short)
	if !known {
		return 0, 0, syntaxError("Unknown filter rule", src.at, text)
	}
	if pos < len(text) && text[pos] == ',' {
		pos++
	}
	if f.has(flagsSided) && src.flags.has(flagsSided) {
		return 0, 0, src.sidedError(text)
	}
	if f.has(flagClear) {
		return f, pos, nil
	}

	sidedName := f.has(flagsSided)
	spaceEnds := words || src.flags.has(flagWordSplit)
	for ; pos < len(text); pos++ {
		c := text[pos]
		if c == ' ' || c == '_' {
			return f, pos + 1, nil
		}
		if spaceEnds && isSpace(c) {
			break
		}
		add, valid := modifier(c, f, sidedName)
		if !valid {
			return 0, 0, modifierError(text, pos, src.at)
		}
		if add.has(flagsSided) && src.flags.has(flagsSided) {
			return 0, 0, src.sidedError(text)
		}
		f |= add
	}
	return f, pos, nil
}

func (src *source) sidedError(text string) error {
	return syntaxError("specified-side merge file contains specified-side filter", src.at, text)
}

// modifier returns what modifier c adds to a rule with properties f, and whether
// it may stand there. sidedName is set for rules whose name already has a side.
func modifier(c byte, f flags, sidedName bool) (add flags, valid bool) {
	merge := f.has(flagMerge)
	switch c {
	case '/':
		return flagAbsolute, true
	case '!':
		return flagNegated, !merge
	case 'p':
		return flagPerishable, true
	case 'x':
		return flagXattr, true
	case 's':
		return flagSender, !sidedName
	case 'r':
		return flagReceiver, !sidedName
	case 'C':
		if merge {
			return flagCVS | flagNoPrefix | flagWordSplit | flagNoInherit, !f.has(flagNoPrefix)
		}
		return flagCVS, !sidedName && !f.has(flagCVS)
	case 'e':
		return flagExcludeSelf, merge
	case 'n':
		return flagNoInherit, merge
	case 'w':
		return flagWordSplit, merge
	case '-':
		return flagNoPrefix, merge && !f.has(flagNoPrefix)
	case '+':
		return flagNoPrefix | flagInclude, merge && !f.has(flagNoPrefix)
	}
	return 0, false
}

// endsWord reports whether the rule text ends at n.
func endsWord(text string, n int, words bool) bool {
	return len(text) == n || words && len(text) > n && isSpace(text[n])
}

// wordLength is the number of bytes before the first white space.
func wordLength(text string) int {
	for i := 0; i < len(text); i++ {
		if isSpace(text[i]) {
			return i
		}
	}
	return len(text)
}

// skipSpace drops white space from the start of text.
func skipSpace(text string) string {
	for text != "" && isSpace(text[0]) {
		text = text[1:]
	}
	return text
}
