package rrsync

import (
	"io"
	"slices"
	"strings"

	"godwit/internal/filter"
	"godwit/internal/fsys"
)

// expand returns the names that a path with wildcards stands for, sorted, or
// the path itself if it has none or matches nothing. As in a shell, a name
// that starts with a dot is only matched by a pattern that does.
func (p *policy) expand(path string) []string {
	if !hasWildcard(path) {
		return []string{path}
	}
	from := path
	if p.absolute {
		from = p.relativeTo(path)
	}
	from = strip(from)
	if fsys.HasDotDot([]byte(from)) {
		return []string{path}
	}
	found := []string{""}
	parts := strings.Split(from, "/")
	for i, part := range parts {
		found = p.expandPart(found, part, i < len(parts)-1)
	}
	if len(found) == 0 {
		return []string{path}
	}
	slices.Sort(found)
	return found
}

// expandPart extends each path in found by the names that match one component.
// dirs says that more components, or a slash, follow.
func (p *policy) expandPart(found []string, part string, dirs bool) []string {
	var next []string
	add := func(dir, name string) {
		if dirs {
			name += "/"
		}
		next = append(next, dir+name)
	}
	if !hasWildcard(part) {
		for _, dir := range found {
			if part == "" || p.exists(dir+part) {
				add(dir, part)
			}
		}
		return next
	}
	pattern := filter.CompileWildcard(strings.ReplaceAll(part, `\`, `\\`))
	for _, dir := range found {
		for _, name := range p.names(dir) {
			if (name[0] == '.') == (part[0] == '.') && pattern.MatchString(name) && (!dirs || p.isDir(dir+name)) {
				add(dir, name)
			}
		}
	}
	return next
}

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?[") }

// exists tells whether a path inside the tree leads somewhere.
func (p *policy) exists(path string) bool {
	at, err := p.tree.resolve(path)
	return err == nil && at.found
}

// isDir tells whether a path inside the tree leads to a directory.
func (p *policy) isDir(path string) bool {
	at, err := p.tree.resolve(path)
	if err != nil {
		return false
	}
	d, err := p.tree.hold(at.path)
	if err != nil {
		return false
	}
	d.Close()
	return true
}

// names lists a directory inside the tree.
func (p *policy) names(path string) []string {
	at, err := p.tree.resolve(path)
	if err != nil {
		return nil
	}
	d, err := p.tree.hold(at.path)
	if err != nil {
		return nil
	}
	defer d.Close()
	var s fsys.Scanner
	if err := d.Scan(&s, 0); err != nil {
		return nil
	}
	defer s.Close()
	var names []string
	ents := make([]fsys.DirEnt, 64)
	for {
		n, err := s.Next(ents)
		for _, e := range ents[:n] {
			names = append(names, string(e.Name))
		}
		if err == io.EOF || err != nil {
			return names
		}
	}
}
