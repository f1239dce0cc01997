package meta

import "godwit/internal/fsys"

// aclAttr is the extended attribute that holds a kind of list.
func aclAttr(kind ACLKind, fake bool) string {
	switch {
	case fake && kind == DefaultACL:
		return fakeACLDefaultAttr
	case fake:
		return fakeACLAccessAttr
	case kind == DefaultACL:
		return fsys.ACLDefault
	}
	return fsys.ACLAccess
}

// ReadACL reads one list of an inode with the given mode into acl, stripped
// if it is an access ACL, as it is sent and compared. buf is memory to read
// into, which is returned. What cannot have a list has an empty one.
func (p *Policy) ReadACL(src AttrSource, kind ACLKind, mode uint32, acl *ACL, buf []byte) ([]byte, *Failure) {
	acl.reset()
	if !HasACLs(mode, kind) || !p.Fake && !posixACLs {
		return buf, nil
	}
	buf, err := readAttr(src, aclAttr(kind, p.Fake), buf)
	switch {
	case isAbsent(err), isUnsupported(err):
		return buf, nil
	case err != nil:
		return buf, aclFailure("get_acl: xacl_get(", kind, err)
	case p.Fake:
		if !acl.parseFake(buf) {
			acl.reset()
		}
		return buf, nil
	case !acl.parsePOSIX(buf):
		acl.reset()
		return buf, nil
	}
	if kind == AccessACL {
		acl.Strip(mode)
	}
	return buf, nil
}

func aclFailure(call string, kind ACLKind, err error) *Failure {
	f := failure(call, ", "+kind.String()+")", err)
	f.short = true
	return f
}

// DefaultPerms returns the permissions that a file made in a directory may
// have at most: what the directory's default ACL leaves, or else 0777 without
// the umask. A failure means that the umask was used although a list may
// exist; it is only a warning.
func (p *Policy) DefaultPerms(dir AttrSource, umask uint32) (uint32, *Failure) {
	byUmask := fsys.ModePerm &^ umask
	if p.Fake || !posixACLs {
		return byUmask, nil
	}
	acl := NoACL()
	_, f := p.ReadACL(dir, DefaultACL, fsys.ModeDir, &acl, nil)
	if f != nil || acl.UserObj == NoAccess {
		return byUmask, f
	}
	return acl.DefaultMode(), nil
}

// readACL is ReadACL into the applier's memory.
func (a *Applier) readACL(leaf *Leaf, kind ACLKind, mode uint32) (f *Failure) {
	a.attr, f = a.Policy.ReadACL(leaf, kind, mode, &a.acl, a.attr)
	return f
}

// applyACL gives the leaf one list, if it does not have it, and reports
// whether it was changed. The mode is that which the file will get.
func (a *Applier) applyACL(leaf *Leaf, kind ACLKind, want *ACL, mode, haveMode uint32) (changed bool) {
	if want == nil || !HasACLs(mode, kind) {
		return false
	}
	if f := a.readACL(leaf, kind, haveMode); f != nil {
		a.Report(f)
		return false
	}
	if kind == AccessACL && SameAccess(want, mode, &a.acl, haveMode) || kind == DefaultACL && a.sameDefault(want) {
		return false
	}
	if err := a.writeACL(leaf, kind, want, mode); err != nil {
		a.Report(aclFailure("set_acl: xacl_set(", kind, err))
		return false
	}
	return true
}

func (a *Applier) writeACL(leaf *Leaf, kind ACLKind, want *ACL, mode uint32) error {
	attr := aclAttr(kind, a.Policy.Fake)
	if kind == DefaultACL && want.UserObj == NoAccess {
		if err := leaf.removeXattr(attr); err != nil && !isAbsent(err) {
			return err
		}
		return nil
	}
	if a.Policy.Fake {
		a.attr = want.appendFake(a.attr[:0])
		return leaf.setXattr(attr, a.attr)
	}
	if !posixACLs {
		return fsys.ErrUnsupported
	}
	full := *want // shares the names, which are not changed
	if kind == AccessACL {
		full.Complete(mode)
	}
	a.attr = full.appendPOSIX(a.attr[:0])
	return leaf.setXattr(attr, a.attr)
}
