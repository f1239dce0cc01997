package report

// ItemFlags is the "what changed" word of an item (docs/protocol/03-transfer.md
// §5, docs/protocol/06-output.md §5.2). The low 16 bits are those of the wire;
// the ones above are of this program only.
type ItemFlags uint32

// The bits of ItemFlags.
const (
	ItemAtime    ItemFlags = 1 << 0  // access time differs
	ItemChange   ItemFlags = 1 << 1  // content differs by checksum, or entry re-made
	ItemSize     ItemFlags = 1 << 2  // regular file: size differs
	ItemTimeFail ItemFlags = 1 << 2  // symlink: its time could not be set
	ItemTime     ItemFlags = 1 << 3  // modification time differs
	ItemPerms    ItemFlags = 1 << 4  // permissions differ
	ItemOwner    ItemFlags = 1 << 5  // owner differs
	ItemGroup    ItemFlags = 1 << 6  // group differs
	ItemACL      ItemFlags = 1 << 7  // ACL differs
	ItemXattr    ItemFlags = 1 << 8  // extended attributes differ
	ItemCrtime   ItemFlags = 1 << 10 // creation time differs
	ItemBasis    ItemFlags = 1 << 11 // a basis-type byte follows on the wire
	ItemXname    ItemFlags = 1 << 12 // a name follows on the wire
	ItemNew      ItemFlags = 1 << 13 // the entry did not exist
	ItemLocal    ItemFlags = 1 << 14 // done by the generator alone
	ItemTransfer ItemFlags = 1 << 15 // file data is transferred

	// ItemUnknown marks an item of protocol 28 or less, where the wire carries
	// no flags: each detail is shown as "?".
	ItemUnknown ItemFlags = 1 << 16
)

// Significant returns the bits that say that something about the entry
// differs, without those that only describe the item's form.
func (f ItemFlags) Significant() ItemFlags {
	return f & 0xffff &^ (ItemBasis | ItemXname | ItemLocal)
}

// The file types in a mode word, as they stand on the wire.
const (
	modeType    = 0o170000
	modeFifo    = 0o010000
	modeCharDev = 0o020000
	modeDir     = 0o040000
	modeBlkDev  = 0o060000
	modeRegular = 0o100000
	modeSymlink = 0o120000
	modeSocket  = 0o140000
)

// Item is one entry of the transfer and what happened to it: the event from
// which name listings, itemized changes, log lines and JSON are made. The byte
// slices are only read during the call that takes the Item, so a role may fill
// the same Item again and again.
type Item struct {
	Flags  ItemFlags
	Mode   uint32 // type and permission bits as on the wire
	UID    uint32 // as preserved; 0 if owners are not preserved
	GID    uint32
	HasGID bool   // false: groups not preserved, or this one cannot be set
	Size   int64  // bytes
	Mtime  int64  // seconds since 1970
	Wrote  int64  // bytes written to the connection for this file's data
	Read   int64  // bytes read from the connection for this file's data
	Name   []byte // relative to the top of the transfer, no trailing slash; "." is the top
	Path   []byte // what %f shows; nil means Name
	Link   []byte // target of a symlink
	Leader []byte // for a hard link: the name it was linked to; empty if none
	Atime  int64  // seconds since 1970; read by listings only
	Crtime int64  // seconds since 1970; read by listings only
	Sum    []byte // digest of the whole file where one is known, binary
}

// IsDir reports whether the entry is a directory.
func (it *Item) IsDir() bool { return it.Mode&modeType == modeDir }

// IsRegular reports whether the entry is a regular file.
func (it *Item) IsRegular() bool { return it.Mode&modeType == modeRegular }

// IsSymlink reports whether the entry is a symbolic link.
func (it *Item) IsSymlink() bool { return it.Mode&modeType == modeSymlink }

// ItemStyle holds the facts of the transfer on which the %i string depends.
type ItemStyle struct {
	Pushing      bool // this process sends, and to a remote side: "<"
	KeepTimes    bool // --times: "t" instead of "T"
	SymlinkTimes bool // the receiving side can set the times of symlinks
}

