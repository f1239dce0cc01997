package daemonconf

import "strings"

// ID names a parameter: an index into the table.
type ID uint8

// The parameters, globals first.
const (
	MotdFile ID = iota
	PIDFile
	Port
	Address
	SocketOptions
	ListenBacklog
	ProxyProtocol
	ProxyProtocolHosts
	DaemonUID
	DaemonGID
	DaemonChroot

	Path
	Comment
	Name
	List
	ReadOnly
	WriteOnly
	UseChroot
	MungeSymlinks
	InsecureLinks
	NumericIDs
	Charset
	MaxConnections
	LockFile
	LogFile
	SyslogFacility
	SyslogTag
	MaxVerbosity
	UID
	GID
	FakeSuper
	Filter
	IncludeFrom
	Include
	ExcludeFrom
	Exclude
	IncomingChmod
	OutgoingChmod
	AuthUsers
	SecretsFile
	AuthDigest
	StrictModes
	HostsAllow
	HostsDeny
	ReverseLookup
	ForwardLookup
	IgnoreErrors
	IgnoreNonreadable
	TransferLogging
	LogFormat
	Timeout
	RefuseOptions
	DontCompress
	EarlyExec
	PreXferExec
	PostXferExec
	NameConverter
	TempDir
	OpenNoatime

	NumParams
)

// Type is the grammar of a parameter's value (docs/protocol/07-daemon.md §4).
type Type uint8

// The types.
const (
	String   Type = iota // any bytes
	PathName             // a string that loses trailing slashes
	Command              // a string that a shell runs, with guarded variables
	Bool                 // yes or no
	TriState             // yes, no or unset
	Int                  // a decimal prefix
	Facility             // a syslog facility, by name or number
)

// Param is a row of the table.
type Param struct {
	Name   string // as it is documented; blanks and case do not matter in a file
	Type   Type
	Global bool // only outside modules
	// Default is the value without any setting, in the grammar of the file; "" is no value.
	Default string
	Hidden  bool // in no documentation
	Doc     string
}

// DefaultDontCompress are the suffixes that a daemon's "dont compress" starts with.
const DefaultDontCompress = "*.3g2 *.3gp *.7z *.aac *.ace *.apk *.avi *.bz2 *.deb *.dmg *.ear *.f4v *.flac *.flv *.gpg *.gz *.iso " +
	"*.jar *.jpeg *.jpg *.lrz *.lz *.lz4 *.lzma *.lzo *.m1a *.m1v *.m2a *.m2ts *.m2v *.m4a *.m4b *.m4p *.m4r " +
	"*.m4v *.mka *.mkv *.mov *.mp1 *.mp2 *.mp3 *.mp4 *.mpa *.mpeg *.mpg *.mpv *.mts *.odb *.odf *.odg *.odi " +
	"*.odm *.odp *.ods *.odt *.oga *.ogg *.ogm *.ogv *.ogx *.opus *.otg *.oth *.otp *.ots *.ott *.oxt *.png " +
	"*.qt *.rar *.rpm *.rz *.rzip *.spx *.squashfs *.sxc *.sxd *.sxg *.sxm *.sxw *.sz *.tbz *.tbz2 *.tgz *.tlz " +
	"*.ts *.txz *.tzo *.vob *.war *.webm *.webp *.xz *.z *.zip *.zst"

// DefaultPort is the port of a daemon that is told none.
const DefaultPort = 873

