package flist

import (
	"bytes"

	"godwit/internal/ids"
	"godwit/internal/wire"
)

// Encoder writes file lists. One serves a whole connection: entries refer back to the one
// before, across lists.
type Encoder struct {
	f       *Format
	st      carried
	started bool // an entry has been written: uid and gid may be "same"
	path    []byte
	attrs   []byte

	links map[devIno]int32 // hard-link groups of protocol 30+: the number of the first member sent
	users map[uint32]bool  // ids seen, for names inline or in lists
	grps  map[uint32]bool
}

type devIno struct{ dev, ino uint64 }

// NewEncoder returns the encoder of a connection.
func NewEncoder(f *Format) *Encoder {
	return &Encoder{f: f, links: map[devIno]int32{}, users: map[uint32]bool{}, grps: map[uint32]bool{}}
}

// NoteID records an id that an ACL names, so that its name is sent; it reports whether the id is
// new (docs/protocol/02-wire-and-file-list.md §12).
func (e *Encoder) NoteID(user bool, id uint32) bool {
	seen := e.users
	if !user {
		seen = e.grps
	}
	if seen[id] {
		return false
	}
	seen[id] = true
	return true
}

// ACLName implements [meta.ACLNamer]: names of ids travel inline under incremental recursion.
func (e *Encoder) ACLName(kind ids.Kind, id uint32) string {
	user := kind == ids.User
	if e.f.NumericIDs || !e.NoteID(user, id) || !e.f.Caps.IncRecurse {
		return ""
	}
	name := e.f.GroupName
	if user {
		name = e.f.UserName
	}
	if name == nil {
		return ""
	}
	return name(id)
}

