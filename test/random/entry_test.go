//go:build linux

package random

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// An entry is one thing to make before the run.
type entry struct {
	path      string
	kind      byte // f d l p s c b, or h: a hard link to the path in target
	mode      uint32
	uid, gid  int
	sec, nsec int64
	data      int    // of a file: index of contents
	target    string // of a link
	dev       [2]uint32
	xattrs    []string // name=value
	acl       string   // what setfacl -m takes
}

// A content is what a file holds, and a shell command that prints it.
type content struct {
	script, text string
}

func numbers(n int, edits ...int) content {
	c := content{script: fmt.Sprintf("seq 1 %d", n)}
	var b strings.Builder
	for i := 1; i <= n; i++ {
		if slices.Contains(edits, i) {
			b.WriteString("edited\n")
			continue
		}
		fmt.Fprintln(&b, i)
	}
	for _, e := range edits {
		c.script += fmt.Sprintf(" | sed 's/^%d$/edited/'", e)
	}
	c.text = b.String()
	return c
}

// contents are all that files may hold: the first few are small.
var contents = []content{
	{"printf xx", "xx"}, {"printf yy", "yy"}, {"printf abcd", "abcd"}, {"printf q", "q"}, {"printf ''", ""},
	{"printf 'longer content'", "longer content"}, {"printf 'xxyy'", "xxyy"},
	numbers(900), numbers(900, 450), numbers(700), numbers(900, 1, 800),
	{"{ printf head; head -c 70000 /dev/zero; printf tail; }", "head" + strings.Repeat("\x00", 70000) + "tail"},
	{"head -c 9000 /dev/zero", strings.Repeat("\x00", 9000)},
}

const small = 7 // contents before this one

var targets = []string{"a", "b", "d", "f", "nope", "../nope", "/abs/none", "../../outside", "e.x/a", "c", "./d.", "../b", "a/b"}

