package fsys

import "golang.org/x/sys/unix"

const (
	utimeNow  = 1<<30 - 1
	utimeOmit = 1<<30 - 2
	dirSearch = 0x00800000 // O_SEARCH
	linkErrno = unix.EFTYPE
)

func birthTime(s *unix.Stat_t) (Time, bool) { return timeFrom(s.Btim), true }

func sysMknod(dir handle, name string, mode, major, minor uint32) error {
	if mode&ModeType == ModeFIFO {
		return unix.Mkfifoat(dir, name, mode&ModeBits)
	}
	return unix.Mknodat(dir, name, mode, int(unix.Mkdev(major, minor)))
}

func sysSeekData(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }
func sysSeekHole(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }
