package ids

import "context"

// Lookup finds names of ids and ids of names.
//
// Absence is not an error: an unknown id has the name "", an unknown name
// returns false. An error means that the source of names itself is broken in
// a way that must end the session (only [Converter] ever does that).
type Lookup interface {
	// Name returns the name of id, or "" if it has none.
	Name(ctx context.Context, kind Kind, id uint32) (string, error)
	// ID returns the id that name has here.
	ID(ctx context.Context, kind Kind, name string) (id uint32, ok bool, err error)
}

// Batcher is a [Lookup] that answers many ids in one go more cheaply than
// one by one.
type Batcher interface {
	Lookup
	// Names returns the names of all ids that have one.
	Names(ctx context.Context, kind Kind, ids []uint32) (map[uint32]string, error)
}

// Nobody is the [Lookup] of a place without names, such as a chroot.
type Nobody struct{}

// Name returns "".
func (Nobody) Name(context.Context, Kind, uint32) (string, error) { return "", nil }

// ID returns false.
func (Nobody) ID(context.Context, Kind, string) (uint32, bool, error) { return 0, false, nil }
