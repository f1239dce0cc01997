package ids

// matchWildcard reports whether name as a whole matches pattern, where * is
// any run of bytes, ? any byte, [...] a set (with ranges, and ! or ^ in front
// for its complement) and \ takes the special meaning from the next byte.
// Names are bytes; letters match only themselves.
func matchWildcard(pattern, name string) bool {
	// Where to resume when a later part fails: the star's tail against one
	// more byte of name. Only the last star matters.
	star, mark := -1, 0
	p, n := 0, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, n
			p++
			continue
		}
		if next, ok := matchByte(pattern, p, name[n]); ok {
			p, n = next, n+1
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, n = star+1, mark
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchByte matches one byte with the pattern element at p and returns where
// the next element starts.
func matchByte(pattern string, p int, b byte) (next int, ok bool) {
	if p >= len(pattern) {
		return p, false
	}
	switch c := pattern[p]; c {
	case '?':
		return p + 1, true
	case '[':
		return matchSet(pattern, p+1, b)
	case '\\':
		if p+1 < len(pattern) {
			return p + 2, pattern[p+1] == b
		}
		return p + 1, false
	default:
		return p + 1, c == b
	}
}

// matchSet matches b with the set whose text starts at p, after the bracket.
// A set without its end matches nothing.
func matchSet(pattern string, p int, b byte) (next int, ok bool) {
	negate := p < len(pattern) && (pattern[p] == '!' || pattern[p] == '^')
	if negate {
		p++
	}
	in := false
	for first := true; p < len(pattern); first = false {
		c := pattern[p]
		if c == ']' && !first {
			return p + 1, in != negate
		}
		if c == '\\' && p+1 < len(pattern) {
			p++
			c = pattern[p]
		}
		hi := c
		if p+2 < len(pattern) && pattern[p+1] == '-' && pattern[p+2] != ']' {
			p += 2
			if hi = pattern[p]; hi == '\\' && p+1 < len(pattern) {
				p++
				hi = pattern[p]
			}
		}
		in = in || c <= b && b <= hi
		p++
	}
	return p, false
}
