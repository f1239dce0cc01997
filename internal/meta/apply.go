package meta

import (
	"fmt"

	"godwit/internal/fsys"
	"godwit/internal/ids"
)

// ApplyFlags modify one [Applier.Apply].
type ApplyFlags uint8

const (
	// SkipMtime leaves the modification time as it is.
	SkipMtime ApplyFlags = 1 << iota
	// SkipAtime leaves the access time as it is.
	SkipAtime
	// SkipCrtime leaves the creation time as it is.
	SkipCrtime
	// ExactTime sets times that differ by a nanosecond, without regard to the
	// modify window: after a data transfer, and with --checksum.
	ExactTime

	// SkipTimes leaves all times alone.
	SkipTimes = SkipMtime | SkipAtime | SkipCrtime
)

// Applied says what an Apply has changed.
type Applied uint8

// The groups of attributes that Apply distinguishes.
const (
	AppliedOwner Applied = 1 << iota
	AppliedXattrs
	AppliedTimes
	AppliedACLs
	AppliedMode
	// TimesUnsupported: the time of a symbolic link could not be set because
	// this system or file system has none to set.
	TimesUnsupported
)

// Applier sets the metadata of destination leaves. It holds memory that it
// reuses, so each goroutine has its own; the policy and the received
// attributes are shared.
type Applier struct {
	Policy *Policy
	Xattrs *XattrReceiver // nil without --xattrs
	// Pending says that the receiver will apply each entry once more when long
	// attribute values have arrived, so that missing ones are no error now.
	Pending bool
	// Report is called for each attribute that could not be set, while Apply
	// runs.
	Report func(*Failure)

	seen, now fsys.Stat
	acl       ACL
	attr      []byte
	xattr     xattrScratch
}

// Apply gives the leaf the metadata of rec, in the order of
// docs/protocol/03-transfer.md §14.7: owner and group, fake-super record,
// extended attributes, times, ACLs, mode. Only what differs is set.
//
// st is what [Policy.Stat] said about the leaf; it is nil if the leaf has not
// been looked at. An item about the entry is compared with *st afterwards, so
// it becomes a new look when the owner of a set-id file was changed, which may
// clear those bits, and gets the mode that came with a new access ACL.
//
// An owner or a time that cannot be set ends the work on this entry: the rest
// might grant access to the wrong user.
func (a *Applier) Apply(leaf *Leaf, st *fsys.Stat, rec *Record, flags ApplyFlags) (done Applied) {
	if st == nil {
		st = &a.seen
		if err := a.Policy.Stat(leaf, st, ""); err != nil {
			a.Report(failure("stat ", " failed", err))
			return 0
		}
	}
	owner, ok := a.applyOwner(leaf, st, rec)
	done |= owner
	if !ok {
		return done
	}
	realNow := st.Mode
	if a.Policy.Fake {
		if a.applyFakeStat(leaf, st, rec) {
			done |= AppliedMode
		}
		realNow = realMode(rec.Mode)
	}
	if a.Policy.Xattrs && rec.HasXattrs &&
		a.Xattrs.apply(&a.xattr, rec.XattrList, leaf, realNow, a.Pending, a.Report) {
		done |= AppliedXattrs
	}
	times, ok := a.applyTimes(leaf, st, rec, flags)
	done |= times
	if !ok {
		return done
	}
	return done | a.applyACLsAndMode(leaf, st, rec)
}

// applyOwner changes owner and group in one call. ok is false if the rest is
// to be left undone.
func (a *Applier) applyOwner(leaf *Leaf, st *fsys.Stat, rec *Record) (done Applied, ok bool) {
	if a.Policy.Fake {
		return 0, true // recorded, not done
	}
	uid, gid := uint32(fsys.KeepID), uint32(fsys.KeepID)
	setUID := a.Policy.keepsOwner() && rec.UID != st.UID
	setGID := a.Policy.keepsGroup(rec) && rec.GID != st.GID
	if setUID {
		uid = a.settable(ids.User, rec.UID)
	}
	if setGID {
		gid = a.settable(ids.Group, rec.GID)
	}
	if !setUID && !setGID {
		return 0, true
	}
	if err := leaf.chown(uid, gid); err != nil {
		what := "chgrp "
		if setUID {
			what = "chown "
		}
		a.Report(failure(what, " failed", err))
		return 0, false
	}
	if st.Mode&(fsys.ModeSetUID|fsys.ModeSetGID) != 0 && !st.IsSymlink() {
		if err := leaf.Lstat(st); err != nil {
			a.Report(failure("failed to re-stat ", "", err))
			return AppliedOwner, false
		}
	}
	return AppliedOwner, true
}

// settable refuses the one id that means "leave alone" to the system.
func (a *Applier) settable(kind ids.Kind, id uint32) uint32 {
	if id == ids.None {
		a.Report(failure(fmt.Sprintf("%cid %d (-1) is impossible to set on ", kind.String()[0], id), "", nil))
	}
	return id
}

