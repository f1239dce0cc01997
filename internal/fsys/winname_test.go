package fsys

import "testing"

func TestAliasedOnWindows(t *testing.T) {
	for name, want := range map[string]bool{
		"a": false, "a.b": false, ".hidden": false, "é": false, ".": false, "..": false, "CONFIG": false,
		"COM": false, "COM10": false, "xCON": false, "a b": false,
		"a\\b": true, "C:": true, "f:stream": true, "a.": true, "a ": true, "...": true, "CON": true,
		"con": true, "nul.txt": true, "aux .x": true, "COM1": true, "lpt9.tar.gz": true, "COM²": true,
		"a\x01": true, "a*": true, "q?": true, "\xff": true, "<": true, "|": true, "CONIN$": true,
	} {
		if got := aliasedOnWindows(name); got != want {
			t.Errorf("aliasedOnWindows(%q) = %v", name, got)
		}
	}
}
