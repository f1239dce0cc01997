package meta

import (
	"fmt"
	"strings"

	"godwit/internal/fsys"
)

// Chmod is a parsed list of mode edits: --chmod, or a daemon's "incoming
// chmod" and "outgoing chmod". The zero value changes nothing.
type Chmod struct {
	clauses []chmodClause
}

// A chmodClause is one item of the list.
type chmodClause struct {
	dirsOnly, filesOnly bool

	octal bool
	bits  uint32 // octal: the whole mode; else rwx bits of the classes meant

	op      byte
	classes uint32 // rwx bits of the classes meant
	limit   uint32 // which rwx bits may be set: without a class, not those of the umask
	special uint32 // set-id and sticky bits named
	clear   uint32 // what = clears
	xIfAny  uint32 // x bits to add where X applies
	copyOf  byte   // 'u', 'g', 'o' or 0
}

// ChmodError is the error for a list that cannot be parsed. Its text is the
// reference's, without a program name.
type ChmodError struct{ List string }

func (e *ChmodError) Error() string {
	return fmt.Sprintf("Invalid argument passed to --chmod (%s)", e.List)
}

// ParseChmod parses a list of edits. The umask limits what edits without a
// class may set. The error is a [*ChmodError].
func ParseChmod(list string, umask uint32) (Chmod, error) {
	var c Chmod
	for item := range strings.SplitSeq(list, ",") {
		cl, ok := parseClause(item, umask)
		if !ok {
			return Chmod{}, &ChmodError{list}
		}
		c.clauses = append(c.clauses, cl)
	}
	return c, nil
}

// Append returns the edits of c followed by those of more.
func (c Chmod) Append(more Chmod) Chmod {
	return Chmod{append(c.clauses[:len(c.clauses):len(c.clauses)], more.clauses...)}
}

// Empty reports whether no mode is changed.
func (c Chmod) Empty() bool { return len(c.clauses) == 0 }

// chmodClass gives the rwx bits of a class letter and the special bits that s
// means for it.
func chmodClass(letter byte) (rwx, setID uint32) {
	switch letter {
	case 'u':
		return 0o700, fsys.ModeSetUID
	case 'g':
		return 0o070, fsys.ModeSetGID
	case 'o':
		return 0o007, 0
	}
	return 0o777, fsys.ModeSetUID | fsys.ModeSetGID
}

// parseClause reads flags and classes, an operator, and permissions; or flags
// and octal digits.
func parseClause(item string, umask uint32) (cl chmodClause, ok bool) {
	var setID uint32
	i := 0
head:
	for ; i < len(item); i++ {
		switch b := item[i]; b {
		case 'D':
			cl.dirsOnly = true
		case 'F':
			cl.filesOnly = true
		case 'u', 'g', 'o', 'a':
			rwx, special := chmodClass(b)
			cl.classes |= rwx
			setID |= special
		default:
			break head
		}
	}
	if cl.dirsOnly && cl.filesOnly || i == len(item) {
		return cl, false
	}
	switch b := item[i]; {
	case b == '+' || b == '-' || b == '=':
		cl.op = b
		return parsePerms(cl, item[i+1:], setID, umask)
	case '0' <= b && b <= '7' && cl.classes == 0:
		return parseOctal(cl, item[i:])
	}
	return cl, false
}

func parseOctal(cl chmodClause, digits string) (chmodClause, bool) {
	for i := 0; i < len(digits); i++ {
		d := digits[i]
		if d < '0' || d > '7' {
			return cl, false
		}
		if cl.bits = cl.bits<<3 | uint32(d-'0'); cl.bits > fsys.ModeBits {
			return cl, false
		}
	}
	cl.octal = true
	return cl, true
}

func parsePerms(cl chmodClause, perms string, setID, umask uint32) (chmodClause, bool) {
	anyClass := cl.classes != 0
	cl.limit = cl.classes
	if !anyClass {
		cl.classes = 0o777
		cl.limit = 0o777 &^ umask
	}
	ofClasses := setID
	if setID == 0 {
		setID = fsys.ModeSetUID // no class, or only o
	}
	if len(perms) == 1 && strings.Contains("ugo", perms) {
		cl.copyOf = perms[0]
		cl.clear = cl.classes | copySpecial(cl.classes)
		return cl, true
	}
	for i := 0; i < len(perms); i++ {
		switch perms[i] {
		case 'r':
			cl.bits |= 0o444
		case 'w':
			cl.bits |= 0o222
		case 'x':
			cl.bits |= 0o111
		case 'X':
			cl.xIfAny = 0o111
		case 's':
			cl.special |= setID
		case 't':
			cl.special |= fsys.ModeSticky
		default:
			return cl, false
		}
	}
	cl.bits &= cl.limit
	cl.xIfAny &= cl.limit
	cl.clear = cl.classes | cl.special
	if cl.special != 0 {
		cl.clear |= ofClasses // u=t clears setuid
	}
	return cl, true
}

// copySpecial is what = with a copy source clears beside rwx.
func copySpecial(classes uint32) (special uint32) {
	if classes&0o700 != 0 {
		special |= fsys.ModeSetUID
	}
	if classes&0o070 != 0 {
		special |= fsys.ModeSetGID
	}
	if classes&0o007 != 0 {
		special |= fsys.ModeSticky
	}
	return special
}

// Apply returns the mode (type and permission bits) after all edits. Symbolic
// links and entries without a mode stay as they are.
func (c Chmod) Apply(mode uint32) uint32 {
	kind := mode & fsys.ModeType
	if kind == fsys.ModeSymlink || mode == 0 {
		return mode
	}
	isDir := kind == fsys.ModeDir
	wantsX := isDir || mode&0o111 != 0
	for i := range c.clauses {
		cl := &c.clauses[i]
		if cl.dirsOnly && !isDir || cl.filesOnly && isDir {
			continue
		}
		mode = cl.apply(mode, wantsX)
	}
	return mode
}

func (cl *chmodClause) apply(mode uint32, wantsX bool) uint32 {
	if cl.octal {
		return mode&^fsys.ModeBits | cl.bits
	}
	bits := cl.bits | cl.special
	if wantsX {
		bits |= cl.xIfAny
	}
	switch cl.copyOf {
	case 'u':
		bits = (mode >> 6 & 7) * 0o111 & cl.limit
	case 'g':
		bits = (mode >> 3 & 7) * 0o111 & cl.limit
	case 'o':
		bits = (mode & 7) * 0o111 & cl.limit
	}
	switch cl.op {
	case '+':
		return mode | bits
	case '-':
		return mode &^ bits
	}
	return mode&^cl.clear | bits
}
