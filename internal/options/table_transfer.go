package options

// transferRows are the options of the groups Transfer method and Compression.
func transferRows() []Option {
	return []Option{
		{Long: "dry-run", Short: 'n', Group: GroupTransfer, Help: "only show what would be done", Forward: "n", exactOnly: true,
			flag: func(o *Options) *bool { return &o.DryRunGiven }},
		{Long: "max-alloc", ArgName: "SIZE", Group: GroupTransfer, Help: "limit of a single allocation", Forward: "max-alloc",
			set: func(s *scan, v string) error { s.maxAlloc, s.maxAllocSet = v, true; return nil }},
		{Long: "whole-file", Short: 'W', Group: GroupTransfer, Help: "send whole files, no differences", Forward: "W,inplace",
			neg:   "whole-file W",
			set:   func(s *scan, _ string) error { s.o.WholeFile = On; return nil },
			unset: func(s *scan) { s.o.WholeFile = Off }},
		{Long: "checksum-choice", ArgName: "STR", Group: GroupTransfer, Help: "choose the checksum algorithm (also --cc)", Forward: "checksum-choice",
			complete: completeChecksum, set: setChecksumChoice},
		{Long: "cc", ArgName: "STR", Group: GroupTransfer, Same: "checksum-choice", Forward: "checksum-choice",
			complete: completeChecksum, set: setChecksumChoice},
		{Long: "block-size", Short: 'B', ArgName: "SIZE", Group: GroupTransfer, Help: "use blocks of SIZE for differences", Forward: "B",
			set: setBlockSize},
		{Long: "fuzzy", Short: 'y', Group: GroupTransfer, Help: "look for a similar file to start from", Forward: "y",
			neg: "fuzzy y", count: func(o *Options) *int { return &o.Fuzzy }},
		{Long: "stop-after", ArgName: "MINS", Group: GroupTransfer, Help: "stop when MINS minutes have passed", set: setStopAfter},
		{Long: "time-limit", ArgName: "MINS", Group: GroupTransfer, Hidden: true, Same: "stop-after", set: setStopAfter},
		{Long: "stop-at", ArgName: "y-m-dTh:m", Group: GroupTransfer, Help: "stop at the given time", set: setStopAt},

		{Long: "compress", Short: 'z', Group: GroupCompress, Help: "compress data on the way", Forward: "z,compress-choice", neg: "compress z",
			set:   func(s *scan, _ string) error { s.compress++; return nil },
			unset: func(s *scan) { s.compress, s.compressChoice, s.compressSet = 0, "", false }},
		{Long: "old-compress", Group: GroupCompress, Hidden: true, Forward: "z,compress-choice",
			set: func(s *scan, _ string) error { s.choose("zlib"); return nil }},
		{Long: "new-compress", Group: GroupCompress, Hidden: true, Forward: "compress-choice",
			set: func(s *scan, _ string) error { s.choose("zlibx"); return nil }},
		{Long: "compress-choice", ArgName: "STR", Group: GroupCompress, Help: "choose the compression method (also --zc)", Forward: "z,compress-choice",
			complete: completeCompress, set: func(s *scan, v string) error { s.choose(v); return nil }},
		{Long: "zc", ArgName: "STR", Group: GroupCompress, Same: "compress-choice", Forward: "z,compress-choice",
			complete: completeCompress, set: func(s *scan, v string) error { s.choose(v); return nil }},
		{Long: "compress-level", ArgName: "NUM", Group: GroupCompress, Help: "choose the compression level (also --zl)", Forward: "compress-level",
			setInt: setCompressLevel},
		{Long: "zl", ArgName: "NUM", Group: GroupCompress, Same: "compress-level", Forward: "compress-level", setInt: setCompressLevel},
		{Long: "compress-threads", ArgName: "NUM", Group: GroupCompress, Help: "threads for compression (also --zt)",
			number: func(o *Options) *int { return &o.CompressThreads }},
		{Long: "zt", ArgName: "NUM", Group: GroupCompress, Same: "compress-threads",
			number: func(o *Options) *int { return &o.CompressThreads }},
		{Long: "skip-compress", ArgName: "LIST", Group: GroupCompress, Help: "suffixes of files not worth compressing", Forward: "skip-compress",
			set: func(s *scan, v string) error { s.o.SkipCompress, s.o.SkipCompressSet = v, true; return nil }},
	}
}

// choose takes a compression choice as typed; the last one wins.
func (s *scan) choose(name string) { s.compressChoice, s.compressSet = name, true }

func setCompressLevel(s *scan, n int) error {
	s.o.CompressLevel, s.o.CompressLevelSet = n, true
	return nil
}

func setChecksumChoice(s *scan, v string) error {
	s.o.ChecksumChoice, s.checksumSet = v, true
	return nil
}
