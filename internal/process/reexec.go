package process

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A program that is started by itself is told what it is for by its own name, argv[0]: nothing
// that a peer can put on a command line reaches it.
const rolePrefix = "godwit: "

// Role is what a process that this program started is for.
type Role string

// The roles.
const (
	RoleListener   Role = "listener"   // a daemon that has detached; arguments as given
	RoleConnection Role = "connection" // one connection of a daemon on descriptor 0; arguments as given
	RoleWorker     Role = "worker"     // one transfer of a daemon; no arguments
)

// StartedAs returns the role of this process if its own program started it.
func (e *Env) StartedAs() (Role, bool) {
	name, ok := strings.CutPrefix(e.Arg0, rolePrefix)
	if !ok {
		return "", false
	}
	switch r := Role(name); r {
	case RoleListener, RoleConnection, RoleWorker:
		return r, true
	}
	return "", false
}

// Again returns the command that starts this very program once more, also if its file has been
// replaced or removed since. The caller sets the streams; the environment is e's without what is
// meant for this process only.
func (e *Env) Again(role Role, args ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "linux" {
		if _, err := os.Stat("/proc/self/exe"); err == nil {
			path = "/proc/self/exe"
		}
	}
	cmd := &exec.Cmd{Path: path, Args: append([]string{rolePrefix + string(role)}, args...)}
	for _, v := range e.Environ {
		if !strings.HasPrefix(v, "LISTEN_PID=") && !strings.HasPrefix(v, "LISTEN_FDS=") && !strings.HasPrefix(v, "LISTEN_FDNAMES=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd, nil
}
