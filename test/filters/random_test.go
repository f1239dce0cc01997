//go:build linux

package filters

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
)

// dice makes random scenarios: small trees of few names, and rules that speak of these.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x90d317))} }

func (d dice) pick(list ...string) string { return list[d.IntN(len(list))] }

// once is true once in n times.
func (d dice) once(n int) bool { return d.IntN(n) == 0 }

// names are what trees and patterns are made of: plain ones, such as CVS excludes, and such as mean something
// in a pattern or at the start of a line.
var names = []string{
	"a", "b", "ab", "foo", "foo", "bar", "a.c", "x.o", "x~", "core", "tags", "CVS", ".git", ".h",
	"[a]", "a*", `b\c`, "-d", "#e", "sp ace", "caf\xe9", "Foo", "]", "!", "f?o", "**",
}

func (d dice) name() string { return d.pick(names...) }

// scenario makes a scenario of a seed: always the same one.
func (d dice) scenario() *scenario {
	s := &scenario{dest: "dst/", protocol: 32, mode: d.pick("local", "push", "pull"), client: "godwit", server: "godwit"}
	if s.mode != "local" {
		s.protocol = 27 + d.IntN(6)
		switch d.IntN(3) {
		case 0:
			s.client = "stock"
		case 1:
			s.server = "stock"
		}
	}
	s.wet = d.once(6)
	dirs := d.tree(s)
	d.rules(s, dirs)
	d.others(s)
	d.operands(s, dirs)
	return s
}

// tree fills both trees and gives the directories, relative to their roots.
func (d dice) tree(s *scenario) []string {
	s.nodes = []node{{"src", 'd', ""}, {"dst", 'd', ""}, {"home", 'd', ""}}
	kinds := map[string]byte{}
	add := func(n node) {
		if _, there := kinds[n.path]; there {
			return
		}
		kinds[n.path] = n.kind
		s.nodes = append(s.nodes, n)
	}
	dirs := []string{"."}
	for range 3 + d.IntN(5) {
		dir := path.Join(dirs[d.IntN(len(dirs))], d.name())
		dirs = append(dirs, dir)
		for _, side := range []string{"src", "dst"} {
			if !d.once(5) {
				add(node{path.Join(side, dir), 'd', ""})
			}
		}
	}
	isDir := map[string]bool{}
	for _, dir := range dirs {
		isDir[dir] = true
	}
	for range 8 + d.IntN(10) {
		p := path.Join(dirs[d.IntN(len(dirs))], d.name())
		if isDir[p] {
			continue
		}
		sides := [][]string{{"src"}, {"dst"}, {"src", "dst"}}[d.IntN(3)]
		for _, side := range sides {
			switch d.IntN(12) {
			case 0:
				add(node{path.Join(side, p), 'l', d.pick("a", "b", "foo", "nowhere")})
			default:
				add(node{path.Join(side, p), 'f', ""})
			}
		}
	}
	// Files of rules: some are named by options, some are found on the way.
	for range d.IntN(5) {
		p := path.Join(d.pick("src", "src", "dst"), dirs[d.IntN(len(dirs))], d.pick(".rf", ".rf", ".rf2", ".cvsignore", ".rsync-filter"))
		add(node{p, 'f', d.file(strings.HasSuffix(p, "ignore"))})
	}
	if d.once(6) {
		add(node{"home/.cvsignore", 'f', d.file(true)})
	}
	if d.once(6) {
		s.env = append(s.env, "CVSIGNORE="+d.words(d.IntN(4)))
	}
	return dirs
}

