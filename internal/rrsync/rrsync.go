package rrsync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"godwit/internal/exit"
	"godwit/internal/fsys"
)

// Env is what the wrapper needs of its process.
type Env struct {
	Program   string // argv[0], the first word of messages
	LookupEnv func(name string) (string, bool)
	Stdout    io.Writer // for -help only
	Stderr    io.Writer
	// StdinTTY: a person started us, who gets the help text after an error.
	StdinTTY bool
	StartDir string // the absolute physical current directory
	UID      uint32 // effective
	Now      func() time.Time
}

// Command is a server run that is allowed.
type Command struct {
	// Dir is the absolute physical path of the restricted directory. The
	// server must run with it as its current directory.
	Dir string
	// Root is Dir held open; it is closed when the run returns.
	Root *fsys.Dir
	// Args are the arguments of the server, from "--server" on, without the
	// program's name.
	Args []string
}

// Run runs a server and returns its exit code.
type Run func(ctx context.Context, c Command) exit.Code

// refusal is an error whose text the client may read.
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// Main is the program: args are its arguments without its name. It returns
// the exit code, which is that of run if it gets that far.
func Main(ctx context.Context, env Env, args []string, run Run) exit.Code {
	code, err := serve(ctx, env, args, run)
	if err == nil {
		return code
	}
	fmt.Fprintf(env.Stderr, "%s error: %s\n", env.Program, err)
	if env.StdinTTY {
		io.WriteString(env.Stderr, help(env.Program))
	}
	return exit.Syntax
}

func serve(ctx context.Context, env Env, args []string, run Run) (exit.Code, error) {
	set, err := parseArgs(args)
	if err != nil {
		return 0, err
	}
	if set.help {
		io.WriteString(env.Stdout, help(env.Program))
		return exit.OK, nil
	}
	// The administrator's own path: every link in it is trusted.
	root, dir, err := fsys.Operator{FollowAll: true, UID: env.UID, BasePath: env.StartDir}.OpenDirAt(set.dir)
	if err != nil {
		return 0, refuse("Restricted directory does not exist!")
	}
	defer root.Close()
	if !set.noLock {
		lock, err := root.TryLock()
		switch {
		case err == nil:
			defer lock.Close()
		case errors.Is(err, syscall.EWOULDBLOCK):
			return 0, refuse("Another instance of rrsync is already accessing this directory.")
		}
	}
	original, _ := env.LookupEnv("SSH_ORIGINAL_COMMAND")
	if original == "true" {
		return exit.OK, nil
	}
	text, sender, err := set.argumentText(original)
	if err != nil {
		return 0, err
	}
	p := policy{settings: set, sender: sender, tree: tree{root: root, real: dir}}
	argv, err := p.command(text)
	if err != nil {
		return 0, err
	}
	appendLog(env, argv)
	return run(ctx, Command{Dir: dir, Root: root, Args: argv}), nil
}

// argumentText cuts "rsync --server" off the client's command and tells
// whether the client pulls.
func (s *settings) argumentText(original string) (text string, sender bool, err error) {
	if original == "" {
		return "", false, refuse("Not invoked via sshd")
	}
	words := strings.SplitN(original, " ", 3)
	switch {
	case words[0] != "rsync":
		return "", false, refuse("SSH_ORIGINAL_COMMAND does not run rsync")
	case len(words) < 2 || words[1] != "--server":
		return "", false, refuse("--server option is not the first arg")
	case len(words) == 3:
		text = words[2]
	}
	sender = strings.HasPrefix(text, "--sender ")
	switch {
	case s.readOnly && !sender:
		return "", false, refuse("sending to read-only server is not allowed")
	case s.writeOnly && sender:
		return "", false, refuse("reading from write-only server is not allowed")
	}
	return text, sender, nil
}
