package meta

import (
	"bytes"
	"slices"
	"strings"

	"godwit/internal/fsys"
)

// xattrScratch is memory for the attributes of one inode at a time.
type xattrScratch struct {
	names, value []byte
	present      []string
}

// existing returns the attributes of a destination that take part, sorted.
// They are valid until the next call.
func (x *xattrScratch) existing(rules *XattrRules, src AttrSource) ([]string, error) {
	x.present = x.present[:0]
	var err error
	if x.names, err = readNames(src, x.names); err != nil {
		if isUnsupported(err) {
			err = nil
		}
		return nil, err
	}
	for rest := x.names; len(rest) > 0; {
		var name []byte
		name, rest, _ = bytes.Cut(rest, []byte{0})
		if s := string(name); rules.managed(s) {
			x.present = append(x.present, s)
		}
	}
	slices.Sort(x.present)
	return x.present, nil
}

// sameXattrs reports whether the file has exactly the attributes of the list.
func (c *XattrReceiver) sameXattrs(x *xattrScratch, list uint32, have AttrSource) bool {
	present, err := x.existing(&c.Rules, have)
	if err != nil {
		return false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	items := c.lists[list].items
	if len(items) != len(present) {
		return false
	}
	for i := range items {
		if items[i].name != present[i] {
			return false
		}
		if x.value, err = readAttr(have, present[i], x.value); err != nil || !items[i].matches(x.value) {
			return false
		}
	}
	return true
}

// apply gives the leaf, which has the given mode, exactly the attributes of
// the list and reports whether anything was changed. A long value that is still
// to come is passed over if pending says that the receiver will see to it.
func (c *XattrReceiver) apply(x *xattrScratch, list uint32, leaf *Leaf, mode uint32, pending bool, report func(*Failure)) (changed bool) {
	w := writable{leaf: leaf, mode: mode}
	defer w.restore(report)
	present, err := x.existing(&c.Rules, leaf)
	if err != nil {
		report(failure("get_xattr_names: llistxattr(", ",1024) failed", err))
		return false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	items := c.lists[list].items
	for i := range items {
		it := &items[i]
		_, had := slices.BinarySearch(present, it.name)
		if had {
			if x.value, err = readAttr(leaf, it.name, x.value); err == nil && it.matches(x.value) {
				continue
			}
		}
		if it.state != xattrHere {
			if !pending {
				report(failure("Missing abbreviated xattr value, "+it.name+", for ", "", nil))
			}
			continue
		}
		if err := w.try(func() error { return leaf.setXattr(it.name, it.value) }); err != nil {
			report(failure("rsync_xal_set: "+leaf.call()+"setxattr(", `,"`+it.name+`") failed`, err))
			continue
		}
		changed = true
	}
	for _, name := range present {
		_, keep := slices.BinarySearchFunc(items, name, func(it heldXattr, n string) int { return strings.Compare(it.name, n) })
		if keep {
			continue
		}
		if err := w.try(func() error { return leaf.removeXattr(name) }); err != nil && !isAbsent(err) {
			report(failure("rsync_xal_set: "+leaf.call()+"removexattr(", `,"`+name+`") failed`, err))
			continue
		}
		changed = true
	}
	return changed
}

// CopyXattrs gives the leaf the attributes of another local file that take
// part, for a copy made here (a backup, --copy-dest). None are removed.
func (a *Applier) CopyXattrs(from AttrSource, to *Leaf, rules *XattrRules) (ok bool) {
	names, err := a.xattr.existing(rules, from)
	if err != nil {
		a.Report(failure("get_xattr_names: llistxattr(", ",1024) failed", err))
		return false
	}
	ok = true
	for _, name := range names {
		if a.xattr.value, err = readAttr(from, name, a.xattr.value); err != nil {
			if !isAbsent(err) {
				a.Report(failure("get_xattr_data: lgetxattr(", `,"`+name+`",0) failed`, err))
				ok = false
			}
			continue
		}
		if err := to.setXattr(name, a.xattr.value); err != nil {
			a.Report(failure("copy_xattrs: "+to.call()+"setxattr(", `,"`+name+`") failed`, err))
			ok = false
		}
	}
	return ok
}

// writable makes a file of ours writable for as long as its attributes are
// changed, which the system otherwise refuses for a read-only one.
type writable struct {
	leaf   *Leaf
	mode   uint32
	opened bool
}

// try calls change, once more if it was refused and the file could be made
// writable.
func (w *writable) try(change func() error) error {
	err := change()
	if w.opened || !isDenied(err) || w.mode&0o200 != 0 || w.mode&fsys.ModeType == fsys.ModeSymlink {
		return err
	}
	if w.leaf.chmod(w.mode&fsys.ModeBits|0o200) != nil {
		return err
	}
	w.opened = true
	return change()
}

func (w *writable) restore(report func(*Failure)) {
	if !w.opened {
		return
	}
	if err := w.leaf.chmod(w.mode & fsys.ModeBits); err != nil {
		report(failure("failed to set permissions on ", "", err))
	}
}
