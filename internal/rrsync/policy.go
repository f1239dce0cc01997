package rrsync

import (
	"strings"

	"godwit/internal/options"
)

// A rule says what a client may do with a long option.
type rule uint8

const (
	unknown  rule = iota
	free          // as it likes; a value is not looked at
	dirPath       // the value is a directory that a receiver uses: it must lie inside
	filePath      // the value is a file: it must lie inside
	never         // disabled
)

// longRules is the allow-list of long options. Whether one takes a value is
// a matter of the option table (internal/options).
var longRules = makeRules(map[rule]string{
	free: `append copy-unsafe-links delay-updates delete delete-after delete-before delete-delay delete-during
		delete-excluded delete-missing-args dirs existing fake-super force from0 fsync fuzzy group hard-links
		ignore-errors ignore-existing ignore-missing-args ignore-times inplace links list-only mkpath msgs2stderr
		munge-links new-compress no-W no-implied-dirs no-msgs2stderr no-r no-relative no-specials numeric-ids
		old-compress one-file-system open-noatime owner partial perms preallocate recursive remove-sent-files
		remove-source-files safe-links sender server size-only specials stats super times use-qsort
		block-size bwlimit checksum-choice checksum-seed compress-choice compress-level compress-threads groupmap
		iconv info log-format max-alloc max-delete max-size min-size modify-window only-write-batch skip-compress
		stderr suffix timeout usermap`,
	dirPath:  "backup-dir compare-dest copy-dest link-dest partial-dir temp-dir",
	filePath: "files-from log-file",
	never:    "copy-devices daemon debug no-munge-links write-devices",
})

func makeRules(lists map[rule]string) map[string]rule {
	m := make(map[string]rule)
	for r, names := range lists {
		for _, name := range strings.Fields(names) {
			m[name] = r
		}
	}
	return m
}

// takesValue tells whether a long option of the allow-list has a value.
func takesValue(name string) bool {
	o := options.Lookup(name)
	return o != nil && o.ArgName != ""
}

// shortLetters are the letters that may stand in a cluster.
const shortLetters = "ACDEHIJKLNORSUWXbcdgklmnopqrstuvxyz"

// policy judges one command.
type policy struct {
	*settings
	sender bool // the client pulls
	tree   tree

	// What the options say, for the paths.
	dryRun, relative bool
}

// confined tells whether there is anything outside the directory.
func (p *policy) confined() bool { return p.tree.real != "/" }

// letterDisabled tells whether a letter is refused here.
func (p *policy) letterDisabled(c byte) bool {
	switch c {
	case 's':
		return true // arguments that we would not see
	case 'K', 'L', 'k':
		return p.confined()
	case 'b':
		return p.noOverwrite
	}
	return false
}

// longDisabled tells whether a long option of the allow-list is refused here.
func (p *policy) longDisabled(name string) bool {
	switch {
	case longRules[name] == never:
		return true
	case name == "sender":
		return !p.sender
	case name == "copy-unsafe-links":
		return p.confined()
	case strings.HasPrefix(name, "delete"), strings.HasPrefix(name, "remove"):
		return p.noDel
	}
	switch name {
	case "log-file":
		return p.readOnly || p.noOverwrite
	case "partial-dir", "delay-updates", "backup-dir":
		return p.noOverwrite
	}
	return false
}

// command turns the argument text of the client into the arguments of the
// server.
func (p *policy) command(text string) ([]string, error) {
	words := splitWords(text)
	argv, paths, err := p.options(words)
	if err != nil {
		return nil, err
	}
	if p.confined() {
		if !p.sender {
			argv = append(argv, "--drop-D")
		}
		argv = append(argv, "--confine-root="+p.tree.real)
	}
	if p.munge {
		argv = append(argv, "--munge-links")
	}
	if p.noOverwrite {
		argv = append(argv, "--ignore-existing")
	}
	argv = append(argv, "--", ".")
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, word := range paths {
		for _, path := range p.expand(unescape(word)) {
			arg, err := p.operand(path, word)
			if err != nil {
				return nil, err
			}
			argv = append(argv, arg)
		}
	}
	return argv, nil
}

// options judges the words before the word ".", and returns them and what
// comes after.
func (p *policy) options(words []string) (argv, paths []string, err error) {
	argv = []string{"--server"}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == ".":
			return argv, words[i+1:], nil
		case strings.HasPrefix(word, "--") && len(word) > 2:
			name, value, hasValue := strings.Cut(word[2:], "=")
			if longRules[name] == unknown {
				return nil, nil, errSyntax
			}
			if p.longDisabled(name) {
				return nil, nil, refuse("option --%s has been disabled on this server.", name)
			}
			if name == "no-relative" {
				p.relative = false
			}
			if !takesValue(name) {
				argv = append(argv, unescape(word))
				continue
			}
			if !hasValue {
				if i++; i == len(words) {
					return nil, nil, errSyntax
				}
				value = words[i]
			}
			if value, err = p.value(name, unescape(value)); err != nil {
				return nil, nil, err
			}
			argv = append(argv, "--"+name+"="+value)
		default:
			if err := p.short(word); err != nil {
				return nil, nil, err
			}
			argv = append(argv, word)
		}
	}
	return nil, nil, errSyntax // no "."
}

var errSyntax = refuse("invalid rsync-command syntax or options")

// short judges a word of one-letter options.
func (p *policy) short(word string) error {
	if len(word) < 2 || word[0] != '-' {
		return errSyntax
	}
	if (word[1] == '@' || word[1] == 'B') && isDigits(word[2:]) {
		return nil
	}
	letters, capabilities, found := strings.Cut(word[1:], "e")
	for _, c := range []byte(letters) {
		switch {
		case strings.IndexByte(shortLetters, c) < 0:
			return errSyntax
		case p.letterDisabled(c):
			return refuse("option -%c has been disabled on this server.", c)
		}
	}
	if found && !isCapabilities(capabilities) {
		return errSyntax
	}
	p.dryRun = p.dryRun || strings.IndexByte(letters, 'n') >= 0
	p.relative = p.relative || strings.IndexByte(letters, 'R') >= 0
	return nil
}

// isCapabilities tells whether s is what follows the e of a capability
// string: digits, a dot, and word characters.
func isCapabilities(s string) bool {
	s = strings.TrimLeft(s, "0123456789")
	if s == "" || s[0] != '.' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// splitWords cuts text at blanks that no backslash precedes.
func splitWords(text string) []string {
	var words []string
	start := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] != ' ' || i > start && text[i-1] == '\\') {
			continue
		}
		if i > start {
			words = append(words, text[start:i])
		}
		start = i + 1
	}
	return words
}

// unescape removes the backslashes that were meant for a shell.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
