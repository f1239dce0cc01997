package options

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Value grammars, docs/protocol/05-options.md §3, except times (stop.go).

// A sizeSpec describes one size option.
type sizeSpec struct {
	name    string
	unit    byte  // default unit: b or k
	minimum int64 // 0: none
	maximum int64 // 0: none
}

// parseSize reads a size. Its error is the line of the reference.
func parseSize(text string, spec sizeSpec) (int64, error) {
	fail := func(what string) error {
		line := "rsync: --" + spec.name + "=" + text + " is " + what
		switch {
		case what == "too large" && spec.maximum > 0:
			line += " (max: " + binaryUnits(spec.maximum) + ")"
		case what == "too small":
			line += " (min: " + binaryUnits(spec.minimum) + " or 0 for unlimited)"
		}
		return usageError(line)
	}
	rest := text
	number, rest := cutNumber(rest)
	negative := number == 0 && strings.HasPrefix(rest, "-")
	if negative {
		if n, _ := cutNumber(rest[1:]); n > 0 {
			return 0, fail("too large")
		}
	}

	unit := spec.unit
	if rest != "" && rest[0] != '+' && rest[0] != '-' {
		unit = rest[0] | 0x20
		rest = rest[1:]
	}
	power := strings.IndexByte("bkmgtp", unit)
	if power < 0 {
		return 0, fail("invalid")
	}
	base := int64(1024)
	switch {
	case rest == "" || rest[0] == '+' || rest[0] == '-':
	case rest[0] == 'b' || rest[0] == 'B':
		base, rest = 1000, rest[1:]
	case len(rest) >= 2 && strings.EqualFold(rest[:2], "ib"):
		rest = rest[2:]
	default:
		return 0, fail("invalid")
	}

	limit := int64(math.MaxInt64)
	if spec.maximum > 0 {
		limit = spec.maximum
	}
	multiplier := int64(1)
	for range power {
		if multiplier *= base; multiplier > limit {
			return 0, fail("too large")
		}
	}
	most := float64(limit) / float64(multiplier)
	if spec.maximum == 0 && number >= most || number > most {
		return 0, fail("too large")
	}
	size := int64(number * float64(multiplier))
	switch {
	case rest == "":
	case rest == "+1" && rest != text:
		if size == limit {
			return 0, fail("too large")
		}
		size++
	case rest == "-1" && rest != text:
		size--
	default:
		return 0, fail("invalid")
	}
	switch {
	case size < 0 || size > limit:
		return 0, fail("too large")
	case size < spec.minimum && size != 0:
		return 0, fail("too small")
	}
	return size, nil
}

// cutNumber reads DIGIT* [ "." DIGIT* ]; nothing is 0.
func cutNumber(s string) (number float64, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
	}
	if strings.Trim(s[:i], ".") == "" {
		return 0, s[i:]
	}
	number, _ = strconv.ParseFloat(s[:i], 64)
	return number, s[i:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// binaryUnits prints a limit the way the reference does: plain below 1024,
// else with two decimals and K, M or G.
func binaryUnits(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10)
	}
	f, unit := float64(n)/1024, 0
	for f >= 1024 && unit < 2 {
		f, unit = f/1024, unit+1
	}
	return fmt.Sprintf("%.2f%c", f, "KMG"[unit])
}

// atoi reads a leading decimal integer as C's atoi does; none is 0.
func atoi(s string) int64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	var n int64
	for i := 0; i < len(s) && isDigit(s[i]); i++ {
		d := int64(s[i] - '0')
		if n > (math.MaxInt64-d)/10 {
			n = math.MaxInt64
			break
		}
		n = n*10 + d
	}
	if negative {
		return -n
	}
	return n
}

func sizeSetter(name string, field func(*Options) *int64) func(*scan, string) error {
	return func(s *scan, v string) error {
		n, err := parseSize(v, sizeSpec{name: name, unit: 'b'})
		if err == nil {
			*field(&s.o) = n
		}
		return err
	}
}

// The longest blocks, from protocol 30 on and before.
const (
	maxBlock    = 1 << 17
	maxBlockOld = 1 << 29
)

