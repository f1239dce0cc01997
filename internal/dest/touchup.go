package dest

import (
	"bytes"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// SetDir gives f's directory its attributes when it is handled (docs/protocol/03-transfer.md §10.1).
// st is what Stat said of it, nil if it has just been made. A directory that its owner, not being
// root, could not work in keeps u+rwx until [Hand.TouchUp].
func (h *Hand) SetDir(f flist.File, mode uint32, st *fsys.Stat) meta.Applied {
	if h.dry() || h.t.missing {
		return 0
	}
	if st == nil {
		if err := h.Stat(f, &h.seen); err != nil {
			h.log.Fail(report.StatFailed, err, h.Full(f))
			return 0
		}
		st = &h.seen
		mode = h.plan.Policy.InheritSetGID(mode, st.Mode)
	}
	done := h.Apply(f, mode, st, 0)
	if h.dir == nil || h.plan.Where.Root || mode&0o700 == 0o700 {
		return done
	}
	if err := h.dir.Chmod(h.leaf.Name, mode&fsys.ModeBits|0o700); err != nil {
		h.log.Fail(report.ModifyPermsFailed, err, h.Full(f))
		return done
	}
	h.t.relaxed.note(bytes.Clone(h.Path(f)), mode)
	return done
}

// TouchUp repairs, when the contents of f's directory are done, what working in it has changed: its
// modification time, and the mode that SetDir relaxed (docs/protocol/03-transfer.md §14.8). What
// --ignore-existing has kept in the directory's place gets its time too.
func (h *Hand) TouchUp(f flist.File) {
	if h.dry() || h.t.missing || h.t.single != nil || !f.IsDir() || h.locate(f) != nil {
		return
	}
	mode, relaxed := h.t.relaxed.take(h.Path(f))
	keep := h.plan.Policy.KeepsTimes(f.Mode())
	if !relaxed && !keep {
		return
	}
	if h.dir.Lstat(h.leaf.Name, &h.seen) != nil {
		return
	}
	mtime := fsys.Time{Sec: f.Mtime(), Nsec: int32(f.Nsec())}
	if keep && !meta.SameTime(mtime, h.seen.Mtime, h.plan.Policy.ModifyWindow) {
		// Whose directory this is not has been told so already if its time was wrong to begin with; what
		// was right then is worth no error.
		_ = h.dir.SetTimes(h.leaf.Name, fsys.Omit(), mtime)
	}
	if relaxed {
		if err := h.dir.Chmod(h.leaf.Name, mode&fsys.ModeBits); err != nil {
			h.log.Fail(report.SetPermsFailed, err, h.Full(f))
		}
	}
}
