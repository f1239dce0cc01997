package manual

import (
	"strings"

	"godwit/internal/options"
)

// entry is one option with all of its spellings.
type entry struct {
	options.Option
	aliases   []options.Option
	negations []string // long names
}

// name is the option's long name, or its letter if it has none.
func name(o options.Option) string {
	if o.Long == "" {
		return string(rune(o.Short))
	}
	return o.Long
}

// entries gathers the rows of the option table, in the order of the groups.
// Options that stand for the roles of a server are left out: no user gives
// them.
func entries() []entry {
	var all []entry
	index := map[string]int{}
	for _, o := range options.Rows() {
		if o.Negates == "" && o.Same == name(o) && o.Group != options.GroupRoles {
			index[name(o)] = len(all)
			all = append(all, entry{Option: o})
		}
	}
	for _, o := range options.Rows() {
		switch {
		case o.Negates != "":
			if i, ok := index[o.Negates]; ok {
				all[i].negations = append(all[i].negations, o.Long)
			}
		case o.Same != name(o):
			if i, ok := index[o.Same]; ok {
				all[i].aliases = append(all[i].aliases, o)
			}
		}
	}
	return all
}

// inGroup returns the entries of one group.
func inGroup(all []entry, g options.Group) []entry {
	var some []entry
	for _, e := range all {
		if e.Group == g {
			some = append(some, e)
		}
	}
	return some
}

// groups are the headings in the order of the documents.
var groups = []options.Group{
	options.GroupGeneral, options.GroupOutput, options.GroupLog, options.GroupSelect, options.GroupFilter, options.GroupLinks,
	options.GroupAttrs, options.GroupTransfer, options.GroupCompress, options.GroupDest, options.GroupDelete, options.GroupBatch,
	options.GroupNet, options.GroupCharset, options.GroupArgs, options.GroupSecurity, options.GroupMisc, options.GroupDaemon,
}

// help is what the option does, in one line. A hidden option, which the table
// gives no help, has it in the notes.
func (e entry) help() string {
	return strings.TrimPrefix(e.Help, "... ")
}

// spellings returns the ways to write the option, without negations, and the
// name of its value behind each.
func (e entry) spellings() (words []string) {
	for _, o := range append([]options.Option{e.Option}, e.aliases...) {
		if o.Long != "" {
			words = append(words, "--"+o.Long)
		}
		if o.Short != 0 {
			words = append(words, "-"+string(rune(o.Short)))
		}
	}
	return words
}

// sentence makes a sentence of a help line.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
