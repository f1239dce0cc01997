package filter

import "strings"

// Enter returns the state inside a directory, after reading its per-directory
// files. dir is its rooted path without a slash at the end ("/" for the root).
//
// A missing or unreadable per-directory file is no error; a bad rule in one is,
// and so is a missing file that one merges.
//
// The first directory of a walk is special: from there the parents are scanned
// for rules whose file name has a directory part. What is found holds below that
// directory only; start the walk of later operands from [State.Settled].
func (s *State) Enter(dir string) (*State, error) {
	env := s.list.env
	if env.wants(2) {
		env.Trace(2, "pushing local filters for "+joinPath(dir, ""))
	}
	if len(s.active) == 0 {
		return s, nil
	}
	rd := reader{env: env, shared: s.list.shared, base: s.base}
	rd.active = append(make([]activeMerge, 0, len(s.active)+1), s.active...)
	for slot := 0; slot < len(rd.active); slot++ {
		if rd.active[slot].rule == nil {
			continue
		}
		if err := rd.enterMerge(slot, dir); err != nil {
			return nil, err
		}
	}
	if err := rd.shared.cvsErr; err != nil {
		return nil, err
	}
	c := *s
	c.active = rd.active
	return &c, nil
}

// Settled returns s as it is for every directory after the first one: the names
// of per-directory files have lost their directory part, and no parents are
// scanned any more.
func (s *State) Settled() *State {
	if len(s.active) == 0 {
		return s
	}
	c := *s
	c.active = append([]activeMerge(nil), s.active...)
	for i := range c.active {
		c.active[i].name = baseName(c.active[i].name)
		c.active[i].scanned = true
	}
	return &c
}

// Leave traces that the directory of s is left for that of outer. The state to go
// on with is outer itself.
func (s *State) Leave(outer *State) {
	env := s.list.env
	if !env.wants(2) {
		return
	}
	env.Trace(2, "popping local filters")
	for i := len(s.active) - 1; i >= 0; i-- {
		if s.active[i].rule != nil {
			env.Trace(2, "popping mergelist #"+s.active[i].numbered(i))
		}
	}
	for i := len(s.active) - 1; i >= len(outer.active); i-- {
		if s.active[i].rule != nil {
			env.Trace(2, "deactivating mergelist #"+s.active[i].numbered(i))
		}
	}
}

// enterMerge makes one per-directory rule's list that of dir.
func (rd *reader) enterMerge(slot int, dir string) error {
	a := &rd.active[slot]
	if rd.env.wants(2) {
		rd.env.Trace(2, "pushing mergelist #"+a.numbered(slot))
	}
	if a.rule.flags.has(flagNoInherit) {
		a.rules = nil
	}
	if !a.scanned {
		if err := rd.scanParents(slot, dir); err != nil {
			return err
		}
	}
	return rd.readDirFile(slot, dir)
}

// scanParents reads the files between the directory that the rule names and the
// first directory of the walk, outermost first.
func (rd *reader) scanParents(slot int, first string) error {
	a := &rd.active[slot]
	top := parentOf(cleanRooted(joinRooted(first, trimSlash(a.name))))
	a.name = baseName(trimSlash(a.name))
	a.scanned = true
	traced := rd.env.wants(2)
	if !isBelow(first, top) {
		return nil
	}
	number := a.numbered(slot)
	if traced {
		rd.env.Trace(2, "performing parent_dirscan for mergelist #"+number)
	}
	for dir := top; len(dir) < len(first); {
		if err := rd.readDirFile(slot, dir); err != nil {
			return err
		}
		if rd.active[slot].rule.flags.has(flagNoInherit) {
			rd.active[slot].rules = nil
		}
		next := len(dir) + 1
		if dir == "/" {
			next = 1
		}
		if i := strings.IndexByte(first[next:], '/'); i >= 0 {
			dir = first[:next+i]
		} else {
			dir = first
		}
	}
	if traced {
		rd.env.Trace(2, "completed parent_dirscan for mergelist #"+number)
	}
	return nil
}

// readDirFile puts the rules of dir's file before those that the rule has already.
func (rd *reader) readDirFile(slot int, dir string) error {
	a := &rd.active[slot]
	path := joinPath(dir, a.name)
	if len(path) >= MaxPattern {
		rd.env.warn(`cannot add local filter rules in long-named directory: "`+dir+`"`, exitPartial)
		return nil
	}
	at, shown := place{file: path, lines: !a.rule.flags.has(flagWordSplit)}, path
	asked := a.rule.flags &^ (flagFromFile | flagNegated)
	if a.rule.flags.has(flagFromFile) {
		at = place{file: readEarlier}
		shown = at.show("")
		asked |= flagFromFile
	}
	src := source{
		flags: a.rule.flags & (flagsInherited | flagWordSplit | flagNoPrefix | flagCVS | flagDirOnly),
		at:    at, scan: &dir, direct: true,
	}
	to := target{label: a.label, inherited: a.rules}
	err := rd.readFile(&to, path, shown, askPerDir, asked, &src)
	if err == errMissing {
		return nil
	}
	if err != nil {
		return err
	}
	a = &rd.active[slot] // reading may have moved the array
	switch {
	case len(to.rules) == 0:
		a.rules = to.inherited
	case len(to.inherited) == 0:
		a.rules = to.rules
	default:
		a.rules = append(to.rules[:len(to.rules):len(to.rules)], to.inherited...)
	}
	return nil
}

// joinRooted makes name a rooted path, relative to dir if it is relative.
func joinRooted(dir, name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return joinPath(dir, name)
}

// cleanRooted removes empty, "." and ".." elements from a rooted path by text.
func cleanRooted(path string) string {
	var out []string
	for _, e := range strings.Split(path, "/") {
		switch e {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, e)
		}
	}
	return "/" + strings.Join(out, "/")
}

// parentOf is the directory of a clean rooted path.
func parentOf(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// isBelow reports whether dir is top or lies below it.
func isBelow(dir, top string) bool {
	return top == "/" || dir == top || strings.HasPrefix(dir, top) && dir[len(top)] == '/'
}
