//go:build unix

package process

import (
	"os"
	"syscall"
)

// harmless are the signals that must not kill the process.
func harmless() []os.Signal { return []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ} }
