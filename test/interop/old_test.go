//go:build linux

package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/program"
)

// oldJobs are what is tried with each earlier release: the things whose form on the wire or whose
// place in the conversation has changed over the years.
var oldJobs = []string{
	"-a", "-av", "-az --info=name2,misc2,skip2,nonreg", "-aHAX", "-aH --numeric-ids", "-ac", "-azc", "-az --compress-choice=zlib", "-a --no-whole-file -B700",
	"-a --delete-before", "-a --delete-during", "-a --delete-delay", "-a --delete-after", "-a --delete-excluded --exclude=f*",
	"-a --backup --backup-dir=../bak", "-aS --inplace --no-whole-file", "-a --append-verify", "-a --delay-updates",
	"-a --partial-dir=.part", "-aR", "-a --no-implied-dirs -R", "-a -F --filter=-_g*", "-a --existing", "-a --ignore-existing",
	"-a --ignore-times", "-au", "-d", "-rl --chmod=Du=rwx,Fgo=", "-a --fake-super", "-a --no-inc-recursive", "-am --exclude=f*",
	"-a --link-dest=../src", "-a --copy-dest=../src", "-a --compare-dest=../src", "-a --fuzzy --delete-after", "-aU", "-n -a --delete",
	"-a --remove-source-files", "-a --out-format=%i_%n_%l", "-aL", "-a --copy-unsafe-links", "-a --safe-links", "-a --max-size=10K",
	"-a --checksum-choice=md5", "-a --checksum-choice=xxh64", "-a --protocol=30", "-az --protocol=29", "-aH --protocol=28",
	"-a --protocol=27", "-a --usermap=0:1", "-a -s", "-a --old-args", "-a --list-only", "-a --progress", "-a --max-delete=1 --delete",
	"-a --bwlimit=100000 --timeout=20", "-a --iconv=utf-8,latin1", "-a -y --no-whole-file",
}

// oldReleases lists the earlier releases of the reference that are installed below the directory
// of GODWIT_OLD_RSYNC (make deps puts them there): release/rsync.
func oldReleases(t *testing.T) []string {
	paths, err := filepath.Glob(filepath.Join(os.Getenv("GODWIT_OLD_RSYNC"), "*", "rsync"))
	if os.Getenv("GODWIT_OLD_RSYNC") == "" || err != nil || len(paths) == 0 {
		t.Skip("no earlier releases of rsync: GODWIT_OLD_RSYNC names no directory that holds any")
	}
	return paths
}

// TestOldPeers puts earlier releases at the other end, as servers and as clients: what they do with
// the release that we stand for is what they must do with us.
func TestOldPeers(t *testing.T) {
	program.Need(t, "sh")
	releases := oldReleases(t)
	stock, ours := program.Stock(t), program.Godwit(t)
	full := os.Getenv("GODWIT_TEST_FULL") != ""
	for r, old := range releases {
		for i, job := range oldJobs {
			options := strings.Fields(job)
			for k, o := range options {
				options[k] = strings.ReplaceAll(o, "_", " ")
			}
			for form := range 4 {
				// A normal run takes each job in one of the four forms, another for each release.
				if !full && form != (i+r)%4 {
					continue
				}
				push, client := form&1 == 0, form&2 == 0
				name := []string{filepath.Base(filepath.Dir(old)), map[bool]string{true: "client", false: "server"}[client], map[bool]string{true: "push", false: "pull"}[push], job}
				t.Run(strings.Join(name, " "), func(t *testing.T) {
					t.Parallel()
					if client {
						compare(t, "old with stock", transfer(t, push, options, old, stock), transfer(t, push, options, old, ours))
					} else {
						compare(t, "stock with old", transfer(t, push, options, stock, old), transfer(t, push, options, ours, old))
					}
				})
			}
		}
	}
}
