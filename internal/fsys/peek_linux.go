package fsys

import (
	"golang.org/x/sys/unix"
)

const noAtime = unix.O_NOATIME

// peek looks at one component of an operator's path: it gives the stat, of a
// directory an open descriptor too, of a link the target. An O_PATH
// descriptor holds the inode meanwhile, so the owner that is judged is the
// owner of the link that is read.
func peek(dir int, comp string) (fd int, target string, st Stat, err error) {
	fd, err = openat(dir, comp, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return -1, "", st, err
	}
	if err = sysFstat(fd, &st); err == nil && st.IsDir() {
		return fd, "", st, nil
	}
	if err == nil && st.IsSymlink() {
		buf := make([]byte, PathMax+1)
		var n int
		if n, err = unix.Readlinkat(fd, "", buf); err == nil {
			target = string(buf[:n])
		}
	}
	unix.Close(fd)
	return -1, target, st, err
}

// isDescriptorLink recognises /proc/self/fd/N: the name of an open
// descriptor, for example of a shell's process substitution.
func isDescriptorLink(dir int, comp string) bool {
	for i := 0; i < len(comp); i++ {
		if comp[i] < '0' || comp[i] > '9' {
			return false
		}
	}
	var s unix.Statfs_t
	return unix.Fstatfs(dir, &s) == nil && isProcFS(&s)
}
