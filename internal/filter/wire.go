package filter

import "encoding/binary"

const newestProtocol = 32

// MaxWireText is the length of rule text from which a server refuses the list.
const MaxWireText = maxRecord

// OnWire reports whether the filter list is sent at all, which both ends know
// from the options: always on a pull, on a push only if the receiver has a use for
// it. deleting means any delete mode.
func OnWire(push bool, protocol int, pruneEmpty, deleting, deleteExcluded bool) bool {
	return !push || pruneEmpty || deleting && (!deleteExcluded || protocol >= 29)
}

// AppendText appends one entry of the list on the wire: the length as a
// little-endian int32, then the text.
func AppendText(dst []byte, text string) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(text)))
	return append(dst, text...)
}

// AppendEnd appends the terminator of the list.
func AppendEnd(dst []byte) []byte { return append(dst, 0, 0, 0, 0) }

// CheckLength judges a length that was read from the wire: end is true for the
// terminator, and the error ends the server.
func CheckLength(length int32) (end bool, err error) {
	if length < 0 || length >= MaxWireText {
		return false, &Error{Text: "buffer overflow: recv_rules", Code: exitOverflow}
	}
	return length == 0, nil
}

// appendRule appends the entry for r.
func appendRule(dst []byte, r *rule, protocol int, push, deleteExcluded bool) ([]byte, error) {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	var ok bool
	if protocol >= 29 {
		dst, ok = appendPrefix(dst, r.flags, protocol, push)
	} else {
		dst, ok = appendOldPrefix(dst, r, push, deleteExcluded)
	}
	if !ok {
		return nil, &Error{Text: "filter rules are too modern for remote rsync.", Code: exitProtocol}
	}
	dst = append(dst, r.pattern...)
	if r.flags.has(flagDirOnly) {
		dst = append(dst, '/')
	}
	length := len(dst) - start - 4
	if length == 0 {
		return dst[:start], nil
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(length))
	return dst, nil
}

// prefixLetters gives the modifiers in the order in which they are sent, before
// and after the group of merge modifiers.
var prefixLetters = [2][]struct {
	flag   flags
	letter byte
}{
	{{flagAbsolute, '/'}, {flagNegated, '!'}},
	{{flagExcludeSelf, 'e'}, {flagXattr, 'x'}, {flagSender, 's'}, {flagReceiver, 'r'}},
}

// appendPrefix appends name, modifiers and blank of the full form. ok is false
// when the protocol cannot say it.
func appendPrefix(dst []byte, f flags, protocol int, push bool) (_ []byte, ok bool) {
	switch {
	case f.has(flagPerDir):
		dst = append(dst, ':')
	case f.has(flagInclude):
		dst = append(dst, '+')
	default:
		dst = append(dst, '-')
	}
	for _, l := range prefixLetters[0] {
		if f.has(l.flag) {
			dst = append(dst, l.letter)
		}
	}
	if f.has(flagCVS) {
		dst = append(dst, 'C')
	} else {
		if f.has(flagNoInherit) {
			dst = append(dst, 'n')
		}
		if f.has(flagWordSplit) {
			dst = append(dst, 'w')
		}
		if f.has(flagNoPrefix) {
			if f.has(flagInclude) {
				dst = append(dst, '+')
			} else {
				dst = append(dst, '-')
			}
		}
	}
	for _, l := range prefixLetters[1] {
		if f.has(l.flag) {
			dst = append(dst, l.letter)
		}
	}
	if f.has(flagPerishable) {
		switch {
		case protocol >= 30:
			dst = append(dst, 'p')
		case push:
			return nil, false
		}
	}
	return append(dst, ' '), true
}

// appendOldPrefix is appendPrefix for protocols 27 and 28, which know patterns
// to exclude and to include, and nothing else.
func appendOldPrefix(dst []byte, r *rule, push, deleteExcluded bool) (_ []byte, ok bool) {
	const unknown = flagPerDir | flagAbsolute | flagNegated | flagNoInherit | flagWordSplit |
		flagNoPrefix | flagExcludeSelf | flagXattr
	f := r.flags
	if f.has(unknown) || push && (f.has(flagPerishable) || deleteExcluded && f.has(flagReceiver)) {
		return nil, false
	}
	if f.has(flagInclude) {
		return append(dst, "+ "...), true
	}
	if len(r.pattern) >= 2 && (r.pattern[:2] == "- " || r.pattern[:2] == "+ ") {
		dst = append(dst, "- "...)
	}
	return dst, true
}
