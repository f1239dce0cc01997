package transport

import (
	"io"
	"os"
	"strconv"
	"strings"

	"godwit/internal/errno"
	"godwit/internal/exit"
)

// ShellCommand is what a remote shell is asked to run.
type ShellCommand struct {
	// Words are those of --rsh or RSYNC_RSH (options.SplitShellCommand). None at all makes the
	// host the program, as in the reference.
	Words []string
	Host  string // of the operand, with "user@" and without brackets
	// IPv4 and IPv6 are passed on to a shell that is called exactly "ssh".
	IPv4, IPv6 bool
	// Program is --rsync-path. It is one word here; the remote shell may split it.
	Program string
	// Daemon asks for a daemon at the far end; Args are not used then.
	Daemon bool
	// Args are the server's arguments, quoted as options.Protection has it.
	Args []string
}

// Argv returns the argument vector (docs/protocol/01-connection.md §3.1). Its length has no limit
// but the system's.
func (c *ShellCommand) Argv() []string {
	argv := append([]string(nil), c.Words...)
	user, host := "", c.Host
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		user, host = host[:i], host[i+1:]
	}
	if user != "" && !(c.Daemon && namesUser(c.Words)) {
		argv = append(argv, "-l", user)
	}
	if len(c.Words) > 0 && c.Words[0][strings.LastIndexByte(c.Words[0], '/')+1:] == "ssh" {
		switch {
		case c.IPv4:
			argv = append(argv, "-4")
		case c.IPv6:
			argv = append(argv, "-6")
		}
	}
	return append(append(argv, host), c.remote()...)
}

// remote returns the words for the far end.
func (c *ShellCommand) remote() []string {
	if c.Daemon {
		return []string{c.Program, "--server", "--daemon", "."}
	}
	return append([]string{c.Program}, c.Args...)
}

// Command returns what the shell at the far end is to run, as ssh would hand it over: the words
// with blanks between them.
func (c *ShellCommand) Command() string { return strings.Join(c.remote(), " ") }

// namesUser tells whether the words say already who to log in as.
func namesUser(words []string) bool {
	for i, w := range words {
		if w == "-l" && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
			return true
		}
	}
	return false
}

// ShellProcess is where a remote shell is started from.
type ShellProcess struct {
	Environ []string  // of the child; ShellEnviron makes it
	Stderr  io.Writer // where the child's standard error goes: an *os.File, to be inherited as it is
	Dir     string    // the child's directory, "" for the current one
	Role    string    // the name for error messages, such as "sender"
}

// ShellEnviron returns the environment of a remote shell: DISPLAY only along with SSH_ASKPASS,
// and RSYNC_PORT for a daemon behind the shell, 0 if port is not given.
func ShellEnviron(environ []string, daemon bool, port int) []string {
	keep := false
	for _, v := range environ {
		keep = keep || strings.HasPrefix(v, "SSH_ASKPASS=")
	}
	env := make([]string, 0, len(environ)+1)
	for _, v := range environ {
		if strings.HasPrefix(v, "DISPLAY=") && !keep || daemon && strings.HasPrefix(v, "RSYNC_PORT=") {
			continue
		}
		env = append(env, v)
	}
	if daemon {
		env = append(env, "RSYNC_PORT="+strconv.Itoa(port))
	}
	return env
}

// Shell is the connection to a program that a remote shell runs.
type Shell struct {
	*Files
	*Child
}

// StartShell runs argv with the connection on its standard input and output. Both are ordinary
// blocking pipes for the child, whatever --blocking-io says: that suits every shell. A program
// that cannot be executed is exit code 14.
//
// Close closes the pipes, upon which shells end; Wait waits for that.
func StartShell(argv []string, p ShellProcess) (*Shell, error) {
	pipeFailed := func(err error) error {
		return &exit.Error{Code: exit.IPC, Err: err, Text: "rsync: [" + p.Role + "] pipe: " + errno.Text(err)}
	}
	childIn, out, err := os.Pipe()
	if err != nil {
		return nil, pipeFailed(err)
	}
	defer childIn.Close()
	in, childOut, err := os.Pipe()
	if err != nil {
		out.Close()
		return nil, pipeFailed(err)
	}
	defer childOut.Close()
	enlarge(out)
	enlarge(in)
	cmd := program(argv)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = childIn, childOut, p.Stderr
	cmd.Env, cmd.Dir = p.Environ, p.Dir
	child, err := startChild(cmd)
	if err != nil {
		in.Close()
		out.Close()
		return nil, execFailed(p.Role, argv[0], err)
	}
	return &Shell{Files: &Files{in: in, out: out}, Child: child}, nil
}
