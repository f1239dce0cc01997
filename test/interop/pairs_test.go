//go:build linux

package interop

// A dimension is one thing that varies in the matrix.
type dimension struct {
	name   string
	values []string
}

// product gives every combination that may be, as rows of value numbers.
func product(dims []dimension, may func(row []int) bool) [][]int {
	rows := [][]int{{}}
	for _, d := range dims {
		var longer [][]int
		for _, r := range rows {
			for v := range d.values {
				longer = append(longer, append(r[:len(r):len(r)], v))
			}
		}
		rows = longer
	}
	var out [][]int
	for _, r := range rows {
		if may(r) {
			out = append(out, r)
		}
	}
	return out
}

type pair struct{ d1, v1, d2, v2 int }

func pairsOf(row []int) []pair {
	var ps []pair
	for i := range row {
		for j := i + 1; j < len(row); j++ {
			ps = append(ps, pair{i, row[i], j, row[j]})
		}
	}
	return ps
}

// cover picks rows so that every pair of values that occurs together in any row
// occurs in a picked one: greedily, always a row that adds most. A row's gain only
// shrinks, so one whose old gain is no better than the best is not counted again.
func cover(rows [][]int) [][]int {
	missing := map[pair]bool{}
	gains := make([]int, len(rows))
	for i, r := range rows {
		for _, p := range pairsOf(r) {
			missing[p] = true
		}
		gains[i] = len(r) * (len(r) - 1) / 2
	}
	var picked [][]int
	for len(missing) > 0 {
		best, most := 0, 0
		for i, r := range rows {
			if gains[i] <= most {
				continue
			}
			gain := 0
			for _, p := range pairsOf(r) {
				if missing[p] {
					gain++
				}
			}
			if gains[i] = gain; gain > most {
				best, most = i, gain
			}
		}
		for _, p := range pairsOf(rows[best]) {
			delete(missing, p)
		}
		picked = append(picked, rows[best])
	}
	return picked
}
