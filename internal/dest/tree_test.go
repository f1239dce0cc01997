package dest

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// world is a temporary start directory, a plan, and what is said.
type world struct {
	testing.TB
	dir  string
	plan *plan.Plan
	said *report.Collector
	log  *report.Log
	list *flist.List
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir(), said: new(report.Collector)}
	id := ids.Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
	w.plan = &plan.Plan{
		Caps: wire.Caps{Protocol: 32}, Identity: id,
		Policy: &meta.Policy{ModeRules: meta.ModeRules{Perms: true}, Times: true, Super: id.Root(), Identity: id},
	}
	w.plan.Where.StartDir, w.plan.Where.Root, w.plan.Where.Umask = w.dir, id.Root(), 0o022
	w.plan.Attrs.Times, w.plan.Attrs.Perms = true, true
	w.plan.Delete.Max = -1
	w.plan.Select.Recurse = true
	w.plan.Write.Suffix = "~"
	w.plan.Filter = w.rules()
	cfg := report.Config{Role: report.RoleReceiving, Protocol: 32, Version: "test"}
	for i := range cfg.Info {
		cfg.Info[i] = 1
	}
	cfg.Info[options.InfoFlist], cfg.Info[options.InfoProgress] = 0, 0
	w.log = report.NewLog(&report.Router{Terminal: w.said}, cfg)
	return w
}

// rules returns a filter list of the given rules for the receiving end of a local copy.
func (w *world) rules(rules ...string) *filter.List {
	w.Helper()
	b := filter.NewBuilder(filter.Env{Who: "Receiver", Receiving: true, Protocol: 32, Files: ruleFiles{}})
	for _, r := range rules {
		if err := b.Filter(r); err != nil {
			w.Fatal(err)
		}
	}
	l, _, err := b.Finish(filter.LocalReceiver, false)
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// ruleFiles opens rule files as they are named.
type ruleFiles struct{}

func (ruleFiles) OpenRules(path string) (io.ReadCloser, error) { return os.Open(path) }

// put makes files below the start directory: "name=content", "name/" a directory, "name>target" a
// symlink.
func (w *world) put(specs ...string) {
	w.Helper()
	for _, s := range specs {
		name, content, isFile := strings.Cut(s, "=")
		link, target, isLink := strings.Cut(s, ">")
		full := filepath.Join(w.dir, name)
		if isLink && !isFile {
			full = filepath.Join(w.dir, link)
		}
		w.check(os.MkdirAll(filepath.Dir(full), 0o755))
		switch {
		case isFile:
			w.check(os.WriteFile(full, []byte(content), 0o644))
		case isLink:
			w.check(os.Symlink(target, full))
		default:
			w.check(os.MkdirAll(full, 0o755))
		}
	}
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// tree lists a directory in the form of put, sorted, directories that have entries left out.
func (w *world) tree(dir string) string {
	w.Helper()
	var all []string
	root := filepath.Join(w.dir, dir)
	filepath.Walk(root, func(p string, fi os.FileInfo, err error) error {
		w.check(err)
		name := strings.TrimPrefix(strings.TrimPrefix(p, root), "/")
		switch {
		case name == "":
		case fi.IsDir():
			if ents, _ := os.ReadDir(p); len(ents) == 0 {
				all = append(all, name+"/")
			}
		case fi.Mode()&os.ModeSymlink != 0:
			to, _ := os.Readlink(p)
			all = append(all, name+">"+to)
		case !fi.Mode().IsRegular():
			all = append(all, name+"|")
		default:
			b, _ := os.ReadFile(p)
			all = append(all, name+"="+string(b))
		}
		return nil
	})
	slices.Sort(all)
	return strings.Join(all, " ")
}

// entry is one item of a made-up list: a name with a slash at its end is a directory.
type entry struct {
	name  string
	mode  uint32
	size  int64
	mtime int64
	link  string
	flags flist.Flags
	major uint32
}

// files returns a sorted, published segment of entries.
func (w *world) files(entries ...entry) *flist.Segment {
	w.Helper()
	order := flist.Order{Protocol: w.plan.Caps.Protocol}
	w.list = flist.NewList(false, flist.Columns{}, order)
	s := w.list.NewSegment(-1)
	for _, e := range entries {
		it := &flist.Item{Mode: e.mode, Size: e.size, Mtime: e.mtime, Flags: e.flags, ACL: -1, DefaultACL: -1, Xattr: -1,
			UID: w.plan.Identity.UID, GID: w.plan.Identity.GID, Major: e.major}
		name := strings.TrimSuffix(e.name, "/")
		switch {
		case e.mode != 0:
		case e.link != "":
			it.Mode = 0o120777
		case name != e.name || name == ".":
			it.Mode = 0o40755
		default:
			it.Mode = 0o100644
		}
		it.Link = []byte(e.link)
		if it.Mode&flist.TypeMask == flist.TypeDir {
			it.Flags |= flist.Content
		}
		dir, base := fsys.Split([]byte(name))
		it.Dir, it.Base = dir, base
		s.Add(it)
	}
	s.Sort(order)
	w.list.Publish(s)
	return s
}

// find returns the entry of a name.
func (w *world) find(s *flist.Segment, name string) flist.File {
	w.Helper()
	for i := range s.Len() {
		if f := s.At(i); f.Path() == name {
			return f
		}
	}
	w.Fatalf("no entry %q", name)
	return flist.File{}
}

func (w *world) config() Config {
	op := fsys.Operator{UID: w.plan.Identity.UID}
	d, err := op.OpenDir(w.dir)
	w.check(err)
	w.Cleanup(func() { d.Close() })
	op.Base, op.BasePath = d, w.dir
	return Config{Plan: w.plan, Log: w.log, Operator: op, PID: 4711}
}

// open opens dst as the destination of a list of many and returns a generator's Hand.
func (w *world) open(dst string) (*Tree, *Hand) {
	w.Helper()
	t, err := Open(w.config(), dst, Listing{Count: 2})
	if err != nil {
		w.Fatalf("Open: %v, said %q", err, w.said.Text(0))
	}
	h := t.Hand(report.RoleGenerator)
	w.Cleanup(func() { h.Close(); t.Close() })
	return t, h
}

// text returns what has been said since the last call, with the start directory as DIR.
func (w *world) text() string {
	s := strings.ReplaceAll(w.said.Text(0), w.dir, "DIR")
	*w.said = report.Collector{}
	return s
}

func (w *world) expectText(want string) {
	w.Helper()
	if got := w.text(); got != want {
		w.Errorf("said\n%s\nwant\n%s", got, want)
	}
}

func (w *world) expectTree(dir, want string) {
	w.Helper()
	if got := w.tree(dir); got != want {
		w.Errorf("%s holds\n%s\nwant\n%s", dir, got, want)
	}
}
