package report

import "godwit/internal/exit"

// Messages about connecting, the protocol and its stream, input and output
// (docs/protocol/06-output.md §12.3, §12.4).
const (
	ConnectionClosed Msg = sectionConnection + iota
	VersionMismatch
	SeeManual
	ProtocolTooLow
	ProtocolTooHigh
	RequiresProtocol
	BatchTooNew
	NegotiationFailed
	ServerList
	ClientList
	ChoiceRefused
	ExecFailed
	PipeFailed
	ForkFailed
	DupFailed
	CloseFailed
	ConnectFailed
	ResolveFailed
	ResolveBindFailed
	ProxySpecInvalid
	ProxyBadResponse
	ProxyWriteFailed
	ProxyReadFailed
	ProxyLineTooLong
	ProxyHeaderTooLong
	ProxyAuthTooLong
	UnsafeHost
	UnknownSocketOption
	SocketOptionNoValue
	SocketOptionFailed
	NoGreeting
	BadGreeting
	NoStartupLine
	NoSubprotocol
	NoDigestList
	DaemonError
	RemotePathAbsolute
	PasswordFileUnreadable
	PasswordFileOpen
	PasswordFileNotRoot
	PasswordFileEmpty
	EarlyInputUnreadable
	EarlyInputTooLong
	EarlyInputShort
	InvalidPacketAtEnd
	InvalidPacketAtEndBare
	InvalidFileIndex
	InvalidDirIndex
	IndexNotInList
	TransferOfNonRegular
	TransferInPhase2
	RefusingClearedIndex
	InvalidChecksumCount
	InvalidBlockLength
	InvalidZeroBlockLength
	InvalidChecksumLength
	InvalidRemainder
	OverlongString
	WireValueRange
	WireSizeRange
	VarintOverflow
	VarlongOverflow
	InvalidMultiMessage
	MultiplexOverflow
	UnexpectedTag
	UnexpectedTagInc
	InflateReturned
	DeflateReturned
	DecompressorLostSync
	UncompressFailed
	ZstdReturned
	InvalidToken
	CompressInitFailed
	InflateInitFailed
	FiltersTooModern
	IOTimeout
	HandshakeTimeout
	StoppingAtLimit
	ReadError
	WriteError
	SafeReadFailed
	SafeWriteFailed
	WaitFailed
)

