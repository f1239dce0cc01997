package fsys

import (
	"encoding/binary"
	"io"

	"golang.org/x/sys/unix"
)

const scanBufSize = 64 << 10

// scanState reads with getdents64. The records stay in buf: the names that
// Next hands out lie in them.
type scanState struct {
	buf        []byte
	fd         int // descriptor + 1; 0: none
	pos, limit int
	done       bool
}

func (s *scanState) open(d *Dir, how OpenFlag) error {
	// A descriptor of its own has an offset of its own, and d may be one
	// that cannot be read.
	fd, err := openMaybeNoAtime(d.h, ".", unix.O_RDONLY|unix.O_DIRECTORY, how)
	if err != nil {
		return err
	}
	if s.buf == nil {
		s.buf = make([]byte, scanBufSize)
	}
	s.fd, s.pos, s.limit, s.done = fd+1, 0, 0, false
	return nil
}

func (s *scanState) close() error {
	if s.fd == 0 {
		return nil
	}
	fd := s.fd - 1
	s.fd = 0
	return unix.Close(fd)
}

var direntTypes = [16]uint32{
	unix.DT_FIFO: ModeFIFO, unix.DT_CHR: ModeChar, unix.DT_DIR: ModeDir, unix.DT_BLK: ModeBlock,
	unix.DT_REG: ModeRegular, unix.DT_LNK: ModeSymlink, unix.DT_SOCK: ModeSocket,
}

func (s *scanState) next(ents []DirEnt) (int, error) {
	if s.fd == 0 {
		return 0, unix.EBADF
	}
	n := 0
	for n < len(ents) {
		if s.pos == s.limit {
			if n > 0 || s.done {
				break // another read would overwrite the names handed out
			}
			got, err := unix.Getdents(s.fd-1, s.buf)
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				return n, err
			}
			s.pos, s.limit, s.done = 0, got, got == 0
			continue
		}
		// struct linux_dirent64: u64 inode, s64 offset, u16 record length,
		// u8 type, the name and its NUL.
		rec := s.buf[s.pos:s.limit]
		size := int(binary.NativeEndian.Uint16(rec[16:]))
		rec = rec[:size]
		s.pos += size
		name := rec[19:]
		end := 0
		for name[end] != 0 {
			end++
		}
		name = name[: end : end+1]
		if isDot(name) || isDotDot(name) {
			continue
		}
		ents[n] = DirEnt{Name: name, Ino: binary.NativeEndian.Uint64(rec), Type: direntTypes[rec[18]&15]}
		n++
	}
	if n == 0 && s.done {
		return 0, io.EOF
	}
	return n, nil
}
