package output

import (
	"sort"
	"strconv"
	"strings"
)

// Exit renders an exit status as a section of its own.
func Exit(code int) string { return strconv.Itoa(code) + "\n" }

// Sorted gives the lines of s in order, for outputs to which two processes
// write without agreeing on turns.
func Sorted(s string) string {
	lines := strings.SplitAfter(s, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "")
}

// Diff shows how got differs from want, line by line: "-" only wanted, "+" only
// got, " " both. It keeps the longest common subsequence of lines; past two
// million pairs of lines it gives both texts whole.
func Diff(want, got string) string {
	a, b := lines(want), lines(got)
	var out strings.Builder
	put := func(mark, line string) { out.WriteString(mark + line + "\n") }
	if len(a)*len(b) > 2_000_000 {
		for _, l := range a {
			put("-", l)
		}
		for _, l := range b {
			put("+", l)
		}
		return out.String()
	}
	// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			put(" ", a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			put("-", a[i])
			i++
		default:
			put("+", b[j])
			j++
		}
	}
	return out.String()
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
