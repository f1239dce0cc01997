//go:build unix

package daemon

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// client runs the stock client with D/ for the daemon's directory and URL for its address.
func (r *running) client(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	if stock() == "" {
		t.Skip("no stock rsync to try it with")
	}
	for i, a := range args {
		a = strings.ReplaceAll(a, "URL", "127.0.0.1:"+strconv.Itoa(r.port))
		args[i] = strings.ReplaceAll(a, "D/", r.dir+"/")
	}
	cmd := exec.Command(stock(), args...)
	cmd.Env = append(os.Environ(), "RSYNC_PASSWORD=secret")
	b, _ := cmd.CombinedOutput()
	return strings.ReplaceAll(where.ReplaceAllString(string(b), " at X "), r.dir+"/", "D/"), cmd.ProcessState.ExitCode()
}

// both runs a test with a daemon of each program, where stock proves the expectations.
func both(t *testing.T, test func(t *testing.T, r *running)) {
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) { test(t, start(t, path)) })
	}
}

func TestTransfers(t *testing.T) {
	both(t, func(t *testing.T, r *running) {
		r.configure(t, "[m]\npath = D/mod\ntransfer logging = yes\n[w]\npath = D/up\nread only = no\n"+
			"[plain]\nuse chroot = "+map[bool]string{true: "yes", false: "no"}[os.Getuid() == 0]+"\npath = D/mod\n")
		os.Mkdir(r.dir+"/up", 0o755)
		out, code := r.client(t, "-r", "rsync://URL/m/")
		if code != 0 || !strings.Contains(out, "a.txt") || !strings.Contains(out, "sub/b.txt") {
			t.Errorf("listing: %d\n%s", code, out)
		}
		out, code = r.client(t, "-a", "rsync://URL/m/", "D/got")
		if code != 0 {
			t.Errorf("pull: %d\n%s", code, out)
		}
		if b, _ := os.ReadFile(filepath.Join(r.dir, "got/sub/b.txt")); string(b) != "abc\n" {
			t.Errorf("pulled %q", b)
		}
		for _, line := range []string{"rsync on m/ from localhost (127.0.0.1)\n", "building file list\n", " m () sub/b.txt 4\n"} {
			r.waitLog(t, line)
		}
		if out, code = r.client(t, "-a", "rsync://URL/m/*.txt", "rsync://URL/m/s*", "D/glob"); code != 0 {
			t.Errorf("wildcards: %d\n%s", code, out)
		}
		if _, err := os.Stat(filepath.Join(r.dir, "glob/sub/b.txt")); err != nil {
			t.Error(err)
		}
		if out, code = r.client(t, "-a", "D/mod/", "rsync://URL/w/x/"); code != 0 {
			t.Errorf("push: %d\n%s", code, out)
		}
		if b, _ := os.ReadFile(filepath.Join(r.dir, "up/x/a.txt")); string(b) != "hello\n" {
			t.Errorf("pushed %q", b)
		}
		r.waitLog(t, "rsync to w/x/ from localhost (127.0.0.1)\n")
		r.waitLog(t, "receiving file list\n")
		if out, code = r.client(t, "-a", "rsync://URL/plain/sub", "D/got2"); code != 0 {
			t.Errorf("chroot: %d\n%s", code, out)
		}
		out, code = r.client(t, "-a", "rsync://URL/m/../../etc/hostname", "D/no")
		if code != 23 || !strings.Contains(out, `change_dir "etc" (in m) failed: No such file or directory (2)`) {
			t.Errorf("outside: %d\n%s", code, out)
		}
	})
}
