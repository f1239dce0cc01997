//go:build !unix

package process

import (
	"errors"
	"os"
)

// Chroot is not possible here.
func Chroot(dir string) error { return errors.ErrUnsupported }

// MayChroot says that it is not.
func MayChroot() error { return errors.ErrUnsupported }

// Chdir changes the current directory.
func Chdir(dir string) error { return os.Chdir(dir) }

// SetGID is not possible here.
func SetGID(gid uint32) error { return errors.ErrUnsupported }

// SetGroups is not possible here.
func SetGroups(gids []uint32) error { return errors.ErrUnsupported }

// SetUID is not possible here.
func SetUID(uid uint32) error { return errors.ErrUnsupported }
