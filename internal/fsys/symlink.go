package fsys

import "bytes"

// MungePrefix is put in front of the targets of links that a daemon stores,
// so that nothing can follow them (docs/protocol/08-security.md §6.4).
const MungePrefix = "/rsyncd-munged/"

// AppendMunged appends the munged form of a link target to dst.
func AppendMunged(dst, target []byte) []byte {
	return append(append(dst, MungePrefix...), target...)
}

// Unmunge gives the target without the prefix, if something follows it, and
// else the target as it is.
func Unmunge(target []byte) []byte {
	if len(target) > len(MungePrefix) && string(target[:len(MungePrefix)]) == MungePrefix {
		return target[len(MungePrefix):]
	}
	return target
}

// UnsafeSymlink reports whether a link at the transfer-relative path link
// leads, lexically, out of the transfer, or needs a closer look than bytes
// allow (docs/protocol/04-filters-and-walk.md §16.2).
func UnsafeSymlink(target, link []byte) bool {
	if len(target) == 0 || target[0] == '/' {
		return true
	}
	rest := target
	for len(rest) >= 3 && rest[0] == '.' && rest[1] == '.' && rest[2] == '/' {
		rest = bytes.TrimLeft(rest[2:], "/")
	}
	if bytes.Contains(rest, []byte("/../")) {
		return true
	}
	if len(target) > 3 && bytes.HasSuffix(target, []byte("/..")) {
		return true
	}
	depth := linkDepth(link)
	for p := target; len(p) > 0; {
		i := bytes.IndexByte(p, '/')
		comp := p
		if i >= 0 {
			comp = p[:i]
			p = bytes.TrimLeft(p[i:], "/")
		} else {
			p = nil
		}
		switch {
		case isDotDot(comp):
			depth--
			if depth < 0 {
				return true
			}
		case i >= 0 && !isDot(comp):
			depth++
		}
	}
	return depth < 0
}

// linkDepth counts the directories that a link's path puts it below. A ".."
// starts the count again, for what is above it is unknown.
func linkDepth(link []byte) int {
	depth := 0
	if len(link) > 0 && link[0] == '/' {
		depth = 1
	}
	for {
		comp, rest := nextComponent(link)
		last := len(comp) == len(link)
		if isDotDot(comp) {
			depth = 0
		} else if !last && len(comp) > 0 && !isDot(comp) {
			depth++
		}
		if last {
			return depth
		}
		link = rest
	}
}
