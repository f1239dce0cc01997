package wire

// Protocol versions (docs/protocol/01-connection.md §5.2).
const (
	MinProtocol = 27 // oldest version spoken here
	MaxProtocol = 32 // newest version spoken here
)

// CompatFlags are the compatibility flags that the server sends from protocol
// 30 on, as a varint (docs/protocol/01-connection.md §5.5). Unknown bits are
// ignored.
type CompatFlags int32

// The compatibility flags.
const (
	CompatIncRecurse     CompatFlags = 1 << iota // incremental recursion is on
	CompatSymlinkTimes                           // the server can set times of symlinks
	CompatSymlinkIconv                           // the server can convert symlink texts
	CompatSafeFlist                              // the list's end carries the error bits
	CompatNoXattrOptim                           // xattrs of later hard links are sent
	CompatSeedFirst                              // MD5 block sums put the seed first
	CompatInplacePartial                         // the partial dir may be used in place
	CompatVarintFlags                            // list flags are varints, strings are negotiated
	CompatID0Names                               // names for uid 0 and gid 0 are sent

	// CompatAll is every flag that this implementation knows.
	CompatAll CompatFlags = 1<<iota - 1
)

// Has reports whether all flags of f are set in c.
func (c CompatFlags) Has(f CompatFlags) bool { return c&f == f }

// Caps are the facts that two peers have agreed on: a plain value, the same for
// the whole of a conversation, that encoders and decoders take as an argument.
// Both sides compute it from the same version and flags with [NewCaps]; below
// protocol 30 every flag is false.
type Caps struct {
	Protocol int   // negotiated version, MinProtocol..MaxProtocol
	Seed     int32 // checksum seed; 0: none

	IncRecurse     bool // lists travel directory by directory
	SafeFlist      bool // the end of a list carries the error bits
	XattrOptim     bool // xattrs of later hard links are left out
	SeedFirst      bool // MD5 and MD4 block sums put the seed before the data
	InplacePartial bool // the partial dir may be used in place
	VarintFlags    bool // flags of list entries are varints
	Negotiates     bool // lists of checksums and compressions are exchanged
	ID0Names       bool // id lists have names for uid 0 and gid 0

	// PeerSymlinkTimes: the peer can set the times of symlinks. Below
	// protocol 30 it is not known and false.
	PeerSymlinkTimes bool
	// PeerSymlinkIconv: the peer can convert the texts of symlinks.
	PeerSymlinkIconv bool
}

// NewCaps returns what follows from the negotiated version, the flags that the
// server sent, and the letters that the client sent. A client passes its own
// flags as read and the letters it sent; a server passes the flags it wrote.
// The flags are ignored below protocol 30.
func NewCaps(protocol int, flags CompatFlags, client ClientCaps, server bool) Caps {
	c := Caps{Protocol: protocol}
	if protocol < 30 {
		return c
	}
	c.IncRecurse = flags.Has(CompatIncRecurse)
	c.SafeFlist = flags.Has(CompatSafeFlist) || protocol >= 31
	c.XattrOptim = !flags.Has(CompatNoXattrOptim) && protocol >= 31
	c.SeedFirst = flags.Has(CompatSeedFirst)
	c.InplacePartial = flags.Has(CompatInplacePartial)
	c.VarintFlags = flags.Has(CompatVarintFlags)
	c.ID0Names = flags.Has(CompatID0Names)
	c.Negotiates = c.VarintFlags
	if server {
		// An old client could know varint flags and no negotiation.
		c.Negotiates = c.VarintFlags && client.Has(CapVarintFlags)
		c.PeerSymlinkTimes = client.Has(CapSymlinkTimes)
		c.PeerSymlinkIconv = client.Has(CapSymlinkIconv)
	} else {
		c.PeerSymlinkTimes = flags.Has(CompatSymlinkTimes)
		c.PeerSymlinkIconv = flags.Has(CompatSymlinkIconv)
	}
	return c
}
