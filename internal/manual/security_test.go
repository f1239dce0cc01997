package manual

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`([a-z]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// Every test that docs/security.md relies on exists.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	found := testName.FindAllStringSubmatch(string(page), -1)
	if len(found) == 0 {
		t.Fatal("no test is named")
	}
	for _, m := range found {
		pkg, name := m[1], m[2]
		if _, read := sources[pkg]; !read {
			files, err := filepath.Glob("../" + pkg + "/*_test.go")
			if err != nil {
				t.Fatal(err)
			}
			if len(files) == 0 { // a layer that runs the program
				if files, err = filepath.Glob("../../test/" + pkg + "/*_test.go"); err != nil {
					t.Fatal(err)
				}
			}
			var all strings.Builder
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				all.Write(b)
			}
			sources[pkg] = all.String()
		}
		if !strings.Contains(sources[pkg], "func "+name+"(") {
			t.Errorf("%s.%s does not exist", pkg, name)
		}
	}
}
