package ids

import "slices"

// Identity is who the process is as far as changing owners goes.
type Identity struct {
	UID, GID uint32   // effective ids
	Groups   []uint32 // supplementary groups, in any order
}

// Root reports whether the effective user is the superuser.
func (i Identity) Root() bool { return i.UID == 0 }

// Member reports whether the process may give its files to the group.
func (i Identity) Member(gid uint32) bool {
	return gid == i.GID || slices.Contains(i.Groups, gid)
}
