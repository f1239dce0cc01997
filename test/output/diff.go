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
// got, " " both, and "…" for equal lines further away. It keeps the longest common
// subsequence of lines; past two million pairs of lines it gives both texts whole.
func Diff(want, got string) string {
	a, b := lines(want), lines(got)
	var out []string
	put := func(mark, line string) { out = append(out, mark+line) }
	if len(a)*len(b) > 2_000_000 {
		for _, l := range a {
			put("-", l)
		}
		for _, l := range b {
			put("+", l)
		}
		return strings.Join(out, "\n") + "\n"
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
	return near(out)
}

// near keeps the lines that differ and two on each side of them.
func near(marked []string) string {
	const context = 2
	keep := make([]bool, len(marked))
	for i, l := range marked {
		if l[0] == ' ' {
			continue
		}
		for j := max(0, i-context); j <= min(len(marked)-1, i+context); j++ {
			keep[j] = true
		}
	}
	var b strings.Builder
	for i, l := range marked {
		switch {
		case keep[i]:
			b.WriteString(l + "\n")
		case i == 0 || keep[i-1]:
			b.WriteString("…\n")
		}
	}
	return b.String()
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
