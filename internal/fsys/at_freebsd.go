package fsys

import "golang.org/x/sys/unix"

const (
	utimeNow  = unix.UTIME_NOW
	utimeOmit = unix.UTIME_OMIT
	dirSearch = unix.O_SEARCH
	linkErrno = unix.EMLINK
)

func birthTime(s *unix.Stat_t) (Time, bool) { return timeFrom(s.Btim), s.Btim.Sec != -1 }

func sysMknod(dir handle, name string, mode, major, minor uint32) error {
	return unix.Mknodat(dir, name, mode, unix.Mkdev(major, minor))
}

func sysSeekData(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_DATA) }
func sysSeekHole(fd fileHandle, off int64) (int64, error) { return unix.Seek(fd, off, unix.SEEK_HOLE) }
