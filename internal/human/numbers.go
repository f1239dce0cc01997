// Package human writes numbers, rates, times and dates the way people read
// them in the output of the program: sizes with separators or units, dates of
// listings and logs, and the columns of a progress line. It implements
// docs/protocol/06-output.md §7.1, §7.2 and §8.1. Everything appends to a slice
// and allocates nothing else.
//
// Reading sizes that a user typed is not done here; that belongs to the options.
package human

import (
	"math"
	"strconv"
)

// Numbers is the style of numbers that a run prints. The zero value prints
// plain digits.
type Numbers struct {
	// Level is the human-readable level: 0 plain digits, 1 (the program's
	// default) separators, 2 units of 1000, 3 and above units of 1024.
	Level int
	// Point is the locale's decimal point; 0 means '.'. Where it is not '.',
	// the dot becomes the separator of thousands.
	Point byte
}

// units are the suffixes of the unit form.
const units = "KMGTP"

// Comma appends v in the style of counts: digits, with separators from level 1.
func (s Numbers) Comma(dst []byte, v int64) []byte {
	start := len(dst)
	return s.group(strconv.AppendInt(dst, v, 10), start)
}

// Human appends v in the style of sizes: as Comma below level 2, from there on
// with a unit and two decimals if it is as large as one unit.
func (s Numbers) Human(dst []byte, v int64) []byte {
	if s.Level < 2 {
		return s.Comma(dst, v)
	}
	base := 1000.0
	if s.Level > 2 {
		base = 1024
	}
	if f := float64(v); math.Abs(f) >= base {
		f /= base
		unit := 0
		for math.Abs(f) >= base && unit < len(units)-1 {
			f /= base
			unit++
		}
		return append(s.fixed(dst, f, 2), units[unit])
	}
	return s.Comma(dst, v)
}

// CommaFloat appends v with the given number of decimals, and separators from
// level 1.
func (s Numbers) CommaFloat(dst []byte, v float64, decimals int) []byte {
	start := len(dst)
	return s.group(s.fixed(dst, v, decimals), start)
}

// HumanFloat appends v in the style of rates: as CommaFloat, but from 1000 on
// at level 2 and above as Human does with the integer part.
func (s Numbers) HumanFloat(dst []byte, v float64, decimals int) []byte {
	if s.Level >= 2 && math.Abs(v) >= 1000 {
		return s.Human(dst, int64(v))
	}
	return s.CommaFloat(dst, v, decimals)
}

// fixed appends v with the given number of decimals and the locale's point.
func (s Numbers) fixed(dst []byte, v float64, decimals int) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', decimals, 64)
	if s.Point != 0 && decimals > 0 {
		for i := start; i < len(dst); i++ {
			if dst[i] == '.' {
				dst[i] = s.Point
			}
		}
	}
	return dst
}

// group puts separators into the integer part of the number dst[start:], if the
// level asks for them.
func (s Numbers) group(dst []byte, start int) []byte {
	if s.Level < 1 {
		return dst
	}
	if start < len(dst) && dst[start] == '-' {
		start++
	}
	end := start
	for end < len(dst) && '0' <= dst[end] && dst[end] <= '9' {
		end++
	}
	count := (end - start - 1) / 3
	if count <= 0 {
		return dst
	}
	sep := byte(',')
	if s.Point != 0 && s.Point != '.' {
		sep = '.'
	}
	old := len(dst)
	for range count {
		dst = append(dst, 0)
	}
	copy(dst[end+count:], dst[end:old])
	for from, to, n := end-1, end+count-1, 0; from < to; from, to, n = from-1, to-1, n+1 {
		if n > 0 && n%3 == 0 {
			dst[to] = sep
			to--
		}
		dst[to] = dst[from]
	}
	return dst
}

// PadLeft makes dst[start:] at least width bytes wide by blanks on its left.
func PadLeft(dst []byte, start, width int) []byte {
	missing := width - (len(dst) - start)
	for range missing {
		dst = append(dst, ' ')
	}
	if missing > 0 {
		copy(dst[start+missing:], dst[start:])
		for i := range missing {
			dst[start+i] = ' '
		}
	}
	return dst
}
