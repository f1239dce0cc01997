package cli

import (
	"context"
	"fmt"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/process"
)

func runDaemon(ctx context.Context, env *process.Env, o *options.Options) exit.Code {
	fmt.Fprintln(env.Stderr, "daemon")
	return exit.Unsupported
}
