package options

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// This file is the grammar of argument lists, docs/protocol/05-options.md
// §1.1 and §1.2, for both parsers.

// A walker goes over an argument list and calls back for each option.
type walker struct {
	rows      []Option
	long      map[string]int
	short     *[256]int
	integer   func(*Option) bool
	apply     func(o *Option, value string, n int) error
	aliases   []alias
	stopEarly bool // stop at the first operand (POSIXLY_CORRECT)

	stack    []frame
	word     string // the option of the command line that is being done
	operands []string
	exec     []string // set by an alias file's exec line
}

// A frame is an argument list in progress: the command line itself, or the
// expansion of an alias.
type frame struct {
	args    []string
	cluster string // letters still to do of the word before args
	word    string // that word
	alias   int    // -1 for the command line
}

// maxAliasDepth bounds aliases that expand to each other.
const maxAliasDepth = 10

// A fault is an error of the grammar: a word and what is wrong with it.
type fault struct{ word, text string }

func (f *fault) Error() string { return f.word + ": " + f.text }

const (
	faultUnknown  = "unknown option"
	faultMissing  = "missing argument"
	faultNoValue  = "option does not take an argument"
	faultNumber   = "invalid numeric value"
	faultRange    = "number too large or too small"
	faultTooDeep  = "aliases nested too deeply"
	integerBase10 = 10
)

// errStop ends a walk without error.
var errStop = errors.New("options: stop")

// walk goes over args. It returns a *fault, or what apply returned.
func (w *walker) walk(args []string) error {
	w.stack = append(w.stack[:0], frame{args: args, alias: -1})
	for len(w.stack) > 0 {
		f := &w.stack[len(w.stack)-1]
		var err error
		switch {
		case f.cluster != "":
			letter := f.cluster[0]
			f.cluster = f.cluster[1:]
			err = w.letter(letter)
		case len(f.args) == 0:
			w.stack = w.stack[:len(w.stack)-1]
			continue
		default:
			word := f.args[0]
			f.args = f.args[1:]
			if f.alias < 0 {
				w.word = word
			}
			switch {
			case word == "--":
				w.rest()
				return nil
			case len(word) < 2 || word[0] != '-':
				w.operands = append(w.operands, word)
				if w.stopEarly {
					w.rest()
					return nil
				}
				continue
			case word[1] == '-':
				err = w.longOption(word)
			default:
				f.cluster, f.word = word[1:], word
				continue
			}
		}
		if err != nil {
			return w.outermost(err)
		}
		if w.exec != nil {
			w.rest()
			return nil
		}
	}
	return nil
}

// outermost puts the option of the command line into a fault in the expansion
// of an alias, of which the user sees nothing.
func (w *walker) outermost(err error) error {
	var f *fault
	if errors.As(err, &f) && w.stack[len(w.stack)-1].alias >= 0 {
		return &fault{w.word, f.text}
	}
	return err
}

// rest takes everything that is left as operands.
func (w *walker) rest() {
	for len(w.stack) > 0 {
		f := w.stack[len(w.stack)-1]
		w.operands = append(w.operands, f.args...)
		w.stack = w.stack[:len(w.stack)-1]
	}
}

func (w *walker) longOption(word string) error {
	name, value, hasValue := strings.Cut(word[2:], "=")
	if i := w.findAlias(name, 0); i >= 0 {
		return w.expand(i, word, value, hasValue)
	}
	i, ok := w.long[name]
	if !ok {
		return &fault{word, faultUnknown}
	}
	o := &w.rows[i]
	if o.ArgName == "" {
		if hasValue {
			return &fault{word, faultNoValue}
		}
		return w.apply(o, "", 1)
	}
	if hasValue {
		return w.value(o, value, word)
	}
	return w.separate(o, word)
}

func (w *walker) letter(letter byte) error {
	f := &w.stack[len(w.stack)-1]
	if i := w.findAlias("", letter); i >= 0 {
		return w.expand(i, f.word, "", false)
	}
	i := w.short[letter]
	if i < 0 {
		return &fault{f.word, faultUnknown}
	}
	o := &w.rows[i]
	if o.ArgName == "" {
		if strings.HasPrefix(f.cluster, "=") {
			return &fault{f.word, faultNoValue}
		}
		return w.apply(o, "", 1)
	}
	if f.cluster == "" {
		return w.separate(o, f.word)
	}
	value := strings.TrimPrefix(f.cluster, "=")
	f.cluster = ""
	return w.value(o, value, f.word)
}

// separate takes the next word, whatever it looks like, as the value.
func (w *walker) separate(o *Option, word string) error {
	for i := len(w.stack) - 1; i >= 0; i-- {
		f := &w.stack[i]
		if len(f.args) > 0 {
			value := f.args[0]
			f.args = f.args[1:]
			return w.value(o, value, value)
		}
	}
	return &fault{word, faultMissing}
}

// value applies an option with its value, which stood in word.
func (w *walker) value(o *Option, value, word string) error {
	n := 0
	if w.integer(o) {
		var text string
		if n, text = parseInteger(value); text != "" {
			return &fault{word, text}
		}
	}
	return w.apply(o, value, n)
}

// parseInteger reads an integer as C's strtol with base 0 does; empty is 0.
// The second result says what is wrong, "" if nothing.
func parseInteger(s string) (int, string) {
	if s == "" {
		return 0, ""
	}
	t := strings.TrimLeft(s, " \t\n\v\f\r")
	negative := false
	if t != "" && (t[0] == '-' || t[0] == '+') {
		negative = t[0] == '-'
		t = t[1:]
	}
	base := integerBase10
	switch {
	case len(t) > 2 && t[0] == '0' && (t[1] == 'x' || t[1] == 'X'):
		base, t = 16, t[2:]
	case len(t) > 1 && t[0] == '0':
		base, t = 8, t[1:]
	}
	if t == "" || strings.HasPrefix(t, "+") || strings.HasPrefix(t, "-") {
		return 0, faultNumber
	}
	n, err := strconv.ParseInt(t, base, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, faultNumber
	}
	if negative {
		n = -n
	}
	if err != nil || n > math.MaxInt32 || n < math.MinInt32 {
		return 0, faultRange
	}
	return int(n), ""
}
