package fsys

import (
	"bytes"
	"errors"
)

// Everything in this file and its neighbours clean.go and symlink.go is
// lexical: it looks at bytes, never at a file system.

// PathMax is how long a path may be, with its final NUL
// (docs/protocol/04-filters-and-walk.md §19.3).
const PathMax = 4096

// ErrDotDot says that a path has a ".." component where none is allowed.
var ErrDotDot = errors.New(`".." in path`)

// Split cuts path at its last slash: "a/b/c" gives "a/b" and "c", "c" gives ""
// and "c", "/c" gives "/" and "c". Both are parts of path, not copies.
func Split(path []byte) (dir, leaf []byte) {
	i := bytes.LastIndexByte(path, '/')
	switch {
	case i < 0:
		return nil, path
	case i == 0:
		return path[:1], path[1:]
	}
	return path[:i], path[i+1:]
}

// AppendJoin appends dir, a slash where one is needed, and name to dst. An
// empty dir or name adds no slash.
func AppendJoin(dst, dir, name []byte) []byte {
	dst = append(dst, dir...)
	if len(dir) > 0 && len(name) > 0 && dir[len(dir)-1] != '/' {
		dst = append(dst, '/')
	}
	return append(dst, name...)
}

// HasDotDot reports whether a component of path is "..".
func HasDotDot(path []byte) bool {
	for len(path) > 0 {
		comp, rest := nextComponent(path)
		if isDotDot(comp) {
			return true
		}
		path = rest
	}
	return false
}

// Components counts the components of path other than "" and ".".
func Components(path []byte) int {
	n := 0
	for len(path) > 0 {
		comp, rest := nextComponent(path)
		if len(comp) > 0 && !isDot(comp) {
			n++
		}
		path = rest
	}
	return n
}

// nextComponent cuts path after its first component; the slash belongs to
// neither part.
func nextComponent(path []byte) (comp, rest []byte) {
	if i := bytes.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return path, nil
}

func isDot(c []byte) bool    { return len(c) == 1 && c[0] == '.' }
func isDotDot(c []byte) bool { return len(c) == 2 && c[0] == '.' && c[1] == '.' }
