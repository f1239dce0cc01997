package meta

import "encoding/binary"

// The layout in which Linux keeps ACLs in the attributes
// system.posix_acl_access and system.posix_acl_default: a version, then per
// element a tag, its permissions and an id, all little-endian.
const (
	posixACLVersion  = 2
	posixACLHeader   = 4
	posixACLElement  = 8
	tagUserObj       = 0x01
	tagUser          = 0x02
	tagGroupObj      = 0x04
	tagGroup         = 0x08
	tagMask          = 0x10
	tagOther         = 0x20
	posixUndefinedID = ^uint32(0)
)

// parsePOSIX fills a with the complete list in b and reports whether b has
// the expected layout. Elements with an unknown tag are passed over.
func (a *ACL) parsePOSIX(b []byte) bool {
	a.reset()
	if len(b) < posixACLHeader || (len(b)-posixACLHeader)%posixACLElement != 0 ||
		binary.LittleEndian.Uint32(b) != posixACLVersion {
		return false
	}
	for b = b[posixACLHeader:]; len(b) > 0; b = b[posixACLElement:] {
		perm := binary.LittleEndian.Uint16(b[2:]) & 7
		id := binary.LittleEndian.Uint32(b[4:])
		switch binary.LittleEndian.Uint16(b) {
		case tagUserObj:
			a.UserObj = uint8(perm)
		case tagGroupObj:
			a.GroupObj = uint8(perm)
		case tagMask:
			a.Mask = uint8(perm)
		case tagOther:
			a.Other = uint8(perm)
		case tagUser:
			a.Names = append(a.Names, ACLName{ID: id, Access: uint32(perm)})
		case tagGroup:
			a.Names = append(a.Names, ACLName{ID: id, Access: uint32(perm), Group: true})
		}
	}
	return true
}

// appendPOSIX appends the complete list as Linux keeps it. Names must be in
// the system's order.
func (a *ACL) appendPOSIX(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, posixACLVersion)
	b = appendElement(b, tagUserObj, a.UserObj, posixUndefinedID)
	i := 0
	for ; i < len(a.Names) && !a.Names[i].Group; i++ {
		b = appendElement(b, tagUser, uint8(a.Names[i].Access&7), a.Names[i].ID)
	}
	b = appendElement(b, tagGroupObj, a.GroupObj, posixUndefinedID)
	for ; i < len(a.Names); i++ {
		b = appendElement(b, tagGroup, uint8(a.Names[i].Access&7), a.Names[i].ID)
	}
	if a.Mask != NoAccess {
		b = appendElement(b, tagMask, a.Mask, posixUndefinedID)
	}
	return appendElement(b, tagOther, a.Other, posixUndefinedID)
}

func appendElement(b []byte, tag uint16, access uint8, id uint32) []byte {
	b = binary.LittleEndian.AppendUint16(b, tag)
	b = binary.LittleEndian.AppendUint16(b, uint16(access&7))
	return binary.LittleEndian.AppendUint32(b, id)
}

// The layout of fake-super's ACL records: the four accesses as 32-bit numbers,
// then per name the id and the access, whose top bit marks a user.
const (
	fakeACLHeader = 16
	fakeACLName   = 8
	fakeACLUser   = 1 << 31
)

// parseFake fills a from a fake-super record and reports whether b is one.
func (a *ACL) parseFake(b []byte) bool {
	a.reset()
	if len(b) < fakeACLHeader || (len(b)-fakeACLHeader)%fakeACLName != 0 {
		return false
	}
	for i, dst := range []*uint8{&a.UserObj, &a.GroupObj, &a.Mask, &a.Other} {
		*dst = uint8(binary.LittleEndian.Uint32(b[4*i:]))
	}
	for b = b[fakeACLHeader:]; len(b) > 0; b = b[fakeACLName:] {
		access := binary.LittleEndian.Uint32(b[4:])
		a.Names = append(a.Names, ACLName{
			ID:     binary.LittleEndian.Uint32(b),
			Access: access &^ fakeACLUser,
			Group:  access&fakeACLUser == 0,
		})
	}
	return true
}

// appendFake appends the list as a fake-super record.
func (a *ACL) appendFake(b []byte) []byte {
	for _, v := range [...]uint8{a.UserObj, a.GroupObj, a.Mask, a.Other} {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	for _, n := range a.Names {
		access := n.Access
		if !n.Group {
			access |= fakeACLUser
		}
		b = binary.LittleEndian.AppendUint32(b, n.ID)
		b = binary.LittleEndian.AppendUint32(b, access)
	}
	return b
}
