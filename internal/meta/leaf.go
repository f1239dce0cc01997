package meta

import "godwit/internal/fsys"

// AttrSource is an inode whose extended attributes can be read.
type AttrSource interface {
	// GetXattr puts the value of attr into buf and returns its size; a nil
	// buf asks for the size, too small a one gives ERANGE.
	GetXattr(attr string, buf []byte) (int, error)
	// ListXattr puts the names, each ended by NUL, into buf in the same way.
	ListXattr(buf []byte) (int, error)
}

// Leaf is a name in a held directory, with the open file behind it if there
// is one: then everything that can go through the descriptor does, and a
// change of the name in between cannot divert it. A symbolic link is the link
// itself. A Leaf is reused for one entry after the other.
type Leaf struct {
	Dir  *fsys.Dir
	Name string
	File *fsys.File // may be nil
}

// SourceLeaf is a name in a directory of a sender's tree.
type SourceLeaf struct {
	Dir  fsys.SourceDir
	Name string
}

var (
	_ AttrSource = (*Leaf)(nil)
	_ AttrSource = (*SourceLeaf)(nil)
	_ AttrSource = (*fsys.File)(nil)
)

// GetXattr implements [AttrSource].
func (l *SourceLeaf) GetXattr(attr string, buf []byte) (int, error) {
	return l.Dir.GetXattr(l.Name, attr, buf)
}

// ListXattr implements [AttrSource].
func (l *SourceLeaf) ListXattr(buf []byte) (int, error) { return l.Dir.ListXattr(l.Name, buf) }

// Lstat describes the inode as the system sees it. See [Policy.Stat].
func (l *Leaf) Lstat(st *fsys.Stat) error {
	if l.File != nil {
		return l.File.Stat(st)
	}
	return l.Dir.Lstat(l.Name, st)
}

// GetXattr implements [AttrSource].
func (l *Leaf) GetXattr(attr string, buf []byte) (int, error) {
	if l.File != nil {
		return l.File.GetXattr(attr, buf)
	}
	return l.Dir.GetXattr(l.Name, attr, buf)
}

// ListXattr implements [AttrSource].
func (l *Leaf) ListXattr(buf []byte) (int, error) {
	if l.File != nil {
		return l.File.ListXattr(buf)
	}
	return l.Dir.ListXattr(l.Name, buf)
}

func (l *Leaf) setXattr(attr string, value []byte) error {
	if l.File != nil {
		return l.File.SetXattr(attr, value)
	}
	return l.Dir.SetXattr(l.Name, attr, value)
}

func (l *Leaf) removeXattr(attr string) error {
	if l.File != nil {
		return l.File.RemoveXattr(attr)
	}
	return l.Dir.RemoveXattr(l.Name, attr)
}

func (l *Leaf) chown(uid, gid uint32) error {
	if l.File != nil {
		return l.File.Chown(uid, gid)
	}
	return l.Dir.Chown(l.Name, uid, gid)
}

func (l *Leaf) chmod(mode uint32) error {
	if l.File != nil {
		return l.File.Chmod(mode)
	}
	return l.Dir.Chmod(l.Name, mode)
}

func (l *Leaf) setTimes(atime, mtime fsys.Time) error {
	if l.File != nil {
		return l.File.SetTimes(atime, mtime)
	}
	return l.Dir.SetTimes(l.Name, atime, mtime)
}

func (l *Leaf) setCrtime(t fsys.Time) error { return l.Dir.SetCrtime(l.Name, t) }

// call is the letter that messages put before the name of an xattr call: f
// for one on a descriptor, l for one on a name.
func (l *Leaf) call() string {
	if l.File != nil {
		return "f"
	}
	return "l"
}

// readAttr returns the value of attr in buf, which grows as needed. A value
// that changes size between the calls is asked for again.
func readAttr(src AttrSource, attr string, buf []byte) ([]byte, error) {
	return readGrowing(buf, func(b []byte) (int, error) { return src.GetXattr(attr, b) })
}

// readNames returns the NUL-terminated names of the attributes in buf.
func readNames(src AttrSource, buf []byte) ([]byte, error) {
	return readGrowing(buf, src.ListXattr)
}

func readGrowing(buf []byte, read func([]byte) (int, error)) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 256)
	}
	for range 8 {
		n, err := read(buf[:cap(buf)])
		if err == nil {
			return buf[:n], nil
		}
		if !isRange(err) {
			return buf[:0], err
		}
		size, err := read(nil)
		if err != nil {
			return buf[:0], err
		}
		buf = make([]byte, 0, size+64)
	}
	return buf[:0], errUnstable
}
