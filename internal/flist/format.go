package flist

import (
	"godwit/internal/meta"
	"godwit/internal/wire"
)

// Format is everything that decides how entries look on the wire: the negotiated facts, and the
// options that both ends know alike (docs/protocol/02-wire-and-file-list.md §10.2). Hooks that
// are nil are not used.
type Format struct {
	Caps wire.Caps

	Owner, Group     bool // -o, -g
	Links            bool // -l
	Devices          bool
	Specials         bool
	HardLinks        bool // -H
	Checksum         bool // -c
	SumLen           int  // length of the -c digest
	Atimes, Crtimes  bool
	ACLs, Xattrs     bool
	NumericIDs       bool
	Relative         bool
	DeleteMissing    bool // mode 0 is legal
	Recurse          bool
	IgnoreErrors     bool // error bits are neither sent nor taken
	ConvertLinkTexts bool // symlink texts go through ToWire and FromWire

	// UserName and GroupName give the name of an id at the sender, "" if it has none.
	UserName, GroupName func(id uint32) string

	// AppendAttrs appends the ACLs (unless it is a symlink) and the extended attributes of an
	// entry, as far as they are carried. Namer knows the names of ids in ACLs.
	AppendAttrs func(dst []byte, f File, namer meta.ACLNamer) ([]byte, error)
	// ReadACL and ReadXattr read them and return their places in the caches; the name is for messages.
	ReadACL   func(r *wire.Reader, mode uint32) (access, def int32, err error)
	ReadXattr func(r *wire.Reader, name []byte) (int32, error)

	// ToWire and FromWire convert names under --iconv.
	ToWire, FromWire func(name []byte) ([]byte, error)
}

// Columns returns the columns that segments of this format need.
func (f *Format) Columns() Columns {
	c := Columns{Atime: f.Atimes, Crtime: f.Crtimes, ACL: f.ACLs, Xattr: f.Xattrs}
	if f.Checksum {
		c.SumLen = f.SumLen
	}
	return c
}

// The xflags of an entry (§10.1). Some bits mean different things by type and protocol.
const (
	xTop        = 1 << 0
	xSameMode   = 1 << 1
	xExtended   = 1 << 2 // 28+: a second byte follows; 27: same rdev
	xSameRdev27 = 1 << 2
	xSameUID    = 1 << 3
	xSameGID    = 1 << 4
	xSameName   = 1 << 5
	xLongName   = 1 << 6
	xSameTime   = 1 << 7
	xSameMajor  = 1 << 8 // devices
	xNoContent  = 1 << 8 // directories, 30+
	xHlinked    = 1 << 9
	xSameDev    = 1 << 10 // 28, 29
	xUserName   = 1 << 10 // 30+
	xMinor8     = 1 << 11 // 28, 29
	xGroupName  = 1 << 11 // 30+
	xHlinkFirst = 1 << 12 // 30+
	xEndError   = 1 << 12 // with xExtended: end of list with error bits
	xNsec       = 1 << 13
	xSameAtime  = 1 << 14
	xCrtimeIsM  = 1 << 17
)

// carried is what an entry may refer back to: the state that both ends keep from entry to entry,
// across lists, for the whole connection (§10.4). It starts as zero.
type carried struct {
	name   []byte
	mode   uint32
	mtime  int64
	atime  int64
	uid    uint32
	gid    uint32
	rdev27 uint32
	major  uint32
	dev    uint64
}

// hasRdev tells whether entries of this mode carry device numbers.
func (f *Format) hasRdev(mode uint32) bool {
	return IsDevice(mode) && f.Devices || IsSpecial(mode) && f.Specials && f.Caps.Protocol < 31
}

// rdev27 packs device numbers as protocol 27 sends them, the layout of Linux.
func packRdev27(major, minor uint32) uint32 {
	return minor&0xff | major&0xfff<<8 | minor&0xfff00<<12
}

func unpackRdev27(v uint32) (major, minor uint32) {
	return v >> 8 & 0xfff, v&0xff | v>>12&0xfff00
}
