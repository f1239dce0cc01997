package ids

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"godwit/internal/exit"
)

// Rules is a parsed --usermap or --groupmap: pairs FROM:TO of which the first
// that matches decides. The zero value has no pairs.
type Rules struct {
	pairs []pair
}

// A pair is one FROM:TO. What FROM is made of selects the form.
type pair struct {
	form   pairForm
	lo, hi uint32 // byID
	from   string // byName, byPattern
	to     uint32
}

type pairForm uint8

const (
	byID pairForm = iota
	byName
	byPattern
)

// ParseRules parses the list that --usermap (or --groupmap) takes. Targets
// that are names are looked up here, on the receiving side.
//
// The list is worked through from its last pair to its first, so that is the
// order of the warnings and the pair that an error names. A warning is a
// line about a target name unknown here, whose pair is dropped; it does not
// affect the exit code. An error ends the run with exit code 1.
func ParseRules(ctx context.Context, kind Kind, list string, names Lookup) (r Rules, warnings []string, err error) {
	texts := strings.Split(list, ",")
	r.pairs = make([]pair, 0, len(texts))
	for i := len(texts) - 1; i >= 0; i-- {
		p, err := parseFrom(kind, texts[i])
		if err != nil {
			return Rules{}, warnings, err
		}
		_, target, _ := strings.Cut(texts[i], ":")
		to, ok, err := ResolveTarget(ctx, kind, target, names)
		if err != nil {
			return Rules{}, warnings, err
		}
		if !ok {
			warnings = append(warnings, fmt.Sprintf("Unknown --%smap name on receiver: %s", kind, target))
			continue
		}
		p.to = to
		r.pairs = append(r.pairs, p)
	}
	for i, j := 0, len(r.pairs)-1; i < j; i, j = i+1, j-1 {
		r.pairs[i], r.pairs[j] = r.pairs[j], r.pairs[i]
	}
	return r, warnings, nil
}

func parseFrom(kind Kind, text string) (pair, error) {
	from, to, colon := strings.Cut(text, ":")
	switch {
	case !colon:
		return pair{}, exit.Errorf(exit.Syntax, "No colon found in --%smap: %s", kind, text)
	case to == "":
		return pair{}, exit.Errorf(exit.Syntax, "No name found after colon --%smap: %s", kind, text)
	case from != "" && '0' <= from[0] && from[0] <= '9':
		return parseRange(kind, from)
	case strings.ContainsAny(from, "*[?"):
		return pair{form: byPattern, from: from}, nil
	}
	return pair{form: byName, from: from}, nil
}

func parseRange(kind Kind, from string) (pair, error) {
	low, high, isRange := strings.Cut(from, "-")
	if !isRange {
		high = low
	}
	if !allDigits(low) || !allDigits(high) {
		return pair{}, exit.Errorf(exit.Syntax, "Invalid number in --%smap: %s", kind, from)
	}
	lo, err := parseID(low)
	if err != nil {
		return pair{}, err
	}
	hi, err := parseID(high)
	if err != nil {
		return pair{}, err
	}
	return pair{form: byID, lo: lo, hi: hi}, nil
}

// parseID parses digits as an id. The largest one passes here, and is refused
// where it would be applied.
func parseID(digits string) (uint32, error) {
	id, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0, exit.Errorf(exit.Syntax, "Invalid ID number: %s", digits)
	}
	return uint32(id), nil
}

// ResolveTarget returns the id that text means here: digits are the id
// itself, anything else a name to look up; ok is false if nobody has it. It
// also serves for the users and groups that --copy-as and a daemon's
// configuration name.
func ResolveTarget(ctx context.Context, kind Kind, text string, names Lookup) (id uint32, ok bool, err error) {
	if allDigits(text) {
		id, err = parseID(text)
		return id, err == nil, err
	}
	if text == "" {
		return 0, false, nil
	}
	return names.ID(ctx, kind, text)
}

// Empty reports whether there are no pairs, so that nothing can match.
func (r Rules) Empty() bool { return len(r.pairs) == 0 }

// Match returns the target of the first pair that matches an id with the name
// that the sender gave it ("" for none).
func (r Rules) Match(id uint32, name string) (to uint32, ok bool) {
	for i := range r.pairs {
		p := &r.pairs[i]
		switch p.form {
		case byID:
			ok = p.lo <= id && id <= p.hi
		case byName:
			ok = p.from == name
		case byPattern:
			ok = matchWildcard(p.from, name)
		}
		if ok {
			return p.to, true
		}
	}
	return 0, false
}

// Chown is a --chown value taken apart.
type Chown struct {
	User, Group string // target names or numbers; empty means not given
}

// ParseChown splits USER:GROUP at the first colon. Either part may be empty
// or missing.
func ParseChown(text string) Chown {
	u, g, _ := strings.Cut(text, ":")
	return Chown{User: u, Group: g}
}

// UserMap returns the --usermap list that the value stands for, or "".
func (c Chown) UserMap() string { return everybody(c.User) }

// GroupMap returns the --groupmap list that the value stands for, or "".
func (c Chown) GroupMap() string { return everybody(c.Group) }

func everybody(to string) string {
	if to == "" {
		return ""
	}
	return "*:" + to
}
