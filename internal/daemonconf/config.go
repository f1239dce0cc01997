package daemonconf

import "strings"

// Config is a configuration as it holds for one connection. It belongs to one goroutine.
type Config struct {
	// Modules are in the order of their creation, which is that of listings.
	Modules []*Module

	global values
	scope  scope
}

// Module is one module, or the settings outside of all modules ([Config.Global]).
type Module struct {
	name   string
	values values
	late   *values // the global context at the end of the load; nil for the global context itself
	scope  *scope
	done   [NumParams]bool // text[id] is resolved
	text   [NumParams]string
	line   int
	file   string
}

// scope is what the values of one Config resolve with.
type scope struct {
	lookup func(string) (string, bool)
	err    error
}

// Global returns the settings of the global context: what holds for a connection before its module
// is known.
func (c *Config) Global() *Module {
	return &Module{values: c.global, scope: &c.scope}
}

// Find returns the module of exactly that name, nil if there is none. Of several the newest
// counts.
func (c *Config) Find(name string) *Module {
	for i := len(c.Modules) - 1; i >= 0; i-- {
		if c.Modules[i].Name() == name {
			return c.Modules[i]
		}
	}
	return nil
}

// Any reports whether a switch is on globally or in any module.
func (c *Config) Any(id ID) bool {
	if c.global.num[id] > 0 {
		return true
	}
	for _, m := range c.Modules {
		if m.values.num[id] > 0 {
			return true
		}
	}
	return false
}

// Err returns the first failure to resolve a value, with its exit code.
func (c *Config) Err() error { return c.scope.err }

// Name returns the module's name with its variables resolved.
func (m *Module) Name() string { return m.resolve(Name, m.name) }

// Text returns a parameter that is a string, "" if it has no value. Its variables are resolved
// the first time.
func (m *Module) Text(id ID) string {
	v, ok := m.raw(id)
	if !ok {
		return table[id].Default
	}
	return m.resolve(id, v)
}

// raw returns the text of a parameter that was given one.
func (m *Module) raw(id ID) (string, bool) {
	switch {
	case m.values.set[id]:
		return m.values.text[id], true
	case m.late != nil && m.late.set[id]:
		return m.late.text[id], true
	}
	return "", false
}

func (m *Module) resolve(id ID, v string) string {
	if m.done[id] {
		return m.text[id]
	}
	if !strings.Contains(v, "%") {
		return v
	}
	how := Expand
	if table[id].Type == Command {
		how = ExpandCommand
	}
	text, err := how(v, m.scope.lookup)
	if err != nil {
		if m.scope.err == nil {
			m.scope.err = err
		}
		return ""
	}
	m.text[id], m.done[id] = text, true
	return text
}

// Err returns the first failure to resolve a value.
func (m *Module) Err() error { return m.scope.err }

// Bool returns a parameter that is yes or no.
func (m *Module) Bool(id ID) bool { return m.values.num[id] == Yes }

// Int returns a parameter that is a number, a tri-state (Yes, No, Unset) or a facility.
func (m *Module) Int(id ID) int { return m.values.num[id] }

// Set reports whether a parameter that is a string has a value of the file.
func (m *Module) Set(id ID) bool {
	_, ok := m.raw(id)
	return ok
}

// Snapshot is a Module as it travels to another process. Strings hold any bytes.
type Snapshot struct {
	Name string
	Num  []int
	Text map[ID]string // unresolved
	Done map[ID]string // resolved
}

// Snapshot returns the module for [Restore].
func (m *Module) Snapshot() Snapshot {
	s := Snapshot{Name: m.Name(), Num: m.values.num[:], Text: map[ID]string{}, Done: map[ID]string{}}
	for id := ID(0); id < NumParams; id++ {
		if v, ok := m.raw(id); ok && table[id].Type.text() {
			s.Text[id] = v
		}
		if m.done[id] {
			s.Done[id] = m.text[id]
		}
	}
	return s
}

// Restore is the module that s was taken of. What is not resolved yet will be, with lookup.
func Restore(s Snapshot, lookup func(string) (string, bool)) *Module {
	m := &Module{name: s.Name, scope: &scope{lookup: lookup}}
	copy(m.values.num[:], s.Num)
	for id, v := range s.Text {
		if id < NumParams {
			m.values.text[id], m.values.set[id] = v, true
		}
	}
	for id, v := range s.Done {
		if id < NumParams {
			m.text[id], m.done[id] = v, true
		}
	}
	m.text[Name], m.done[Name] = s.Name, true
	return m
}
