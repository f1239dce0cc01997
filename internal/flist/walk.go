package flist

import (
	"context"
	"io"

	"godwit/internal/checksum"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// WalkConfig is what a walk of the source goes by: the effects of the options, without the plan
// that they come from.
type WalkConfig struct {
	List   *List   // gives the segments; the numbers of directories come from it
	Format *Format // what entries carry
	Log    *report.Log

	// Filter holds the user's rules, Module those of a daemon's module; nil is none.
	Filter, Module *filter.List
	Policy         *meta.Policy
	Chmod          meta.Chmod
	ACLs           *meta.ACLSender   // with --acls
	Xattrs         *meta.XattrSender // with --xattrs

	// Operands are the sources in order. With Records there is exactly one, the directory that
	// the records count from (--files-from).
	Operands []string
	Records  *Records

	// StartDir is the absolute path of the directory that the process was started in, and Base
	// the directory that operands count from, "" for the same.
	StartDir, Base string
	// RuleRoot is what is taken off absolute paths before filter rules see them: the path of a
	// daemon's module whose rules count from the module, "" elsewhere.
	RuleRoot string
	// Operator resolves what the user typed. Links in it are always followed.
	Operator fsys.Operator
	// ModuleRoot confines everything below a daemon's module, whose path is RuleRoot; nil
	// elsewhere. Where links are followed it should allow "..".
	ModuleRoot *fsys.Root
	// Source is a tree to read in place of the file system: operands are paths in it. StartDir
	// is then its name in messages.
	Source fsys.Source

	Recurse         bool
	Dirs            bool
	Relative        bool
	ImpliedDirs     bool
	OneFileSystem   int // 0, 1 or 2
	CopyLinks       bool
	CopyDirlinks    bool
	CopyUnsafeLinks bool
	CopyDevices     bool
	IgnoreMissing   bool // --ignore-missing-args
	DeleteMissing   bool // --delete-missing-args
	Unmunge         bool // take the daemon's prefix off the targets of links
	Nonreadable     bool // leave out what cannot be read ("ignore nonreadable")
	InsecureLinks   bool // --insecure-links: follow links wherever they lead
	Noatime         bool // --open-noatime

	// FileSum is the digest of --checksum, Hashers how many files are read for it at once, 0
	// for as many as seem right.
	FileSum checksum.Kind
	Hashers int
}

// Walker reads the source and yields its lists in the order in which they are to be sent
// (docs/protocol/04-filters-and-walk.md §13 to §17, docs/protocol/02-wire-and-file-list.md §14,
// §16.3). Afterwards it opens what they name.
//
// Next belongs to one goroutine. The other methods may be called by another one, but not by
// several.
type Walker struct {
	WalkConfig
	rules  ruleSet // outside every directory
	asked  bool    // a directory has been entered: see filter.State.Settled
	follow fsys.Resolver
	each   func(File) error

	places   placeTable
	base     string          // absolute path of the directory that operands count from
	scanners []*fsys.Scanner // not in use
	ents     []fsys.DirEnt
	reading  readAhead
	seen     glance // what is known of the entry at hand

	seg     *Segment
	item    Item
	path    []byte // name of the entry at hand in the list
	link    []byte
	full    []byte
	st      fsys.Stat
	found   []foundDir // directories of the list being made whose contents may follow
	hashed  int        // arrivals of the list being made that have been passed on
	hashers []*hasher
	acl     [2]meta.ACL
	attrs   []byte
	leaf    meta.SourceLeaf

	started bool
	dotSent bool        // the entry for a leading "./" has been sent
	tops    relTops     // --relative: state from one operand to the next
	order   [][]dirNode // directories whose lists are still to come, deepest last
}

// NewWalker returns a walker; nothing is read before the first Next.
func NewWalker(c WalkConfig) *Walker {
	w := &Walker{WalkConfig: c, ents: make([]fsys.DirEnt, 128)}
	if c.CopyLinks || c.CopyDirlinks || c.CopyUnsafeLinks || c.InsecureLinks {
		w.follow = fsys.Following
	}
	w.base = absolute(c.StartDir, c.Base)
	w.rules = ruleSet{user: start(c.Filter), module: start(c.Module)}.at(w.ruleDir(w.base))
	w.places.w = w
	w.item.ACL, w.item.DefaultACL, w.item.Xattr = -1, -1, -1
	return w
}

// Next returns the next list: the first one with all or, with incremental recursion, the
// beginning of the entries, then one for each directory, and io.EOF at the end. Each list must
// have been sorted and published before the next is asked for.
//
// Each is called for every entry in the order in which they are to be sent, as soon as it is
// complete, so that sending need not wait for the end of a walk. If it returns an [*EntryError],
// the entry is reported and left out; any other error ends the walk. It may be nil.
func (w *Walker) Next(ctx context.Context, each func(File) error) (*Segment, error) {
	w.each = each
	if !w.started {
		w.started = true
		w.begin(-1)
		if err := w.operands(ctx); err != nil {
			return nil, err
		}
		return w.seg, w.flush(ctx)
	}
	if !w.List.Incremental() {
		return nil, io.EOF
	}
	w.adopt()
	if !w.pending() {
		return nil, io.EOF
	}
	if err := w.nextDirectory(ctx); err != nil {
		return nil, err
	}
	return w.seg, w.flush(ctx)
}

// begin starts a list.
func (w *Walker) begin(dir int32) {
	w.seg = w.List.NewSegment(dir)
	w.found = w.found[:0]
	w.hashed = 0
}

// Close lets go of the directories that the walker holds.
func (w *Walker) Close() error {
	w.reading.close()
	w.places.closeAll()
	return nil
}

// foundDir is a directory of the list being made.
type foundDir struct {
	i     int32  // its arrival
	at    *place // where its contents are
	rules ruleSet
	dev   uint64 // file system of the operand, for -x
	args  []relArg
}
