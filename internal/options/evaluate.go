package options

import (
	"slices"
	"strings"
)

// The steps after the scan, docs/protocol/05-options.md §4.2, in its order;
// the first error wins.

const (
	maxPath      = 4096
	maxBackupDir = 3968
	maxBatchName = 256
)

// evaluate resolves a copy of what the scan has found, so that Resume and
// Derive can go on from the scan itself.
func (s *scan) evaluate() (*Options, error) {
	e := &evaluation{scan: s.clone(s.cfg)}
	e.o.Args = s.o.Args
	e.o.scan = s
	for _, step := range []func() error{
		e.showVersion,
		e.maxAllocation,
		e.argumentPassing,
		e.checksumChoice,
		e.loneHelp,
		e.compression,
		e.outputBuffering,
		e.messageFlags,
		e.charset,
		e.fuzzyLevel,
		e.secludedServer,
		e.fakeSuper,
		e.batch,
		e.tempDir,
		e.directories,
		e.deletion,
		e.confineRoot,
		e.backup,
		e.formats,
		e.updating,
		e.filesFromSource,
		e.leftovers,
	} {
		if err := step(); err != nil {
			return nil, asError(err)
		}
		if e.done {
			break
		}
	}
	return &e.o, nil
}

// An evaluation is the state of these steps.
type evaluation struct {
	*scan
	done bool // the action is settled, nothing else matters
}

func (e *evaluation) settle(a Action) error {
	e.o.Action, e.done = a, true
	return nil
}

func (e *evaluation) showVersion() error {
	switch {
	case e.version == 0:
		return nil
	case e.version > 1 && !e.server():
		return e.settle(ActionVersionJSON)
	}
	return e.settle(ActionVersion)
}

func (e *evaluation) maxAllocation() (err error) {
	text := e.maxAlloc
	if !e.maxAllocSet {
		text = e.cfg.env("RSYNC_MAX_ALLOC")
	}
	e.o.MaxAlloc = DefaultMaxAlloc
	if text == "" && !e.maxAllocSet {
		return nil
	}
	if e.o.MaxAlloc, err = parseMaxAlloc(text); err == nil && e.o.MaxAlloc != DefaultMaxAlloc {
		e.o.MaxAllocText = text
	}
	return err
}

func (e *evaluation) argumentPassing() error {
	if text := e.cfg.env("RSYNC_OLD_ARGS"); text != "" && !e.oldArgsSet && !e.o.Server && e.secluded != On {
		e.o.OldArgs, e.secluded = int(atoi(text)), Off
	}
	if e.o.OldArgs > 0 {
		if e.secluded == On {
			return usageError("rsync: --secluded-args conflicts with --old-args.")
		}
		e.secluded = Off
	}
	if e.secluded == Auto && !e.o.Server {
		if text := e.cfg.env("RSYNC_PROTECT_ARGS"); text != "" {
			e.o.Secluded = atoi(text) != 0
		} else {
			e.o.Secluded = e.cfg.SecludedDefault
		}
		return nil
	}
	e.o.Secluded = e.secluded == On
	return nil
}

// The names of the reference, for a Config that has none.
var (
	referenceChecksums   = []string{"xxh128", "xxh3", "xxh64", "xxhash", "md5", "md4", "sha1", "none"}
	referenceCompressors = []string{"zstd", "lz4", "zlibx", "zlib", "none"}
)