// others adds options that change how rules are used.
func (d dice) others(s *scenario) {
	add := func(option ...string) { s.options = append(s.options, option) }
	add(d.pick("-a", "-a", "-a", "-a", "-r", "-rl", "-d", "-rL", "-rk"))
	switch d.IntN(8) {
	case 0, 1, 2:
		add("--delete")
	case 3:
		add("--delete-excluded")
	case 4:
		add(d.pick("--delete-before", "--delete-during", "--delete-delay", "--delete-after"))
	}
	for _, option := range []string{
		"-m", "--no-i-r", "--delete-excluded", "--existing", "--ignore-existing", "--ignore-errors", "--force", "-b", "--backup-dir=bak",
		"--partial-dir=foo", "--delay-updates", "-x", "--max-delete=2", "--old-dirs", "-K", "-c", "--suffix=r", "-vv", "--no-dirs",
	} {
		if d.once(14) {
			add(option)
		}
	}
}

// operands chooses what is copied.
func (d dice) operands(s *scenario, dirs []string) {
	inner := dirs[d.IntN(len(dirs))]
	switch d.IntN(12) {
	case 0:
		s.sources = []string{"src"}
	case 1:
		s.sources = []string{path.Join("src", inner)}
	case 2:
		s.sources = []string{path.Join("src", inner) + "/"}
	case 3:
		s.sources = []string{"src/./" + inner}
		s.options = append(s.options, []string{"-R"})
	case 4:
		// On a pull both have the marker: the reference loses its way among absolute names and others at protocol 27.
		s.sources = []string{"src/" + inner, "src/./" + dirs[d.IntN(len(dirs))]}
		if s.mode == "pull" {
			s.sources[0] = "src/./" + inner
		}
		s.options = append(s.options, []string{"-R"})
	case 5:
		s.sources = []string{path.Join("src", inner), path.Join("src", dirs[d.IntN(len(dirs))])}
	default:
		s.sources = []string{"src/"}
	}
	// A far shell would read these names itself.
	if s.mode != "local" {
		for _, operand := range s.sources {
			if strings.ContainsAny(operand, "*?[]! \\#") || strings.IndexByte(operand, 0xe9) >= 0 {
				s.sources = []string{"src/"}
			}
		}
	}
	s.dest = d.pick("dst/", "dst/", "dst/", "dst")
}

// rules adds the options that make rules.
func (d dice) rules(s *scenario, dirs []string) {
	add := func(option ...string) { s.options = append(s.options, option) }
	file := func(content string) string {
		name := fmt.Sprintf("rules%d", len(s.nodes))
		s.nodes = append(s.nodes, node{name, 'f', content})
		return name
	}
	for range 1 + d.IntN(5) {
		switch d.IntN(20) {
		case 0, 1:
			add("--exclude=" + d.old())
		case 2, 3:
			add("--include=" + d.old())
		case 4:
			add("--" + d.pick("ex", "in") + "clude-from=" + file(d.file(true)))
		case 5:
			add("-f", d.pick(". ", "merge ", ".,", ".p ", ".s ", ".r ", "./ ", ".- ", ".+ ", ".w ", ".e ", ".C ", ".n ")+file(d.file(false)))
		case 6, 7, 8:
			add("-f", d.perDirectory())
		case 9:
			add(d.pick("-F", "-FF"))
		case 10:
			add("-C")
		case 11:
			// Not -Cr: with it the reference rejects its own list on a pull.
			add("-f", d.pick("-C", ":C", "-pC", "+C", "-sC", ":Cn", ":wn- .rf"))
		case 12:
			if d.once(3) {
				add("-f", d.pick("!", "clear"))
			}
		default:
			add("-f", d.rule())
		}
	}
	if d.once(25) {
		add("-0")
	}
}

// perDirectory is a rule that names files looked for in every directory.
func (d dice) perDirectory() string {
	b := d.pick(":", ":", "dir-merge", "dir-merge,")
	for range d.IntN(3) {
		if strings.HasSuffix(b, "merge") {
			b += ","
		}
		b += d.pick("n", "e", "w", "s", "r", "p", "/", "-", "+", "x")
	}
	return b + d.pick(" ", " ", "_") + d.pick("", "", "", "/", "../", "a/") + d.pick(".rf", ".rf", ".rf", ".rf2", ".cvsignore", "foo")
}

