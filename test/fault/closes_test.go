//go:build linux

package fault

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"godwit/test/program"
)

// The stand-ins for a remote shell, which run the server with a connection that ends after $CUT bytes
// in one direction. What the server says further is read, so that it is the end of the input that
// the other side notices first. $NOTE gets the server's exit code, or the number of bytes.
var cutShells = map[string]string{
	"server closes": `mkfifo "$NOTE"; sh -c "$*" <&0 >"$NOTE" & exec 3<"$NOTE"
dd bs=1 count="$CUT" <&3 2>/dev/null; exec >&-; cat <&3 >/dev/null; wait`,
	"client closes": `dd bs=1 count="$CUT" 2>/dev/null | { sh -c "$*"; echo $? >"$NOTE"; }`,
	"both":          `tee "$NOTE.up" | sh -c "$*" | tee "$NOTE.down"`,
}

// TestPeerCloses ends the connection after so many bytes, all through the handshake, the file list
// and the transfer, and looks at the end that is left: it says so and ends with code 12.
func TestPeerCloses(t *testing.T) {
	program.Need(t, "sh", "dd", "tee")
	godwit := program.Godwit(t)
	for _, pull := range []bool{false, true} {
		way := "push"
		if pull {
			way = "pull"
		}
		run := func(t *testing.T, who string, cut int) (r program.Result, note string) {
			top := program.Dir(t)
			rsh := filepath.Join(top, "rsh")
			script := "#!/bin/sh\nwhile :; do case $1 in -*) shift;; *) break;; esac; done\nshift\n" + cutShells[who] + "\n"
			must(t, os.WriteFile(rsh, []byte(script), 0o755))
			must(t, os.MkdirAll(filepath.Join(top, "src/dir"), 0o755))
			must(t, os.MkdirAll(filepath.Join(top, "dst"), 0o755))
			for i := range 6 {
				must(t, os.WriteFile(filepath.Join(top, fmt.Sprintf("src/dir/f%d", i)), []byte(strings.Repeat("some data ", 80)), 0o644))
			}
			from, to := filepath.Join(top, "src/"), "h:"+filepath.Join(top, "dst/")
			if pull {
				from, to = "h:"+from, filepath.Join(top, "dst/")
			}
			note = filepath.Join(top, "note")
			cmd := exec.Command(godwit, "-a", "--whole-file", "-e", rsh, "--rsync-path="+godwit, from+"/", to+"/")
			cmd.Env = append(os.Environ(), "CUT="+strconv.Itoa(cut), "NOTE="+note)
			return program.Run(t, cmd), note
		}
		r, note := run(t, "both", 0)
		if r.Exit != 0 {
			t.Fatalf("%s uncut: code %d: %s", way, r.Exit, r.Stderr)
		}
		for _, who := range []struct{ name, size string }{
			{"server closes", note + ".down"},
			{"client closes", note + ".up"},
		} {
			size, err := os.Stat(who.size)
			must(t, err)
			whole := int(size.Size())
			cuts := []int{0, 1, 3, 4, 5, 6, 7, 12, 30}
			for part := range 4 {
				cuts = append(cuts, 60+part*(whole*3/4-60)/4)
			}
			for _, cut := range cuts {
				if cut >= whole*3/4 {
					continue // what ends near the goodbye may end well
				}
				t.Run(fmt.Sprintf("%s/%s/%d", way, who.name, cut), func(t *testing.T) {
					t.Parallel()
					r, note := run(t, who.name, cut)
					switch {
					case r.Hung:
						t.Fatalf("hangs; stderr so far: %s", r.Stderr)
					case who.name == "client closes":
						if code, err := os.ReadFile(note); err != nil || string(code) != "12\n" {
							t.Errorf("the server ends with %q, %v; stderr: %s", code, err, r.Stderr)
						}
						return
					}
					said := strings.ToLower(string(r.Stderr))
					closed := "rsync: connection unexpectedly closed ("
					if cut <= 7 {
						closed += "0 bytes received so far)"
					}
					if r.Exit != 12 || !strings.Contains(said, closed) {
						t.Errorf("code %d, want 12 and %q; stderr: %s", r.Exit, closed, r.Stderr)
					}
				})
			}
		}
	}
}
