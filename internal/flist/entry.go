package flist

// Entry is what every item of a list has. It holds no pointer, so a list of millions costs the
// garbage collector nothing; what only some items have lies beside it (see Segment).
//
// Mode has the type bits of Linux whatever the platform, as on the wire. Mtime is in seconds
// since 1970, Nsec the nanoseconds within.
type Entry struct {
	Size  int64
	Mtime int64
	name  uint32 // offset of the base name in the segment's slab
	dir   uint32 // directory path, in the list's table; 0 is none
	Mode  uint32
	Nsec  uint32
	UID   uint32
	GID   uint32
	cold  uint32 // 1+index of the segment's cold record, 0 for none
	nlen  uint16 // length of the base name
	Flags Flags
}

// Flags are what a list knows of an item beyond its attributes.
type Flags uint16

// The flags. Top, Content and Implied are about directories
// (docs/protocol/02-wire-and-file-list.md §10.5).
const (
	Top       Flags = 1 << iota // named by an argument, or the transfer root
	Content                     // its contents are part of the transfer
	Implied                     // sent only because something below it is, with --relative
	Emptied                     // the slot keeps its number but holds nothing: a duplicate, pruned, or nameless
	Linked                      // member of a hard-link group
	FirstLink                   // the member that was sent first
	Mount                       // a mount point under -x: sent without contents
	SkipGroup                   // the group cannot be set here (not a member)
	Duplicate                   // sender: a later directory of the same name (§16.3)
	Missing                     // an argument that does not exist, to be deleted (mode 0)
)

// File types, the S_IFMT bits of Linux, as they travel.
const (
	TypeMask    = 0o170000
	TypeSocket  = 0o140000
	TypeSymlink = 0o120000
	TypeRegular = 0o100000
	TypeBlock   = 0o060000
	TypeDir     = 0o040000
	TypeChar    = 0o020000
	TypeFifo    = 0o010000
	PermMask    = 0o7777
)

// IsDir tells whether mode is that of a directory; the other predicates are alike.
func IsDir(mode uint32) bool { return mode&TypeMask == TypeDir }

// IsRegular tells whether mode is that of a regular file.
func IsRegular(mode uint32) bool { return mode&TypeMask == TypeRegular }

// IsSymlink tells whether mode is that of a symlink.
func IsSymlink(mode uint32) bool { return mode&TypeMask == TypeSymlink }

// IsDevice tells whether mode is that of a block or character device.
func IsDevice(mode uint32) bool {
	return mode&TypeMask == TypeBlock || mode&TypeMask == TypeChar
}

// IsSpecial tells whether mode is that of a fifo or socket.
func IsSpecial(mode uint32) bool {
	return mode&TypeMask == TypeFifo || mode&TypeMask == TypeSocket
}

// validType tells whether mode has one of the seven types.
func validType(mode uint32) bool {
	switch mode & TypeMask {
	case TypeSocket, TypeSymlink, TypeRegular, TypeBlock, TypeDir, TypeChar, TypeFifo:
		return mode <= 0o177777
	}
	return false
}

// Item is one entry in full, as the walk gives it to Segment.Add. The slices are copied.
type Item struct {
	Dir          []byte // directory part of the name in the list, "" for none; no trailing slash (but "/" alone)
	Base         []byte
	Mode         uint32
	Size         int64
	Mtime        int64
	Nsec         uint32
	UID, GID     uint32
	Flags        Flags
	Link         []byte // symlink target
	Major, Minor uint32 // of a device
	Dev, Ino     uint64 // of a file that may be linked; used only with Linked
	Atime        int64
	Crtime       int64
	Sum          []byte // --checksum
	ACL          int32  // index into the access ACL cache, -1 for none
	DefaultACL   int32
	Xattr        int32
}

// cold is what few entries have.
type cold struct {
	link         uint32 // offset in the slab
	linkLen      uint32
	major, minor uint32
	dev, ino     uint64
	group        int32 // hard-link group number, -1 for none
}
