package flist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"godwit/internal/checksum"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// plant makes a tree: "d/" is a directory, "a -> b" a link, "a = b" a hard link to b, "a: text" a
// file with contents; anything else is an empty file.
func plant(t testing.TB, dir string, things ...string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	for _, thing := range things {
		at := func(name string) string {
			p := filepath.Join(dir, name)
			must(os.MkdirAll(filepath.Dir(p), 0o755))
			return p
		}
		if name, target, ok := strings.Cut(thing, " -> "); ok {
			must(os.Symlink(target, at(name)))
		} else if name, target, ok := strings.Cut(thing, " = "); ok {
			must(os.Link(at(target), at(name)))
		} else if name, ok := strings.CutSuffix(thing, "/"); ok {
			must(os.MkdirAll(at(name), 0o755))
		} else {
			name, text, _ := strings.Cut(thing, ": ")
			must(os.WriteFile(at(name), []byte(text), 0o644))
		}
	}
}

// walked is what a walk has yielded.
type walked struct {
	lists []string // one line for each list: its directory, then its entries in processing order
	texts string   // what was said
	err   error
	log   *report.Log
	list  *List
	w     *Walker
	files []File
}

// testWalk is a walk of a tree with the usual options.
type testWalk struct {
	protocol    int
	incremental bool
	rules       []string
	format      Format
	cfg         WalkConfig
	each        func(File) error
}

// osRules opens rule files without further ado.
type osRules struct{}

func (osRules) OpenRules(path string) (io.ReadCloser, error) { return os.Open(path) }

func (tw testWalk) run(t testing.TB, dir string, operands ...string) *walked {
	t.Helper()
	if tw.protocol == 0 {
		tw.protocol = 32
	}
	tw.format.Caps = wire.Caps{Protocol: tw.protocol, IncRecurse: tw.incremental}
	tw.format.Links = true
	order := Order{Protocol: tw.protocol}
	router := &report.Router{Observer: &report.Collector{}}
	log := report.NewLog(router, report.Config{Role: report.RoleSender, Dir: dir, Protocol: tw.protocol})
	collector := &report.Collector{}
	router.Observer, router.Terminal = nil, collector

	res := &walked{log: log, list: NewList(tw.incremental, tw.format.Columns(), order)}
	c := tw.cfg
	c.List, c.Format, c.Log = res.list, &tw.format, log
	c.StartDir, c.Operands = dir, operands
	c.Operator = fsys.Operator{UID: uint32(os.Geteuid())}
	c.Policy = &meta.Policy{}
	b := filter.NewBuilder(filter.Env{Who: "sender", Files: osRules{}, Protocol: tw.protocol})
	for _, r := range tw.rules {
		if err := b.Filter(r); err != nil {
			t.Fatal(err)
		}
	}
	rules, _, err := b.Finish(filter.LocalSender, false)
	if err != nil {
		t.Fatal(err)
	}
	c.Filter = rules
	res.w = NewWalker(c)
	t.Cleanup(func() { res.w.Close() })
	for {
		seg, err := res.w.Next(context.Background(), tw.each)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				res.err = err
			}
			break
		}
		seg.Sort(order)
		res.list.Publish(seg)
		line := ""
		if d := seg.Dir(); d >= 0 {
			f, _, _ := res.list.Directory(d)
			line = fmt.Sprintf("%d %s: ", d, f.Path())
		}
		res.lists = append(res.lists, line+shown(seg))
		for pos := range seg.Len() {
			res.files = append(res.files, seg.At(pos))
		}
	}
	if res.texts = collector.Text(0); dir != "" {
		res.texts = strings.ReplaceAll(res.texts, dir, "DIR")
	}
	return res
}

func (r *walked) String() string {
	s := strings.Join(r.lists, "\n")
	if r.texts != "" {
		s += "\n--\n" + strings.TrimSuffix(r.texts, "\n")
	}
	if r.err != nil {
		s += "\n!! " + r.err.Error()
	}
	return s
}

// file returns the file of a name.
func (r *walked) file(t testing.TB, name string) File {
	t.Helper()
	for _, f := range r.files {
		if f.Path() == name {
			return f
		}
	}
	t.Fatalf("no %s in %v", name, r.lists)
	return File{}
}

