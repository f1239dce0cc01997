// Package options is the command line: one table of every option of rsync
// 3.5.0, and everything that is derived from it.
//
// The table (table.go and the table_*.go files of its groups) says for each
// accepted spelling which setting it changes, whether it takes a value and of
// which grammar, which programs accept it (client, server, daemon), how it is
// described in the help text and whether the server gets to hear of it. From
// the table follow
//
//   - the scanner (scan.go) and the steps after it (evaluate*.go), which turn
//     an argument list into an [Options] value or an [Error] whose lines and
//     exit code are those of the reference;
//   - what a daemon module may refuse ([NewRefusal], refuse.go);
//   - help, version and flag-list texts (help.go, version.go, flags.go) and
//     the completion scripts of three shells (completion.go);
//   - the server's command line ([ServerArgs], forward.go) and the quoting of
//     words for a remote shell ([Protection], protect.go).
//
// Operands, what is left after the options, are classified in operand.go and
// shape.go.
//
// The package implements docs/protocol/05-options.md, and §2, §4 and §10 of
// docs/protocol/01-connection.md. It imports nothing else of this module and
// touches neither environment nor files: what it needs of them is in [Config].
package options

import "time"

// Tri is a switch with a third state: not said, so that the program decides.
type Tri int8

// The states of a [Tri].
const (
	Auto Tri = iota
	Off
	On
)

// Level is the level of an info or debug flag: 0 silent, 1 default, at most 4.
type Level = uint8

// Recursion says how deep directories are entered.
type Recursion int8

// The states of [Recursion]. --archive asks for weak recursion, which
// --files-from cancels; -r asks for strong recursion, which it does not.
const (
	RecurseNot Recursion = iota
	RecurseWeak
	RecurseStrong
)

// DeleteWhen is the time at which extraneous files are deleted.
type DeleteWhen int8

// The values of [DeleteWhen]. DeleteDefault means that no time was asked for:
// during the transfer from protocol 30 on, before it otherwise.
const (
	DeleteDefault DeleteWhen = iota
	DeleteBefore
	DeleteDuring
	DeleteDelay
	DeleteAfter
)

// RemoveSource says whether the sender removes what it has transferred.
type RemoveSource int8

// The values of [RemoveSource].
const (
	RemoveNothing   RemoveSource = iota
	RemoveProcessed              // --remove-source-files: whatever is in sync after the run
	RemoveSent                   // --remove-sent-files: only what was sent
)

// MissingArgs says what becomes of source arguments that do not exist.
type MissingArgs int8

// The values of [MissingArgs]. When both options are given, deletion wins.
const (
	MissingReport MissingArgs = iota // report an error (exit 23)
	MissingIgnore
	MissingDelete
)

// AppendMode is the state of --append.
type AppendMode int8

// The values of [AppendMode].
const (
	AppendNot AppendMode = iota
	AppendBlind
	AppendVerify
)

// AltKind is the kind of the alternate destination directories.
type AltKind int8

// The values of [AltKind].
const (
	AltNone AltKind = iota
	AltCompare
	AltCopy
	AltLink
)

// String returns the name of the option of the kind, with dashes.
func (k AltKind) String() string {
	return [...]string{"", "--compare-dest", "--copy-dest", "--link-dest"}[k]
}

// StderrMode is the state of --stderr.
type StderrMode int8

// The values of [StderrMode]; their numbers are those of docs/protocol/06-output.md.
const (
	StderrClient StderrMode = iota // messages travel to the client
	StderrAll                      // each side writes all of its messages to its own stderr
	StderrErrors                   // each side writes its errors to its own stderr
)

// Outbuf is how standard output is buffered.
type Outbuf byte

// The values of [Outbuf].
const (
	OutbufDefault Outbuf = 0
	OutbufNone    Outbuf = 'N'
	OutbufLine    Outbuf = 'L'
	OutbufBlock   Outbuf = 'B'
)

// Batch is what is done with a batch file.
type Batch int8

// The values of [Batch].
const (
	BatchNone Batch = iota
	BatchRead
	BatchWrite
	BatchOnlyWrite
)

// FilterKind says by which option a filter argument came.
type FilterKind int8

// The values of [FilterKind].
const (
	FilterRule        FilterKind = iota // --filter, -f, -F: a rule of the filter grammar
	FilterExclude                       // --exclude: a pattern
	FilterInclude                       // --include: a pattern
	FilterExcludeFrom                   // --exclude-from: a file of patterns, - is stdin
	FilterIncludeFrom                   // --include-from: a file of patterns, - is stdin
)

// FilterArg is one occurrence of a filter option, in command-line order.
type FilterArg struct {
	Kind FilterKind
	Text string
	// Implied marks a rule that the user did not write: the exclude rule of
	// --old-dirs and the protect rule of --backup. They stand last, after the
	// rules of --cvs-exclude too.
	Implied bool
	// From0 is the state of --from0 at the argument's place: it says how a file that is read now is
	// split.
	From0 bool
}

// Action is what the command line asks for.
type Action int8

