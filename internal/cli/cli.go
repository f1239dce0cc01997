// Package cli decides from the argument vector which program this is: a client, a server at the
// far end of a remote shell, a daemon, or one of the two that come with rsync as scripts, rrsync and
// rsync-ssl; and it prints what is asked for without any transfer,
// such as help and version.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"godwit/internal/checksum"
	"godwit/internal/client"
	"godwit/internal/codec"
	"godwit/internal/daemon"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/transport"
)

// Release is the version that peers and scripts see: the release of rsync whose behaviour this
// program has.
const Release = "3.5.0"

// Main runs the program and returns its exit code.
func Main(env *process.Env) int {
	ctx, stop := process.WithSignals(context.Background())
	defer stop()
	return int(run(ctx, env))
}

func run(ctx context.Context, env *process.Env) exit.Code {
	if run := otherProgram(env); run != nil {
		return run(ctx)
	}
	if role, _ := env.StartedAs(); role == process.RoleWorker {
		return runWorker(ctx, env)
	}
	return runOptions(ctx, env, nil)
}

// otherProgram is one of the programs that this one is besides rsync: by its own name, or named by
// the first argument, unless this is rsync, whose arguments are all its own. Nil is rsync.
func otherProgram(env *process.Env) func(context.Context) exit.Code {
	name, called, args := filepath.Base(env.Arg0), env.Arg0, env.Args
	if name != "rsync" && name != "rrsync" && name != "rsync-ssl" && len(args) > 0 {
		name, called, args = args[0], args[0], args[1:]
	}
	switch name {
	case "rrsync":
		return func(ctx context.Context) exit.Code { return runRestricted(ctx, env, called, args) }
	case "rsync-ssl":
		return func(ctx context.Context) exit.Code { return runSecure(ctx, env, args) }
	case "check-config":
		return func(context.Context) exit.Code { return runCheckConfig(env, args) }
	}
	return nil
}

// runOptions is the program whose options say what it does; a client of it reaches daemons as
// secure says.
func runOptions(ctx context.Context, env *process.Env, secure *transport.TLS) exit.Code {
	cfg := Config(env)
	cfg.CheckParam = daemon.CheckParam
	o, err := options.Parse(env.Args, cfg)
	if err != nil {
		return badOptions(env, err)
	}
	switch o.Action {
	case options.ActionHelp:
		io.WriteString(env.Stdout, options.VersionText(facts())+"\n"+options.Usage())
		return exit.OK
	case options.ActionDaemonHelp:
		io.WriteString(env.Stdout, options.VersionText(facts())+"\n"+options.DaemonUsage())
		return exit.OK
	case options.ActionInfoHelp:
		io.WriteString(env.Stdout, options.InfoHelp())
		return exit.OK
	case options.ActionDebugHelp:
		io.WriteString(env.Stdout, options.DebugHelp())
		return exit.OK
	case options.ActionVersion:
		out := env.Stdout
		if o.Server {
			out = env.Stderr
		}
		if o.Quiet == 0 {
			io.WriteString(out, options.VersionText(facts()))
		}
		return exit.OK
	case options.ActionVersionJSON:
		io.WriteString(env.Stdout, options.VersionJSON(facts()))
		return exit.OK
	case options.ActionDaemon:
		return runDaemon(ctx, env, o)
	}
	if o.Server {
		return interruptible(ctx, env, "server", func() exit.Code { return runServer(ctx, env, o, cfg) })
	}
	return interruptible(ctx, env, "client", func() exit.Code {
		return client.Run(ctx, client.Config{
			Env: env, Options: o, Parser: cfg, Version: Release,
			Stdin: env.Stdin, Stdout: env.Stdout, Stderr: env.Stderr, Prompt: env.Prompt,
			TLS: secure,
		})
	})
}

// Config is what the option parser needs to know of the process.
func Config(env *process.Env) *options.Config {
	cfg := &options.Config{
		LookupEnv: env.LookupEnv, Now: env.Now(),
		CheckChmod: func(spec string) bool {
			_, err := meta.ParseChmod(spec, env.Umask)
			return err == nil
		},
	}
	cfg.AliasFiles = process.AliasFiles(env.Home)
	return cfg
}

// badOptions says why a command line cannot be obeyed.
func badOptions(env *process.Env, err error) exit.Code {
	var e *options.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(env.Stderr, err)
		return exit.Syntax
	}
	if e.Usage {
		io.WriteString(env.Stderr, options.VersionText(facts())+"\n"+options.Usage())
	}
	for _, l := range e.Lines {
		fmt.Fprintln(env.Stderr, l)
	}
	role := "client"
	if e.Server {
		role = "server"
	}
	code := exit.Code(e.Code)
	fmt.Fprintf(env.Stderr, "%s\n", code.AppendClosing(nil, "main.go(1)", role, Release))
	return code
}

// facts are what the version texts say of this build.
func facts() *options.VersionFacts {
	f := &options.VersionFacts{
		Program: "rsync", Version: Release, Protocol: options.MaxProtocol,
		Copyright: "Copyright (C) 2026 by the godwit authors: godwit, rsync in Go.",
		URL:       "https://godwit.example/", License: "BSD-3-Clause",
		Notice: []string{
			"godwit comes with ABSOLUTELY NO WARRANTY.  This is free software, and you",
			"are welcome to redistribute it under the terms of the BSD 3-clause licence.",
		},
		Caveat: "godwit comes with ABSOLUTELY NO WARRANTY",
		Capabilities: []options.Capability{
			{Name: "files", On: true, Bits: 64}, {Name: "inums", On: true, Bits: 64}, {Name: "timestamps", On: true, Bits: 64},
			{Name: "long ints", On: true, Bits: 64}, {Name: "socketpairs", On: true}, {Name: "symlinks", On: true},
			{Name: "symtimes", On: true}, {Name: "hardlinks", On: true}, {Name: "hardlink-specials", On: true},
			{Name: "hardlink-symlinks", On: true}, {Name: "IPv6", On: true}, {Name: "atimes", On: true},
			{Name: "batchfiles", On: true}, {Name: "inplace", On: true}, {Name: "append", On: true}, {Name: "ACLs", On: true},
			{Name: "ACL-at", On: true}, {Name: "xattrs", On: true}, {Name: "secluded-args", On: true, Word: "optional"},
			{Name: "iconv", On: true}, {Name: "prealloc", On: true}, {Name: "stop-at", On: true}, {Name: "crtimes"},
		},
		Optimizations: []options.Capability{
			{Name: "SIMD-roll", On: true}, {Name: "asm-roll"}, {Name: "openssl-crypto"}, {Name: "asm-MD5"},
		},
		DaemonAuths: []string{"sha512", "sha256", "sha1", "md5", "md4"},
	}
	for _, offer := range checksum.Defaults(true) {
		name := offer.Name
		if name == "xxh64" {
			name += " (xxhash)"
		}
		f.Checksums = append(f.Checksums, name)
	}
	for _, m := range codec.Methods() {
		f.Compressors = append(f.Compressors, m.Name)
	}
	return f
}

// operator is the walk for paths that the user, or the client of a server, names.
func operator(env *process.Env, o *options.Options) fsys.Operator {
	return fsys.Operator{UID: env.Identity.UID, FollowAll: o.InsecureLinks, Confine: o.ConfineRoot, BasePath: env.StartDir}
}
