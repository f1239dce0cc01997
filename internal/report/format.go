package report

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"godwit/internal/exit"
	"godwit/internal/human"
)

// Limits of formats and of messages: the longest path of the reference's
// platform and what it adds to it.
const (
	maxPath   = 4096
	maxFormat = maxPath
	maxText   = maxPath + 1024 - 1
)

// Format is a compiled --out-format, --log-file-format or daemon "log format"
// (docs/protocol/06-output.md §5.4). It is immutable and may be shared.
type Format struct {
	pieces  []piece
	itemize bool // has %i
	op      bool // has %o
	after   bool // has %b, %c or %C, which are known after the transfer only
	sum     bool // has %C
	path    bool // has %f
	hintAll bool // has %I, by which a client tells a server of -ii
}

// piece is either literal text or one escape.
type piece struct {
	literal string // text of a literal; of an escape its source, for those without a value
	verb    byte   // 0 for a literal
	width   int    // minimum field width in bytes
	left    bool   // pad on the right
	zero    bool   // pad %p, %U, %G with zeros
	style   int    // apostrophes: number style of %l, %b, %c
}

// verbs are the escapes that have a value in every process, daemonVerbs those
// that only a daemon can fill.
const (
	verbs       = "bBcCfGilLmMnoptU%"
	daemonVerbs = "ahPu"
)

// maxSpec is the number of sign and digit characters an escape may have.
const maxSpec = 23

// CompileFormat compiles a format string. In a daemon the escapes for the peer
// and the module have values; elsewhere they stay as they were written, as do
// unknown ones. It fails, with exit code 13, for a format or a field width
// beyond what a line may hold.
func CompileFormat(s string, daemon bool) (*Format, error) {
	if len(s) > maxFormat {
		return nil, exit.Errorf(exit.Message, "log-format string is WAY too long!")
	}
	f := &Format{hintAll: strings.Contains(s, "%I")}
	start := 0
	for i := 0; i < len(s); {
		if s[i] != '%' {
			i++
			continue
		}
		p, n := parseEscape(s[i:], daemon)
		if n == 0 {
			i++
			continue
		}
		if p.width > maxText {
			return nil, exit.Errorf(exit.Message, "buffer overflow expanding %%%c -- exiting", p.verb)
		}
		if i > start {
			f.pieces = append(f.pieces, piece{literal: s[start:i]})
		}
		f.add(p)
		i += n
		start = i
	}
	if start < len(s) {
		f.pieces = append(f.pieces, piece{literal: s[start:]})
	}
	return f, nil
}

func (f *Format) add(p piece) {
	f.pieces = append(f.pieces, p)
	switch p.verb {
	case 'i':
		f.itemize = true
	case 'o':
		f.op = true
	case 'b', 'c':
		f.after = true
	case 'C':
		f.after, f.sum = true, true
	case 'f':
		f.path = true
	}
}

// parseEscape reads one escape at the start of s, which begins with "%", and
// returns its length, or 0 if it is to stay as it is.
func parseEscape(s string, daemon bool) (piece, int) {
	var p piece
	i := 1
	quotes := func() {
		for i < len(s) && s[i] == '\'' {
			p.style++
			i++
		}
	}
	quotes()
	spec := i
	if i < len(s) && s[i] == '-' {
		p.left = true
		i++
	}
	if i < len(s) && s[i] == '0' {
		p.zero = true
	}
	for i < len(s) && isDigit(s[i]) && i-spec < maxSpec {
		if p.width <= maxText {
			p.width = p.width*10 + int(s[i]-'0')
		}
		i++
	}
	quotes()
	if i >= len(s) || !hasValue(s[i], daemon) {
		return p, 0
	}
	p.verb = s[i]
	p.style = min(p.style, 3)
	return p, i + 1
}

func hasValue(c byte, daemon bool) bool {
	for i := range len(verbs) {
		if verbs[i] == c {
			return true
		}
	}
	for i := range len(daemonVerbs) {
		if daemonVerbs[i] == c {
			return daemon
		}
	}
	return false
}

// Itemizes reports whether the format has %i.
func (f *Format) Itemizes() bool { return f != nil && f.itemize }

// NamesOperation reports whether the format has %o.
func (f *Format) NamesOperation() bool { return f != nil && f.op }

// After reports whether the format can only be filled once a file's data has
// been transferred: it has %b, %c or %C.
func (f *Format) After() bool { return f != nil && f.after }

// NeedsPath reports whether the format has %f, so that Item.Path is wanted.
func (f *Format) NeedsPath() bool { return f != nil && f.path }

// NeedsSum reports whether the format has %C, so that [Item.Sum] is wanted.
func (f *Format) NeedsSum() bool { return f != nil && f.sum }

// handlesDeletion reports whether deletions are reported in this format and
// not as "deleting NAME".
func (f *Format) handlesDeletion() bool { return f != nil && (f.op || f.itemize) }

// FormatEnv holds the values of a format's escapes that are the same for all
// items of a transfer.
type FormatEnv struct {
	Style   ItemStyle
	Sending bool // this process sends: %o is "send", %b what it writes
	SumLen  int  // bytes in a digest, for the blanks of %C
	NoSums  bool // %C is always blank: protocols before 30
	PID     int
	Point   byte // decimal point of the locale, 0 for "."

	// What only a daemon knows.
	Addr, Host, User   string // of the peer; User is empty if anonymous
	Module, ModulePath string
}

