package filter

// Script returns the rules collected so far in their full form, as the script beside a batch file
// lists them (docs/protocol/03-transfer.md §15.4): those of all ends, as they were given, with what
// the options imply but without what -C adds.
func (b *Builder) Script() []string {
	rules := make([]string, 0, len(b.to.rules))
	for _, r := range b.to.rules {
		text, _ := appendPrefix(nil, r.flags, newestProtocol, false)
		text = append(text, r.pattern...)
		if r.flags.has(flagDirOnly) {
			text = append(text, '/')
		}
		rules = append(rules, string(text))
	}
	return rules
}
