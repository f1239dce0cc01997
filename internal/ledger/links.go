package ledger

// Links is the state of hard-link groups, which outlives the lists their members came in
// (docs/protocol/03-transfer.md §10.6, docs/protocol/02-wire-and-file-list.md §13). It belongs to
// the generator. The zero value is ready.
type Links struct {
	groups map[int32]*Group
	byFile map[int32]int32 // index of a leader in flight to its group
}

// GroupState is how far a group has come.
type GroupState uint8

// The states of a group.
const (
	GroupNew      GroupState = iota // no member can be linked to yet
	GroupInFlight                   // the leader's data have been requested
	GroupDone                       // the leader is in place
)

// Member is an entry that waits for its group's leader.
type Member struct {
	NDX   int32
	First int32 // first number of its segment
	// Settled says that it needs nothing by itself: it will be linked, but never leads.
	Settled bool
}

// Group is one hard-link group.
type Group struct {
	State   GroupState
	Leader  int32    // index of the leader, once there is one
	Path    string   // name of the leader below the destination root, once it is done
	Waiting []Member // in order of the list
}

// Get returns the group with a number, making it if need be.
func (l *Links) Get(number int32) *Group {
	g := l.groups[number]
	if g == nil {
		if l.groups == nil {
			l.groups = make(map[int32]*Group)
			l.byFile = make(map[int32]int32)
		}
		g = &Group{Leader: -1}
		l.groups[number] = g
	}
	return g
}

// Known reports whether a group has been met.
func (l *Links) Known(number int32) bool { return l.groups[number] != nil }

// Lead makes ndx the leader of a group, its data being requested.
func (l *Links) Lead(number, ndx int32) {
	g := l.Get(number)
	g.State, g.Leader = GroupInFlight, ndx
	l.byFile[ndx] = number
}

// Led returns the group whose leader in flight ndx is.
func (l *Links) Led(ndx int32) (*Group, bool) {
	number, ok := l.byFile[ndx]
	if !ok {
		return nil, false
	}
	return l.groups[number], true
}

// Finish notes that the leader of a group is in place under path.
func (l *Links) Finish(number, ndx int32, path string) *Group {
	g := l.Get(number)
	delete(l.byFile, g.Leader)
	g.State, g.Leader, g.Path = GroupDone, ndx, path
	return g
}

// Fail notes that the leader in flight will not come; the next member leads.
func (l *Links) Fail(ndx int32) (*Group, bool) {
	g, ok := l.Led(ndx)
	if ok {
		delete(l.byFile, ndx)
		g.State, g.Leader = GroupNew, -1
	}
	return g, ok
}
