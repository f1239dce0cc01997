//go:build linux

package random

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// A testCase is one command line on small trees.
type testCase struct {
	seed     uint64
	root     bool
	umask    string
	trees    map[string][]entry // src, dst, and alt0, alt1 for --link-dest and its kin
	options  []string
	operands []string
	list     []string // names for --files-from
	ends     ends
}

// ends says who speaks with whom. Under judgement is the pair with godwit; the
// same with stock at both ends says what is right.
type ends struct {
	mode  string // local, push, pull
	stock string // "", client or server: the end that is stock all the same
}

// generate makes the case of a seed, the same every time.
func generate(seed uint64) *testCase {
	r := rand.New(rand.NewPCG(seed, 1996))
	c := &testCase{seed: seed, root: chance(r, 65), umask: pick(r, "022", "022", "077", "000", "027")}
	s := &style{root: c.root, fuller: chance(r, 30), links: chance(r, 35), acls: chance(r, 12), large: chance(r, 20), unreadable: chance(r, 15)}
	src := sound(s.tree(r))
	c.trees = map[string][]entry{"src": src, "dst": sound(s.relative(r, src, 45))}
	if chance(r, 10) {
		c.trees["dst"] = nil
	}
	c.ends = ends{mode: pick(r, "local", "local", "push", "pull")}
	if c.ends.mode != "local" {
		c.ends.stock = pick(r, "", "client", "server")
	}
	c.choose(r, s)
	if s.unreadable && c.letter('c') {
		// The sum of a file that cannot be read is with stock the one of another file.
		c.readable()
	}
	c.operate(r)
	for n := range c.alternates() {
		name := fmt.Sprintf("alt%d", n)
		c.trees[name] = sound(s.relative(r, src, 75))
	}
	return c
}

// readable lets everybody read everything.
func (c *testCase) readable() {
	for _, t := range c.trees {
		for i := range t {
			t[i].mode |= 0o444
		}
	}
}

// alternates counts the trees the options name.
func (c *testCase) alternates() int {
	n := 0
	for _, o := range c.options {
		if strings.HasSuffix(o, "=../alt0") || strings.HasSuffix(o, "=../alt1") {
			n++
		}
	}
	return n
}

// operate chooses the operands.
func (c *testCase) operate(r *rand.Rand) {
	if slices.Contains(c.options, "--files-from=list") {
		for _, e := range c.trees["src"][1:] {
			if chance(r, 50) && !strings.Contains(e.path, "\n") {
				c.list = append(c.list, e.path+pick(r, "", "", "/"))
			}
		}
		c.list = append(c.list, pick(r, "nope", "a", "./b", ".", "d/"))
		c.operands = []string{"src/"}
		return
	}
	var top []string
	for _, e := range c.trees["src"][1:] {
		if !strings.Contains(e.path, "/") && plain(e.path) {
			top = append(top, e.path)
		}
	}
	relative := c.letter('R')
	switch n := r.IntN(100); {
	case n < 75 || len(top) == 0:
		c.operands = []string{"src/"}
	case n < 80:
		c.operands = []string{"src"}
	case n < 83:
		c.operands = []string{"src/."}
	default:
		r.Shuffle(len(top), func(i, j int) { top[i], top[j] = top[j], top[i] })
		for _, p := range top[:1+r.IntN(len(top))] {
			c.operands = append(c.operands, "src/"+p)
		}
		if chance(r, 10) {
			c.operands = append(c.operands, "src/nope")
		}
	}
	if relative {
		var deep []string
		for _, e := range c.trees["src"][1:] {
			if plain(e.path) {
				deep = append(deep, e.path)
			}
		}
		if len(deep) > 0 && chance(r, 70) {
			c.operands = nil
			for range 1 + r.IntN(3) {
				c.operands = append(c.operands, "src/"+pick(r, "./", "")+pick(r, deep...)+pick(r, "", "", "/"))
			}
		}
	}
}

// plain tells whether a name stands for itself as an operand.
func plain(name string) bool { return utf8.ValidString(name) && !strings.ContainsAny(name, "\n*[\\ ") }

