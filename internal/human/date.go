package human

import (
	"strconv"
	"time"
)

// DateLen is the length of every date: longer ones are cut.
const DateLen = len("2006/01/02 15:04:05")

// The first and the last second whose year a C library can represent.
const (
	minSecond = -67768040609740800
	maxSecond = 67768036191676799
)

// Date appends the time sec, in seconds since 1970, as listings, logs and
// formats show it: YYYY/MM/DD HH:MM:SS in zone loc. It has 19 bytes always: a
// year of more than four digits pushes the seconds out, a shorter one is padded
// with blanks, and a time that cannot be represented reads
// "(time out of range)".
func Date(dst []byte, sec int64, loc *time.Location) []byte {
	if sec < minSecond || sec > maxSecond {
		return append(dst, "(time out of range)"...)
	}
	t := time.Unix(sec, 0).In(loc)
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	start := len(dst)
	// The reference adds the years since 1900 in 32 bits; so do we.
	dst = PadLeft(strconv.AppendInt(dst, int64(int32(year)), 10), start, 4)
	dst = twoDigits(append(dst, '/'), int(month))
	dst = twoDigits(append(dst, '/'), day)
	dst = twoDigits(append(dst, ' '), hour)
	dst = twoDigits(append(dst, ':'), minute)
	dst = twoDigits(append(dst, ':'), second)
	return dst[:start+DateLen]
}

// DashedDate appends what Date does with every blank turned into '-', as %M of
// an output format shows it.
func DashedDate(dst []byte, sec int64, loc *time.Location) []byte {
	start := len(dst)
	dst = Date(dst, sec, loc)
	for i := start; i < len(dst); i++ {
		if dst[i] == ' ' {
			dst[i] = '-'
		}
	}
	return dst
}

func twoDigits(dst []byte, v int) []byte {
	return append(dst, byte('0'+v/10), byte('0'+v%10))
}
