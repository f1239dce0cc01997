package options

// selectRows are the options of the groups What to transfer and Filters.
func selectRows() []Option {
	return []Option{
		{Long: "recursive", Short: 'r', Group: GroupSelect, Help: "enter directories", Forward: "r", neg: "recursive r",
			set:   func(s *scan, _ string) error { s.o.Recurse = RecurseStrong; return nil },
			unset: func(s *scan) { s.o.Recurse = RecurseNot }},
		{Long: "inc-recursive", Group: GroupSelect, Help: "build the file list while transferring", Forward: "e", neg: "inc-recursive i-r",
			set:   func(s *scan, _ string) error { s.o.NoIncRecursive = false; return nil },
			unset: func(s *scan) { s.o.NoIncRecursive = true }},
		{Long: "i-r", Group: GroupSelect, Same: "inc-recursive", Forward: "e",
			set: func(s *scan, _ string) error { s.o.NoIncRecursive = false; return nil }},
		{Long: "dirs", Short: 'd', Group: GroupSelect, Help: "transfer directories without entering them", Forward: "d", neg: "dirs d",
			set:   func(s *scan, _ string) error { s.dirs = dirsOn; return nil },
			unset: func(s *scan) { s.dirs = dirsOff }},
		{Long: "old-dirs", Group: GroupSelect, Help: "as --dirs, for servers that lack it", Forward: "r",
			set: func(s *scan, _ string) error { s.dirs = dirsOld; return nil }},
		{Long: "old-d", Group: GroupSelect, Same: "old-dirs", Help: "the same as --old-dirs", Forward: "r",
			set: func(s *scan, _ string) error { s.dirs = dirsOld; return nil }},
		{Long: "modify-window", Short: '@', ArgName: "NUM", Group: GroupSelect, Help: "seconds by which equal times may differ", Forward: "modify-window",
			setInt: func(s *scan, n int) error { s.o.ModifyWindow, s.o.ModifyWindowSet = n, true; return nil }},
		{Long: "relative", Short: 'R', Group: GroupSelect, Help: "keep the path names as given", Forward: "R,no-relative", neg: "relative R",
			set:   func(s *scan, _ string) error { s.relative = On; return nil },
			unset: func(s *scan) { s.relative = Off }},
		{Long: "implied-dirs", Group: GroupSelect, Hidden: true, Forward: "no-implied-dirs", neg: "implied-dirs i-d",
			flag: func(o *Options) *bool { return &o.ImpliedDirs }},
		{Long: "i-d", Group: GroupSelect, Hidden: true, Same: "implied-dirs", Forward: "no-implied-dirs",
			flag: func(o *Options) *bool { return &o.ImpliedDirs }},
		{Long: "ignore-times", Short: 'I', Group: GroupSelect, Help: "transfer files of equal size and time too", Forward: "I",
			flag: func(o *Options) *bool { return &o.IgnoreTimes }},
		{Long: "size-only", Group: GroupSelect, Help: "pass over files of equal size", Forward: "size-only",
			flag: func(o *Options) *bool { return &o.SizeOnly }},
		{Long: "one-file-system", Short: 'x', Group: GroupSelect, Help: "stay on one file system (-xx: without mount points)", Forward: "x",
			neg: "one-file-system x", count: func(o *Options) *int { return &o.OneFileSystem }},
		{Long: "update", Short: 'u', Group: GroupSelect, Help: "pass over files that are newer on the receiver", Forward: "u",
			flag: func(o *Options) *bool { return &o.Update }},
		{Long: "existing", Group: GroupSelect, Help: "create no new files on the receiver", Forward: "existing",
			flag: func(o *Options) *bool { return &o.Existing }},
		{Long: "ignore-non-existing", Group: GroupSelect, Same: "existing", Help: "the same as --existing", Forward: "existing",
			flag: func(o *Options) *bool { return &o.Existing }},
		{Long: "ignore-existing", Group: GroupSelect, Help: "update no file that the receiver has", Forward: "ignore-existing",
			flag: func(o *Options) *bool { return &o.IgnoreExisting }},
		{Long: "max-size", ArgName: "SIZE", Group: GroupSelect, Help: "pass over files larger than SIZE", Forward: "max-size",
			set: sizeSetter("max-size", func(o *Options) *int64 { return &o.MaxSize })},
		{Long: "min-size", ArgName: "SIZE", Group: GroupSelect, Help: "pass over files smaller than SIZE", Forward: "min-size",
			set: sizeSetter("min-size", func(o *Options) *int64 { return &o.MinSize })},
		{Long: "ignore-missing-args", Group: GroupSelect, Help: "say nothing of sources that do not exist", Forward: "ignore-missing-args",
			set: func(s *scan, _ string) error { s.ignoreMissing = true; return nil }},
		{Long: "checksum", Short: 'c', Group: GroupSelect, Help: "compare checksums instead of size and time", Forward: "c",
			neg: "checksum c", flag: func(o *Options) *bool { return &o.Checksum }},
		{Long: "prune-empty-dirs", Short: 'm', Group: GroupSelect, Help: "leave out directories that hold no files", Forward: "m",
			neg: "prune-empty-dirs m", flag: func(o *Options) *bool { return &o.PruneEmptyDirs }},
		{Long: "files-from", ArgName: "FILE", Group: GroupSelect, Help: "read the names of source files from FILE", Forward: "R,files-from",
			complete: completeFile,
			set:      func(s *scan, v string) error { s.filesFrom, s.o.FilesFromGiven = v, true; return nil }},
		{Long: "from0", Short: '0', Group: GroupSelect, Help: "names in list and filter files end with a NUL", Forward: "files-from",
			neg: "from0", exactOnly: true, flag: func(o *Options) *bool { return &o.From0 }},

		{Short: 'F', Group: GroupFilter, Help: "use .rsync-filter files; -FF also leaves them out",
			set: func(s *scan, _ string) error {
				s.o.DirMergeShortcut++
				switch s.o.DirMergeShortcut {
				case 1:
					return s.filter(FilterRule, ": /.rsync-filter")
				case 2:
					return s.filter(FilterRule, "- .rsync-filter")
				}
				return nil
			}},
		{Long: "filter", Short: 'f', ArgName: "RULE", Group: GroupFilter, Help: "add a filter RULE", set: filterSetter(FilterRule)},
		{Long: "exclude", ArgName: "PATTERN", Group: GroupFilter, Help: "leave out what matches PATTERN", set: filterSetter(FilterExclude)},
		{Long: "include", ArgName: "PATTERN", Group: GroupFilter, Help: "do not leave out what matches PATTERN", set: filterSetter(FilterInclude)},
		{Long: "exclude-from", ArgName: "FILE", Group: GroupFilter, Help: "read exclude patterns from FILE",
			complete: completeFile, set: filterSetter(FilterExcludeFrom)},
		{Long: "include-from", ArgName: "FILE", Group: GroupFilter, Help: "read include patterns from FILE",
			complete: completeFile, set: filterSetter(FilterIncludeFrom)},
		{Long: "cvs-exclude", Short: 'C', Group: GroupFilter, Help: "leave out what CVS would ignore", Forward: "C",
			flag: func(o *Options) *bool { return &o.CVSExclude }},
	}
}
