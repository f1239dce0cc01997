package daemon

import (
	"strings"

	"godwit/internal/filter"
	"godwit/internal/fsys"
)

// expander turns a path that a client names into names in the module
// (docs/protocol/04-filters-and-walk.md §13.6).
type expander struct {
	module   string
	sanitize bool
	keepDot  bool // --relative: "." has a meaning
	root     *fsys.Root
	rules    *filter.State // the module's, at its root
}

// expand cleans a path and expands its wildcards. Without a hit the cleaned path itself is it.
func (x *expander) expand(name string) []string {
	clean := x.clean(name)
	if !strings.ContainsAny(clean, "*?[") {
		return []string{clean}
	}
	rest, lead := clean, ""
	for strings.HasPrefix(rest, "./") || strings.HasPrefix(rest, "/") {
		i := strings.IndexByte(rest, '/') + 1
		lead, rest = lead+rest[:i], rest[i:]
	}
	if hits := x.walk(nil, lead, "", strings.Split(rest, "/")); len(hits) > 0 {
		return hits
	}
	return []string{clean}
}

func (x *expander) clean(name string) string {
	if x.sanitize {
		return string(fsys.AppendSanitized(nil, []byte(name), fsys.Sanitizing{KeepDot: x.keepDot}))
	}
	if name == "" {
		name = "."
	}
	b, err := fsys.AppendClean(nil, []byte(name), fsys.KeepDot|fsys.KeepSlash|fsys.CollapseDotDot)
	if err != nil {
		return "."
	}
	return string(b)
}

// walk adds what the elements match below a directory: lead is written before each name, at is
// the directory's name in the module.
func (x *expander) walk(hits []string, lead, at string, elements []string) []string {
	el, rest := elements[0], elements[1:]
	if el == "" && len(rest) == 0 { // a slash at the end
		return append(hits, lead)
	}
	names := []string{el}
	wild := strings.ContainsAny(el, "*?[")
	if wild {
		names = x.entries(at, filter.CompileWildcard(el))
	}
	for _, n := range names {
		inside := join(at, n)
		if n == "" || n == "." {
			inside = at
		}
		if wild || len(rest) > 0 {
			var st fsys.Stat
			if inside != "" && x.root.StatBeneath([]byte(inside), &st) != nil {
				continue
			}
			isDir := inside == "" || st.IsDir()
			if len(rest) > 0 && !isDir || inside != "" && x.hidden(inside, isDir) {
				continue
			}
		}
		if len(rest) == 0 {
			hits = append(hits, lead+n)
			continue
		}
		hits = x.walk(hits, lead+n+"/", inside, rest)
	}
	return hits
}

// entries returns the names in a directory that match, in its order.
func (x *expander) entries(at string, w *filter.Wildcard) []string {
	if at == "" {
		at = "."
	}
	d, err := x.root.Dir([]byte(at))
	if err != nil {
		return nil
	}
	defer d.Close()
	all, _ := entries(d)
	var names []string
	for _, n := range all {
		if w.MatchString(n) {
			names = append(names, n)
		}
	}
	return names
}

func (x *expander) hidden(name string, isDir bool) bool {
	kind := filter.File
	if isDir {
		kind = filter.Directory
	}
	return x.rules.HidesPath([]byte(name), kind)
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
