package options

// destinationRows are the options of the group Writing the destination.
func destinationRows() []Option {
	return []Option{
		{Long: "write-devices", Group: GroupDest, Help: "write data into devices (includes --inplace)", Forward: "write-devices,inplace",
			neg: "write-devices", exactOnly: true, flag: func(o *Options) *bool { return &o.WriteDevices }},
		{Long: "sparse", Short: 'S', Group: GroupDest, Help: "write runs of zeros as holes", Forward: "S", neg: "sparse S",
			flag: func(o *Options) *bool { return &o.Sparse }},
		{Long: "preallocate", Group: GroupDest, Help: "reserve space before writing a file", Forward: "preallocate",
			flag: func(o *Options) *bool { return &o.Preallocate }},
		{Long: "inplace", Group: GroupDest, Help: "update files where they are", Forward: "inplace", neg: "inplace",
			flag: func(o *Options) *bool { return &o.Inplace }},
		{Long: "append", Group: GroupDest, Help: "append to files that are shorter", Forward: "append", neg: "append",
			set: func(s *scan, _ string) error {
				if s.server() && s.o.Append != AppendNot {
					s.o.Append = AppendVerify
				} else {
					s.o.Append = AppendBlind
				}
				return nil
			},
			unset: func(s *scan) { s.o.Append = AppendNot }},
		{Long: "append-verify", Group: GroupDest, Help: "as --append, checking the old part too", Forward: "append",
			set: func(s *scan, _ string) error { s.o.Append = AppendVerify; return nil }},
		{Long: "compare-dest", ArgName: "DIR", Group: GroupDest, Help: "send nothing that DIR has already", Forward: "alt-dest",
			complete: completeDir, set: altSetter(AltCompare)},
		{Long: "copy-dest", ArgName: "DIR", Group: GroupDest, Help: "... and copy unchanged files from there", Forward: "alt-dest",
			complete: completeDir, set: altSetter(AltCopy)},
		{Long: "link-dest", ArgName: "DIR", Group: GroupDest, Help: "... and hard-link unchanged files to there", Forward: "alt-dest",
			complete: completeDir, set: altSetter(AltLink)},
		{Short: 'P', Group: GroupDest, Help: "the same as --partial --progress", Forward: "partial,log-format",
			set: func(s *scan, _ string) error {
				s.o.Partial, s.o.Progress = true, true
				return nil
			}},
		{Long: "partial", Group: GroupDest, Help: "keep files whose transfer was cut short", Forward: "partial", neg: "partial",
			flag: func(o *Options) *bool { return &o.Partial }},
		{Long: "partial-dir", ArgName: "DIR", Group: GroupDest, Help: "... and put them into DIR", Forward: "partial",
			complete: completeDir,
			set: func(s *scan, v string) error {
				s.partialDir, s.partialDirSet = v, true
				s.o.Partial = true
				return nil
			}},
		{Long: "delay-updates", Group: GroupDest, Help: "put all files in place at the end", Forward: "partial", neg: "delay-updates",
			flag: func(o *Options) *bool { return &o.DelayUpdates }},
		{Long: "backup", Short: 'b', Group: GroupDest, Help: "keep what is replaced or deleted", Forward: "b", neg: "backup",
			flag: func(o *Options) *bool { return &o.Backup }},
		{Long: "backup-dir", ArgName: "DIR", Group: GroupDest, Help: "... in a tree below DIR", Forward: "backup-dir,b",
			complete: completeDir,
			set:      func(s *scan, v string) error { s.o.BackupDir, s.o.BackupDirSet = v, true; return nil }},
		{Long: "suffix", ArgName: "SUFFIX", Group: GroupDest, Help: "suffix of backups (default ~ without --backup-dir)", Forward: "suffix",
			set: func(s *scan, v string) error { s.suffix, s.suffixSet = v, true; return nil }},
		{Long: "fsync", Group: GroupDest, Help: "flush every file to the disk", Forward: "fsync",
			flag: func(o *Options) *bool { return &o.Fsync }},
		{Long: "temp-dir", Short: 'T', ArgName: "DIR", Group: GroupDest, Modes: modeAll, Help: "make temporary files in DIR", Forward: "temp-dir",
			complete: completeDir,
			set:      func(s *scan, v string) error { s.o.TempDir, s.o.TempDirSet = v, true; return nil },
			daemon:   func(d *daemonScan, v string, _ int) error { d.o.TempDir = v; return nil }},
		{Long: "mkpath", Group: GroupDest, Help: "create missing parents of the destination", Forward: "mkpath", neg: "mkpath",
			flag: func(o *Options) *bool { return &o.Mkpath }},
	}
}