// applyFakeStat records what only root could set, and gives the file the mode
// that it really has. It reports whether the record was changed.
func (a *Applier) applyFakeStat(leaf *Leaf, st *fsys.Stat, rec *Record) (changed bool) {
	real := &a.now
	if err := leaf.Lstat(real); err != nil {
		a.Report(failure("stat ", " failed", err))
		return false
	}
	if real.IsSymlink() {
		return false // has neither modes nor, here, attributes of users
	}
	want := fakeStat{mode: rec.Mode, uid: st.UID, gid: st.GID}
	if t := rec.Mode & fsys.ModeType; t == fsys.ModeBlock || t == fsys.ModeChar {
		want.major, want.minor = rec.Major, rec.Minor
	}
	if a.Policy.keepsOwner() {
		want.uid = rec.UID
	}
	if a.Policy.keepsGroup(rec) {
		want.gid = rec.GID
	}
	mode := realMode(want.mode)
	if real.Mode&fsys.ModeBits != mode {
		if err := leaf.chmod(mode); err != nil {
			a.Report(failure("failed to set permissions on ", "", err))
			return false
		}
		changed = true
	}
	had, _ := a.hasFakeStat(leaf)
	plain := real.Mode&fsys.ModeType == want.mode&fsys.ModeType && mode == want.mode&fsys.ModeBits &&
		real.UID == want.uid && real.GID == want.gid && want.major == 0 && want.minor == 0
	a.attr = want.append(a.attr[:0])
	switch {
	case plain && had == nil, !plain && string(had) == string(a.attr):
		return changed
	case plain:
		if err := leaf.removeXattr(fakeStatAttr); err != nil && !isAbsent(err) {
			a.Report(failure("delete of stat xattr failed for ", "", err))
			return changed
		}
	default:
		if err := leaf.setXattr(fakeStatAttr, a.attr); err != nil {
			a.Report(failure("failed to write xattr "+fakeStatAttr+" for ", "", err))
			return changed
		}
	}
	return true
}

// hasFakeStat returns the leaf's record, nil if it has none.
func (a *Applier) hasFakeStat(leaf *Leaf) ([]byte, error) {
	var err error
	if a.xattr.value, err = readAttr(leaf, fakeStatAttr, a.xattr.value); err != nil {
		return nil, err
	}
	return a.xattr.value, nil
}

// applyTimes sets the times that are kept and differ. ok is false if the rest
// is to be left undone.
func (a *Applier) applyTimes(leaf *Leaf, st *fsys.Stat, rec *Record, flags ApplyFlags) (done Applied, ok bool) {
	p := a.Policy
	window := p.ModifyWindow
	if flags&ExactTime != 0 {
		window = -1
	}
	atime, mtime := fsys.Omit(), fsys.Omit()
	if flags&SkipMtime == 0 && p.KeepsTimes(rec.Mode) && !SameTime(rec.Mtime, st.Mtime, window) {
		mtime = rec.Mtime
	}
	if flags&SkipAtime == 0 && p.keepsAtime(rec.Mode) && rec.Atime.Sec != st.Atime.Sec {
		atime = rec.Atime
	}
	if atime != fsys.Omit() || mtime != fsys.Omit() {
		switch err := leaf.setTimes(atime, mtime); {
		case err == nil:
			done |= AppliedTimes
		case isUnsupported(err) && st.IsSymlink():
			return TimesUnsupported, true
		default:
			a.Report(failure("failed to set times on ", "", err))
			return 0, false
		}
	}
	if flags&SkipCrtime == 0 && p.keepsCrtime(rec.Mode) && !SameTime(rec.Crtime, st.Crtime, window) {
		if err := leaf.setCrtime(rec.Crtime); err != nil {
			a.Report(failure("failed to set times on ", "", err))
			return done, false
		}
		done |= AppliedTimes
	}
	return done, true
}

// applyACLsAndMode sets the lists, which may change the mode, and then the
// mode if it is not right by then.
func (a *Applier) applyACLsAndMode(leaf *Leaf, st *fsys.Stat, rec *Record) (done Applied) {
	mode := st.Mode
	if a.Policy.ACLs {
		if a.applyACL(leaf, AccessACL, rec.Access, rec.Mode, st.Mode) {
			done |= AppliedACLs
			if err := leaf.Lstat(&a.now); err == nil {
				mode = a.now.Mode
				if !a.Policy.Fake {
					st.Mode = mode
				}
			}
		}
		if a.applyACL(leaf, DefaultACL, rec.Default, rec.Mode, st.Mode) {
			done |= AppliedACLs
		}
	}
	if a.Policy.Fake || st.IsSymlink() || (mode^rec.Mode)&fsys.ModeBits == 0 {
		return done
	}
	if err := a.chmod(leaf, rec.Mode&fsys.ModeBits); err != nil {
		a.Report(failure("failed to set permissions on ", "", err))
		return done
	}
	return done | AppliedMode
}

// chmod sets the mode. Some systems refuse all of a mode whose set-id or
// sticky bits they refuse; then at least the ordinary bits are set, and the
// refusal is still returned.
func (a *Applier) chmod(leaf *Leaf, mode uint32) error {
	err := leaf.chmod(mode)
	if err != nil && isPermission(err) && mode&^fsys.ModePerm != 0 {
		if again := leaf.chmod(mode & fsys.ModePerm); again != nil {
			return again
		}
	}
	return err
}
