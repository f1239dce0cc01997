// Package floors holds the packages of godwit to their floors: a package
// imports only what lies lower, and on its own floor only along the edges
// named here (docs/architecture.md). The test reads imports from go list, for
// every system we build for that has files of its own.
package floors

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors is the house, from the ground up. Numbers are tens, so that a floor
// fits between two others (transfer, between the roles and the programs).
var floors = map[string]int{
	"internal/options":  0,
	"internal/wire":     0,
	"internal/checksum": 0,
	"internal/exit":     0,
	"internal/errno":    0,
	"internal/human":    0,

	"internal/filter":     10,
	"internal/meta":       10,
	"internal/ids":        10,
	"internal/fsys":       10,
	"internal/codec":      10,
	"internal/report":     10,
	"internal/daemonconf": 10,

	"internal/flist":  20,
	"internal/delta":  20,
	"internal/manual": 20,

	"internal/plan": 30,

	"internal/session": 40,
	"internal/dest":    40,
	"internal/ledger":  40,

	"internal/transport": 50,
	"internal/sender":    50,
	"internal/generator": 50,
	"internal/receiver":  50,
	"internal/batch":     50,

	"internal/transfer": 55,

	"internal/client":  60,
	"internal/server":  60,
	"internal/daemon":  60,
	"internal/rrsync":  60,
	"internal/process": 60,

	"internal/cli": 70,
	"":             70, // the public package

	"cmd/godwit":          80,
	"internal/manual/gen": 80, // a command for go generate
}

// edges are the imports allowed within a floor.
var edges = map[string][]string{
	"internal/wire":   {"internal/exit"},
	"internal/filter": {"internal/fsys"},
	"internal/meta":   {"internal/fsys", "internal/ids"},
	"internal/client": {"internal/process"}, // for the Env value it is handed
	"internal/daemon": {"internal/server", "internal/process"},
	"internal/rrsync": {"internal/server"},
}

// only names packages that not everybody above may import.
var only = map[string][]string{
	"internal/process": {"", "internal/cli", "internal/client", "internal/daemon", "cmd/godwit"},
}

const module = "godwit"

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, goos string) []pkg {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal("go list: ", err)
	}
	var pkgs []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// local gives the path of a package of ours inside the module.
func local(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// outside reports packages that stand beside the house: they may import anything,
// and nobody in it imports them.
func outside(name string) bool {
	return name == "bench" || name == "packaging" || strings.HasPrefix(name, "test/")
}

// check says what is wrong with one import, or nothing.
func check(from, to string) string {
	a, known := floors[from]
	b, there := floors[to]
	switch {
	case !known:
		return "is on no floor: give it one in test/floors and docs/architecture.md"
	case outside(to):
		return "imports " + to + ", which is for tests"
	case !there:
		return "imports " + to + ", which is on no floor"
	case b > a:
		return "imports " + to + " from a floor above"
	case b == a && !slices.Contains(edges[from], to):
		return "imports " + to + " on its own floor"
	case only[to] != nil && !slices.Contains(only[to], from):
		return "may not import " + to
	}
	return ""
}

func TestFloors(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "freebsd", "openbsd", "netbsd", "solaris", "windows"} {
		t.Run(goos, func(t *testing.T) {
			pkgs := list(t, goos)
			if len(pkgs) < 10 {
				t.Fatalf("go list found %d packages", len(pkgs))
			}
			for _, p := range pkgs {
				from, _ := local(p.ImportPath)
				if outside(from) {
					continue
				}
				if _, known := floors[from]; !known {
					t.Errorf("%q is on no floor", from)
				}
				for _, imp := range p.Imports {
					if to, ours := local(imp); ours {
						if wrong := check(from, to); wrong != "" {
							t.Errorf("%s %s", from, wrong)
						}
					}
				}
			}
		})
	}
}

// TestCheck shows that the rules can fail.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"internal/sender", "internal/session", true},
		{"internal/sender", "internal/receiver", false},
		{"internal/wire", "internal/flist", false},
		{"internal/meta", "internal/fsys", true},
		{"internal/fsys", "internal/meta", false},
		{"internal/server", "internal/process", false},
		{"internal/cli", "internal/process", true},
		{"internal/util", "internal/wire", false},
		{"internal/dest", "test/tree", false},
		{"internal/transfer", "internal/sender", true},
		{"internal/sender", "internal/transfer", false},
	} {
		if got := check(c.from, c.to) == ""; got != c.ok {
			t.Errorf("%s → %s: allowed %v", c.from, c.to, got)
		}
	}
}