func TestOperands(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "a/b/c/h", "a/b/g", "a/f", "d/e/q", "x", "la -> a", "lx -> x", "broken -> nowhere", "d/out -> ../../up")
	recurse := WalkConfig{Recurse: true, Dirs: true, ImpliedDirs: true}
	dirs := WalkConfig{Dirs: true, ImpliedDirs: true}
	with := func(c WalkConfig, change func(*WalkConfig)) WalkConfig { change(&c); return c }
	relative := with(recurse, func(c *WalkConfig) { c.Relative = true })
	for _, c := range []struct {
		name     string
		walk     testWalk
		operands string
		want     string
	}{
		{"directory", testWalk{cfg: recurse}, "a", "a/:tc a/f a/b/:c a/b/g a/b/c/:c a/b/c/h"},
		{"its contents", testWalk{cfg: recurse}, "a/", "./:tc f b/:c b/g b/c/:c b/c/h"},
		{"dot", testWalk{cfg: recurse}, "a/b/.", "./:tc g c/:c c/h"},
		{"dot dot", testWalk{cfg: recurse}, "a/b/..", "./:tc f b/:c b/g b/c/:c b/c/h"},
		{"a file below", testWalk{cfg: recurse}, "a/b/g", "g"},
		{"several", testWalk{cfg: recurse}, "x a/b/c d/e", "x c/:tc c/h e/:tc e/q"},
		{"without -r", testWalk{}, "a x", "x\n--\nskipping directory a"},
		{"-d", testWalk{cfg: dirs}, "a x", "x a/"},
		{"-d with a slash", testWalk{cfg: dirs}, "a/ x", "./:tc f x b/"},
		{"the same twice", testWalk{cfg: recurse}, "d/e d/e", "e/:tc e/:tc e/q e/q"},
		{"links", testWalk{cfg: recurse}, "la lx", "la lx"},
		{"a link with a slash", testWalk{cfg: recurse}, "la/b", "b/:tc b/g b/c/:c b/c/h"},
		{"-L", testWalk{cfg: with(recurse, func(c *WalkConfig) { c.CopyLinks = true })}, "la/b/c lx broken",
			"lx c/:tc c/h\n--\nrsync: [sender] link_stat \"DIR/broken\" failed: No such file or directory (2)"},
		{"-L, a broken link inside", testWalk{cfg: with(recurse, func(c *WalkConfig) { c.CopyLinks = true })}, "d",
			"d/:tc d/e/:c d/e/q\n--\nsymlink has no referent: \"DIR/d/out\""},
		{"-k", testWalk{cfg: with(recurse, func(c *WalkConfig) { c.CopyDirlinks = true })}, "la lx", "lx la/:tc la/f la/b/:c la/b/g la/b/c/:c la/b/c/h"},
		{"missing", testWalk{cfg: recurse}, "no x no/such a/f/x", "x\n--\n" +
			"rsync: [sender] link_stat \"DIR/no\" failed: No such file or directory (2)\n" +
			"rsync: [sender] change_dir \"DIR/no\" failed: No such file or directory (2)\n" +
			"rsync: [sender] change_dir \"DIR/a/f\" failed: Not a directory (20)"},
		{"missing, ignored", testWalk{cfg: with(recurse, func(c *WalkConfig) { c.IgnoreMissing = true })}, "no x", "x"},
		{"missing, to be deleted", testWalk{cfg: with(recurse, func(c *WalkConfig) { c.DeleteMissing = true; c.IgnoreMissing = true })}, "no x", "no x"},
		{"rules", testWalk{cfg: recurse, rules: []string{"- f", "- c/", "- x"}}, "a x a/f", "a/:tc a/b/:c a/b/g"},
		{"contents are not filtered", testWalk{cfg: recurse, rules: []string{"- /."}}, "d/e/", "./:tc q"},

		{"-R", testWalk{cfg: relative}, "a/b", "a/:i a/b/:tc a/b/g a/b/c/:c a/b/c/h"},
		{"-R, shared parents", testWalk{cfg: relative}, "a/b/g a/b/c/h a/f d/e", "a/:i a/f a/b/:i a/b/g a/b/c/:i a/b/c/h d/:i d/e/:tc d/e/q"},
		{"-R, a name at the top between", testWalk{cfg: relative}, "a/f x a/b/g", "x a/:i a/f a/b/:i a/b/g"},
		{"-R, not shared in a row", testWalk{cfg: relative}, "a/f d/e/q a/b/g", "a/:i a/:i a/f a/b/:i a/b/g d/:i d/e/:i d/e/q"},
		{"-R with a marker", testWalk{cfg: relative}, "a/./b/g", "b/:i b/g"},
		{"-R with a dot first", testWalk{cfg: relative}, "./a/f ./x", "./:i x a/:i a/f"},
		{"-R of all", testWalk{cfg: relative}, "a/./", "./:tc f b/:c b/g b/c/:c b/c/h"},
		{"-dR with a slash", testWalk{cfg: with(dirs, func(c *WalkConfig) { c.Relative = true })}, "a/b/", "a/:i a/b/:tc a/b/g a/b/c/"},
		{"-R through a link", testWalk{cfg: relative}, "la/b/g", "la/:i la/b/:i la/b/g"},
		{"-R of a link with a slash", testWalk{cfg: relative}, "la/b/c/ la/", "la/:i la/:tc la/f la/b/:i la/b/:c la/b/g la/b/c/:tc la/b/c/:c la/b/c/h la/b/c/h"},
		{"-R, implied ones are not filtered", testWalk{cfg: relative, rules: []string{"- a", "- f"}}, "a/b/g a/f", "a/:i a/b/:i a/b/g"},
		{"-R at 29 without implied", testWalk{protocol: 29, cfg: with(relative, func(c *WalkConfig) { c.ImpliedDirs = false })}, "a/b/g", "a/b/g"},
		{"-R at 30 without implied", testWalk{protocol: 30, cfg: with(relative, func(c *WalkConfig) { c.ImpliedDirs = false })}, "a/b/g", "a/:i a/b/:i a/b/g"},
		{"-R missing", testWalk{cfg: relative}, "a/no no/such", "\n--\n" +
			"rsync: [sender] link_stat \"DIR/a/no\" failed: No such file or directory (2)\n" +
			"rsync: [sender] link_stat \"DIR/no/such\" failed: No such file or directory (2)"},
		{"-R missing, to be deleted", testWalk{cfg: with(relative, func(c *WalkConfig) { c.DeleteMissing = true })}, "a/no", "a/:i a/no"},
		{"-R with dot dot", testWalk{cfg: relative}, "a/../x", "!! found \"..\" dir in relative path: a/../x"},

		{"incremental", testWalk{incremental: true, cfg: recurse}, "a x", "x a/:tc\n0 a: a/f a/b/:c\n1 a/b: a/b/g a/b/c/:c\n2 a/b/c: a/b/c/h"},
		{"incremental contents", testWalk{incremental: true, cfg: recurse}, "a/ d", "./:tc f b/:c d/:tc\n1 b: b/g b/c/:c\n3 b/c: b/c/h\n" +
			"2 d: d/out d/e/:c\n4 d/e: d/e/q"},
		{"incremental, one name from two places", testWalk{incremental: true, cfg: recurse}, "a/b la/b/c d/e a/b/c", "b/:tc c/:tc c/:tc e/:tc\n" +
			"0 b: b/g b/c/:c\n4 b/c: b/c/h\n1 c: c/h c/h\n3 e: e/q"},
		{"incremental -R", testWalk{incremental: true, cfg: relative}, "a/b/", "a/:i\n0 a: a/b/:tc\n1 a/b: a/b/g a/b/c/:c\n2 a/b/c: a/b/c/h"},
		{"incremental -R of two", testWalk{incremental: true, cfg: relative}, "./a/b/ a/b/g", "./:i a/:i\n1 a: a/b/:tc a/b/:i\n2 a/b: a/b/g a/b/g a/b/c/:c\n4 a/b/c: a/b/c/h"},
		{"incremental -R, rules of the parent", testWalk{incremental: true, cfg: relative, rules: []string{"- g"}}, "a/b/g a/b/c/h", "a/:i\n0 a: a/b/:i\n1 a/b: a/b/c/:i\n2 a/b/c: a/b/c/h"},
		{"incremental -R missing, to be deleted", testWalk{incremental: true, cfg: with(relative, func(c *WalkConfig) { c.DeleteMissing = true })}, "a/no", "a/:i\n0 a: a/no"},
		{"incremental, nothing", testWalk{incremental: true, cfg: recurse}, "x", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.walk.run(t, dir, strings.Fields(c.operands)...).String()
			if got = strings.TrimPrefix(got, "\n!!"); strings.HasPrefix(c.want, "!!") {
				got = "!!" + got
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Where per-directory rules hold (docs/protocol/04-filters-and-walk.md §4.3, §14.2, §22).
func TestDirectoryRules(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "a/.rf: - o", "a/o", "a/f", "a/b/o", "a/b/f", "d/o", "d/f", "d/.rf: - f", "c/x", "c/e/x", "x", "r/b/.rf: - x", "r/b/f")
	rules := []string{": .rf", "- .rf"}
	recurse := WalkConfig{Recurse: true, Dirs: true, ImpliedDirs: true}
	relative := recurse
	relative.Relative = true
	for _, c := range []struct {
		name     string
		walk     testWalk
		operands string
		want     string
	}{
		{"inherited", testWalk{cfg: recurse}, "a d", "a/:tc a/f a/b/:c a/b/f d/:tc d/o"},
		{"not for the operand itself", testWalk{cfg: recurse}, "a/o", "o"},
		{"contents", testWalk{cfg: recurse}, "a/ d/", "./:tc ./:tc f o b/:c b/f"},
		{"incremental", testWalk{incremental: true, cfg: recurse}, "a d", "a/:tc d/:tc\n0 a: a/f a/b/:c\n2 a/b: a/b/f\n1 d: d/o"},
		{"incremental, contents of two: the first one's hold", testWalk{incremental: true, cfg: recurse}, "a/ d/", "./:tc ./:tc f f b/:c\n2 b: b/f"},
		{"implied directories count, and go on to hold", testWalk{cfg: relative}, "r/b/f c x c/x", "c/:tc c/e/:c r/:i r/b/:i r/b/f"},
		{"until an operand leaves them", testWalk{cfg: relative}, "r/b/f c/e/", "c/:i c/e/:tc c/e/x r/:i r/b/:i r/b/f"},
		{"after it has been judged by them", testWalk{cfg: relative}, "r/b/f c/x", "r/:i r/b/:i r/b/f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.walk.rules = rules
			if got := c.walk.run(t, dir, strings.Fields(c.operands)...).String(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	plant(t, dir, "bad/.rf: nonsense")
	res := testWalk{cfg: recurse, rules: rules}.run(t, dir, "bad")
	var e *exit.Error
	if !errors.As(res.err, &e) || e.Code != exit.Syntax {
		t.Errorf("a bad rule: %v", res.err)
	}
}

func TestFilesFrom(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "s/a/f", "s/b/c/h", "s/x", "s/;y", "s/#z", "etc/passwd")
	for _, c := range []struct {
		name       string
		records    string
		nul, local bool
		norelative bool
		want       string
	}{
		{"lines", "x\r\na\n\nb/c/\n", false, true, false, "x a/ b/:i b/c/:tc b/c/h"},
		{"no end", "x", false, true, false, "x"},
		{"comments", "#z\n;y\nx\n", false, true, false, "x"},
		{"comments are for local lists", "#z\x00;y\x00", true, false, false, "#z ;y"},
		{"nul", "a/f\x00x\x00", true, true, false, "x a/:i a/f"},
		{"kept below", "../x\n/b/c/h\nb/../../x\n", false, true, false, "x x b/:i b/c/:i b/c/h"},
		{"marker", "b/./c/h\n", false, true, false, "c/:i c/h"},
		{"dot", ".\n", false, true, false, "./:tc #z ;y x a/ b/"},
		{"not relative", "b/c/h\nx\n", false, true, true, "h x"},
		{"missing", "no\nx\n", false, true, false, "x\n--\nrsync: [sender] link_stat \"DIR/s/no\" failed: No such file or directory (2)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := testWalk{cfg: WalkConfig{Dirs: true, ImpliedDirs: true, Relative: !c.norelative,
				Records: NewRecords(strings.NewReader(c.records), c.nul, c.local)}}
			if got := w.run(t, dir, "s").String(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	w := testWalk{cfg: WalkConfig{Dirs: true, Relative: true, Records: NewRecords(strings.NewReader("x"), false, true)}}
	res := w.run(t, dir, "nosuch")
	var e *exit.Error
	if !errors.As(res.err, &e) || e.Code != exit.FileSelect || res.texts != "rsync: [sender] change_dir \"DIR/nosuch\" failed: No such file or directory (2)\n" {
		t.Errorf("%v\n%s", res.err, res.texts)
	}
}

// What an entry says about its file.
func TestEntries(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "s/f: hello\n", "s/two = s/f", "s/ln -> f", "s/munged -> /rsyncd-munged/../x", "s/sub/")
	stamp := time.Unix(second, 123)
	if err := os.Chtimes(filepath.Join(dir, "s/f"), time.Unix(7, 0), stamp); err != nil {
		t.Fatal(err)
	}
	chmod, err := meta.ParseChmod("F600,D700", 0o22)
	if err != nil {
		t.Fatal(err)
	}
	w := testWalk{format: Format{HardLinks: true, Checksum: true, SumLen: 16, Atimes: true}, cfg: WalkConfig{
		Recurse: true, Chmod: chmod, Unmunge: true, FileSum: checksum.MD5,
	}}
	res := w.run(t, dir, "s/")
	f := res.file(t, "f")
	if f.Size() != 6 || f.Mtime() != second || f.Nsec() != 123 || f.Mode() != 0o100600 || f.Atime() != 7 {
		t.Errorf("f: %+v", *f.Entry())
	}
	if got := fmt.Sprintf("%x", f.Sum()); got != "b1946ac92492d2347c6235b4d2611184" {
		t.Errorf("sum %s", got)
	}
	two := res.file(t, "two")
	d1, i1 := f.DevIno()
	d2, i2 := two.DevIno()
	if !f.Is(Linked) || !two.Is(Linked) || d1 != d2 || i1 != i2 || i1 == 0 {
		t.Errorf("links: %d,%d %d,%d", d1, i1, d2, i2)
	}
	if ln := res.file(t, "ln"); string(ln.Link()) != "f" || ln.Size() != 1 || ln.Is(Linked) {
		t.Errorf("ln: %s %+v", ln.Link(), *ln.Entry())
	}
	if m := res.file(t, "munged"); string(m.Link()) != "../x" {
		t.Errorf("munged: %s", m.Link())
	}
	if sub := res.file(t, "sub"); sub.Mode() != 0o40700 || sub.Is(Linked) {
		t.Errorf("sub: %o", sub.Mode())
	}

	// At 27 every regular file goes with its inode.
	w.protocol = 27
	plant(t, dir, "s/one")
	if one := w.run(t, dir, "s/").file(t, "one"); !one.Is(Linked) {
		t.Error("a lone file at 27")
	}
}

func TestUnsafeLinks(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "s/in -> d", "s/d/up -> ../in", "s/d/out -> ../../o", "s/abs -> "+dir+"/o", "o: text")
	w := testWalk{cfg: WalkConfig{Recurse: true, CopyUnsafeLinks: true}}
	res := w.run(t, dir, "s/")
	for name, typ := range map[string]uint32{"in": TypeSymlink, "d/up": TypeSymlink, "d/out": TypeRegular, "abs": TypeRegular} {
		if f := res.file(t, name); f.Mode()&TypeMask != typ {
			t.Errorf("%s: %o", name, f.Mode())
		}
	}
	var st fsys.Stat
	c, err := res.w.Open(context.Background(), res.file(t, "d/out"), &st)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if st.Size != 4 {
		t.Errorf("size %d", st.Size)
	}
}

// What can be done with listed files later.
func TestAccess(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "p/s/d/f: hello", "p/s/x", "q/y")
	res := testWalk{incremental: true, cfg: WalkConfig{Recurse: true}}.run(t, dir, "p/s", "q/")
	ctx := context.Background()
	f := res.file(t, "s/d/f")
	if got := string(res.w.FullName(f)); got != dir+"/p/s/d/f" {
		t.Errorf("full name %s", got)
	}
	if got := string(res.w.ArgName(f)); got != "p/s/d/f" {
		t.Errorf("name of the argument %s", got)
	}
	if got := string(res.w.FullName(res.file(t, "y"))); got != dir+"/q/y" {
		t.Errorf("full name %s", got)
	}
	var st fsys.Stat
	c, err := res.w.Open(ctx, f, &st)
	if err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 5)
	if n, err := c.ReadAt(text, 0); n != 5 || string(text) != "hello" {
		t.Error(n, err)
	}
	c.Close()
	if err := res.w.Restat(ctx, f, &st); err != nil || st.Size != 5 {
		t.Error(st.Size, err)
	}
	if err := res.w.Remove(ctx, f); err != nil {
		t.Error(err)
	}
	if err := res.w.Restat(ctx, f, &st); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.Remove(dir + "/p/s/d"); err != nil {
		t.Fatal(err)
	}
	x := res.file(t, "s/x")
	if err := os.Remove(dir + "/p/s/x"); err != nil {
		t.Fatal(err)
	}
	// A link in its place is not followed.
	plant(t, dir, "p/s/x -> "+dir+"/q/y")
	if _, err := res.w.Open(ctx, x, &st); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("opened through a link: %v", err)
	}
}

