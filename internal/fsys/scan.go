package fsys

// DirEnt is one entry of a directory. Name lies in the buffer of the Scanner:
// it is good until the next call of Next or Close, and the byte after it is
// NUL.
type DirEnt struct {
	Name []byte
	Ino  uint64 // 0 where the system does not say
	Type uint32 // one of the Mode constants, or 0 where the system does not say
}

// NameZ is the name with its final NUL, for LstatZ and its kin.
func (e *DirEnt) NameZ() []byte { return e.Name[:len(e.Name)+1] }

// Scanner reads the entries of one directory at a time. The zero value is
// ready for Dir.Scan; used again it keeps its buffer. The entries "." and
// ".." are left out.
type Scanner struct {
	scanState
}

// Scan points s at the first entry of d. The flag NoAtime is obeyed.
func (d *Dir) Scan(s *Scanner, how OpenFlag) error {
	s.Close()
	return s.open(d, how)
}

// Next fills ents and returns how many entries it put there; 0 with io.EOF at
// the end. Some platforms return fewer than fit before the end.
func (s *Scanner) Next(ents []DirEnt) (int, error) { return s.next(ents) }

// Close closes the descriptor and keeps the buffer for the next Scan. It may
// be called at any time.
func (s *Scanner) Close() error { return s.close() }
