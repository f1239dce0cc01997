package flist

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"godwit/internal/fsys"
	"godwit/internal/report"
)

// scan adds what is in a directory, without what is below. s.rules are those inside the directory.
func (w *Walker) scan(ctx context.Context, s *spot, name []byte) error {
	sc := w.spareScanner()
	defer func() { w.scanners = append(w.scanners, sc) }()
	entries, err := s.held.Scan(ctx, sc, w.scanFlags())
	if err != nil {
		w.unopenable(s.at, name, err)
		return nil
	}
	defer entries.Close()
	for {
		n, err := entries.Next(w.ents)
		for i := range w.ents[:n] {
			if err := w.scanned(ctx, s, name, &w.ents[i]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.unreadable(s.at, name, err)
			return nil
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
}

// spareScanner returns a scanner that is not in use.
func (w *Walker) spareScanner() *fsys.Scanner {
	n := len(w.scanners)
	if n == 0 {
		return new(fsys.Scanner)
	}
	sc := w.scanners[n-1]
	w.scanners = w.scanners[:n-1]
	return sc
}

// scanFlags says how directories are opened for reading.
func (w *Walker) scanFlags() fsys.OpenFlag {
	if w.Noatime {
		return fsys.NoAtime
	}
	return 0
}

// scanned adds an entry that the directory called name has.
func (w *Walker) scanned(ctx context.Context, s *spot, name []byte, e *fsys.DirEnt) error {
	if len(e.Name) == 0 {
		w.Log.Say(report.EmptyNameIn, w.fullArg(s.at, name))
		return nil
	}
	return w.candidate(ctx, s, e.Name, e.Type)
}

// unreadable reports a directory that could not be read to its end.
func (w *Walker) unreadable(at *place, name []byte, err error) {
	w.Log.Fail(report.ReaddirFailed, err, w.fullArg(at, name))
}

// unopenable reports a directory that cannot be read.
func (w *Walker) unopenable(at *place, name []byte, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		w.Log.Say(report.DirectoryVanished, w.fullArg(at, name))
		return
	}
	w.Log.Fail(report.OpendirFailed, err, w.fullArg(at, name))
}

// contents adds the contents of the directory called name in the list: "" for the transfer root.
// shown is the name for messages.
func (w *Walker) contents(ctx context.Context, d *foundDir, name, shown []byte) (ruleSet, error) {
	rules, err := w.enterDir(d, name)
	if err != nil {
		return rules, err
	}
	return rules, w.list(ctx, d, rules, name, shown)
}

// enterDir returns the rules inside a directory.
func (w *Walker) enterDir(d *foundDir, name []byte) (ruleSet, error) {
	if d.rules.user == nil && d.rules.module == nil {
		return d.rules, nil
	}
	full := d.at.dir
	if len(name) > 0 {
		full = string(d.at.appendFull(nil, name))
	}
	return w.enter(d.rules, w.ruleDir(full))
}

// list adds the contents of a directory whose rules have been read.
func (w *Walker) list(ctx context.Context, d *foundDir, rules ruleSet, name, shown []byte) error {
	held, err := w.openDir(ctx, d.at, name)
	if err != nil {
		w.unopenable(d.at, shown, err)
		return nil
	}
	defer held.Close()
	s := w.newSpot(d.at, name, held, rules)
	s.dev = d.dev
	if err := w.scan(ctx, &s, shown); err != nil {
		return err
	}
	return w.flush(ctx)
}

// recurse adds what is below the directories found since mark, each as a whole before the next,
// and forgets them.
func (w *Walker) recurse(ctx context.Context, mark int) error {
	end := len(w.found)
	for k := mark; k < end; k++ {
		d := w.found[k]
		f := File{w.seg, d.i}
		if !f.Is(Content) {
			continue
		}
		name := f.AppendPath(nil)
		rules, err := w.contents(ctx, &d, name, name)
		if err != nil {
			return err
		}
		if err := w.recurse(ctx, end); err != nil {
			return err
		}
		leave(rules, d.rules)
	}
	w.found = w.found[:mark]
	return nil
}

// leave traces that a directory is done with.
func leave(inner, outer ruleSet) {
	if inner.user != nil {
		inner.user.Leave(outer.user)
	}
	if inner.module != nil {
		inner.module.Leave(outer.module)
	}
}
