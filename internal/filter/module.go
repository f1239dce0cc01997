package filter

// ModuleParams are the filter parameters of a daemon module.
type ModuleParams struct {
	Filter, IncludeFrom, Include, ExcludeFrom, Exclude string
}

// NewModuleList builds the list of a daemon module
// (docs/protocol/04-filters-and-walk.md §11). Its rules work in both directions of
// transfer. The files of the two from-parameters are opened with env.Files too,
// but are no part of the module.
func NewModuleList(env Env, p ModuleParams) (*List, error) {
	b := NewBuilder(env)
	b.to.label = moduleLabel
	words := func(text string, f flags) error {
		return b.rd.addWords(&b.to, text, &source{flags: f | flagModule})
	}
	file := func(name string, f flags) error {
		if name == "" {
			return nil
		}
		src := source{flags: f | flagOldPrefix | flagModule, at: place{file: name, lines: true}, named: true}
		return b.rd.readFile(&b.to, name, name, askOption, f, &src)
	}
	steps := []func() error{
		func() error { return words(p.Filter, 0) },
		func() error { return file(p.IncludeFrom, flagInclude) },
		func() error { return words(p.Include, flagOldPrefix|flagInclude) },
		func() error { return file(p.ExcludeFrom, 0) },
		func() error { return words(p.Exclude, flagOldPrefix) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	l, err := b.list()
	if err != nil {
		return nil, err
	}
	l.label = moduleLabel
	return l, nil
}

const moduleLabel = " [daemon]"
