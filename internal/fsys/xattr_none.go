//go:build openbsd || solaris || windows

package fsys

import "syscall"

const xattrsKnown = false

// ErrNoAttr is the error of an attribute that does not exist.
const ErrNoAttr = syscall.ENOENT

func sysGetXattr(handle, *features, string, string, []byte) (int, error) { return 0, ErrUnsupported }
func sysSetXattr(handle, *features, string, string, []byte) error        { return ErrUnsupported }
func sysListXattr(handle, *features, string, []byte) (int, error)        { return 0, ErrUnsupported }
func sysRemoveXattr(handle, *features, string, string) error             { return ErrUnsupported }
func sysFgetXattr(fileHandle, string, []byte) (int, error)               { return 0, ErrUnsupported }
func sysFsetXattr(fileHandle, string, []byte) error                      { return ErrUnsupported }
func sysFlistXattr(fileHandle, []byte) (int, error)                      { return 0, ErrUnsupported }
func sysFremoveXattr(fileHandle, string) error                           { return ErrUnsupported }
