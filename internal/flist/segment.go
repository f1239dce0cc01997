package flist

import (
	"bytes"
	"math/bits"
)

// Pages of entries double in length up to pageSize, so that the list of a small directory is small:
// the first two hold firstPage entries each, the next twice as many as the one before.
const (
	pageSize   = 1 << pageShift
	firstPage  = 1 << firstShift
	pageShift  = 10
	firstShift = 4
	smallPages = pageShift - firstShift + 1 // pages that the first pageSize entries take
)

// pageOf returns the page that holds entry i, and its place there.
func pageOf(i uint32) (page, at uint32) {
	switch {
	case i >= pageSize:
		return smallPages - 1 + i>>pageShift, i & (pageSize - 1)
	case i < firstPage:
		return 0, i
	}
	k := uint32(bits.Len32(i)) - firstShift
	return k, i - firstPage<<(k-1)
}

// pageLen returns how many entries page k holds.
func pageLen(k int) int {
	if k == 0 {
		return firstPage
	}
	return firstPage << min(k-1, pageShift-firstShift)
}

// Segment is one file list: the whole of it, or under incremental recursion the contents of one
// directory. It is filled by one goroutine, then sorted and published to the List, and from
// then on not changed. Entries lie in arrival order in pages that never move.
type Segment struct {
	paths *pathTable
	first int32 // ndx of the first entry
	dir   int32 // number of the directory whose contents these are, -1 for the first list

	pages [][]Entry
	n     int
	slab  []byte  // base names and link targets, each followed by NUL
	cold  []cold  //
	order []int32 // position in processing order -> arrival; nil while they are the same

	// Columns that exist only when an option asks for them, by arrival.
	columns Columns
	atime   []int64
	crtime  []int64
	sums    []byte
	acl     []int32
	defACL  []int32
	xattr   []int32

	// arrivalNumbers is set when --iconv makes numbers follow arrival (§16.1).
	arrivalNumbers bool
	// lastDir saves the look-up of a directory that repeats.
	lastDir uint32
	// dirs keeps the directory entries beyond the segment's life (see List).
	dirs *Segment
	// origins says where a walk found the entries (see origin.go).
	origins []origin
}

// Columns says which columns a segment has.
type Columns struct {
	Atime, Crtime bool
	SumLen        int // 0: no sums
	ACL, Xattr    bool
}

// First returns the number (ndx) of the first entry.
func (s *Segment) First() int32 { return s.first }

// Len returns the number of slots, emptied ones included.
func (s *Segment) Len() int { return s.n }

// Dir returns the number of the directory whose contents the segment holds, -1 for the first
// list of a transfer and for a list without incremental recursion.
func (s *Segment) Dir() int32 { return s.dir }

// At returns the entry at a position of the processing order, 0 <= pos < Len.
func (s *Segment) At(pos int) File {
	if s.order != nil {
		return File{s, s.order[pos]}
	}
	return File{s, int32(pos)}
}

// Arrival returns the i-th entry in the order of arrival.
func (s *Segment) Arrival(i int) File { return File{s, int32(i)} }

// NDX returns the number of the entry at a position of the processing order.
func (s *Segment) NDX(pos int) int32 {
	if s.arrivalNumbers && s.order != nil {
		return s.first + s.order[pos]
	}
	return s.first + int32(pos)
}

// byNDX returns the entry with a number that lies within the segment.
func (s *Segment) byNDX(ndx int32) File {
	k := ndx - s.first
	if s.order != nil && !s.arrivalNumbers {
		k = s.order[k]
	}
	return File{s, k}
}

// Holds tells whether the number belongs to an entry of the segment.
func (s *Segment) Holds(ndx int32) bool { return ndx >= s.first && int(ndx-s.first) < s.n }

func (s *Segment) entry(i int32) *Entry {
	k, at := pageOf(uint32(i))
	return &s.pages[k][at]
}

// grow adds one slot and returns it, zeroed.
func (s *Segment) grow() (*Entry, int32) {
	i := int32(s.n)
	if k, at := pageOf(uint32(i)); at == 0 {
		s.pages = append(s.pages, make([]Entry, pageLen(int(k))))
	}
	s.n++
	if s.columns.Atime {
		s.atime = append(s.atime, 0)
	}
	if s.columns.Crtime {
		s.crtime = append(s.crtime, 0)
	}
	if k := s.columns.SumLen; k > 0 {
		for range k {
			s.sums = append(s.sums, 0)
		}
	}
	if s.columns.ACL {
		s.acl = append(s.acl, -1)
		s.defACL = append(s.defACL, -1)
	}
	if s.columns.Xattr {
		s.xattr = append(s.xattr, -1)
	}
	return s.entry(i), i
}

