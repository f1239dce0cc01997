package fsys

import (
	"io"
	"io/fs"
	"os"
)

// File is an opened leaf. It implements the reading, writing and seeking
// interfaces of package io straight on the descriptor. One goroutine at a
// time may use the shared offset (Read, Write, Seek); ReadAt and WriteAt may
// run side by side.
type File struct {
	fd fileHandle
}

var (
	_ io.ReadWriteSeeker = (*File)(nil)
	_ io.ReaderAt        = (*File)(nil)
	_ io.WriterAt        = (*File)(nil)
	_ io.Closer          = (*File)(nil)
)

// Read reads up to len(p) bytes at the offset of the file; 0 bytes at the end
// come with io.EOF.
func (f *File) Read(p []byte) (int, error) {
	n, err := sysRead(f.fd, p)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// ReadAt fills p from offset off, or says why not (io.EOF at the end).
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := sysPread(f.fd, p[done:], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.EOF
		}
	}
	return done, nil
}

// Write writes all of p at the offset of the file.
func (f *File) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := sysWrite(f.fd, p[done:])
		done += n
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.ErrShortWrite
		}
	}
	return done, nil
}

// WriteAt writes all of p at offset off.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := sysPwrite(f.fd, p[done:], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.ErrShortWrite
		}
	}
	return done, nil
}

// Seek sets the offset for the next Read or Write.
func (f *File) Seek(offset int64, whence int) (int64, error) { return sysSeek(f.fd, offset, whence) }

// Close closes the file; further calls give fs.ErrClosed.
func (f *File) Close() error {
	if f.fd == closedFile() {
		return fs.ErrClosed
	}
	fd := f.fd
	f.fd = closedFile()
	return sysCloseFile(fd)
}

// Fd is the descriptor, which stays with the File.
func (f *File) Fd() uintptr { return sysFd(f.fd) }

// Detach turns f into an os.File called name, which owns the descriptor from
// then on; f counts as closed.
func (f *File) Detach(name string) *os.File {
	of := sysDetach(f.fd, name)
	f.fd = closedFile()
	return of
}

// Stat describes the open inode.
func (f *File) Stat(st *Stat) error { return sysFstat(f.fd, st) }

// Chmod sets the permission bits.
func (f *File) Chmod(mode uint32) error { return sysFchmod(f.fd, mode&ModeBits) }

// Chown sets owner and group; KeepID leaves one as it is.
func (f *File) Chown(uid, gid uint32) error { return sysFchown(f.fd, uid, gid) }

// SetTimes sets access and modification time; Omit() leaves one as it is.
// ErrUnsupported outside Linux and Windows: use Dir.SetTimes there.
func (f *File) SetTimes(atime, mtime Time) error { return sysFutimes(f.fd, atime, mtime) }

// Truncate sets the length.
func (f *File) Truncate(size int64) error { return sysTruncate(f.fd, size) }

// Sync writes the data to stable storage.
func (f *File) Sync() error { return sysFsync(f.fd) }

// SetBlocking makes reads wait for data again: files are opened so that a
// FIFO cannot stall the open, which a device or FIFO that is then really read
// does not want.
func (f *File) SetBlocking() error { return sysSetBlocking(f.fd) }

// AwaitData waits until a FIFO has data or its writers have gone. Before the first writer comes, a
// read would take it for empty; where the system cannot tell, AwaitData returns at once.
func (f *File) AwaitData() error { return sysAwaitData(f.fd) }

// Allocate reserves space for the given range. With keepSize the length of
// the file stays; otherwise it grows to cover the range.
func (f *File) Allocate(off, length int64, keepSize bool) error {
	return sysAllocate(f.fd, off, length, keepSize)
}

// PunchHole frees the given range, which then reads as zeros; the length
// stays.
func (f *File) PunchHole(off, length int64) error { return sysPunchHole(f.fd, off, length) }

// SeekData finds the first data at or after off; ENXIO if only a hole follows.
// It moves the offset of the file.
func (f *File) SeekData(off int64) (int64, error) { return sysSeekData(f.fd, off) }

// SeekHole finds the first hole at or after off; the end of the file counts
// as one. It moves the offset of the file.
func (f *File) SeekHole(off int64) (int64, error) { return sysSeekHole(f.fd, off) }

// CopyRange lets the kernel copy up to n bytes from src at srcOff to f at
// dstOff and returns how many it copied; 0 without an error means the end of
// src. EXDEV, EINVAL, EOPNOTSUPP or ErrUnsupported: copy by reading and
// writing instead.
func (f *File) CopyRange(dstOff int64, src *File, srcOff int64, n int64) (int64, error) {
	return sysCopyRange(f.fd, dstOff, src.fd, srcOff, n)
}

// Clone makes f share all data of src (a reflink). It fails on most file
// systems; fall back to CopyRange.
func (f *File) Clone(src *File) error { return sysClone(f.fd, src.fd) }