// letter says whether an option letter is given in a bundle.
func (c *testCase) letter(l byte) bool {
	for _, o := range c.options {
		if len(o) > 1 && o[0] == '-' && o[1] != '-' && strings.IndexByte(o, l) > 0 && !strings.ContainsAny(o, "=") {
			return true
		}
	}
	return false
}

func (c *testCase) clone() *testCase {
	d := *c
	d.trees = maps.Clone(c.trees)
	d.options, d.operands, d.list = slices.Clone(c.options), slices.Clone(c.operands), slices.Clone(c.list)
	return &d
}

// String gives a shell script of the case.
func (c *testCase) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# seed %d, %s", c.seed, c.ends.mode)
	if c.ends.stock != "" {
		fmt.Fprintf(&b, ", the %s is stock", c.ends.stock)
	}
	b.WriteString("\n")
	for _, name := range slices.Sorted(maps.Keys(c.trees)) {
		b.WriteString(script(name, c.trees[name]))
	}
	if c.list != nil {
		fmt.Fprintf(&b, "printf '%%s\\n' %s >list\n", strings.Join(quoted(c.list), " "))
	}
	fmt.Fprintf(&b, "umask %s; %srsync %s\n", c.umask, map[bool]string{true: "", false: "# as an ordinary user:\n"}[c.root],
		strings.Join(quoted(append(slices.Clone(c.options), append(slices.Clone(c.operands), "dst/")...)), " "))
	return b.String()
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quote(w)
	}
	return out
}

// smaller gives the cases that lack one thing of c.
func (c *testCase) smaller(yield func(*testCase) bool) {
	try := func(change func(*testCase)) bool {
		d := c.clone()
		change(d)
		return yield(d)
	}
	for _, name := range []string{"dst", "alt1", "alt0"} {
		if len(c.trees[name]) > 1 && !try(func(d *testCase) { d.trees[name] = d.trees[name][:1] }) {
			return
		}
	}
	for i, o := range c.options {
		if o == "-og" { // see draw
			continue
		}
		if !try(func(d *testCase) { d.options = slices.Delete(d.options, i, i+1) }) {
			return
		}
		if len(o) > 2 && o[0] == '-' && o[1] != '-' && o[1] != 'M' && !strings.Contains(o, "=") {
			for j := 1; j < len(o); j++ {
				if !try(func(d *testCase) { d.options[i] = o[:j] + o[j+1:] }) {
					return
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.trees)) {
		t := c.trees[name]
		for i := len(t) - 1; i > 0; i-- {
			if !try(func(d *testCase) { d.trees[name] = without(t, i) }) {
				return
			}
		}
	}
	for i := range c.operands {
		if len(c.operands) > 1 && !try(func(d *testCase) { d.operands = slices.Delete(d.operands, i, i+1) }) {
			return
		}
	}
	for i := range c.list {
		if len(c.list) > 1 && !try(func(d *testCase) { d.list = slices.Delete(d.list, i, i+1) }) {
			return
		}
	}
	if c.ends.mode != "local" && !try(func(d *testCase) { d.ends = ends{mode: "local"} }) {
		return
	}
	if c.umask != "022" && !try(func(d *testCase) { d.umask = "022" }) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.trees)) {
		for i, e := range c.trees[name] {
			plain := e
			plain.nsec, plain.sec, plain.xattrs, plain.acl = 0, 1000000000, nil, ""
			plain.uid, plain.gid = c.trees["src"][0].uid, c.trees["src"][0].gid
			if e.kind == 'd' {
				plain.mode = 0o755
			} else if e.kind != 'l' {
				plain.mode = 0o644
			}
			if e.kind == 'h' || fmt.Sprint(plain) == fmt.Sprint(e) {
				continue
			}
			if !try(func(d *testCase) { d.trees[name] = slices.Clone(d.trees[name]); d.trees[name][i] = plain }) {
				return
			}
		}
	}
}

// without drops an entry, what is below it, and what links there.
func without(t []entry, i int) []entry {
	p := t[i].path
	var out []entry
	for _, e := range t {
		if e.path == p || strings.HasPrefix(e.path, p+"/") {
			continue
		}
		if e.kind == 'h' && (e.target == p || strings.HasPrefix(path.Clean(e.target), p+"/")) {
			continue
		}
		out = append(out, e)
	}
	return out
}
