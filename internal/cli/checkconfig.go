package cli

import (
	"io"

	"godwit/internal/daemon"
	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/process"
)

// runCheckConfig reads a configuration as a daemon would and says what is wrong with it, a line for
// each fault.
func runCheckConfig(env *process.Env, args []string) exit.Code {
	if len(args) > 1 || len(args) == 1 && args[0] != "" && args[0][0] == '-' {
		io.WriteString(env.Stderr, "usage: godwit check-config [FILE]\n")
		return exit.Syntax
	}
	cfg := daemonConfig(env)
	cfg.Options = &options.DaemonOptions{}
	if len(args) == 1 {
		cfg.Options.Config = args[0]
	}
	return daemon.CheckConfig(cfg, env.Stdout)
}
