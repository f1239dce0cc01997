package transport

import (
	"os"

	"golang.org/x/sys/unix"
)

// shellPipe is the size of the pipes to a remote shell: a few of the largest frames, so that the
// two processes take turns less often. The system may refuse; its default works too.
const shellPipe = 512 << 10

func enlarge(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, shellPipe) })
	}
}
