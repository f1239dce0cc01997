package filter

// A Builder collects the rules of one list in order. The zero value is not
// usable; see [NewBuilder]. It belongs to one goroutine.
//
// Errors are of type *[Error] and end the run.
type Builder struct {
	rd reader
	to target
	fs int // how often -F was given
}

// NewBuilder returns an empty Builder.
func NewBuilder(env Env) *Builder {
	b := &Builder{}
	b.rd = reader{env: &env, shared: &shared{}}
	return b
}

// Clone returns a Builder with the same rules that goes its own way from here, at
// an end described by env. A local copy parses the options once and finishes
// twice. What the Set methods told b has to be in env.
func (b *Builder) Clone(env Env) *Builder {
	c := *b
	c.rd.env = &env
	c.rd.active = append([]activeMerge(nil), b.rd.active...)
	c.to.rules = append([]*rule(nil), b.to.rules...)
	c.rd.shared = b.rd.shared.clone()
	return &c
}

// SetDeleteExcluded tells that --delete-excluded has been parsed.
func (b *Builder) SetDeleteExcluded(on bool) { b.rd.env.DeleteExcluded = on }

// SetFrom0 tells that --from0 (or --no-from0) has been parsed.
func (b *Builder) SetFrom0(on bool) { b.rd.env.From0 = on }

// Filter adds a rule of --filter in the full form. An empty text adds nothing.
func (b *Builder) Filter(text string) error { return b.text(text, 0) }

// Exclude adds the value of --exclude.
func (b *Builder) Exclude(text string) error { return b.text(text, flagOldPrefix) }

// Include adds the value of --include.
func (b *Builder) Include(text string) error { return b.text(text, flagOldPrefix|flagInclude) }

func (b *Builder) text(text string, f flags) error {
	if text == "" {
		return nil
	}
	return b.rd.addText(&b.to, text, &source{flags: f})
}

// ExcludeFrom adds the rules of the file that --exclude-from names.
func (b *Builder) ExcludeFrom(file string) error { return b.from(file, 0) }

// IncludeFrom adds the rules of the file that --include-from names.
func (b *Builder) IncludeFrom(file string) error { return b.from(file, flagInclude) }

func (b *Builder) from(file string, f flags) error {
	src := source{flags: f | flagOldPrefix, at: place{file: file, lines: true}, named: true}
	return b.rd.readFile(&b.to, file, file, askOption, f, &src)
}

// PerDirectory adds what one more -F stands for: the first reads .rsync-filter
// files, the second hides them, further ones add nothing.
func (b *Builder) PerDirectory() error {
	b.fs++
	switch b.fs {
	case 1:
		return b.Filter(": /.rsync-filter")
	case 2:
		return b.Filter("- .rsync-filter")
	}
	return nil
}

// OldDirs adds the rule that --old-dirs implies. It comes after the rules of all
// options.
func (b *Builder) OldDirs() error { return b.Filter("- /*/*") }

// ProtectBackups adds the rule that --backup with a delete mode implies on a
// client without --backup-dir and --delete-excluded.
func (b *Builder) ProtectBackups(suffix string) error { return b.Filter("P *" + suffix) }

// HidePartialDir adds the rule for a relative partial directory, once the protocol
// is known. dir is taken as it is.
func (b *Builder) HidePartialDir(dir string) error {
	f := flagNoPrefix
	if b.rd.env.Receiving || b.rd.env.protocol() >= 30 {
		f |= flagPerishable
	}
	r, err := (&source{flags: f}).parse(trimSlash(dir) + "/")
	if err != nil {
		return err
	}
	return b.rd.add(&b.to, r, &source{})
}

// Received adds one rule text as it came over the wire.
func (b *Builder) Received(text string) error {
	if text == "" {
		return nil
	}
	if b.rd.env.protocol() >= 29 {
		return b.text(text, 0)
	}
	return b.text(text, flagOldPrefix)
}

// SetRole tells who speaks in messages from now on, as once the roles of a transfer are settled,
// and where traced decisions go, up to level; trace may be nil.
func (b *Builder) SetRole(who string, level int, trace func(level int, text string)) {
	b.rd.env.Who, b.rd.env.TraceLevel, b.rd.env.Trace = who, level, trace
}

// SetProtocol tells the negotiated protocol.
func (b *Builder) SetProtocol(version int) { b.rd.env.Protocol = version }

// list freezes the rules collected so far.
func (b *Builder) list() (*List, error) {
	if err := b.rd.shared.cvsErr; err != nil {
		return nil, err
	}
	return &List{
		env:         b.rd.env,
		shared:      b.rd.shared,
		rules:       b.to.rules,
		active:      b.rd.active,
		hasDirMerge: b.rd.sawDirMerge,
	}, nil
}
