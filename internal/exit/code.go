// Package exit holds the exit codes of a run, the text that belongs to each of
// them, and the error value that carries a code from the place where a run
// fails to the place where the program ends. It implements the table of
// docs/protocol/06-output.md §11.
//
// A failing run ends with one closing line that is made from the code alone:
//
//	rsync error: some files/attrs were not transferred (see previous errors) (code 23) at ...
//
// What went wrong in particular has been said before that line; an [Error]
// holds that sentence in Text.
package exit

import "strconv"

// Code is the exit status of a run. Values that are not named here occur too:
// the status of a remote shell is passed on as it is.
type Code int

// The exit codes of the program.
const (
	OK             Code = 0   // all went well
	Syntax         Code = 1   // options or operands cannot be used
	Protocol       Code = 2   // the peers do not understand each other
	FileSelect     Code = 3   // the source or destination cannot be selected
	Unsupported    Code = 4   // this build, or the peer, cannot do what was asked
	StartClient    Code = 5   // the daemon refused, or its greeting failed
	SocketIO       Code = 10  // a socket failed
	FileIO         Code = 11  // a local file failed in a way that ends the run
	StreamIO       Code = 12  // the data stream broke or made no sense
	Message        Code = 13  // a diagnostic could not be delivered
	IPC            Code = 14  // a process or pipe could not be made
	Crashed        Code = 15  // a child dumped core
	Terminated     Code = 16  // a child was killed by a signal
	Signal1        Code = 19  // SIGUSR1 arrived
	Signal         Code = 20  // SIGINT, SIGTERM or SIGHUP arrived
	WaitChild      Code = 21  // waiting for a child failed
	Memory         Code = 22  // an allocation failed or was above its limit
	Partial        Code = 23  // some files or attributes were not transferred
	Vanished       Code = 24  // some source files vanished meanwhile
	DeleteLimit    Code = 25  // --max-delete stopped deletions
	Timeout        Code = 30  // no data for --timeout seconds, or a stop time reached
	ConnectTimeout Code = 35  // --contimeout expired
	ShellFailed    Code = 124 // the remote shell failed
	ShellKilled    Code = 125 // the remote shell was killed
	ShellCannotRun Code = 126 // the remote command could not be run
	ShellNotFound  Code = 127 // the remote command was not found
)

// texts pairs each code with its text.
var texts = [...]struct {
	code Code
	text string
}{
	{OK, "success"},
	{Syntax, "syntax or usage error"},
	{Protocol, "protocol incompatibility"},
	{FileSelect, "errors selecting input/output files, dirs"},
	{Unsupported, "requested action not supported"},
	{StartClient, "error starting client-server protocol"},
	{SocketIO, "error in socket IO"},
	{FileIO, "error in file IO"},
	{StreamIO, "error in rsync protocol data stream"},
	{Message, "errors with program diagnostics"},
	{IPC, "error in IPC code"},
	{Crashed, "sibling process crashed"},
	{Terminated, "sibling process terminated abnormally"},
	{Signal1, "received SIGUSR1"},
	{Signal, "received SIGINT, SIGTERM, or SIGHUP"},
	{WaitChild, "waitpid() failed"},
	{Memory, "error allocating core memory buffers"},
	{Partial, "some files/attrs were not transferred (see previous errors)"},
	{Vanished, "some files vanished before they could be transferred"},
	{DeleteLimit, "the --max-delete limit stopped deletions"},
	{Timeout, "timeout in data send/receive"},
	{ConnectTimeout, "timeout waiting for daemon connection"},
	{ShellFailed, "remote shell failed"},
	{ShellKilled, "remote shell killed"},
	{ShellCannotRun, "remote command could not be run"},
	{ShellNotFound, "remote command not found"},
}

// Text returns the text that the closing line shows for c.
func (c Code) Text() string {
	for i := range texts {
		if texts[i].code == c {
			return texts[i].text
		}
	}
	return "unexplained error"
}

// String returns the text and the number, as in "success (code 0)".
func (c Code) String() string {
	return c.Text() + " (code " + strconv.Itoa(int(c)) + ")"
}

// Warning reports whether the closing line of c is a warning and not an error.
func (c Code) Warning() bool { return c == Vanished }

// AppendClosing appends the closing line of a run that ends with c, without a
// line end. Where names the place that ended the run, such as "main.go(12)";
// role is the role of the process, such as "sender"; version is the program's.
func (c Code) AppendClosing(dst []byte, where, role, version string) []byte {
	kind := "rsync error: "
	if c.Warning() {
		kind = "rsync warning: "
	}
	dst = append(dst, kind...)
	dst = append(dst, c.String()...)
	dst = append(dst, " at "...)
	dst = append(dst, where...)
	dst = append(dst, " ["...)
	dst = append(dst, role...)
	dst = append(dst, '=')
	dst = append(dst, version...)
	return append(dst, ']')
}

// TellsPeer reports whether a process that fails with c tells its peer so and
// waits for the peer to close (docs/protocol/02-wire-and-file-list.md §7).
// The exceptions are the codes that mean the connection itself is gone.
func (c Code) TellsPeer() bool {
	switch c {
	case OK, SocketIO, StreamIO, Signal1, Timeout:
		return false
	}
	return true
}

// Trouble is what a run remembers of failures that did not end it.
type Trouble uint8

// The kinds of trouble, as bits. The first three are the values of the wire
// (docs/protocol/02-wire-and-file-list.md §1).
const (
	TroubleIO      Trouble = 1 << iota // a general error at the sender
	TroubleVanish                      // a source file vanished
	TroubleDelete                      // the delete limit was reached
	TroublePartial                     // an error was reported for some file or attribute

	// TroubleWire masks the bits that may travel on the wire.
	TroubleWire = TroubleIO | TroubleVanish | TroubleDelete
)

// Raise returns the code of a run that would end with c but met trouble t: a
// code other than OK stays, OK gives way to the gravest of 23, 24 and 25.
func (c Code) Raise(t Trouble) Code {
	switch {
	case c != OK:
		return c
	case t&(TroubleIO|TroublePartial) != 0:
		return Partial
	case t&TroubleVanish != 0:
		return Vanished
	case t&TroubleDelete != 0:
		return DeleteLimit
	}
	return OK
}