// style is how likely the rarer things are in the trees of one case.
type style struct {
	root              bool
	fuller            bool // devices, sockets, attributes
	links, acls       bool
	large, unreadable bool
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

func (s *style) attributes(r *rand.Rand, e *entry) {
	e.sec, e.nsec = 1000000000+pick[int64](r, 0, 1, 2, 10), pick[int64](r, 0, 0, 5, 7, 999999999)
	if chance(r, 2) {
		e.sec = pick[int64](r, -5, 0, 1, 4000000000, -2000000000, 5000000000)
	}
	if s.root {
		e.uid, e.gid = pick(r, 0, 1000, 1234), pick(r, 0, 1000, 1234)
		if chance(r, 2) {
			e.uid = pick(r, 3000000000, 65534, 100000)
		}
	} else {
		e.uid, e.gid = nobody, pick(r, nobody, nobody, 1234)
	}
	switch e.kind {
	case 'd':
		e.mode = pick[uint32](r, 0o755, 0o755, 0o700, 0o775, 0o1777, 0o2755)
	case 'l':
		e.mode = 0o777
	default:
		e.mode = pick[uint32](r, 0o644, 0o644, 0o600, 0o755, 0o444, 0o666, 0o4755, 0o2755, 0o664)
	}
	if s.unreadable && chance(r, 8) {
		if e.mode = pick[uint32](r, 0o000, 0o111, 0o500, 0o200); e.mode == 0o200 && e.kind == 'd' {
			e.mode = 0o100 // stock leaves a directory that one may only write to open
		}
	}
	if s.fuller && e.kind != 'l' && (e.kind == 'd' || e.kind == 'f') && chance(r, 25) {
		e.xattrs = append(e.xattrs, pick(r, "user.a=1", "user.a=2", "user.bb=some value", "user.long="+strings.Repeat("v", 40)))
		if chance(r, 30) {
			e.xattrs = append(e.xattrs, "user.z="+pick(r, "", "9"))
		}
		if s.root && chance(r, 20) {
			e.xattrs = append(e.xattrs, "trusted.t=secret")
		}
	}
	if s.acls && (e.kind == 'd' || e.kind == 'f') && chance(r, 30) {
		e.acl = pick(r, "u:1234:r", "u:1000:rwx,g:1234:rx", "g:7:-", "u:1234:rw,m::r", "m::r")
		if e.kind == 'd' && chance(r, 50) {
			e.acl += pick(r, ",d:u:1234:rx", ",d:g::-", ",d:u::rwx,d:g::rx,d:o::-,d:m::rx,d:u:1000:rwx")
		}
	}
}

func (s *style) leaf(r *rand.Rand, p string) entry {
	e := entry{path: p, kind: 'f'}
	switch n := r.IntN(100); {
	case n < 16:
		e.kind, e.target = 'l', pick(r, targets...)
	case n < 21:
		e.kind = 'p'
	case n < 24 && s.fuller:
		e.kind = 's'
	case n < 28 && s.fuller && s.root:
		e.kind, e.dev = pick[byte](r, 'c', 'c', 'b'), pick(r, [2]uint32{1, 3}, [2]uint32{200, 5}, [2]uint32{7, 200})
		if e.kind == 'b' {
			e.dev = [2]uint32{7, 200}
		}
	}
	if e.kind == 'f' {
		if e.data = r.IntN(small); s.large && chance(r, 40) {
			e.data = r.IntN(len(contents))
		}
	}
	s.attributes(r, &e)
	return e
}

func names(r *rand.Rand) []string {
	all := []string{"a", "b", "c", "d", "d.", "d-", ".h", "e.x", "f", "a~"}
	if chance(r, 15) {
		all = append(all, "x y", "é", "new\nline", "-dash", "b\\s", "st*r", "\xff", "a[1]", "\\#012", "Ab")
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// grow makes what is below dir.
func (s *style) grow(r *rand.Rand, dir string, depth int) []entry {
	var out []entry
	for _, name := range names(r)[:1+r.IntN(6)] {
		p := path.Join(dir, name)
		if depth < 3 && chance(r, 25-5*depth) {
			e := entry{path: p, kind: 'd'}
			s.attributes(r, &e)
			out = append(out, e)
			if !chance(r, 15) {
				out = append(out, s.grow(r, p, depth+1)...)
			}
			continue
		}
		out = append(out, s.leaf(r, p))
	}
	return out
}

func (s *style) root_(r *rand.Rand) entry {
	e := entry{path: ".", kind: 'd'}
	(&style{root: s.root}).attributes(r, &e)
	if e.sec < 1000000000 || e.sec > 1000000010 {
		e.sec = 1000000000
	}
	e.mode = pick[uint32](r, 0o755, 0o755, 0o700)
	return e
}

// tree makes a source.
func (s *style) tree(r *rand.Rand) []entry {
	t := append([]entry{s.root_(r)}, s.grow(r, "", 0)...)
	return s.hardlinks(r, t)
}

// hardlinks turns some leaves into further names of earlier ones.
func (s *style) hardlinks(r *rand.Rand, t []entry) []entry {
	if !s.links {
		return t
	}
	var first []string
	for i := range t {
		switch e := &t[i]; {
		case e.kind == 'd' || e.kind == 'h':
		case len(first) > 0 && chance(r, 35):
			t[i] = entry{path: e.path, kind: 'h', target: pick(r, first...)}
		default:
			first = append(first, e.path)
		}
	}
	return t
}

// relative makes a tree like another one: some entries lack, some are changed in one
// way or another, some are of another kind, and there are new ones.
func (s *style) relative(r *rand.Rand, of []entry, likeness int) []entry {
	out := []entry{of[0]}
	if chance(r, 30) {
		out[0] = s.root_(r)
	}
	gone := map[string]bool{}
	at := map[string]entry{}
	for _, e := range of {
		at[e.path] = e
	}
	for _, e := range of[1:] {
		if gone[path.Dir(e.path)] || chance(r, 20) {
			gone[e.path] = e.kind == 'd'
			continue
		}
		if e.kind == 'h' {
			p := e.path
			e = at[e.target]
			e.path = p
		}
		if chance(r, 7) { // another kind
			switch {
			case e.kind == 'd':
				gone[e.path] = true
				e = s.leaf(r, e.path)
				if chance(r, 30) {
					e = entry{path: e.path, kind: 'l', target: pick(r, "a", "d", "b", "../b")}
					s.attributes(r, &e)
				}
			case chance(r, 60):
				d := entry{path: e.path, kind: 'd'}
				s.attributes(r, &d)
				out = append(out, d)
				if chance(r, 60) {
					out = append(out, s.grow(r, e.path, 2)...)
				}
				continue
			default:
				e = s.leaf(r, e.path)
			}
		}
		s.change(r, &e, likeness)
		out = append(out, e)
	}
	for n := r.IntN(3); n > 0; n-- {
		name := pick(r, names(r)...)
		if !slices.ContainsFunc(out, func(e entry) bool { return e.path == name }) {
			out = append(out, s.leaf(r, name))
		}
	}
	return s.hardlinks(r, out)
}

// change lets an entry differ from what it was in some ways.
func (s *style) change(r *rand.Rand, e *entry, likeness int) {
	if chance(r, likeness) {
		return
	}
	fresh := *e
	s.attributes(r, &fresh)
	if chance(r, 35) {
		e.mode = fresh.mode
	}
	if chance(r, 30) {
		e.uid = fresh.uid
	}
	if chance(r, 30) {
		e.gid = fresh.gid
	}
	if chance(r, 40) {
		e.sec, e.nsec = fresh.sec, fresh.nsec
	}
	if chance(r, 30) {
		e.xattrs, e.acl = fresh.xattrs, fresh.acl
	}
	switch {
	case e.kind == 'f' && chance(r, 40):
		if e.data = r.IntN(small); s.large {
			e.data = r.IntN(len(contents))
		}
	case e.kind == 'l' && chance(r, 40):
		e.target = pick(r, targets...)
	}
}

// sound drops entries that cannot be made: below what is no directory, twice,
// or links to nothing.
func sound(t []entry) []entry {
	seen := map[string]byte{".": 'd'}
	var out []entry
	for _, e := range t {
		if e.path == "." {
			out = append(out, e)
			continue
		}
		if seen[path.Dir(e.path)] != 'd' || seen[e.path] != 0 {
			continue
		}
		if k := seen[e.target]; e.kind == 'h' && (k == 0 || k == 'd') {
			continue
		}
		e.xattrs = slices.Clone(e.xattrs)
		sort.Strings(e.xattrs)
		e.xattrs = slices.CompactFunc(e.xattrs, func(a, b string) bool {
			x, _, _ := strings.Cut(a, "=")
			y, _, _ := strings.Cut(b, "=")
			return x == y
		})
		seen[e.path] = e.kind
		out = append(out, e)
	}
	return out
}

// build makes a tree.
func build(root string, entries []entry) error {
	chown := os.Getuid() == 0
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		p := filepath.Join(root, e.path)
		var err error
		switch e.kind {
		case 'd':
			err = os.MkdirAll(p, 0o700)
		case 'f':
			err = os.WriteFile(p, []byte(contents[e.data].text), 0o600)
		case 'l':
			err = os.Symlink(e.target, p)
		case 'p':
			err = unix.Mkfifo(p, 0o600)
		case 's':
			err = unix.Mknod(p, unix.S_IFSOCK|0o600, 0)
		case 'c':
			err = unix.Mknod(p, unix.S_IFCHR|0o600, int(unix.Mkdev(e.dev[0], e.dev[1])))
		case 'b':
			err = unix.Mknod(p, unix.S_IFBLK|0o600, int(unix.Mkdev(e.dev[0], e.dev[1])))
		case 'h':
			err = os.Link(filepath.Join(root, e.target), p)
			if err == nil {
				continue
			}
		}
		if err == nil && chown {
			err = os.Lchown(p, e.uid, e.gid)
		}
		for _, x := range e.xattrs {
			if name, value, _ := strings.Cut(x, "="); err == nil {
				err = unix.Lsetxattr(p, name, []byte(value), 0)
			}
		}
		if err == nil && e.kind != 'l' && e.kind != 'd' {
			if err = syscall.Chmod(p, e.mode); err == nil && e.acl != "" {
				err = exec.Command("setfacl", "-m", e.acl, "--", p).Run()
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.path, err)
		}
	}
	// Directories last and from the bottom up, since what is made inside changes them.
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		p := filepath.Join(root, e.path)
		if e.kind == 'h' {
			continue
		}
		if e.kind == 'd' {
			if err := syscall.Chmod(p, e.mode); err != nil {
				return err
			}
			if e.acl != "" {
				if err := exec.Command("setfacl", "-m", e.acl, "--", p).Run(); err != nil {
					return fmt.Errorf("setfacl -m %s %s: %w", e.acl, p, err)
				}
			}
		}
		ts := []unix.Timespec{{Sec: e.sec, Nsec: e.nsec}, {Sec: e.sec, Nsec: e.nsec}}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, p, ts, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return fmt.Errorf("%s: %w", e.path, err)
		}
	}
	return nil
}