// The tree may be changed under the walk by somebody who wants to be led out of it.
func TestLinkInPlaceOfDirectory(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "s/d/f", "secret/key")
	res := testWalk{incremental: true, cfg: WalkConfig{Recurse: true}, each: func(f File) error {
		if f.Path() == "d" {
			if err := os.Rename(dir+"/s/d", dir+"/s/e"); err != nil {
				return err
			}
			return os.Symlink(dir+"/secret", dir+"/s/d")
		}
		return nil
	}}.run(t, dir, "s/")
	if got := res.String(); strings.Contains(got, "key") || !strings.Contains(got, "opendir \"DIR/s/d\" failed") {
		t.Error(got)
	}
	if res.log.Trouble()&exit.TroubleIO == 0 {
		t.Error("no error was noted")
	}
}

// Entries that cannot be sent are left out, and numbered as if they had never been.
func TestDroppedEntries(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "s/a", "s/bad1/f", "s/bad2", "s/c/f", "s/z")
	for _, incremental := range []bool{false, true} {
		for _, sums := range []bool{false, true} {
			var sent []string
			w := testWalk{incremental: incremental, cfg: WalkConfig{Recurse: true, FileSum: checksum.MD5}, each: func(f File) error {
				if strings.Contains(f.Path(), "bad") {
					return &EntryError{Err: syscall.EILSEQ}
				}
				sent = append(sent, f.Path())
				return nil
			}}
			if sums {
				w.format.Checksum, w.format.SumLen = true, 16
			}
			res := w.run(t, dir, "s/")
			want := "./:tc a z c/:c c/f"
			if incremental {
				want = "./:tc a z c/:c\n1 c: c/f"
			}
			if got := strings.Join(res.lists, "\n"); got != want {
				t.Errorf("%v %v: %s", incremental, sums, got)
			}
			slices.Sort(sent)
			if got := strings.Join(sent, " "); got != ". a c c/f z" {
				t.Errorf("sent %s", got)
			}
			if n := strings.Count(res.texts, "[sender] cannot convert filename: bad"); n != 2 {
				t.Error(res.texts)
			}
		}
	}
}

