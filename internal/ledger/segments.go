package ledger

import "slices"

// segments counts the open requests of each list, by the number of its first entry. Few lists are
// alive at a time, in rising order.
type segments struct {
	rows []segmentRow
}

type segmentRow struct {
	first int32
	open  int32
}

func (s *segments) find(first int32) (int, bool) {
	return slices.BinarySearchFunc(s.rows, first, func(r segmentRow, f int32) int { return int(r.first) - int(f) })
}

func (s *segments) add(first int32, n int32) {
	i, ok := s.find(first)
	if !ok {
		s.rows = slices.Insert(s.rows, i, segmentRow{first: first})
	}
	s.rows[i].open += n
	if s.rows[i].open <= 0 {
		s.rows = slices.Delete(s.rows, i, i+1)
	}
}

func (s *segments) count(first int32) int {
	if i, ok := s.find(first); ok {
		return int(s.rows[i].open)
	}
	return 0
}

func sortedUnique(v []int32) []int32 {
	slices.Sort(v)
	return slices.Compact(v)
}