// script tells how to make a tree by hand.
func script(root string, entries []entry) string {
	var b, later strings.Builder
	for _, e := range entries {
		p := quote(path.Join(root, e.path))
		switch e.kind {
		case 'd':
			fmt.Fprintf(&b, "mkdir -p %s", p)
		case 'f':
			fmt.Fprintf(&b, "%s >%s", contents[e.data].script, p)
		case 'l':
			fmt.Fprintf(&b, "ln -s %s %s", quote(e.target), p)
		case 'p':
			fmt.Fprintf(&b, "mkfifo %s", p)
		case 's':
			fmt.Fprintf(&b, "perl -MSocket -e 'socket(S,1,1,0);bind(S,sockaddr_un(shift))' %s", p)
		case 'c', 'b':
			fmt.Fprintf(&b, "mknod %s %c %d %d", p, e.kind, e.dev[0], e.dev[1])
		case 'h':
			fmt.Fprintf(&b, "ln %s %s\n", quote(path.Join(root, e.target)), p)
			continue
		}
		fmt.Fprintf(&b, "; chown -h %d:%d %s", e.uid, e.gid, p)
		for _, x := range e.xattrs {
			name, value, _ := strings.Cut(x, "=")
			fmt.Fprintf(&b, "; setfattr -h -n %s -v %s %s", name, quote(value), p)
		}
		b.WriteString("\n")
		line := fmt.Sprintf("touch -h -d @%d.%09d %s\n", e.sec, e.nsec, p)
		if e.acl != "" {
			line = fmt.Sprintf("setfacl -m %s %s; ", e.acl, p) + line
		}
		if e.kind != 'l' {
			line = fmt.Sprintf("chmod %04o %s; ", e.mode, p) + line
		}
		rest := later.String()
		later.Reset()
		later.WriteString(line + rest)
	}
	return b.String() + later.String()
}

func quote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c > '~' || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-=,:@%+", c)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
