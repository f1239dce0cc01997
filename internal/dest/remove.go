package dest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// fate is what became of something that was to be deleted.
type fate uint8

const (
	gone     fate = iota
	failed        // said
	notEmpty      // said
	overMax       // counted
)

// why modifies a deletion.
type why uint8

const (
	// toMakeRoom deletes what is in the way of something else: not counted, not reported, though
	// what is in a directory is both.
	toMakeRoom why = 1 << iota
	// withContents lets a directory go with all it has.
	withContents
	// onlyItself: contents have been dealt with.
	onlyItself
	// withoutBackup deletes for good.
	withoutBackup
)

// MakeWay deletes what is at f's destination, described by st, because something of another type is
// to be there. kind is that type in words: "regular file", "directory", "symlink", "device file" or
// "special file". A directory with contents goes only with --force or --delete. It reports success.
func (h *Hand) MakeWay(f flist.File, st *fsys.Stat, kind string) bool {
	return h.makeWay(f, st, "new", kind, 0)
}

func (h *Hand) makeWay(f flist.File, st *fsys.Stat, whose, kind string, how why) bool {
	if err := h.locate(f); err != nil {
		if !h.t.missing {
			h.log.Say(report.CannotMakeWay, report.Str(whose), report.Str(kind), report.Name(h.Path(f)))
		}
		return h.t.missing
	}
	return h.clear(h.dir, h.leaf.Name, bytes.Clone(h.Path(f)), st, whose, kind, how)
}

// clear is MakeWay for any name; path is what messages call it.
func (h *Hand) clear(d *fsys.Dir, name string, path []byte, st *fsys.Stat, whose, kind string, how why) bool {
	how |= toMakeRoom
	if h.plan.Delete.Force || h.plan.Delete.On() {
		how |= withContents
	}
	// What rules protect stays, and so does the directory that holds it.
	var rules *filter.State
	if whose == "new" && st.IsDir() && how&withContents != 0 {
		if rules = h.baseRules(); rules != nil {
			rules = rules.At(h.t.rooted(nil)).Vanishing()
		}
	}
	if h.remove(d, name, path, st, how, rules, 0) == gone {
		return true
	}
	h.log.Say(report.CannotMakeWay, report.Str(whose), report.Str(kind), report.Name(path))
	return false
}

// remove deletes one entry and what is in it (docs/protocol/03-transfer.md §13.3). path is its name
// below the root; outer holds the rules of the directory it is in, nil for none. level is how deep
// the deletion has gone, for the memory it uses.
func (h *Hand) remove(d *fsys.Dir, name string, path []byte, st *fsys.Stat, how why, outer *filter.State, level int) fate {
	isDir := st.IsDir()
	p := h.plan
	if how&onlyItself == 0 {
		h.makeWritable(d, name, st)
	}
	if isDir && how&onlyItself == 0 {
		if f := h.empty(d, name, path, st, how, outer, level); f != gone {
			return f
		}
	}
	if how&toMakeRoom == 0 && !h.t.deletes.admit(p.Delete.Max) {
		return overMax
	}
	if h.dry() {
		h.deleted(path, st.Mode, how)
		return gone
	}
	var err error
	msg := report.DeleteUnlinkFailed
	switch {
	case isDir:
		msg = report.DeleteRmdirFailed
		err = d.Rmdir(name)
		h.t.forget(path)
	case p.Write.Backup && how&withoutBackup == 0 && (p.Write.BackupDir != "" || !strings.HasSuffix(name, h.t.suffix)):
		msg = report.DeleteBackupFailed
		err = h.backUp(d, name, path, moveAway)
		if err == nil && d.Lstat(name, &h.seen) == nil {
			err = d.Unlink(name) // what is not worth a backup
		}
	default:
		err = d.Unlink(name)
	}
	if st.IsSymlink() {
		h.t.forget(path) // it may be held as the directory that it leads to
	}
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		h.deleted(path, st.Mode, how)
		return gone
	case isDir && (errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST)):
		h.t.deletes.refund(how)
		h.log.Say(report.CannotDeleteNonEmpty, report.Name(path))
		return notEmpty
	}
	h.t.deletes.refund(how)
	h.log.Fail(msg, err, report.Name(path))
	return failed
}

// makeWritable gives what is ours the write permission without which it, or what is in it, might not
// be deleted.
func (h *Hand) makeWritable(d *fsys.Dir, name string, st *fsys.Stat) {
	p := h.plan
	if !p.Where.Root && p.Identity.UID == st.UID && st.Mode&0o200 == 0 && !st.IsSymlink() && !h.dry() {
		_ = d.Chmod(name, st.Mode&fsys.ModeBits|0o200)
	}
}

// deleted counts and reports a deletion.
func (h *Hand) deleted(path []byte, mode uint32, how why) {
	if how&toMakeRoom != 0 {
		return
	}
	h.t.deletes.count(mode)
	h.log.Deleted(path, mode&fsys.ModeType == fsys.ModeDir)
}

