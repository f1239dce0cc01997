package flist

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"

	"godwit/internal/exit"
	"godwit/internal/ids"
	"godwit/internal/wire"
)

// Decoder reads file lists, with every check of docs/protocol/02-wire-and-file-list.md §19. One
// serves a whole connection.
type Decoder struct {
	f    *Format
	list *List
	st   carried

	// CheckName judges a name after it has been cleaned: against the receiver's own filter and
	// against what was asked for. It may change the flags (a parent of what was asked for is
	// implied, whatever the sender says). Nil accepts everything.
	CheckName func(name []byte, mode uint32, flags *Flags) error
	// Sanitize, in a daemon that is not confined by chroot, makes a name lie below the module.
	Sanitize func(name []byte) []byte
	// Target, in a daemon, makes the text that a symlink has here of the one received.
	Target func(name, link []byte) []byte
	// LearnUser and LearnGroup are told the names that travel inline; they return what the
	// entry gets as its id.
	Users, Groups *ids.Mapper
	// ConvertFailed is told of a name or link text that cannot be converted; link says which.
	ConvertFailed func(name []byte, link bool, err error)
	// Each is told the number of entries read so far, for the running count of -vv.
	Each func(n int)

	scratch []byte // name in wire form
	clean   []byte
	linkBuf []byte
	want    []byte // directory that entries of the list must lie in
	// area is the deletion area of protocols below 30 (§10.5).
	area       []byte
	areaActive bool
	groups     map[devIno]int32 // protocols below 30
	bits       int32
	gidSkipped bool // the carried gid cannot be set here
}

// NewDecoder returns the decoder of a connection that fills list.
func NewDecoder(f *Format, list *List) *Decoder {
	return &Decoder{f: f, list: list, groups: map[devIno]int32{}}
}

// Read reads one list into s up to its end marker, and returns the error bits that came with it.
// Names of ids are mapped on the way if they travel inline. The segment is neither sorted nor
// published.
func (d *Decoder) Read(ctx context.Context, r *wire.Reader, s *Segment) (bits int32, err error) {
	for {
		flags, end, err := d.flags(r)
		if err != nil {
			return 0, err
		}
		if end {
			if d.f.IgnoreErrors {
				d.bits = 0
			}
			return d.bits & 7, nil
		}
		if err := d.entry(ctx, r, s, flags); err != nil {
			return 0, err
		}
		if d.Each != nil {
			d.Each(s.n)
		}
	}
}

// flags reads the xflags of an entry, or the end of the list.
func (d *Decoder) flags(r *wire.Reader) (flags int, end bool, err error) {
	d.bits = 0
	if d.f.Caps.VarintFlags {
		v, err := r.Varint()
		if err != nil {
			return 0, false, err
		}
		if v == 0 {
			d.bits, err = r.Varint()
			return 0, true, err
		}
		return int(v), false, nil
	}
	b, err := r.Byte()
	if err != nil {
		return 0, false, err
	}
	flags = int(b)
	if flags == 0 {
		return 0, true, nil
	}
	if d.f.Caps.Protocol >= 28 && flags&xExtended != 0 {
		hi, err := r.Byte()
		if err != nil {
			return 0, false, err
		}
		flags |= int(hi) << 8
		if flags == xExtended|xEndError {
			if !d.f.Caps.SafeFlist {
				return 0, false, exit.Errorf(exit.Protocol, "Invalid flist flag: %x", flags)
			}
			d.bits, err = r.Varint()
			return 0, true, err
		}
	}
	return flags, false, nil
}

