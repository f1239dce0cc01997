package cli

import (
	"context"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/rrsync"
)

// runRestricted is the forced command of an SSH key: a server in one directory.
func runRestricted(ctx context.Context, env *process.Env, name string, args []string) exit.Code {
	return rrsync.Main(ctx, rrsync.Env{
		Program: name, LookupEnv: env.LookupEnv, Stdout: env.Stdout, Stderr: env.Stderr, StdinTTY: env.InTTY,
		StartDir: env.StartDir, UID: env.Identity.UID, Now: env.Now,
	}, args, func(ctx context.Context, c rrsync.Command) exit.Code {
		if err := process.Chdir(c.Dir); err != nil {
			return badOptions(env, err)
		}
		inside := *env
		inside.StartDir, inside.Args = c.Dir, c.Args
		cfg := Config(&inside)
		o, err := options.Parse(c.Args, cfg)
		if err != nil {
			return badOptions(&inside, err)
		}
		op := operator(&inside, o)
		op.Base, op.BasePath = c.Root, c.Dir
		return serve(ctx, &inside, o, cfg, op)
	})
}
