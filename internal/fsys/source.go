package fsys

import "context"

// Source is a tree that a sender reads: a Root through [RootSource], or any
// io/fs.FS through [FSSource] (embedded and virtual trees).
type Source interface {
	// OpenDir holds the directory at path, relative to the top of the tree;
	// "" and "." are the top.
	OpenDir(ctx context.Context, path []byte) (SourceDir, error)

	// Knows says which facts about files the tree has at all.
	Knows() Facts

	Close() error
}

// Facts tells what a Source can say about its files.
type Facts struct {
	Owners bool // UID and GID are real
	Xattrs bool // GetXattr and ListXattr work, and so ACLs where they are xattrs
	Links  bool // Ino, Dev and Nlink are real, so hard links can be found
	Raw    bool // names may be any bytes, not only UTF-8
}

// SourceDir is one directory of a Source. What it offers is as documented at
// [Dir].
type SourceDir interface {
	// Scan reads the entries; the caller closes the result. s, if not nil,
	// is memory that may be used for it.
	Scan(ctx context.Context, s *Scanner, how OpenFlag) (Entries, error)
	Lstat(name string, st *Stat) error
	Stat(name string, st *Stat) error // follows links
	Readlink(name string, buf []byte) (int, error)
	OpenRead(ctx context.Context, name string, how OpenFlag, st *Stat) (SourceFile, error)
	GetXattr(name, attr string, buf []byte) (int, error)
	ListXattr(name string, buf []byte) (int, error)
	Close() error
}

// Entries yields the entries of a directory as [Scanner] does.
type Entries interface {
	Next(ents []DirEnt) (int, error)
	Close() error
}

// SourceFile is a file read forward. One that is a *File can also be handed
// to the kernel.
type SourceFile interface {
	Read(p []byte) (int, error)
	Close() error
}

// RootSource makes a Source of a Root, which it closes with itself.
func RootSource(r *Root) Source { return rootSource{r} }

type rootSource struct{ root *Root }

func (s rootSource) OpenDir(ctx context.Context, path []byte) (SourceDir, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := s.root.Dir(path)
	if err != nil {
		return nil, err
	}
	return (*sourceDir)(d), nil
}

func (s rootSource) Knows() Facts {
	return Facts{Owners: ownersKnown, Xattrs: xattrsKnown, Links: linksKnown, Raw: rawNames}
}

func (s rootSource) Close() error { return s.root.Close() }

// sourceDir is a Dir whose methods have the types that the interface wants;
// being the same pointer it costs nothing.
type sourceDir Dir

func (d *sourceDir) dir() *Dir { return (*Dir)(d) }

func (d *sourceDir) Scan(ctx context.Context, s *Scanner, how OpenFlag) (Entries, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s == nil {
		s = new(Scanner)
	}
	if err := d.dir().Scan(s, how); err != nil {
		return nil, err
	}
	return s, nil
}

func (d *sourceDir) OpenRead(ctx context.Context, name string, how OpenFlag, st *Stat) (SourceFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := d.dir().OpenRead(name, how, st)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d *sourceDir) Lstat(name string, st *Stat) error { return d.dir().Lstat(name, st) }
func (d *sourceDir) Stat(name string, st *Stat) error  { return d.dir().Stat(name, st) }
func (d *sourceDir) Readlink(name string, buf []byte) (int, error) {
	return d.dir().Readlink(name, buf)
}
func (d *sourceDir) GetXattr(name, attr string, buf []byte) (int, error) {
	return d.dir().GetXattr(name, attr, buf)
}
func (d *sourceDir) ListXattr(name string, buf []byte) (int, error) {
	return d.dir().ListXattr(name, buf)
}
func (d *sourceDir) Close() error { return d.dir().Close() }

// AsSourceDir gives d, and the caller's reference to it, as a directory of a Source.
func AsSourceDir(d *Dir) SourceDir { return (*sourceDir)(d) }

// HeldDir gives the held directory behind d, if it is one: for calls that
// only a real directory has.
func HeldDir(d SourceDir) (*Dir, bool) {
	s, ok := d.(*sourceDir)
	return (*Dir)(s), ok
}
