//go:build !unix

package daemon

import (
	"errors"
	"net/netip"
	"os"
	"syscall"
)

// isSocket says that nothing here starts a daemon with a socket on its standard input.
func isSocket(*os.File) bool { return false }

// peerAddr has no answer.
func peerAddr(*os.File) (netip.Addr, error) { return netip.Addr{}, errors.ErrUnsupported }

// keepAlive has nothing to act on.
func keepAlive(*os.File) {}

// setBacklog leaves the system's choice.
func setBacklog(syscall.RawConn, int) {}

// lockPID has no record locks to use; the file's name alone tells.
func lockPID(*os.File) error { return nil }
