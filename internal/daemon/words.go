package daemon

import "strings"

// splitWords splits a list of users or groups: at blanks and commas, or, if it begins with a
// comma, at commas only, so that names may contain blanks (docs/protocol/07-daemon.md §11.3).
func splitWords(list string) []string {
	rest, commas := strings.CutPrefix(list, ",")
	if !commas {
		return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" \t\r\n\v\f,", r) })
	}
	var words []string
	for _, w := range strings.Split(rest, ",") {
		if w = strings.Trim(w, " \t\r\n\v\f"); w != "" {
			words = append(words, w)
		}
	}
	return words
}
