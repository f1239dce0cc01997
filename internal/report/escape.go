package report

import "unicode/utf8"

// Charset says which bytes of a text may be written as they are
// (docs/protocol/06-output.md §1.5).
type Charset uint8

const (
	// CharsetUTF8 passes valid UTF-8 and escapes every other byte above 0x7F.
	CharsetUTF8 Charset = iota
	// CharsetASCII escapes every byte above 0x7F: the C locale.
	CharsetASCII
	// CharsetPrint escapes all but printable ASCII, 0x7F included: a program
	// that cannot check its locale, and a server's own stderr.
	CharsetPrint
	// CharsetRaw passes every byte above 0x7F: --8-bit-output, and the
	// single-byte locales in which each byte is a character.
	CharsetRaw
	// CharsetLog is for log files: the C1 controls 0x80–0x9F are escaped, the
	// bytes above pass.
	CharsetLog
)

// AppendEscaped appends text to dst with everything that could upset a
// terminal or a log reader written as \#ooo, three octal digits. TAB passes,
// and a backslash that would itself look like such an escape is escaped. The
// newline that ends a message is not part of text.
func AppendEscaped(dst, text []byte, cs Charset) []byte {
	start := 0
	for i := 0; i < len(text); {
		n := passes(text[i:], cs)
		if n > 0 {
			i += n
			continue
		}
		dst = append(dst, text[start:i]...)
		c := text[i]
		dst = append(dst, '\\', '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		i++
		start = i
	}
	return append(dst, text[start:]...)
}

// passes returns how many bytes at the front of b go out unchanged, 0 if the
// first has to be escaped.
func passes(b []byte, cs Charset) int {
	c := b[0]
	switch {
	case c == '\\':
		if looksEscaped(b) {
			return 0
		}
		return 1
	case c < ' ':
		if c == '\t' {
			return 1
		}
		return 0
	case c < 0x7f:
		return 1
	case c == 0x7f:
		if cs == CharsetPrint {
			return 0
		}
		return 1
	}
	switch cs {
	case CharsetRaw:
		return 1
	case CharsetLog:
		if c < 0xa0 {
			return 0
		}
		return 1
	case CharsetUTF8:
		if r, n := utf8.DecodeRune(b); r != utf8.RuneError || n > 1 {
			return n
		}
	}
	return 0
}

// looksEscaped reports whether b starts like an escape: \# and three decimal
// digits (decimal, although an escape has octal ones).
func looksEscaped(b []byte) bool {
	return len(b) >= 5 && b[0] == '\\' && b[1] == '#' && isDigit(b[2]) && isDigit(b[3]) && isDigit(b[4])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
