package filter

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"testing"
)

// The cases of testdata/filter-cases.tsv, whose header explains the columns, run
// over a tree in memory: walk_test.go is the sending end, deletion_test.go the
// receiving one. Orders are not compared, they belong to the file list.

// work is the directory W of the cases.
const work = "/W"

type filterCase struct {
	id             string
	tree           memTree
	cvsWords       string
	args           []string
	items, deleted []string
	other          []string
	code           string
	message        string
	checked        bool // items and deletions are given
}

func TestFilterCorpus(t *testing.T) {
	total, failed := 0, 0
	for _, c := range readCases(t) {
		total++
		if diff := c.run(); diff != "" {
			failed++
			if failed <= 25 {
				t.Errorf("case %s: %s\n%s", c.id, strings.Join(c.args, " "), diff)
			}
		}
	}
	t.Logf("%d cases, %d failed", total, failed)
	if total < 1400 {
		t.Errorf("only %d cases", total)
	}
}

func (c *filterCase) run() string {
	out := runCase(c)
	code := "0"
	if out.err != nil {
		code = fmt.Sprint(out.err.Code)
	} else if out.partial {
		code = "23"
	}
	if code != c.code {
		return fmt.Sprintf("exit %s, want %s (%v; %s)", code, c.code, out.err, c.message)
	}
	if out.err != nil {
		for _, m := range out.messages() {
			if m == c.message {
				return ""
			}
		}
		return fmt.Sprintf("message %q, want %q", out.messages(), c.message)
	}
	if !c.checked {
		return ""
	}
	return diffSets("items", out.items, c.items) + diffSets("deleted", out.deleted, c.deleted) +
		diffSets("other", out.other, c.other)
}

func diffSets(what string, got, want []string) string {
	count := map[string]int{}
	for _, s := range got {
		count[s]++
	}
	for _, s := range want {
		count[s]--
	}
	var text []string
	for s, n := range count {
		if n != 0 {
			text = append(text, fmt.Sprintf("  %s %+d %q\n", what, n, s))
		}
	}
	sort.Strings(text)
	return strings.Join(text, "")
}

// outcome is what a run of a case gave.
type outcome struct {
	items, deleted, other []string
	partial               bool
	err                   *Error // the one that ended the run
	second                *Error // what the other end would have said
}

func (o *outcome) messages() []string {
	var all []string
	for _, e := range []*Error{o.err, o.second} {
		if e == nil {
			continue
		}
		text := strings.ReplaceAll(e.Text, work+"/", "W/")
		if e.Err != nil {
			text = "rsync: [client] " + text + ": No such file or directory (2)"
		}
		all = append(all, text)
	}
	return all
}

// caseOptions are the options of a case other than rules.
type caseOptions struct {
	recurse, relative, dirs, prune, backup, cvs     bool
	incremental, del, before, delay, deleteExcluded bool
	filesFrom                                       string
	noRelative, noDirs, from0                       bool
	operands                                        []string
}

func runCase(c *filterCase) (out outcome) {
	env := Env{Who: "client", Files: c.tree, Protocol: 32, CVSFile: work + "/home/.cvsignore", CVSWords: c.cvsWords}
	b := NewBuilder(env)
	opt, err := parseCase(c.args, b)
	if err == nil && opt.backup && opt.del && !opt.deleteExcluded {
		err = b.ProtectBackups("~")
	}
	if err != nil {
		out.err = err.(*Error)
		return out
	}
	finish := func(who string, end End) *State {
		env := env
		env.Who, env.Receiving = who, end == LocalReceiver
		env.DeleteExcluded, env.From0 = opt.deleteExcluded, opt.from0
		l, _, e := b.Clone(env).Finish(end, opt.cvs)
		if e != nil {
			err = e
			return nil
		}
		return l.Start(work)
	}
	sending, receiving := finish("sender", LocalSender), finish("generator", LocalReceiver)
	if err != nil {
		out.err = err.(*Error)
		return out
	}
	s := newWalk(c.tree, opt, sending)
	if err := s.run(); err != nil {
		out.err = err.(*Error)
	}
	if opt.del || opt.prune {
		d := deletion{tree: c.tree, opt: opt, walk: s, base: receiving}
		if err := d.run(); err != nil {
			if out.err == nil {
				out.err = err.(*Error)
			} else {
				out.second = err.(*Error)
			}
		}
		out.deleted = d.deleted
		s.other = append(s.other, d.other...)
	}
	for _, e := range s.entries {
		name := e.name
		if e.dir {
			name += "/"
		}
		out.items = append(out.items, name)
	}
	out.other, out.partial = s.other, s.partial
	return out
}

