package cli

import (
	"context"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/server"
	"godwit/internal/transfer"
	"godwit/internal/transport"
)

// runServer serves a client that started this process through a remote shell: the connection is
// standard input and output.
func runServer(ctx context.Context, env *process.Env, o *options.Options, cfg *options.Config) exit.Code {
	return serve(ctx, env, o, cfg, operator(env, o))
}

// serve is runServer with the walk for the paths that the client names.
func serve(ctx context.Context, env *process.Env, o *options.Options, cfg *options.Config, op fsys.Operator) exit.Code {
	conn, err := transport.Inherited(env.Stdin, env.Stdout)
	if err != nil {
		return badOptions(env, err)
	}
	if o.Action == options.ActionReadArgs {
		args, err := transport.ReadArgs(conn)
		if err != nil {
			return badOptions(env, err)
		}
		if len(args) > 0 {
			args = args[1:] // the program's name
		}
		if o, err = options.Resume(o, args, cfg); err != nil {
			return badOptions(env, err)
		}
	}
	term := report.NewTerminal(devNull{}, env.Stderr, 0)
	defer term.Close()
	router := &report.Router{Mode: o.Stderr, Server: true, Quiet: o.Quiet > 0, Charset: report.CharsetPrint, Terminal: term}
	return server.Run(ctx, server.Config{
		Options: o, Conn: conn, Router: router, Operator: op, OnInterrupt: env.Cleanup.Set, Home: env.Home, CVSWords: env.Get("CVSIGNORE"),
		Process: transfer.Process{
			Version: Release, PID: env.PID, Umask: env.Umask, StartDir: env.StartDir, Identity: env.Identity,
			Names:        ids.NewCache(ids.NewSystem(ids.HostSources())),
			ChecksumList: env.Get("RSYNC_CHECKSUM_LIST"), CompressList: env.Get("RSYNC_COMPRESS_LIST"),
			Charset: env.Charset, Now: env.Now,
		},
	})
}

// devNull takes what a server would print on a standard output that is its connection.
type devNull struct{}

func (devNull) Write(p []byte) (int, error) { return len(p), nil }
