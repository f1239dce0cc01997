package meta

import (
	"context"

	"godwit/internal/exit"
	"godwit/internal/ids"
	"godwit/internal/wire"
)

// Bits of a literal ACL's flags and of a name's access
// (docs/protocol/02-wire-and-file-list.md §17).
const (
	aclHasUserObj  = 1 << 0
	aclHasGroupObj = 1 << 1
	aclHasMask     = 1 << 2
	aclHasOther    = 1 << 3
	aclHasNames    = 1 << 4

	aclNameFollows = 1 << 0
	aclNameIsUser  = 1 << 1

	maxACLNames = 65536
)

// ACLNamer is told the named ids of an ACL that is sent for the first time.
type ACLNamer interface {
	// ACLName returns the name to send along with the id, or "". With
	// incremental recursion that is the id's name at its first occurrence;
	// without it the id goes into the id lists and nothing is sent here.
	ACLName(kind ids.Kind, id uint32) string
}

// ACLSender writes ACLs, each distinct one once per connection and kind. The
// zero value is ready. It is not safe for concurrent use.
type ACLSender struct {
	seen [2]map[string]int32
	key  []byte
}

// Append appends one ACL as it follows an entry: stripped if it is an access
// ACL. Names are asked for only if the list has not been sent before.
func (s *ACLSender) Append(b []byte, kind ACLKind, a *ACL, namer ACLNamer) []byte {
	// A fake-super record holds every field exactly: two lists with the same
	// record are the same list.
	s.key = a.appendFake(s.key[:0])
	if n, ok := s.seen[kind][string(s.key)]; ok {
		return wire.AppendVarint(b, n+1)
	}
	if s.seen[kind] == nil {
		s.seen[kind] = map[string]int32{}
	}
	s.seen[kind][string(s.key)] = int32(len(s.seen[kind]))
	return a.appendLiteral(append(b, 0), namer)
}

func (a *ACL) appendLiteral(b []byte, namer ACLNamer) []byte {
	at := len(b)
	b = append(b, 0)
	for i, v := range [...]uint8{a.UserObj, a.GroupObj, a.Mask, a.Other} {
		if v != NoAccess {
			b[at] |= 1 << i
			b = append(b, v)
		}
	}
	if len(a.Names) == 0 {
		return b
	}
	b[at] |= aclHasNames
	b = wire.AppendVarint(b, int32(len(a.Names)))
	for _, n := range a.Names {
		kind, flags := ids.Group, n.Access<<2
		if !n.Group {
			kind, flags = ids.User, flags|aclNameIsUser
		}
		name := namer.ACLName(kind, n.ID)
		b = wire.AppendVarint(b, int32(n.ID))
		if name == "" {
			b = wire.AppendVarint(b, int32(flags))
			continue
		}
		b = wire.AppendVarint(b, int32(flags|aclNameFollows))
		b = ids.AppendName(b, name)
	}
	return b
}

// ACLReceiver reads ACLs and holds every distinct one for the connection.
// Reading is for one goroutine; the lists may be read by others once the
// entries that name them have been handed over.
type ACLReceiver struct {
	// Fake accepts what only a fake-super receiver can store.
	Fake bool
	// Users and Groups map named ids as they are read. They are nil where
	// ids can only be mapped after the id lists; see [ACLReceiver.MapIDs].
	Users, Groups *ids.Mapper

	lists [2][]ACL
}

// Read reads one ACL of an entry with the given mode and returns its number
// for [ACLReceiver.Get].
func (c *ACLReceiver) Read(ctx context.Context, r *wire.Reader, kind ACLKind, mode uint32) (uint32, error) {
	n, err := r.Varint()
	if err != nil {
		return 0, err
	}
	if n < 0 || int(n) > len(c.lists[kind]) {
		return 0, exit.Errorf(exit.StreamIO, "recv_acl_index: %s ACL index %d > %d", kind, n, len(c.lists[kind]))
	}
	if n > 0 {
		return uint32(n - 1), nil
	}
	a := NoACL()
	if err := c.readLiteral(ctx, r, &a); err != nil {
		return 0, err
	}
	a.supplyMask(kind, mode)
	c.lists[kind] = append(c.lists[kind], a)
	return uint32(len(c.lists[kind]) - 1), nil
}

func (c *ACLReceiver) readLiteral(ctx context.Context, r *wire.Reader, a *ACL) error {
	flags, err := r.Byte()
	if err != nil {
		return err
	}
	for i, dst := range [...]*uint8{&a.UserObj, &a.GroupObj, &a.Mask, &a.Other} {
		if flags&(1<<i) == 0 {
			continue
		}
		v, err := r.Varint()
		if err != nil {
			return err
		}
		if v&^7 != 0 {
			return accessOutOfRange(uint32(v))
		}
		*dst = uint8(v)
	}
	if flags&aclHasNames == 0 {
		return nil
	}
	return c.readNames(ctx, r, a)
}

func accessOutOfRange(v uint32) error {
	return exit.Errorf(exit.StreamIO, "recv_acl_access: value out of range: %x", v)
}

func (c *ACLReceiver) readNames(ctx context.Context, r *wire.Reader, a *ACL) error {
	count, err := r.Varint()
	if err != nil {
		return err
	}
	if err := r.CheckRange("ACL count", int64(count), 0, maxACLNames); err != nil {
		return err
	}
	for range count {
		id, err := r.Varint()
		if err != nil {
			return err
		}
		v, err := r.Varint()
		if err != nil {
			return err
		}
		n := ACLName{ID: uint32(id), Access: uint32(v) >> 2, Group: v&aclNameIsUser == 0}
		if n.Access > 7 && !c.Fake {
			return accessOutOfRange(n.Access)
		}
		name := ""
		if v&aclNameFollows != 0 {
			if name, err = ids.ReadName(r); err != nil {
				return err
			}
		}
		if m := c.mapper(n.Group); m != nil {
			local, err := m.Learn(ctx, n.ID, name)
			if err != nil {
				return err
			}
			n.ID = local.ID
		}
		a.Names = append(a.Names, n)
	}
	a.sortNames()
	return nil
}

func (c *ACLReceiver) mapper(group bool) *ids.Mapper {
	if group {
		return c.Groups
	}
	return c.Users
}

// MapIDs maps the named ids of all lists, for a connection whose id lists
// come after the entries. It is called once, when those have been learnt by
// the mappers.
func (c *ACLReceiver) MapIDs(ctx context.Context, users, groups *ids.Mapper) error {
	for k := range c.lists {
		for i := range c.lists[k] {
			a := &c.lists[k][i]
			for j := range a.Names {
				m := users
				if a.Names[j].Group {
					m = groups
				}
				local, err := m.Learn(ctx, a.Names[j].ID, "")
				if err != nil {
					return err
				}
				a.Names[j].ID = local.ID
			}
			a.sortNames()
		}
	}
	return nil
}

// Get returns the list with the number that Read gave. It must not be
// changed.
func (c *ACLReceiver) Get(kind ACLKind, n uint32) *ACL { return &c.lists[kind][n] }
