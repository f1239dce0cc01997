package fsys

import "golang.org/x/sys/unix"

const (
	utimeNow  = unix.UTIME_NOW
	utimeOmit = unix.UTIME_OMIT
	dirSearch = unix.O_RDONLY
	linkErrno = unix.EFTYPE
)

func birthTime(*unix.Stat_t) (Time, bool) { return Time{}, false }

func sysMknod(dir handle, name string, mode, major, minor uint32) error {
	if mode&ModeType == ModeFIFO {
		return unix.Mkfifoat(dir, name, mode&ModeBits)
	}
	return unix.Mknodat(dir, name, mode, int(unix.Mkdev(major, minor)))
}

func sysSeekData(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }
func sysSeekHole(fileHandle, int64) (int64, error) { return 0, ErrUnsupported }
