package daemonconf

import (
	"errors"
	"io"
	"sort"
	"strings"

	"godwit/internal/errno"
)

// Files opens configuration files. The names are those of the command line and of directives.
type Files interface {
	Open(name string) (io.ReadCloser, error)
	// Kind tells what a name leads to.
	Kind(name string) (Kind, error)
	// List returns the names of a directory's entries, in any order.
	List(dir string) ([]string, error)
}

// Kind is what a directive's argument can lead to.
type Kind uint8

// The kinds.
const (
	OtherKind Kind = iota
	RegularKind
	DirectoryKind
)

// Setting is one --dparam.
type Setting struct{ Name, Value string }

// Problem is something wrong with a configuration.
type Problem struct {
	File string
	Line int // from 1; 0 for the file as a whole
	Text string
	// Fatal is set if the configuration cannot be used, and not only a line of it.
	Fatal bool
	// Advice is set for what only [Loader.Check] says: the daemon would take it without a word.
	Advice bool
}

// ErrLoad is the error of a load that failed. What there is to say has been reported.
var ErrLoad = errors.New("configuration cannot be used")

// Loader reads configurations.
type Loader struct {
	Files  Files
	Params []Setting // --dparam, in order
	// LookupEnv finds variables; nil finds none.
	LookupEnv func(string) (string, bool)
	// Report takes each problem, in the words of the reference's log. nil drops them.
	Report func(Problem)
}

// Globals reads what a listener needs: the file up to its first section. Problems behind that are
// not seen. --dparam settings are applied last.
func (l *Loader) Globals(file string) (*Config, error) {
	c, err := l.load(file, true)
	if err == nil {
		c.apply(l.Params)
		c.finish()
	}
	return c.Config, err
}

// Load reads all of a file, with --dparam settings applied where the first module begins.
func (l *Loader) Load(file string) (*Config, error) {
	c, err := l.load(file, false)
	c.finish()
	return c.Config, err
}

// maxDepth limits how deep files may include one another.
const maxDepth = 64

// loading is a load under way.
type loading struct {
	*Config
	loader   *Loader
	globals  bool // stop at the first section
	checking bool
	in       *Module // nil in the global context
	file     string
	parser   *parser
	depth    int
	applied  bool
}

func (l *Loader) load(file string, globals bool) (*loading, error) {
	c := &loading{Config: &Config{global: defaults()}, loader: l, globals: globals}
	c.scope.lookup = l.LookupEnv
	_, err := c.read(file)
	return c, err
}

// finish lets the modules fall back on the final global values.
func (c *loading) finish() {
	late := c.global
	for _, m := range c.Modules {
		m.late = &late
	}
}

func (c *loading) report(text string, fatal bool) {
	p := Problem{File: c.file, Text: text, Fatal: fatal}
	if c.parser != nil {
		p.Line = c.parser.at
	}
	if c.loader.Report != nil {
		c.loader.Report(p)
	}
}

func (c *loading) broken(text string) error {
	c.report(text, true)
	return ErrLoad
}

func (c *loading) ignored(text string) { c.report(text, false) }

// read parses one file into the current context.
func (c *loading) read(file string) (stop bool, err error) {
	unreadable := func(err error) error {
		return c.broken("rsync: [Receiver] unable to open config file \"" + file + "\": " + errno.Text(err))
	}
	if c.depth >= maxDepth {
		return false, c.broken("configuration files include one another too deeply: " + file)
	}
	f, err := c.loader.Files.Open(file)
	if err != nil {
		return false, unreadable(err)
	}
	text, err := io.ReadAll(f)
	f.Close()
	if err != nil {
		return false, unreadable(err)
	}
	outer, outerFile := c.parser, c.file
	c.parser, c.file = &parser{text: text, line: 1, at: 1, to: c}, file
	c.depth++
	stop, err = c.parser.run()
	if err != nil {
		c.report("params.c:pm_process() - Failed.  Error returned from params.c:parse().", true)
	}
	c.depth--
	c.parser, c.file = outer, outerFile
	return stop, err
}