// known tells whether a name is among those given, or "auto".
func known(name string, names, fallback []string) bool {
	if names == nil {
		names = fallback
	}
	return name == "auto" || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

func unknownName(kind, text string) error {
	return &Error{Lines: []string{"unknown " + kind + " name: " + text}, Code: exitUnsupported}
}

func (e *evaluation) checksumChoice() error {
	if !e.checksumSet {
		return nil
	}
	text := e.o.ChecksumChoice
	transfer, file, pair := strings.Cut(strings.ToLower(text), ",")
	if !known(transfer, e.cfg.Checksums, referenceChecksums) {
		return unknownName("checksum", text)
	}
	if !pair {
		file = transfer
	} else if !known(file, e.cfg.Checksums, referenceChecksums) {
		return unknownName("checksum", text[strings.IndexByte(text, ',')+1:])
	}
	if transfer == "auto" && file == "auto" {
		e.o.ChecksumChoice = ""
		return nil
	}
	automatic := "md5"
	if e.o.Protocol < 30 {
		automatic = "md4"
	}
	for _, half := range []*string{&transfer, &file} {
		if *half == "auto" {
			*half = automatic
		}
	}
	e.o.ChecksumTransfer, e.o.ChecksumFile = transfer, file
	if transfer == "none" {
		e.o.WholeFile = On
	}
	return nil
}

func (e *evaluation) loneHelp() error {
	if e.words == 1 && e.o.HumanReadable > 1 && !e.server() && !e.started {
		return e.settle(ActionHelp)
	}
	return nil
}

func (e *evaluation) compression() error {
	e.o.CompressCount = e.compress
	choice := strings.ToLower(e.compressChoice)
	if e.compressSet {
		if !known(choice, e.cfg.Compressors, referenceCompressors) {
			return unknownName("compress", e.compressChoice)
		}
		if choice == "auto" {
			choice = ""
		}
	}
	text := e.compressChoice
	if choice == "" {
		text = ""
		if e.compress > 1 {
			choice, text = "zlibx", "zlibx"
		}
	}
	e.o.CompressChoice, e.o.CompressChoiceText = choice, text
	e.o.Compress = choice != "none" && (e.compress > 0 || choice != "" || e.o.CompressLevelSet)
	if e.o.Compress {
		return e.refuses("compress")
	}
	return nil
}

func (e *evaluation) outputBuffering() error {
	if !e.outbufSet || e.o.Server {
		return nil
	}
	letter := byte(0)
	if e.outbuf != "" {
		letter = e.outbuf[0] &^ 0x20
	}
	switch letter {
	case 'N', 'U':
		e.o.Outbuf = OutbufNone
	case 'L':
		e.o.Outbuf = OutbufLine
	case 'B', 'F':
		e.o.Outbuf = OutbufBlock
	default:
		return usageError("rsync: Invalid --outbuf setting -- specify N, L, or B.")
	}
	return nil
}

// implyInfo sets info flags that the user has not set.
func (e *evaluation) implyInfo(row string) {
	implyFlags(row, infoFlags[:], e.o.Info[:], e.o.InfoSet[:])
}

func (e *evaluation) messageFlags() error {
	for n := 0; n <= min(e.o.Verbose, maxVerbose); n++ {
		e.implyInfo(verboseInfo[n])
		implyFlags(verboseDebug[n], debugFlags[:], e.o.Debug[:], e.o.DebugSet[:])
	}
	if e.o.Stats {
		if e.o.Verbose > 1 {
			e.implyInfo("STATS3")
		} else {
			e.implyInfo("STATS2")
		}
	}
	return nil
}

func (e *evaluation) charset() error {
	spec, set := e.iconv, e.iconvSet
	if !set && !e.o.Server {
		spec = e.cfg.env("RSYNC_ICONV")
		set = spec != ""
	}
	if !set || spec == "-" {
		return e.refuses("no-iconv")
	}
	local, remote, pair := strings.Cut(spec, ",")
	if !pair {
		remote = local
	}
	if local == "" {
		local = "."
	}
	e.o.Iconv, e.o.IconvLocal, e.o.IconvRemote = true, local, remote
	return nil
}

func (e *evaluation) fuzzyLevel() error {
	e.o.Fuzzy = min(e.o.Fuzzy, 2)
	if len(e.o.AltDirs) == 0 {
		e.o.Fuzzy = min(e.o.Fuzzy, 1)
	}
	return nil
}

func (e *evaluation) secludedServer() error {
	if e.o.Server && e.o.Secluded && !e.started {
		return e.settle(ActionReadArgs)
	}
	return nil
}

func (e *evaluation) fakeSuper() error {
	if e.o.FakeSuper && e.o.Xattrs > 1 {
		return usageError("rsync: --fake-super conflicts with -XX")
	}
	return nil
}

func (e *evaluation) batch() error {
	e.o.DryRun = e.o.DryRunGiven
	if e.server() && !e.inherits {
		switch {
		case e.readBatch:
			e.o.IgnoredBatch = "read"
		case e.writeBatch == BatchWrite:
			e.o.IgnoredBatch = "write"
		case e.writeBatch == BatchOnlyWrite:
			e.o.Batch, e.o.DryRun = BatchOnlyWrite, true
		}
		return nil
	}
	switch {
	case e.readBatch && e.writeBatch != BatchNone:
		return usageError("rsync: --write-batch and --read-batch can not be used together")
	case e.readBatch && e.o.FilesFromGiven:
		return usageError("rsync: --read-batch cannot be used with --files-from")
	case e.readBatch && e.o.RemoveSource == RemoveProcessed:
		return usageError("rsync: --read-batch cannot be used with --remove-source-files")
	case e.readBatch && e.o.RemoveSource == RemoveSent:
		return usageError("rsync: --read-batch cannot be used with --remove-sent-files")
	case len(e.batchName) > maxBatchName:
		return usageError("rsync: the batch-file name must be 256 characters or less.")
	}
	e.o.Batch, e.o.BatchFile = e.writeBatch, e.batchName
	if e.readBatch {
		e.o.Batch = BatchRead
	}
	e.o.BatchDry = e.writeBatch != BatchNone && e.o.DryRunGiven
	if e.writeBatch == BatchOnlyWrite {
		e.o.DryRun = true
	}
	return nil
}

func (e *evaluation) tempDir() error {
	if len(e.o.TempDir) >= maxPath-10 {
		return usageError("rsync: the --temp-dir path is WAY too long.")
	}
	return nil
}

// directories resolves recursion, --dirs, --relative and listing.
func (e *evaluation) directories() error {
	if e.o.FilesFromGiven {
		if e.o.Recurse == RecurseWeak {
			e.o.Recurse = RecurseNot
		}
		if e.relative == Auto {
			e.relative = On
		}
	}
	e.o.ListOnly = e.o.ListOnlyGiven || len(e.o.Args) < 2 && !e.server() && !e.readBatch
	e.o.OldDirs, e.o.DirsExplicit = e.dirs == dirsOld, e.dirs == dirsOn
	if e.o.OldDirs {
		e.o.Recurse = RecurseStrong
		e.o.Filters = append(e.o.Filters, FilterArg{Kind: FilterRule, Text: "- /*/*", Implied: true})
	}
	implied := e.dirs == dirsAuto && (e.o.FilesFromGiven || e.o.ListOnly)
	e.o.Dirs = e.o.DirsExplicit || implied || e.o.Recurse != RecurseNot
	e.o.Relative = e.relative == On
	e.o.ImpliedDirs = e.o.ImpliedDirs && e.o.Relative
	return nil
}

func (e *evaluation) confineRoot() error {
	switch {
	case e.cfg.InDaemon:
		e.o.ConfineRoot = ""
	case e.confineSet && !strings.HasPrefix(e.o.ConfineRoot, "/"):
		return usageError("rsync: --confine-root must be an absolute path")
	case e.confineSet && e.o.InsecureLinks:
		return usageError("rsync: --insecure-links cannot be combined with --confine-root")
	}
	return nil
}

// leftovers settles what needs no step of its own.
func (e *evaluation) leftovers() error {
	e.o.Timeout = max(e.o.Timeout, 0)
	e.o.UsermapSet, e.o.GroupmapSet = e.usermapBy != byNone, e.groupmapBy != byNone
	e.o.CompressThreads = max(e.o.CompressThreads, 0)
	switch {
	case e.ignoreMissing && !e.deleteMissing:
		e.o.MissingArgs = MissingIgnore
	case e.deleteMissing:
		e.o.MissingArgs = MissingDelete
	}
	if e.o.Server {
		e.o.Capabilities, e.o.Rsh, e.o.RshGiven = e.o.Rsh, "", false
	} else {
		e.o.ShellCommand = "ssh"
		if e.cfg.hasEnv("RSYNC_RSH") {
			e.o.ShellCommand = e.cfg.env("RSYNC_RSH")
		}
		if e.o.RshGiven {
			e.o.ShellCommand = e.o.Rsh
		}
	}
	if len(e.o.Args) == 0 && !e.inherits {
		return &Error{Usage: true, Code: exitSyntax}
	}
	return nil
}
