package fsys

// CleanFlag modifies Clean.
type CleanFlag uint8

const (
	KeepDot        CleanFlag = 1 << iota // keep "." components ("/./" means something under --relative)
	KeepSlash                            // keep a trailing slash
	DropDot                              // drop a trailing "."
	CollapseDotDot                       // remove "x/.." together
	RefuseDotDot                         // ErrDotDot if a component is ".."
)

// AppendClean appends path to dst in its clean form
// (docs/protocol/04-filters-and-walk.md §19.1): runs of slashes become one, "."
// components go, an empty result becomes ".". dst may be path[:0]: the result
// is not longer, except that empty becomes ".".
func AppendClean(dst, path []byte, how CleanFlag) ([]byte, error) {
	start := len(dst)
	out := dst
	rooted := len(path) > 0 && path[0] == '/'
	if rooted {
		out = append(out, '/')
	}
	floor := len(out) // what ".." may not remove
	for len(path) > 0 {
		comp, rest := nextComponent(path)
		last := len(comp) == len(path) // no slash follows
		path = rest
		switch {
		case len(comp) == 0:
			continue
		case isDot(comp):
			if last && how&DropDot != 0 {
				continue
			}
			if !last && how&KeepDot == 0 {
				continue
			}
		case isDotDot(comp):
			if how&RefuseDotDot != 0 {
				return dst[:start], ErrDotDot
			}
			if how&CollapseDotDot == 0 {
				break
			}
			if rooted && len(out) == floor {
				continue
			}
			if i, ok := popComponent(out, floor); ok {
				out = out[:i]
				continue
			}
		}
		out = append(out, comp...)
		if !last {
			out = append(out, '/')
		}
	}
	if n := len(out); n > floor && out[n-1] == '/' && how&KeepSlash == 0 {
		out = out[:n-1]
	}
	if len(out) == start {
		out = append(out, '.')
	}
	return out, nil
}

// popComponent finds where out ends without its last component, which must
// end in a slash and be an ordinary name; kept "." components before ".." go
// with it.
func popComponent(out []byte, floor int) (int, bool) {
	i := len(out)
	for i > floor {
		end := i - 1 // the slash
		j := end
		for j > floor && out[j-1] != '/' {
			j--
		}
		comp := out[j:end]
		if isDotDot(comp) {
			return 0, false
		}
		if !isDot(comp) {
			return j, true
		}
		i = j
	}
	return 0, false
}

// Sanitizing says how AppendSanitized treats a path.
type Sanitizing struct {
	Root    []byte // put in place of a leading slash; nil or "/" just drops it
	Depth   int    // how many leading ".." are allowed of a path that gets no Root
	KeepDot bool   // keep "." components
}

// AppendSanitized appends path to dst changed so that it cannot lexically
// climb out of where it starts (docs/protocol/04-filters-and-walk.md §19.2,
// docs/protocol/08-security.md §6.1). It is a second line only: the resolvers are
// safe without it. dst must not overlap path.
func AppendSanitized(dst, path []byte, s Sanitizing) []byte {
	out, start, depth := dst, len(dst), s.Depth
	if len(path) > 0 && path[0] == '/' {
		if len(s.Root) > 0 && !(len(s.Root) == 1 && s.Root[0] == '/') {
			depth = 0
			out = append(out, s.Root...)
			if out[len(out)-1] != '/' {
				out = append(out, '/')
			}
		}
	}
	floor := len(out)
	for len(path) > 0 {
		comp, rest := nextComponent(path)
		last := len(comp) == len(path)
		path = rest
		switch {
		case len(comp) == 0:
			continue
		case isDot(comp):
			if !s.KeepDot {
				continue
			}
		case isDotDot(comp):
			if depth > 0 && len(out) == floor {
				depth--
				out = append(out, comp...)
				if !last {
					out = append(out, '/')
				}
				floor = len(out)
				continue
			}
			if i := len(out); i > floor {
				for i--; i > floor && out[i-1] != '/'; i-- {
				}
				out = out[:i]
			}
			continue
		}
		out = append(out, comp...)
		if !last {
			out = append(out, '/')
		}
	}
	if len(out) == start {
		out = append(out, '.')
	}
	return out
}