// setName gives an entry its name.
func (s *Segment) setName(e *Entry, dir, base []byte) {
	if !bytes.Equal(dir, s.paths.path(s.lastDir)) {
		s.lastDir = s.paths.intern(dir)
	}
	e.dir = s.lastDir
	e.name = s.text(base)
	e.nlen = uint16(len(base))
}

// text puts b and a NUL into the slab.
func (s *Segment) text(b []byte) uint32 {
	at := len(s.slab)
	s.slab = append(s.slab, b...)
	s.slab = append(s.slab, 0)
	return uint32(at)
}

func (s *Segment) coldOf(e *Entry) *cold {
	if e.cold == 0 {
		s.cold = append(s.cold, cold{group: -1})
		e.cold = uint32(len(s.cold))
	}
	return &s.cold[e.cold-1]
}

// Add appends an item and returns it as a File.
func (s *Segment) Add(it *Item) File {
	e, i := s.grow()
	e.Size, e.Mtime, e.Nsec = it.Size, it.Mtime, it.Nsec
	e.Mode, e.UID, e.GID, e.Flags = it.Mode, it.UID, it.GID, it.Flags
	s.setName(e, it.Dir, it.Base)
	if len(it.Link) > 0 {
		c := s.coldOf(e)
		c.link, c.linkLen = s.text(it.Link), uint32(len(it.Link))
	}
	if IsDevice(it.Mode) || IsSpecial(it.Mode) {
		c := s.coldOf(e)
		c.major, c.minor = it.Major, it.Minor
	}
	if it.Flags&Linked != 0 {
		c := s.coldOf(e)
		c.dev, c.ino = it.Dev, it.Ino
	}
	if s.atime != nil {
		s.atime[i] = it.Atime
	}
	if s.crtime != nil {
		s.crtime[i] = it.Crtime
	}
	if k := s.columns.SumLen; k > 0 {
		copy(s.sums[int(i)*k:], it.Sum)
	}
	if s.acl != nil {
		s.acl[i], s.defACL[i] = it.ACL, it.DefaultACL
	}
	if s.xattr != nil {
		s.xattr[i] = it.Xattr
	}
	return File{s, i}
}

// copyOf appends a copy of f, which lies in another segment of the same list.
func (s *Segment) copyOf(f File) File {
	if at := f.origin(); at != nil {
		s.setOrigin(at)
	}
	e, i := s.grow()
	*e = *f.Entry()
	base := f.Base()
	e.name = s.text(base)
	if c := f.cold(); c != nil {
		cc := *c
		if c.linkLen > 0 {
			cc.link = s.text(f.Link())
		}
		s.cold = append(s.cold, cc)
		e.cold = uint32(len(s.cold))
	}
	if s.atime != nil {
		s.atime[i] = f.Atime()
	}
	if s.crtime != nil {
		s.crtime[i] = f.Crtime()
	}
	if s.acl != nil {
		s.acl[i], s.defACL[i] = f.ACL(), f.DefaultACL()
	}
	if s.xattr != nil {
		s.xattr[i] = f.Xattr()
	}
	if k := s.columns.SumLen; k > 0 {
		copy(s.sums[int(i)*k:], f.Sum())
	}
	return File{s, i}
}

// File is one entry of a list. It is valid as long as its segment is held; the zero value is no
// file.
type File struct {
	seg *Segment
	i   int32
}

// Valid tells whether f is a file at all.
func (f File) Valid() bool { return f.seg != nil }

// Active tells whether the slot holds something (not a dropped duplicate).
func (f File) Active() bool { return f.seg != nil && f.Entry().Flags&Emptied == 0 }

// Entry returns the fixed part.
func (f File) Entry() *Entry { return f.seg.entry(f.i) }

// Segment returns the list the file belongs to.
func (f File) Segment() *Segment { return f.seg }

// Mode returns type and permission bits, those of Linux.
func (f File) Mode() uint32 { return f.Entry().Mode }

// Size returns the length in bytes.
func (f File) Size() int64 { return f.Entry().Size }

// Mtime returns the seconds, Nsec the nanoseconds of the modification time.
func (f File) Mtime() int64 { return f.Entry().Mtime }

// Nsec returns the nanoseconds of the modification time.
func (f File) Nsec() uint32 { return f.Entry().Nsec }

