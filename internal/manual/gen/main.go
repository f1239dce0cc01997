// Gen writes the generated documents below the directory that its argument
// names, the root of the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"godwit/internal/manual"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	for _, f := range manual.Files() {
		if err := write(filepath.Join(root, filepath.FromSlash(f.Path)), f.Content); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// write puts content into a file and leaves one alone that has it already.
func write(path, content string) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == content {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}
