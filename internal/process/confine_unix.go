//go:build unix

package process

import "syscall"

// Chroot makes dir the root of this process, and its current directory.
func Chroot(dir string) error {
	if err := syscall.Chroot(dir); err != nil {
		return err
	}
	return syscall.Chdir("/")
}

// MayChroot tries whether this process could change its root. It changes nothing.
func MayChroot() error { return syscall.Chroot("/") }

// Chdir changes the current directory.
func Chdir(dir string) error { return syscall.Chdir(dir) }

// SetGID changes the group ids of all threads.
func SetGID(gid uint32) error { return syscall.Setgid(int(gid)) }

// SetGroups replaces the supplementary groups of all threads.
func SetGroups(gids []uint32) error {
	list := make([]int, len(gids))
	for i, g := range gids {
		list[i] = int(g)
	}
	return syscall.Setgroups(list)
}

// SetUID changes the user ids of all threads, for good: real, effective and saved.
func SetUID(uid uint32) error { return syscall.Setuid(int(uid)) }
