package meta

import (
	"godwit/internal/exit"
	"godwit/internal/fsys"
)

// Stat describes the leaf as the transfer sees it: with --fake-super, mode,
// owner and device come from its record if it has one. quoted is the entry's
// full name in quotes, for the message about a damaged record, which ends the
// run with exit code 11. Other errors are the system's.
func (p *Policy) Stat(leaf *Leaf, st *fsys.Stat, quoted string) error {
	if err := leaf.Lstat(st); err != nil || !p.Fake {
		return err
	}
	_, err := p.Overlay(leaf, st, quoted)
	return err
}

// Overlay replaces what a fake-super record says about an inode in st and
// reports whether there is one. A sender uses it for what its own scan has
// described. Without --fake-super it does nothing.
func (p *Policy) Overlay(src AttrSource, st *fsys.Stat, quoted string) (bool, error) {
	if !p.Fake || st.IsSymlink() {
		return false, nil
	}
	var buf [256]byte
	n, err := src.GetXattr(fakeStatAttr, buf[:])
	switch {
	case isAbsent(err), isUnsupported(err):
		return false, nil
	case isRange(err):
		return false, corruptRecord(quoted, "")
	case err != nil:
		return false, failure("failed to read xattr "+fakeStatAttr+" for ", "", err)
	}
	f, ok := parseFakeStat(buf[:n])
	if !ok {
		return false, corruptRecord(quoted, string(buf[:n]))
	}
	st.Mode, st.RdevMajor, st.RdevMinor, st.UID, st.GID = f.mode, f.major, f.minor, f.uid, f.gid
	return true, nil
}

func corruptRecord(quoted, text string) error {
	return exit.Errorf(exit.FileIO, "Corrupt %s xattr attached to %s: \"%s\"", fakeStatAttr, quoted, text)
}
