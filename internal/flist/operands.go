package flist

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// class says what an operand's spelling asks for (docs/protocol/04-filters-and-walk.md §13.2,
// §14.1).
type class uint8

const (
	classNormal  class = iota
	classContent       // the contents of a directory, not the directory: "dir/", "."
	classSlash         // --relative: a directory by its full name, and what is in it: "dir/"
)

// operand is a source argument taken apart.
type operand struct {
	dir   string // where names count from, as typed; "" for the base directory
	name  []byte // what goes into the list
	class class
	// dotFirst is set for "./x" under --relative: the root itself comes first.
	dotFirst bool
	// missing is set for one that does not exist and is to be deleted.
	missing bool
}

// splitOperand takes a source argument apart, without --relative.
func splitOperand(text []byte) operand {
	text = text[:min(len(text), maxPath-1)]
	op := operand{class: classContent}
	switch {
	case string(text) == "./":
		text = []byte(".")
	case len(text) == 0 || text[len(text)-1] == '/':
		text = append(bytes.Clone(text), '.')
	case string(text) == ".." || bytes.HasSuffix(text, []byte("/..")):
		text = append(bytes.Clone(text), "/."...)
	case string(text) == "." || bytes.HasSuffix(text, []byte("/.")):
	default:
		op.class = classNormal
	}
	dir, name := fsys.Split(text)
	op.dir, op.name = string(dir), name
	return op
}

// splitRelative takes a source argument apart under --relative. dotSent says that an operand
// before has begun with "./" already.
func splitRelative(text []byte, dotSent bool) (op operand, err error) {
	text = text[:min(len(text), maxPath-1)]
	name := text
	if k := bytes.Index(text, []byte("/./")); k >= 0 {
		dir, _ := fsys.AppendClean(nil, text[:k], 0)
		if op.dir = string(dir); k == 0 {
			op.dir = "/"
		}
		if name = bytes.TrimLeft(text[k+3:], "/"); len(name) == 0 {
			name = []byte(".")
		}
	}
	op.dotFirst = !dotSent && len(name) > 2 && name[0] == '.' && name[1] == '/'
	clean, _ := fsys.AppendClean(nil, name, fsys.KeepSlash|fsys.DropDot)
	switch n := len(clean); {
	case string(clean) == "/":
		op.name, op.class = []byte("/."), classContent
	case string(clean) == "." || string(clean) == "./":
		op.name, op.class = []byte("."), classContent
	case clean[n-1] == '/':
		op.name, op.class = clean[:n-1], classSlash
	default:
		op.name = clean
	}
	if fsys.HasDotDot(op.name) {
		return op, exit.Errorf(exit.Syntax, "found \"..\" dir in relative path: %s", op.name)
	}
	return op, nil
}

// operands adds what the operands, or the records of --files-from, stand for to the first list.
func (w *Walker) operands(ctx context.Context) error {
	if w.Records == nil {
		for _, text := range w.Operands {
			if err := w.operand(ctx, []byte(text)); err != nil {
				return err
			}
			w.settle()
		}
		return nil
	}
	if len(w.Operands) > 0 {
		if err := w.rebase(w.Operands[0]); err != nil {
			return err
		}
	}
	var name []byte
	for {
		record, err := w.Records.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name = fsys.AppendSanitized(name[:0], record, fsys.Sanitizing{KeepDot: w.Relative})
		if err := w.operand(ctx, name); err != nil {
			return err
		}
		w.settle()
	}
}

// settle forgets the directories of an operand that has been dealt with as a whole.
func (w *Walker) settle() {
	if !w.List.Incremental() {
		w.found = w.found[:0]
	}
}

// rebase makes dir the directory that records count from.
func (w *Walker) rebase(dir string) error {
	w.Base = joinBase(w.Base, dir)
	w.base = absolute(w.StartDir, w.Base)
	w.rules = w.rules.at(w.ruleDir(w.base))
	held, err := w.openDir(context.Background(), w.places.get("", "", false), nil)
	if err != nil {
		w.Log.Fail(report.ChangeDirFailed, err, report.Full([]byte(dir)))
		return &exit.Error{Code: exit.FileSelect}
	}
	return held.Close()
}

func joinBase(base, dir string) string {
	if strings.HasPrefix(dir, "/") {
		return dir
	}
	return joinPath(base, dir)
}

