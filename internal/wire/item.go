package wire

// ItemFlags say what about an entry changes, or changed. From protocol 29 on
// they follow every index that is not negative, in both directions, as a short
// (docs/protocol/03-transfer.md §5).
type ItemFlags uint32

// The item flags.
const (
	ItemAtime    ItemFlags = 1 << 0  // access time differs
	ItemChange   ItemFlags = 1 << 1  // content, target or device number differs
	ItemSize     ItemFlags = 1 << 2  // regular file: size differs
	ItemTimeFail ItemFlags = 1 << 2  // symlink: its time cannot be set
	ItemTime     ItemFlags = 1 << 3  // modification time differs or becomes now
	ItemPerms    ItemFlags = 1 << 4  // permissions differ
	ItemOwner    ItemFlags = 1 << 5  // owner differs
	ItemGroup    ItemFlags = 1 << 6  // group differs
	ItemACL      ItemFlags = 1 << 7  // access control list differs
	ItemXattr    ItemFlags = 1 << 8  // extended attributes differ
	ItemCrtime   ItemFlags = 1 << 10 // creation time differs
	ItemBasis    ItemFlags = 1 << 11 // a basis octet follows
	ItemName     ItemFlags = 1 << 12 // a name follows
	ItemNew      ItemFlags = 1 << 13 // the entry did not exist
	ItemLocal    ItemFlags = 1 << 14 // changed by the generator, no data travel
	ItemTransfer ItemFlags = 1 << 15 // file data are wanted, or follow

	// ItemSignificant masks the flags that make an item worth sending although
	// no data travel.
	ItemSignificant ItemFlags = 0xFFFF &^ (ItemBasis | ItemName | ItemLocal)

	// ItemUnknown never travels. It marks an item of protocol 27 or 28, whose
	// peer says nothing but that data are wanted.
	ItemUnknown ItemFlags = 1 << 16

	// ItemKeepAlive is the whole flag word of a keep-alive at protocol 29, at
	// the index one past the last entry (docs/protocol/02-wire-and-file-list.md §6).
	ItemKeepAlive = ItemNew
)

// Has reports whether all flags of g are set in f.
func (f ItemFlags) Has(g ItemFlags) bool { return f&g == g }

// Basis tells which file a receiver is to use as the basis. Values below
// BasisDest are the number of an alternate directory (--link-dest and its kin)
// with a file of the same name.
type Basis uint8

// The basis types. BasisFuzzy+1+n is a fuzzy match in alternate directory n.
const (
	BasisDest    Basis = 0x80 // the destination file itself, the default
	BasisPartial Basis = 0x81 // the file in the partial directory
	BasisBackup  Basis = 0x82 // the backup file
	BasisFuzzy   Basis = 0x83 // another file of the destination directory, named
)

// Item is what is said about an entry beside its index.
type Item struct {
	Flags ItemFlags
	Basis Basis  // BasisDest unless Flags has ItemBasis
	Name  []byte // set if Flags has ItemName
}

// Append appends what follows an index: nothing below protocol 29. A name that
// is longer than 32767 bytes is an error.
func (it *Item) Append(dst []byte, protocol int) ([]byte, error) {
	if protocol < 29 {
		return dst, nil
	}
	dst = AppendShort(dst, uint16(it.Flags))
	if it.Flags.Has(ItemBasis) {
		dst = append(dst, byte(it.Basis))
	}
	if it.Flags.Has(ItemName) {
		return AppendVstring(dst, it.Name)
	}
	return dst, nil
}

// Item reads into it what follows an index that is not negative. The storage of
// it.Name is used again. Below protocol 29 nothing is read, and the item is a
// transfer of unknown details. Xattr data, which may follow, are not read.
func (r *Reader) Item(protocol int, it *Item) error {
	it.Basis, it.Name = BasisDest, it.Name[:0]
	if protocol < 29 {
		it.Flags = ItemTransfer | ItemUnknown
		return nil
	}
	flags, err := r.Short()
	if err != nil {
		return midField(err)
	}
	it.Flags = ItemFlags(flags)
	if it.Flags.Has(ItemBasis) {
		b, err := r.Byte()
		if err != nil {
			return midField(err)
		}
		it.Basis = Basis(b)
	}
	if it.Flags.Has(ItemName) {
		it.Name, err = r.Vstring(it.Name, MaxName)
		return midField(err)
	}
	return nil
}
