package manual

import "godwit/internal/options"

// File is one generated document.
type File struct {
	Path    string // from the root of the repository, with slashes
	Content string
}

// Files returns every generated document.
func Files() []File {
	files := []File{
		{"docs/man/godwit.1", programPage()},
		{"docs/man/godwitd.conf.5", confPage()},
		{"docs/man/rrsync.1", rrsyncPage()},
		{"docs/man/rsync-ssl.1", securePage()},
		{"docs/compatibility.md", compatibility()},
	}
	for _, command := range []string{"godwit", "rsync"} {
		files = append(files,
			File{"completions/bash/" + command, options.BashCompletion(command)},
			File{"completions/zsh/_" + command, options.ZshCompletion(command)},
			File{"completions/fish/" + command + ".fish", options.FishCompletion(command)},
		)
	}
	return files
}
