package filter

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// MaxDepth is how many rule files can be open within one another.
const MaxDepth = 32

// The ways a rule file can be asked for, as the level 3 trace numbers them.
const (
	askOptional = 0 // it may be missing
	askMerge    = 1 // it must be there
	askOption   = 3 // it must be there, and has the old prefixes
	askPerDir   = 4 // it may be missing, and belongs to a directory
)

// errMissing stands for a rule file that could not be opened and need not be there.
var errMissing = errors.New("rule file not found")

// merge reads the file of a "." rule into the list.
func (rd *reader) merge(to *target, r *rule, src *source) error {
	path := r.pattern
	if src.scan != nil && !strings.HasPrefix(path, "/") {
		if strings.Contains(path, "/") {
			path = joinPath(*src.scan, path)
		} else {
			path = joinPath("/"+rd.base, path)
		}
	}
	inner := source{
		flags: r.flags & (flagsInherited | flagWordSplit | flagNoPrefix | flagCVS),
		at:    src.at.inside(r.pattern, r.flags.has(flagWordSplit)),
		scan:  src.scan,
		depth: src.depth,
		named: !src.at.fromFile(),
	}
	return rd.readFile(to, path, src.at.show(r.pattern), askMerge, r.flags, &inner)
}

// readFile adds the rules of the file at path. shown names it in messages; asked
// is only for the trace.
func (rd *reader) readFile(to *target, path, shown string, ask int, asked flags, src *source) error {
	src.depth++
	if src.depth > MaxDepth {
		text := "[" + rd.env.Who + "] merge-file include depth limit (32) exceeded at " + shown
		if src.scan != nil {
			rd.env.warn(text, 0)
			return nil
		}
		return &Error{Text: text, Code: exitFileIO}
	}
	if len(path) >= MaxPattern {
		rd.env.warn("merge-file name overflows: "+shown, 0)
		return nil
	}
	if path == "" {
		return nil // a file without a name has no rules, and is no mistake either
	}
	if rd.env.Files == nil {
		return errMissing
	}
	f, err := rd.env.Files.OpenRules(path)
	rd.traceFile(shown, asked, ask, err == nil)
	if err != nil {
		if ask != askMerge && ask != askOption {
			return errMissing
		}
		what := "exclude"
		if src.flags.has(flagInclude) {
			what = "include"
		}
		e := &Error{Text: "failed to open " + what + " file " + shown, Code: exitFileIO}
		if src.named {
			e.Err = err
		}
		return e
	}
	defer f.Close()
	return rd.readRecords(to, f, src)
}

// readRecords cuts r into records and adds each as a rule. A read error ends the
// file as its end would.
func (rd *reader) readRecords(to *target, r io.Reader, src *source) error {
	in := bufio.NewReader(r)
	words := src.flags.has(flagWordSplit)
	var record []byte
	length := 0  // of the record, also of what is not kept of it
	cut := false // a NUL has ended the text of the record
	prev := byte(0)
	src.at.line = 1
	for {
		c, err := in.ReadByte()
		ends := err != nil
		if !ends {
			switch {
			case words && isSpace(c):
				ends = true
			case rd.env.From0:
				ends = c == 0
			default:
				ends = c == '\n' || c == '\r'
			}
		}
		if !ends {
			length++
			if c == 0 && !rd.env.From0 {
				cut = true
			}
			if !cut && length < maxRecord {
				record = append(record, c)
			}
			prev = c
			continue
		}
		if c == '\n' && prev == '\r' && err == nil && !rd.env.From0 {
			prev = c // the second half of one line end
			continue
		}
		switch {
		case length >= maxRecord:
			rd.env.warn("discarding over-long filter: "+src.at.show(""), 0)
		case len(record) == 0 || !words && (record[0] == '#' || record[0] == ';'):
		default:
			if err := rd.addText(to, string(record), src); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
		record, length, cut, prev = record[:0], 0, false, c
		src.at.line++
	}
}

// joinPath puts dir before a relative path.
func joinPath(dir, path string) string {
	if dir == "/" {
		return dir + path
	}
	return dir + "/" + path
}
