package meta

import "strings"

// XattrRules say which extended attributes take part and under which names
// they travel and are stored (docs/protocol/02-wire-and-file-list.md §18.2).
// Names on the wire have a namespace in front, as on Linux.
type XattrRules struct {
	Private bool // -XX: this program's own attributes too
	Fake    bool // --fake-super
	Super   bool // foreign namespaces can be written: root, or --super, without Fake
	Flat    bool // this system's names have no namespace
	// Excluded is the filter rules' answer for a name; nil if no rule is
	// about attributes, which leaves the choice to the namespaces.
	Excluded func(name string) bool
}

// XattrRules returns the rules for this system and the policy's privileges.
// private is -XX; excluded is as in [XattrRules].
func (p *Policy) XattrRules(private bool, excluded func(name string) bool) XattrRules {
	return XattrRules{
		Private:  private,
		Fake:     p.Fake,
		Super:    p.Super && !p.Fake,
		Flat:     flatXattrs,
		Excluded: excluded,
	}
}

// Prefixes of names.
const (
	userSpace   = "user."
	systemSpace = "system."
	ownSpace    = "user.rsync."
	flatOwn     = "rsync."
)

// own is the prefix of this program's own attributes in this system's names.
func (r *XattrRules) own() string {
	if r.Flat {
		return flatOwn
	}
	return ownSpace
}

// private reports whether a local name is one of our own records that takes
// no part.
func (r *XattrRules) private(name string) bool {
	rest, ok := strings.CutPrefix(name, r.own())
	if !ok || !strings.HasPrefix(rest, "%") {
		return false
	}
	return !r.Private || r.Fake && (rest == "%stat" || rest == "%aacl" || rest == "%dacl")
}

// sendName returns the name under which a local attribute is sent.
func (r *XattrRules) sendName(name string) (wire string, ok bool) {
	if r.Excluded != nil {
		if r.Excluded(name) {
			return "", false
		}
	} else if !r.Flat && strings.HasPrefix(name, systemSpace) {
		return "", false
	}
	if r.private(name) {
		return "", false
	}
	foreign, isOwn := strings.CutPrefix(name, r.own())
	isOwn = isOwn && !strings.HasPrefix(foreign, "%")
	switch {
	case isOwn && (r.Fake || r.Flat):
		return foreign, true
	case r.Flat:
		return userSpace + name, true
	}
	return name, true
}

// localName undoes sendName, for a value that is read again.
func (r *XattrRules) localName(wire string) string {
	rest, isUser := strings.CutPrefix(wire, userSpace)
	switch {
	case r.Flat && isUser:
		return rest
	case r.Flat:
		return flatOwn + wire
	case r.Fake && !isUser:
		return ownSpace + wire
	}
	return wire
}

// storeName returns the name under which a received attribute is kept.
func (r *XattrRules) storeName(wire string) (name string, ok bool) {
	if !r.Private && strings.HasPrefix(wire, ownSpace+"%") {
		return "", false
	}
	if r.Excluded != nil && r.Excluded(wire) {
		return "", false
	}
	rest, isUser := strings.CutPrefix(wire, userSpace)
	switch {
	case isUser && r.Flat:
		return rest, true
	case isUser:
		return wire, true
	case r.Flat && (r.Super || r.Fake), r.Fake, !r.Super && r.Excluded != nil:
		return r.own() + wire, true
	case r.Flat || !r.Super:
		return "", false
	}
	return wire, true
}

// managed reports whether a local attribute of a destination takes part: it
// is compared, and removed if the sender's file has none of that name.
func (r *XattrRules) managed(name string) bool {
	if r.private(name) {
		return false
	}
	switch {
	case r.Excluded != nil:
		return !r.Excluded(name)
	case r.Flat:
		return true
	case r.Super:
		return !strings.HasPrefix(name, systemSpace)
	}
	return strings.HasPrefix(name, userSpace)
}
