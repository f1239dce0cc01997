package fsys

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setBirthTime goes through /dev/fd: setattrlist takes a path, and that one
// names the descriptor.
func setBirthTime(fd int, ts unix.Timespec) error {
	list := unix.Attrlist{Bitmapcount: unix.ATTR_BIT_MAP_COUNT, Commonattr: unix.ATTR_CMN_CRTIME}
	attr := unsafe.Slice((*byte)(unsafe.Pointer(&ts)), unsafe.Sizeof(ts))
	return unix.Setattrlist(fmt.Sprintf("/dev/fd/%d", fd), &list, attr, 0)
}
