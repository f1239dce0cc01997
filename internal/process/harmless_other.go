//go:build !unix

package process

import "os"

// harmless are the signals that must not kill the process: there are none here.
func harmless() []os.Signal { return nil }
