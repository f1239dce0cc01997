package flist

import (
	"context"
	"errors"
	"io"

	"godwit/internal/fsys"
	"godwit/internal/meta"
)

// Opened is a source file opened for reading. If it is a *[fsys.File], the kernel can be asked to
// copy it.
type Opened interface {
	io.ReaderAt
	io.Closer
}

// ParentError says that the directory of a listed file cannot be reached any more.
type ParentError struct{ Err error }

// Error implements error.
func (e *ParentError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ParentError) Unwrap() error { return e.Err }

// parent holds the directory that f lies in.
func (w *Walker) parent(ctx context.Context, f File) (fsys.SourceDir, error) {
	d, err := w.openDir(ctx, f.origin(), f.DirPath())
	if err != nil {
		return nil, &ParentError{err}
	}
	return d, nil
}

// openSource opens a listed file by the rules of docs/protocol/08-security.md §3.3.
func (w *Walker) openSource(ctx context.Context, f File, st *fsys.Stat) (fsys.SourceFile, error) {
	var how fsys.OpenFlag
	if w.Noatime {
		how |= fsys.NoAtime
	}
	follows := w.CopyLinks || w.CopyUnsafeLinks || w.InsecureLinks
	if follows && w.ModuleRoot != nil && !w.InsecureLinks {
		name := f.AppendPath(nil)
		file, err := w.ModuleRoot.OpenReadBeneath(w.treePath(nil, f.origin(), name), how, st)
		if err != nil {
			return nil, err
		}
		return file, nil
	}
	if follows {
		how |= fsys.FollowLeaf
	}
	d, err := w.parent(ctx, f)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer d.Close()
	return d.OpenRead(ctx, fsys.View(f.Base()), how, st)
}

// Open opens a listed file for reading and describes what was opened, whose type may have changed
// since it was listed.
func (w *Walker) Open(ctx context.Context, f File, st *fsys.Stat) (Opened, error) {
	file, err := w.openSource(ctx, f, st)
	if err != nil {
		return nil, err
	}
	if c, ok := file.(Opened); ok {
		return c, nil
	}
	return &forward{file: file}, nil
}

// forward makes a file that can only be read from its beginning to its end look like one that can
// be read anywhere, for a reader that never goes back.
type forward struct {
	file fsys.SourceFile
	pos  int64
}