// empty deletes the contents of a directory that goes as a whole: in reverse order, except what
// rules protect (perishable ones don't) and what is mounted there.
func (h *Hand) empty(d *fsys.Dir, name string, path []byte, st *fsys.Stat, how why, outer *filter.State, level int) fate {
	s, result := h.scanFor(level), gone
	sub, err := d.OpenDir(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			h.log.Fail(report.OpendirFailed, err, report.Full(path))
		}
		return gone // whether anything is in it shows when it is removed
	}
	defer sub.Close()
	if !s.readOrSay(h, sub, path) {
		return gone
	}
	if how&withContents == 0 {
		if len(s.ents) == 0 {
			return gone
		}
		h.log.Say(report.CannotDeleteNonEmpty, report.Name(path))
		return notEmpty
	}
	var rules *filter.State
	if outer != nil {
		in, err := outer.Enter(h.t.rooted(path))
		if err != nil {
			h.stop = h.ruleFailed(err)
			return failed
		}
		rules = in
	}
	full := slices.Clip(append(bytes.Clone(path), '/'))
	for i := len(s.ents) - 1; i >= 0; i-- {
		e := &s.ents[i]
		leaf := s.name(e)
		child := append(full, leaf...)
		if h.protected(rules, child, e.mode) {
			result = notEmpty
			continue
		}
		var cst fsys.Stat
		if err := h.look(sub, fsys.View(leaf), e.mode, &cst); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				h.unseen(err, child)
				result = notEmpty
			}
			continue
		}
		if cst.IsDir() && h.isMount(&cst, st) {
			h.log.Say(report.CannotDeleteMount, report.Name(child))
			result = notEmpty
			continue
		}
		inner := withContents | how&withoutBackup
		h.makeWritable(sub, fsys.View(leaf), &cst)
		if cst.IsDir() {
			if h.empty(sub, fsys.View(leaf), child, &cst, inner, rules, level+1) != gone {
				result = notEmpty
			}
		}
		if h.remove(sub, fsys.View(leaf), child, &cst, inner|onlyItself, nil, level+1) != gone {
			result = notEmpty
		}
	}
	if result == notEmpty {
		h.log.Say(report.CannotDeleteNonEmpty, report.Name(path))
	}
	return result
}

// look describes a name found in a scan; what its deletion does not need to know is not asked.
func (h *Hand) look(d *fsys.Dir, name string, kind uint32, st *fsys.Stat) error {
	if kind != 0 && h.plan.Where.Root && !h.plan.Write.Backup &&
		(kind != fsys.ModeDir || h.plan.Select.OneFileSystem == 0) {
		*st = fsys.Stat{Mode: kind | 0o700}
		return nil
	}
	return d.Lstat(name, st)
}

// isMount reports whether, with -x, a directory is on another file system than the one it is in.
func (h *Hand) isMount(st, parent *fsys.Stat) bool {
	return h.plan.Select.OneFileSystem > 0 && parent.Dev != 0 && st.Dev != parent.Dev
}

// protected reports whether rules, of the user or of a daemon, keep a name from being deleted.
func (h *Hand) protected(rules *filter.State, path []byte, mode uint32) bool {
	isDir := mode&fsys.ModeType == fsys.ModeDir
	if h.t.hides(path, isDir) {
		return true
	}
	if rules == nil {
		return false
	}
	kind := filter.File
	if isDir {
		kind = filter.Directory
	}
	return rules.Check(path, kind) == filter.Excluded
}

// scan is the contents of one directory in the order of lists, in memory that is used again.
type scan struct {
	scanner fsys.Scanner
	batch   []fsys.DirEnt
	names   []byte
	ents    []scanEntry
}

type scanEntry struct {
	at, end uint32
	mode    uint32 // type bits
}

func (s *scan) name(e *scanEntry) []byte { return s.names[e.at:e.end:e.end] }

// scanFor returns the memory of a level of recursion.
func (h *Hand) scanFor(level int) *scan {
	for len(h.scans) <= level {
		h.scans = append(h.scans, &scan{batch: make([]fsys.DirEnt, 64)})
	}
	return h.scans[level]
}

// readOrSay is read that says what went wrong.
func (s *scan) readOrSay(h *Hand, d *fsys.Dir, path []byte) bool {
	msg, err := s.read(h, d, path)
	if err != nil {
		h.log.Fail(msg, err, report.Full(path))
	}
	return err == nil
}

// read takes in the names of d, sorted as a list is. If that fails, the message is the one to say so
// with.
func (s *scan) read(h *Hand, d *fsys.Dir, path []byte) (report.Msg, error) {
	s.names, s.ents = s.names[:0], s.ents[:0]
	if err := d.Scan(&s.scanner, 0); err != nil {
		return report.OpendirFailed, err
	}
	defer s.scanner.Close()
	for {
		n, err := s.scanner.Next(s.batch)
		for _, e := range s.batch[:n] {
			mode := e.Type
			if mode == 0 {
				var st fsys.Stat
				if err := d.Lstat(fsys.View(e.Name), &st); err != nil {
					h.unseen(err, appendChild(nil, path, e.Name))
					continue
				}
				mode = st.Type()
			}
			at := uint32(len(s.names))
			s.names = append(s.names, e.Name...)
			s.ents = append(s.ents, scanEntry{at: at, end: uint32(len(s.names)), mode: mode})
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return report.ReaddirFailed, err
		}
	}
	order := flist.Order{Protocol: h.plan.Caps.Protocol}
	slices.SortFunc(s.ents, func(a, b scanEntry) int {
		return order.Compare(s.name(&a), a.mode == fsys.ModeDir, s.name(&b), b.mode == fsys.ModeDir)
	})
	return 0, nil
}
