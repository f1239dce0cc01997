package fsys

import "syscall"

// checkLeaf refuses what is not one component of a path.
func checkLeaf(name string) error {
	switch name {
	case "":
		return syscall.ENOENT
	case "..":
		return syscall.EINVAL
	}
	for i := 0; i < len(name); i++ {
		if name[i] == '/' || name[i] == 0 {
			return syscall.EINVAL
		}
	}
	if foreignNames && aliasedOnWindows(name) {
		return syscall.EINVAL
	}
	return nil
}

func checkLeaves(a, b string) error {
	if err := checkLeaf(a); err != nil {
		return err
	}
	return checkLeaf(b)
}

func checkLeafZ(nameZ []byte) error {
	if len(nameZ) == 0 || nameZ[len(nameZ)-1] != 0 {
		return syscall.EINVAL
	}
	return checkLeaf(View(nameZ[:len(nameZ)-1]))
}