// section begins a section, or goes on with one.
func (c *loading) section(name string) (stop bool, err error) {
	if c.globals {
		return true, nil
	}
	if sameName(name, "global") {
		c.in = nil
		return false, nil
	}
	if strings.Contains(name, "/") {
		return false, c.broken("Warning: invalid section name in configuration file: " + name)
	}
	if len(c.Modules) == 0 && !c.applied {
		c.applied = true
		c.apply(c.loader.Params)
	}
	for i := len(c.Modules) - 1; i >= 0; i-- {
		if sameName(c.Modules[i].name, name) {
			c.in = c.Modules[i]
			return false, nil
		}
	}
	c.in = &Module{name: name, values: c.global, scope: &c.scope, file: c.file, line: c.parser.at}
	c.Modules = append(c.Modules, c.in)
	return false, nil
}

// apply makes --dparam settings in the global context.
func (c *loading) apply(params []Setting) {
	for _, p := range params {
		if id, ok := Lookup(p.Name); ok {
			c.global.assign(id, strings.TrimLeft(p.Value, whites), c.scope.lookup)
		}
	}
}

// param sets a parameter in the current context.
func (c *loading) param(name, value string) error {
	id, ok := Lookup(name)
	switch {
	case !ok:
		if !strings.HasPrefix(name, "-") {
			c.ignored("Unknown Parameter encountered: \"" + name + "\"")
		}
		c.ignored("IGNORING unknown parameter \"" + name + "\"")
		return nil
	case table[id].Global && c.in != nil:
		c.ignored("Global parameter " + name + " found in module section!")
		return nil
	}
	if id == Name && c.in != nil {
		c.in.name = value
		return nil
	}
	v := &c.global
	if c.in != nil {
		v = &c.in.values
	}
	ok, exact := v.assign(id, value, c.scope.lookup)
	t := table[id].Type
	if !ok && (t == Bool || t == TriState) {
		c.ignored("Badly formed boolean in configuration file: \"" + value + "\".")
	} else if c.checking && !exact {
		c.adviseValue(id, value, ok)
	}
	if c.checking {
		c.adviseText(id, value)
	}
	return nil
}

// directive follows &include or &merge (docs/protocol/07-daemon.md §6).
func (c *loading) directive(name, arg string) (stop bool, err error) {
	include := strings.EqualFold(name, "include")
	if !include && !strings.EqualFold(name, "merge") {
		return false, c.broken("Unknown directive: &" + name + ".")
	}
	kind, err := c.loader.Files.Kind(arg)
	if err != nil {
		return false, c.broken("rsync: [Receiver] unable to stat config file \"" + arg + "\": " + errno.Text(err))
	}
	files := []string{arg}
	switch kind {
	case OtherKind:
		return false, c.broken("not a file or directory: " + arg)
	case DirectoryKind:
		suffix := ".inc"
		if include {
			suffix = ".conf"
		}
		if files, err = c.entries(arg, suffix); err != nil {
			return false, err
		}
	}
	saved := c.global
	for _, f := range files {
		if include {
			c.in = nil
		}
		stop, err = c.read(f)
		if include && !c.globals {
			c.global, c.in = saved, nil
		}
		if err != nil || stop {
			return stop, err
		}
	}
	return false, nil
}

// entries returns the files of a directory with a suffix, sorted by their whole names.
func (c *loading) entries(dir, suffix string) ([]string, error) {
	names, err := c.loader.Files.List(dir)
	if err != nil {
		return nil, c.broken("rsync: [Receiver] unable to open config dir \"" + dir + "\": " + errno.Text(err))
	}
	var files []string
	for _, n := range names {
		if strings.HasSuffix(n, suffix) {
			files = append(files, strings.TrimRight(dir, "/")+"/"+n)
		}
	}
	sort.Strings(files)
	return files, nil
}
