package dest

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/plan"
	"godwit/internal/report"
)

// Config is what a Tree depends on. It must not be changed once Open has it.
type Config struct {
	Plan *plan.Plan
	// Log speaks for the receiving side; relative names in its messages count from
	// Plan.Where.StartDir. The Tree makes others from it that count from the destination.
	Log *report.Log
	// Operator resolves what the user named: the argument, --temp-dir, --backup-dir, an absolute
	// --partial-dir, alternate directories. Its Base is the start directory.
	Operator fsys.Operator
	// Module is the module's directory in a daemon's worker, nil elsewhere: a relative argument
	// and relative alternate directories are resolved beneath it.
	Module *fsys.Root
	// Unconfined makes links in the tree lead where they like: the worker of a module whose
	// root is the root of the file system it sees. --insecure-links is in the plan.
	Unconfined bool
	// Hidden is a daemon's own filter: it tells whether a path relative to the module is
	// excluded, itself or a directory on the way. Nil hides nothing.
	Hidden func(path string, dir bool) bool
	// ACLs and Xattrs hold the received lists; nil without --acls, --xattrs.
	ACLs   *meta.ACLReceiver
	Xattrs *meta.XattrReceiver
	// PID numbers the temporary names of links and nodes.
	PID int
}

// Tree is an opened destination. It is safe for several goroutines, each with its own [Hand].
type Tree struct {
	cfg    Config
	plan   *plan.Plan
	log    *report.Log // counts from dir
	dir    string      // absolute path of the root as messages show it
	root   *fsys.Root  // nil if missing
	single []byte      // mode 2: the name the one entry gets, with a NUL behind it

	missing bool // dry run, and the root does not exist
	made    bool // the root was made, or would have been
	op      fsys.Operator
	alts    []alternate
	suffix  string // of backups
	epoch   atomic.Uint32
	relaxed relaxedDirs
	backups backupArea
	deletes deletions
	outputs registry
}

// Missing reports that a dry run has no destination: everything is to be treated as missing, and
// no method that looks or acts may be called.
func (t *Tree) Missing() bool { return t.missing }

// Made reports that the root was made for this run (not by --mkpath, which makes it earlier), so
// that the root itself counts as new.
func (t *Tree) Made() bool { return t.made }

// Single reports that the one entry of the list is stored under the last component of the
// argument. Then nothing is deleted and no directory touched up.
func (t *Tree) Single() bool { return t.single != nil }

// Dir is the absolute path of the root, as messages quote it.
func (t *Tree) Dir() string { return t.dir }

// Log returns a Log for a role whose relative names count from the destination.
func (t *Tree) Log(role report.Role) *report.Log { return t.log.As(role) }

// Close lets go of everything held. Temporary files still open are removed.
func (t *Tree) Close() error {
	t.Interrupt()
	t.deletes.close()
	t.backups.close()
	for i := range t.alts {
		t.alts[i].close()
	}
	if t.root == nil {
		return nil
	}
	return t.root.Close()
}

// Hand returns a grip on the tree for one goroutine that speaks as role.
func (t *Tree) Hand(role report.Role) *Hand {
	h := &Hand{t: t, plan: t.plan, log: t.Log(role), dirID: -1, epoch: t.epoch.Load()}
	h.applier = meta.Applier{Policy: t.plan.Policy, Xattrs: t.cfg.Xattrs, Report: h.attributeFailed, Pending: role == report.RoleGenerator}
	h.alt = make([]altDir, len(t.alts))
	return h
}

// Hand is one goroutine's grip on a Tree. Slices and pointers that its methods return are good
// until the next call.
type Hand struct {
	t    *Tree
	plan *plan.Plan
	log  *report.Log

	// The held parent of the entry at hand; dir is nil if none is held.
	dir      *fsys.Dir
	dirID    int64 // flist's number of that directory, -1 for none
	epoch    uint32
	defaults uint32 // permissions of new files in dir
	haveDefs bool

	file    flist.File // the entry at hand, for messages about its attributes
	subject []byte     // or another name in its place
	out     *Output    // or the file that is being received for it
	path    []byte
	leaf    meta.Leaf
	rec     meta.Record
	applier meta.Applier
	alt     []altDir
	fuzzy   fuzzyDir
	link    []byte // a symlink's target
	copyBuf []byte
	// cloneAbove is the length up to which files are not tried to be cloned.
	cloneAbove int64
	sums       summer
	foreseen   *Foresight // of the entry at hand, until its sum has been asked for
	scans      []*scan    // one for each level of a deletion
	seen       fsys.Stat
	stop       error // met deep in a deletion, ends the run
}

// Close lets go of what the Hand holds.
func (h *Hand) Close() {
	h.drop()
	for i := range h.alt {
		h.alt[i].close()
	}
	h.fuzzy.close()
}

// drop lets go of the held parent.
func (h *Hand) drop() {
	if h.dir != nil {
		h.dir.Close()
		h.dir = nil
	}
	h.dirID, h.haveDefs = -1, false
}

// forget is called when a directory was removed, replaced or renamed: held descriptors at path and
// below would go on meaning the old one.
func (t *Tree) forget(path []byte) {
	t.root.Forget(path)
	t.epoch.Add(1)
}

// relaxedDirs remembers the true modes of directories that got u+rwx while the transfer runs.
type relaxedDirs struct {
	mu   sync.Mutex
	mode map[string]uint32
}

func (r *relaxedDirs) note(path []byte, mode uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mode == nil {
		r.mode = make(map[string]uint32)
	}
	r.mode[string(path)] = mode
}

func (r *relaxedDirs) take(path []byte) (mode uint32, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mode, ok = r.mode[string(path)]
	delete(r.mode, string(path))
	return mode, ok
}

// below cuts the leading slash off a name of an absolute source (--relative): it counts from the
// root like any other.
func below(path []byte) []byte { return bytes.TrimLeft(path, "/") }

// joinDir makes path absolute by dir, lexically clean.
func joinDir(dir, path string) string {
	var b []byte
	if strings.HasPrefix(path, "/") {
		b = []byte(path)
	} else {
		b = fsys.AppendJoin(nil, []byte(dir), []byte(path))
	}
	c, err := fsys.AppendClean(b[:0], b, fsys.CollapseDotDot|fsys.DropDot)
	if err != nil {
		return string(b)
	}
	return string(c)
}
