package dest

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// Listing is what the resolution of the destination argument needs to know of the list.
type Listing struct {
	Count int        // entries known so far
	First flist.File // the entry, if Count is 1
}

// Open resolves the destination argument (docs/protocol/03-transfer.md §10.0,
// docs/protocol/04-filters-and-walk.md §20), creates what it has to, and opens the directories that
// options name. The error is of type *exit.Error and has been said.
//
// It is not called for --list-only, nor by a client whose list is empty.
func Open(cfg Config, arg string, l Listing) (*Tree, error) {
	start := cfg.Plan.Where.StartDir
	t := &Tree{cfg: cfg, plan: cfg.Plan, log: cfg.Log.In(start), dir: start}
	r := resolution{t: t, arg: arg, many: l.Count > 1, entryIsDir: l.Count == 1 && l.First.IsDir()}
	if err := r.run(); err != nil {
		return nil, err
	}
	if err := t.openOptionDirs(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// resolution is the work on one destination argument.
type resolution struct {
	t          *Tree
	arg        string
	many       bool // the list has more than one entry
	entryIsDir bool // the list's one entry is a directory
}

func (r *resolution) run() error {
	t, p := r.t, r.t.plan
	if r.arg == "" {
		if !p.Where.Server && !p.Write.OldArgs {
			return t.log.Fatal(report.EmptyDestination, nil)
		}
		r.arg = "."
	}
	if t.cfg.Hidden != nil {
		if name, ok := cutPrefixDir(joinDir(t.dir, r.arg), p.Where.ModulePath); ok && name != "" &&
			(t.cfg.Hidden(name, true) || t.cfg.Hidden(name, false)) {
			return t.log.Fatal(report.DestinationExcluded, nil, report.Str(r.arg))
		}
	}
	slash := strings.HasSuffix(r.arg, "/")
	plain := strings.TrimRight(r.arg, "/")
	if plain == "" {
		plain = "/"
	}
	var st fsys.Stat
	err := r.stat(r.arg, &st)
	if err != nil && p.Write.Mkpath && (r.many || strings.Contains(r.arg, "/")) {
		if err := r.makePath(plain, r.many || slash); err != nil {
			return err
		}
		err = r.stat(r.arg, &st)
	}
	switch {
	case err == nil && st.IsDir():
		return r.enter(plain, report.ChangeDirExisting)
	case err == nil && r.many:
		return t.log.Fatal(report.DestinationNotDirForMany, nil)
	case err == nil && r.entryIsDir:
		return t.log.Fatal(report.DestinationNotDirForDir, nil)
	case err == nil && slash:
		return t.log.Fatal(report.DestinationNotDir, nil)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return t.log.Fatal(report.DestinationStatFailed, err, report.Full([]byte(r.arg)))
	case r.many || slash:
		return r.create(plain)
	}
	return r.oneName(plain)
}

// stat follows all links, as the system would: whether they can be trusted is asked on entering.
func (r *resolution) stat(path string, st *fsys.Stat) error {
	if r.inModule(path) {
		return r.t.cfg.Module.StatBeneath([]byte(path), st)
	}
	op := r.t.cfg.Operator
	op.FollowAll = true
	return op.Stat(path, st)
}

// inModule reports whether path counts from a daemon's module.
func (r *resolution) inModule(path string) bool {
	return r.t.cfg.Module != nil && !strings.HasPrefix(path, "/")
}

// parent holds the directory of path's last component.
func (r *resolution) parent(path string) (*fsys.Dir, string, error) {
	if r.inModule(path) {
		d, leaf, err := r.t.cfg.Module.Parent([]byte(path))
		return d, string(leaf), err
	}
	return r.t.cfg.Operator.Parent(path)
}

// enter makes the directory at path the root.
func (r *resolution) enter(path string, failed report.Msg) error {
	t := r.t
	var d *fsys.Dir
	var err error
	if r.inModule(path) {
		d, err = t.cfg.Module.Dir([]byte(path))
	} else {
		d, err = t.cfg.Operator.OpenDir(path)
	}
	if err != nil {
		return t.log.Fatal(failed, err, report.Full([]byte(path)))
	}
	t.setRoot(d, joinDir(t.dir, path))
	return nil
}

// setRoot takes over d as the root.
func (t *Tree) setRoot(d *fsys.Dir, dir string) {
	o := fsys.RootOptions{Avoid: t.cfg.Operator.Avoid}
	if t.cfg.Unconfined || t.plan.Where.InsecureLinks {
		o.Resolver = fsys.Following
	}
	t.root = fsys.NewRoot(d, o)
	t.dir = dir
	t.log = t.log.In(dir)
	t.op = t.cfg.Operator
	t.op.Base, t.op.BasePath = t.root.Anchor(), dir
}

// create makes the directory that the entries go into (step 8).
func (r *resolution) create(path string) error {
	t := r.t
	if !t.plan.Write.DryRun {
		if err := r.mkdir(path); err != nil {
			return t.log.Fatal(report.MkdirFailed, err, report.Full([]byte(path)))
		}
	}
	t.log.Say(report.CreatedDirectory, report.Str(path))
	t.made = true
	if t.plan.Write.DryRun {
		t.setMissing(path)
		return nil
	}
	return r.enter(path, report.ChangeDirMade)
}

func (t *Tree) setMissing(path string) {
	t.missing = true
	t.dir = joinDir(t.dir, path)
	t.log = t.log.In(t.dir)
}

func (r *resolution) mkdir(path string) error {
	d, leaf, err := r.parent(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Mkdir(leaf, 0o777)
}

// oneName stores the one entry under the last component of path (mode 2).
func (r *resolution) oneName(path string) error {
	dir, leaf := fsys.Split([]byte(path))
	where := "."
	if len(dir) > 0 {
		where = string(dir)
	}
	r.t.single = append(append([]byte(nil), leaf...), 0)
	if r.t.plan.Write.DryRun && r.t.plan.Write.Mkpath {
		var st fsys.Stat
		if err := r.stat(where, &st); errors.Is(err, fs.ErrNotExist) {
			r.t.setMissing(where)
			return nil
		}
	}
	return r.enter(where, report.ChangeDirParent)
}

// makePath makes the missing directories of path (--mkpath): all of it, or all but the last.
func (r *resolution) makePath(path string, whole bool) error {
	t := r.t
	if !whole {
		dir, _ := fsys.Split([]byte(path))
		if len(dir) == 0 {
			return nil
		}
		path = string(dir)
	}
	made := 0
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != '/' || path[end-1] == '/' {
			continue
		}
		part := path[:end]
		var st fsys.Stat
		err := r.stat(part, &st)
		switch {
		case made > 0 && t.plan.Write.DryRun:
			made++
			continue
		case err == nil && st.IsDir():
			continue
		case err == nil:
			err = syscall.EEXIST
		case !errors.Is(err, fs.ErrNotExist):
		case t.plan.Write.DryRun:
			made++
			continue
		default:
			if err = r.mkdir(part); err == nil {
				made++
				continue
			}
		}
		return t.log.Fatal(report.MkdirFailed, err, report.Full([]byte(r.arg)))
	}
	switch {
	case made == 1:
		t.log.Say(report.CreatedOneDirectory, report.Str(path))
	case made > 1:
		t.log.Say(report.CreatedDirectories, report.Int(made), report.Str(path))
	}
	return nil
}
