package meta

import (
	"godwit/internal/fsys"
	"godwit/internal/wire"
)

// Compare returns the item flags for the attributes in which a destination
// with the stat st differs from rec: ItemTime, ItemAtime, ItemCrtime,
// ItemPerms, ItemOwner and ItemGroup, as docs/protocol/03-transfer.md §11 defines
// them. Attributes that are not kept don't differ. With --fake-super st comes
// from [Policy.Stat].
func (p *Policy) Compare(rec *Record, st *fsys.Stat) (flags wire.ItemFlags) {
	if p.KeepsTimes(rec.Mode) && !SameTime(rec.Mtime, st.Mtime, p.ModifyWindow) {
		flags |= wire.ItemTime
	}
	if p.keepsAtime(rec.Mode) && rec.Atime.Sec != st.Atime.Sec {
		flags |= wire.ItemAtime
	}
	if p.keepsCrtime(rec.Mode) && st.HasCrtime && !SameTime(rec.Crtime, st.Crtime, p.ModifyWindow) {
		flags |= wire.ItemCrtime
	}
	if !p.SameMode(rec.Mode, st.Mode) {
		flags |= wire.ItemPerms
	}
	if p.keepsOwner() && rec.UID != st.UID {
		flags |= wire.ItemOwner
	}
	if p.keepsGroup(rec) && rec.GID != st.GID {
		flags |= wire.ItemGroup
	}
	return flags
}

// SameMode reports whether permissions count as equal: all twelve bits with
// --perms, having any x bit with --executability (regular files), nothing
// otherwise. Links have no mode of their own.
func (p *Policy) SameMode(entry, have uint32) bool {
	switch kind := entry & fsys.ModeType; {
	case kind == fsys.ModeSymlink:
		return true
	case p.Perms:
		return (entry^have)&fsys.ModeBits == 0
	case p.Executability && kind == fsys.ModeRegular:
		return (entry&0o111 == 0) == (have&0o111 == 0)
	}
	return true
}

// CompareACLs returns ItemACL if the ACLs of the leaf differ from rec's.
func (a *Applier) CompareACLs(leaf *Leaf, rec *Record, st *fsys.Stat) wire.ItemFlags {
	if !a.Policy.ACLs || rec.Access == nil || !HasACLs(rec.Mode, AccessACL) {
		return 0
	}
	if f := a.readACL(leaf, AccessACL, st.Mode); f != nil || !SameAccess(rec.Access, rec.Mode, &a.acl, st.Mode) {
		return wire.ItemACL
	}
	if rec.Default == nil || !HasACLs(rec.Mode, DefaultACL) {
		return 0
	}
	if f := a.readACL(leaf, DefaultACL, st.Mode); f != nil || !a.sameDefault(rec.Default) {
		return wire.ItemACL
	}
	return 0
}

// sameDefault compares the default ACL just read. A list without an element
// for its owner is none at all.
func (a *Applier) sameDefault(want *ACL) bool {
	if want.UserObj == NoAccess || a.acl.UserObj == NoAccess {
		return want.UserObj == a.acl.UserObj
	}
	return want.Equal(&a.acl)
}

// CompareXattrs returns ItemXattr if the extended attributes of the leaf
// differ from rec's. A nil leaf stands for a new entry, which differs if it
// has any.
func (a *Applier) CompareXattrs(leaf AttrSource, rec *Record) wire.ItemFlags {
	if !a.Policy.Xattrs || !rec.HasXattrs {
		return 0
	}
	if leaf == nil {
		if a.Xattrs.Empty(rec.XattrList) {
			return 0
		}
		return wire.ItemXattr
	}
	if a.Xattrs.sameXattrs(&a.xattr, rec.XattrList, leaf) {
		return 0
	}
	return wire.ItemXattr
}
