//go:build !unix

package process

import "errors"

// Detach is not possible here: run the daemon with --no-detach under a service manager.
func (e *Env) Detach() error { return errors.ErrUnsupported }

// Silence leaves the standard streams, which nobody shares here.
func Silence() error { return nil }
