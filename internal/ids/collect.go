package ids

import "context"

// Collector is the sending side's memory of one kind of id: which ids have
// occurred in the connection, and under which names. It is not safe for
// concurrent use.
type Collector struct {
	kind  Kind
	names Lookup
	seen  map[uint32]struct{}
	list  []Named
}

// NewCollector returns a collector that has seen no id.
func NewCollector(kind Kind, names Lookup) *Collector {
	return &Collector{kind: kind, names: names, seen: map[uint32]struct{}{}}
}

// Add notes an occurrence of id. The first time it returns the id's name, if
// it has one: the name that goes inline with incremental recursion. Later
// occurrences have none.
func (c *Collector) Add(ctx context.Context, id uint32) (name string, err error) {
	if _, again := c.seen[id]; again {
		return "", nil
	}
	if name, err = c.names.Name(ctx, c.kind, id); err != nil {
		return "", err
	}
	c.seen[id] = struct{}{}
	if name != "" {
		c.list = append(c.list, Named{id, name})
	}
	return name, nil
}

// List returns the ids with a name in the order of their first occurrence,
// for [AppendList].
func (c *Collector) List() []Named { return c.list }
