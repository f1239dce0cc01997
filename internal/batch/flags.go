package batch

import (
	"godwit/internal/exit"
	"godwit/internal/options"
)

// Flags is the first number of a batch file: the options that decide what the stream looks like
// (docs/protocol/03-transfer.md §15.2).
type Flags int32

// option is one bit of Flags. What set does with an option that is on already must not matter.
type option struct {
	since int    // first protocol in which readers look at it
	name  string // for messages, without the dashes in front
	get   func(o *options.Options) bool
	set   func(o *options.Options, on bool)
}

// theOptions are the bits of Flags, from the lowest.
var theOptions = [...]option{
	{27, "recurse (-r)", func(o *options.Options) bool { return o.Recurse != options.RecurseNot }, setRecurse},
	{27, "owner (-o)", func(o *options.Options) bool { return o.Owner }, func(o *options.Options, on bool) { o.Owner = on }},
	{27, "group (-g)", func(o *options.Options) bool { return o.Group }, func(o *options.Options, on bool) { o.Group = on }},
	{27, "links (-l)", func(o *options.Options) bool { return o.Links }, func(o *options.Options, on bool) { o.Links = on }},
	{27, "devices (-D)", func(o *options.Options) bool { return o.Devices }, func(o *options.Options, on bool) { o.Devices = on }},
	{27, "hard-links (-H)", func(o *options.Options) bool { return o.HardLinks > 0 }, func(o *options.Options, on bool) { o.HardLinks = count(o.HardLinks, on) }},
	{27, "checksum (-c)", func(o *options.Options) bool { return o.Checksum }, func(o *options.Options, on bool) { o.Checksum = on }},
	{29, "dirs (-d)", func(o *options.Options) bool { return o.Dirs }, func(o *options.Options, on bool) { o.Dirs = on }},
	{29, "compress (-z)", func(o *options.Options) bool { return o.Compress }, func(o *options.Options, on bool) { o.Compress = on }},
	{30, "", func(o *options.Options) bool { return o.Iconv }, nil},
	{30, "acls (-A)", func(o *options.Options) bool { return o.ACLs }, func(o *options.Options, on bool) { o.ACLs = on }},
	{30, "xattrs (-X)", func(o *options.Options) bool { return o.Xattrs > 0 }, func(o *options.Options, on bool) { o.Xattrs = count(o.Xattrs, on) }},
	{30, "inplace", func(o *options.Options) bool { return o.Inplace }, func(o *options.Options, on bool) { o.Inplace = on }},
	{30, "append", appends(options.AppendBlind), setAppend(options.AppendBlind)},
	{30, "append-verify", appends(options.AppendVerify), setAppend(options.AppendVerify)},
}

func setRecurse(o *options.Options, on bool) {
	if o.Recurse = options.RecurseNot; on {
		o.Recurse = options.RecurseStrong
	}
}

// count is a counted option that has to be on or off.
func count(n int, on bool) int {
	if !on {
		return 0
	}
	return max(n, 1)
}

func appends(m options.AppendMode) func(*options.Options) bool {
	return func(o *options.Options) bool { return o.Append == m }
}

func setAppend(m options.AppendMode) func(*options.Options, bool) {
	return func(o *options.Options, on bool) {
		switch {
		case on:
			o.Append = m
		case o.Append == m:
			o.Append = options.AppendNot
		}
	}
}

// FlagsOf returns the flags of a run with the given options. They hold all that is known, whatever
// the protocol.
func FlagsOf(o *options.Options) Flags {
	var f Flags
	for i := range theOptions {
		if theOptions[i].get(o) {
			f |= 1 << i
		}
	}
	return f
}

// Adopt changes the options of a reader to what the batch was written with. Changed is told each
// option that is set or cleared, with its letter, as in "recurse (-r)". What cannot be adopted, the
// charset of names, is an error.
func (f Flags) Adopt(o *options.Options, protocol int, changed func(option string, on bool)) error {
	own := FlagsOf(o)
	for i := range theOptions {
		opt := &theOptions[i]
		on := f>>i&1 != 0
		if protocol < opt.since || own>>i&1 != 0 == on {
			continue
		}
		if opt.set == nil {
			if on {
				return exit.Errorf(exit.Syntax, "Please specify the --iconv option to use this batch file.")
			}
			return exit.Errorf(exit.Syntax, "Do not specify the --iconv option to use this batch file.")
		}
		opt.set(o, on)
		if changed != nil {
			changed(opt.name, on)
		}
	}
	return nil
}
