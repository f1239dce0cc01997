package fsys

import (
	"strings"
	"unicode/utf8"
)

// aliasedOnWindows reports whether Windows would not take name for one
// component of just that name: it would split it, map it to a device or a
// stream, drop its end, or cannot spell it. Such a file is refused, alone.
func aliasedOnWindows(name string) bool {
	if name == "" || name == "." || name == ".." {
		return false
	}
	if end := name[len(name)-1]; end == '.' || end == ' ' || !utf8.ValidString(name) {
		return true
	}
	for i := 0; i < len(name); i++ {
		if name[i] < ' ' || strings.IndexByte(`\/:*?"<>|`, name[i]) >= 0 {
			return true
		}
	}
	// "CON", "con.txt" and "CON .x" are all the console.
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(stem, "LPT")
	}
	if !ok {
		return false
	}
	switch rest {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}
