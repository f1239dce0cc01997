package options

// networkRows are the options of the groups Network and remote shell,
// Character sets, and Argument passing.
func networkRows() []Option {
	return []Option{
		{Long: "bwlimit", ArgName: "RATE", Group: GroupNet, Modes: modeAll, Help: "limit the transfer rate, in KiB per second", Forward: "bwlimit",
			neg: "bwlimit", set: setBwLimit, unset: func(s *scan) { s.o.BwLimit = 0 },
			daemonInt: true, daemon: func(d *daemonScan, _ string, n int) error { d.o.BwLimit = n; return nil }},
		{Long: "timeout", ArgName: "SECONDS", Group: GroupNet, Help: "give up after SECONDS without input or output", Forward: "timeout",
			neg: "timeout", number: func(o *Options) *int { return &o.Timeout }},
		{Long: "contimeout", ArgName: "SECONDS", Group: GroupNet, Help: "give up connecting to a daemon after SECONDS",
			neg: "contimeout", number: func(o *Options) *int { return &o.ConTimeout }},
		{Long: "rsh", Short: 'e', ArgName: "COMMAND", Group: GroupNet, Help: "the remote shell to use", exactOnly: true,
			complete: completeCommand,
			set:      func(s *scan, v string) error { s.o.Rsh, s.o.RshGiven = v, true; return nil }},
		{Long: "rsync-path", ArgName: "PROGRAM", Group: GroupNet, Help: "the program to run on the remote machine",
			text: func(o *Options) *string { return &o.RsyncPath }},
		{Long: "ipv4", Short: '4', Group: GroupNet, Modes: modeAll, Help: "use IPv4",
			set: func(s *scan, _ string) error { s.o.IPv4, s.o.IPv6 = true, false; return nil },
			daemon: func(d *daemonScan, _ string, _ int) error {
				d.o.IPv4, d.o.IPv6 = true, false
				return nil
			}},
		{Long: "ipv6", Short: '6', Group: GroupNet, Modes: modeAll, Help: "use IPv6",
			set: func(s *scan, _ string) error { s.o.IPv4, s.o.IPv6 = false, true; return nil },
			daemon: func(d *daemonScan, _ string, _ int) error {
				d.o.IPv4, d.o.IPv6 = false, true
				return nil
			}},
		{Long: "address", ArgName: "ADDRESS", Group: GroupNet, Modes: modeAll, Help: "local address of the socket",
			text:   func(o *Options) *string { return &o.Address },
			daemon: func(d *daemonScan, v string, _ int) error { d.o.Address = v; return nil }},
		{Long: "port", ArgName: "PORT", Group: GroupNet, Modes: modeAll, Help: "port of the daemon",
			number:    func(o *Options) *int { return &o.Port },
			daemonInt: true, daemon: func(d *daemonScan, _ string, n int) error { d.o.Port = n; return nil }},
		{Long: "sockopts", ArgName: "OPTIONS", Group: GroupNet, Modes: modeAll, Help: "options of the TCP socket",
			text:   func(o *Options) *string { return &o.SockOpts },
			daemon: func(d *daemonScan, v string, _ int) error { d.o.SockOpts = v; return nil }},
		{Long: "password-file", ArgName: "FILE", Group: GroupNet, Help: "read the daemon's password from FILE",
			complete: completeFile,
			set:      func(s *scan, v string) error { s.o.PasswordFile, s.o.PasswordFileSet = v, true; return nil }},
		{Long: "early-input", ArgName: "FILE", Group: GroupNet, Help: "send FILE to the daemon's early exec command",
			complete: completeFile, text: func(o *Options) *string { return &o.EarlyInput }},
		{Long: "blocking-io", Group: GroupNet, Help: "use blocking I/O for the remote shell", neg: "blocking-io",
			set:   func(s *scan, _ string) error { s.o.BlockingIO = On; return nil },
			unset: func(s *scan) { s.o.BlockingIO = Off }},

		{Long: "iconv", ArgName: "CONVERT_SPEC", Group: GroupCharset, Help: "convert the character set of names", Forward: "iconv",
			neg: "iconv", exactOnly: true,
			set:   func(s *scan, v string) error { s.iconv, s.iconvSet = v, true; return nil },
			unset: func(s *scan) { s.iconv, s.iconvSet = "-", true }},

		{Long: "old-args", Group: GroupArgs, Help: "let the remote shell split arguments, as old releases did", neg: "old-args",
			set: func(s *scan, _ string) error {
				s.o.OldArgs, s.oldArgsSet = s.o.OldArgs+1, true
				return nil
			},
			unset: func(s *scan) { s.o.OldArgs, s.oldArgsSet = 0, true }},
		{Long: "secluded-args", Short: 's', Group: GroupArgs, Help: "send arguments over the protocol", Forward: "s", exactOnly: true,
			neg:   "secluded-args protect-args s",
			set:   func(s *scan, _ string) error { s.secluded = On; return nil },
			unset: func(s *scan) { s.secluded = Off }},
		{Long: "protect-args", Group: GroupArgs, Hidden: true, Same: "secluded-args", Forward: "s",
			set: func(s *scan, _ string) error { s.secluded = On; return nil }},
		{Long: "remote-option", Short: 'M', ArgName: "OPT", Group: GroupArgs, Help: "send OPT to the remote side only", Forward: "remote-option",
			set: func(s *scan, v string) error {
				if len(v) == 0 || v[0] != '-' {
					return usageError("rsync: Remote option must start with a dash: " + v)
				}
				s.o.RemoteOptions = append(s.o.RemoteOptions, v)
				return nil
			}},
	}
}

