//go:build linux

package wrappers

import (
	"os"
	"syscall"
	"testing"
)

// lsyncd copies a tree, and then feeds rsync lists of what changes in it, NUL-terminated on standard input.
func TestLsyncd(t *testing.T) {
	t.Parallel()
	both(t, []string{"lsyncd"}, func(p *place) {
		p.write("src/a", "a", 0)
		p.write("src/d/b", "b", 0)
		p.write("left/old", "to go", 0)
		p.write("conf", `settings { nodaemon = true, logfile = "`+p.path("log")+`", pidfile = "`+p.path("pid")+`", inotifyMode = "CloseWrite or Modify" }
sync { default.rsync, source = "`+p.path("src")+`", target = "`+p.path("left")+`", delay = 0,
	rsync = { binary = "`+p.rsync+`", archive = true, compress = false, _extra = { "--itemize-changes" } } }
`, 0)
		cmd := p.command("lsyncd", "conf")
		out, err := os.Create(p.path("out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		cmd.Stdout, cmd.Stderr = out, out
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			_ = cmd.Wait()
		}()
		p.until("the first copy", func() bool { return p.exists("left/d/b") && p.exists("left/a") && !p.exists("left/old") })
		p.write("src/new", "new", 0)
		p.until("a new file", func() bool { return p.exists("left/new") })
		p.remove("src/a")
		p.until("a deletion", func() bool { return !p.exists("left/a") })
		if err := os.Rename(p.path("src/d"), p.path("src/e f")); err != nil {
			t.Fatal(err)
		}
		p.until("a move", func() bool { return p.exists("left/e f/b") && !p.exists("left/d") })
		// The times of directories follow when lsyncd has seen them change; they prove nothing here.
		for _, dir := range []string{"left", "left/e f"} {
			if err := os.Chtimes(p.path(dir), p.start, p.start); err != nil {
				t.Fatal(err)
			}
		}
	})
}
