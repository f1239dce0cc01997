package fsys

// The methods here are for the hot paths of a walk: their names end in NUL
// and go to the kernel without a copy.

// LstatZ is Lstat for a name that ends in NUL.
func (d *Dir) LstatZ(nameZ []byte, st *Stat) error {
	if err := checkLeafZ(nameZ); err != nil {
		return err
	}
	return sysLstatZ(d.h, nameZ, st)
}

// ReadlinkZ is Readlink for a name that ends in NUL.
func (d *Dir) ReadlinkZ(nameZ, buf []byte) (int, error) {
	if err := checkLeafZ(nameZ); err != nil {
		return 0, err
	}
	return sysReadlink(d.h, View(nameZ[:len(nameZ)-1]), buf)
}

// OpenReadZ is OpenRead for a name that ends in NUL.
func (d *Dir) OpenReadZ(nameZ []byte, how OpenFlag, st *Stat) (*File, error) {
	if err := checkLeafZ(nameZ); err != nil {
		return nil, err
	}
	return d.OpenRead(View(nameZ[:len(nameZ)-1]), how, st)
}
