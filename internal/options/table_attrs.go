package options

// attributeRows are the options of the group Attributes. Where --archive is
// refused, the order of -r -d -p -t -o -g -D -l in the whole table decides
// which of them is named, so this group stands between What to transfer and
// Symbolic links.
func attributeRows() []Option {
	return []Option{
		{Long: "archive", Short: 'a', Group: GroupAttrs, Help: "the same as -rlptgoD", Forward: "r,l,p,t,g,o,D",
			set: func(s *scan, _ string) error {
				if s.o.Recurse == RecurseNot {
					s.o.Recurse = RecurseWeak
				}
				s.o.Links, s.o.Perms, s.o.Times, s.o.Group, s.o.Owner = true, true, true, true, true
				s.o.Devices, s.o.Specials = true, true
				return nil
			}},
		{Long: "perms", Short: 'p', Group: GroupAttrs, Help: "keep permissions", Forward: "p", neg: "perms p",
			flag: func(o *Options) *bool { return &o.Perms }},
		{Long: "executability", Short: 'E', Group: GroupAttrs, Help: "keep whether a file is executable", Forward: "E",
			flag: func(o *Options) *bool { return &o.Executability }},
		{Long: "acls", Short: 'A', Group: GroupAttrs, Help: "keep ACLs (includes --perms)", Forward: "A,p", neg: "acls A",
			set:   func(s *scan, _ string) error { s.o.ACLs, s.o.Perms = true, true; return nil },
			unset: func(s *scan) { s.o.ACLs = false }},
		{Long: "xattrs", Short: 'X', Group: GroupAttrs, Help: "keep extended attributes", Forward: "X", neg: "xattrs X",
			count: func(o *Options) *int { return &o.Xattrs }},
		{Long: "times", Short: 't', Group: GroupAttrs, Help: "keep modification times", Forward: "t", neg: "times t",
			flag: func(o *Options) *bool { return &o.Times }},
		{Long: "atimes", Short: 'U', Group: GroupAttrs, Help: "keep access times", Forward: "U", neg: "atimes U",
			set: func(s *scan, _ string) error {
				if s.o.Atimes++; s.o.Atimes > 1 {
					s.o.OpenNoatime = true
				}
				return nil
			},
			unset: func(s *scan) { s.o.Atimes = 0 }},
		{Long: "open-noatime", Group: GroupAttrs, Help: "leave access times alone when reading", Forward: "open-noatime",
			neg: "open-noatime", flag: func(o *Options) *bool { return &o.OpenNoatime }},
		{Long: "crtimes", Short: 'N', Group: GroupAttrs, Help: "keep creation times", Forward: "N", neg: "crtimes N",
			flag: func(o *Options) *bool { return &o.Crtimes }},
		{Long: "omit-dir-times", Short: 'O', Group: GroupAttrs, Help: "do not set times of directories", Forward: "O",
			neg: "omit-dir-times O", flag: func(o *Options) *bool { return &o.OmitDirTimesGiven }},
		{Long: "omit-link-times", Short: 'J', Group: GroupAttrs, Help: "do not set times of symlinks", Forward: "J",
			neg: "omit-link-times J", flag: func(o *Options) *bool { return &o.OmitLinkTimes }},
		{Long: "super", Group: GroupAttrs, Help: "the receiver tries what only root may do", Forward: "super", neg: "super",
			set:   func(s *scan, _ string) error { s.o.Super, s.o.FakeSuper = On, false; return nil },
			unset: func(s *scan) { s.o.Super, s.o.FakeSuper = Off, false }},
		{Long: "fake-super", Group: GroupAttrs, Help: "keep what only root may set in extended attributes",
			set: func(s *scan, _ string) error { s.o.Super, s.o.FakeSuper = Auto, true; return nil }},
		{Long: "owner", Short: 'o', Group: GroupAttrs, Help: "keep the owner (root only)", Forward: "o", neg: "owner o",
			flag: func(o *Options) *bool { return &o.Owner }},
		{Long: "group", Short: 'g', Group: GroupAttrs, Help: "keep the group", Forward: "g", neg: "group g",
			flag: func(o *Options) *bool { return &o.Group }},
		{Short: 'D', Group: GroupAttrs, Help: "the same as --devices --specials", Forward: "D,specials", neg: "D",
			set:   func(s *scan, _ string) error { s.o.Devices, s.o.Specials = true, true; return nil },
			unset: func(s *scan) { s.o.Devices, s.o.Specials = false, false }},
		{Long: "devices", Group: GroupAttrs, Help: "recreate device files (root only)", Forward: "D,specials", neg: "devices",
			flag: func(o *Options) *bool { return &o.Devices }},
		{Long: "specials", Group: GroupAttrs, Help: "recreate FIFOs and sockets", Forward: "specials", neg: "specials",
			flag: func(o *Options) *bool { return &o.Specials }},
		{Long: "copy-devices", Group: GroupAttrs, Help: "read devices as if they were files", Forward: "copy-devices", exactOnly: true,
			flag: func(o *Options) *bool { return &o.CopyDevices }},
		{Long: "drop-D", Group: GroupAttrs, Help: "this receiver creates no devices or specials", neg: "drop-D",
			flag: func(o *Options) *bool { return &o.DropD }},
		{Long: "hard-links", Short: 'H', Group: GroupAttrs, Help: "recreate hard links", Forward: "H", neg: "hard-links H",
			count: func(o *Options) *int { return &o.HardLinks }},
		{Long: "chmod", ArgName: "CHMOD", Group: GroupAttrs, Help: "change permissions on the way",
			set: func(s *scan, v string) error {
				if s.cfg.CheckChmod != nil && !s.cfg.CheckChmod(v) {
					return usageError(ChmodError(v))
				}
				s.o.Chmod = append(s.o.Chmod, v)
				return nil
			}},
		{Long: "numeric-ids", Group: GroupAttrs, Help: "keep ids as numbers, not by name", Forward: "numeric-ids",
			neg: "numeric-ids", flag: func(o *Options) *bool { return &o.NumericIDs }},
		{Long: "usermap", ArgName: "STRING", Group: GroupAttrs, Help: "map owners by a list of rules", Forward: "usermap,o",
			complete: completeUser, set: setUsermap},
		{Long: "groupmap", ArgName: "STRING", Group: GroupAttrs, Help: "map groups by a list of rules", Forward: "groupmap,g",
			complete: completeGroup, set: setGroupmap},
		{Long: "chown", ArgName: "USER:GROUP", Group: GroupAttrs, Help: "give everything to USER and GROUP", Forward: "usermap,groupmap,o,g",
			complete: completeUser, set: setChown},
	}
}