func setBlockSize(s *scan, v string) error {
	spec := sizeSpec{name: "block-size", unit: 'b', maximum: maxBlock}
	if s.o.Protocol < 30 {
		spec.maximum = maxBlockOld
	}
	n, err := parseSize(v, spec)
	if err == nil {
		s.o.BlockSize = int(n)
	}
	return err
}

func setBwLimit(s *scan, v string) error {
	n, err := parseSize(v, sizeSpec{name: "bwlimit", unit: 'k', minimum: 512})
	if err == nil {
		s.o.BwLimit = int((n + 512) / 1024)
	}
	return err
}

// DefaultMaxAlloc is the limit of one allocation without --max-alloc.
const DefaultMaxAlloc = 1 << 30

func parseMaxAlloc(v string) (int64, error) {
	return parseSize(v, sizeSpec{name: "max-alloc", unit: 'b', minimum: 1 << 20})
}

func setStderr(s *scan, v string) error {
	modes := []struct {
		name string
		mode StderrMode
	}{{"errors", StderrErrors}, {"all", StderrAll}, {"client", StderrClient}}
	for _, m := range modes {
		if v != "" && strings.HasPrefix(m.name, v) {
			s.o.Stderr, s.o.StderrSet = m.mode, true
			return nil
		}
	}
	return usageError(fmt.Sprintf("rsync: --stderr mode \"%s\" is not one of errors, all, or client", v))
}

func setOutFormat(s *scan, v string) error {
	s.outFormat, s.o.OutFormatGiven = v, true
	return nil
}

// ChmodError is the error line for a --chmod value that does not parse.
func ChmodError(spec string) string {
	return "rsync: Invalid argument passed to --chmod (" + spec + ")"
}

func setUsermap(s *scan, v string) error { return s.ownerMap("user", &s.usermapBy, &s.o.Usermap, v) }
func setGroupmap(s *scan, v string) error {
	return s.ownerMap("group", &s.groupmapBy, &s.o.Groupmap, v)
}

func (s *scan) ownerMap(kind string, by *setBy, field *string, v string) error {
	switch *by {
	case byMap:
		return usageError("rsync: You can only specify --" + kind + "map once.")
	case byChown:
		return usageError("rsync: --" + kind + "map conflicts with prior --chown.")
	}
	*by, *field = byMap, v
	s.preserve(kind)
	return nil
}

// preserve turns on what an owner or group map needs.
func (s *scan) preserve(kind string) {
	if kind == "user" {
		s.o.Owner = true
	} else {
		s.o.Group = true
	}
}

func setChown(s *scan, v string) error {
	user, group, _ := strings.Cut(v, ":")
	for _, part := range []struct {
		kind, name string
		by         *setBy
		field      *string
	}{{"user", user, &s.usermapBy, &s.o.Usermap}, {"group", group, &s.groupmapBy, &s.o.Groupmap}} {
		if part.name == "" {
			continue
		}
		switch *part.by {
		case byMap:
			return usageError("rsync: --chown conflicts with prior --" + part.kind + "map.")
		case byChown:
			return usageError("rsync: You can only specify a " + part.kind + "-affecting --chown once.")
		}
		*part.by, *part.field = byChown, "*:"+part.name
		s.preserve(part.kind)
	}
	return nil
}

// maxAltDirs is how many alternate directories there may be.
const maxAltDirs = 20

func altSetter(kind AltKind) func(*scan, string) error {
	return func(s *scan, v string) error {
		switch {
		case s.o.AltKind != AltNone && s.o.AltKind != kind:
			return usageError(fmt.Sprintf("rsync: ERROR: the %s option conflicts with the %s option", kind, s.o.AltKind))
		case len(s.o.AltDirs) >= maxAltDirs:
			return usageError(fmt.Sprintf("rsync: ERROR: at most %d %s args may be specified", maxAltDirs, kind))
		}
		s.o.AltKind = kind
		s.o.AltDirs = append(s.o.AltDirs, v)
		return nil
	}
}
