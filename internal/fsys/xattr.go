package fsys

// Names of the attributes that hold POSIX ACLs on Linux. The meta package
// reads and writes their contents through the xattr calls.
const (
	ACLAccess  = "system.posix_acl_access"
	ACLDefault = "system.posix_acl_default"
)

// GetXattr copies the attribute attr of name into buf and returns its size. A
// nil buf only asks for the size; too small a buf gives ERANGE. A link is not
// followed. ErrNoAttr: there is no such attribute.
func (d *Dir) GetXattr(name, attr string, buf []byte) (int, error) {
	if err := checkLeaf(name); err != nil {
		return 0, err
	}
	return sysGetXattr(d.h, d.sys, name, attr, buf)
}

// SetXattr creates or replaces the attribute attr of name; a link is not
// followed.
func (d *Dir) SetXattr(name, attr string, value []byte) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysSetXattr(d.h, d.sys, name, attr, value)
}

// ListXattr puts the names of the attributes of name into buf, each ended by
// NUL, and returns the length. A nil buf only asks for the length.
func (d *Dir) ListXattr(name string, buf []byte) (int, error) {
	if err := checkLeaf(name); err != nil {
		return 0, err
	}
	return sysListXattr(d.h, d.sys, name, buf)
}

// RemoveXattr removes the attribute attr of name; a link is not followed.
func (d *Dir) RemoveXattr(name, attr string) error {
	if err := checkLeaf(name); err != nil {
		return err
	}
	return sysRemoveXattr(d.h, d.sys, name, attr)
}

// GetXattr is Dir.GetXattr on the open file.
func (f *File) GetXattr(attr string, buf []byte) (int, error) { return sysFgetXattr(f.fd, attr, buf) }

// SetXattr is Dir.SetXattr on the open file.
func (f *File) SetXattr(attr string, value []byte) error { return sysFsetXattr(f.fd, attr, value) }

// ListXattr is Dir.ListXattr on the open file.
func (f *File) ListXattr(buf []byte) (int, error) { return sysFlistXattr(f.fd, buf) }

// RemoveXattr is Dir.RemoveXattr on the open file.
func (f *File) RemoveXattr(attr string) error { return sysFremoveXattr(f.fd, attr) }