// operand adds what one source argument stands for (docs/protocol/04-filters-and-walk.md §13.3).
func (w *Walker) operand(ctx context.Context, text []byte) error {
	var op operand
	if w.Relative {
		var err error
		if op, err = splitRelative(text, w.dotSent); err != nil {
			return err
		}
	} else {
		op = splitOperand(text)
	}

	// The directory that names count from.
	top := w.places.get(op.dir, "", false)
	if op.dir != "" {
		held, err := w.openHidden(ctx, top)
		if err != nil {
			w.Log.Fail(report.ChangeDirFailed, err, report.FullIn(w.base, []byte(op.dir)))
			return nil
		}
		held.Close()
	}
	if op.dotFirst {
		w.dotSent = true
		if err := w.sendDot(ctx, top); err != nil {
			return err
		}
	}
	rules := w.rules.at(w.ruleDir(top.dir))
	if w.Relative {
		rules = w.tops.settle(w, top, op.name, rules)
	}

	// The entry itself lies in a place of its own, which the user has named.
	above, leaf := fsys.Split(op.name)
	at := w.places.get(op.dir, string(above), false)
	w.path = append(w.path[:0], op.name...)
	held, err := w.openDir(ctx, at, above)
	var s spot
	if err == nil {
		defer held.Close()
		s = w.newSpot(at, above, held, rules)
		err = w.look(&s, leaf, op.class != classNormal)
	}
	if err == nil && (op.class != classContent && rules.hides(op.name, kindOf(w.st.Mode)) || w.hiddenAbove(rules, above)) {
		err = syscall.ENOENT
	}
	if err != nil {
		if op.missing, err = w.missing(at, err); err != nil || !op.missing {
			return err
		}
		if held == nil {
			s = spot{at: at, dir: above, rules: rules}
		}
		if w.Relative {
			return w.relative(ctx, &s, op, top, leaf)
		}
		return w.addOperand(ctx, &s, op, leaf)
	}
	if op.class != classContent && rules.user != nil && rules.user.Check(op.name, kindOf(w.st.Mode)) == filter.Excluded {
		return nil
	}
	if w.st.IsDir() && !w.Recurse && !w.Dirs {
		w.Log.Say(report.SkippingDirectory, report.Name(op.name))
		return nil
	}
	if len(op.name) >= maxPath {
		w.Log.Say(report.SkippingLongName, report.Name(op.name))
		return nil
	}
	s.dev = w.st.Dev
	if w.Relative {
		return w.relative(ctx, &s, op, top, leaf)
	}
	return w.addOperand(ctx, &s, op, leaf)
}

// openHidden opens the directory of a place, unless a module's rules hide it.
func (w *Walker) openHidden(ctx context.Context, at *place) (fsys.SourceDir, error) {
	if m := w.rules.module; m != nil {
		path := strings.TrimLeft(w.ruleDir(at.dir), "/")
		if path != "" && m.At("/").HidesPath([]byte(path), filter.Directory) {
			return nil, syscall.ENOENT
		}
	}
	return w.openDir(ctx, at, nil)
}

// hiddenAbove tells whether the module hides a directory on the way to an operand.
func (w *Walker) hiddenAbove(rules ruleSet, above []byte) bool {
	above = bytes.TrimLeft(above, "/")
	return rules.module != nil && len(above) > 0 && rules.module.HidesPath(above, filter.Directory)
}

// missing deals with an operand that is not there, called w.path in the list. It tells whether an
// entry is to say so.
func (w *Walker) missing(at *place, err error) (bool, error) {
	var fatal *exit.Error
	switch {
	case errors.As(err, &fatal):
		return false, err
	case err != errNoReferent && !errors.Is(err, fs.ErrNotExist):
		w.Log.Fail(report.LinkStatFailed, err, w.fullArg(at, w.path))
	case w.DeleteMissing:
		return true, nil
	case !w.IgnoreMissing:
		w.Log.Fail(report.LinkStatMissing, syscall.ENOENT, w.fullArg(at, w.path))
	}
	return false, nil
}

// addOperand adds the entry of an operand that w.st describes, and what belongs to it.
func (w *Walker) addOperand(ctx context.Context, s *spot, op operand, leaf []byte) error {
	if op.missing {
		w.seg.setOrigin(s.at)
		w.seg.Add(&Item{Dir: s.dir, Base: leaf, Flags: Missing, ACL: -1, DefaultACL: -1, Xattr: -1})
		return w.added(ctx)
	}
	flags, deep := Flags(0), false
	if w.st.IsDir() && (w.Recurse || op.class != classNormal) {
		flags, deep = Top|Content, true
	}
	mark := len(w.found)
	if err := w.addLooked(ctx, s, leaf, flags); err != nil || !deep {
		return err
	}
	incremental := w.List.Incremental()
	if op.class != classContent {
		if len(w.found) == mark {
			return nil // it turned out not to be sendable
		}
		if op.class == classSlash {
			// The last component may be a link, which the slash asks to follow.
			w.found[mark].at = w.places.get(op.dir, string(op.name), false)
		}
		if incremental {
			return nil // its contents have a list of their own
		}
		if w.Recurse {
			return w.recurse(ctx, mark)
		}
		d := w.found[mark]
		_, err := w.contents(ctx, &d, op.name, op.name)
		w.found = w.found[:mark]
		return err
	}
	dir := op.name[:len(op.name)-1] // "" or "/"
	d := foundDir{at: s.at, rules: s.rules, dev: s.dev}
	rules := d.rules
	if incremental && w.asked {
		// Only the first such directory's own rules are read; they hold for all
		// (docs/protocol/04-filters-and-walk.md §22).
	} else {
		var err error
		if rules, err = w.enterDir(&d, dir); err != nil {
			return err
		}
		if incremental {
			w.rules = rules
		}
	}
	if err := w.list(ctx, &d, rules, dir, op.name); err != nil || incremental {
		return err
	}
	if w.Recurse {
		return w.recurse(ctx, mark)
	}
	w.found = w.found[:mark]
	return nil
}
