package fsys

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// eof takes io.EOF back to what a read of the system says.
func eof(n int, err error) (int, error) {
	if errors.Is(err, io.EOF) {
		return n, nil
	}
	return n, bare(err)
}

func sysRead(f fileHandle, p []byte) (int, error)              { return eof(f.Read(p)) }
func sysPread(f fileHandle, p []byte, off int64) (int, error)  { return eof(f.ReadAt(p, off)) }
func sysWrite(f fileHandle, p []byte) (int, error)             { return eof(f.Write(p)) }
func sysPwrite(f fileHandle, p []byte, off int64) (int, error) { return eof(f.WriteAt(p, off)) }

func sysSeek(f fileHandle, off int64, whence int) (int64, error) {
	n, err := f.Seek(off, whence)
	return n, bare(err)
}

func sysCloseFile(f fileHandle) error              { return bare(f.Close()) }
func sysFd(f fileHandle) uintptr                   { return f.Fd() }
func sysDetach(f fileHandle, _ string) *os.File    { return f }
func sysTruncate(f fileHandle, size int64) error   { return bare(f.Truncate(size)) }
func sysFsync(f fileHandle) error                  { return bare(f.Sync()) }
func sysSetBlocking(fileHandle) error              { return nil }
func sysAwaitData(fileHandle) error                { return nil }
func sysFchown(fileHandle, uint32, uint32) error   { return ErrUnsupported }
func sysFutimes(fileHandle, Time, Time) error      { return ErrUnsupported }
func sysSeekData(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }
func sysSeekHole(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }

func sysAllocate(fileHandle, int64, int64, bool) error { return ErrUnsupported }

func sysFchmod(f fileHandle, mode uint32) error {
	return bare(f.Chmod(fs.FileMode(mode & ModePerm)))
}

func sysFstat(f fileHandle, st *Stat) error {
	info, err := f.Stat()
	if err != nil {
		return bareError(err)
	}
	fromWinInfo(info, st)
	return nil
}
