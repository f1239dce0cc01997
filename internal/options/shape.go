package options

import "strings"

// The shape of a client's run: which operands are sources, which is the
// destination, and how the peer is reached; docs/protocol/01-connection.md
// §2.2 to §2.4.

// Direction says where the data goes, seen from the client.
type Direction int8

// The directions.
const (
	LocalCopy Direction = iota
	Push
	Pull
	FromBatch // --read-batch: the batch file is the sender
)

// Transport says how the peer is reached.
type Transport int8

// The transports.
const (
	TransportNone   Transport = iota // local
	TransportShell                   // remote shell
	TransportTCP                     // daemon over TCP
	TransportDaemon                  // daemon over a remote shell
)

// Shape is what the operands of a client ask for.
type Shape struct {
	Direction Direction
	Transport Transport
	Host      string // with "user@"; "" if local
	Port      int    // of the URL, else --port, else 0
	// Sources are the source paths; those of a remote host without the host.
	// An empty remote-shell path has become ".".
	Sources []string
	// Dest is the destination path. A pull may have "", which is an error once
	// the file list is there, or none at all (HasDest false: listing).
	Dest    string
	HasDest bool
}

// Shape classifies the operands of a client. The error is an *[Error].
func (o *Options) Shape() (*Shape, error) {
	s, err := o.shape()
	if err != nil {
		return nil, asError(err)
	}
	return s, nil
}

func (o *Options) shape() (*Shape, error) {
	args := o.Args
	if len(args) == 0 {
		return nil, &Error{Usage: true, Code: exitSyntax}
	}
	last := args[len(args)-1]
	if o.Batch == BatchRead {
		if ParseOperand(last).Kind != Local {
			return nil, usageError("remote destination is not allowed with --read-batch")
		}
		return &Shape{Direction: FromBatch, Dest: last, HasDest: true}, o.checkTransport(TransportNone, "")
	}
	s := &Shape{}
	first := ParseOperand(args[0])
	var remote Operand
	var err error
	if first.Kind != Local {
		remote = first
		err = s.pull(first, args)
	} else {
		remote, err = s.push(args, o.OldArgs > 0)
	}
	if err != nil {
		return nil, err
	}
	s.Host, s.Port = remote.Host, remote.Port
	if s.Port == 0 {
		s.Port = o.Port
	}
	switch {
	case remote.Kind == RemoteShell:
		s.Transport = TransportShell
	case remote.Kind == RemoteDaemon && o.RshGiven:
		s.Transport = TransportDaemon
	case remote.Kind == RemoteDaemon:
		s.Transport = TransportTCP
	}
	if o.FilesFromRemote {
		switch {
		case s.Direction == LocalCopy:
			return nil, usageError("--files-from cannot be remote when the transfer is local")
		case o.FilesFromHost != "" && o.FilesFromHost != s.Host:
			return nil, usageError("--files-from hostname is not the same as the transfer hostname")
		}
	}
	return s, o.checkTransport(s.Transport, remote.HostName())
}

// pull fills the shape of a transfer whose first operand is remote.
func (s *Shape) pull(first Operand, args []string) error {
	s.Direction = Pull
	last := args[len(args)-1]
	if len(args) > 1 && !strings.HasPrefix(last, ":") {
		if ParseOperand(last).Kind != Local {
			return usageError("The source and destination cannot both be remote.")
		}
		s.Dest, s.HasDest = last, true
		args = args[:len(args)-1]
	}
	for i, arg := range args {
		src := ParseOperand(arg)
		switch {
		case i == 0:
		case src.Kind == Local:
			return usageError("Unexpected local arg: "+arg, "If arg is a remote file/dir, prefix it with a colon (:).")
		case src.Host != "" && src.Host != first.Host:
			return usageError("All source args must come from the same machine.")
		case src.Kind != first.Kind:
			return usageError("All source args must use the same hostspec format.")
		case src.Port != first.Port:
			return usageError("All source args must use the same port number.")
		}
		s.Sources = append(s.Sources, src.shellPath())
	}
	return nil
}

// push fills the shape of a transfer whose first operand is local, and returns
// the destination taken apart.
func (s *Shape) push(args []string, emptyDest bool) (Operand, error) {
	s.Dest, s.HasDest = ".", len(args) > 1
	var dest Operand
	if len(args) > 1 {
		s.Dest = args[len(args)-1]
		args = args[:len(args)-1]
		if s.Dest == "" {
			if !emptyDest {
				return dest, usageError(`Empty destination arg specified (use "." or see --old-args).`)
			}
			s.Dest = "."
		}
		if dest = ParseOperand(s.Dest); dest.Kind != Local {
			s.Direction, s.Dest = Push, dest.shellPath()
		}
	}
	for _, arg := range args {
		switch {
		case arg == "":
			return dest, usageError("Empty source arg specified.")
		case ParseOperand(arg).Kind != Local:
			return dest, usageError("Unexpected remote arg: " + arg)
		}
	}
	s.Sources = args
	return dest, nil
}

// shellPath returns the path as it is sent: an empty one means the directory
// that a remote shell starts in.
func (o Operand) shellPath() string {
	if o.Kind == RemoteShell && o.Path == "" {
		return "."
	}
	return o.Path
}

// checkTransport refuses options and hosts that do not go with a transport.
func (o *Options) checkTransport(t Transport, host string) error {
	shell := t == TransportShell || t == TransportDaemon
	switch {
	case t != TransportTCP && t != TransportDaemon && o.PasswordFileSet:
		return usageError("The --password-file option may only be used when accessing an rsync daemon.")
	case t != TransportTCP && o.ConTimeout != 0:
		return usageError("The --contimeout option may only be used when connecting to an rsync daemon.")
	case shell && strings.HasPrefix(host, "-"):
		return usageError("Invalid remote host: hostnames may not start with '-'.")
	}
	return nil
}

// SplitShellCommand splits the text of --rsh or RSYNC_RSH into words: at
// spaces; quotes group, and a doubled quote inside stands for itself
// (docs/protocol/01-connection.md §3.1).
func SplitShellCommand(text string) ([]string, error) {
	var words []string
	var word []byte
	inWord := false
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			if i+1 < len(text) && text[i+1] == quote {
				word = append(word, c)
				i++
			} else {
				quote = 0
			}
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ':
			if inWord {
				words, word, inWord = append(words, string(word)), word[:0], false
			}
		default:
			word, inWord = append(word, c), true
		}
	}
	if quote != 0 {
		return nil, usageError("Missing trailing-" + string(rune(quote)) + " in remote-shell command.")
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, nil
}
