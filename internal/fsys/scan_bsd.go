//go:build darwin || freebsd || netbsd || openbsd || solaris

package fsys

import (
	"io"
	"os"
)

// scanState reads through package os, which knows the record formats of all
// these systems. Only names are taken: the types that os would add may come
// from a look-up by path.
type scanState struct {
	dir *os.File
	buf []byte
}

func (s *scanState) open(d *Dir, _ OpenFlag) error {
	fd, err := openat(d.h, ".", openDirFlags, 0)
	if err != nil {
		return err
	}
	s.dir = os.NewFile(uintptr(fd), ".")
	return nil
}

func (s *scanState) close() error {
	if s.dir == nil {
		return nil
	}
	dir := s.dir
	s.dir = nil
	return dir.Close()
}

func (s *scanState) next(ents []DirEnt) (int, error) {
	if s.dir == nil {
		return 0, os.ErrClosed
	}
	if len(ents) == 0 {
		return 0, nil
	}
	names, err := s.dir.Readdirnames(len(ents))
	if len(names) == 0 {
		if err == nil || err == io.EOF {
			return 0, io.EOF
		}
		return 0, bareError(err)
	}
	need := 0
	for _, name := range names {
		need += len(name) + 1
	}
	if cap(s.buf) < need {
		s.buf = make([]byte, 0, need)
	}
	buf := s.buf[:0]
	for i, name := range names {
		start := len(buf)
		buf = append(append(buf, name...), 0)
		end := len(buf) - 1
		ents[i] = DirEnt{Name: buf[start : end : end+1]}
	}
	return len(names), nil
}