// deletingMark stands in place of the itemized string for a deletion. It is
// padded to the width of the others.
const deletingMark = "*deleting  "

// AppendItemized appends the eleven characters YXcstpoguax for an item
// (docs/protocol/06-output.md §5.1).
func AppendItemized(dst []byte, flags ItemFlags, mode uint32, st ItemStyle) []byte {
	at := len(dst)
	dst = append(dst, "..........."...)
	s := dst[at:]
	s[0] = directionMark(flags, st)
	s[1] = typeMark(mode)
	if flags&(ItemNew|ItemUnknown) != 0 {
		fill := byte('+')
		if flags&ItemUnknown != 0 {
			fill = '?'
		}
		for i := 2; i < len(s); i++ {
			s[i] = fill
		}
		return dst
	}
	link := mode&modeType == modeSymlink
	changed := false
	mark := func(pos int, on bool, c byte) {
		if on {
			s[pos] = c
			changed = true
		}
	}
	mark(2, flags&ItemChange != 0, 'c')
	mark(3, flags&ItemSize != 0 && !link, 's')
	mark(4, flags&ItemTime != 0, timeMark(flags, link, st))
	mark(5, flags&ItemPerms != 0, 'p')
	mark(6, flags&ItemOwner != 0, 'o')
	mark(7, flags&ItemGroup != 0, 'g')
	mark(8, flags&ItemAtime != 0, 'u')
	mark(8, flags&ItemCrtime != 0, 'n')
	mark(8, flags&(ItemAtime|ItemCrtime) == ItemAtime|ItemCrtime, 'b')
	mark(9, flags&ItemACL != 0, 'a')
	mark(10, flags&ItemXattr != 0, 'x')
	if !changed && (s[0] == '.' || s[0] == 'h' || s[0] == 'c') {
		for i := 2; i < len(s); i++ {
			s[i] = ' '
		}
	}
	return dst
}

func directionMark(flags ItemFlags, st ItemStyle) byte {
	switch {
	case flags&ItemLocal != 0 && flags&ItemXname != 0:
		return 'h'
	case flags&ItemLocal != 0:
		return 'c'
	case flags&ItemTransfer == 0:
		return '.'
	case st.Pushing:
		return '<'
	}
	return '>'
}

func typeMark(mode uint32) byte {
	switch mode & modeType {
	case modeSymlink:
		return 'L'
	case modeDir:
		return 'd'
	case modeFifo, modeSocket:
		return 'S'
	case modeCharDev, modeBlkDev:
		return 'D'
	}
	return 'f'
}

func timeMark(flags ItemFlags, link bool, st ItemStyle) byte {
	if !st.KeepTimes || link && (!st.SymlinkTimes || flags&ItemTimeFail != 0) {
		return 'T'
	}
	return 't'
}

// AppendPerms appends the nine permission characters of a mode, "rwxr-x---",
// with s, S, t and T for set-id and sticky bits.
func AppendPerms(dst []byte, mode uint32) []byte {
	at := len(dst)
	dst = append(dst, "rwxrwxrwx"...)
	s := dst[at:]
	for i := range s {
		if mode&(0o400>>i) == 0 {
			s[i] = '-'
		}
	}
	special := func(pos int, bit uint32, withX, without byte) {
		if mode&bit == 0 {
			return
		}
		if s[pos] == 'x' {
			s[pos] = withX
		} else {
			s[pos] = without
		}
	}
	special(2, 0o4000, 's', 'S')
	special(5, 0o2000, 's', 'S')
	special(8, 0o1000, 't', 'T')
	return dst
}

// appendMode appends the ten characters of a listing: the type and the
// permissions.
func appendMode(dst []byte, mode uint32) []byte {
	c := byte('-')
	switch mode & modeType {
	case modeDir:
		c = 'd'
	case modeSymlink:
		c = 'l'
	case modeBlkDev:
		c = 'b'
	case modeCharDev:
		c = 'c'
	case modeSocket:
		c = 's'
	case modeFifo:
		c = 'p'
	}
	return AppendPerms(append(dst, c), mode)
}
