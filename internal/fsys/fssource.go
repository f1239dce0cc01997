package fsys

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"syscall"
	"time"
)

// FSSource makes a Source of an io/fs.FS. Such a tree has UTF-8 names only,
// and neither owners, extended attributes, devices nor hard links: Knows says
// so. Links are reported if the FS implements fs.ReadLinkFS; their targets
// are never resolved here.
func FSSource(fsys fs.FS) Source { return fsSource{fsys} }

type fsSource struct{ fsys fs.FS }

func (s fsSource) Knows() Facts { return Facts{} }

// Close closes the FS if it can be closed.
func (s fsSource) Close() error {
	if c, ok := s.fsys.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func (s fsSource) OpenDir(ctx context.Context, p []byte) (SourceDir, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(p) > 0 {
		if err := checkPath(p, false); err != nil {
			return nil, err
		}
	}
	name := path.Clean(string(p)) // "" becomes "."
	if !fs.ValidPath(name) {
		return nil, syscall.EILSEQ
	}
	info, err := fs.Stat(s.fsys, name)
	if err != nil {
		return nil, bareError(err)
	}
	if !info.IsDir() {
		return nil, syscall.ENOTDIR
	}
	return fsSourceDir{s.fsys, name}, nil
}

type fsSourceDir struct {
	fsys fs.FS
	path string
}

func (d fsSourceDir) Close() error { return nil }

// at gives the path of a leaf.
func (d fsSourceDir) at(name string) (string, error) {
	if err := checkLeaf(name); err != nil {
		return "", err
	}
	p := path.Join(d.path, name)
	if !fs.ValidPath(p) {
		return "", syscall.EILSEQ
	}
	return p, nil
}

func (d fsSourceDir) Lstat(name string, st *Stat) error {
	p, err := d.at(name)
	if err != nil {
		return err
	}
	info, err := fs.Lstat(d.fsys, p)
	if err != nil {
		return bareError(err)
	}
	fromFileInfo(info, st)
	return nil
}

func (d fsSourceDir) Stat(name string, st *Stat) error {
	p, err := d.at(name)
	if err != nil {
		return err
	}
	info, err := fs.Stat(d.fsys, p)
	if err != nil {
		return bareError(err)
	}
	fromFileInfo(info, st)
	return nil
}

func (d fsSourceDir) Readlink(name string, buf []byte) (int, error) {
	p, err := d.at(name)
	if err != nil {
		return 0, err
	}
	target, err := fs.ReadLink(d.fsys, p)
	if err != nil {
		return 0, bareError(err)
	}
	if len(target) > len(buf) {
		return 0, syscall.ENAMETOOLONG
	}
	return copy(buf, target), nil
}

func (d fsSourceDir) OpenRead(ctx context.Context, name string, _ OpenFlag, st *Stat) (SourceFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := d.at(name)
	if err != nil {
		return nil, err
	}
	f, err := d.fsys.Open(p)
	if err != nil {
		return nil, bareError(err)
	}
	if st != nil {
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, bareError(err)
		}
		fromFileInfo(info, st)
	}
	return f, nil
}

func (d fsSourceDir) GetXattr(string, string, []byte) (int, error) { return 0, ErrUnsupported }
func (d fsSourceDir) ListXattr(string, []byte) (int, error)        { return 0, ErrUnsupported }

func (d fsSourceDir) Scan(ctx context.Context, _ *Scanner, _ OpenFlag) (Entries, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := d.fsys.Open(d.path)
	if err != nil {
		return nil, bareError(err)
	}
	if r, ok := f.(fs.ReadDirFile); ok {
		return &fsEntries{file: r}, nil
	}
	f.Close()
	list, err := fs.ReadDir(d.fsys, d.path)
	if err != nil {
		return nil, bareError(err)
	}
	return &fsEntries{list: list}, nil
}

// fsEntries yields from an open directory, or else from a list.
type fsEntries struct {
	file fs.ReadDirFile
	list []fs.DirEntry
	buf  []byte
}

func (e *fsEntries) Next(ents []DirEnt) (int, error) {
	if len(ents) == 0 {
		return 0, nil
	}
	if len(e.list) == 0 && e.file != nil {
		list, err := e.file.ReadDir(len(ents))
		if len(list) == 0 && err != nil {
			if err == io.EOF {
				return 0, io.EOF
			}
			return 0, bareError(err)
		}
		e.list = list
	}
	if len(e.list) == 0 {
		return 0, io.EOF
	}
	n := min(len(ents), len(e.list))
	// Size the buffer first: growing it later would leave earlier names
	// in the old one.
	need := 0
	for _, d := range e.list[:n] {
		need += len(d.Name()) + 1
	}
	if cap(e.buf) < need {
		e.buf = make([]byte, 0, need)
	}
	buf := e.buf[:0]
	for i, d := range e.list[:n] {
		start := len(buf)
		buf = append(append(buf, d.Name()...), 0)
		end := len(buf) - 1
		ents[i] = DirEnt{Name: buf[start : end : end+1], Type: modeOf(d.Type()) & ModeType}
	}
	e.list = e.list[n:]
	return n, nil
}

func (e *fsEntries) Close() error {
	e.list = nil
	if e.file == nil {
		return nil
	}
	f := e.file
	e.file = nil
	return f.Close()
}

// fromFileInfo fills st with what an fs.FileInfo knows.
func fromFileInfo(info fs.FileInfo, st *Stat) {
	t := timeOf(info.ModTime())
	*st = Stat{Size: info.Size(), Mode: modeOf(info.Mode()), Mtime: t, Atime: t, Ctime: t, Nlink: 1}
	if st.IsRegular() {
		st.Blocks = (st.Size + 511) / 512
	}
}

func timeOf(t time.Time) Time {
	if t.IsZero() {
		return Time{} // embedded files have no time: say 1970
	}
	return Time{t.Unix(), int32(t.Nanosecond())}
}

// modeOf turns the mode of package fs into that of a stat.
func modeOf(m fs.FileMode) uint32 {
	mode := uint32(m.Perm())
	switch {
	case m&fs.ModeDir != 0:
		mode |= ModeDir
	case m&fs.ModeSymlink != 0:
		mode |= ModeSymlink
	case m&fs.ModeNamedPipe != 0:
		mode |= ModeFIFO
	case m&fs.ModeSocket != 0:
		mode |= ModeSocket
	case m&fs.ModeCharDevice != 0:
		mode |= ModeChar
	case m&fs.ModeDevice != 0:
		mode |= ModeBlock
	default:
		mode |= ModeRegular
	}
	for _, b := range [...]struct {
		from fs.FileMode
		to   uint32
	}{{fs.ModeSetuid, ModeSetUID}, {fs.ModeSetgid, ModeSetGID}, {fs.ModeSticky, ModeSticky}} {
		if m&b.from != 0 {
			mode |= b.to
		}
	}
	return mode
}

// bareError takes the errno out of what package fs wraps it in.
func bareError(err error) error {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return errno
	case errors.Is(err, fs.ErrNotExist):
		return syscall.ENOENT
	case errors.Is(err, fs.ErrPermission):
		return syscall.EACCES
	case errors.Is(err, fs.ErrInvalid):
		return syscall.EINVAL
	}
	return err
}