func parseCase(args []string, b *Builder) (opt caseOptions, err error) {
	noIncremental := false
	after := false
	for i := 0; i < len(args) && err == nil; i++ {
		a := args[i]
		name, value, _ := strings.Cut(a, "=")
		switch name {
		case "-f":
			i++
			err = b.Filter(args[i])
		case "--exclude":
			err = b.Exclude(value)
		case "--include":
			err = b.Include(value)
		case "--exclude-from":
			err = b.ExcludeFrom(value)
		case "--include-from":
			err = b.IncludeFrom(value)
		case "--files-from":
			opt.filesFrom = value
		case "--no-i-r":
			noIncremental = true
		case "--no-R":
			opt.noRelative = true
		case "--no-d":
			opt.noDirs = true
		case "--delete", "--delete-during":
			opt.del = true
		case "--delete-before":
			opt.del, opt.before = true, true
		case "--delete-after":
			opt.del, after = true, true
		case "--delete-delay":
			opt.del, opt.delay = true, true
		case "--delete-excluded":
			opt.del, opt.deleteExcluded = true, true
			b.SetDeleteExcluded(true)
		default:
			if !strings.HasPrefix(a, "-") {
				opt.operands = append(opt.operands, a)
				continue
			}
			for _, c := range a[1:] {
				switch c {
				case 'r':
					opt.recurse = true
				case 'R':
					opt.relative = true
				case 'd':
					opt.dirs = true
				case 'm':
					opt.prune = true
				case 'b':
					opt.backup = true
				case 'C':
					opt.cvs = true
				case '0':
					opt.from0 = true
					b.SetFrom0(true)
				case 'F':
					if err == nil {
						err = b.PerDirectory()
					}
				default:
					panic("option " + a)
				}
			}
		}
	}
	if opt.filesFrom != "" {
		opt.relative = !opt.noRelative
		opt.dirs = !opt.noDirs
	}
	if n := len(opt.operands); n > 0 {
		opt.operands = opt.operands[:n-1]
	}
	opt.before = opt.before || after
	opt.incremental = opt.recurse && !noIncremental && !opt.prune && !opt.before
	return opt, err
}

func readCases(t *testing.T) []*filterCase {
	t.Helper()
	f, err := os.Open("testdata/filter-cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []*filterCase
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		col := strings.Split(in.Text(), "\t")
		c := &filterCase{id: col[0], tree: readTree(col[1]), code: col[6], message: unescape(col[7]), checked: col[3] != "not checked"}
		for _, w := range strings.Fields(col[2]) {
			w = unescape(w)
			if len(c.args) == 0 && strings.HasPrefix(w, "CVSIGNORE=") {
				c.cvsWords = w[len("CVSIGNORE="):]
				continue
			}
			c.args = append(c.args, w)
		}
		c.items, c.deleted = names(col[3]), names(col[4])
		if col[5] != "-" {
			for _, s := range strings.Split(col[5], "; ") {
				c.other = append(c.other, unescape(s))
			}
		}
		cases = append(cases, c)
	}
	if in.Err() != nil {
		t.Fatal(in.Err())
	}
	return cases
}

func names(column string) []string {
	if column == "-" {
		return nil
	}
	list := strings.Fields(column)
	for i := range list {
		list[i] = unescape(list[i])
	}
	return list
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		var c byte
		if s[i] == '%' && i+2 < len(s) {
			if n, _ := fmt.Sscanf(s[i+1:i+3], "%02x", &c); n == 1 {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// A memTree is a file tree by clean path below W. Directories have nil content.
type memTree map[string]*string

func readTree(column string) memTree {
	t := memTree{"": nil}
	for _, item := range strings.Fields(column) {
		name, content, _ := strings.Cut(item, "=")
		content = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\0`, "\x00").Replace(content)
		content = unescape(content)
		name = unescape(name)
		for dir := path.Dir(strings.TrimSuffix(name, "/")); dir != "."; dir = path.Dir(dir) {
			t[dir] = nil
		}
		if strings.HasSuffix(name, "/") {
			t[strings.TrimSuffix(name, "/")] = nil
		} else {
			t[name] = &content
		}
	}
	return t
}

// find resolves a path that is relative to W, or below it.
func (t memTree) find(p string) (clean string, dir, exists bool) {
	if strings.HasPrefix(p, "/") {
		p = path.Clean(p)
		if p != work && !strings.HasPrefix(p, work+"/") {
			return "", false, false
		}
		p = strings.TrimPrefix(strings.TrimPrefix(p, work), "/")
	}
	p = strings.TrimPrefix(path.Clean("/"+p), "/")
	content, exists := t[p]
	return p, exists && content == nil, exists
}

func (t memTree) OpenRules(p string) (io.ReadCloser, error) {
	clean, dir, exists := t.find(p)
	if !exists {
		return nil, fs.ErrNotExist
	}
	if dir {
		return nil, errors.New("is a directory")
	}
	return io.NopCloser(strings.NewReader(*t[clean])), nil
}

func (t memTree) children(dir string) []string {
	var list []string
	for p := range t {
		if p != "" && (path.Dir(p) == dir || dir == "" && path.Dir(p) == ".") {
			list = append(list, path.Base(p))
		}
	}
	sort.Strings(list)
	return list
}
