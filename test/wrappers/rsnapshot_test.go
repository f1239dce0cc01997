//go:build linux

package wrappers

import (
	"fmt"
	"strings"
	"testing"

	"godwit/test/program"
)

// Ten generations of hard-linked backups, from here and from a far host, with a thirteenth run that pushes the
// first ones out. Then a source that is not there: rsnapshot judges by the exit code of rsync.
func TestRsnapshot(t *testing.T) {
	t.Parallel()
	both(t, []string{"rsnapshot"}, func(p *place) {
		config := func(sources ...string) string {
			lines := []string{
				"config_version	1.2", "snapshot_root	" + p.path("left") + "/", "no_create_root	0", "cmd_cp	/bin/cp", "cmd_rm	/bin/rm",
				"cmd_rsync	" + p.rsync, "cmd_ssh	" + program.RemoteShell(t, p.path("bin")), "link_dest	1", "retain	alpha	10",
				"verbose	2", "loglevel	2", "lockfile	" + p.path("lock"), "exclude	*.no",
				"rsync_long_args	--delete --numeric-ids --relative --delete-excluded --rsync-path=" + p.rsync,
			}
			for _, s := range sources {
				lines = append(lines, "backup	"+s)
			}
			return strings.Join(lines, "\n") + "\n"
		}
		p.write("conf", config(p.path("src")+"/	here/", "u@h:"+p.path("src")+"/	there/"), 0)
		for i := range 20 {
			p.write(fmt.Sprintf("src/stays/f%d", i), "the same", 0)
		}
		for run := range int64(13) {
			p.write("src/changes", strings.Repeat("x", 1000+int(run)), run)
			p.write(fmt.Sprintf("src/only/in%d", run), "once", 0)
			p.remove(fmt.Sprintf("src/only/in%d", run-2))
			p.write("src/left.no", "out", run)
			p.run("rsnapshot", "-c", "conf", "alpha")
		}
		p.write("conf", config("u@h:"+p.path("nowhere")+"/	there/"), 0)
		p.run("rsnapshot", "-c", "conf", "alpha")
	})
}
