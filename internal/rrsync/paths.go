package rrsync

import (
	"errors"
	"strings"
	"syscall"

	"godwit/internal/errno"
	"godwit/internal/fsys"
)

// value judges the value of a long option and returns what the server gets.
func (p *policy) value(name, value string) (string, error) {
	switch longRules[name] {
	case dirPath, filePath:
	default:
		return value, nil
	}
	if name == "files-from" {
		if value == "-" {
			return value, nil
		}
		if p.writeOnly {
			return "", refuse("a write-only server cannot read a remote --files-from path")
		}
	}
	path := strip(value)
	if !p.confined() {
		if path == "." || value == "" {
			return path, nil
		}
		return "/" + path, nil
	}
	if fsys.HasDotDot([]byte(path)) {
		return "", refuse("do not use .. in --%s (anchor the path at the root of your restricted dir)", name)
	}
	if path == "." {
		return path, nil
	}
	if value == "" {
		return "", refuse("unsafe arg:  ['', %s]", quote(p.tree.real))
	}
	at, err := p.tree.resolve(path)
	if err != nil {
		return "", p.explain(err, value, path)
	}
	if !at.found {
		switch {
		case name == "files-from" && p.sender:
			return "", p.explain(syscall.ENOENT, value, path)
		case name == "temp-dir" && !p.sender:
			return "", refuse("receiver option path does not exist: %s", value)
		case (name == "backup-dir" || name == "partial-dir") && !p.sender && !p.dryRun:
			perm := uint32(0o777)
			if name == "partial-dir" {
				perm = 0o700
			}
			if err := p.tree.makeDirs(at.path, perm); err != nil {
				return "", p.explain(err, value, path)
			}
		}
	}
	return strings.TrimSuffix(p.tree.real+"/"+at.path, "/") + tail(path), nil
}

// operand judges a path to transfer and returns what the server gets. word is
// how the client wrote it.
func (p *policy) operand(path, word string) (string, error) {
	if p.absolute {
		path = p.relativeTo(path)
	}
	path = strip(path)
	if !p.confined() {
		if path == "" {
			path = "/"
		}
		return path, nil
	}
	if fsys.HasDotDot([]byte(path)) {
		return "", refuse("do not use .. in arg (anchor the path at the root of your restricted dir)")
	}
	if path == "." {
		return path, nil
	}
	if path == "" {
		return "./", nil
	}
	at, err := p.tree.resolve(path)
	if p.sender && err == syscall.ELOOP {
		err = nil // the link itself is what gets sent
	}
	if err != nil {
		return "", p.explain(err, word, path)
	}
	if p.sender {
		return p.source(path, word)
	}
	if at.path == "" {
		return "." + tail(path), nil
	}
	return at.path + tail(path), nil
}

// source returns the operand of a sender: a path that ends on the very name
// that the client gave, in a directory without links before it.
func (p *policy) source(path, word string) (string, error) {
	dir, leaf := cutLeaf(path)
	if leaf == "" || leaf == "." {
		// The directory itself: its parts count, not its name.
		at, err := p.tree.resolve(path)
		if err == nil && !at.found {
			err = syscall.ENOENT
		}
		if err != nil {
			return "", p.explain(err, word, path)
		}
		if p.relative {
			return path, nil
		}
		return dotted(at.path) + tail(path), nil
	}
	at, err := p.tree.resolve(dir)
	if err == nil {
		err = p.tree.lstat(at, leaf)
	}
	if err != nil {
		return "", p.explain(err, word, path)
	}
	if p.relative {
		return path, nil // the path is part of what is sent
	}
	if at.path == "" {
		return leaf, nil
	}
	return at.path + "/" + leaf, nil
}

// explain words why a path is refused.
func (p *policy) explain(err error, word, path string) error {
	var out *escape
	if errors.As(err, &out) {
		shown := strings.TrimRight(path, "/")
		if given := unescape(word); given[0] == '/' || strings.HasPrefix(given, "./") {
			shown = p.tree.real + "/" + shown
		}
		return refuse("unsafe arg: %s [%s, %s]", word, quote(shown), quote(out.path))
	}
	return refuse("post-realpath open failed (race detected): %s %s", word, errno.Message(err))
}

// relativeTo cuts the directory off an absolute path that lies in it.
func (p *policy) relativeTo(path string) string {
	rest, ok := strings.CutPrefix(path, p.tree.real)
	switch {
	case !ok || !p.confined():
		return path
	case rest == "":
		return "."
	case rest[0] == '/':
		return rest
	}
	return path
}

// strip makes a path relative to the directory.
func strip(path string) string {
	if strings.HasPrefix(path, "./") {
		path = path[1:]
	}
	return strings.TrimLeft(path, "/")
}

// tail is what a path has behind its last name: "/", "/." or nothing.
func tail(path string) string {
	switch {
	case path == "", strings.HasSuffix(path, "/"):
		return "/"
	case strings.HasSuffix(path, "/."):
		return "/."
	}
	return ""
}

// cutLeaf splits a path at its last slash.
func cutLeaf(path string) (dir, leaf string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

func dotted(path string) string {
	if path == "" {
		return "."
	}
	return path
}
