package flist

import "bytes"

// StripLeadingSlashes makes the names of a --relative transfer count from the destination, as the
// receiving side does once a list has been sorted (docs/protocol/02-wire-and-file-list.md §15.5).
// Publish comes after it.
func (s *Segment) StripLeadingSlashes() {
	for i := range s.n {
		e := s.entry(int32(i))
		dir := s.paths.path(e.dir)
		if len(dir) > 0 && dir[0] == '/' {
			e.dir = s.paths.intern(bytes.TrimLeft(dir, "/"))
		}
	}
}
