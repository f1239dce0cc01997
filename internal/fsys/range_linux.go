package fsys

import "golang.org/x/sys/unix"

func sysAllocate(fd fileHandle, off, length int64, keepSize bool) error {
	var mode uint32
	if keepSize {
		mode = unix.FALLOC_FL_KEEP_SIZE
	}
	return again0(func() error { return unix.Fallocate(fd, mode, off, length) })
}

func sysPunchHole(fd fileHandle, off, length int64) error {
	return again0(func() error {
		return unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, length)
	})
}

func sysSeekData(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_DATA) }
func sysSeekHole(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_HOLE) }

func sysCopyRange(dst fileHandle, dstOff int64, src fileHandle, srcOff int64, n int64) (int64, error) {
	copied, err := again(func() (int, error) {
		return unix.CopyFileRange(src, &srcOff, dst, &dstOff, int(min(n, ioMax)), 0)
	})
	return int64(copied), err
}

func sysClone(dst, src fileHandle) error { return unix.IoctlFileClone(dst, src) }
