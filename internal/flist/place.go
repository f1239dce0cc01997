package flist

import (
	"context"
	"strings"
	"sync"
	"syscall"

	"godwit/internal/fsys"
)

// place is a directory of the source from which listed names are found: the directory that an
// operand lies in or, under --relative, the one that its last component lies in. What is below a
// place is reached by the resolver of transfers; the path of the place itself is what the user
// typed, so links in it are followed (docs/protocol/08-security.md §3.3).
type place struct {
	dir   string // absolute path that names in the list count from, clean
	path  string // path of the place itself, as typed: dir and the part of names that is cut off
	clean string // the same, clean
	arg   string // dir as the operand has it, "" if names count from the base directory
	strip int    // length of the part cut off, with its slash
	loose bool   // every link below is followed: the implied directories of --relative

	root *fsys.Root // while open
	used uint64
}

// placeTable holds the places of a walk, a few of them open.
type placeTable struct {
	w *Walker

	mu   sync.Mutex
	all  map[placeKey]*place
	open []*place
	tick uint64
}

type placeKey struct {
	dir, rest string
	loose     bool
}

// maxOpenPlaces bounds the roots that are held open at a time; each holds some directories more.
const maxOpenPlaces = 8

// get returns the place at dir/rest: dir as typed, rest the leading part of names that lies above
// the place.
func (t *placeTable) get(dir, rest string, loose bool) *place {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := placeKey{dir, rest, loose}
	if p := t.all[key]; p != nil {
		return p
	}
	p := &place{dir: absolute(t.w.base, dir), arg: dir, loose: loose}
	p.path = t.w.StartDir
	for _, part := range [...]string{t.w.Base, dir, rest} {
		if strings.HasPrefix(part, "/") {
			p.path = part
		} else {
			p.path = joinPath(p.path, part)
		}
	}
	p.clean = absolute(p.dir, rest)
	if rest != "" {
		if p.strip = len(rest); rest != "/" {
			p.strip++
		}
	}
	if t.all == nil {
		t.all = map[placeKey]*place{}
	}
	t.all[key] = p
	return p
}

// hold returns the open root of a place. Directories from it stay good when it is closed to open
// others.
func (t *placeTable) hold(p *place) (*fsys.Root, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tick++
	p.used = t.tick
	if p.root != nil {
		return p.root, nil
	}
	w := t.w
	opt := fsys.RootOptions{Resolver: w.follow, Held: 32}
	if p.loose {
		opt.Resolver = fsys.Following
	}
	op := w.Operator
	op.FollowAll = true
	root, err := fsys.OpenRoot(p.path, op, opt)
	if err != nil {
		return nil, err
	}
	if err := root.Anchor().Access(".", fsys.AccessExec); err == syscall.EACCES {
		root.Close()
		return nil, err // it could not be made the current directory
	}
	p.root = root
	t.open = append(t.open, p)
	if len(t.open) > maxOpenPlaces {
		t.drop()
	}
	return root, nil
}

// drop closes the place used longest ago.
func (t *placeTable) drop() {
	k := 0
	for i, p := range t.open {
		if p.used < t.open[k].used {
			k = i
		}
	}
	t.open[k].root.Close()
	t.open[k].root = nil
	t.open = append(t.open[:k], t.open[k+1:]...)
}

func (t *placeTable) closeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.open {
		p.root.Close()
		p.root = nil
	}
	t.open = nil
}

// inModule turns an absolute path into one that counts from the module.
func (w *Walker) inModule(path string) string {
	rest := strings.TrimPrefix(path, strings.TrimSuffix(w.RuleRoot, "/"))
	return strings.TrimLeft(rest, "/")
}

// ruleDir turns an absolute path into the one that filter rules know.
func (w *Walker) ruleDir(path string) string {
	if w.RuleRoot == "" {
		return path
	}
	return "/" + w.inModule(path)
}

// openDir holds the directory that has the given name in the list.
func (w *Walker) openDir(ctx context.Context, p *place, name []byte) (fsys.SourceDir, error) {
	if len(name) <= p.strip {
		name = nil
	} else {
		name = name[p.strip:]
	}
	if (w.ModuleRoot == nil || w.InsecureLinks) && w.Source == nil {
		root, err := w.places.hold(p)
		if err != nil {
			return nil, err
		}
		return asSource(root.Dir(name))
	}
	var room [256]byte
	path := append(room[:0], w.inTree(p.clean)...)
	if len(name) > 0 {
		if len(path) > 0 {
			path = append(path, '/')
		}
		path = append(path, name...)
	}
	if w.Source != nil {
		return w.Source.OpenDir(ctx, path)
	}
	return asSource(w.ModuleRoot.Dir(path))
}

func asSource(d *fsys.Dir, err error) (fsys.SourceDir, error) {
	if err != nil {
		return nil, err
	}
	return fsys.AsSourceDir(d), nil
}

// inTree turns an absolute path into one that counts from the top of the module or the Source.
func (w *Walker) inTree(path string) string {
	if w.Source == nil {
		return w.inModule(path)
	}
	rest := strings.TrimPrefix(path, strings.TrimSuffix(w.StartDir, "/"))
	if rest = strings.TrimLeft(rest, "/"); rest == "." {
		return ""
	}
	return rest
}

// appendFull appends the absolute path of a listed name, for messages.
func (p *place) appendFull(dst []byte, name []byte) []byte {
	if len(name) > 0 && name[0] == '/' {
		return append(dst, name...)
	}
	dst = append(dst, p.dir...)
	if len(dst) > 0 && dst[len(dst)-1] != '/' {
		dst = append(dst, '/')
	}
	return append(dst, name...)
}

// absolute joins a path to an absolute directory and cleans the result.
func absolute(dir, path string) string {
	if path == "" {
		return dir
	}
	joined := path
	if path[0] != '/' {
		joined = joinPath(dir, path)
	}
	b, err := fsys.AppendClean(nil, []byte(joined), fsys.CollapseDotDot|fsys.DropDot)
	if err != nil {
		return joined
	}
	if len(b) > 1 && b[len(b)-1] == '/' {
		b = b[:len(b)-1]
	}
	return string(b)
}

func joinPath(dir, name string) string {
	return string(fsys.AppendJoin(nil, []byte(dir), []byte(name)))
}
