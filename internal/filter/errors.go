package filter

import (
	"strconv"
	"strings"
)

// The exit codes that rule errors end a run with.
const (
	exitSyntax   = 1
	exitProtocol = 2
	exitFileIO   = 11
	exitOverflow = 22
	exitPartial  = 23
)

// An Error is a filter problem that ends the run, in the words of the reference
// (docs/protocol/04-filters-and-walk.md §3.3).
type Error struct {
	Text string // the message without prefix, suffix and newline
	Err  error  // the system error to report with it, or nil
	Code int    // the exit code
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

// Unwrap returns the system error behind e.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the exit code of the program for this error.
func (e *Error) ExitCode() int { return e.Code }

// A place says where a rule's text comes from. Text from the contents of a file
// is never shown, only its place is.
type place struct {
	file  string // "" for text given by the user or the peer
	line  int    // number of the record
	lines bool   // whether file and line are shown together
}

const readEarlier = "a file read earlier"

func (p place) fromFile() bool { return p.file != "" }

// String is the place as messages show it within "<rule from ...>".
func (p place) String() string {
	if !p.lines {
		return p.file
	}
	return p.file + " line " + strconv.Itoa(p.line)
}

// show is how a message names a rule with this text from this place.
func (p place) show(text string) string {
	if !p.fromFile() {
		return text
	}
	return "<rule from " + p.String() + ">"
}

// inside is the place of the rules in a file that was named at p.
func (p place) inside(name string, wordSplit bool) place {
	if p.fromFile() {
		return place{file: "a file named at " + p.String()}
	}
	return place{file: name, lines: !wordSplit}
}

func syntaxError(what string, at place, text string) *Error {
	return &Error{Text: what + ": " + at.show(text), Code: exitSyntax}
}

func modifierError(text string, pos int, at place) *Error {
	if at.fromFile() {
		return syntaxError("invalid modifier in filter rule", at, text)
	}
	var b strings.Builder
	b.WriteString("invalid modifier '")
	b.WriteByte(text[pos])
	b.WriteString("' at position ")
	b.WriteString(strconv.Itoa(pos))
	b.WriteString(" in filter rule: ")
	b.WriteString(text)
	return &Error{Text: b.String(), Code: exitSyntax}
}
