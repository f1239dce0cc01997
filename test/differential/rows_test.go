//go:build linux

package differential

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A row is one thing a user may type, on one tree.
//
// A .rows file reads like this:
//
//	tree NAME            the tree script: the indented lines after it, run by
//		mkdir src dst    sh -e in an empty directory
//
//	rows NAME            what follows runs on that tree
//	NAME: -av            rsync -av $S/ $D/
//	NAME: rsync ...      any shell text; rsync is the program
//		more lines       of the same script
//		differs: REASON  godwit is known to do otherwise, and why
//	NAME-@(a b) [free]: -v --@    a row for each word, put in place of @
//
// $S and $D name the source and the destination: src and dst, or h:…/src or
// h:…/dst where the row's mode is pull or push. In brackets stand flags:
//
//	local, push, pull   the only modes of this row
//	free                the order of output lines is a matter of timing
//	quiet               standard output is not compared (it shows timing)
//	mute                standard error is not compared (two processes race to complain)
//	user                an ordinary user runs tree and script, if root runs the tests
//	both                two rows: NAME, and NAME-user with the flag user
type row struct {
	name, tree, script string
	flags              []string
	differs            string
}

func (r *row) has(flag string) bool { return slices.Contains(r.flags, flag) }

// modes lists the modes that make sense for a row.
func (r *row) modes() []string {
	all := []string{"local", "push", "pull"}
	var pinned []string
	for _, m := range all {
		if r.has(m) {
			pinned = append(pinned, m)
		}
	}
	switch {
	case pinned != nil:
		return pinned
	case strings.Contains(r.script, "$S") || strings.Contains(r.script, "$D"):
		return all
	}
	return all[:1]
}

// quick gives the mode in which a row runs when not all do: always the same for a
// row, and all modes about equally often.
func (r *row) quick() string {
	h := fnv.New32a()
	h.Write([]byte(r.name))
	m := r.modes()
	return m[int(h.Sum32()>>8)%len(m)]
}

// table is all rows with the tree scripts they run on.
type table struct {
	trees map[string]string
	rows  []*row
}

func load(pattern string) (*table, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	t := &table{trees: map[string]string{}}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if err := t.parse(filepath.Base(f), string(text)); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{}
	for _, r := range t.rows {
		if seen[r.name] {
			return nil, fmt.Errorf("two rows are named %s", r.name)
		}
		if seen[r.name] = true; t.trees[r.tree] == "" {
			return nil, fmt.Errorf("%s: there is no tree %q", r.name, r.tree)
		}
	}
	return t, nil
}

func (t *table) parse(file, text string) error {
	var current []*row // rows that an indented line belongs to
	tree, inTree := "", ""
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		rest, indented := strings.CutPrefix(line, "\t")
		switch {
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case indented && inTree != "":
			t.trees[inTree] += rest + "\n"
		case indented && len(current) > 0:
			for _, r := range current {
				if reason, ok := strings.CutPrefix(rest, "differs: "); ok {
					r.differs = reason
				} else {
					r.script += rest + "\n"
				}
			}
		case strings.HasPrefix(line, "tree "):
			inTree = strings.TrimSpace(line[5:])
			if t.trees[inTree] != "" {
				return fmt.Errorf("%s:%d: two trees are named %s", file, n, inTree)
			}
			current = nil
		case strings.HasPrefix(line, "rows "):
			tree, inTree = strings.TrimSpace(line[5:]), ""
		default:
			head, script, ok := strings.Cut(line, ": ")
			if !ok || tree == "" {
				return fmt.Errorf("%s:%d: no row: %s", file, n, line)
			}
			inTree = ""
			current = expand(head, script, tree)
			for _, r := range current {
				if r.has("both") {
					user := *r
					user.name += "-user"
					user.flags = append(slices.Clone(r.flags), "user")
					current = append(current, &user)
				}
			}
			t.rows = append(t.rows, current...)
		}
	}
	return nil
}

// expand makes the rows of one line.
func expand(head, script, tree string) []*row {
	var flags []string
	if name, rest, ok := strings.Cut(head, " ["); ok {
		head, flags = name, strings.Fields(strings.TrimSuffix(rest, "]"))
	}
	single := func(name, script string) *row {
		if strings.HasPrefix(script, "-") {
			script = "rsync " + script + " $S/ $D/"
		}
		return &row{name: name, tree: tree, script: script + "\n", flags: flags}
	}
	name, words, ok := strings.Cut(head, "@(")
	if !ok {
		return []*row{single(head, script)}
	}
	var rows []*row
	for _, w := range strings.Fields(strings.TrimSuffix(words, ")")) {
		rows = append(rows, single(name+w, strings.ReplaceAll(script, "@", w)))
	}
	return rows
}
