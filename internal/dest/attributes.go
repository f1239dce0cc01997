package dest

import (
	"syscall"

	"godwit/internal/errno"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// Mode returns type and permissions that f's destination gets (docs/protocol/03-transfer.md §14.1).
// old is what the new content stands in for: the destination itself or the basis of a transfer; nil
// if there is none.
func (h *Hand) Mode(f flist.File, old *fsys.Stat) uint32 {
	p := h.plan.Policy
	if p.Perms {
		return f.Mode()
	}
	if old != nil && old.IsDir() == f.IsDir() {
		return p.DestMode(f.Mode(), old.Mode, true, 0)
	}
	return p.DestMode(f.Mode(), 0, false, h.newPerms(f))
}

// newPerms returns the permissions that a new file beside f may have at most.
func (h *Hand) newPerms(f flist.File) uint32 {
	umask := 0o777 &^ h.plan.Where.Umask
	if h.locate(f) != nil {
		return umask
	}
	if !h.haveDefs {
		var failed *meta.Failure
		h.defaults, failed = h.plan.Policy.DefaultPerms(&meta.Leaf{Dir: h.dir, Name: "."}, h.plan.Where.Umask)
		if failed != nil {
			h.defaultsFailed(f, failed.Err)
		}
		h.haveDefs = true
	}
	return h.defaults
}

// WarnOfParent says so if f's parent is something that cannot have a default ACL, where one would
// count. A directory is asked for its list only when that is needed.
func (h *Hand) WarnOfParent(f flist.File) {
	p := h.plan.Policy
	if p.Perms || p.Fake || !isNotDir(h.locate(f)) {
		return
	}
	d, leaf, err := h.t.root.Parent(below(f.DirPath()))
	if err != nil {
		return
	}
	defer d.Close()
	var st fsys.Stat
	if d.Stat(fsys.View(leaf), &st) == nil && !st.IsDir() {
		h.defaultsFailed(f, syscall.EACCES)
	}
}

// defaultsFailed says that the default ACL of f's parent cannot be read.
func (h *Hand) defaultsFailed(f flist.File, err error) {
	dir := below(f.DirPath())
	if len(dir) == 0 {
		dir = dot
	}
	h.log.Say(report.DefaultPermsFallback, report.Name(dir), report.Str(meta.DefaultACL.String()), report.Str(errno.Message(err)))
}

// record fills the Hand's record with what the list says about f, with the given mode.
func (h *Hand) record(f flist.File, mode uint32) *meta.Record {
	r := &h.rec
	*r = meta.Record{
		Mode: mode, UID: f.UID(), GID: f.GID(), SkipGroup: f.Is(flist.SkipGroup),
		Mtime: fsys.Time{Sec: f.Mtime(), Nsec: int32(f.Nsec())},
	}
	p := h.plan.Policy
	if p.Atimes {
		r.Atime.Sec = f.Atime()
	}
	if p.Crtimes {
		r.Crtime.Sec = f.Crtime()
	}
	if flist.IsDevice(mode) || flist.IsSpecial(mode) {
		r.Major, r.Minor = f.Rdev()
	}
	if c := h.t.cfg.ACLs; p.ACLs && c != nil {
		if n := f.ACL(); n >= 0 {
			r.Access = c.Get(meta.AccessACL, uint32(n))
		}
		if n := f.DefaultACL(); n >= 0 {
			r.Default = c.Get(meta.DefaultACL, uint32(n))
		}
	}
	if n := f.Xattr(); p.Xattrs && h.t.cfg.Xattrs != nil && n >= 0 {
		r.XattrList, r.HasXattrs = uint32(n), true
	}
	return r
}

// Against says what an item's flags compare the entry with, where that matters.
type Against uint8

const (
	// Plain compares as usual.
	Plain Against = iota
	// Exact is an exact match in an alternate directory of an entry that is no regular file, or a
	// hard link that is there already: its time is not "set to now" where times are not kept.
	Exact
)

// Differences returns the item flags of docs/protocol/03-transfer.md §11 for f with the given mode,
// compared with the destination as st describes it; nil means that nothing is there. item holds the
// flags decided before (ItemLocal, ItemTransfer, ItemChange), which are part of the result.
func (h *Hand) Differences(f flist.File, mode uint32, st *fsys.Stat, item wire.ItemFlags, how Against) wire.ItemFlags {
	rec := h.record(f, mode)
	if st == nil {
		item |= wire.ItemNew
		if rec.HasXattrs {
			item |= h.applier.CompareXattrs(nil, rec)
		}
		return item
	}
	p := h.plan.Policy
	if (rec.Access != nil || rec.HasXattrs) && h.locate(f) == nil {
		return h.compare(f, &h.leaf, st, item, how)
	}
	if f.IsRegular() && f.Size() != st.Size {
		item |= wire.ItemSize
	}
	if !p.KeepsTimes(mode) && item&(wire.ItemLocal|wire.ItemTransfer) != 0 && how != Exact {
		item |= wire.ItemTime
	}
	return item | p.Compare(rec, st)
}

// compare is Differences with any leaf, after record.
func (h *Hand) compare(f flist.File, leaf *meta.Leaf, st *fsys.Stat, item wire.ItemFlags, how Against) wire.ItemFlags {
	rec, p := &h.rec, h.plan.Policy
	if f.IsRegular() && f.Size() != st.Size {
		item |= wire.ItemSize
	}
	if !p.KeepsTimes(rec.Mode) && item&(wire.ItemLocal|wire.ItemTransfer) != 0 && how != Exact {
		item |= wire.ItemTime
	}
	item |= p.Compare(rec, st)
	item |= h.applier.CompareACLs(leaf, rec, st)
	if rec.HasXattrs {
		differ := h.applier.CompareXattrs(leaf, rec)
		if differ == 0 && item&(wire.ItemLocal|wire.ItemTransfer) != 0 {
			// What takes this one's place gets the same, and nobody will be asked for it.
			h.t.cfg.Xattrs.Recall(rec.XattrList, leaf)
		}
		item |= differ
	}
	return item
}

// Bare returns the item flags for the extended attributes in which f differs from something that has none.
func (h *Hand) Bare(f flist.File, mode uint32) wire.ItemFlags {
	return h.applier.CompareXattrs(nil, h.record(f, mode))
}

// Apply gives f's destination its attributes, as far as they differ from st, which [Hand.Stat]
// filled; nil if it has not been asked. It does nothing in a dry run.
func (h *Hand) Apply(f flist.File, mode uint32, st *fsys.Stat, flags meta.ApplyFlags) meta.Applied {
	if h.plan.Write.DryRun || h.t.missing {
		return 0
	}
	if err := h.locate(f); err != nil {
		h.log.Fail(report.StatFailed, err, h.Full(f))
		return 0
	}
	if h.plan.Update.Checksum && f.IsRegular() {
		flags |= meta.ExactTime
	}
	return h.applier.Apply(&h.leaf, st, h.record(f, mode), flags)
}

// applyTo applies f's attributes to another leaf: a temporary file, a copy.
func (h *Hand) applyTo(leaf *meta.Leaf, f flist.File, mode uint32, flags meta.ApplyFlags) meta.Applied {
	h.file = f
	return h.applier.Apply(leaf, nil, h.record(f, mode), flags)
}