func (r *forward) ReadAt(p []byte, off int64) (int, error) {
	if off < r.pos {
		return 0, errors.ErrUnsupported
	}
	for r.pos < off {
		n, err := r.file.Read(p[:min(int64(len(p)), off-r.pos)])
		r.pos += int64(n)
		if err != nil {
			return 0, err
		}
	}
	n, err := io.ReadFull(r.file, p)
	r.pos += int64(n)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

func (r *forward) Close() error { return r.file.Close() }

// Restat describes a listed file again, by its name. A [*ParentError] says that it cannot be
// reached.
func (w *Walker) Restat(ctx context.Context, f File, st *fsys.Stat) error {
	d, err := w.parent(ctx, f)
	if err != nil {
		return err
	}
	defer d.Close()
	if w.CopyLinks && (w.ModuleRoot == nil || w.InsecureLinks) {
		return d.Stat(fsys.View(f.Base()), st)
	}
	return d.Lstat(fsys.View(f.Base()), st)
}

// Remove removes a listed file, which is no directory.
func (w *Walker) Remove(ctx context.Context, f File) error {
	d, err := w.parent(ctx, f)
	if err != nil {
		return err
	}
	defer d.Close()
	if real, ok := fsys.HeldDir(d); ok {
		return real.Unlink(fsys.View(f.Base()))
	}
	return fsys.ErrUnsupported
}

// Attrs gives access to the extended attributes of a listed file, and the function that ends it.
func (w *Walker) Attrs(ctx context.Context, f File) (meta.AttrSource, func(), error) {
	d, err := w.parent(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	leaf := &meta.SourceLeaf{Dir: d, Name: string(f.Base())}
	if w.follow == fsys.Beneath && !f.origin().loose || f.IsSymlink() {
		return leaf, func() { d.Close() }, nil
	}
	// The entry may be what a link leads to.
	var st fsys.Stat
	real, ok := fsys.HeldDir(d)
	if !ok || d.Lstat(leaf.Name, &st) != nil || !st.IsSymlink() {
		return leaf, func() { d.Close() }, nil
	}
	defer d.Close()
	var file *fsys.File
	if w.ModuleRoot != nil && !w.InsecureLinks {
		file, err = w.ModuleRoot.OpenReadBeneath(w.treePath(nil, f.origin(), f.AppendPath(nil)), 0, nil)
	} else {
		file, err = real.OpenRead(leaf.Name, fsys.FollowLeaf, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	return file, func() { file.Close() }, nil
}

// FullName returns the absolute name of a listed file, for messages. It is good until the next
// call of a method.
func (w *Walker) FullName(f File) []byte {
	w.full = w.full[:0]
	at := f.origin()
	if at == nil {
		return w.full
	}
	if d := f.DirPath(); len(d) == 0 || d[0] != '/' {
		w.full = append(w.full, at.dir...)
		if n := len(w.full); n > 0 && w.full[n-1] != '/' {
			w.full = append(w.full, '/')
		}
	}
	w.full = f.AppendPath(w.full)
	return w.full
}

// ArgName returns the name of a listed file as the operand had it: the directory of the operand
// joined with the name in the list. It is good until the next call of a method.
func (w *Walker) ArgName(f File) []byte {
	w.full = w.full[:0]
	if at := f.origin(); at != nil {
		w.full = append(w.full, at.arg...)
		if n := len(w.full); n > 0 && w.full[n-1] != '/' {
			w.full = append(w.full, '/')
		}
	}
	w.full = f.AppendPath(w.full)
	return w.full
}

// AppendAttrs appends the ACLs and the extended attributes of an entry as they follow it in a
// list. It is the AppendAttrs of a Format.
func (w *Walker) AppendAttrs(dst []byte, f File, namer meta.ACLNamer) ([]byte, error) {
	ctx := context.Background()
	acls := w.Format.ACLs && w.ACLs != nil && !f.IsSymlink()
	xattrs := w.Format.Xattrs && w.Xattrs != nil
	if !acls && !xattrs {
		return dst, nil
	}
	var src meta.AttrSource = noAttrs{}
	if w.Source == nil || w.Source.Knows().Xattrs {
		s, release, err := w.Attrs(ctx, f)
		if err != nil {
			return dst, &EntryError{Err: err}
		}
		defer release()
		src = s
	}
	// All is read before anything is appended: a failure must leave no trace in the caches.
	mode := f.Mode()
	for kind := meta.AccessACL; acls && kind <= meta.DefaultACL; kind++ {
		var failure *meta.Failure
		if w.attrs, failure = w.Policy.ReadACL(src, kind, mode, &w.acl[kind], w.attrs); failure != nil {
			return dst, &EntryError{Err: failure}
		}
	}
	if xattrs {
		b, list, failure := w.Xattrs.Append(w.attrs[:0], src)
		w.attrs = b
		if failure != nil {
			return dst, &EntryError{Err: failure}
		}
		f.SetXattr(int32(list))
	}
	if acls {
		dst = w.ACLs.Append(dst, meta.AccessACL, &w.acl[meta.AccessACL], namer)
		if IsDir(mode) {
			dst = w.ACLs.Append(dst, meta.DefaultACL, &w.acl[meta.DefaultACL], namer)
		}
	}
	if xattrs {
		dst = append(dst, w.attrs...)
	}
	return dst, nil
}

// noAttrs is a file of a tree that knows no attributes.
type noAttrs struct{}

func (noAttrs) GetXattr(string, []byte) (int, error) { return 0, fsys.ErrNoAttr }
func (noAttrs) ListXattr([]byte) (int, error)        { return 0, nil }