// old is a rule as --exclude takes it.
func (d dice) old() string {
	return d.pick("", "", "", "", "", "+ ", "- ", "-", "! ") + d.pattern()
}

// rule is a rule with a pattern, as -f takes it.
func (d dice) rule() string {
	b := d.pick("-", "-", "-", "+", "+", "H", "S", "P", "R", "exclude", "include", "hide", "show", "protect", "risk")
	for i := range d.IntN(3) {
		if i == 0 && (len(b) > 1 || d.once(6)) {
			b += ","
		}
		m := d.pick("!", "!", "/", "p", "s", "r", "x")
		if strings.ContainsAny(b, "HSPR") || len(b) > 3 && b[2] != 'c' {
			m = d.pick("!", "/", "p")
		}
		b += m
	}
	return b + d.pick(" ", " ", " ", "_") + d.pattern()
}

// file is the content of a file of rules; an old one holds patterns of the old form, or such as CVS knows.
func (d dice) file(old bool) string {
	var b strings.Builder
	end := d.pick("\n", "\n", "\n", "\r\n", "\r", "\x00")
	for range d.IntN(4) {
		switch {
		case d.once(9):
			b.WriteString(d.pick("!", "# x", "; x", " # x", "", " "))
		case old:
			b.WriteString(d.old())
		case d.once(6):
			b.WriteString(d.perDirectory())
		default:
			b.WriteString(d.rule())
		}
		b.WriteString(end)
	}
	if d.once(4) {
		b.WriteString(d.pattern())
	}
	return b.String()
}

func (d dice) words(n int) string {
	var w []string
	for range n {
		w = append(w, d.pattern())
	}
	return strings.Join(w, d.pick(" ", "\t", "  "))
}

// pattern is a pattern of one to four elements.
func (d dice) pattern() string {
	var b strings.Builder
	if d.once(4) {
		b.WriteByte('/')
	}
	for i := range []int{1, 1, 1, 2, 2, 3, 4}[d.IntN(7)] {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(d.element())
	}
	b.WriteString(d.pick("", "", "", "", "/", "/", "/*", "/**", "/***", "***", "//"))
	return b.String()
}

// element is what stands between two slashes.
func (d dice) element() string {
	switch d.IntN(6) {
	case 0, 1:
		return d.name()
	case 2:
		return d.pick("*", "*", "**", "?", "***", "a*", "*o", "*.?", "**o", "f**", "[", "[]", "[!", "\\", "*\\", "[a-", "[[:alpha:]", "[^a]*", ".", "..")
	}
	name := d.name()
	var b strings.Builder
	for i := range len(name) {
		c := name[i : i+1]
		switch d.IntN(8) {
		case 0:
			b.WriteByte('?')
		case 1:
			b.WriteString(d.pick("*", "*", "**", "*"+c, c+"*", "**"+c))
		case 2:
			b.WriteString(d.set(c))
		case 3:
			b.WriteString("\\" + c)
		default:
			b.WriteString(c)
		}
	}
	return b.String()
}

// set is a bracket expression that often matches c.
func (d dice) set(c string) string {
	return d.pick("["+c+"]", "["+c+"]", "[!"+c+"]", "[^"+c+"x]", "[x"+c+"]", "[!-~]", "[a-c]", "[c-a]", "[[:alpha:]]", "[[:upper:]"+c+"]", "[^[:space:]]",
		"[]"+c+"]", "[^]"+c+"]", `[\]`+c+"]", `[\`+c+"]", "["+c+"/]", "[--0"+c+"]", "[a-\\c]", "[[:bogus:]"+c+"]", "[[:alpha:"+c+"]", "["+c, "[[.a.]"+c+"]",
		"[\x80-\xff]", "["+c+"-]", "[-"+c+"]", "[\\a-\\f]", "[[]", "[[:punct:]]", "[[:]"+c+"]", "["+c+"!^]", "[a-c-e"+c+"]", "[!!]", "[^^]", "[]-a]")
}