// Append appends the expansion of the format for an item, without a newline.
// For a deletion %o is "del.", %i says "*deleting" and nothing has a size. Now
// is read for %t only, and its location is that of all dates.
func (f *Format) Append(dst []byte, it *Item, env *FormatEnv, deletion bool, now func() time.Time) []byte {
	for i := range f.pieces {
		p := &f.pieces[i]
		if p.verb == 0 {
			dst = append(dst, p.literal...)
			continue
		}
		if p.verb == 'L' {
			dst = p.appendLink(dst, it)
			continue
		}
		at := len(dst)
		dst = p.appendValue(dst, it, env, deletion, now)
		dst = p.pad(dst, at)
	}
	return dst
}

// pad brings what was appended since at to the field's width.
func (p *piece) pad(dst []byte, at int) []byte {
	n := p.width - (len(dst) - at)
	if n <= 0 {
		return dst
	}
	fill := byte(' ')
	if p.zero && !p.left && (p.verb == 'p' || p.verb == 'U' || p.verb == 'G') && isDigit(dst[at]) {
		fill = '0'
	}
	for range n {
		dst = append(dst, fill)
	}
	if !p.left {
		copy(dst[at+n:], dst[at:len(dst)-n])
		for i := range n {
			dst[at+i] = fill
		}
	}
	return dst
}

// appendLink appends the arrow and target of a link. The width is that of the
// target; entries that are no links are padded to the same column.
func (p *piece) appendLink(dst []byte, it *Item) []byte {
	var target []byte
	switch {
	case len(it.Leader) > 0:
		dst, target = append(dst, " => "...), it.Leader
	case it.IsSymlink() && it.Link != nil:
		dst, target = append(dst, " -> "...), it.Link
	case p.width == 0:
		return dst
	default:
		dst = append(dst, "    "...)
	}
	at := len(dst)
	return p.pad(append(dst, target...), at)
}

func (p *piece) appendValue(dst []byte, it *Item, env *FormatEnv, deletion bool, now func() time.Time) []byte {
	switch p.verb {
	case 'n':
		return appendName(dst, it)
	case 'i':
		if deletion {
			return append(dst, deletingMark...)
		}
		return AppendItemized(dst, it.Flags, it.Mode, env.Style)
	case 'l':
		return p.number(dst, it.Size, env)
	case 'b':
		n := it.Wrote
		if !env.Sending {
			n = it.Read
		}
		return p.number(dst, n, env)
	case 'c':
		n := it.Read
		if !env.Sending {
			n = it.Wrote
		}
		return p.number(dst, n, env)
	case 'o':
		return append(dst, operation(env.Sending, deletion)...)
	case 'f':
		return append(dst, longName(it)...)
	case 'C':
		return appendSum(dst, it, env.SumLen, deletion || env.NoSums)
	case 'B':
		return AppendPerms(dst, it.Mode)
	case 'U':
		return strconv.AppendUint(dst, uint64(it.UID), 10)
	case 'G':
		if !it.HasGID {
			return append(dst, "DEFAULT"...)
		}
		return strconv.AppendUint(dst, uint64(it.GID), 10)
	case 'M':
		return human.DashedDate(dst, it.Mtime, now().Location())
	case 't':
		t := now()
		return human.Date(dst, t.Unix(), t.Location())
	case 'p':
		return strconv.AppendInt(dst, int64(env.PID), 10)
	case 'm':
		return append(dst, env.Module...)
	case 'P':
		return append(dst, env.ModulePath...)
	case 'a':
		return append(dst, env.Addr...)
	case 'h':
		return append(dst, env.Host...)
	case 'u':
		return append(dst, env.User...)
	}
	return append(dst, p.verb) // only "%" is left
}

// number appends a byte count in the style that the apostrophes ask for.
func (p *piece) number(dst []byte, n int64, env *FormatEnv) []byte {
	return human.Numbers{Level: p.style, Point: env.Point}.Human(dst, n)
}

func operation(sending, deletion bool) string {
	switch {
	case deletion:
		return "del."
	case sending:
		return "send"
	}
	return "recv"
}

// appendName appends the name of an item as it is listed: directories with a
// trailing slash.
func appendName(dst []byte, it *Item) []byte {
	dst = append(dst, it.Name...)
	if it.IsDir() {
		dst = append(dst, '/')
	}
	return dst
}

// longName is the name %f shows, without a leading slash.
func longName(it *Item) []byte {
	name := it.Path
	if name == nil {
		name = it.Name
	}
	if len(name) > 1 && name[0] == '/' {
		return name[1:]
	}
	return name
}

// appendSum appends the digest in hexadecimal: the known one, zeros for a
// transferred file whose data was not looked at (a dry run), else blanks.
func appendSum(dst []byte, it *Item, sumLen int, none bool) []byte {
	fill := byte(' ')
	if it.IsRegular() && !none {
		if len(it.Sum) > 0 {
			return hex.AppendEncode(dst, it.Sum)
		}
		if it.Flags&ItemTransfer != 0 {
			fill = '0'
		}
	}
	for range 2 * sumLen {
		dst = append(dst, fill)
	}
	return dst
}
