package meta

import "godwit/internal/fsys"

// SameTime compares modification times as --modify-window says: with 0 the
// seconds must be equal, with a positive window they may differ by as much,
// with a negative one the nanoseconds must be equal too.
func SameTime(a, b fsys.Time, window int) bool {
	switch {
	case window < 0:
		return a == b
	case window == 0:
		return a.Sec == b.Sec
	}
	// The difference is taken unsigned: times may lie at both ends of the range.
	d := uint64(a.Sec) - uint64(b.Sec)
	if b.Sec > a.Sec {
		d = -d
	}
	return d <= uint64(window)
}
