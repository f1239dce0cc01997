package filter

import "strings"

// A reader turns rule texts into rules: it is what parsing the options and
// entering a directory have in common. It belongs to one goroutine.
type reader struct {
	env    *Env
	shared *shared
	active []activeMerge
	base   string // current directory relative to the root; names are opened there
	// sawDirMerge is set by the first per-directory rule, also one cleared later.
	sawDirMerge bool
}

// An activeMerge is one per-directory rule in force, with the rules that its
// files have given for the current directory.
type activeMerge struct {
	rule    *rule   // nil once a clear rule has removed it
	name    string  // of the file; reduced to its last element by the parent scan
	scanned bool    // the parent scan is done, or not called for
	rules   []*rule // local ones, then inherited ones, nearest first
	label   string  // how traces name the list
}

// A target is the list that rules are added to.
type target struct {
	rules     []*rule // rules added so far
	inherited []*rule // rules behind them, which a clear rule removes too
	label     string  // how traces name the list
}

// addText parses one text and adds what it means.
func (rd *reader) addText(to *target, text string, src *source) error {
	r, err := src.parse(text)
	if err != nil {
		return err
	}
	return rd.add(to, r, src)
}

// addWords parses a string of rules separated by white space.
func (rd *reader) addWords(to *target, text string, src *source) error {
	for text = skipSpace(text); text != ""; text = skipSpace(text) {
		r, rest, err := src.parseNext(text, true)
		if err != nil {
			return err
		}
		if err := rd.add(to, r, src); err != nil {
			return err
		}
		text = rest
	}
	return nil
}

// add stores a parsed rule: clears, merges, activates or appends.
func (rd *reader) add(to *target, r *rule, src *source) error {
	if r.flags.has(flagClear) {
		rd.clear(to)
		return nil
	}
	if len(r.pattern) >= MaxPattern {
		rd.env.warn("discarding over-long filter: "+r.text, 0)
		return nil
	}
	if r.flags.has(flagXattr) {
		rd.shared.xattr.Store(true)
	}
	if !r.flags.has(flagMerge) {
		rd.append(to, r, src)
		return nil
	}

	name := trimSlash(r.pattern)
	if r.flags.has(flagExcludeSelf) {
		r.flags &^= flagExcludeSelf
		self := &rule{flags: r.flags & flagFromFile, pattern: baseName(name), text: r.text}
		rd.store(to, self, src)
	}
	if r.flags.has(flagPerDir) {
		rd.append(to, r, src)
		return nil
	}
	r.pattern = name
	return rd.merge(to, r, src)
}

// append completes an ordinary or per-directory rule and puts it into the list.
func (rd *reader) append(to *target, r *rule, src *source) {
	if !r.flags.has(flagMerge|flagsSided) && rd.env.DeleteExcluded {
		r.flags |= flagSender
	}
	rd.store(to, r, src)
}

func (rd *reader) store(to *target, r *rule, src *source) {
	rd.traceAdd(r, to.label)
	other := flagReceiver
	if rd.env.Receiving {
		other = flagSender
	}
	if src.direct && r.flags&flagsSided == other {
		return
	}
	if src.flags.has(flagModule) && r.flags&flagsSided == flagSender {
		return
	}

	switch p := r.pattern; {
	case r.flags.has(flagMerge) || r.flags.has(flagAbsolute):
	case src.flags.has(flagModule) && strings.Contains(trimSlash(p), "/"):
		r.flags |= flagAbsolute
	case src.direct && strings.HasPrefix(p, "/"):
		r.flags |= flagAbsolute
		if *src.scan != "/" {
			r.pattern = *src.scan + p
		}
	}
	if p := trimSlash(r.pattern); p != r.pattern {
		r.pattern = p
		r.flags |= flagDirOnly
	}
	if src.flags.has(flagModule) && r.flags.has(flagDirOnly) && !r.flags.has(flagInclude|flagMerge) {
		r.flags &^= flagDirOnly
		r.pattern += "/***"
	}
	if r.flags.has(flagPerDir) && !rd.activate(r) {
		return
	}
	r.compile()
	to.rules = append(to.rules, r)
	if r.flags.has(flagCVS) && !r.flags.has(flagMerge) {
		rd.buildCVS(r)
	}
}

// activate gives a per-directory rule its place among the active ones. It reports
// false if a file of that name is in use already.
func (rd *reader) activate(r *rule) bool {
	rd.sawDirMerge = true
	base := baseName(r.pattern)
	for _, a := range rd.active {
		if a.rule != nil && baseName(a.name) == base {
			return false
		}
	}
	shown := base
	if r.flags.has(flagFromFile) {
		shown = r.text
	}
	r.slot = len(rd.active)
	rd.active = append(rd.active, activeMerge{
		rule:    r,
		name:    r.pattern,
		scanned: base == r.pattern,
		label:   " [per-dir " + shown + "]",
	})
	if rd.env.wants(2) {
		rd.env.Trace(2, "activating mergelist #"+rd.active[r.slot].numbered(r.slot))
	}
	return true
}

// clear empties the list and takes its per-directory rules out of force.
func (rd *reader) clear(to *target) {
	if rd.env.wants(2) {
		rd.env.Trace(2, "clearing filter list"+to.label)
	}
	for i := len(to.rules) - 1; i >= 0; i-- {
		if r := to.rules[i]; r.flags.has(flagPerDir) {
			rd.deactivate(r.slot)
		}
	}
	to.rules = nil
	to.inherited = nil
}

func (rd *reader) deactivate(slot int) {
	if rd.env.wants(2) {
		rd.env.Trace(2, "deactivating mergelist #"+rd.active[slot].numbered(slot))
	}
	rd.active[slot] = activeMerge{}
	for n := len(rd.active); n > 0 && rd.active[n-1].rule == nil; n-- {
		rd.active = rd.active[:n-1]
	}
}

// trimSlash removes one slash from the end of p, unless p is nothing but that.
func trimSlash(p string) string {
	if len(p) > 1 && p[len(p)-1] == '/' {
		return p[:len(p)-1]
	}
	return p
}

// baseName is what follows the last slash.
func baseName(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }
