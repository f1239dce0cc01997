// Godwit copies and mirrors file trees in the rsync protocol. Called as rsync it is rsync.
package main

import (
	"fmt"
	"os"

	"godwit/internal/cli"
	"godwit/internal/process"
)

func main() {
	env, err := process.Current()
	if err != nil {
		fmt.Fprintln(os.Stderr, "godwit:", err)
		os.Exit(1)
	}
	os.Exit(cli.Main(env))
}
