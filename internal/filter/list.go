package filter

// A List is a finished list of rules. It never changes and can be shared.
type List struct {
	env         *Env
	shared      *shared
	rules       []*rule
	active      []activeMerge
	label       string
	hasDirMerge bool
}

// Empty reports whether no name can be decided by the list.
func (l *List) Empty() bool { return len(l.rules) == 0 }

// HasDirMerge reports whether a per-directory rule was ever parsed into the list:
// then a client cannot know what the sender hides.
func (l *List) HasDirMerge() bool { return l.hasDirMerge }

// HasXattrRules reports whether a rule for extended attributes has been parsed by
// now, also in a per-directory file: then the default choice of namespaces is off.
func (l *List) HasXattrRules() bool { return l.shared.xattr.Load() }

// SenderView returns the list as the sending end uses it, for the client's check
// of what it is sent (docs/protocol/04-filters-and-walk.md §12).
func (l *List) SenderView() *List {
	v := *l
	silent := *l.env
	silent.TraceLevel = 0 // nobody asked for these decisions
	v.env = &silent
	v.rules = make([]*rule, len(l.rules))
	for i, r := range l.rules {
		c := *r
		c.flags &^= flagOff
		if c.flags&flagsSided == flagReceiver {
			c.flags |= flagOff
		}
		v.rules[i] = &c
	}
	return &v
}

// A Verdict is what a list says about a name.
type Verdict int8

// The verdicts. An undecided name is treated as an included one.
const (
	Excluded  Verdict = -1 // hidden by the sender, protected by the receiver
	Undecided Verdict = 0
	Included  Verdict = 1 // shown by the sender, deletable at the receiver
)

// A State is a list in one directory: the rules, and what the per-directory files
// on the way there have added. It never changes and can be shared.
type State struct {
	list   *List
	active []activeMerge
	base   string
	vanish bool // perishable rules are ignored
}

// Start returns the state in which no directory has been entered. base is the
// current directory as a rooted path: the one that the names of the transfer are
// relative to.
func (l *List) Start(base string) *State {
	return (&State{list: l, active: l.active}).At(base)
}

// List returns the list that s is a state of.
func (s *State) List() *List { return s.list }

// Empty reports whether no name can be decided by s, or in a directory below: a list with rules for
// per-directory files is not empty.
func (s *State) Empty() bool { return len(s.list.rules) == 0 }

// At returns s with another current directory, a rooted path.
func (s *State) At(base string) *State {
	for base != "" && base[0] == '/' {
		base = base[1:]
	}
	for base != "" && base[len(base)-1] == '/' {
		base = base[:len(base)-1]
	}
	c := *s
	c.base = base
	return &c
}

// Vanishing returns s as it is used in a directory that is being deleted as a
// whole: with perishable rules ignored.
func (s *State) Vanishing() *State {
	c := *s
	c.vanish = true
	return &c
}

// Check gives the verdict on a name. The name is relative to the transfer root;
// one '/' before it is allowed and ignored. Check does not allocate unless the
// decision is traced.
func (s *State) Check(name []byte, kind Kind) Verdict {
	if len(s.list.rules) == 0 {
		return Undecided
	}
	sub, ok := newSubject(name, kind, s.base)
	if !ok {
		return Undecided
	}
	return s.search(s.list.rules, s.list.label, &sub, name)
}

// HidesPath reports whether a path, or a directory on the way to it, is excluded: a
// daemon asks so for what a client names, because a pattern may match an element
// in the middle only.
func (s *State) HidesPath(path []byte, kind Kind) bool {
	for i := 1; i < len(path); i++ {
		if path[i] == '/' && s.Check(path[:i], Directory) == Excluded {
			return true
		}
	}
	return s.Check(path, kind) == Excluded
}

func (s *State) search(rules []*rule, label string, sub *subject, name []byte) Verdict {
	for _, r := range rules {
		if s.vanish && r.flags.has(flagPerishable) {
			continue
		}
		switch {
		case r.flags.has(flagPerDir):
			if r.flags.has(flagOff) || r.slot >= len(s.active) {
				continue
			}
			a := &s.active[r.slot]
			if v := s.search(a.rules, a.label, sub, name); v != Undecided {
				return v
			}
		case r.flags.has(flagCVS):
			if r.flags.has(flagOff) {
				continue
			}
			if v := s.search(s.list.shared.cvs, cvsLabel, sub, name); v != Undecided {
				return v
			}
		case r.matches(sub):
			if s.list.env.wants(1) {
				s.traceVerdict(r, label, name, sub.kind)
			}
			if r.flags.has(flagInclude) {
				return Included
			}
			return Excluded
		}
	}
	return Undecided
}

// verdictWords are the words of a traced decision: for each end, what excluding
// and including amount to.
var verdictWords = [2][2]string{{"hiding ", "showing "}, {"protecting ", "risking "}}

func (s *State) traceVerdict(r *rule, label string, name []byte, kind Kind) {
	end, action := 0, 0
	if s.list.env.Who != "sender" {
		end = 1
	}
	if r.flags.has(flagInclude) {
		action = 1
	}
	pattern := r.pattern
	switch {
	case r.flags.has(flagFromFile):
		pattern = "<rule from " + readEarlier + ">"
	case r.flags.has(flagDirOnly):
		pattern += "/"
	}
	s.list.env.Trace(1, verdictWords[end][action]+kind.String()+" "+string(name)+" because of pattern "+pattern+label)
}
