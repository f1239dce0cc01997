package meta

import (
	"godwit/internal/fsys"
	"godwit/internal/ids"
)

// Policy is what one side of a transfer keeps of an entry's metadata and what
// its process may do. It is immutable while a transfer runs and may be shared.
type Policy struct {
	ModeRules // --perms, --executability

	Owner, Group                bool // --owner, --group
	Times, Atimes, Crtimes      bool
	OmitDirTimes, OmitLinkTimes bool
	ACLs, Xattrs                bool

	// ModifyWindow is --modify-window; see [SameTime].
	ModifyWindow int

	// Super says that owners can be changed freely: the effective user is
	// root or --super was given, and neither --no-super nor --fake-super.
	Super bool
	// Fake keeps owners, special modes and devices in extended attributes
	// instead (--fake-super).
	Fake bool
	// Identity is the process, for groups that may be set without Super.
	Identity ids.Identity
}

// Record is what the file list says about an entry, after ids were mapped and
// modes edited.
type Record struct {
	Mode         uint32 // type and permissions, as DestMode made them
	UID, GID     uint32
	SkipGroup    bool // the group cannot be set here; see ids.Local
	Major, Minor uint32

	Mtime, Atime, Crtime fsys.Time

	Access, Default *ACL // with --acls
	XattrList       uint32
	HasXattrs       bool // XattrList is the number of the entry's list
}

// KeepsTimes reports whether modification times are kept for files of the
// mode's type.
func (p *Policy) KeepsTimes(mode uint32) bool {
	return p.Times && !p.omitsTimes(mode)
}

func (p *Policy) omitsTimes(mode uint32) bool {
	switch mode & fsys.ModeType {
	case fsys.ModeDir:
		return p.OmitDirTimes
	case fsys.ModeSymlink:
		return p.OmitLinkTimes
	}
	return false
}

// keepsAtime: access times of directories and links change by our looking at
// them.
func (p *Policy) keepsAtime(mode uint32) bool {
	t := mode & fsys.ModeType
	return p.Atimes && t != fsys.ModeDir && t != fsys.ModeSymlink
}

func (p *Policy) keepsCrtime(mode uint32) bool { return p.Crtimes && !p.omitsTimes(mode) }

// keepsOwner and keepsGroup report whether the id would be changed if it
// differed.
func (p *Policy) keepsOwner() bool { return p.Owner && (p.Super || p.Fake) }

func (p *Policy) keepsGroup(rec *Record) bool { return p.Group && !rec.SkipGroup }
