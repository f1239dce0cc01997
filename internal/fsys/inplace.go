package fsys

import (
	"errors"
	"io/fs"
	"syscall"
)

// OpenInPlace opens name to be rewritten where it is, and makes it with mode
// 0600 if it is missing (docs/protocol/08-security.md §4.1). ReadWrite in how is
// obeyed. Two refusals are worked around: some kernels do not let O_CREAT
// touch a file of another owner in a sticky directory, and a file of our own
// may lack write permission, which it then gets for the moment of opening
// only. On systems where a File cannot change its mode the second stays a
// refusal.
func (d *Dir) OpenInPlace(name string, how OpenFlag, st *Stat) (*File, error) {
	how &= ReadWrite
	f, err := d.OpenWrite(name, how|Create, 0o600, st)
	if errors.Is(err, fs.ErrPermission) {
		f, err = d.OpenWrite(name, how, 0, st)
	}
	if !errors.Is(err, fs.ErrPermission) {
		return f, err
	}
	var was Stat
	pin, perr := d.OpenRead(name, 0, &was)
	if perr != nil {
		return nil, err
	}
	defer pin.Close()
	if !was.IsRegular() || was.Mode&0o200 != 0 || pin.Chmod(was.Mode|0o200) != nil {
		return nil, err
	}
	var now Stat
	f, err = d.OpenWrite(name, how, 0, &now)
	if rerr := pin.Chmod(was.Mode); err == nil {
		err = rerr
	}
	if err == nil && !now.Same(&was) {
		err = syscall.EACCES // another file took the name meanwhile
	}
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	if st != nil {
		*st = was
	}
	return f, nil
}
