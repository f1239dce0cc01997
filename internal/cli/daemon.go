package cli

import (
	"context"
	"strings"

	"godwit/internal/daemon"
	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/server"
	"godwit/internal/session"
	"godwit/internal/transfer"
)

// daemonConfig is what a daemon and its workers have in common.
func daemonConfig(env *process.Env) daemon.Config {
	parse := *Config(env)
	parse.AliasFiles = nil // those are for users, not for clients
	return daemon.Config{Env: env, Version: Release, Serve: serveModule(env), Parse: parse}
}

// runDaemon serves modules.
func runDaemon(ctx context.Context, env *process.Env, o *options.Options) exit.Code {
	cfg := daemonConfig(env)
	cfg.Options = o.Daemon
	return daemon.Run(ctx, cfg)
}

// runWorker carries out one connection of a daemon that has started this process for it.
func runWorker(ctx context.Context, env *process.Env) exit.Code {
	return daemon.RunWorker(ctx, daemonConfig(env))
}

// serveModule hands a request that a module takes to the server.
func serveModule(env *process.Env) daemon.ServeFunc {
	return func(ctx context.Context, conn session.Conn, a *daemon.ServerArgs) exit.Code {
		a.Options.LogFileFormat = a.LogFormat
		if a.Refused != nil {
			a.Options.FilesFromGiven = false // it may be what is refused
		}
		cfg := server.Config{
			Options: a.Options, Conn: conn, PeerVersion: a.PeerVersion, Module: a.Module, Router: a.Router, Operator: a.Operator,
			Caller:     transfer.Caller{Host: a.Host, Addr: a.Addr, User: a.User, ModulePath: a.ModulePath},
			EmptyNames: a.EmptyList, OnInterrupt: env.Cleanup.Set,
			Gate: func(log *report.Log) error { return gate(log, a) },
			Process: transfer.Process{
				Version: Release, PID: env.PID, Umask: a.Umask, StartDir: a.Module.Path, Identity: a.Identity, Names: a.Names,
				ChecksumList: env.Get("RSYNC_CHECKSUM_LIST"), CompressList: env.Get("RSYNC_COMPRESS_LIST"), Now: a.Now,
			},
		}
		return interruptible(ctx, env, "server", func() exit.Code { return server.Run(ctx, cfg) })
	}
}

// gate says why a request is not carried out (docs/protocol/07-daemon.md §11.4, §11.6).
func gate(log *report.Log, a *daemon.ServerArgs) error {
	pull := a.Options.Sender
	switch {
	case a.Refused != nil:
		for _, line := range strings.Split(a.Refused.Text, "\n") {
			log.Text(report.Error, line)
		}
		return &exit.Error{Code: a.Refused.Code}
	case pull && a.WriteOnly:
		return log.Fatal(report.ModuleWriteOnly, nil)
	case pull && a.ReadOnly && a.Options.RemoveSource != options.RemoveNothing:
		return log.Fatal(report.RemoveFromReadOnly, nil)
	case !pull && a.ReadOnly:
		return log.Fatal(report.ModuleReadOnly, nil)
	}
	return nil
}
