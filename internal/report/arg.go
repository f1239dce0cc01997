package report

import (
	"bytes"
	"strconv"
	"strings"
)

// Arg is an argument of a message. Making one allocates nothing.
type Arg struct {
	kind argKind
	b    []byte
	s    string
	n    int64
}

type argKind uint8

const (
	argBytes argKind = iota
	argString
	argInt
	argUint
	argFull
)

// Name is a name or other bytes, shown as they are.
func Name(name []byte) Arg { return Arg{kind: argBytes, b: name} }

// Str is a text, shown as it is.
func Str(s string) Arg { return Arg{kind: argString, s: s} }

// Int is a decimal number.
func Int[T ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](n T) Arg {
	return Arg{kind: argInt, n: int64(n)}
}

// Uint is a decimal number without a sign.
func Uint(n uint64) Arg { return Arg{kind: argUint, n: int64(n)} }

// Full is a path in quotes, made absolute by the Log's directory; in a daemon
// the module's root is taken off and the module named after it
// (docs/protocol/06-output.md §1.4).
func Full(name []byte) Arg { return Arg{kind: argFull, b: name} }

// FullIn is [Full] for a name that counts from dir and not from the Log's
// directory.
func FullIn(dir string, name []byte) Arg { return Arg{kind: argFull, b: name, s: dir} }

func (l *Log) appendArg(dst []byte, a Arg) []byte {
	switch a.kind {
	case argBytes:
		return append(dst, a.b...)
	case argString:
		return append(dst, a.s...)
	case argInt:
		return strconv.AppendInt(dst, a.n, 10)
	case argUint:
		return strconv.AppendUint(dst, uint64(a.n), 10)
	}
	dir := a.s
	if dir == "" {
		dir = l.dir
	}
	return l.appendFull(dst, dir, a.b)
}

// AppendFull appends a path as messages show it in full, quotes included (see
// [Full]).
func (l *Log) AppendFull(dst, name []byte) []byte { return l.appendFull(dst, l.dir, name) }

// appendFull appends a path as messages show it, quotes included.
func (l *Log) appendFull(dst []byte, dir string, name []byte) []byte {
	dst = append(dst, '"')
	if len(name) > 0 && name[0] == '/' {
		dst = append(dst, l.outOfModule(name)...)
	} else {
		if l.cfg.Module != "" {
			if rest, ok := cutDir(dir, l.cfg.ModuleDir); ok {
				dir = rest
			}
		}
		dst = append(dst, dir...)
		if dir != "" && !strings.HasSuffix(dir, "/") {
			dst = append(dst, '/')
		}
		dst = append(dst, bytes.TrimPrefix(name, []byte("./"))...)
	}
	dst = append(dst, '"')
	if l.cfg.Module != "" {
		dst = append(dst, " (in "...)
		dst = append(dst, l.cfg.Module...)
		dst = append(dst, ')')
	}
	return dst
}

// outOfModule takes the module's root off an absolute name.
func (l *Log) outOfModule(name []byte) []byte {
	root := l.cfg.ModuleDir
	if l.cfg.Module == "" || root == "" || root == "/" || len(name) <= len(root) ||
		string(name[:len(root)]) != root || name[len(root)] != '/' {
		return name
	}
	return name[len(root)+1:]
}

// cutDir returns what is left of dir below root, without a leading slash.
func cutDir(dir, root string) (string, bool) {
	rest, ok := strings.CutPrefix(dir, strings.TrimSuffix(root, "/"))
	if !ok || rest != "" && rest[0] != '/' {
		return dir, false
	}
	return strings.TrimPrefix(rest, "/"), true
}
