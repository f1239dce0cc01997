package filter

import "strings"

// A Wildcard is a compiled pattern of docs/protocol/04-filters-and-walk.md §8.
// It is immutable and safe for concurrent use.
//
//	?      one byte except '/'
//	*      any run of bytes except '/'
//	**     any run of bytes
//	[...]  one byte of a set, never '/'
//	\x     the byte x
//
// A pattern must match the whole text. Malformed patterns (an open set, an
// unknown class, a lone backslash at the end) match nothing.
type Wildcard struct {
	ops  []wildOp
	sets []byteSet
	// head is the run of plain bytes at the start, tail the one after the last star;
	// comparing them first turns most names away before the search starts.
	head, tail string
	min        int  // least number of bytes a matching text has
	stars      bool // ops contains at least one star
	shape      wildShape
	fold       bool
	never      bool
}

// wildShape names the patterns that need no search.
type wildShape uint8

const (
	shapeGeneral  wildShape = iota
	shapeStarTail           // "*" and then only plain bytes, as in "*.o"
	shapeDeepTail           // "**" and then only plain bytes
)

type wildCode uint8

const (
	wildByte wildCode = iota // exactly the byte in arg
	wildAny                  // any byte but '/'
	wildSet                  // a byte of sets[arg]
	wildStar                 // any run without '/'
	wildDeep                 // any run
)

type wildOp struct {
	code wildCode
	arg  uint16
}

// byteSet holds one bit for each byte value.
type byteSet [4]uint64

func (s *byteSet) add(b byte)      { s[b>>6] |= 1 << (b & 63) }
func (s *byteSet) del(b byte)      { s[b>>6] &^= 1 << (b & 63) }
func (s *byteSet) has(b byte) bool { return s[b>>6]&(1<<(b&63)) != 0 }

// CompileWildcard compiles pattern. It never fails: what cannot be parsed gives a
// Wildcard that matches nothing.
func CompileWildcard(pattern string) *Wildcard { return compileWildcard(pattern, false) }

// CompileFoldedWildcard is CompileWildcard with ASCII letters compared without
// regard to case, as the host lists of a daemon do.
func CompileFoldedWildcard(pattern string) *Wildcard { return compileWildcard(pattern, true) }

func compileWildcard(pattern string, fold bool) *Wildcard {
	w := &Wildcard{fold: fold, ops: make([]wildOp, 0, len(pattern))}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		i++
		switch c {
		case '?':
			w.ops = append(w.ops, wildOp{code: wildAny})
		case '*':
			n := 1
			for i < len(pattern) && pattern[i] == '*' {
				i, n = i+1, n+1
			}
			code := wildStar
			if n > 1 {
				code = wildDeep
			}
			w.ops = append(w.ops, wildOp{code: code})
			w.stars = true
			continue
		case '[':
			set, next, ok := parseSet(pattern, i, fold)
			if !ok || len(w.sets) > 1<<16-1 {
				w.never = true
				return w
			}
			w.ops = append(w.ops, wildOp{code: wildSet, arg: uint16(len(w.sets))})
			w.sets = append(w.sets, set)
			i = next
		case '\\':
			if i == len(pattern) {
				w.never = true
				return w
			}
			c = pattern[i]
			i++
			fallthrough
		default:
			w.ops = append(w.ops, wildOp{code: wildByte, arg: uint16(foldByte(c, fold))})
		}
		w.min++
	}
	if !fold {
		w.findShape()
	}
	return w
}

// findShape fills head, tail and shape from the compiled operations.
func (w *Wildcard) findShape() {
	var head, tail []byte
	for _, op := range w.ops {
		if op.code != wildByte {
			break
		}
		head = append(head, byte(op.arg))
	}
	w.head = string(head)
	if !w.stars {
		return
	}
	i := len(w.ops)
	for i > 0 && w.ops[i-1].code == wildByte {
		i--
	}
	for _, op := range w.ops[i:] {
		tail = append(tail, byte(op.arg))
	}
	w.tail = string(tail)
	if i == 1 {
		switch w.ops[0].code {
		case wildStar:
			w.shape = shapeStarTail
		case wildDeep:
			w.shape = shapeDeepTail
		}
	}
}

func foldByte(c byte, fold bool) byte {
	if fold && 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// parseSet parses a set whose '[' is at i-1. It returns the position after the
// closing bracket; ok is false when the set makes the whole pattern fail.
func parseSet(p string, i int, fold bool) (set byteSet, next int, ok bool) {
	negated := false
	if i < len(p) && (p[i] == '!' || p[i] == '^') {
		negated = true
		i++
	}
	prev := -1 // the member a following '-' would make a range from
	for first := true; ; first = false {
		if i >= len(p) {
			return set, 0, false
		}
		c := p[i]
		switch {
		case c == ']' && !first:
			if negated {
				for k := range set {
					set[k] = ^set[k]
				}
			}
			set.del('/')
			return set, i + 1, true

		case c == '\\':
			if i+1 >= len(p) {
				return set, 0, false
			}
			m := foldByte(p[i+1], fold)
			set.add(m)
			prev = int(m)
			i += 2

		case c == '-' && prev >= 0 && i+1 < len(p) && p[i+1] != ']':
			i++
			if p[i] == '\\' {
				i++
				if i >= len(p) {
					return set, 0, false
				}
			}
			for b := prev; b <= int(foldByte(p[i], fold)); b++ {
				set.add(byte(b))
			}
			prev = -1
			i++

		case c == '[' && i+1 < len(p) && p[i+1] == ':':
			name := i + 2
			end := strings.IndexByte(p[name:], ']')
			if end < 0 {
				return set, 0, false
			}
			end += name
			if end == name || p[end-1] != ':' {
				// Not a class after all: the bracket is a member like any other.
				set.add('[')
				prev = '['
				i++
				continue
			}
			in, known := classes[p[name:end-1]]
			if !known {
				return set, 0, false
			}
			for b := 0; b < 0x80; b++ {
				if in(byte(b)) {
					set.add(byte(b))
				}
			}
			prev = -1
			i = end + 1

		default:
			m := foldByte(c, fold)
			set.add(m)
			prev = int(m)
			i++
		}
	}
}

// classes are the named classes with their ASCII meaning; bytes above 0x7F belong
// to none.
var classes = map[string]func(byte) bool{
	"alnum":  func(b byte) bool { return isAlpha(b) || isDigit(b) },
	"alpha":  isAlpha,
	"blank":  func(b byte) bool { return b == ' ' || b == '\t' },
	"cntrl":  func(b byte) bool { return b < 0x20 || b == 0x7f },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  isLower,
	"print":  func(b byte) bool { return b == ' ' || isGraph(b) },
	"punct":  func(b byte) bool { return isGraph(b) && !isAlpha(b) && !isDigit(b) },
	"space":  isSpace,
	"upper":  isUpper,
	"xdigit": func(b byte) bool { return isDigit(b) || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F' },
}

func isLower(b byte) bool { return 'a' <= b && b <= 'z' }
func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }
func isAlpha(b byte) bool { return isLower(b) || isUpper(b) }
func isDigit(b byte) bool { return '0' <= b && b <= '9' }
func isGraph(b byte) bool { return 0x20 < b && b < 0x7f }
func isSpace(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }
