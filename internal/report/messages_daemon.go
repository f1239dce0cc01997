package report

import "godwit/internal/exit"

// Messages of a daemon (docs/protocol/07-daemon.md §10.3,
// docs/protocol/06-output.md §6.3, §12.12).
const (
	ModuleReadOnly Msg = sectionDaemon + iota
	ModuleWriteOnly
	RemoveFromReadOnly
	MungingUnsafe
	PIDFileFailed
	BindFailed
	ListenFailed
	LogFileFailed
	IgnoringLogFile
	LockFileFailed
	UnknownParameter
	IgnoringParameter
	BadBoolean
	GlobalInModule
	ConfigUnreadable
	NoRefuseMatch
	Starting
	ConnectFrom
	NameLookupFailed
	SpoofedAddress
	NoKnownAddress
	ForwardLookupFailed
	MalformedAddress
	ModuleListRequest
	UnknownModule
	ModuleDenied
	ModuleAllowed
	MaxConnections
	AuthFailedUser
	AuthFailedResponse
	AuthDigestWeak
	AuthDigestUnsupported
	RsyncOn
	RsyncTo
)

var daemonMessages = [...]entry{
	ModuleReadOnly & place:        {class: Error, code: exit.Syntax, text: "ERROR: module is read only"},
	ModuleWriteOnly & place:       {class: Error, code: exit.Syntax, text: "ERROR: module is write only"},
	RemoveFromReadOnly & place:    {class: Error, code: exit.Syntax, text: "ERROR: --remove-source-files cannot be used with a read-only module"},
	MungingUnsafe & place:         {class: Error, code: exit.Unsupported, text: "Symlink munging is unsafe when a {} directory exists."},
	PIDFileFailed & place:         {class: Error, code: exit.FileIO, text: "failed to {} pid file {}: {}"},
	BindFailed & place:            {class: Error, code: exit.SocketIO, text: "unable to bind any inbound sockets on port {}"},
	ListenFailed & place:          {class: Error, form: system, code: exit.SocketIO, text: "listen() on socket failed"},
	LogFileFailed & place:         {class: Error, form: system, text: "failed to open log-file {}"},
	IgnoringLogFile & place:       {class: Info, text: "Ignoring \"log file\" setting."},
	LockFileFailed & place:        {class: Error, form: system, text: "failed to open lock file {}"},
	UnknownParameter & place:      {class: LogOnly, text: "Unknown Parameter encountered: \"{}\""},
	IgnoringParameter & place:     {class: LogOnly, text: "IGNORING unknown parameter \"{}\""},
	BadBoolean & place:            {class: LogOnly, text: "Badly formed boolean in configuration file: \"{}\"."},
	GlobalInModule & place:        {class: LogOnly, text: "Global parameter {} found in module section!"},
	ConfigUnreadable & place:      {class: LogOnly, form: system, text: "unable to open config file \"{}\""},
	NoRefuseMatch & place:         {class: LogOnly, text: "No match for refuse-options string \"{}\""},
	Starting & place:              {class: LogOnly, text: "rsyncd version {} starting, listening on port {}"},
	ConnectFrom & place:           {class: LogOnly, text: "connect from {} ({})"},
	NameLookupFailed & place:      {class: LogOnly, text: "name lookup failed for {}: {}"},
	SpoofedAddress & place:        {class: LogOnly, text: "{} is not a known address for \"{}\": spoofed address?"},
	NoKnownAddress & place:        {class: LogOnly, text: "no known address for \"{}\": spoofed address?"},
	ForwardLookupFailed & place:   {class: LogOnly, text: "forward name lookup for {} failed: {}"},
	MalformedAddress & place:      {class: LogOnly, text: "malformed address {}: {}"},
	ModuleListRequest & place:     {class: LogOnly, text: "module-list request from {} ({})"},
	UnknownModule & place:         {class: LogOnly, text: "unknown module '{}' tried from {} ({})"},
	ModuleDenied & place:          {class: LogOnly, text: "rsync denied on module {} from {} ({})"},
	ModuleAllowed & place:         {class: LogOnly, text: "rsync allowed access on module {} from {} ({})"},
	MaxConnections & place:        {class: LogOnly, text: "max connections ({}) reached"},
	AuthFailedUser & place:        {class: LogOnly, text: "auth failed on module {} from {} ({}) for {}: {}"},
	AuthFailedResponse & place:    {class: LogOnly, text: "auth failed on module {} from {} ({}): invalid challenge response"},
	AuthDigestWeak & place:        {class: LogOnly, text: "auth failed on module {} from {} ({}): negotiated auth digest {} is weaker than the required 'auth digest = {}'"},
	AuthDigestUnsupported & place: {class: LogOnly, text: "auth failed on module {} from {} ({}): the configured 'auth digest = {}' is not a supported digest on this build"},
	RsyncOn & place:               {class: LogOnly, text: "rsync on {} from {} ({})"},
	RsyncTo & place:               {class: LogOnly, text: "rsync to {} from {} ({})"},
}
