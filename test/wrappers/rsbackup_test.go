//go:build linux

package wrappers

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// rsbackup links each backup to the one before and keeps what rsync said in a database of its own.
func TestRsbackup(t *testing.T) {
	t.Parallel()
	both(t, []string{"rsbackup"}, func(p *place) {
		p.mkdir("store", "logs")
		p.write("store/device-id", "one\n", 0)
		p.write("conf", "device one\nstore --no-mounted "+p.path("store")+"\ndatabase "+p.path("db")+"\nlock "+p.path("lock")+"\nlogs "+p.path("logs")+
			"\npublic true\nrsync-command "+p.rsync+"\nbackup-policy always\nhost h\n  hostname localhost\n  volume v "+p.path("src")+"\n    exclude *.no\n", 0)
		p.write("src/d/same", "same", 0)
		p.write("src/renamed-a", "a file that is found again by its size and time, and fuzzily by its name", 5)
		var last time.Time
		for run := range int64(3) {
			p.write("src/changes", "version", run)
			p.write("src/x.no", "out", run)
			if run == 1 {
				if err := os.Rename(p.path("src/renamed-a"), p.path("src/renamed-b")); err != nil {
					t.Fatal(err)
				}
			}
			// Backups are named by the second, and made a second apart at least.
			p.until("the next second but one", func() bool { return time.Now().Unix() > last.Unix()+1 })
			last = time.Now()
			out, err := p.command("rsbackup", "--config", p.path("conf"), "--backup").CombinedOutput()
			if err != nil {
				t.Fatalf("rsbackup: %v\n%s", err, out)
			}
		}
		backups, err := os.ReadDir(p.path("store/h/v"))
		if err != nil || len(backups) != 3 {
			t.Fatal(len(backups), "backups", err)
		}
		for i, b := range backups {
			if err := os.Rename(p.path("store/h/v/"+b.Name()), p.path(fmt.Sprintf("left/%d", i))); err != nil {
				t.Fatal(err)
			}
		}
		p.run("rsbackup", "--config", p.path("conf"), "--text", "/dev/null")
	})
}