// UID returns the owner, mapped to this host on a receiving side.
func (f File) UID() uint32 { return f.Entry().UID }

// GID returns the group, mapped to this host on a receiving side.
func (f File) GID() uint32 { return f.Entry().GID }

// Is tells whether any of the flags is set.
func (f File) Is(flags Flags) bool { return f.Entry().Flags&flags != 0 }

// IsDir tells whether f is a directory; the other predicates are alike.
func (f File) IsDir() bool { return IsDir(f.Entry().Mode) }

// IsRegular tells whether f is a regular file.
func (f File) IsRegular() bool { return IsRegular(f.Entry().Mode) }

// IsSymlink tells whether f is a symlink.
func (f File) IsSymlink() bool { return IsSymlink(f.Entry().Mode) }

// Base returns the last component of the name. The bytes must not be changed.
func (f File) Base() []byte {
	e := f.Entry()
	return f.seg.slab[e.name : e.name+uint32(e.nlen) : e.name+uint32(e.nlen)]
}

// BaseZ returns the last component with the NUL that follows it, for system calls.
func (f File) BaseZ() []byte {
	e := f.Entry()
	return f.seg.slab[e.name : e.name+uint32(e.nlen)+1 : e.name+uint32(e.nlen)+1]
}

// DirPath returns the directory part of the name, nil for none. The bytes must not be changed.
func (f File) DirPath() []byte { return f.seg.paths.path(f.Entry().dir) }

// DirID identifies the directory part: files of one list with the same part have the same ID.
func (f File) DirID() uint32 { return f.Entry().dir }

// AppendPath appends the name relative to the transfer root.
func (f File) AppendPath(dst []byte) []byte {
	if d := f.DirPath(); len(d) > 0 {
		dst = append(dst, d...)
		if d[len(d)-1] != '/' {
			dst = append(dst, '/')
		}
	}
	return append(dst, f.Base()...)
}

// Path returns the name relative to the transfer root.
func (f File) Path() string { return string(f.AppendPath(nil)) }

func (f File) cold() *cold {
	if k := f.Entry().cold; k > 0 {
		return &f.seg.cold[k-1]
	}
	return nil
}

// Link returns the target of a symlink, nil for none.
func (f File) Link() []byte {
	c := f.cold()
	if c == nil {
		return nil
	}
	return f.seg.slab[c.link : c.link+c.linkLen : c.link+c.linkLen]
}

// Rdev returns the numbers of a device.
func (f File) Rdev() (major, minor uint32) {
	if c := f.cold(); c != nil {
		return c.major, c.minor
	}
	return 0, 0
}

// DevIno returns what identifies a linked file at the sender.
func (f File) DevIno() (dev, ino uint64) {
	if c := f.cold(); c != nil {
		return c.dev, c.ino
	}
	return 0, 0
}

// Group returns the number of the hard-link group, -1 for none.
func (f File) Group() int32 {
	if c := f.cold(); c != nil && f.Is(Linked) {
		return c.group
	}
	return -1
}

// Sum returns the --checksum digest, nil if the list has none.
func (f File) Sum() []byte {
	k := f.seg.columns.SumLen
	if k == 0 {
		return nil
	}
	return f.seg.sums[int(f.i)*k : (int(f.i)+1)*k]
}

// Atime returns the access time in seconds, 0 if the list has none.
func (f File) Atime() int64 {
	if f.seg.atime == nil {
		return 0
	}
	return f.seg.atime[f.i]
}

// Crtime returns the creation time in seconds, 0 if the list has none.
func (f File) Crtime() int64 {
	if f.seg.crtime == nil {
		return 0
	}
	return f.seg.crtime[f.i]
}

// ACL returns the index of the access ACL, -1 for none.
func (f File) ACL() int32 { return column(f.seg.acl, f.i) }

// DefaultACL returns the index of the default ACL, -1 for none.
func (f File) DefaultACL() int32 { return column(f.seg.defACL, f.i) }

// Xattr returns the index of the list of extended attributes, -1 for none.
func (f File) Xattr() int32 { return column(f.seg.xattr, f.i) }

func column(c []int32, i int32) int32 {
	if c == nil {
		return -1
	}
	return c[i]
}

// SetXattr records which list of extended attributes f has; only the side that fills the list
// may call it.
func (f File) SetXattr(list int32) {
	if f.seg.xattr != nil {
		f.seg.xattr[f.i] = list
	}
}
