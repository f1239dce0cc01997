package report

import (
	"bytes"
	"sync"
)

// Collected is an event as a [Collector] keeps it.
type Collected struct {
	Kind   Kind
	Class  Class
	Role   Role
	Msg    Msg
	Stderr bool
	Text   string
	Item   Item // deep copy, the zero Item if the event had none
	Totals Totals
}

// Collector is a Sink and a [Peer] that keeps everything in memory, for tests
// and for callers of the library that want to look at it afterwards.
type Collector struct {
	mu      sync.Mutex
	events  []Collected
	deleted []string
}

// Emit implements [Sink].
func (c *Collector) Emit(e *Event) {
	kept := Collected{Kind: e.Kind, Class: e.Class, Role: e.Role, Msg: e.Msg, Stderr: e.Stderr, Text: string(e.Text)}
	if e.Item != nil {
		kept.Item = *e.Item
		for _, p := range []*[]byte{&kept.Item.Name, &kept.Item.Path, &kept.Item.Link, &kept.Item.Leader, &kept.Item.Sum} {
			*p = bytes.Clone(*p)
		}
	}
	if e.Totals != nil {
		kept.Totals = *e.Totals
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, kept)
}

// Send implements [Peer]: the text is kept like an event of the tag's class.
func (c *Collector) Send(role Role, tag Class, text []byte) {
	c.Emit(&Event{Class: tag, Role: role, Text: text})
}

// Deleted implements [Peer]. A directory's name is kept with a slash.
func (c *Collector) Deleted(_ Role, name []byte, isDir bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := string(name)
	if isDir {
		n += "/"
	}
	c.deleted = append(c.deleted, n)
}

// Events returns what has been collected so far, in order.
func (c *Collector) Events() []Collected {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Collected(nil), c.events...)
}

// Deletions returns the names that were sent to the peer as deleted.
func (c *Collector) Deletions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.deleted...)
}

// Text returns all texts of the given class, or of all classes for 0, joined.
func (c *Collector) Text(class Class) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b bytes.Buffer
	for i := range c.events {
		if class == 0 || c.events[i].Class == class {
			b.WriteString(c.events[i].Text)
		}
	}
	return b.String()
}