// Append appends one entry; its position among the segment's arrivals gives the number of a
// hard-link group that it starts. An [*EntryError] is about this entry only, and nothing has been
// appended then.
func (e *Encoder) Append(dst []byte, f File) ([]byte, error) {
	p := e.f.Caps.Protocol
	en := f.Entry()
	mode := en.Mode
	st := &e.st

	e.path = f.AppendPath(e.path[:0])
	name := e.path
	link := f.Link()
	if e.f.ToWire != nil {
		var err error
		if name, err = e.f.ToWire(name); err != nil {
			return dst, &EntryError{Err: err}
		}
		if e.f.ConvertLinkTexts && len(link) > 0 {
			if link, err = e.f.ToWire(link); err != nil {
				return dst, &EntryError{Link: true, Err: err}
			}
		}
	}
	e.attrs = e.attrs[:0]
	if (e.f.ACLs || e.f.Xattrs) && e.f.AppendAttrs != nil {
		var err error
		if e.attrs, err = e.f.AppendAttrs(e.attrs, f, e); err != nil {
			return dst, err
		}
	}

	flags := 0
	if IsDir(mode) {
		flags = e.dirFlags(en.Flags)
	}

	first, abbreviated := e.groupOf(f)
	if mode == st.mode {
		flags |= xSameMode
	}
	major, minor := f.Rdev()
	var packed uint32
	switch {
	case p == 27:
		switch {
		case IsDevice(mode) && e.f.Devices:
			packed = packRdev27(major, minor)
			if packed == st.rdev27 {
				flags |= xSameRdev27
			} else {
				st.rdev27 = packed
			}
		case IsSpecial(mode) && e.f.Specials:
			flags |= xSameRdev27
		default:
			st.rdev27 = 0
		}
	case e.f.hasRdev(mode):
		if IsSpecial(mode) {
			flags |= xSameMajor
			minor = 0
		} else if major == st.major {
			flags |= xSameMajor
		} else {
			st.major = major
		}
		if p < 30 && minor <= 0xff {
			flags |= xMinor8
		}
	}
	if !e.f.Owner || en.UID == st.uid && e.started {
		flags |= xSameUID
	}
	if !e.f.Group || en.GID == st.gid && e.started {
		flags |= xSameGID
	}
	if en.Mtime == st.mtime {
		flags |= xSameTime
	}
	atime := f.Atime()
	if e.f.Atimes && !IsDir(mode) && p > 27 && atime == st.atime {
		flags |= xSameAtime
	}
	if e.f.Crtimes && f.Crtime() == en.Mtime {
		flags |= xCrtimeIsM
	}
	if p >= 31 && en.Nsec > 0 {
		flags |= xNsec
	}
	var userName, groupName string
	if p >= 30 && !abbreviated && !e.f.NumericIDs {
		if flags&xSameUID == 0 && e.NoteID(true, en.UID) && e.f.Caps.IncRecurse && e.f.UserName != nil {
			if userName = e.f.UserName(en.UID); userName != "" {
				flags |= xUserName
			}
		}
		if flags&xSameGID == 0 && e.NoteID(false, en.GID) && e.f.Caps.IncRecurse && e.f.GroupName != nil {
			if groupName = e.f.GroupName(en.GID); groupName != "" {
				flags |= xGroupName
			}
		}
	} else if p < 30 {
		if e.f.Owner {
			e.NoteID(true, en.UID)
		}
		if e.f.Group {
			e.NoteID(false, en.GID)
		}
	}

	linked := e.f.HardLinks && (en.Flags&Linked != 0 || p == 27 && IsRegular(mode))
	dev, ino := f.DevIno()
	if linked && p >= 28 {
		flags |= xHlinked
		switch {
		case p >= 30 && first < 0:
			flags |= xHlinkFirst
		case p < 30 && dev+1 == st.dev:
			flags |= xSameDev
		}
	}

	l1 := commonPrefix(st.name, name)
	rest := name[l1:]
	if l1 > 0 {
		flags |= xSameName
	}
	if len(rest) > 255 || p == 27 && flags&0xff == 0 && IsDir(mode) {
		flags |= xLongName // at 27 also because the flags of a directory may not be 0
	}

	dst = e.appendFlags(dst, flags, IsDir(mode))
	if flags&xSameName != 0 {
		dst = append(dst, byte(l1))
	}
	if flags&xLongName != 0 {
		dst = wire.AppendInt30(dst, p, int32(len(rest)))
	} else {
		dst = append(dst, byte(len(rest)))
	}
	dst = append(dst, rest...)
	st.name = append(st.name[:0], name...)
	st.mode, st.mtime = mode, en.Mtime
	if e.f.Owner {
		st.uid = en.UID
	}
	if e.f.Group {
		st.gid = en.GID
	}
	if e.f.Atimes && !IsDir(mode) {
		st.atime = atime
	}
	e.started = true

	if flags&xHlinked != 0 && p >= 30 && first >= 0 {
		dst = wire.AppendVarint(dst, first)
	}
	if !abbreviated {
		dst = wire.AppendLong30(dst, p, en.Size, wire.SizeBytes)
		if flags&xSameTime == 0 {
			if p >= 30 {
				dst = wire.AppendVarlong(dst, en.Mtime, wire.TimeBytes)
			} else {
				dst = wire.AppendInt32(dst, int32(en.Mtime))
			}
		}
		if flags&xNsec != 0 {
			dst = wire.AppendVarint(dst, int32(en.Nsec))
		}
		if e.f.Crtimes && flags&xCrtimeIsM == 0 {
			dst = wire.AppendVarlong(dst, f.Crtime(), wire.TimeBytes)
		}
		if flags&xSameMode == 0 {
			dst = wire.AppendInt32(dst, int32(mode))
		}
		if e.f.Atimes && !IsDir(mode) && flags&xSameAtime == 0 {
			dst = wire.AppendVarlong(dst, atime, wire.TimeBytes)
		}
		if e.f.Owner && flags&xSameUID == 0 {
			dst = wire.AppendInt30(dst, p, int32(en.UID))
			if userName != "" {
				dst = ids.AppendName(dst, userName)
			}
		}
		if e.f.Group && flags&xSameGID == 0 {
			dst = wire.AppendInt30(dst, p, int32(en.GID))
			if groupName != "" {
				dst = ids.AppendName(dst, groupName)
			}
		}
		dst = e.appendRdev(dst, mode, flags, packed, major, minor)
		if IsSymlink(mode) && e.f.Links {
			dst = wire.AppendInt30(dst, p, int32(len(link)))
			dst = append(dst, link...)
		}
		if linked && p < 30 {
			if flags&xSameDev == 0 || p == 27 {
				dst = wire.AppendLong(dst, int64(dev+1))
			}
			dst = wire.AppendLong(dst, int64(ino))
			st.dev = dev + 1
		}
		if e.f.Checksum && (IsRegular(mode) || p == 27) {
			dst = append(dst, f.Sum()...)
		}
	}
	return append(dst, e.attrs...), nil
}

// dirFlags returns the bits that tell what the sender knows of a directory (§10.5).
func (e *Encoder) dirFlags(f Flags) int {
	if e.f.Caps.Protocol < 30 {
		if f&Top != 0 {
			return xTop
		}
		return 0
	}
	switch {
	case f&Content != 0 && f&Top != 0:
		return xTop
	case f&Content != 0:
		return 0
	case f&Implied != 0:
		return xTop | xNoContent
	}
	return xNoContent
}

