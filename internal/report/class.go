package report

// Class is the class of a message. It decides the stream the text goes to,
// whether it is logged, how it crosses the wire and whether it affects the
// exit status (docs/protocol/06-output.md §1.1). The numeric values are the
// multiplexed message tags.
type Class uint8

// The message classes, numbered by their tag on the wire. Tags 1 to 4 cross
// the network; 5 to 8 only ever travelled between the processes of one side.
const (
	ErrorXfer   Class = 1 // stderr; the run goes on and ends with 23 or worse
	Info        Class = 2 // stdout; dropped by --quiet
	Error       Class = 3 // stderr; no effect on the exit status by itself
	Warning     Class = 4 // stderr; no effect on the exit status
	ErrorSocket Class = 5 // routed as Error
	LogOnly     Class = 6 // to the log file or syslog, nowhere else
	Client      Class = 7 // as Info, but never logged
	ErrorUTF8   Class = 8 // Error whose text is UTF-8 whatever the locale
)

// classNames are the words by which machine-readable output calls a class.
var classNames = [...]string{
	ErrorXfer: "error-xfer", Info: "info", Error: "error", Warning: "warning",
	ErrorSocket: "error-socket", LogOnly: "log", Client: "client", ErrorUTF8: "error-utf8",
}

// String returns the class's name as used in JSON output.
func (c Class) String() string {
	if int(c) < len(classNames) && classNames[c] != "" {
		return classNames[c]
	}
	return "unknown"
}

// Valid reports whether c is one of the eight classes.
func (c Class) Valid() bool { return c >= ErrorXfer && c <= ErrorUTF8 }

// Crosses reports whether a message of class c may arrive from the network.
// Any other tag of a text message is a protocol error.
func (c Class) Crosses() bool { return c >= ErrorXfer && c <= Warning }

// onStderr reports whether the class belongs on the error stream.
func (c Class) onStderr() bool { return c == ErrorXfer || c == Error || c == Warning }

// Tag returns the multiplexed tag under which a message of class c is sent to
// a peer that negotiated the given protocol. Before protocol 30 the tags of
// Error and Warning did not exist and older ones stood in for them.
func (c Class) Tag(protocol int) Class {
	if c == Client {
		c = Info
	}
	if protocol >= 30 {
		return c
	}
	switch c {
	case Error:
		return ErrorXfer
	case Warning:
		return Info
	}
	return c
}

// Role names who is speaking, in the brackets of "[sender]" and of the closing
// line. A side is Receiving until it knows that it will both generate and
// receive; after that the generator and the receiver speak for themselves.
type Role uint8

// The roles in the order in which a process may go through them.
const (
	RoleClient    Role = iota // parsing options as the client
	RoleServer                // parsing options as the server
	RoleSender                // sending files
	RoleReceiving             // the receiving side before it has split: "Receiver"
	RoleGenerator             // deciding what to transfer
	RoleReceiver              // writing files
)

var roleNames = [...]string{"client", "server", "sender", "Receiver", "generator", "receiver"}

// String returns the role as it is printed.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}
