package report

import (
	"time"

	"godwit/internal/human"
)

// ListStyle is how the lines of a listing look.
type ListStyle struct {
	Numbers human.Numbers // style of the sizes
	Atimes  bool          // a column for access times (-U)
	Crtimes bool          // a column for creation times (-N)
	Links   bool          // symlinks show their targets
	Zone    *time.Location
}

const (
	dateWidth = human.DateLen
	modeWidth = 10
)

// AppendListing appends the line of an entry in a listing
// (docs/protocol/06-output.md §9.1), without a newline. An entry without a
// mode is an argument that does not exist.
func AppendListing(dst []byte, it *Item, st ListStyle) []byte {
	start := len(dst)
	width := 14
	if st.Numbers.Level == 0 {
		width = 11
	}
	if it.Mode == 0 {
		dst = append(dst, "*missing"...)
		full := modeWidth + 1 + width + 1 + dateWidth
		if st.Atimes {
			full += 1 + dateWidth
		}
		if st.Crtimes {
			full += 1 + dateWidth
		}
		dst = appendBlanks(dst, full-(len(dst)-start))
		return append(append(dst, ' '), it.Name...)
	}
	dst = append(appendMode(dst, it.Mode), ' ')
	at := len(dst)
	dst = human.PadLeft(st.Numbers.Human(dst, it.Size), at, width)
	dst = appendDate(dst, it.Mtime, st.Zone)
	if st.Atimes {
		if it.IsDir() {
			dst = appendBlanks(dst, 1+dateWidth)
		} else {
			dst = appendDate(dst, it.Atime, st.Zone)
		}
	}
	if st.Crtimes {
		dst = appendDate(dst, it.Crtime, st.Zone)
	}
	dst = append(append(dst, ' '), it.Name...)
	if st.Links && it.IsSymlink() {
		dst = append(dst, " -> "...)
		dst = append(dst, it.Link...)
	}
	return dst
}

func appendDate(dst []byte, seconds int64, zone *time.Location) []byte {
	return human.Date(append(dst, ' '), seconds, zone)
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
