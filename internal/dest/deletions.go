package dest

import (
	"errors"
	"sync/atomic"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// deletions counts what has been deleted and holds what is to be.
type deletions struct {
	admitted atomic.Int64 // against --max-delete
	skipped  atomic.Int64
	files    atomic.Int64
	dirs     atomic.Int64
	links    atomic.Int64
	devices  atomic.Int64
	specials atomic.Int64
	delayed  delayedNames
	stopped  bool // an I/O error has been said to stop deletions
	devs     map[uint64]struct{}
	rules    ruleStack
}

// admit takes one deletion off the limit, if there is one, and counts what is over it.
func (d *deletions) admit(limit int) bool {
	if n := d.admitted.Add(1); limit >= 0 && n > int64(limit) {
		d.admitted.Add(-1)
		d.skipped.Add(1)
		return false
	}
	return true
}

// refund gives back an admission that came to nothing.
func (d *deletions) refund(how why) {
	if how&toMakeRoom == 0 {
		d.admitted.Add(-1)
	}
}

func (d *deletions) count(mode uint32) {
	var c report.Counts
	c.Add(mode)
	switch {
	case c.Dirs > 0:
		d.dirs.Add(1)
	case c.Links > 0:
		d.links.Add(1)
	case c.Devices > 0:
		d.devices.Add(1)
	case c.Specials > 0:
		d.specials.Add(1)
	default:
		d.files.Add(1)
	}
}

func (d *deletions) close() { d.delayed = delayedNames{} }

// Deleted returns how many entries have been deleted, by kind.
func (t *Tree) Deleted() wire.DelStats {
	d := &t.deletes
	return wire.DelStats{
		Files: int32(d.files.Load()), Dirs: int32(d.dirs.Load()), Symlinks: int32(d.links.Load()),
		Devices: int32(d.devices.Load()), Specials: int32(d.specials.Load()),
	}
}

// Skipped returns how many deletions --max-delete has stopped.
func (t *Tree) Skipped() int64 { return t.deletes.skipped.Load() }

// ReportSkipped says at the end of a run that --max-delete has stopped deletions, if it has; the run
// then ends with 25.
func (h *Hand) ReportSkipped() {
	if n := h.t.Skipped(); n > 0 {
		h.log.Say(report.DeletionsStopped, report.Int(n))
	}
}

// ruleStack holds the rules of the directories on the way to the one at hand.
type ruleStack struct {
	base    *filter.State
	entered bool
	levels  []ruleLevel
}

type ruleLevel struct {
	path  string
	state *filter.State
}

// rules returns the rules in force in the directory at path, below the root, after reading its own
// files. Directories are entered parents first.
func (h *Hand) rules(path []byte) (*filter.State, error) {
	r := &h.t.deletes.rules
	outer := h.baseRules()
	if outer == nil {
		return nil, nil
	}
	for len(r.levels) > 0 && !isBelow(path, r.levels[len(r.levels)-1].path) {
		r.levels = r.levels[:len(r.levels)-1]
	}
	if n := len(r.levels); n > 0 {
		if r.levels[n-1].path == string(path) {
			return r.levels[n-1].state, nil
		}
		outer = r.levels[n-1].state
	}
	in, err := outer.At(h.t.rooted(nil)).Enter(h.t.rooted(path))
	if err != nil {
		return nil, h.ruleFailed(err)
	}
	if !r.entered {
		r.entered = true
		r.base = r.base.Settled()
	}
	r.levels = append(r.levels, ruleLevel{string(path), in})
	return in, nil
}

// baseRules returns the rules that hold everywhere, nil if there are none.
func (h *Hand) baseRules() *filter.State {
	r := &h.t.deletes.rules
	if r.base == nil {
		if h.plan.Filter == nil {
			return nil
		}
		r.base = h.plan.Filter.Start(h.t.rooted(nil))
	}
	return r.base
}

// isBelow reports whether path is dir or below it; everything is below ".".
func isBelow(path []byte, dir string) bool {
	if dir == "." || string(path) == dir {
		return true
	}
	return len(path) > len(dir) && path[len(dir)] == '/' && string(path[:len(dir)]) == dir
}

// rooted returns the path as the rules know it: absolute, or absolute inside the module of a daemon
// that sanitises. nil stands for the root.
func (t *Tree) rooted(path []byte) string {
	dir := t.dir
	if t.plan.Where.Sanitize {
		if rest, ok := cutPrefixDir(dir, t.plan.Where.ModulePath); ok {
			dir = "/" + rest
		}
	}
	if len(path) == 0 || string(path) == "." {
		return dir
	}
	if dir == "/" {
		return "/" + string(path)
	}
	return dir + "/" + string(path)
}

// ruleFailed says that a rule file cannot be used, which ends the run.
func (h *Hand) ruleFailed(err error) error {
	var e *filter.Error
	if !errors.As(err, &e) {
		return err
	}
	text := e.Text
	if e.Err != nil {
		text = "rsync: [" + h.log.Role().String() + "] " + text + ": " + errno.Text(e.Err)
	}
	h.log.Text(report.Error, text)
	return &exit.Error{Code: exit.Code(e.Code), Err: err}
}