// deleteRows are the options of the groups Deleting and Batch files.
func deleteRows() []Option {
	during := func(w DeleteWhen) func(*scan, string) error {
		return func(s *scan, _ string) error { s.deleteDuring = w; return nil }
	}
	return []Option{
		{Long: "del", Group: GroupDelete, Same: "delete-during", Help: "the same as --delete-during", Forward: "delete", set: during(DeleteDuring)},
		{Long: "delete", Group: GroupDelete, Help: "delete what the source does not have", Forward: "delete,no-r,d",
			flag: func(o *Options) *bool { return &o.Delete }},
		{Long: "delete-before", Group: GroupDelete, Help: "... before the transfer", Forward: "delete",
			set: func(s *scan, _ string) error { s.deleteBefore = true; return nil }},
		{Long: "delete-during", Group: GroupDelete, Help: "... during the transfer", Forward: "delete", set: during(DeleteDuring)},
		{Long: "delete-delay", Group: GroupDelete, Help: "... found during the transfer, done after it", Forward: "delete", set: during(DeleteDelay)},
		{Long: "delete-after", Group: GroupDelete, Help: "... after the transfer", Forward: "delete",
			set: func(s *scan, _ string) error { s.deleteAfter = true; return nil }},
		{Long: "delete-excluded", Group: GroupDelete, Help: "... and what the filters leave out", Forward: "delete-excluded",
			flag: func(o *Options) *bool { return &o.DeleteExcluded }},
		{Long: "delete-missing-args", Group: GroupDelete, Help: "delete destinations of missing sources", Forward: "delete-missing-args",
			set: func(s *scan, _ string) error { s.deleteMissing = true; return nil }},
		{Long: "remove-source-files", Group: GroupDelete, Help: "the sender removes files that are in sync", Forward: "remove-source",
			set: func(s *scan, _ string) error { s.o.RemoveSource = RemoveProcessed; return nil }},
		{Long: "remove-sent-files", Group: GroupDelete, Hidden: true, Forward: "remove-source",
			set: func(s *scan, _ string) error { s.o.RemoveSource = RemoveSent; return nil }},
		{Long: "force", Group: GroupDelete, Help: "replace directories even if not empty", Forward: "force", neg: "force",
			flag: func(o *Options) *bool { return &o.Force }},
		{Long: "ignore-errors", Group: GroupDelete, Help: "delete even after I/O errors", Forward: "ignore-errors", neg: "ignore-errors",
			flag: func(o *Options) *bool { return &o.IgnoreErrors }},
		{Long: "max-delete", ArgName: "NUM", Group: GroupDelete, Help: "delete no more than NUM files", Forward: "max-delete",
			setInt: func(s *scan, n int) error { s.maxDelete, s.o.MaxDeleteSet = n, true; return nil }},

		{Long: "read-batch", ArgName: "FILE", Group: GroupBatch, Help: "apply the update that FILE holds", complete: completeFile,
			set: func(s *scan, v string) error { s.readBatch, s.batchName = true, v; return nil }},
		{Long: "write-batch", ArgName: "FILE", Group: GroupBatch, Help: "also write the update to FILE", complete: completeFile,
			set: func(s *scan, v string) error { s.writeBatch, s.batchName = BatchWrite, v; return nil }},
		{Long: "only-write-batch", ArgName: "FILE", Group: GroupBatch, Help: "write the update to FILE and change nothing",
			Forward: "only-write-batch", complete: completeFile,
			set: func(s *scan, v string) error { s.writeBatch, s.batchName = BatchOnlyWrite, v; return nil }},
	}
}