// groupOf returns the number of the hard-link group that f belongs to, -1 if it is the first of
// its group or in none, and whether the entry can be abbreviated (§13). From protocol 30 on the
// sender numbers the groups.
func (e *Encoder) groupOf(f File) (number int32, abbreviated bool) {
	if !e.f.HardLinks || e.f.Caps.Protocol < 30 || f.Entry().Flags&Linked == 0 {
		return -1, false
	}
	dev, ino := f.DevIno()
	key := devIno{dev, ino}
	own := f.seg.first + f.i
	c := f.seg.coldOf(f.Entry())
	if first, ok := e.links[key]; ok {
		c.group = first
		return first, first >= f.seg.first
	}
	e.links[key] = own
	f.Entry().Flags |= FirstLink
	c.group = own
	return -1, false
}

// appendFlags appends the flags in the form of the connection (§10.1).
func (e *Encoder) appendFlags(dst []byte, flags int, dir bool) []byte {
	switch p := e.f.Caps.Protocol; {
	case e.f.Caps.VarintFlags:
		if flags == 0 {
			flags = xExtended
		}
		return wire.AppendVarint(dst, int32(flags))
	case p >= 28:
		if flags == 0 && !dir {
			flags |= xTop
		}
		if flags&0xff00 != 0 || flags&0xff == 0 {
			flags |= xExtended
			return append(dst, byte(flags), byte(flags>>8))
		}
		return append(dst, byte(flags))
	default:
		if flags&0xff == 0 {
			flags |= xTop
		}
		return append(dst, byte(flags))
	}
}

func (e *Encoder) appendRdev(dst []byte, mode uint32, flags int, packed, major, minor uint32) []byte {
	p := e.f.Caps.Protocol
	if p == 27 {
		if IsDevice(mode) && e.f.Devices && flags&xSameRdev27 == 0 {
			dst = wire.AppendInt32(dst, int32(packed))
		}
		return dst
	}
	if !e.f.hasRdev(mode) {
		return dst
	}
	if flags&xSameMajor == 0 {
		dst = wire.AppendInt30(dst, p, int32(major))
	}
	switch {
	case p >= 30:
		dst = wire.AppendVarint(dst, int32(minor))
	case flags&xMinor8 != 0:
		dst = append(dst, byte(minor))
	default:
		dst = wire.AppendInt32(dst, int32(minor))
	}
	return dst
}

// AppendEnd appends the end marker of a list with the sender's error bits; report is false where
// the bits have not changed since the list before, or are not to be sent (§11).
func (e *Encoder) AppendEnd(dst []byte, bits int32, report bool) []byte {
	if e.f.IgnoreErrors {
		bits, report = 0, false
	}
	switch {
	case e.f.Caps.VarintFlags:
		return wire.AppendVarint(append(dst, 0), bits)
	case report && bits != 0 && e.f.Caps.SafeFlist:
		dst = append(dst, xExtended, xEndError>>8)
		return wire.AppendVarint(dst, bits)
	}
	return append(dst, 0)
}

// AppendIDLists appends the lists of user and group names that follow a complete list, unless
// ids are numeric or names travel inline (§12.1).
func (e *Encoder) AppendIDLists(dst []byte) []byte {
	if e.f.NumericIDs || e.f.Caps.IncRecurse {
		return dst
	}
	form := e.f.idForm()
	if e.f.Owner || e.f.ACLs {
		dst = ids.AppendList(dst, form, named(e.users, e.f.UserName), rootName(e.f.UserName))
	}
	if e.f.Group || e.f.ACLs {
		dst = ids.AppendList(dst, form, named(e.grps, e.f.GroupName), rootName(e.f.GroupName))
	}
	return dst
}

func (f *Format) idForm() ids.ListForm {
	return ids.ListForm{Varint: f.Caps.Protocol >= 30, RootNamed: f.Caps.ID0Names}
}

func named(seen map[uint32]bool, name func(uint32) string) []ids.Named {
	if name == nil {
		return nil
	}
	list := make([]ids.Named, 0, len(seen))
	for id := range seen {
		if id == 0 {
			continue
		}
		if n := name(id); n != "" {
			list = append(list, ids.Named{ID: id, Name: n})
		}
	}
	return list
}

func rootName(name func(uint32) string) string {
	if name == nil {
		return ""
	}
	return name(0)
}

// commonPrefix returns the length of the common prefix, at most 255.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b), 255)
	if bytes.Equal(a[:n], b[:n]) {
		return n
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i
}
