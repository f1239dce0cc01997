package dest

import (
	"errors"
	"io"
	"syscall"

	"godwit/internal/delta"
	"godwit/internal/fsys"
)

const copyBuffer = 256 << 10

// readAll is the length up to which reading and writing takes less time than a copy inside the kernel,
// which has to set up a pipe.
const readAll = 64 << 10

// Copy fills dst, which is empty, with up to size octets of src from its beginning, by the cheapest
// way there is: shared blocks, a copy inside the kernel, or reading and writing. With l.Sparse zeros
// become holes. It returns how many octets there were. The offsets of both files are untouched.
func (h *Hand) Copy(dst, src *fsys.File, size int64, l delta.Layout) (int64, error) {
	if l.Sparse || l.InPlace || l.Device || l.Start != 0 {
		return h.copyBySpan(dst, src, size, l)
	}
	n, err := h.copyInKernel(dst, src, size, l.Size)
	if err == nil && n < l.Size {
		err = dst.Truncate(n) // what was allocated and not used
	}
	return n, err
}

// copyInKernel copies without data passing through this program, as far as that goes.
func (h *Hand) copyInKernel(dst, src *fsys.File, size, allocated int64) (int64, error) {
	if allocated == 0 && size > h.cloneAbove && h.clone(dst, src) {
		var st fsys.Stat
		if err := dst.Stat(&st); err != nil {
			return 0, err
		}
		if st.Size > size { // it grew while being sent
			return size, dst.Truncate(size)
		}
		return st.Size, nil
	}
	if size <= readAll {
		return h.copyThrough(dst, src, 0, size)
	}
	var done int64
	for done < size {
		n, err := dst.CopyRange(done, src, done, size-done)
		if err != nil {
			if done == 0 && cannotCopyRange(err) {
				return h.copyThrough(dst, src, done, size)
			}
			return done, err
		}
		if n == 0 {
			// Some file systems make up their files as they are read and say "end" here.
			return h.copyThrough(dst, src, done, size)
		}
		done += n
	}
	return done, nil
}

// clone makes dst share src's blocks. Where that fails once it is only tried for long files, for which
// a call more does not count.
func (h *Hand) clone(dst, src *fsys.File) bool {
	if dst.Clone(src) == nil {
		return true
	}
	h.cloneAbove = 1 << 20
	return false
}

// cannotCopyRange reports whether the kernel has no copy for these files.
func cannotCopyRange(err error) bool {
	for _, e := range [...]error{syscall.EXDEV, syscall.EINVAL, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EPERM,
		syscall.EBADF, errors.ErrUnsupported} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// copyThrough reads and writes.
func (h *Hand) copyThrough(dst, src *fsys.File, from, size int64) (int64, error) {
	buf := h.buffer()
	for from < size {
		n, err := src.ReadAt(buf[:min(int64(len(buf)), size-from)], from)
		if n > 0 {
			if _, werr := dst.WriteAt(buf[:n], from); werr != nil {
				return from, werr
			}
			from += int64(n)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return from, err
		}
	}
	return from, nil
}

// copyBySpan writes as received data are written: holes for zeros, over what is there.
func (h *Hand) copyBySpan(dst, src *fsys.File, size int64, l delta.Layout) (int64, error) {
	var out delta.Output
	out.Reset(dst, l)
	buf := h.buffer()
	at := l.Start
	for at < size {
		n, err := src.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if n > 0 {
			if _, werr := out.Write(buf[:n]); werr != nil {
				return at, werr
			}
			at += int64(n)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return at, err
		}
	}
	return at, out.Finish()
}

func (h *Hand) buffer() []byte {
	if h.copyBuf == nil {
		h.copyBuf = make([]byte, copyBuffer)
	}
	return h.copyBuf
}

// copyTo copies a regular file's data to a new file name, which must not exist. A copy that fails is
// removed.
func (h *Hand) copyTo(d *fsys.Dir, name string, st *fsys.Stat, to *fsys.Dir, as string) error {
	src, err := d.OpenRead(name, 0, nil)
	if err != nil {
		return err
	}
	defer src.Close()
	return h.copyOpen(src, st.Size, to, as)
}

func (h *Hand) copyOpen(src *fsys.File, size int64, to *fsys.Dir, as string) error {
	dst, err := to.CreateExcl(as, 0o600)
	if err != nil {
		return err
	}
	_, err = h.Copy(dst, src, size, delta.Layout{Sparse: h.plan.Write.Sparse})
	if err == nil && h.plan.Write.Fsync {
		err = dst.Sync()
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = to.Unlink(as)
	}
	return err
}
