package process

import (
	"os"
	"path/filepath"
)

// AliasFiles reads the files that define option aliases, the system's before the user's. One that
// cannot be read defines none.
func AliasFiles(home string) [][]byte {
	var files [][]byte
	for _, name := range []string{"/etc/popt", filepath.Join(home, ".popt")} {
		if b, err := os.ReadFile(name); err == nil {
			files = append(files, b)
		}
	}
	return files
}
