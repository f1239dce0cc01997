package flist

import (
	"bytes"
	"context"

	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// relTops is what --relative keeps from operand to operand in a list that is sent as a whole: the
// implied directories that have been sent last, and the rules inside them, which stay in force
// until an operand leaves them (docs/protocol/04-filters-and-walk.md §14.2).
type relTops struct {
	at    *place
	path  []byte
	rules []ruleSet // inside each component of path
}

// settle returns the rules by which the operand called name is judged.
func (t *relTops) settle(w *Walker, at *place, name []byte, rules ruleSet) ruleSet {
	if t.at != at {
		t.at, t.path, t.rules = at, t.path[:0], t.rules[:0]
	}
	if len(t.rules) > 0 && !w.List.Incremental() {
		return t.rules[len(t.rules)-1]
	}
	return rules
}

// relArg is an operand that goes on below an implied directory, under incremental recursion.
type relArg struct {
	op   operand
	rest []byte // the part of its name below the directory
}

// sendDot adds the root itself, ahead of an operand that begins with "./".
func (w *Walker) sendDot(ctx context.Context, top *place) error {
	held, err := w.openDir(ctx, top, nil)
	if err != nil {
		return nil // the operand will say so
	}
	defer held.Close()
	s := w.newSpot(top, nil, held, w.rules.at(w.ruleDir(top.dir)))
	w.setPath(nil, []byte("."))
	if err := w.look(&s, []byte("."), false); err != nil {
		return w.unseen(&s, err)
	}
	if !w.Recurse && !w.Dirs {
		w.Log.Say(report.SkippingDirectory, report.Str("."))
		return nil
	}
	if s.rules.excludes([]byte("."), filter.Directory) {
		return nil
	}
	return w.addLooked(ctx, &s, []byte("."), Implied)
}

// relative adds an operand of --relative that w.st describes, and the directories above it.
func (w *Walker) relative(ctx context.Context, s *spot, op operand, top *place, leaf []byte) error {
	above := bytes.TrimRight(s.dir, "/") // "" for a name at the top, whether absolute or not
	if len(above) == 0 {
		return w.addOperand(ctx, s, op, leaf)
	}
	if w.List.Incremental() {
		dir, name := op.name[:0], op.name
		if name[0] == '/' {
			dir, name = name[:1], name[1:]
		}
		comp, rest, _ := bytes.Cut(name, []byte("/"))
		return w.impliedLater(ctx, op, dir, comp, rest, s.rules)
	}
	saved, link := w.st, bytes.Clone(w.link)
	rules, ok, err := w.impliedNow(ctx, op, above, w.rules.at(w.ruleDir(top.dir)))
	if err != nil || !ok {
		return err
	}
	w.st, w.link = saved, append(w.link[:0], link...)
	w.path = append(w.path[:0], op.name...)
	s.rules = rules
	return w.addOperand(ctx, s, op, leaf)
}

// impliedNow adds the directories above an operand, outermost first, as far as the operand before
// has not had them already. It returns the rules inside the last one, and false if one is missing.
func (w *Walker) impliedNow(ctx context.Context, op operand, above []byte, outer ruleSet) (ruleSet, bool, error) {
	t := &w.tops
	shared, depth := sharedDirs(t.path, above)
	t.path, t.rules = append(t.path[:0], above[:shared]...), t.rules[:depth]
	rules := outer
	if depth > 0 {
		rules = t.rules[depth-1]
	}
	if w.Format.Caps.Protocol < 30 && !w.ImpliedDirs {
		return rules, true, nil
	}
	for end := shared; end < len(above); {
		from := end
		for from < len(above) && above[from] == '/' {
			from++
		}
		end = from
		for end < len(above) && above[end] != '/' {
			end++
		}
		name := above[:end]
		dir, leaf := fsys.Split(name)
		at, err := w.addImplied(ctx, op, dir, leaf, rules)
		if at == nil || err != nil {
			return rules, false, err
		}
		w.found = w.found[:0]
		if rules, err = w.enterDir(&foundDir{at: at, rules: rules}, name); err != nil {
			return rules, false, err
		}
		t.path = append(t.path[:0], name...)
		t.rules = append(t.rules, rules)
	}
	return rules, true, nil
}

// sharedDirs returns the length of the leading directories that a and b have in common, and their
// number.
func sharedDirs(a, b []byte) (n, depth int) {
	for i := 0; ; i++ {
		enda, endb := i == len(a), i == len(b)
		if (enda || a[i] == '/') && (endb || b[i] == '/') {
			if i > 0 {
				n, depth = i, depth+1
			}
		}
		if enda || endb || a[i] != b[i] {
			return n, depth
		}
	}
}

// addImplied adds a directory that is sent only because an operand lies below it; links are
// followed, and the user's rules do not matter. It returns nil if the directory is missing.
func (w *Walker) addImplied(ctx context.Context, op operand, dir, leaf []byte, rules ruleSet) (*place, error) {
	rest := ""
	if op.name[0] == '/' {
		rest = "/"
	}
	at := w.places.get(op.dir, rest, true)
	w.setPath(dir, leaf)
	held, err := w.openDir(ctx, at, dir)
	if err == nil {
		defer held.Close()
	}
	s := w.newSpot(at, dir, held, rules)
	if err == nil {
		err = w.statFollowed(&s, leaf, &w.st)
	}
	if err != nil {
		return nil, w.unseen(&s, err)
	}
	w.link = w.link[:0]
	s.dev = w.st.Dev
	return at, w.addLooked(ctx, &s, leaf, Implied)
}

// impliedLater adds the next directory on the way to an operand and notes how it goes on, which
// the list of that directory will have.
func (w *Walker) impliedLater(ctx context.Context, op operand, dir, leaf, rest []byte, rules ruleSet) error {
	arg := relArg{op, rest}
	if n := len(w.found); n > 0 && len(w.found[n-1].args) > 0 {
		f := File{w.seg, w.found[n-1].i}
		if f.Is(Implied) && w.found[n-1].at.dir == w.places.get(op.dir, "", false).dir &&
			bytes.Equal(f.Base(), leaf) && bytes.Equal(f.DirPath(), dir) {
			w.found[n-1].args = append(w.found[n-1].args, arg)
			return nil
		}
	}
	mark := len(w.found)
	at, err := w.addImplied(ctx, op, dir, leaf, rules)
	if at != nil && err == nil && len(w.found) > mark {
		w.found[mark].args = []relArg{arg}
	}
	return err
}

// nextComponent adds what an operand has in the list of a directory on its way, called dir.
func (w *Walker) nextComponent(ctx context.Context, arg relArg, dir []byte, rules ruleSet) error {
	leaf, rest, more := bytes.Cut(arg.rest, []byte("/"))
	if more {
		return w.impliedLater(ctx, arg.op, dir, leaf, rest, rules)
	}
	at := w.places.get(arg.op.dir, string(dir), false)
	w.setPath(dir, leaf)
	held, err := w.openDir(ctx, at, dir)
	if err == nil {
		defer held.Close()
	}
	s := w.newSpot(at, dir, held, rules)
	if err == nil {
		err = w.look(&s, leaf, arg.op.class != classNormal)
	}
	if err != nil && arg.op.missing {
		return w.addOperand(ctx, &s, arg.op, leaf)
	}
	if err != nil {
		return w.unseen(&s, err)
	}
	arg.op.missing = false
	if rules.excludes(w.path, kindOf(w.st.Mode)) {
		return nil
	}
	s.dev = w.st.Dev
	return w.addOperand(ctx, &s, arg.op, leaf)
}
