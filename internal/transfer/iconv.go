package transfer

import (
	"math/bits"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"

	"godwit/internal/exit"
	"godwit/internal/report"
)

// converter turns names between the local charset and UTF-8.
type converter struct {
	enc encoding.Encoding // nil if the local charset is UTF-8
}

// newConverter finds a charset by the name the user gave; "." and "" are that of the locale.
func newConverter(name string, locale report.Charset) (*converter, error) {
	if name == "." || name == "" {
		if locale == report.CharsetUTF8 {
			return &converter{}, nil
		}
		name = "ISO-8859-1"
		if locale == report.CharsetASCII {
			name = "US-ASCII"
		}
	}
	enc, err := ianaindex.IANA.Encoding(ianaName(name))
	if err != nil || enc == nil {
		return nil, exit.Errorf(exit.Unsupported, "iconv_open(\"UTF-8\", \"%s\") failed", name)
	}
	if canonical, err := ianaindex.IANA.Name(enc); err == nil && canonical == "UTF-8" {
		return &converter{}, nil
	}
	return &converter{enc: enc}, nil
}

// illegal is what the C library says of bytes that are no UTF-8: another thing of a character that
// is cut off at the end than of one that is wrong. It is nil for valid text.
func illegal(name []byte) error {
	for len(name) > 0 {
		r, n := utf8.DecodeRune(name)
		switch {
		case r != utf8.RuneError || n > 1:
		case cutOff(name):
			return syscall.EINVAL
		default:
			return syscall.EILSEQ
		}
		name = name[n:]
	}
	return nil
}

// cutOff tells whether name is the beginning of a character, going by what its first byte promises.
func cutOff(name []byte) bool {
	want := bits.LeadingZeros8(^name[0])
	if want < 2 || want > 6 || name[0] == 0xc0 || name[0] == 0xc1 || len(name) >= want {
		return false
	}
	for _, b := range name[1:] {
		if b&0xc0 != 0x80 {
			return false
		}
	}
	return true
}

func (c *converter) toWire(name []byte) ([]byte, error) {
	if c.enc == nil {
		return name, illegal(name)
	}
	out, err := c.enc.NewDecoder().Bytes(name)
	if err != nil || containsReplacement(out) {
		return nil, syscall.EILSEQ
	}
	return out, nil
}

func (c *converter) fromWire(name []byte) ([]byte, error) {
	if err := illegal(name); err != nil || c.enc == nil {
		return name, err
	}
	out, err := c.enc.NewEncoder().Bytes(name)
	if err != nil {
		return nil, syscall.EILSEQ
	}
	return out, nil
}

// containsReplacement tells whether a decoder met bytes that are no character.
func containsReplacement(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError {
			return true
		}
		b = b[n:]
	}
	return false
}

// ianaName spells the short names that the C library knows as IANA does.
func ianaName(name string) string {
	switch lower := strings.ToLower(name); {
	case lower == "utf8":
		return "UTF-8"
	case strings.HasPrefix(lower, "iso8859"):
		return "ISO-8859-" + strings.TrimLeft(lower[len("iso8859"):], "-_")
	case strings.HasPrefix(lower, "cp125"):
		return "windows-" + lower[2:]
	}
	return name
}