var table = [NumParams]Param{
	MotdFile:           {Name: "motd file", Global: true, Doc: "A file that every client is shown after the greeting. If it cannot be read an empty line is sent."},
	PIDFile:            {Name: "pid file", Global: true, Doc: "Where a listening daemon writes its process id. It holds a lock on the file while it runs; a second daemon with the same file ends with exit code 11."},
	Port:               {Name: "port", Type: Int, Global: true, Default: "0", Doc: "The TCP port to listen on; 0 is 873. --port wins."},
	Address:            {Name: "address", Global: true, Doc: "The local address, or the host name, to listen on; all of them if unset. --address wins."},
	SocketOptions:      {Name: "socket options", Global: true, Doc: "Options of the listening sockets: NAME or NAME=NUMBER, separated by blanks or commas. --sockopts replaces them."},
	ListenBacklog:      {Name: "listen backlog", Type: Int, Global: true, Default: "5", Doc: "How many connections the system holds ready for the daemon; with the default, as many as the system allows."},
	ProxyProtocol:      {Name: "proxy protocol", Type: Bool, Global: true, Default: "no", Doc: "Expect a PROXY header, version 1 or 2, at the start of every connection, and take the client's address from it."},
	ProxyProtocolHosts: {Name: "proxy protocol hosts", Global: true, Doc: "The proxies that may send such a header, as a list like that of \"hosts allow\". Unset, every connection is rejected."},
	DaemonUID:          {Name: "daemon uid", Global: true, Doc: "The user that serves connections, from before the greeting on. The listener itself keeps its user."},
	DaemonGID:          {Name: "daemon gid", Global: true, Doc: "The group that serves connections, as for \"daemon uid\"."},
	DaemonChroot:       {Name: "daemon chroot", Global: true, Doc: "A directory to confine connections to before the greeting. All paths used after that are inside it."},

	Path:              {Name: "path", Type: PathName, Doc: "The directory that the module serves. Required. With \"use chroot\", the part before a /./ is what the worker is confined to, the part after it the module."},
	Comment:           {Name: "comment", Doc: "What a listing of the modules shows beside the name."},
	Name:              {Name: "name", Hidden: true, Doc: "Another name for the module."},
	List:              {Name: "list", Type: Bool, Default: "yes", Doc: "Whether the module is in the listing. One that is not also looks unknown to hosts that it denies."},
	ReadOnly:          {Name: "read only", Type: Bool, Default: "yes", Doc: "Refuse pushes. A rule of \"auth users\" can overrule it for a user."},
	WriteOnly:         {Name: "write only", Type: Bool, Default: "no", Doc: "Refuse pulls and listings of files. Pushes need \"read only = no\" besides."},
	UseChroot:         {Name: "use chroot", Type: TriState, Default: "unset", Doc: "Confine the worker to the module's directory by chroot. Unset: if the daemon may."},
	MungeSymlinks:     {Name: "munge symlinks", Type: TriState, Default: "unset", Doc: "Store symbolic links in a form that leads nowhere, and send them in their original form. Unset: where the worker could follow a link out of the module."},
	InsecureLinks:     {Name: "insecure links", Type: Bool, Default: "no", Doc: "Follow any symbolic link inside the module's paths, as releases before 3.5.0 did."},
	NumericIDs:        {Name: "numeric ids", Type: TriState, Default: "unset", Doc: "Do not map users and groups by name. Unset: on in a chroot without \"name converter\"."},
	Charset:           {Name: "charset", Doc: "The charset of the module's file names. Without it clients cannot use --iconv."},
	MaxConnections:    {Name: "max connections", Type: Int, Default: "0", Doc: "How many clients may be connected at once; 0 is any number, a negative number closes the module."},
	LockFile:          {Name: "lock file", Default: "/var/run/rsyncd.lock", Doc: "Where \"max connections\" counts. Modules with the same file share the count."},
	LogFile:           {Name: "log file", Doc: "The log; syslog if unset or if it cannot be opened."},
	SyslogFacility:    {Name: "syslog facility", Type: Facility, Default: "daemon", Doc: "The facility of messages to syslog."},
	SyslogTag:         {Name: "syslog tag", Default: "rsyncd", Doc: "The name of the program in messages to syslog."},
	MaxVerbosity:      {Name: "max verbosity", Type: Int, Default: "1", Doc: "How many times -v a client may ask for; its --info and --debug are cut to what that gives."},
	UID:               {Name: "uid", Doc: "The user, by name or number, that transfers run as. Unset: nobody for a daemon that is root, else its own."},
	GID:               {Name: "gid", Doc: "The groups that transfers run with, the first being the group of new files. * as the first stands for all groups of the user."},
	FakeSuper:         {Name: "fake super", Type: Bool, Default: "no", Doc: "Keep owners, devices and special modes in extended attributes, as --fake-super does."},
	Filter:            {Name: "filter", Doc: "Filter rules for what exists in the module, separated by blanks. The module's rules hold for both directions and before those of the client."},
	IncludeFrom:       {Name: "include from", Doc: "A file of include patterns."},
	Include:           {Name: "include", Doc: "Include patterns, separated by blanks."},
	ExcludeFrom:       {Name: "exclude from", Doc: "A file of exclude patterns."},
	Exclude:           {Name: "exclude", Doc: "Exclude patterns, separated by blanks."},
	IncomingChmod:     {Name: "incoming chmod", Doc: "Changes of modes, as for --chmod, to everything that is received."},
	OutgoingChmod:     {Name: "outgoing chmod", Doc: "Changes of modes, as for --chmod, to everything that is sent."},
	AuthUsers:         {Name: "auth users", Doc: "Who may use the module with a password: user names, wildcards and @groups, each with :ro, :rw or :deny if wanted. The first that fits decides. Unset: everybody, without a password."},
	SecretsFile:       {Name: "secrets file", Doc: "The file of USER:PASSWORD and @GROUP:PASSWORD lines."},
	AuthDigest:        {Name: "auth digest", Doc: "The weakest digest to accept for passwords: sha512, sha256, sha1, md5 or md4."},
	StrictModes:       {Name: "strict modes", Type: Bool, Default: "yes", Doc: "Refuse a secrets file that others can read or write or, for a daemon that is root, that is not root's."},
	HostsAllow:        {Name: "hosts allow", Doc: "Who may connect: host names, wildcards, addresses, networks and @netgroups."},
	HostsDeny:         {Name: "hosts deny", Doc: "Who may not connect unless \"hosts allow\" names it. A host name that cannot be resolved denies everybody."},
	ReverseLookup:     {Name: "reverse lookup", Type: Bool, Default: "yes", Doc: "Find the client's host name by its address. The global value holds before the module is known."},
	ForwardLookup:     {Name: "forward lookup", Type: Bool, Default: "yes", Doc: "Find the addresses of host names in the two lists."},
	IgnoreErrors:      {Name: "ignore errors", Type: Bool, Default: "no", Doc: "Delete even after errors of the sender, as --ignore-errors does."},
	IgnoreNonreadable: {Name: "ignore nonreadable", Type: Bool, Default: "no", Doc: "Leave out silently what the module's user cannot read."},
	TransferLogging:   {Name: "transfer logging", Type: Bool, Default: "no", Doc: "Log a line for every file that is transferred."},
	LogFormat:         {Name: "log format", Default: "%o %h [%a] %m (%u) %f %l", Doc: "The form of these lines."},
	Timeout:           {Name: "timeout", Type: Int, Default: "0", Doc: "Seconds of silence that end a transfer; the client's own is used if it is shorter. Of 1 to 60 it also limits each stage of the start."},
	RefuseOptions:     {Name: "refuse options", Doc: "Options that clients may not use, by name, letter or wildcard; a ! before one allows it."},
	DontCompress:      {Name: "dont compress", Default: DefaultDontCompress, Doc: "Wildcards of files that are not worth compressing. Only a lone * has an effect for every method."},
	EarlyExec:         {Name: "early exec", Type: Command, Doc: "A command that runs before the client's arguments are read, with its --early-input on standard input. Its failure refuses the connection."},
	PreXferExec:       {Name: "pre-xfer exec", Type: Command, Doc: "A command that runs before the transfer and knows the request. Its failure refuses the transfer and its output is shown to the client."},
	PostXferExec:      {Name: "post-xfer exec", Type: Command, Doc: "A command that runs after the transfer, however it ended."},
	NameConverter:     {Name: "name converter", Type: Command, Doc: "A program that translates between ids and names, in place of the system."},
	TempDir:           {Name: "temp dir", Type: PathName, Doc: "The directory, inside the module, for temporary files."},
	OpenNoatime:       {Name: "open noatime", Type: TriState, Default: "unset", Doc: "Read files without changing their access times. Unset: as the client asks."},
}

