package options

// outputRows are the options of the groups General, Messages and progress,
// and Log file.
func outputRows() []Option {
	return []Option{
		{Long: "help", Group: GroupGeneral, Modes: modeAll, Help: "print this help and exit",
			set:    func(s *scan, _ string) error { return s.act(ActionHelp) },
			daemon: func(d *daemonScan, _ string, _ int) error { d.help = true; return errStop }},
		{Long: "version", Short: 'V', Group: GroupGeneral, Help: "print version and capabilities and exit (-VV: as JSON)",
			set: func(s *scan, _ string) error { s.version++; return nil }},

		{Long: "verbose", Short: 'v', Group: GroupOutput, Modes: modeAll, Help: "say more; may be repeated", Forward: "v",
			neg: "verbose v", count: func(o *Options) *int { return &o.Verbose },
			daemon: func(d *daemonScan, _ string, n int) error { d.o.Verbose = (d.o.Verbose + 1) * n; return nil }},
		{Long: "info", ArgName: "FLAGS", Group: GroupOutput, Help: "choose kinds of information one by one", Forward: "info",
			complete: completeInfo,
			set: func(s *scan, v string) error {
				help, err := setFlags(v, "--info", infoFlags[:], s.o.Info[:], s.o.InfoSet[:], s.server())
				return s.flagHelp(help, ActionInfoHelp, err)
			}},
		{Long: "debug", ArgName: "FLAGS", Group: GroupOutput, Help: "choose kinds of tracing one by one",
			complete: completeDebug,
			set: func(s *scan, v string) error {
				help, err := setFlags(v, "--debug", debugFlags[:], s.o.Debug[:], s.o.DebugSet[:], s.server())
				return s.flagHelp(help, ActionDebugHelp, err)
			}},
		{Long: "stderr", ArgName: "e|a|c", Group: GroupOutput, Help: "where messages go: errors, all or client", Forward: "msgs2stderr",
			complete: completeWords("errors all client"), set: setStderr},
		{Long: "msgs2stderr", Group: GroupOutput, Hidden: true, Forward: "msgs2stderr", neg: "msgs2stderr",
			set:   func(s *scan, _ string) error { s.o.Stderr, s.o.StderrSet = StderrAll, true; return nil },
			unset: func(s *scan) { s.o.Stderr, s.o.StderrSet = StderrClient, true }},
		{Long: "quiet", Short: 'q', Group: GroupOutput, Help: "print errors only", Forward: "q",
			count: func(o *Options) *int { return &o.Quiet }},
		{Long: "motd", Group: GroupOutput, Hidden: true, neg: "motd",
			set:   func(s *scan, _ string) error { s.o.NoMotd = false; return nil },
			unset: func(s *scan) { s.o.NoMotd = true }},
		{Long: "stats", Group: GroupOutput, Help: "print statistics at the end", Forward: "stats",
			flag: func(o *Options) *bool { return &o.Stats }},
		{Long: "human-readable", Short: 'h', Group: GroupOutput, Help: "print numbers with units", neg: "human-readable h",
			count: func(o *Options) *int { return &o.HumanReadable }},
		{Long: "progress", Group: GroupOutput, Help: "show progress while transferring", Forward: "log-format", neg: "progress",
			flag: func(o *Options) *bool { return &o.Progress }},
		{Long: "out-format", ArgName: "FORMAT", Group: GroupOutput, Help: "print updates in the given FORMAT", Forward: "log-format",
			set: setOutFormat},
		{Long: "log-format", ArgName: "FORMAT", Group: GroupOutput, Hidden: true, Same: "out-format", Forward: "log-format",
			exactOnly: true, set: setOutFormat},
		{Long: "itemize-changes", Short: 'i', Group: GroupOutput, Help: "print what changes about each item", Forward: "log-format",
			neg: "itemize-changes i", count: func(o *Options) *int { return &o.Itemize }},
		{Long: "list-only", Group: GroupOutput, Help: "list files instead of copying them", Forward: "list-only,d",
			flag: func(o *Options) *bool { return &o.ListOnlyGiven }},
		{Long: "8-bit-output", Short: '8', Group: GroupOutput, Help: "print bytes above 127 in names as they are", neg: "8-bit-output 8",
			flag: func(o *Options) *bool { return &o.EightBit }},
		{Long: "outbuf", ArgName: "N|L|B", Group: GroupOutput, Help: "buffer output: none, by line or by block",
			complete: completeWords("N L B"),
			set:      func(s *scan, v string) error { s.outbuf, s.outbufSet = v, true; return nil }},

		{Long: "log-file", ArgName: "FILE", Group: GroupLog, Modes: modeAll, Help: "log what is done to FILE",
			complete: completeFile, text: func(o *Options) *string { return &o.LogFile },
			daemon: func(d *daemonScan, v string, _ int) error { d.o.LogFile = v; return nil }},
		{Long: "log-file-format", ArgName: "FMT", Group: GroupLog, Modes: modeAll, Help: "format of the lines in the log file",
			set: func(s *scan, v string) error { s.logFormat, s.logFormatSet = v, true; return nil },
			daemon: func(d *daemonScan, v string, _ int) error {
				d.o.LogFileFormat, d.o.LogFileFormatSet = v, true
				return nil
			}},
	}
}
