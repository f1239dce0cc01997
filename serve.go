package godwit

import (
	"bytes"
	"context"
	"io"
	"sync"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/rrsync"
	"godwit/internal/server"
	"godwit/internal/transfer"
)

// Server says what a client may do.
type Server struct {
	// Root is the directory that is served: every path of the client counts from it and stays
	// inside.
	Root string
	// ReadOnly refuses pushes, WriteOnly pulls.
	ReadOnly, WriteOnly bool
	// NoDelete refuses all that deletes, NoOverwrite what would replace an existing file.
	NoDelete, NoOverwrite bool
	// Munge makes symbolic links unusable as long as they lie in the tree, and usable again as
	// they leave it (docs/protocol/04-filters-and-walk.md).
	Munge bool
	// Exclusive refuses a client while another is being served in the same directory.
	Exclusive bool
	// Errors gets what is said of clients that cannot be told; nil discards it.
	Errors io.Writer
}

// Serve carries out the command that a client asked for, such as "rsync --server -logDtpr . dir/",
// on conn, the connection to the client: what an SSH server does with the command of a session
// and its channel. What the client may ask for is what rrsync(1) allows. Close of conn must end a
// Read or Write under way; it is closed in the end.
func Serve(ctx context.Context, conn io.ReadWriteCloser, command string, s Server) error {
	defer conn.Close()
	env, err := process.Embedded(nil)
	if err != nil {
		return &Error{Code: Partial, Text: err.Error()}
	}
	var said lines
	ctx, stop := interruptible(ctx)
	defer stop()
	code := rrsync.Main(ctx, rrsync.Env{
		Program: "rsync", Stdout: io.Discard, Stderr: io.MultiWriter(&said, orDiscard(s.Errors)), StartDir: env.StartDir,
		UID: env.Identity.UID, Now: env.Now,
		LookupEnv: func(name string) (string, bool) {
			if name == "SSH_ORIGINAL_COMMAND" {
				return command, true
			}
			return "", false
		},
	}, s.arguments(), func(ctx context.Context, c rrsync.Command) exit.Code {
		return s.run(ctx, env, conn, c, &said)
	})
	if code == exit.OK {
		return nil
	}
	return &Error{Code: Code(code), Text: said.text(), cause: ctx.Err()}
}

// arguments are those of rrsync.
func (s *Server) arguments() []string {
	var args []string
	for _, f := range [...]struct {
		on   bool
		name string
	}{
		{s.ReadOnly, "-ro"}, {s.WriteOnly, "-wo"}, {s.NoDelete, "-no-del"}, {s.NoOverwrite, "-no-overwrite"}, {s.Munge, "-munge"},
		{!s.Exclusive, "-no-lock"},
	} {
		if f.on {
			args = append(args, f.name)
		}
	}
	return append(args, "--", s.Root)
}

// run is a command that is allowed.
func (s *Server) run(ctx context.Context, env *process.Env, conn io.ReadWriteCloser, c rrsync.Command, said *lines) exit.Code {
	o, err := options.Parse(c.Args, parserConfig(env))
	if err != nil {
		e := optionsError(err)
		_, _ = io.WriteString(said, e.Text+"\n")
		return exit.Code(e.Code)
	}
	errs := io.MultiWriter(said, orDiscard(s.Errors))
	term := report.NewTerminal(io.Discard, errs, 0)
	defer term.Close()
	return server.Run(ctx, server.Config{
		Options: o, Conn: conn,
		Router:   &report.Router{Mode: o.Stderr, Server: true, Quiet: o.Quiet > 0, Charset: report.CharsetPrint, Terminal: term},
		Operator: fsys.Operator{UID: env.Identity.UID, FollowAll: o.InsecureLinks, Confine: o.ConfineRoot, Base: c.Root, BasePath: c.Dir},
		Process: transfer.Process{
			Version: release, PID: env.PID, Umask: env.Umask, StartDir: c.Dir, Identity: env.Identity,
			Names: ids.NewCache(ids.NewSystem(ids.HostSources())), Charset: env.Charset, Now: env.Now,
		},
	})
}

// lines keeps the beginning of what is written to it.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// kept is how much of it an Error tells.
const kept = 16 << 10

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p[:min(len(p), max(kept-l.buf.Len(), 0))])
	return len(p), nil
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.TrimRight(l.buf.Bytes(), "\n"))
}
