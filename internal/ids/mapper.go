package ids

import "context"

// MapperConfig is what decides how one kind of id is mapped.
type MapperConfig struct {
	Kind  Kind
	Names Lookup // names known here; never nil
	Rules Rules  // --usermap or --groupmap

	// Preserve is --owner or --group.
	Preserve bool
	// Numeric is --numeric-ids, or a daemon's configuration to that effect:
	// names that arrive are not used.
	Numeric bool
	// Mapped says that a map option was given, even if none of its pairs
	// survived.
	Mapped bool
	// RootNamed says that the peers exchange the name of id 0 (a negotiated
	// capability). Without it a map option sees id 0 as "root".
	RootNamed bool
	// Super says that owners can be changed freely here: by root, with
	// --super, or with --fake-super.
	Super bool
	// Identity limits the groups that may be set without Super.
	Identity Identity
}

// Mapper turns the sender's ids of one kind into local ones, once per id and
// session. It is not safe for concurrent use.
type Mapper struct {
	cfg    MapperConfig
	active bool
	known  map[uint32]Local
}

// Local is what a sender's id became.
type Local struct {
	ID uint32
	// Skip says that the process may not set this group: the file keeps the
	// group it has, and does not count as different.
	Skip bool
}

// NewMapper returns a mapper that has seen no id yet.
func NewMapper(cfg MapperConfig) *Mapper {
	m := &Mapper{cfg: cfg, known: map[uint32]Local{}}
	useful := !cfg.Numeric || cfg.Mapped
	if cfg.Kind == User {
		m.active = cfg.Preserve && cfg.Super && useful
	} else {
		m.active = cfg.Preserve && (!cfg.Super || useful)
	}
	return m
}

// Active reports whether [Mapper.Map] can return anything but its argument,
// so that a caller may leave entries alone altogether.
func (m *Mapper) Active() bool { return m.active }

// Map returns the local id of a sender's id. The name, "" for none, matters
// the first time an id is seen: with incremental recursion a name comes with
// the first entry that has the id, without it the id lists come before any
// mapping ([Mapper.Learn]).
func (m *Mapper) Map(ctx context.Context, id uint32, name string) (Local, error) {
	if !m.active {
		return Local{ID: id}, nil
	}
	return m.Learn(ctx, id, name)
}

// Learn settles an id with its name as an id list brings it, and returns the
// result. ACL entries are mapped with it too, since they are mapped whether or
// not owners are preserved. A name for an id already settled is ignored.
func (m *Mapper) Learn(ctx context.Context, id uint32, name string) (Local, error) {
	if l, ok := m.known[id]; ok {
		return l, nil
	}
	l := Local{ID: id}
	var err error
	if l.ID, err = m.translate(ctx, id, name); err != nil {
		return l, err
	}
	l.Skip = m.cfg.Kind == Group && !m.cfg.Super && !m.cfg.Identity.Member(l.ID)
	m.known[id] = l
	return l, nil
}

func (m *Mapper) translate(ctx context.Context, id uint32, name string) (uint32, error) {
	if m.cfg.Numeric {
		name = ""
	} else if id == 0 && name == "" && m.cfg.Mapped && !m.cfg.RootNamed {
		name = "root"
	}
	if to, ok := m.cfg.Rules.Match(id, name); ok {
		return to, nil
	}
	// Id 0 is root everywhere, whatever it is called.
	if name == "" || id == 0 {
		return id, nil
	}
	to, ok, err := m.cfg.Names.ID(ctx, m.cfg.Kind, name)
	if err != nil || !ok {
		return id, err
	}
	return to, nil
}
