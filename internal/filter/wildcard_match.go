package filter

import (
	"bytes"
	"unsafe"
)

// stepsPerByte bounds the retrying search: past this many steps for each byte of
// pattern and text the state simulation takes over, whose cost is at most
// pattern length times text length whatever either contains.
const stepsPerByte = 32

// MatchString reports whether the whole of text matches.
func (w *Wildcard) MatchString(text string) bool {
	return w.Match(unsafe.Slice(unsafe.StringData(text), len(text)))
}

// Match reports whether the whole of text matches. It does not allocate unless a
// pattern of more than 4,096 elements meets a text that needs long searching.
func (w *Wildcard) Match(text []byte) bool {
	if w.never || len(text) < w.min || !w.stars && len(text) != w.min {
		return false
	}
	if !w.hasEnds(text) {
		return false
	}
	switch w.shape {
	case shapeDeepTail:
		return true
	case shapeStarTail:
		return bytes.IndexByte(text[:len(text)-len(w.tail)], '/') < 0
	}
	steps := w.allowance(text)
	matched, decided := w.search(text, &steps)
	if !decided {
		matched = w.simulate(text, false)
	}
	return matched
}

// allowance is the number of steps the retrying search may take on text.
func (w *Wildcard) allowance(text []byte) int {
	return stepsPerByte * (len(w.ops) + len(text) + 1)
}

// matchAnySuffix reports whether text, or any part of it that starts after a '/',
// matches.
func (w *Wildcard) matchAnySuffix(text []byte) bool {
	if w.never || len(text) < w.min || !w.hasTail(text) {
		return false
	}
	steps := w.allowance(text)
	for rest := text; len(rest) >= w.min; {
		if w.hasEnds(rest) {
			matched, decided := w.search(rest, &steps)
			if matched {
				return true
			}
			if !decided {
				return w.simulate(rest, true)
			}
		}
		i := bytes.IndexByte(rest, '/')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
	}
	return false
}

func (w *Wildcard) hasEnds(text []byte) bool {
	return len(w.head) <= len(text) && string(text[:len(w.head)]) == w.head && w.hasTail(text)
}

func (w *Wildcard) hasTail(text []byte) bool {
	return len(w.tail) <= len(text) && string(text[len(text)-len(w.tail):]) == w.tail
}

func (w *Wildcard) accepts(op wildOp, b byte) bool {
	switch op.code {
	case wildByte:
		return byte(op.arg) == b
	case wildAny:
		return b != '/'
	default:
		return w.sets[op.arg].has(b)
	}
}

// search tries the pattern, remembering only the latest '*' and the latest '**'.
//
// That is enough: every element other than a star takes exactly one byte, so the
// leftmost place for what stands between two stars leaves the later star every
// choice that a place further right would, and a '*' that has met a '/' can be
// helped only by a '**' before it.
//
// Steps are taken from *steps; decided is false when none are left.
func (w *Wildcard) search(text []byte, steps *int) (matched, decided bool) {
	ops := w.ops
	p, t := 0, 0
	starP, starT := -1, 0
	deepP, deepT := -1, 0
	for ; *steps > 0; *steps-- {
		if p < len(ops) {
			op := ops[p]
			switch op.code {
			case wildStar:
				p++
				starP, starT = p, t
				continue
			case wildDeep:
				p++
				if p == len(ops) {
					return true, true
				}
				deepP, deepT = p, t
				starP = -1
				continue
			}
			if t < len(text) && w.accepts(op, foldByte(text[t], w.fold)) {
				p++
				t++
				continue
			}
		} else if t == len(text) {
			return true, true
		}
		switch {
		case starP >= 0 && starT < len(text) && text[starT] != '/':
			starT++
			p, t = starP, starT
		case deepP >= 0 && deepT < len(text):
			deepT++
			p, t = deepP, deepT
			starP = -1
		default:
			return false, true
		}
	}
	return false, false
}

// simulate follows all ways through the pattern at once, one text byte at a time.
// With restart a match may also begin after any '/'.
func (w *Wildcard) simulate(text []byte, restart bool) bool {
	var nowBuf, nextBuf [65]uint64
	now, next := nowBuf[:], nextBuf[:]
	if words := len(w.ops)/64 + 1; words > len(now) {
		now, next = make([]uint64, words), make([]uint64, words)
	} else {
		now, next = now[:words], next[:words]
	}
	w.enter(now, 0)
	for i, c := range text {
		b := foldByte(c, w.fold)
		clear(next)
		alive := false
		for word, bits := range now {
			for p := word * 64; bits != 0; p, bits = p+1, bits>>1 {
				if bits&1 == 0 || p == len(w.ops) {
					continue
				}
				op := w.ops[p]
				switch op.code {
				case wildDeep:
					w.enter(next, p)
				case wildStar:
					if c == '/' {
						continue
					}
					w.enter(next, p)
				default:
					if !w.accepts(op, b) {
						continue
					}
					w.enter(next, p+1)
				}
				alive = true
			}
		}
		if restart && c == '/' && i+1 < len(text) {
			w.enter(next, 0)
			alive = true
		}
		if !alive && !restart {
			return false
		}
		now, next = next, now
	}
	return now[len(w.ops)/64]&(1<<(len(w.ops)%64)) != 0
}

// enter marks position p, and what can be reached from it without a byte.
func (w *Wildcard) enter(states []uint64, p int) {
	for {
		if states[p/64]&(1<<(p%64)) != 0 {
			return
		}
		states[p/64] |= 1 << (p % 64)
		if p == len(w.ops) || w.ops[p].code < wildStar {
			return
		}
		p++
	}
}