// entry reads one entry.
func (d *Decoder) entry(ctx context.Context, r *wire.Reader, s *Segment, xf int) error {
	f, st, p := d.f, &d.st, d.f.Caps.Protocol

	// The name: a prefix of the last one, and what follows.
	l1 := 0
	if xf&xSameName != 0 {
		b, err := r.Byte()
		if err != nil {
			return err
		}
		l1 = int(b)
	}
	l2, err := d.suffixLen(r, xf)
	if err != nil {
		return err
	}
	if l1 > len(st.name) {
		l1 = len(st.name)
	}
	if l2 < 0 || l2 >= wire.MaxPath-l1 {
		return d.overflow(r, fmt.Sprintf("overflow: xflags=0x%x l1=%d l2=%d lastname=%s [%s]", xf, l1, l2, st.name, r.Who))
	}
	// The new name may share memory with the old one's prefix only.
	if d.scratch, err = r.Append(append(d.scratch[:0], st.name[:l1]...), l2); err != nil {
		return err
	}
	common := l1
	st.name, d.scratch = d.scratch, st.name
	name := st.name
	nameless := false
	if f.FromWire != nil {
		conv, err := f.FromWire(name)
		if err != nil {
			nameless = true
			if d.ConvertFailed != nil {
				d.ConvertFailed(name, false, err)
			}
		} else {
			name = conv
		}
	}
	if name, err = d.cleanName(name); err != nil {
		return err
	}

	// A member of a hard-link group that refers to an entry of this list has no more fields.
	group := int32(-1)
	var twin File
	linked := f.HardLinks && p >= 28 && xf&xHlinked != 0
	if linked && p >= 30 {
		if xf&xHlinkFirst != 0 {
			group = s.first + int32(s.n)
		} else {
			if group, err = r.Varint(); err != nil {
				return err
			}
			if group < 0 || group >= s.first+int32(s.n) {
				return exit.Errorf(exit.Protocol, "hard-link reference out of range: %d (%d)", group, s.first+int32(s.n))
			}
			if group >= s.first {
				twin = File{s, group - s.first}
			}
		}
	}

	var size, mtime, crtime, atime int64
	var nsec uint32
	var mode, uid, gid uint32
	var skipGroup bool
	major, minor := uint32(0), uint32(0)
	if twin.Valid() {
		t := twin.Entry()
		size, mtime, nsec, mode, uid, gid = t.Size, t.Mtime, t.Nsec, t.Mode, t.UID, t.GID
		atime, crtime = twin.Atime(), twin.Crtime()
		major, minor = twin.Rdev()
		skipGroup = t.Flags&SkipGroup != 0
		d.gidSkipped = skipGroup
		st.mtime, st.mode = mtime, mode
		if f.Owner {
			st.uid = uid
		}
		if f.Group {
			st.gid = gid
		}
		if f.Atimes && !IsDir(mode) {
			st.atime = atime
		}
		if IsDevice(mode) && f.Devices {
			st.major = major
		}
	} else {
		if size, err = r.Long30(p, wire.SizeBytes); err != nil {
			return err
		}
		if size < 0 {
			return exit.Errorf(exit.Unsupported, "Offset underflow: file-length is negative")
		}
		if xf&xSameTime == 0 {
			if p >= 30 {
				st.mtime, err = r.Varlong(wire.TimeBytes)
			} else {
				var v uint32
				v, err = r.Uint32()
				st.mtime = int64(v)
			}
			if err != nil {
				return err
			}
		}
		mtime = st.mtime
		if p >= 31 && xf&xNsec != 0 {
			v, err := r.Varint()
			if err != nil {
				return err
			}
			if err := r.CheckRange("modtime_nsec", int64(v), 0, 999999999); err != nil {
				return err
			}
			nsec = uint32(v)
		}
		if f.Crtimes {
			crtime = mtime
			if xf&xCrtimeIsM == 0 {
				if crtime, err = r.Varlong(wire.TimeBytes); err != nil {
					return err
				}
			}
		}
		if xf&xSameMode == 0 {
			v, err := r.Uint32()
			if err != nil {
				return err
			}
			if !validType(v) && (v != 0 || !f.DeleteMissing) {
				return exit.Errorf(exit.Protocol, "invalid file mode 0%o for %s [%s]", v, name, r.Who)
			}
			st.mode = v
		}
		mode = st.mode
		if f.Atimes && !IsDir(mode) {
			if xf&xSameAtime == 0 || p == 27 {
				if st.atime, err = r.Varlong(wire.TimeBytes); err != nil {
					return err
				}
			}
			atime = st.atime
		}
		if f.Owner {
			if xf&xSameUID == 0 {
				if st.uid, err = d.readID(ctx, r, d.Users, p >= 30 && xf&xUserName != 0, nil); err != nil {
					return err
				}
			}
			uid = st.uid
		}
		if f.Group {
			if xf&xSameGID == 0 {
				var skip bool
				if st.gid, err = d.readID(ctx, r, d.Groups, p >= 30 && xf&xGroupName != 0, &skip); err != nil {
					return err
				}
				d.gidSkipped = skip
			}
			gid = st.gid
			skipGroup = d.gidSkipped
		}
		if major, minor, err = d.readRdev(r, mode, xf); err != nil {
			return err
		}
		if !f.Devices && IsDevice(mode) {
			major, minor, size = 0, 0, 0
		}
	}

	root := len(name) == 1 && name[0] == '.' || len(name) == 2 && name[0] == '/' && name[1] == '.'
	if root && !IsDir(mode) && !nameless {
		return exit.Errorf(exit.Protocol, "ERROR: rejecting non-directory transfer-root entry: %s", name)
	}
	var flags Flags
	if IsDir(mode) {
		flags = d.dirFlags(xf, name, common)
	}
	if d.CheckName != nil && !root && !nameless {
		if err := d.CheckName(name, mode, &flags); err != nil {
			return err
		}
	}

	link := []byte(nil)
	if twin.Valid() {
		link = twin.Link()
	} else if IsSymlink(mode) && f.Links {
		var bad bool
		if link, bad, err = d.readLink(r, name); err != nil {
			return err
		}
		nameless = nameless || bad
		if d.Target != nil && !bad {
			link = d.Target(name, link)
		}
	}
	if f.HardLinks && p < 30 && (p == 27 && IsRegular(mode) || linked) {
		if group, err = d.readDevIno(r, s, xf); err != nil {
			return err
		}
		linked = true
	}

	dir, base := splitName(name)
	if s.dir >= 0 || f.Caps.IncRecurse {
		if err := d.checkDir(s, dir, name); err != nil {
			return err
		}
	}
	e, i := s.grow()
	e.Size, e.Mtime, e.Nsec, e.Mode, e.UID, e.GID, e.Flags = size, mtime, nsec, mode, uid, gid, flags
	s.setName(e, dir, base)
	if skipGroup {
		e.Flags |= SkipGroup
	}
	if mode == 0 {
		e.Flags |= Missing
	}
	if nameless {
		e.Flags |= Emptied
	}
	if len(link) > 0 {
		c := s.coldOf(e)
		c.linkLen = uint32(len(link))
		c.link = s.text(link)
	}
	if IsDevice(mode) {
		c := s.coldOf(e)
		c.major, c.minor = major, minor
	}
	if linked && !IsDir(mode) {
		e.Flags |= Linked
		if xf&xHlinkFirst != 0 && p >= 30 {
			e.Flags |= FirstLink
		}
		s.coldOf(e).group = group
	}
	if s.atime != nil {
		s.atime[i] = atime
	}
	if s.crtime != nil {
		s.crtime[i] = crtime
	}
	if k := s.columns.SumLen; k > 0 {
		if twin.Valid() {
			copy(s.sums[int(i)*k:], twin.Sum())
		} else if IsRegular(mode) || p == 27 {
			if err := r.Full(s.sums[int(i)*k : (int(i)+1)*k]); err != nil {
				return err
			}
		}
	}
	if f.ACLs && !IsSymlink(mode) && f.ReadACL != nil {
		if s.acl[i], s.defACL[i], err = f.ReadACL(r, mode); err != nil {
			return err
		}
	}
	if f.Xattrs && f.ReadXattr != nil {
		if s.xattr[i], err = f.ReadXattr(r, name); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decoder) suffixLen(r *wire.Reader, xf int) (int, error) {
	if xf&xLongName != 0 {
		v, err := r.Int30(d.f.Caps.Protocol)
		return int(v), err
	}
	b, err := r.Byte()
	return int(b), err
}

// cleanName cleans and checks a name as it arrived (04-filters-and-walk.md §19.1).
func (d *Decoder) cleanName(name []byte) ([]byte, error) {
	d.clean = d.clean[:0]
	if len(name) > 0 && name[0] == '/' {
		if !d.f.Relative {
			return nil, unsafeName(name)
		}
		d.clean = append(d.clean, '/')
	}
	rest := name
	for len(rest) > 0 {
		var c []byte
		if k := bytes.IndexByte(rest, '/'); k >= 0 {
			c, rest = rest[:k], rest[k+1:]
		} else {
			c, rest = rest, nil
		}
		switch {
		case len(c) == 2 && c[0] == '.' && c[1] == '.':
			return nil, unsafeName(name)
		case len(c) == 0, len(c) == 1 && c[0] == '.' && len(rest) > 0:
			continue
		case len(c) == 1 && c[0] == '.' && len(d.clean) > 1:
			continue
		}
		if n := len(d.clean); n > 0 && d.clean[n-1] != '/' {
			d.clean = append(d.clean, '/')
		}
		d.clean = append(d.clean, c...)
	}
	if len(d.clean) == 0 {
		d.clean = append(d.clean, '.')
	}
	if d.Sanitize != nil {
		return d.Sanitize(d.clean), nil
	}
	return d.clean, nil
}

func unsafeName(name []byte) error {
	return exit.Errorf(exit.Unsupported, "ABORTING due to unsafe pathname from sender: %s", name)
}

// overflow is the pair of lines for a field that does not fit.
func (d *Decoder) overflow(r *wire.Reader, first string) error {
	_, file, line, _ := runtime.Caller(1)
	return &exit.Error{Code: exit.Memory, Text: first + "\n[" + r.Who + "] buffer overflow: recv_file_entry (file=" +
		filepath.Base(file) + ", line=" + strconv.Itoa(line) + ")"}
}

// readID reads an id and maps it if its name comes with it or names travel inline.
func (d *Decoder) readID(ctx context.Context, r *wire.Reader, m *ids.Mapper, hasName bool, skip *bool) (uint32, error) {
	v, err := r.Int30(d.f.Caps.Protocol)
	if err != nil {
		return 0, err
	}
	id, name := uint32(v), ""
	if hasName {
		if name, err = ids.ReadName(r); err != nil {
			return 0, err
		}
	}
	if m == nil || !hasName && !d.f.Caps.IncRecurse {
		return id, nil
	}
	local, err := m.Map(ctx, id, name)
	if skip != nil {
		*skip = local.Skip
	}
	return local.ID, err
}

func (d *Decoder) readRdev(r *wire.Reader, mode uint32, xf int) (major, minor uint32, err error) {
	p, st := d.f.Caps.Protocol, &d.st
	if p == 27 {
		switch {
		case IsDevice(mode) && d.f.Devices:
			if xf&xSameRdev27 == 0 {
				if st.rdev27, err = r.Uint32(); err != nil {
					return 0, 0, err
				}
			}
			major, minor = unpackRdev27(st.rdev27)
		case IsSpecial(mode) && d.f.Specials:
			if xf&xSameRdev27 == 0 {
				if st.rdev27, err = r.Uint32(); err != nil {
					return 0, 0, err
				}
			}
		default:
			st.rdev27 = 0
		}
		return major, minor, nil
	}
	if !d.f.hasRdev(mode) {
		return 0, 0, nil
	}
	if xf&xSameMajor == 0 {
		v, err := r.Int30(p)
		if err != nil {
			return 0, 0, err
		}
		st.major = uint32(v)
	}
	var v int32
	switch {
	case p >= 30:
		v, err = r.Varint()
	case xf&xMinor8 != 0:
		var b byte
		b, err = r.Byte()
		v = int32(b)
	default:
		v, err = r.Int32()
	}
	return st.major, uint32(v), err
}

// dirFlags derives what the sender knows of a directory (§10.5).
func (d *Decoder) dirFlags(xf int, name []byte, common int) Flags {
	if d.f.Caps.Protocol >= 30 {
		switch {
		case xf&xNoContent == 0 && xf&xTop != 0:
			return Content | Top
		case xf&xNoContent == 0:
			return Content
		case xf&xTop != 0:
			return Implied
		}
		return 0
	}
	if xf&xTop != 0 {
		d.area = append(d.area[:0], name...)
		if d.f.Relative {
			if k := len(d.area); k >= 2 && d.area[k-1] == '.' && d.area[k-2] == '/' {
				d.area = d.area[:k-2]
			}
		}
		d.areaActive = d.f.Recurse
		return Content | Top
	}
	if !d.areaActive {
		return 0
	}
	if !d.f.Relative || len(d.area) == 1 && d.area[0] == '.' ||
		common >= len(d.area) && len(name) > len(d.area) && name[len(d.area)] == '/' {
		return Content
	}
	d.areaActive = false
	return 0
}

// readLink reads a symlink's target; bad is set if it cannot be converted.
func (d *Decoder) readLink(r *wire.Reader, name []byte) (link []byte, bad bool, err error) {
	n, err := r.Int30(d.f.Caps.Protocol)
	if err != nil {
		return nil, false, err
	}
	if n < 0 || n >= wire.MaxPath {
		return nil, false, d.overflow(r, "overflow: linkname_len="+strconv.Itoa(int(n)))
	}
	if d.linkBuf, err = r.Append(d.linkBuf[:0], int(n)); err != nil {
		return nil, false, err
	}
	if k := bytes.IndexByte(d.linkBuf, 0); k >= 0 {
		d.linkBuf = d.linkBuf[:k]
	}
	if d.f.FromWire != nil && d.f.ConvertLinkTexts {
		conv, err := d.f.FromWire(d.linkBuf)
		if err != nil {
			if d.ConvertFailed != nil {
				d.ConvertFailed(name, true, err)
			}
			return nil, true, nil
		}
		return conv, false, nil
	}
	return d.linkBuf, false, nil
}

// readDevIno reads what identifies a linked file below protocol 30, and returns a group number
// for it: the position of the first entry that had it.
func (d *Decoder) readDevIno(r *wire.Reader, s *Segment, xf int) (int32, error) {
	if d.f.Caps.Protocol == 27 || xf&xSameDev == 0 {
		v, err := r.Long()
		if err != nil {
			return 0, err
		}
		d.st.dev = uint64(v)
	}
	ino, err := r.Long()
	if err != nil {
		return 0, err
	}
	key := devIno{d.st.dev, uint64(ino)}
	group, ok := d.groups[key]
	if !ok {
		group = s.first + int32(s.n)
		d.groups[key] = group
	}
	return group, nil
}

// checkDir makes sure that an entry of an incremental list lies directly in the directory whose
// contents the list holds (§16.7).
func (d *Decoder) checkDir(s *Segment, dir, name []byte) error {
	if s.dir < 0 {
		if len(dir) > 0 && !(d.f.Relative && len(bytes.Trim(dir, "/")) == 0) {
			return exit.Errorf(exit.Unsupported, "ABORTING due to invalid path from sender: %s", name)
		}
		return nil
	}
	f, _, _ := d.list.Directory(s.dir)
	d.want = f.AppendPath(d.want[:0])
	want := d.want
	if d.f.Relative {
		want, dir = bytes.TrimLeft(want, "/"), bytes.TrimLeft(dir, "/")
	}
	if !bytes.Equal(dir, want) {
		return exit.Errorf(exit.Unsupported, "ABORTING due to invalid path from sender: %s", name)
	}
	return nil
}

// splitName divides a clean name at its last slash. The directory "/" keeps its slash.
func splitName(name []byte) (dir, base []byte) {
	k := bytes.LastIndexByte(name, '/')
	switch {
	case k < 0:
		return nil, name
	case k == 0:
		return name[:1], name[1:]
	}
	return name[:k], name[k+1:]
}

// ReadIDLists reads the lists of names that follow a complete list (§12.1) and maps the ids of
// all entries of s.
func (d *Decoder) ReadIDLists(ctx context.Context, r *wire.Reader, s *Segment) error {
	f := d.f
	if !f.NumericIDs && !f.Caps.IncRecurse {
		form := f.idForm()
		learn := func(m *ids.Mapper) func(uint32, string) error {
			return func(id uint32, name string) error {
				if m == nil {
					return nil
				}
				_, err := m.Learn(ctx, id, name)
				return err
			}
		}
		if f.Owner || f.ACLs {
			if err := ids.ReadList(r, form, learn(d.Users)); err != nil {
				return err
			}
		}
		if f.Group || f.ACLs {
			if err := ids.ReadList(r, form, learn(d.Groups)); err != nil {
				return err
			}
		}
	}
	if f.Caps.IncRecurse {
		return nil
	}
	users := f.Owner && d.Users != nil && d.Users.Active()
	groups := f.Group && d.Groups != nil && d.Groups.Active()
	if !users && !groups {
		return nil
	}
	for i := range s.n {
		e := s.entry(int32(i))
		if users {
			local, err := d.Users.Map(ctx, e.UID, "")
			if err != nil {
				return err
			}
			e.UID = local.ID
		}
		if groups {
			local, err := d.Groups.Map(ctx, e.GID, "")
			if err != nil {
				return err
			}
			e.GID = local.ID
			if local.Skip {
				e.Flags |= SkipGroup
			}
		}
	}
	return nil
}