// A tree of another kind is walked alike.
func TestVirtualTree(t *testing.T) {
	tree := fstest.MapFS{
		"s/a/f": {Data: []byte("hello"), Mode: 0o644, ModTime: time.Unix(second, 0)},
		"s/x":   {Data: []byte("x"), Mode: 0o600},
	}
	w := testWalk{cfg: WalkConfig{Recurse: true, Source: fsys.FSSource(tree)}}
	res := w.run(t, "", "s")
	if got := res.String(); got != "s/:tc s/x s/a/:c s/a/f" {
		t.Fatal(got)
	}
	f := res.file(t, "s/a/f")
	var st fsys.Stat
	c, err := res.w.Open(context.Background(), f, &st)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p := make([]byte, 2)
	for _, off := range []int64{0, 3} {
		if n, err := c.ReadAt(p, off); n != 2 || err != nil || string(p) != "hello"[off:off+2] {
			t.Errorf("at %d: %q %v", off, p[:n], err)
		}
	}
	if err := res.w.Remove(context.Background(), f); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}

// BenchmarkWalk walks 60,000 files that are in the cache.
func BenchmarkWalk(b *testing.B) {
	dir := b.TempDir()
	for d := range 60 {
		sub := fmt.Sprintf("%s/d%d", dir, d)
		if err := os.Mkdir(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		for i := range 1000 {
			if err := os.WriteFile(fmt.Sprintf("%s/file%d", sub, i), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, incremental := range []bool{false, true} {
		b.Run(fmt.Sprintf("incremental=%v", incremental), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				format := &Format{Caps: wire.Caps{Protocol: 32, IncRecurse: incremental, VarintFlags: true}, Owner: true, Group: true, Links: true}
				order := Order{Protocol: 32}
				list := NewList(incremental, Columns{}, order)
				log := report.NewLog(&report.Router{}, report.Config{Role: report.RoleSender})
				w := NewWalker(WalkConfig{List: list, Format: format, Log: log, Operands: []string{dir + "/"}, StartDir: "/", Recurse: true, Policy: &meta.Policy{}})
				enc := NewEncoder(format)
				var buf []byte
				n := 0
				for {
					seg, err := w.Next(context.Background(), func(f File) (err error) {
						buf, err = enc.Append(buf[:0], f)
						return err
					})
					if err != nil {
						break
					}
					n += seg.Len()
					seg.Sort(order)
					list.Publish(seg)
				}
				w.Close()
				if n != 60061 {
					b.Fatal(n)
				}
			}
		})
	}
}