var connectionMessages = [...]entry{
	ConnectionClosed & place:       {class: Error, form: prefix, code: exit.StreamIO, text: "connection unexpectedly closed ({} bytes received so far) [{role}]"},
	VersionMismatch & place:        {class: Error, code: exit.Protocol, text: "protocol version mismatch -- is your shell clean?"},
	SeeManual & place:              {class: Error, code: exit.Protocol, text: "(see the rsync manpage for an explanation)"},
	ProtocolTooLow & place:         {class: Error, code: exit.Protocol, text: "--protocol must be at least {} on the {}."},
	ProtocolTooHigh & place:        {class: Error, code: exit.Protocol, text: "--protocol must be no more than {} on the {}."},
	RequiresProtocol & place:       {class: Error, code: exit.Protocol, text: "{} requires protocol {} or higher (negotiated {})."},
	BatchTooNew & place:            {class: Error, code: exit.Protocol, text: "The protocol version in the batch file is too new ({} > {})."},
	NegotiationFailed & place:      {class: Error, code: exit.Unsupported, text: "Failed to negotiate a {} choice."},
	ServerList & place:             {class: Error, code: exit.Unsupported, text: "Server {} list: {}"},
	ClientList & place:             {class: Error, code: exit.Unsupported, text: "Client {} list:{}"},
	ChoiceRefused & place:          {class: Error, code: exit.Unsupported, text: "Your --{}-choice value ({}) was refused by the server."},
	ExecFailed & place:             {class: Error, form: system, code: exit.IPC, text: "Failed to exec {}"},
	PipeFailed & place:             {class: Error, form: system, code: exit.IPC, text: "pipe"},
	ForkFailed & place:             {class: Error, form: system, code: exit.IPC, text: "fork"},
	DupFailed & place:              {class: Error, form: system, code: exit.IPC, text: "Failed to dup/close"},
	CloseFailed & place:            {class: Error, form: system, code: exit.IPC, text: "Failed to close"},
	ConnectFailed & place:          {class: Error, form: system, code: exit.SocketIO, text: "failed to connect to {} ({})"},
	ResolveFailed & place:          {class: Error, form: prefix, code: exit.SocketIO, text: "getaddrinfo: {} {}: {}"},
	ResolveBindFailed & place:      {class: Error, form: prefix, code: exit.SocketIO, text: "getaddrinfo: bind address {}: {}"},
	ProxySpecInvalid & place:       {class: Error, code: exit.SocketIO, text: "invalid proxy specification: should be {}"},
	ProxyBadResponse & place:       {class: Error, code: exit.SocketIO, text: "bad response from proxy -- {}"},
	ProxyWriteFailed & place:       {class: Error, form: system, code: exit.SocketIO, text: "failed to write to proxy"},
	ProxyReadFailed & place:        {class: Error, form: system, code: exit.SocketIO, text: "failed to read from proxy"},
	ProxyLineTooLong & place:       {class: Error, code: exit.SocketIO, text: "proxy response line too long"},
	ProxyHeaderTooLong & place:     {class: Error, code: exit.SocketIO, text: "proxy response header line too long"},
	ProxyAuthTooLong & place:       {class: Error, code: exit.SocketIO, text: "authentication information is too long"},
	UnsafeHost & place:             {class: Error, code: exit.SocketIO, text: "unsafe host characters for RSYNC_CONNECT_PROG"},
	UnknownSocketOption & place:    {class: Error, text: "Unknown socket option {}"},
	SocketOptionNoValue & place:    {class: Error, text: "syntax error -- {} does not take a value"},
	SocketOptionFailed & place:     {class: Error, form: system, text: "failed to set socket option {}"},
	NoGreeting & place:             {class: Error, form: prefix, code: exit.StartClient, text: "did not see server greeting"},
	BadGreeting & place:            {class: Error, form: prefix, code: exit.StartClient, text: "server sent \"{}\" rather than greeting"},
	NoStartupLine & place:          {class: Error, form: prefix, code: exit.StartClient, text: "didn't get server startup line"},
	NoSubprotocol & place:          {class: Error, form: prefix, code: exit.StartClient, text: "the server omitted the subprotocol value: {}"},
	NoDigestList & place:           {class: Error, form: prefix, code: exit.StartClient, text: "the server omitted the digest name list: {}"},
	DaemonError & place:            {class: Error, code: exit.StartClient, text: "{}"},
	RemotePathAbsolute & place:     {class: Error, code: exit.StartClient, text: "ERROR: The remote path must start with a module name not a /"},
	PasswordFileUnreadable & place: {class: Error, form: system, code: exit.Syntax, text: "could not open password file {}"},
	PasswordFileOpen & place:       {class: Error, code: exit.Syntax, text: "ERROR: password file must not be other-accessible"},
	PasswordFileNotRoot & place:    {class: Error, code: exit.Syntax, text: "ERROR: password file must be owned by root when running as root"},
	PasswordFileEmpty & place:      {class: Error, code: exit.Syntax, text: "ERROR: failed to read a password from {}"},
	EarlyInputUnreadable & place:   {class: Error, form: system, code: exit.StartClient, text: "failed to open {}"},
	EarlyInputTooLong & place:      {class: Error, code: exit.StartClient, text: "{} is > {} bytes."},
	EarlyInputShort & place:        {class: Error, code: exit.StartClient, text: "Early EOF in {}"},
	InvalidPacketAtEnd & place:     {class: Error, code: exit.Protocol, text: "Invalid packet at end of run ({}) [{role}]"},
	InvalidPacketAtEndBare & place: {class: Error, code: exit.Protocol, text: "Invalid packet at end of run [{role}]"},
	InvalidFileIndex & place:       {class: Error, code: exit.Protocol, text: "Invalid file index: {} ({} - {}) [{role}]"},
	InvalidDirIndex & place:        {class: Error, code: exit.Protocol, text: "Invalid dir index: {} ({} - {}) [{role}]"},
	IndexNotInList & place:         {class: Error, code: exit.Protocol, text: "File-list index {} not in {} - {} ({}) [{role}]"},
	TransferOfNonRegular & place:   {class: Error, code: exit.Protocol, text: "received request to transfer non-regular file: {} [{role}]"},
	TransferInPhase2 & place:       {class: Error, code: exit.Protocol, text: "got transfer request in phase 2 [{role}]"},
	RefusingClearedIndex & place:   {class: Error, form: prefix, code: exit.Protocol, text: "refusing transfer of cleared file index {}"},
	InvalidChecksumCount & place:   {class: Error, code: exit.Protocol, text: "Invalid checksum count {} [{role}]"},
	InvalidBlockLength & place:     {class: Error, code: exit.Protocol, text: "Invalid block length {} [{role}]"},
	InvalidZeroBlockLength & place: {class: Error, code: exit.Protocol, text: "Invalid zero block length [{role}]"},
	InvalidChecksumLength & place:  {class: Error, code: exit.Protocol, text: "Invalid checksum length {} [{role}]"},
	InvalidRemainder & place:       {class: Error, code: exit.Protocol, text: "Invalid remainder length {} [{role}]"},
	OverlongString & place:         {class: Error, code: exit.Protocol, text: "over-long vstring received ({} > {})"},
	WireValueRange & place:         {class: Error, code: exit.Protocol, text: "wire value {} out of range: {} not in [{},{}] [{role}]"},
	WireSizeRange & place:          {class: Error, code: exit.Protocol, text: "wire size {} out of range: {} > {} [{role}]"},
	VarintOverflow & place:         {class: Error, code: exit.StreamIO, text: "Overflow in read_varint()"},
	VarlongOverflow & place:        {class: Error, code: exit.StreamIO, text: "Overflow in read_varlong()"},
	InvalidMultiMessage & place:    {class: Error, code: exit.StreamIO, text: "invalid multi-message {}:{} [{role}]"},
	MultiplexOverflow & place:      {class: Error, code: exit.StreamIO, text: "multiplexing overflow {}:{} [{role}]"},
	UnexpectedTag & place:          {class: Error, code: exit.StreamIO, text: "unexpected tag {} [{role}]"},
	UnexpectedTagInc & place:       {class: Error, code: exit.StreamIO, text: "unexpected tag {} [{role}/inc]"},
	InflateReturned & place:        {class: Error, code: exit.StreamIO, text: "inflate returned {} ({} bytes)"},
	DeflateReturned & place:        {class: Error, code: exit.StreamIO, text: "deflate returned {}"},
	DecompressorLostSync & place:   {class: Error, code: exit.StreamIO, text: "decompressor lost sync!"},
	UncompressFailed & place:       {class: Error, code: exit.StreamIO, text: "uncompress failed: {}"},
	ZstdReturned & place:           {class: Error, code: exit.StreamIO, text: "ZSTD decomp returned {} ({} bytes)"},
	InvalidToken & place:           {class: Error, code: exit.Protocol, text: "invalid token number in compressed stream"},
	CompressInitFailed & place:     {class: Error, code: exit.Protocol, text: "compression init failed"},
	InflateInitFailed & place:      {class: Error, code: exit.Protocol, text: "inflate init failed"},
	FiltersTooModern & place:       {class: Error, code: exit.Protocol, text: "filter rules are too modern for remote rsync."},
	IOTimeout & place:              {class: Error, code: exit.Timeout, text: "[{role}] io timeout after {} seconds -- exiting"},
	HandshakeTimeout & place:       {class: Error, code: exit.Timeout, text: "[{role}] daemon handshake timeout -- exiting"},
	StoppingAtLimit & place:        {class: Error, code: exit.Timeout, text: "stopping at requested limit"},
	ReadError & place:              {class: Error, form: system, code: exit.SocketIO, text: "read error"},
	WriteError & place:             {class: Error, form: system, code: exit.SocketIO, text: "write error"},
	SafeReadFailed & place:         {class: Error, form: system, code: exit.StreamIO, text: "safe_read failed to read {} bytes"},
	SafeWriteFailed & place:        {class: Error, form: system, code: exit.StreamIO, text: "safe_write failed to write {} bytes to {}"},
	WaitFailed & place:             {class: Error, form: system, code: exit.WaitChild, text: "waitpid"},
}
