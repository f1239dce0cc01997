package meta

import (
	"cmp"
	"slices"

	"godwit/internal/fsys"
)

// ACLKind tells the list that governs access to an inode from the one that a
// directory hands on to what is made in it.
type ACLKind uint8

// The kinds of ACL.
const (
	AccessACL ACLKind = iota
	DefaultACL
)

// String returns the kind as messages write it.
func (k ACLKind) String() string {
	if k == DefaultACL {
		return "ACL_TYPE_DEFAULT"
	}
	return "ACL_TYPE_ACCESS"
}

// NoAccess in one of the four fields of an [ACL] says that the list does not
// have that element (or that it equals the mode's bits).
const NoAccess uint8 = 0x80

// ACL is one POSIX access control list. Accesses are the three bits rwx.
//
// An access ACL is kept *stripped*: what the mode says anyway is absent. A
// file without extended ACL has the stripped list that [NoACL] returns. A
// default ACL is complete, or empty.
type ACL struct {
	UserObj, GroupObj, Mask, Other uint8

	// Names are the named users, then the named groups, each by ascending id
	// if the list comes from this system.
	Names []ACLName
}

// ACLName is the access of one named user or group.
type ACLName struct {
	ID     uint32
	Access uint32 // above 7 only in lists that a fake-super receiver stores
	Group  bool
}

// NoACL returns the list without any element.
func NoACL() ACL {
	return ACL{UserObj: NoAccess, GroupObj: NoAccess, Mask: NoAccess, Other: NoAccess}
}

// Empty reports whether the list has no element at all.
func (a *ACL) Empty() bool {
	return a.UserObj == NoAccess && a.GroupObj == NoAccess && a.Mask == NoAccess && a.Other == NoAccess && len(a.Names) == 0
}

// reset empties the list and keeps its memory.
func (a *ACL) reset() {
	names := a.Names[:0]
	*a = NoACL()
	a.Names = names
}

// groupBits is the middle digit of the mode, which is the mask where there is
// one.
func groupBits(mode uint32) uint8 { return uint8(mode >> 3 & 7) }

// Strip removes from an access ACL what a file's mode says anyway. Only
// stripped lists are sent and compared.
func (a *ACL) Strip(mode uint32) {
	a.UserObj, a.Other = NoAccess, NoAccess
	if a.Mask == NoAccess {
		a.GroupObj = NoAccess
		return
	}
	if a.GroupObj == groupBits(mode) {
		a.GroupObj = NoAccess
	}
	if len(a.Names) > 0 && a.Mask == groupBits(mode) {
		a.Mask = NoAccess
	}
}

// Complete undoes [ACL.Strip]: what is absent comes from the mode. The mask,
// where there is one, always does.
func (a *ACL) Complete(mode uint32) {
	a.UserObj, a.Other = uint8(mode>>6&7), uint8(mode&7)
	if a.Mask != NoAccess || len(a.Names) > 0 {
		a.Mask = groupBits(mode)
	}
	if a.GroupObj == NoAccess {
		a.GroupObj = groupBits(mode)
	}
}

// supplyMask gives a received list with names the mask that it must have
// (docs/protocol/02-wire-and-file-list.md §17).
func (a *ACL) supplyMask(kind ACLKind, mode uint32) {
	if len(a.Names) == 0 || a.Mask != NoAccess {
		return
	}
	if kind == AccessACL {
		a.Mask = groupBits(mode)
		return
	}
	mask := uint32(0)
	if a.GroupObj != NoAccess {
		mask = uint32(a.GroupObj)
	}
	for _, n := range a.Names {
		mask |= n.Access
	}
	a.Mask = uint8(mask & 7)
}

// Equal reports whether two complete lists of the same kind, or two stripped
// ones, have the same elements in the same order.
func (a *ACL) Equal(b *ACL) bool {
	return a.UserObj == b.UserObj && a.GroupObj == b.GroupObj && a.Mask == b.Mask && a.Other == b.Other &&
		slices.Equal(a.Names, b.Names)
}

// SameAccess reports whether two access ACLs (stripped or not) grant the same
// to files of the given modes, apart from what the modes themselves decide:
// the mask is the mode's business and does not count.
func SameAccess(a *ACL, aMode uint32, b *ACL, bMode uint32) bool {
	aMask, bMask := a.Mask != NoAccess || len(a.Names) > 0, b.Mask != NoAccess || len(b.Names) > 0
	if aMask != bMask || !slices.Equal(a.Names, b.Names) {
		return false
	}
	return !aMask || a.groupObj(aMode) == b.groupObj(bMode)
}

func (a *ACL) groupObj(mode uint32) uint8 {
	if a.GroupObj == NoAccess {
		return groupBits(mode)
	}
	return a.GroupObj
}

// DefaultMode returns the permissions that this default ACL leaves to a file
// made in its directory, in place of 0777 without the umask.
func (a *ACL) DefaultMode() uint32 {
	group := a.GroupObj
	if a.Mask != NoAccess {
		group = a.Mask
	}
	return uint32(a.UserObj&7)<<6 | uint32(group&7)<<3 | uint32(a.Other&7)
}

// sortNames puts the names into the system's order, which matters after ids
// have been mapped.
func (a *ACL) sortNames() {
	slices.SortStableFunc(a.Names, func(x, y ACLName) int {
		if x.Group != y.Group {
			if x.Group {
				return 1
			}
			return -1
		}
		return cmp.Compare(x.ID, y.ID)
	})
}

// HasACLs reports whether a kind of file can have a list of the given kind
// that this program keeps: symbolic links have none, and only directories
// have default lists.
func HasACLs(mode uint32, kind ACLKind) bool {
	t := mode & fsys.ModeType
	if kind == DefaultACL {
		return t == fsys.ModeDir
	}
	return t != fsys.ModeSymlink && t != 0
}
