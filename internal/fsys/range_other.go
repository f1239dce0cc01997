//go:build !linux

package fsys

// What only Linux offers in the form the File methods promise.

func sysPunchHole(fileHandle, int64, int64) error { return ErrUnsupported }

func sysCopyRange(fileHandle, int64, fileHandle, int64, int64) (int64, error) {
	return 0, ErrUnsupported
}

func sysClone(dst, src fileHandle) error { return ErrUnsupported }
