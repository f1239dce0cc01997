package flist

import (
	"errors"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/filter"
)

// ruleSet is the rules in force in one directory: the user's and the module's. It does not change.
type ruleSet struct {
	user, module *filter.State
}

func start(l *filter.List) *filter.State {
	if l == nil {
		return nil
	}
	return l.Start("/")
}

// at returns the rules with dir, a rooted path, as the directory that names count from.
func (r ruleSet) at(dir string) ruleSet {
	if r.user != nil {
		r.user = r.user.At(dir)
	}
	if r.module != nil {
		r.module = r.module.At(dir)
	}
	return r
}

// empty tells that there are no rules, nor can directories have any of their own.
func (r ruleSet) empty() bool {
	return (r.user == nil || r.user.Empty()) && (r.module == nil || r.module.Empty())
}

// excludes tells whether a name is hidden.
func (r ruleSet) excludes(name []byte, kind filter.Kind) bool {
	return r.hides(name, kind) || r.user != nil && r.user.Check(name, kind) == filter.Excluded
}

// hides tells whether the module hides a name.
func (r ruleSet) hides(name []byte, kind filter.Kind) bool {
	return r.module != nil && r.module.Check(name, kind) == filter.Excluded
}

func kindOf(mode uint32) filter.Kind {
	if IsDir(mode) {
		return filter.Directory
	}
	return filter.File
}

// enter returns the rules inside a directory, a rooted path.
func (w *Walker) enter(r ruleSet, dir string) (ruleSet, error) {
	first := !w.asked
	w.asked = true
	for _, s := range [...]**filter.State{&r.module, &r.user} {
		if *s == nil {
			continue
		}
		if !first {
			*s = (*s).Settled()
		}
		in, err := (*s).Enter(dir)
		if err != nil {
			return r, ruleError(err, w.Log.Role().String())
		}
		*s = in
	}
	return r, nil
}

// ruleError is a bad rule in a directory's own file: it ends the run.
func ruleError(err error, role string) error {
	var e *filter.Error
	if !errors.As(err, &e) {
		return err
	}
	text := e.Text
	if e.Err != nil {
		text = "rsync: [" + role + "] " + text + ": " + errno.Text(e.Err)
	}
	return &exit.Error{Code: exit.Code(e.Code), Text: text}
}
