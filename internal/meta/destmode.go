package meta

import "godwit/internal/fsys"

// ModeRules are the options that decide the mode of a destination.
type ModeRules struct {
	Perms         bool // --perms
	Executability bool // --executability; without effect if Perms
}

// DestMode returns the mode that a destination gets when the sender's entry
// has mode entry (docs/protocol/03-transfer.md §14.1). The type bits are
// always the entry's.
//
// exists says whether old is the mode of what the new content stands in for:
// the destination itself, or the basis of a transfer; for a directory just
// made it is false. defaults are the permissions that a new file may have at
// most: 0777 without the umask, or what the default ACL of its directory
// leaves ([ACL.DefaultMode]).
func (r ModeRules) DestMode(entry, old uint32, exists bool, defaults uint32) uint32 {
	kind := entry & fsys.ModeType
	switch {
	case r.Perms:
		return entry
	case !exists:
		return kind | entry&defaults&fsys.ModePerm
	}
	mode := kind | old&fsys.ModeBits
	if r.Executability && kind == fsys.ModeRegular {
		mode = carryExecutability(entry, mode)
	}
	return mode
}

// carryExecutability gives mode the executability of entry: none, or some.
func carryExecutability(entry, mode uint32) uint32 {
	switch {
	case entry&0o111 == 0:
		return mode &^ 0o111
	case mode&0o111 == 0:
		return mode | mode&0o444>>2
	}
	return mode
}

// InheritSetGID adds to the mode wanted for a directory just made the setgid
// bit that it got from its parent, made being the mode that it has. Modes that
// --perms dictates don't inherit.
func (r ModeRules) InheritSetGID(want, made uint32) uint32 {
	if r.Perms {
		return want
	}
	return want | made&fsys.ModeSetGID
}