// Params returns the table in its order.
func Params() []Param { return append([]Param(nil), table[:]...) }

// Row returns the row of a parameter.
func (id ID) Row() Param { return table[id] }

// String returns the parameter's name.
func (id ID) String() string { return table[id].Name }

// text reports whether values are kept as strings.
func (t Type) text() bool { return t <= Command }

// String returns what documentation calls the type.
func (t Type) String() string {
	return [...]string{"string", "path", "command", "yes or no", "yes, no or unset", "number", "facility"}[t]
}

// Lookup finds a parameter by its name in any case and spacing.
func Lookup(name string) (ID, bool) {
	for id := range table {
		if sameName(table[id].Name, name) {
			return ID(id), true
		}
	}
	return 0, false
}

// sameName compares names as the file does: without regard to case and to any white space
// (docs/protocol/07-daemon.md §3.3).
func sameName(a, b string) bool {
	for {
		a, b = strings.TrimLeft(a, whites), strings.TrimLeft(b, whites)
		if a == "" || b == "" {
			return a == b
		}
		if lower(a[0]) != lower(b[0]) {
			return false
		}
		a, b = a[1:], b[1:]
	}
}

// whites is the white space inside a line.
const whites = " \t\r\v\f"

func white(c byte) bool { return strings.IndexByte(whites, c) >= 0 }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