// programRows are the options of the groups Trust and confinement,
// Miscellaneous, Roles, and Daemon.
func programRows() []Option {
	daemonOnly := func(s *scan, _ string) error { return errDaemonOption }
	return []Option{
		{Long: "confine-root", ArgName: "DIR", Group: GroupSecurity, Help: "refuse named paths that lead out of DIR", complete: completeDir,
			set: func(s *scan, v string) error { s.o.ConfineRoot, s.confineSet = v, true; return nil }},
		{Long: "insecure-links", Group: GroupSecurity, Help: "follow symlinks of others in named paths", neg: "insecure-links",
			flag: func(o *Options) *bool { return &o.InsecureLinks }},
		{Long: "trust-sender", Group: GroupSecurity, Help: "do not check the names that a sender lists",
			flag: func(o *Options) *bool { return &o.TrustSender }},
		{Long: "copy-as", ArgName: "USER[:GROUP]", Group: GroupSecurity, Help: "become USER (and GROUP) for the copy", complete: completeUser,
			set: func(s *scan, v string) error { s.o.CopyAs, s.o.CopyAsSet = v, true; return nil }},

		{Long: "qsort", Group: GroupMisc, Hidden: true, Forward: "use-qsort",
			flag: func(o *Options) *bool { return &o.QSort }},
		{Long: "protocol", ArgName: "NUM", Group: GroupMisc, Modes: modeAll, Help: "speak an older protocol version",
			number:    func(o *Options) *int { return &o.Protocol },
			daemonInt: true, daemon: func(d *daemonScan, _ string, n int) error { d.o.Protocol = n; return nil }},
		{Long: "checksum-seed", ArgName: "NUM", Group: GroupMisc, Help: "seed of block and file checksums", Forward: "checksum-seed", exactOnly: true,
			setInt: func(s *scan, n int) error { s.o.ChecksumSeed = int32(n); return nil }},

		{Long: "server", Group: GroupRoles, Modes: modeAll, Hidden: true, exactOnly: true,
			set: func(s *scan, _ string) error {
				if s.o.Server {
					return nil
				}
				return errServerSeen
			},
			daemon: func(d *daemonScan, _ string, _ int) error { d.o.Server = true; return nil }},
		{Long: "sender", Group: GroupRoles, Modes: ModeServer, Hidden: true, exactOnly: true,
			set: func(s *scan, _ string) error {
				if !s.o.Server {
					return &Error{Usage: true, Code: exitSyntax}
				}
				s.o.Sender = true
				return nil
			}},

		{Long: "daemon", Group: GroupDaemon, Modes: modeAll, Help: "run as a daemon", set: daemonOnly,
			daemon: func(d *daemonScan, _ string, _ int) error { d.daemon = true; return nil }},
		{Long: "config", ArgName: "FILE", Group: GroupDaemon, Modes: modeAll, Help: "read the configuration from FILE", set: daemonOnly,
			complete: completeFile, daemon: func(d *daemonScan, v string, _ int) error { d.o.Config = v; return nil }},
		{Long: "dparam", Short: 'M', ArgName: "OVERRIDE", Group: GroupDaemon, Modes: modeAll, Help: "override a global parameter", set: daemonOnly,
			daemon: func(d *daemonScan, v string, _ int) error { return d.param(v) }},
		{Long: "detach", Group: GroupDaemon, Modes: modeAll, Hidden: true, neg: "detach",
			set: daemonOnly, unset: nil,
			daemon: func(d *daemonScan, _ string, n int) error { d.o.NoDetach = n == 0; return nil }},
	}
}
