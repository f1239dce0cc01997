package flist

import (
	"bytes"
	"slices"
	"sort"
)

// Order says how a list is put in order and numbered.
type Order struct {
	// Protocol decides between the component-wise order of 29 and later and the plain byte
	// order before (docs/protocol/02-wire-and-file-list.md §15.1, §15.2).
	Protocol int
	// ArrivalNumbers is set under --iconv: numbers follow arrival, the order is only that of
	// processing.
	ArrivalNumbers bool
}

// Compare orders two names relative to the transfer root; aDir and bDir say whether they are
// directories.
func (o Order) Compare(a []byte, aDir bool, b []byte, bDir bool) int {
	if o.Protocol < 29 {
		return bytes.Compare(a, b)
	}
	return comparePaths(a, aDir, b, bDir)
}

// comparePaths is the order of protocol 29 and later: at each level the files first, then the
// directories, as if their names ended in a slash; the root before everything.
func comparePaths(a []byte, aDir bool, b []byte, bDir bool) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == len(a) && i == len(b) {
		if aDir == bDir {
			return 0
		}
		// The file before the directory, but the root directory before everything.
		if c, _ := component(a); aDir != isDot(c, len(c) == len(a)) {
			return 1
		}
		return -1
	}
	// The components that hold the first difference. If one name ended there, step back to the
	// start of its last component.
	s := bytes.LastIndexByte(a[:i], '/') + 1
	ca, enda := component(a[s:])
	cb, endb := component(b[s:])
	if isDot(ca, enda && aDir) {
		return -1
	}
	if isDot(cb, endb && bDir) {
		return 1
	}
	itemA, itemB := enda && !aDir, endb && !bDir
	switch {
	case itemA && itemB:
		return bytes.Compare(ca, cb)
	case itemA:
		return -1
	case itemB:
		return 1
	}
	if c := compareSlashed(ca, cb); c != 0 {
		return c
	}
	// Equal components: one name ends here, and it is the other's directory.
	if enda {
		return -1
	}
	return 1
}

// component returns the first component of p, and whether it is the last.
func component(p []byte) ([]byte, bool) {
	if k := bytes.IndexByte(p, '/'); k >= 0 {
		return p[:k], false
	}
	return p, true
}

func isDot(c []byte, lastDir bool) bool { return lastDir && len(c) == 1 && c[0] == '.' }

// compareSlashed compares two components with a slash appended to each.
func compareSlashed(a, b []byte) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	switch {
	case len(a) == len(b):
		return 0
	case len(a) == n:
		return int('/') - int(b[n])
	}
	return int(a[n]) - int('/')
}

// Sort puts the segment in processing order; equal names keep their order of arrival.
func (s *Segment) Sort(o Order) {
	s.arrivalNumbers = o.ArrivalNumbers
	order := make([]int32, s.n)
	sorted := true
	var pa, pb []byte
	compare := func(i, j int32) int {
		x, y := File{s, i}, File{s, j}
		if x.DirID() == y.DirID() && o.Protocol >= 29 {
			if !x.IsDir() && !y.IsDir() {
				return bytes.Compare(x.Base(), y.Base())
			}
			return comparePaths(x.Base(), x.IsDir(), y.Base(), y.IsDir())
		}
		pa, pb = x.AppendPath(pa[:0]), y.AppendPath(pb[:0])
		return o.Compare(pa, x.IsDir(), pb, y.IsDir())
	}
	for i := range order {
		order[i] = int32(i)
		if i > 0 {
			sorted = sorted && compare(int32(i-1), int32(i)) <= 0
		}
	}
	if sorted {
		return
	}
	slices.SortFunc(order, func(i, j int32) int {
		if c := compare(i, j); c != 0 {
			return c
		}
		return int(i - j)
	})
	s.order = order
}

// Clean drops duplicate names on the receiving side: their slots stay, emptied
// (docs/protocol/02-wire-and-file-list.md §15.3). Sort comes first.
func (s *Segment) Clean(o Order) {
	prev := File{}
	var pp, pc []byte
	for pos := range s.n {
		f := s.At(pos)
		if !f.Active() {
			continue
		}
		pc = f.AppendPath(pc[:0])
		twin := File{}
		switch {
		case prev.Valid() && bytes.Equal(pp, pc) && (o.Protocol < 29 || prev.IsDir() == f.IsDir()):
			twin = prev
		case o.Protocol >= 29 && f.IsDir():
			twin = s.findOther(o, pc, pos)
		}
		if !twin.Valid() {
			prev, pp = f, append(pp[:0], pc...)
			continue
		}
		te, fe := twin.Entry(), f.Entry()
		switch {
		case fe.Mode&TypeMask == TypeDir && te.Mode&TypeMask != TypeDir:
			te.Flags |= Emptied
			prev, pp = f, append(pp[:0], pc...)
		case fe.Mode&TypeMask == TypeDir:
			both := te.Flags & fe.Flags & Implied
			te.Flags = te.Flags&^Implied | fe.Flags&(Top|Content) | both
			fe.Flags |= Emptied
		default:
			fe.Flags |= Emptied
		}
	}
}

// findOther looks for a kept non-directory of the name among the entries before pos.
func (s *Segment) findOther(o Order, name []byte, pos int) File {
	var buf []byte
	at := sort.Search(pos, func(p int) bool {
		f := s.At(p)
		buf = f.AppendPath(buf[:0])
		return o.Compare(buf, f.IsDir(), name, false) >= 0
	})
	for ; at < pos; at++ {
		f := s.At(at)
		buf = f.AppendPath(buf[:0])
		if f.IsDir() || !bytes.Equal(buf, name) {
			break
		}
		if f.Active() {
			return f
		}
	}
	return File{}
}

// Prune empties the directories that hold nothing (--prune-empty-dirs, on the receiving side;
// docs/protocol/04-filters-and-walk.md §18). Excluded tells whether the receiver's own rules
// exclude a directory, which keeps it.
func (s *Segment) Prune(excluded func(File) bool) {
	type pending struct {
		f     File
		depth int
	}
	var stack []pending
	var path []byte
	for pos := range s.n {
		f := s.At(pos)
		if !f.Active() {
			continue
		}
		path = f.AppendPath(path[:0])
		depth := bytes.Count(path, []byte{'/'}) + 1
		if f.isRoot() {
			depth = 0
		}
		for len(stack) > 0 && stack[len(stack)-1].depth >= depth {
			stack[len(stack)-1].f.Entry().Flags |= Emptied
			stack = stack[:len(stack)-1]
		}
		switch {
		case !f.IsDir() || depth == 0 || excluded(f):
			stack = stack[:0]
		default:
			stack = append(stack, pending{f, depth})
		}
	}
	for _, p := range stack {
		p.f.Entry().Flags |= Emptied
	}
}

// LinkGroups returns the hard-link groups of the segment: group number to positions in processing
// order. Emptied slots are left out.
func (s *Segment) LinkGroups() map[int32][]int32 {
	var groups map[int32][]int32
	for pos := range s.n {
		f := s.At(pos)
		if g := f.Group(); g >= 0 && f.Active() {
			if groups == nil {
				groups = map[int32][]int32{}
			}
			groups[g] = append(groups[g], int32(pos))
		}
	}
	return groups
}
