//go:build !unix

package process

import "os"

func userSignals() []os.Signal { return nil }

func isUser1(os.Signal) bool { return false }
