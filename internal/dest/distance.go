package dest

import "bytes"

// The distance between two names is a weighted edit distance (docs/protocol/03-transfer.md §10.5):
// an inserted or deleted byte costs a unit and its value, a changed one a unit and the difference.

const (
	fuzzyUnit  = 1 << 16
	fuzzyLimit = 25 * fuzzyUnit
	ruledOut   = 0xFFFF*fuzzyUnit + 1
)

// fuzzyScore rates a candidate for a wanted name with the given suffix; the lower the better.
func fuzzyScore(name, wanted, suffix []byte, limit uint64) uint64 {
	d := distance(name, wanted, limit)
	if d == ruledOut {
		return d
	}
	return d + 10*distance(fuzzySuffix(name), suffix, ruledOut)
}

// distance returns how far name is from wanted, or ruledOut if their lengths alone exceed the limit.
func distance(name, wanted []byte, limit uint64) uint64 {
	if len(name) == 0 || len(wanted) == 0 {
		all := name
		if len(all) == 0 {
			all = wanted
		}
		d := uint64(len(all)) * fuzzyUnit
		for _, b := range all {
			d += uint64(b)
		}
		return d
	}
	diff := len(name) - len(wanted)
	if uint64(max(diff, -diff))*fuzzyUnit > limit {
		return ruledOut
	}
	var room [256]uint64
	row := room[:0] // row[i]: the cell that has the first i+1 bytes of name
	for i := range name {
		row = append(row, uint64(i+1)*fuzzyUnit)
	}
	for j, w := range wanted {
		diagonal := uint64(j) * fuzzyUnit
		left := uint64(j+1) * fuzzyUnit
		for i, n := range name {
			above := row[i]
			through := diagonal
			if n != w {
				through += fuzzyUnit + uint64(max(n, w)-min(n, w))
			}
			var other uint64
			if left < above {
				other = left + fuzzyUnit + uint64(n)
			} else {
				other = above + fuzzyUnit + uint64(w)
			}
			diagonal = above
			left = min(other, through)
			row[i] = left
		}
	}
	return row[len(row)-1]
}

// fuzzySuffix returns the part of a name that tells its type, with its dot: what marks backups and
// numbers is passed over.
func fuzzySuffix(name []byte) []byte {
	name = bytes.TrimLeft(name, ".")
	tilde := len(name) > 0 && name[len(name)-1] == '~'
	if tilde {
		name = name[:len(name)-1]
	}
	var digits []byte
	for {
		i := bytes.LastIndexByte(name, '.')
		if i < 0 {
			return digits
		}
		part := name[i:]
		name = name[:i]
		switch {
		case string(part) == ".bak", string(part) == ".old", string(part) == ".orig",
			tilde && len(part) > 2 && part[1] == '~' && allDigits(part[2:]):
			continue
		case len(part) > 1 && allDigits(part[1:]):
			if digits == nil {
				digits = part
			}
			continue
		}
		return part
	}
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
