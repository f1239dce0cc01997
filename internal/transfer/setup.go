// Package transfer carries out one conversation: the handshake, the filter rules and the names of
// --files-from, the roles of this side, the goodbye and the summary. It is what a client and a
// server have in common once each has a connection and its options; docs/protocol/01-connection.md
// §5 and §11 is its table of contents.
//
//	Handshake ─► framing ─► filter rules ─► files-from ─┬─► sender
//	                                                    └─► first list ─► destination ─► generator + receiver
//
// The roles live in packages of their own and know nothing of each other; here they are joined.
package transfer

import (
	"io"
	"time"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/human"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// Setup is one end of a transfer, ready to talk.
type Setup struct {
	Options *options.Options
	Conn    session.Conn
	Server  bool // this end was started by the other
	Sender  bool // this end reads the source
	Local   bool // the other end is in this process
	// DaemonPeer is set on the client of a daemon.
	DaemonPeer bool
	// PeerVersion is the peer's protocol version if a daemon's greeting has settled it, else 0.
	PeerVersion int
	// ClientCaps are the client's capabilities: those it sent, or those it stated.
	ClientCaps wire.ClientCaps
	Module     *plan.Module
	// Caller is what a daemon's log lines say of the client: host, address, user, module.
	Caller Caller
	// Gate decides, once messages can reach the client, whether the transfer goes on.
	Gate func(*report.Log) error
	// EmptyNames sends an empty list of names to a client that waits for one before it hears
	// the Gate's refusal.
	EmptyNames bool

	// Rules collects the rules of the command line; nil on a server, which makes its own.
	Rules *filter.Builder
	// RuleEnv is where rules are made on a server.
	RuleEnv filter.Env

	// Sources are the operands of a sender, Base the directory they count from, "" for the
	// start directory. Dest is the destination operand of a receiver.
	Sources []string
	Base    string
	Dest    string
	HasDest bool
	// Source is a tree that a sender reads in place of the file system: Sources are paths in it.
	Source fsys.Source
	// Requested are the arguments of a pull as the user wrote them, for the check of what the
	// sender lists.
	Requested []string

	// FilesFrom is the list of names, opened by this side: read by a local sender, or
	// forwarded to the sender at the other end.
	FilesFrom io.Reader

	// Operator resolves the paths that the user, or the client of a server, names.
	Operator fsys.Operator

	Router  *report.Router
	Process Process
	// Handoff joins the ends of a local copy.
	Handoff *session.Handoff
	// Twin joins them too: it settles which of them speaks.
	Twin *Twin
	// Raise gives the code that a failed run ends with, where a process behind the connection
	// has a say in it; nil without one.
	Raise func(exit.Code) exit.Code
	// Batch records or replays.
	Batch *BatchHooks
	// OnInterrupt is told what cleans up after an interruption, and gets nil at the end.
	OnInterrupt func(func())
}

// Caller is the client of a daemon, for its log.
type Caller struct {
	Host, Addr, User string
	// ModulePath is the module's directory as the outside knows it.
	ModulePath string
}

// Process is what the roles need to know of the process they run in.
type Process struct {
	Version  string
	PID      int
	Umask    uint32
	StartDir string
	Identity ids.Identity
	Names    ids.Lookup
	// ChecksumList and CompressList are the values of the environment variables.
	ChecksumList, CompressList string
	Charset                    report.Charset
	Numbers                    human.Numbers
	Now                        func() time.Time
	Foreground                 func() bool
}

// BatchHooks connect a run to a batch file.
type BatchHooks struct {
	// Writer takes the recorded stream; Start is told the facts that open the file, Script the
	// filter rules for the script beside it.
	Writer io.Writer
	Start  func(protocol int, flags wire.CompatFlags, seed int32) error
	Script func(rules []string, protocol int) error
	// Reading is set when the connection is a batch file. AllowIncremental then tells whether
	// the options, before they were made to agree with the file, allow incremental recursion.
	Reading          bool
	AllowIncremental bool
}

// Result is how a conversation ended. A fatal end has been said, closing line included; with an
// end that is complete but not clean that is left to the client.
type Result struct {
	Code  exit.Code
	Fatal bool // an error ended it before its time
	Told  bool // the other end has said so
	// Complete tells that the roles came to their end, so that the numbers mean something.
	Complete bool
	Role     report.Role // who speaks the closing line
	Totals   report.Totals
}
