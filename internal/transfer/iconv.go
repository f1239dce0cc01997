package transfer

import (
	"math/bits"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"godwit/internal/exit"
	"godwit/internal/report"
)

// converter turns names between the local charset and UTF-8.
type converter struct {
	name string            // of the local charset
	enc  encoding.Encoding // nil if that is UTF-8
	// otherwise says what becomes of characters that the local charset lacks.
	otherwise func(dst []byte, c *converter, r rune) ([]byte, error)
}

// newConverter finds a charset by the name the user gave; "." and "" are that of the locale. The C
// library's suffix //TRANSLIT puts similar ones in the place of characters that it lacks.
func newConverter(name string, locale report.Charset) (*converter, error) {
	if name == "." || name == "" {
		name = localeCharsets[locale]
	}
	c := &converter{name: name, otherwise: refuseRune}
	plain, suffix, _ := strings.Cut(strings.ToLower(name), "//")
	if strings.Contains(suffix, "translit") {
		c.otherwise = similarRune // //IGNORE still makes it an error
	}
	if plain == "" {
		plain = strings.ToLower(localeCharsets[locale])
	}
	if own, ok := charsets[plain]; ok {
		plain = own
	}
	switch plain {
	case "ascii":
		c.enc = ascii{}
		return c, nil
	case "utf-8":
		return c, nil
	}
	enc, err := ianaindex.IANA.Encoding(plain)
	if err != nil || enc == nil {
		return nil, exit.Errorf(exit.Unsupported, "iconv_open(\"UTF-8\", \"%s\") failed", name)
	}
	c.enc = enc
	return c, nil
}

// localeCharsets are what the C library calls the charsets of locales.
var localeCharsets = [...]string{
	report.CharsetUTF8: "UTF-8", report.CharsetASCII: "ANSI_X3.4-1968", report.CharsetPrint: "ANSI_X3.4-1968", report.CharsetRaw: "ISO-8859-1",
}

// charsets are names that the C library has for charsets and IANA does not, or not in this table.
var charsets = charsetNames()

func charsetNames() map[string]string {
	m := map[string]string{
		"utf8": "utf-8", "eucjp": "euc-jp", "euckr": "euc-kr", "euccn": "gb2312", "euc-cn": "gb2312", "sjis": "shift_jis",
		"shift-jis": "shift_jis", "ms932": "windows-31j", "cp932": "windows-31j", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5",
		"tis-620": "windows-874", "tis620": "windows-874", "koi8r": "koi8-r", "koi8u": "koi8-u",
	}
	for _, name := range strings.Fields("ascii us-ascii ansi_x3.4-1968 ansi_x3.4-1986 iso646-us iso_646.irv:1991 cp367 ibm367 646 c posix") {
		m[name] = "ascii"
	}
	for n := 1; n <= 16; n++ {
		for _, form := range [...]string{"iso8859-", "iso8859_", "iso_8859-", "iso-8859_", "8859_"} {
			m[form+strconv.Itoa(n)] = "iso-8859-" + strconv.Itoa(n)
		}
	}
	for n := 1250; n <= 1258; n++ {
		m["cp"+strconv.Itoa(n)] = "windows-" + strconv.Itoa(n)
	}
	return m
}

// refuseRune makes a character that the charset lacks an error.
func refuseRune(dst []byte, _ *converter, _ rune) ([]byte, error) { return dst, syscall.EILSEQ }

// similarRune puts something like it in a character's place: it without its accents, or "?".
func similarRune(dst []byte, c *converter, r rune) ([]byte, error) {
	var base []rune
	for _, d := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, d) {
			base = append(base, d)
		}
	}
	if len(base) > 0 && string(base) != string(r) {
		if out, err := c.enc.NewEncoder().String(string(base)); err == nil {
			return append(dst, out...), nil
		}
	}
	return append(dst, '?'), nil
}

// ascii is the charset of the C locale. The bytes above it are no characters.
type ascii struct{}

func (ascii) NewDecoder() *encoding.Decoder { return &encoding.Decoder{Transformer: asciiOnly{}} }
func (ascii) NewEncoder() *encoding.Encoder { return &encoding.Encoder{Transformer: asciiOnly{}} }

// asciiOnly copies ASCII and fails at anything else.
type asciiOnly struct{ transform.NopResetter }

func (asciiOnly) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		switch {
		case src[nSrc] >= utf8.RuneSelf:
			return nSrc, nSrc, syscall.EILSEQ
		case nSrc == len(dst):
			return nSrc, nSrc, transform.ErrShortDst
		}
		dst[nSrc] = src[nSrc]
		nSrc++
	}
	return nSrc, nSrc, nil
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
	if out, err := c.enc.NewEncoder().Bytes(name); err == nil {
		return out, nil
	}
	var out []byte
	for len(name) > 0 {
		r, n := utf8.DecodeRune(name)
		char, err := c.enc.NewEncoder().Bytes(name[:n])
		if err == nil {
			out = append(out, char...)
		} else if out, err = c.otherwise(out, c, r); err != nil {
			return nil, err
		}
		name = name[n:]
	}
	return out, nil
}

// longest is the number of bytes of the longest character of any charset.
const longest = 4

// appendUTF8 appends a text of the local charset in UTF-8. Bytes that are no character stay as they
// are.
func (c *converter) appendUTF8(dst, text []byte) []byte {
	for len(text) > 0 && c.enc != nil {
		n, char := 1, text[:1]
		for k := 1; k <= min(longest, len(text)); k++ {
			if out, err := c.toWire(text[:k]); err == nil && len(out) > 0 {
				n, char = k, out
				break
			}
		}
		dst, text = append(dst, char...), text[n:]
	}
	return append(dst, text...)
}

// appendLocal appends a text in UTF-8 in the local charset. What is no character there stays as it
// is.
func (c *converter) appendLocal(dst, text []byte) []byte {
	for len(text) > 0 && c.enc != nil {
		_, n := utf8.DecodeRune(text)
		char, err := c.fromWire(text[:n])
		if err != nil {
			char = text[:n]
		}
		dst, text = append(dst, char...), text[n:]
	}
	return append(dst, text...)
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
