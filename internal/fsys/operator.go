package fsys

// Operator resolves the paths that the user who runs us typed: the
// destination, --log-file, --backup-dir, merge files (docs/protocol/08-security.md
// §2.2). Such a path may lie anywhere, but a symbolic link in it is followed
// only if root or UID owns it; a foreign one gives ELOOP. The zero value
// trusts root alone and starts at the current directory.
type Operator struct {
	// UID is the effective user id of the process.
	UID uint32

	// FollowAll follows every link (--insecure-links).
	FollowAll bool

	// Confine is the absolute, clean path that the walk must not leave
	// (ELOOP); "" and "/" confine nothing (docs/protocol/08-security.md §2.3).
	Confine string

	// Base is where relative paths start; nil is the current directory.
	// BasePath is its absolute physical path, needed only with Confine.
	Base     *Dir
	BasePath string

	// Avoid is as in RootOptions.
	Avoid Avoid

	// Distrusted, if not nil, is told that a link was refused because of its owner.
	Distrusted func()
}

// OpenDir holds the directory at path.
func (op Operator) OpenDir(path string) (*Dir, error) { return op.openDir(path) }

// OpenDirAt is OpenDir that also returns the absolute physical path of the
// directory, links resolved. For a relative path BasePath must be set.
func (op Operator) OpenDirAt(path string) (*Dir, string, error) { return op.openDirAt(path, true) }

// Parent holds the directory that path's last component lies in, and returns
// that component as the leaf to act on. Trailing slashes do not count; the
// leaf of "/" and of "" is ".". The leaf itself is not looked at.
func (op Operator) Parent(path string) (d *Dir, leaf string, err error) { return op.parent(path) }

// OpenRead opens the file at path for reading, also through trusted links,
// and without waiting for the other end of a FIFO. If st is not nil it gets
// the fstat.
func (op Operator) OpenRead(path string, st *Stat) (*File, error) {
	return op.openFile(path, 0, 0, false, st)
}

// OpenWrite opens the file at path for writing, also through trusted links;
// with Create in how a missing one is made with perm.
func (op Operator) OpenWrite(path string, how OpenFlag, perm uint32, st *Stat) (*File, error) {
	return op.openFile(path, how, perm, true, st)
}

// Stat describes what path leads to through trusted links.
func (op Operator) Stat(path string, st *Stat) error { return op.stat(path, st) }

// Lstat describes the last component of path itself.
func (op Operator) Lstat(path string, st *Stat) error {
	d, leaf, err := op.Parent(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Lstat(leaf, st)
}
