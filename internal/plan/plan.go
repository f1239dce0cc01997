// Package plan holds everything a transfer has decided before it starts.
//
// A Plan is compiled once, from the options, the handshake and (in a daemon) the module, and is
// immutable from then on: the roles of a transfer, the API and the tests take a *Plan and never see
// a command line. A local copy has two of them, one for each end (the receiving end's may differ by
// --remote-option).
//
// The decisions and their order are those of docs/protocol/05-options.md §4 and, where they depend
// on the peer, docs/protocol/01-connection.md §5.
package plan

import (
	"time"

	"godwit/internal/checksum"
	"godwit/internal/filter"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/wire"
)

// DeleteWhen says at which moment of a run files unknown to the sender are deleted
// (docs/protocol/03-transfer.md §13.1).
type DeleteWhen uint8

// The moments of deletion.
const (
	DeleteNever DeleteWhen = iota
	DeleteBefore
	DeleteDuring
	DeleteDelay
	DeleteAfter
)

// AltKind says what the alternate directories are for (docs/protocol/03-transfer.md §10.4).
type AltKind uint8

// The kinds of alternate directories; one run has one kind.
const (
	AltNone AltKind = iota
	AltCompare
	AltCopy
	AltLink
)

// Option returns the option's name, as messages quote it.
func (k AltKind) Option() string {
	switch k {
	case AltCompare:
		return "--compare-dest"
	case AltCopy:
		return "--copy-dest"
	case AltLink:
		return "--link-dest"
	}
	return ""
}

// Plan is one end's immutable view of a transfer. Fields are grouped as the specification groups
// the options. Boolean fields are effects, after implications and negations.
type Plan struct {
	Caps wire.Caps // the negotiated facts

	Where  Where
	Select Select
	Attrs  Attrs
	Update Update
	Write  Write
	Delete Delete
	Links  Links
	Limits Limits
	Show   Show
	Sums   Sums
	Batch  Batch

	// Filter holds this end's rules, Module the daemon module's (nil elsewhere). Both are never
	// nil for List operations: an empty list decides nothing.
	Filter *filter.List
	Module *filter.List
	// Policy is what is kept of an entry's metadata and what this process may do.
	Policy *meta.Policy
	// Chmod edits the modes: a client sender's before sending, a client receiver's as received,
	// a daemon's after those.
	Chmod meta.Chmod
	// Names looks up users and groups here; UserRules and GroupRules are the parsed maps.
	Names                 ids.Lookup
	UserRules, GroupRules ids.Rules
	UserMapped            bool // --usermap was given, even if none of its pairs survived
	GroupMapped           bool
	Identity              ids.Identity
}

// Where says which end of which kind of connection this is.
type Where struct {
	Server bool // this end was started by the peer (or is the receiving half of a local copy)
	Sender bool // this end reads the source
	Local  bool // both ends are in this process
	Daemon bool // this end is a daemon's worker
	// DaemonPeer is set on a client whose peer is a daemon.
	DaemonPeer bool
	Module     string // the daemon module's name, "" elsewhere
	// ModulePath is the module's directory as the configuration names it.
	ModulePath string
	// Sanitize is set in a daemon that is not confined by chroot: names from outside are cleaned
	// so that they stay below the module (docs/protocol/04-filters-and-walk.md §19.2).
	Sanitize bool
	// MungeSymlinks prefixes (receiver) or strips (sender) symlink targets.
	MungeSymlinks bool
	// IgnoreNonreadable is the module parameter: unreadable files are left out of lists.
	IgnoreNonreadable bool
	// TrustSender skips the receiving client's check that names were asked for.
	TrustSender bool
	// Root is set where the effective user may change owners (euid 0, --super, not --no-super).
	Root bool
	// FakeSuper keeps what only root could set in extended attributes.
	FakeSuper bool
	// InsecureLinks turns the resolver of docs/protocol/08-security.md §2 off.
	InsecureLinks bool
	// Umask is the process's umask at start.
	Umask uint32
	// StartDir is the absolute directory the process was started in; messages quote full names.
	StartDir string
}

