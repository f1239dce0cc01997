package tree

import (
	"os"
	"sort"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func modified(st *syscall.Stat_t) (sec, nsec int64) { return st.Mtim.Unix() }

// xattrs lists the attributes of path itself, never of what a link names.
func xattrs(path string) ([]string, error) {
	names := make([]byte, 64<<10)
	n, err := unix.Llistxattr(path, names)
	if err == unix.ENOTSUP || n == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, &os.PathError{Op: "llistxattr", Path: path, Err: err}
	}
	var out []string
	value := make([]byte, 64<<10)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00") {
		n, err := unix.Lgetxattr(path, name, value)
		if err == unix.EPERM || err == unix.EACCES {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "lgetxattr " + name, Path: path, Err: err}
		}
		out = append(out, name+"="+string(value[:n]))
	}
	sort.Strings(out)
	return out, nil
}
