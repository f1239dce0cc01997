package process

import (
	"os/user"
	"strconv"

	"godwit/internal/ids"
)

// UserIdentity returns the groups of an account: what a process becomes with it.
func UserIdentity(uid uint32) (ids.Identity, error) {
	id := ids.Identity{UID: uid, GID: uid}
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return id, nil // a number without an account
	}
	if gid, err := strconv.ParseUint(u.Gid, 10, 32); err == nil {
		id.GID = uint32(gid)
	}
	groups, err := u.GroupIds()
	if err != nil {
		groups = []string{u.Gid}
	}
	for _, g := range groups {
		if gid, err := strconv.ParseUint(g, 10, 32); err == nil {
			id.Groups = append(id.Groups, uint32(gid))
		}
	}
	return id, nil
}
