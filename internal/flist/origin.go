package flist

import (
	"slices"
	"sort"
)

// origin says that the entries of a segment from one on come from a place of the source. There is
// one for each stretch of arrivals from one place, which mostly means one for the whole list.
type origin struct {
	from int32
	at   *place
}

// setOrigin notes where the entries that come next are from.
func (s *Segment) setOrigin(at *place) {
	switch n := len(s.origins); {
	case n > 0 && s.origins[n-1].at == at:
	case n > 0 && s.origins[n-1].from == int32(s.n):
		s.origins[n-1].at = at
	default:
		s.origins = append(s.origins, origin{int32(s.n), at})
	}
}

// origin returns the place that f comes from, nil if the list was not made by a walk.
func (f File) origin() *place {
	o := f.seg.origins
	k := sort.Search(len(o), func(k int) bool { return o[k].from > f.i })
	if k == 0 {
		return nil
	}
	return o[k-1].at
}

// remove takes the i-th arrival out, as if it had never been added. It serves for entries that
// turn out not to be sendable, which is rare.
func (s *Segment) remove(i int32) {
	for k := i; k+1 < int32(s.n); k++ {
		*s.entry(k) = *s.entry(k + 1)
	}
	s.n--
	*s.entry(int32(s.n)) = Entry{}
	if s.atime != nil {
		s.atime = slices.Delete(s.atime, int(i), int(i)+1)
	}
	if s.crtime != nil {
		s.crtime = slices.Delete(s.crtime, int(i), int(i)+1)
	}
	if k := s.columns.SumLen; k > 0 {
		s.sums = slices.Delete(s.sums, int(i)*k, (int(i)+1)*k)
	}
	if s.acl != nil {
		s.acl = slices.Delete(s.acl, int(i), int(i)+1)
		s.defACL = slices.Delete(s.defACL, int(i), int(i)+1)
	}
	if s.xattr != nil {
		s.xattr = slices.Delete(s.xattr, int(i), int(i)+1)
	}
	for k := range s.origins {
		if s.origins[k].from > i {
			s.origins[k].from--
		}
	}
}
