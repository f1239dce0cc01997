package sender_test

import (
	"os"
	"testing"

	"godwit/internal/fsys"
)

// identity returns what tells the inode of a file from others.
func identity(t *testing.T, path string) (dev, ino uint64) {
	t.Helper()
	var st fsys.Stat
	if err := (fsys.Operator{UID: uint32(os.Geteuid())}).Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Dev, st.Ino
}
