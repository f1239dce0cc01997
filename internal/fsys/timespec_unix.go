//go:build unix

package fsys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// timespecs makes the argument of utimensat.
func timespecs(atime, mtime Time) (ts [2]unix.Timespec, err error) {
	for i, t := range [2]Time{atime, mtime} {
		switch t.Nsec {
		case NsecOmit:
			setInt(&ts[i].Nsec, utimeOmit)
			continue
		case NsecNow:
			setInt(&ts[i].Nsec, utimeNow)
			continue
		}
		setInt(&ts[i].Nsec, int64(t.Nsec))
		if !setInt(&ts[i].Sec, t.Sec) {
			return ts, syscall.EOVERFLOW
		}
	}
	return ts, nil
}

// setInt sets a field that is 32 or 64 bits wide depending on the machine,
// and reports whether the value fitted.
func setInt[T ~int32 | ~int64](field *T, v int64) bool {
	*field = T(v)
	return int64(*field) == v
}
