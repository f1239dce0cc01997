//go:build linux

package wrappers

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// backupninja's handler for rsync writes its own command lines, rotates, and logs what rsync prints.
func TestBackupninja(t *testing.T) {
	t.Parallel()
	both(t, []string{"backupninja"}, func(p *place) {
		p.mkdir("actions", "left/b")
		if err := os.Chmod(p.path("actions"), 0o700); err != nil {
			t.Fatal(err)
		}
		p.write("conf", "loglevel = 3\nconfigdirectory = "+p.path("actions")+"\nlogfile = "+p.path("ninja.log")+
			"\nscriptdirectory = /usr/share/backupninja\nlibdirectory = /usr/lib/backupninja\nwhen = everyday at 01:00\nreportemail =\n", 0)
		action := "actions/10" + filepath.Base(p.top) + ".rsync" // it names a lock that all runs share
		p.write(action, "[general]\nmountpoint = "+p.path("left")+"\nbackupdir = b\nformat = short\ndays = 3\nlog = "+p.path("rsync.log")+
			"\ntmp = "+p.top+"\n[source]\nfrom = local\nhost = localhost\ninclude = "+p.path("src")+"\nexclude = *.no\nrsync = "+p.rsync+"\n", 0)
		p.write("src/d/same", "same", 0)
		for run := range int64(4) {
			p.write("src/changes", "version", run)
			p.write("src/x.no", "out", run)
			r := p.command("backupninja", "-f", p.path("conf"), "-n", "--run", p.path(action))
			if out, err := r.CombinedOutput(); err != nil {
				t.Fatalf("backupninja: %v\n%s", err, out)
			}
		}
		log, err := os.ReadFile(p.path("rsync.log"))
		if err != nil {
			t.Fatal(err)
		}
		p.said.Write(dated.ReplaceAll(log, nil))
		// When a generation was made or moved on is the clock's business.
		p.remove("left/b" + p.path("src") + "/metadata")
	})
}

var dated = regexp.MustCompile(`(?m)^(Starting|Finished) backup at .*\n`)
