package ids

import (
	"context"
	"sync"
)

// Cache remembers the answers of a [Lookup] for one session, the negative
// ones too: an id is asked about once, however many files have it. It is safe
// for concurrent use.
type Cache struct {
	src Lookup

	mu    sync.Mutex
	names [2]map[uint32]string
	ids   [2]map[string]found
}

type found struct {
	id uint32
	ok bool
}

// NewCache returns an empty cache in front of src.
func NewCache(src Lookup) *Cache {
	c := &Cache{src: src}
	for k := range c.names {
		c.names[k] = map[uint32]string{}
		c.ids[k] = map[string]found{}
	}
	return c
}

var _ Lookup = (*Cache)(nil)

// Name implements [Lookup].
func (c *Cache) Name(ctx context.Context, kind Kind, id uint32) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.names[kind][id]; ok {
		return n, nil
	}
	n, err := c.src.Name(ctx, kind, id)
	if err == nil {
		c.names[kind][id] = n
	}
	return n, err
}

// ID implements [Lookup].
func (c *Cache) ID(ctx context.Context, kind Kind, name string) (uint32, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.ids[kind][name]; ok {
		return f.id, f.ok, nil
	}
	id, ok, err := c.src.ID(ctx, kind, name)
	if err == nil {
		c.ids[kind][name] = found{id, ok}
	}
	return id, ok, err
}

// Warm learns the names of ids in as few questions as the source allows.
// A walk calls it once per directory, so that a tree of a thousand owners
// costs a handful of getent runs. Ids already known cost nothing.
func (c *Cache) Warm(ctx context.Context, kind Kind, ids []uint32) error {
	b, ok := c.src.(Batcher)
	if !ok {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var ask []uint32
	for _, id := range ids {
		if _, known := c.names[kind][id]; !known {
			ask = append(ask, id)
		}
	}
	if ask == nil {
		return nil
	}
	names, err := b.Names(ctx, kind, ask)
	if err != nil {
		return err
	}
	for _, id := range ask {
		c.names[kind][id] = names[id]
	}
	return nil
}