// linkRows are the options of the group Symbolic links.
func linkRows() []Option {
	return []Option{
		{Long: "links", Short: 'l', Group: GroupLinks, Help: "recreate symlinks", Forward: "l", neg: "links l",
			flag: func(o *Options) *bool { return &o.Links }},
		{Long: "copy-links", Short: 'L', Group: GroupLinks, Help: "copy what symlinks point to", Forward: "L",
			flag: func(o *Options) *bool { return &o.CopyLinks }},
		{Long: "copy-unsafe-links", Group: GroupLinks, Help: "copy what unsafe symlinks point to", Forward: "copy-unsafe-links",
			flag: func(o *Options) *bool { return &o.CopyUnsafeLinks }},
		{Long: "safe-links", Group: GroupLinks, Help: "pass over symlinks that leave the tree", Forward: "safe-links",
			flag: func(o *Options) *bool { return &o.SafeLinks }},
		{Long: "munge-links", Group: GroupLinks, Help: "make symlinks unusable (and usable again)", neg: "munge-links",
			flag: func(o *Options) *bool { return &o.MungeLinks }},
		{Long: "copy-dirlinks", Short: 'k', Group: GroupLinks, Help: "copy what symlinks to directories point to", Forward: "k",
			flag: func(o *Options) *bool { return &o.CopyDirlinks }},
		{Long: "keep-dirlinks", Short: 'K', Group: GroupLinks, Help: "take a symlink to a directory on the receiver as one", Forward: "K",
			flag: func(o *Options) *bool { return &o.KeepDirlinks }},
	}
}
