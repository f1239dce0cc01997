package options

// longRules are in the order of the words on the command line; the numbers in
// docs/protocol/01-connection.md §4.5 are theirs.
var longRules = [...]longRule{
	plain("list-only", onBoth, func(o *Options) bool { return o.ListOnlyGiven }),
	plain("no-r", onPush, func(o *Options) bool { return o.Dirs && o.Recurse == RecurseNot && o.Delete }),
	{"compress-level", onBoth, func(w *wordList) {
		if w.o.CompressLevelSet {
			w.number("--compress-level=", int64(w.o.CompressLevel))
		}
	}},
	{"specials", onBoth, func(w *wordList) {
		switch {
		case w.o.Devices && !w.o.Specials:
			w.add("--no-specials")
		case !w.o.Devices && w.o.Specials:
			w.add("--specials")
		}
	}},
	{"log-format", onPush, forwardLogFormat},
	{"msgs2stderr", onBoth, func(w *wordList) {
		switch {
		case w.o.StderrSet && w.o.Stderr == StderrAll:
			w.add("--msgs2stderr")
		case w.o.StderrSet && w.o.Stderr == StderrClient:
			w.add("--no-msgs2stderr")
		}
	}},
	{"B", onBoth, func(w *wordList) {
		if w.o.BlockSize > 0 {
			w.number("-B", int64(w.o.BlockSize))
		}
	}},
	{"timeout", onBoth, func(w *wordList) {
		if w.o.Timeout > 0 {
			w.number("--timeout=", int64(w.o.Timeout))
		}
	}},
	{"bwlimit", onBoth, func(w *wordList) {
		if w.o.BwLimit > 0 {
			w.number("--bwlimit=", int64(w.o.BwLimit))
		}
	}},
	{"backup-dir", onBoth, func(w *wordList) {
		if w.o.BackupDir != "" {
			w.pair("--backup-dir", w.o.BackupDir)
		}
	}},
	{"suffix", onBoth, func(w *wordList) {
		standard := "~"
		if w.o.BackupDir != "" {
			standard = ""
		}
		if w.o.Suffix != standard {
			w.value("--suffix=", w.o.Suffix)
		}
	}},
	{"checksum-choice", onBoth, func(w *wordList) {
		if w.o.ChecksumChoice != "" {
			w.value("--checksum-choice=", w.o.ChecksumChoice)
		}
	}},
	{"compress-choice", onBoth, func(w *wordList) {
		switch w.o.CompressChoice {
		case "":
		case "zlibx":
			w.add("--new-compress")
		case "zlib":
			w.add("--old-compress")
		default:
			w.value("--compress-choice=", w.o.CompressChoiceText)
		}
	}},
	{"skip-compress", onPull, func(w *wordList) {
		if w.o.SkipCompressSet {
			w.value("--skip-compress=", w.o.SkipCompress)
		}
	}},
	{"max-delete", onPush, func(w *wordList) {
		switch {
		case w.o.MaxDelete > 0:
			w.number("--max-delete=", int64(w.o.MaxDelete))
		case w.o.MaxDelete == 0:
			w.add("--max-delete=-1")
		}
	}},
	{"min-size", onPush, func(w *wordList) {
		if w.o.MinSize >= 0 {
			w.number("--min-size=", w.o.MinSize)
		}
	}},
	{"max-size", onPush, func(w *wordList) {
		if w.o.MaxSize >= 0 {
			w.number("--max-size=", w.o.MaxSize)
		}
	}},
	{"delete", onPush, func(w *wordList) {
		words := [...]string{
			DeleteBefore: "--delete-before", DeleteDuring: "--delete-during",
			DeleteDelay: "--delete-delay", DeleteAfter: "--delete-after",
		}
		switch {
		case w.o.DeleteWhen != DeleteDefault:
			w.add(words[w.o.DeleteWhen])
		case w.o.Delete && !w.o.DeleteExcluded:
			w.add("--delete")
		}
	}},
	plain("delete-excluded", onPush, func(o *Options) bool { return o.DeleteExcluded }),
	plain("force", onPush, func(o *Options) bool { return o.Force }),
	{"only-write-batch", onPush, func(w *wordList) {
		if w.o.Batch == BatchOnlyWrite {
			w.add("--only-write-batch=X")
		}
	}},
	plain("super", onPush, func(o *Options) bool { return o.Super == On }),
	plain("size-only", onPush, func(o *Options) bool { return o.SizeOnly }),
	plain("stats", onPush, func(o *Options) bool { return o.Stats }),
	{"max-alloc", onBoth, func(w *wordList) {
		if w.o.MaxAllocText != "" {
			w.value("--max-alloc=", w.o.MaxAllocText)
		}
	}},
	plain("delete-missing-args", onBoth, func(o *Options) bool { return o.MissingArgs == MissingDelete }),
	plain("ignore-missing-args", onPull, func(o *Options) bool { return o.MissingArgs == MissingIgnore }),
	{"modify-window", onPush, func(w *wordList) {
		switch {
		case !w.o.ModifyWindowSet:
		case w.o.ModifyWindow < 0:
			w.number("-@", int64(w.o.ModifyWindow))
		default:
			w.number("--modify-window=", int64(w.o.ModifyWindow))
		}
	}},
	{"checksum-seed", onBoth, func(w *wordList) {
		if w.o.ChecksumSeed != 0 {
			w.number("--checksum-seed=", int64(w.o.ChecksumSeed))
		}
	}},
	{"partial", onPush, forwardPartial},
	plain("ignore-errors", onBoth, func(o *Options) bool { return o.IgnoreErrors }),
	plain("copy-unsafe-links", onBoth, func(o *Options) bool { return o.CopyUnsafeLinks }),
	plain("safe-links", onBoth, func(o *Options) bool { return o.SafeLinks }),
	plain("numeric-ids", onBoth, func(o *Options) bool { return o.NumericIDs }),
	plain("use-qsort", onBoth, func(o *Options) bool { return o.QSort }),
	{"usermap", onPush, func(w *wordList) {
		if w.o.UsermapSet {
			w.value("--usermap=", w.o.Usermap)
		}
	}},
	{"groupmap", onPush, func(w *wordList) {
		if w.o.GroupmapSet {
			w.value("--groupmap=", w.o.Groupmap)
		}
	}},
	plain("ignore-existing", onPush, func(o *Options) bool { return o.IgnoreExisting }),
	plain("existing", onPush, func(o *Options) bool { return o.Existing }),
	{"temp-dir", onPush, func(w *wordList) {
		if w.o.TempDirSet {
			w.pair("--temp-dir", w.o.TempDir)
		}
	}},
	plain("fsync", onPush, func(o *Options) bool { return o.Fsync }),
	{"alt-dest", onPush, func(w *wordList) {
		for _, dir := range w.o.AltDirs {
			w.pair(w.o.AltKind.String(), dir)
		}
	}},
	{"info", onBoth, func(w *wordList) {
		role := byte('r')
		if w.d == Pull {
			role = 's'
		}
		if words := forwardInfo(&w.o.Info, &w.o.InfoSet, role); words != "" {
			w.add("--info=" + words)
		}
	}},
	{"append", onBoth, func(w *wordList) {
		for range w.o.Append {
			w.add("--append")
		}
	}},
	{"inplace", onBoth, func(w *wordList) {
		if !w.o.Inplace || w.o.Append != AppendNot {
			return
		}
		w.add("--inplace")
		if w.d == Push && w.o.Sparse && w.o.WholeFile == Off {
			w.add("--no-W")
		}
	}},
	{"files-from", onBoth, func(w *wordList) {
		switch {
		case w.o.FilesFromRemote:
			w.pair("--files-from", w.o.FilesFrom)
			if w.o.From0 {
				w.add("--from0")
			}
		case w.o.FilesFromGiven && w.d == Pull:
			w.add("--files-from=-", "--from0")
		}
	}},
	{"no-relative", onBoth, func(w *wordList) {
		if !w.o.Relative && (w.o.FilesFromRemote || w.o.FilesFromGiven && w.d == Pull) {
			w.add("--no-relative")
		}
	}},
	{"no-implied-dirs", onBoth, func(w *wordList) {
		if w.o.Relative && !w.o.ImpliedDirs && (w.d == Pull || w.o.Protocol >= 30) {
			w.add("--no-implied-dirs")
		}
	}},
	plain("write-devices", onPush, func(o *Options) bool { return o.WriteDevices }),
	{"remove-source", onBoth, func(w *wordList) {
		switch w.o.RemoveSource {
		case RemoveProcessed:
			w.add("--remove-source-files")
		case RemoveSent:
			w.add("--remove-sent-files")
		}
	}},
	plain("copy-devices", onPull, func(o *Options) bool { return o.CopyDevices }),
	plain("preallocate", onPush, func(o *Options) bool { return o.Preallocate }),
	plain("open-noatime", onBoth, func(o *Options) bool { return o.OpenNoatime && o.Atimes < 2 }),
	plain("mkpath", onPush, func(o *Options) bool { return o.Mkpath }),
	{"remote-option", onBoth, func(w *wordList) {
		for _, option := range w.o.RemoteOptions {
			w.add(w.p.RemoteOption(option))
		}
	}},
}

// forwardLogFormat tells a receiving server what the client wants to print:
// the bits of each item, its operation, or just that there is a format.
func forwardLogFormat(w *wordList) {
	switch {
	case w.o.OutFormat == "" && !w.o.OutFormatGiven:
	case w.o.Itemize > 1:
		w.add("--log-format=%i%I")
	case w.o.Itemize == 1:
		w.add("--log-format=%i")
	case FormatHas(w.o.OutFormat, 'o'):
		w.add("--log-format=%o")
	case w.o.Verbose == 0:
		w.add("--log-format=X")
	}
}

func forwardPartial(w *wordList) {
	switch {
	case w.o.PartialDir != "":
		if !w.o.PartialDirImplied {
			w.pair("--partial-dir", w.o.PartialDir)
		}
		if w.o.DelayUpdates {
			w.add("--delay-updates")
		}
	case w.o.DelayUpdates:
		w.add("--delay-updates")
	case w.o.Partial:
		w.add("--partial")
	}
}
