package fsys

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const xattrsKnown = true

// ErrNoAttr is the error of an attribute that does not exist.
const ErrNoAttr = syscall.ENODATA

// An attribute of a leaf is reached in one of three ways, best first:
// /proc/self/fd/DIR/LEAF with the calls that do not follow a link, the
// *xattrat calls (Linux 6.13), and a descriptor of the leaf, which cannot be
// had for links, sockets and unreadable files.

type xattrOp uint8

const (
	xattrGet xattrOp = iota
	xattrSet
	xattrList
	xattrRemove
)

var xattrTraps = [...]struct{ l, at, f uintptr }{
	xattrGet:    {unix.SYS_LGETXATTR, unix.SYS_GETXATTRAT, unix.SYS_FGETXATTR},
	xattrSet:    {unix.SYS_LSETXATTR, unix.SYS_SETXATTRAT, unix.SYS_FSETXATTR},
	xattrList:   {unix.SYS_LLISTXATTR, unix.SYS_LISTXATTRAT, unix.SYS_FLISTXATTR},
	xattrRemove: {unix.SYS_LREMOVEXATTR, unix.SYS_REMOVEXATTRAT, unix.SYS_FREMOVEXATTR},
}

func xattrCall(dir handle, sys *features, op xattrOp, name, attr string, buf []byte) (int, error) {
	if len(name) < 256 && sys.hasProc() {
		var path procPath
		return xattrPath(op, path.leaf(dir, name), attr, buf)
	}
	if !sys.noXattrat.Load() {
		n, err := xattrAt(dir, op, name, attr, buf)
		if err != unix.ENOSYS {
			return n, err
		}
		sys.noXattrat.Store(true)
	}
	fd, err := openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	switch err {
	case nil:
	case unix.ELOOP, unix.EACCES, unix.ENXIO:
		return 0, ErrUnsupported
	default:
		return 0, err
	}
	defer unix.Close(fd)
	return xattrFD(op, fd, attr, buf)
}

// xattrPath makes a call of the l family on a path that ends in NUL.
func xattrPath(op xattrOp, path *byte, attr string, buf []byte) (int, error) {
	var ab nameBuf
	p := uintptr(len(buf))
	if op == xattrList {
		return xattrResult(unix.Syscall6(xattrTraps[op].l, uintptr(unsafe.Pointer(path)),
			uintptr(unsafe.Pointer(unsafe.SliceData(buf))), p, 0, 0, 0))
	}
	return xattrResult(unix.Syscall6(xattrTraps[op].l, uintptr(unsafe.Pointer(path)),
		uintptr(unsafe.Pointer(ab.z(attr))), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), p, 0, 0))
}

// xattrFD makes a call of the f family.
func xattrFD(op xattrOp, fd int, attr string, buf []byte) (int, error) {
	var ab nameBuf
	p := uintptr(len(buf))
	if op == xattrList {
		return xattrResult(unix.Syscall6(xattrTraps[op].f, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(buf))), p, 0, 0, 0))
	}
	return xattrResult(unix.Syscall6(xattrTraps[op].f, uintptr(fd),
		uintptr(unsafe.Pointer(ab.z(attr))), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), p, 0, 0))
}

func xattrResult(n, _ uintptr, e syscall.Errno) (int, error) {
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// xattrAt makes the call of the at family.
func xattrAt(dir handle, op xattrOp, name, attr string, buf []byte) (int, error) {
	var nb, ab nameBuf
	var n uintptr
	var e syscall.Errno
	trap := xattrTraps[op].at
	switch op {
	case xattrList:
		n, _, e = unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(nb.z(name))), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)), 0)
	case xattrRemove:
		n, _, e = unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(nb.z(name))), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(ab.z(attr))), 0, 0)
	default:
		// The kernel takes the buffer as a number inside a struct, where
		// the collector does not see it: pin what it points to.
		args := struct {
			value       uint64
			size, flags uint32
		}{size: uint32(len(buf))}
		var pin runtime.Pinner
		if len(buf) > 0 {
			pin.Pin(&buf[0])
			args.value = uint64(uintptr(unsafe.Pointer(&buf[0])))
		}
		n, _, e = unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(nb.z(name))), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(ab.z(attr))), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
		pin.Unpin()
	}
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

func sysGetXattr(dir handle, sys *features, name, attr string, buf []byte) (int, error) {
	return xattrCall(dir, sys, xattrGet, name, attr, buf)
}

func sysSetXattr(dir handle, sys *features, name, attr string, value []byte) error {
	_, err := xattrCall(dir, sys, xattrSet, name, attr, value)
	return err
}

func sysListXattr(dir handle, sys *features, name string, buf []byte) (int, error) {
	return xattrCall(dir, sys, xattrList, name, "", buf)
}

func sysRemoveXattr(dir handle, sys *features, name, attr string) error {
	_, err := xattrCall(dir, sys, xattrRemove, name, attr, nil)
	return err
}

func sysFgetXattr(fd fileHandle, attr string, buf []byte) (int, error) {
	return xattrFD(xattrGet, fd, attr, buf)
}

func sysFsetXattr(fd fileHandle, attr string, value []byte) error {
	_, err := xattrFD(xattrSet, fd, attr, value)
	return err
}

func sysFlistXattr(fd fileHandle, buf []byte) (int, error) { return xattrFD(xattrList, fd, "", buf) }

func sysFremoveXattr(fd fileHandle, attr string) error {
	_, err := xattrFD(xattrRemove, fd, attr, nil)
	return err
}
