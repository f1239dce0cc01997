package transfer

import (
	"io"
	"io/fs"

	"godwit/internal/errno"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/options"
)

// RuleFiles opens rule files for the filter package by the rules for paths that an operator names
// (docs/protocol/08-security.md §2.2): a symbolic link in them counts only if root or the user
// running us owns it.
type RuleFiles struct {
	Operator fsys.Operator
	Stdin    io.Reader // what "-" stands for; nil where there is no standard input
}

// OpenRules implements filter.Opener.
func (r *RuleFiles) OpenRules(path string) (io.ReadCloser, error) {
	if path == "-" && r.Stdin != nil {
		return io.NopCloser(r.Stdin), nil
	}
	var st fsys.Stat
	f, err := OpenInput(r.Operator, path, &st)
	if err == nil && st.IsDir() {
		f.Close()
		return nil, fs.ErrNotExist
	}
	return f, err
}

// OpenInput opens and describes a file that an option names to be read through once: rules, names.
// A FIFO is waited for at the first read.
func OpenInput(op fsys.Operator, path string, st *fsys.Stat) (io.ReadCloser, error) {
	f, err := op.OpenRead(path, st)
	if err != nil {
		return nil, err
	}
	if st.IsRegular() || st.IsDir() {
		return f, nil
	}
	if err := f.SetBlocking(); err != nil {
		f.Close()
		return nil, err
	}
	if st.Type() != fsys.ModeFIFO {
		return f, nil
	}
	return &awaited{File: f}, nil
}

// awaited is a FIFO whose writer may be still to come.
type awaited struct {
	*fsys.File
	begun bool
}

func (a *awaited) Read(p []byte) (int, error) {
	if !a.begun {
		a.begun = true
		if err := a.AwaitData(); err != nil {
			return 0, err
		}
	}
	return a.File.Read(p)
}

// CollectRules builds the rules of the command line, in its order
// (docs/protocol/04-filters-and-walk.md §2). The error is a *filter.Error.
func CollectRules(o *options.Options, env filter.Env) (*filter.Builder, error) {
	env.From0 = o.From0
	b := filter.NewBuilder(env)
	b.SetDeleteExcluded(o.DeleteExcluded)
	for _, a := range o.Filters {
		var err error
		b.SetFrom0(a.From0)
		switch {
		case a.Implied && o.OldDirs && a.Text == "- /*/*":
			err = b.OldDirs()
		case a.Implied:
			err = b.ProtectBackups(o.Suffix)
		}
		if a.Implied {
			if err != nil {
				return nil, err
			}
			continue
		}
		switch a.Kind {
		case options.FilterRule:
			err = b.Filter(a.Text)
		case options.FilterExclude:
			err = b.Exclude(a.Text)
		case options.FilterInclude:
			err = b.Include(a.Text)
		case options.FilterExcludeFrom:
			err = b.ExcludeFrom(a.Text)
		case options.FilterIncludeFrom:
			err = b.IncludeFrom(a.Text)
		}
		if err != nil {
			return nil, err
		}
	}
	b.SetFrom0(o.From0)
	return b, nil
}

// RuleError gives a filter error its exit code, prefix and system text.
func RuleError(err error, who string) error { return ruleError(err, who) }

// ErrnoMessage is the system's text of an error, without its number.
func ErrnoMessage(err error) string { return errno.Message(err) }

// ErrnoText is the system's text of an error with its number in parentheses.
func ErrnoText(err error) string { return errno.Text(err) }