// Select says which source names enter the list, and how they are named.
type Select struct {
	Recurse         bool
	Dirs            bool // -d in effect (recursion implies it)
	Relative        bool
	ImpliedDirs     bool
	OneFileSystem   int // 0, 1 or 2
	CopyLinks       bool
	CopyDirlinks    bool
	CopyUnsafeLinks bool
	CopyDevices     bool
	FilesFrom       bool // names come from a list
	FilesFromNUL    bool // --from0
	IgnoreMissing   bool // --ignore-missing-args
	DeleteMissing   bool // --delete-missing-args
	PruneEmptyDirs  bool
	ListOnly        bool
	CVSExclude      bool
	MinSize         int64 // -1: no limit
	MaxSize         int64 // -1: no limit
	OpenNoatime     bool
	UnsortedNumbers bool // --iconv: numbers follow arrival order
	Qsort           bool
}

// Attrs says which attributes are carried and kept.
type Attrs struct {
	Perms         bool
	Executability bool
	Owner         bool
	Group         bool
	Times         bool
	Atimes        bool
	Crtimes       bool
	ACLs          bool
	Xattrs        int // 0, 1 (-X), 2 (-XX)
	Devices       bool
	Specials      bool
	HardLinks     bool
	NumericIDs    bool
	OmitDirTimes  bool
	OmitLinkTimes bool
	// ReceiverSymlinkTimes: the receiving side can set times of symlinks (01 §5.5).
	ReceiverSymlinkTimes bool
}

// OwnerOf gives the owner that lines about an entry show: where owners are not kept, none was sent.
func (a *Attrs) OwnerOf(uid uint32) uint32 {
	if !a.Owner {
		return 0
	}
	return uid
}

// Update says what counts as changed and what may be updated.
type Update struct {
	WholeFile      bool
	Checksum       bool
	IgnoreTimes    bool
	SizeOnly       bool
	NewerOnly      bool // --update
	Existing       bool // --existing: create nothing
	IgnoreExisting bool
	ModifyWindow   int // seconds; negative: compare nanoseconds
	BlockSize      int
	Fuzzy          int // 0, 1, 2
	Alt            AltKind
	AltDirs        []string
	RemoveSource   RemoveSource
}

// RemoveSource is the --remove-source-files family.
type RemoveSource uint8

// RemoveSentFiles is the old spelling, which differs for up-to-date symlinks (03 §10.2).
const (
	RemoveNone RemoveSource = iota
	RemoveSourceFiles
	RemoveSentFiles
)

// Write says how received data reaches the destination.
type Write struct {
	DryRun       bool
	Inplace      bool
	Append       bool
	AppendVerify bool // the old prefix is part of the sum
	Partial      bool
	PartialDir   string // "" for none
	DelayUpdates bool
	TempDir      string
	// TempDirSet tells an empty --temp-dir, which no directory has for a name, from none.
	TempDirSet   bool
	Sparse       bool
	Preallocate  bool
	WriteDevices bool
	Backup       bool
	BackupDir    string
	Suffix       string
	Fsync        bool
	Mkpath       bool
	KeepDirlinks bool
	OldArgs      bool // an empty destination means "."
	DropD        bool
}

// Delete says what is removed from the destination.
type Delete struct {
	When         DeleteWhen
	Excluded     bool // --delete-excluded
	Max          int  // -1: no limit
	Force        bool
	IgnoreErrors bool
}

// On tells whether unknown files are deleted at all.
func (d Delete) On() bool { return d.When != DeleteNever }

// Links says what the receiving side does with symlinks.
type Links struct {
	Preserve bool // -l
	Safe     bool // --safe-links
}

// Limits bounds the run.
type Limits struct {
	Timeout   time.Duration // 0: none
	Bandwidth int64         // KiB/s, 0: none
	StopAt    time.Time     // zero: none
	MaxAlloc  int64         // bytes, 0: none
}

// Show says what the user (or the peer on the user's behalf) wants to see. Verbosity levels and
// formats live in the reporter; these are the effects on what a role sends.
type Show struct {
	Itemize      int  // 0, 1 (-i), 2 (-ii)
	UnchangedToo bool // items for unchanged entries are wanted (-ii, or name level 2)
	LogFormat    bool // an output format is in force: the peer wants items
	FormatHasI   bool // that format contains %i
	FormatHasO   bool // ... contains %o or %i
	Progress     bool
	NeedSums     bool // the format wants %C
}

// Sums names the negotiated checksums and the compression.
type Sums struct {
	Params checksum.Params // of block and whole-file sums
	File   checksum.Kind   // of --checksum
	Codec  string          // compression method as codec.Lookup knows it, "" for plain tokens
	Level  int             // for codec.Config, already clamped
	// Threads is --compress-threads.
	Threads int
}

// Batch says whether this run records or replays.
type Batch struct {
	Write     bool
	OnlyWrite bool
	Read      bool
}