// The actions. All but ActionTransfer, ActionDaemon and ActionReadArgs print
// something and exit 0.
const (
	ActionTransfer    Action = iota // do what Options says
	ActionDaemon                    // become a daemon: Options.Daemon is set
	ActionReadArgs                  // server with -s: read the real arguments and call [Resume]
	ActionHelp                      // print [Usage] on stdout
	ActionDaemonHelp                // print [DaemonUsage] on stdout
	ActionInfoHelp                  // print [InfoHelp] on stdout
	ActionDebugHelp                 // print [DebugHelp] on stdout
	ActionVersion                   // print [VersionText], on stdout by a client, on stderr by a server
	ActionVersionJSON               // print [VersionJSON] on stdout
	ActionExec                      // run Options.Exec in place of this program (alias files)
)

// Options is every setting of one run, as it stands after the scan and the
// evaluation of docs/protocol/05-options.md §4.2. The names follow the long
// options. Counted options are numbers, sizes are bytes, times are seconds
// unless a field says otherwise.
//
// What only a connection can decide is still open here: the default delete
// time, --whole-file of a local copy, compression and checksum names "".
type Options struct {
	// Action is what the command line asks for; most fields mean something
	// for ActionTransfer only.
	Action Action
	// Args are the operands: what remains after the options. On a server the
	// first is the conventional ".".
	Args []string
	// Daemon is set for ActionDaemon.
	Daemon *DaemonOptions
	// Exec is the command of an alias file's exec line, for ActionExec.
	Exec []string

	// Roles.

	Server bool // --server
	Sender bool // --sender: this server sends. Always false on a client

	// Messages.

	Verbose       int        // -v count
	Quiet         int        // -q count
	Info          InfoLevels // effective info levels, all sources merged
	InfoSet       InfoMask   // flags the user set with --info
	Debug         DebugLevels
	DebugSet      DebugMask
	Stderr        StderrMode
	StderrSet     bool // --stderr or --[no-]msgs2stderr was given
	NoMotd        bool // --no-motd
	Stats         bool // --stats
	HumanReadable int  // 0 (--no-h), 1 default, 1+n for n times -h
	Progress      bool // --progress, -P
	EightBit      bool // --8-bit-output
	Outbuf        Outbuf
	ListOnly      bool // list instead of transferring; also for a lone operand
	ListOnlyGiven bool // the user wrote --list-only (only then it is forwarded)

	// Itemize is the -i count. On a server it is derived from --log-format:
	// 1 if that holds %i, 2 if it also holds %I.
	Itemize int
	// OutFormat is the line format in effect for updates, "" for none:
	// --out-format, or what -i or the info flag NAME imply.
	OutFormat      string
	OutFormatGiven bool // --out-format or --log-format was given
	LogFile        string
	LogFileFormat  string // "" without --log-file; default "%i %n%L"

	// What to transfer.

	Recurse        Recursion
	NoIncRecursive bool // --no-inc-recursive
	// Dirs is directory transfer: explicit, by recursion or by implication.
	Dirs             bool
	DirsExplicit     bool // -d was given (letter d is forwarded)
	OldDirs          bool // --old-dirs
	Relative         bool // -R, or by --files-from
	ImpliedDirs      bool // only meaningful with Relative
	ModifyWindow     int
	ModifyWindowSet  bool
	IgnoreTimes      bool
	SizeOnly         bool
	OneFileSystem    int // -x count
	Update           bool
	Existing         bool // --existing, --ignore-non-existing
	IgnoreExisting   bool
	MaxSize          int64 // -1: no limit
	MinSize          int64 // -1: no limit
	MissingArgs      MissingArgs
	Checksum         bool
	PruneEmptyDirs   bool
	FilesFrom        string // path, host prefix removed; "-" is stdin (or the stream, on a server)
	FilesFromGiven   bool
	FilesFromRemote  bool   // the value was HOST:PATH or :PATH
	FilesFromHost    string // with FilesFromRemote; may be ""
	From0            bool
	Filters          []FilterArg
	CVSExclude       bool
	DirMergeShortcut int // -F count

	// Symbolic links.

	Links           bool
	CopyLinks       bool
	CopyUnsafeLinks bool
	SafeLinks       bool
	MungeLinks      bool
	CopyDirlinks    bool
	KeepDirlinks    bool

	// Attributes.

	Perms         bool
	Executability bool
	ACLs          bool
	Xattrs        int // -X count
	Times         bool
	Atimes        int // -U count
	OpenNoatime   bool
	Crtimes       bool
	// OmitDirTimes is -O, or implied by --backup without --backup-dir.
	OmitDirTimes      bool
	OmitDirTimesGiven bool // -O itself (only then it is forwarded)
	OmitLinkTimes     bool
	Super             Tri  // --super, --no-super; Auto: by effective user id
	FakeSuper         bool // --fake-super
	Owner             bool
	Group             bool
	Devices           bool
	Specials          bool
	CopyDevices       bool
	DropD             bool
	HardLinks         int // -H count
	// Chmod are the --chmod values in order; together they are one list.
	Chmod      []string
	NumericIDs bool
	Usermap    string // --usermap, or --chown's "*:USER"
	Groupmap   string // --groupmap, or --chown's "*:GROUP"
	// UsermapSet and GroupmapSet tell an empty map, which is a mistake, from none.
	UsermapSet, GroupmapSet bool

	// Transfer method.

	DryRun bool // -n, or --only-write-batch on the client
	// DryRunGiven tells -n itself from what --only-write-batch implies.
	DryRunGiven    bool
	MaxAlloc       int64  // bytes
	MaxAllocText   string // as typed, "" if the default
	WholeFile      Tri
	ChecksumChoice string // as typed; "" for automatic choice
	// ChecksumTransfer and ChecksumFile are the two names of ChecksumChoice,
	// lower-cased, "auto" where a half says so.
	ChecksumTransfer, ChecksumFile string
	BlockSize                      int // 0: automatic
	Fuzzy                          int // -y count; 2 also asks for alternate directories
	StopAt                         time.Time
	ChecksumSeed                   int32
	Protocol                       int // highest version to speak, unchecked
	QSort                          bool

	// Compression.

	Compress      bool // compression is asked for
	CompressCount int  // -z count (-zz has become a choice)
	// CompressChoice is the method in lower case, "" for automatic choice.
	// -zz has become zlibx.
	CompressChoice     string
	CompressChoiceText string // as typed (or implied), for the server's command line
	CompressLevel      int
	CompressLevelSet   bool
	CompressThreads    int
	SkipCompress       string
	SkipCompressSet    bool

	// Writing the destination.

	WriteDevices bool
	Sparse       bool
	Preallocate  bool
	Inplace      bool // also by --append and --write-devices
	Append       AppendMode
	AltKind      AltKind
	AltDirs      []string // in order, at most 20
	Partial      bool     // keep partial files; cleared by --inplace
	PartialDir   string   // cleaned; "" for none
	// PartialDirImplied says that PartialDir is the default of --delay-updates.
	PartialDirImplied bool
	DelayUpdates      bool
	Backup            bool
	BackupDir         string // leading "./" stripped; "" for none
	BackupDirSet      bool
	Suffix            string // effective
	SuffixDefault     bool   // Suffix is the default for these options
	Fsync             bool
	TempDir           string
	TempDirSet        bool
	Mkpath            bool

	// Deleting.

	Delete         bool // any deletion asked for
	DeleteWhen     DeleteWhen
	DeleteExcluded bool
	RemoveSource   RemoveSource
	Force          bool
	IgnoreErrors   bool
	MaxDelete      int // -1: unlimited; 0: delete nothing
	MaxDeleteSet   bool

	// Batch files.

	Batch     Batch
	BatchFile string
	// BatchDry is --write-batch or --only-write-batch with -n: nothing is
	// recorded.
	BatchDry bool
	// IgnoredBatch is "read" or "write" on a server that was sent
	// --read-batch or --write-batch, which it ignores with an info line.
	IgnoredBatch string

	// Network and remote shell.

	BwLimit      int // KiB per second, 0 none
	Timeout      int // seconds, 0 none; never negative
	ConTimeout   int
	Rsh          string // --rsh as given on the command line
	RshGiven     bool
	ShellCommand string // Rsh, else RSYNC_RSH, else "ssh"; empty only if RSYNC_RSH is
	RsyncPath    string // default "rsync"
	// Capabilities is the value of -e on a server: the client's letters.
	Capabilities string
	IPv4, IPv6   bool // the later of --ipv4 and --ipv6
	Address      string
	Port         int // 0: not given
	SockOpts     string
	PasswordFile string
	// PasswordFileSet tells --password-file= from none: with a transport that has no password it
	// is refused all the same.
	PasswordFileSet bool
	EarlyInput      string
	BlockingIO      Tri

	// Character sets.

	// Iconv says that names are converted. IconvLocal is this side's charset
	// and IconvRemote what the other side is told; "." is the charset of the
	// locale.
	Iconv                   bool
	IconvLocal, IconvRemote string

	// Argument passing.

	OldArgs       int // level 0, 1 or 2
	Secluded      bool
	RemoteOptions []string // -M, in order

	// Trust and confinement.

	ConfineRoot   string
	InsecureLinks bool
	TrustSender   bool
	CopyAs        string
	CopyAsSet     bool

	scan *scan // what Resume and Derive continue from
}

// DaemonOptions are the settings of the daemon's command line
// (docs/protocol/05-options.md §6).
type DaemonOptions struct {
	Server           bool // --server: speak on stdin and stdout
	Address          string
	BwLimit          int    // KiB per second, 0 none
	Config           string // "" for the default
	Params           []DaemonParam
	NoDetach         bool
	IPv4, IPv6       bool // the later of --ipv4 and --ipv6
	LogFile          string
	LogFileFormat    string
	LogFileFormatSet bool
	Port             int // 0: not given
	Protocol         int // highest version to speak, unchecked
	SockOpts         string
	TempDir          string
	Verbose          int
	Args             []string
}

// DaemonParam is one --dparam value, a global parameter of the configuration.
type DaemonParam struct{ Name, Value string }
