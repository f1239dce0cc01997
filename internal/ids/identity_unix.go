//go:build unix

package ids

import "golang.org/x/sys/unix"

// CurrentIdentity asks the system who this process is now. It is for the
// place that fills a session's environment; everything else is handed the
// value.
func CurrentIdentity() (Identity, error) {
	i := Identity{UID: uint32(unix.Geteuid()), GID: uint32(unix.Getegid())}
	groups, err := unix.Getgroups()
	for _, g := range groups {
		i.Groups = append(i.Groups, uint32(g))
	}
	return i, err
}
