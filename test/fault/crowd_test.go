//go:build linux

package fault

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/program"
)

// crowd lays a tree in which everybody has much to say at once: many small files and hard links
// across lists, deltas, a deep chain of directories; and a destination full of what goes.
func crowd(t *testing.T, src, ext string) {
	t.Helper()
	const dirs = 20
	for d := range dirs {
		must(t, os.MkdirAll(filepath.Join(src, fmt.Sprintf("d%d", d)), 0o755))
		must(t, os.MkdirAll(filepath.Join(ext, fmt.Sprintf("d%d", d)), 0o755))
	}
	body := bytes.Repeat([]byte("much to say "), 5000)
	for d := range dirs {
		dir, old := filepath.Join(src, fmt.Sprintf("d%d", d)), filepath.Join(ext, fmt.Sprintf("d%d", d))
		for i := range 40 {
			must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d", i)), body[d*10:d*10+150+i], 0o644))
			must(t, os.WriteFile(filepath.Join(old, fmt.Sprintf("x%d", i)), nil, 0o644))
		}
		for i := range 15 {
			to := filepath.Join(src, fmt.Sprintf("d%d/h%d", (d*7+3)%dirs, 100*d+i))
			must(t, os.Link(filepath.Join(dir, fmt.Sprintf("f%d", i)), to))
		}
		copy(body[d*1000:], "another")
		must(t, os.WriteFile(filepath.Join(dir, "big"), body, 0o644))
		must(t, os.WriteFile(filepath.Join(old, "big"), body[:50_000+d], 0o644))
	}
	deep := filepath.Join(src, "deep")
	for i := range 60 {
		deep = filepath.Join(deep, fmt.Sprintf("level%d", i))
		must(t, os.MkdirAll(deep, 0o755))
		must(t, os.WriteFile(filepath.Join(deep, "f"), []byte("x"), 0o644))
	}
}

// TestCrowded runs transfers with all to say at once through the smallest pipes there are: whoever
// waits for somebody who waits for him is found here.
func TestCrowded(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	r := newRelayRig(t)
	src, ext := filepath.Join(r.top, "source"), filepath.Join(r.top, "extra")
	crowd(t, src, ext)
	r.second, r.first = src, ext
	ways := []string{"-H --delete-delay -vvi", "--protocol=30 -H --delete --delay-updates -vv"}
	if os.Getenv("GODWIT_TEST_FULL") != "" {
		ways = append(ways, "-H --delete -vvv", "--delay-updates --delete-before -v", "-H -z -c --delete-after -i",
			"--protocol=28 --delete -v", "--protocol=29 -H --delete -v", "--protocol=31 -H --delete -vvi --fuzzy",
			"-H --no-inc-recursive --inplace --delete -v", "-H --partial-dir=.p --delete -v -W", "-H --delete -v --append-verify")
	}
	for _, flags := range ways {
		for _, e := range relayPairs(godwit, stock) {
			t.Run(e.String()+" "+flags, func(t *testing.T) {
				r.fresh(t)
				if code, said := r.run(t, r.command(e, relayPlan{}, strings.Fields(flags)...), program.Limit); code != 0 {
					t.Fatalf("code %d\n%s", code, said)
				}
				check := program.Run(t, exec.Command(stock, "-ainH", "--delete", src+"/", r.dest+"/"))
				if strings.Contains(flags, "-H") && len(check.Stdout) > 0 {
					t.Errorf("the reference still finds:\n%.2000s", check.Stdout)
				}
			})
		}
	}
}
