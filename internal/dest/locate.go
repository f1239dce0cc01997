package dest

import (
	"io"
	"io/fs"
	"syscall"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
)

// locate holds the parent of f's destination and makes leaf its name there. Nothing is looked up
// for a further file of the same directory.
func (h *Hand) locate(f flist.File) error {
	h.file, h.subject, h.out = f, nil, nil
	if h.t.missing {
		return fs.ErrNotExist
	}
	id := int64(f.DirID())
	if h.t.single != nil {
		id = 0
	}
	if now := h.t.epoch.Load(); now != h.epoch || id != h.dirID || h.dir == nil {
		h.drop()
		h.epoch = now
		var path []byte
		if h.t.single == nil {
			path = below(f.DirPath())
		}
		d, err := h.t.root.Dir(path)
		if err != nil {
			return err
		}
		h.dir, h.dirID = d, id
	}
	h.leaf = meta.Leaf{Dir: h.dir, Name: fsys.View(h.base(f))}
	return nil
}

// base returns the last component of f's destination.
func (h *Hand) base(f flist.File) []byte {
	if h.t.single != nil {
		return h.t.single[:len(h.t.single)-1]
	}
	b := f.Base()
	if len(b) == 0 {
		return dot
	}
	return b
}

var dot = []byte(".")

// Path returns f's name below the root: the name in the list, or that of single-file mode.
func (h *Hand) Path(f flist.File) []byte {
	if h.t.single != nil {
		return h.base(f)
	}
	h.path = f.AppendPath(h.path[:0])
	if p := below(h.path); len(p) > 0 {
		return p
	}
	return dot
}

// Full returns f's destination as messages quote it in full.
func (h *Hand) Full(f flist.File) report.Arg { return report.Full(h.Path(f)) }

// Leaf returns f's destination as held parent and name, for what reads its attributes.
func (h *Hand) Leaf(f flist.File) (*meta.Leaf, error) {
	if err := h.locate(f); err != nil {
		return nil, err
	}
	return &h.leaf, nil
}

// Stat describes what is at f's destination, without following a link: with --keep-dirlinks a link
// to a directory counts as that directory if f is one. With --fake-super it is what the record of
// the file says. fs.ErrNotExist: there is nothing. An *exit.Error ends the run.
func (h *Hand) Stat(f flist.File, st *fsys.Stat) error {
	h.foreseen = nil
	if err := h.locate(f); err != nil {
		return err
	}
	var err error
	switch {
	case h.plan.Policy.Fake:
		err = h.statFake(st)
	case h.t.single != nil:
		err = h.dir.LstatZ(h.t.single, st)
	default:
		err = h.dir.LstatZ(f.BaseZ(), st)
	}
	if err == nil && st.IsSymlink() && h.plan.Write.KeepDirlinks && f.IsDir() {
		var to fsys.Stat
		if h.dir.Stat(h.leaf.Name, &to) == nil && to.IsDir() {
			*st = to
		}
	}
	return err
}

// statFake reads the leaf at hand through its fake-super record.
func (h *Hand) statFake(st *fsys.Stat) error {
	err := h.plan.Policy.Stat(&h.leaf, st, "")
	if code := exit.CodeOf(err, 0); err != nil && code != 0 {
		// A damaged record: once more for the words with the name.
		if err = h.plan.Policy.Stat(&h.leaf, st, h.quoted()); err != nil && exit.CodeOf(err, 0) != 0 {
			h.log.Text(report.Error, "rsync: ["+h.log.Role().String()+"] "+err.Error())
			return &exit.Error{Code: exit.CodeOf(err, exit.FileIO), Err: err}
		}
	}
	return err
}

// DirExists reports whether the directory that f lies in is there and can be held.
func (h *Hand) DirExists(f flist.File) bool { return h.locate(f) == nil }

// Readlink returns the target of the symlink at f's destination.
func (h *Hand) Readlink(f flist.File) ([]byte, error) {
	if err := h.locate(f); err != nil {
		return nil, err
	}
	return h.readlink(h.dir, h.leaf.Name)
}

func (h *Hand) readlink(d *fsys.Dir, name string) ([]byte, error) {
	if h.link == nil {
		h.link = make([]byte, fsys.PathMax)
	}
	var n int
	var err error
	if !h.plan.Policy.Fake || !linksAsFiles {
		n, err = d.Readlink(name, h.link)
	} else { // a true link is none of those that are kept as files, and is replaced by one
		var f *fsys.File
		if f, err = d.OpenRead(name, 0, nil); err == nil {
			n, err = io.ReadFull(f, h.link[:fsys.PathMax-1])
			if err == io.ErrUnexpectedEOF {
				err = nil
			}
			f.Close()
		}
	}
	return h.link[:max(n, 0)], err
}

// Excluded reports whether the daemon's own filter hides f's destination.
func (h *Hand) Excluded(f flist.File) bool {
	if h.t.cfg.Hidden == nil || f.IsRoot() {
		return false
	}
	return h.t.hides(h.Path(f), f.IsDir())
}

// hides asks the daemon's filter about a path below the root.
func (t *Tree) hides(path []byte, dir bool) bool {
	if t.cfg.Hidden == nil {
		return false
	}
	return t.cfg.Hidden(t.inModule(path), dir)
}

// inModule returns the path relative to the module for a path below the root.
func (t *Tree) inModule(path []byte) string {
	full := joinDir(t.dir, string(path))
	if rest, ok := cutPrefixDir(full, t.plan.Where.ModulePath); ok {
		return rest
	}
	return string(path)
}

// cutPrefixDir returns what of an absolute path is below dir.
func cutPrefixDir(path, dir string) (string, bool) {
	if dir == "" || dir == "/" {
		return string(below([]byte(path))), true
	}
	if len(path) > len(dir) && path[:len(dir)] == dir && path[len(dir)] == '/' {
		return path[len(dir)+1:], true
	}
	return "", path == dir
}

// quoted returns the name at hand in full and in quotes.
func (h *Hand) quoted() string { return string(h.log.AppendFull(nil, h.name())) }

// about makes o's file what messages about attributes name, as long as it has not its final name.
func (h *Hand) about(o *Output) { h.file, h.subject, h.out = o.entry, nil, o }

// aboutPath makes messages about attributes name path.
func (h *Hand) aboutPath(path []byte) { h.subject, h.out = path, nil }

// name returns the name at hand.
func (h *Hand) name() []byte {
	if h.out != nil {
		return h.out.tempPath()
	}
	if h.subject != nil {
		return h.subject
	}
	return h.Path(h.file)
}

// attributeFailed says that an attribute could not be set.
func (h *Hand) attributeFailed(f *meta.Failure) {
	text := f.Sentence(h.quoted(), string(h.name()))
	if f.Err != nil {
		text = "rsync: [" + h.log.Role().String() + "] " + text + ": " + errno.Text(f.Err)
	}
	h.log.Text(report.ErrorXfer, text)
}

// exists reports whether err means that something is there, or might be.
func exists(err error) bool {
	return err == nil || err != syscall.ENOENT && err != syscall.ENOTDIR && err != fs.ErrNotExist
}
