//go:build unix

package process

import (
	"os"
	"syscall"
)

func userSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGUSR2} }

func isUser1(s os.Signal) bool { return s == syscall.SIGUSR1 }
