package fsys

import "math"

// File type bits of Stat.Mode. They have the same values on every platform we
// build for and on the wire.
const (
	ModeType    = 0o170000
	ModeSocket  = 0o140000
	ModeSymlink = 0o120000
	ModeRegular = 0o100000
	ModeBlock   = 0o060000
	ModeDir     = 0o040000
	ModeChar    = 0o020000
	ModeFIFO    = 0o010000

	ModeSetUID = 0o4000
	ModeSetGID = 0o2000
	ModeSticky = 0o1000
	ModePerm   = 0o0777
	ModeBits   = 0o7777 // what chmod can set
)

// Special values of Time.Nsec for the SetTimes methods.
const (
	NsecOmit = math.MinInt32     // leave this time as it is
	NsecNow  = math.MinInt32 + 1 // use the time of the system
)

// KeepID in a Chown call leaves that id unchanged.
const KeepID = math.MaxUint32

// Time is seconds since 1970 (negative before) and nanoseconds 0–999,999,999,
// or one of NsecOmit and NsecNow.
type Time struct {
	Sec  int64
	Nsec int32
}

// Omit is the Time that makes SetTimes leave a time alone.
func Omit() Time { return Time{Nsec: NsecOmit} }

// Now is the Time that makes SetTimes use the clock of the file system.
func Now() Time { return Time{Nsec: NsecNow} }

// Stat is what the system knows about one inode. The caller owns the memory;
// every field is overwritten.
type Stat struct {
	Size   int64
	Blocks int64 // in units of 512 bytes
	Ino    uint64
	Dev    uint64 // opaque; equal for inodes of one file system
	Nlink  uint64

	Atime, Mtime, Ctime Time
	Crtime              Time // birth; meaningful only if HasCrtime

	Mode      uint32 // type and permission bits as in st_mode
	UID, GID  uint32
	RdevMajor uint32 // of devices
	RdevMinor uint32

	HasCrtime bool
}

// Type gives the type bits of the mode, one of the Mode constants.
func (st *Stat) Type() uint32 { return st.Mode & ModeType }

// IsDir reports whether the inode is a directory.
func (st *Stat) IsDir() bool { return st.Mode&ModeType == ModeDir }

// IsRegular reports whether the inode is a regular file.
func (st *Stat) IsRegular() bool { return st.Mode&ModeType == ModeRegular }

// IsSymlink reports whether the inode is a symbolic link.
func (st *Stat) IsSymlink() bool { return st.Mode&ModeType == ModeSymlink }

// IsDevice reports whether the inode is a block or character device.
func (st *Stat) IsDevice() bool {
	t := st.Mode & ModeType
	return t == ModeBlock || t == ModeChar
}

// IsSpecial reports whether the inode is a FIFO or a socket.
func (st *Stat) IsSpecial() bool {
	t := st.Mode & ModeType
	return t == ModeFIFO || t == ModeSocket
}

// Same reports whether both describe the same inode.
func (st *Stat) Same(o *Stat) bool { return st.Ino == o.Ino && st.Dev == o.Dev }
