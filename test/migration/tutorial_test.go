//go:build linux

package migration

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/program"
	"godwit/test/tree"
)

// conf is the tutorial's rsyncd.conf, with paths and port under the test's own
// directory, and an anonymous module beside the tutorial's.
const conf = `UID = root
GID = root
Use chroot = no
Max connections = 4
Strict modes = yes
Port = %[2]d
Address = 127.0.0.1
PID file = %[1]s/pid
Lock file = %[1]s/lock
Log file = %[1]s/log

[backup]
Path = %[1]s/mod
Comment = mail backup
Auth users = mail
Secrets file = %[1]s/secrets
Read Only = no
List = no

[pub]
Path = %[1]s/mod
Comment = anonymous
`

// site is a mail server with its daemon.
type site struct {
	dir  string
	port int
}

// age gives the module's directories times of the past: rsync leaves a directory's
// time alone when it was changed in the same second.
func (s *site) age(t testing.TB) {
	t.Helper()
	old := time.Unix(1_600_000_000, 42)
	must(t, os.Chtimes(s.file("mod/sub"), old, old))
	must(t, os.Chtimes(s.file("mod"), old, old))
}

// at gives the address of a path of a module.
func (s *site) at(user, path string) string {
	if user != "" {
		user += "@"
	}
	return fmt.Sprintf("rsync://%s127.0.0.1:%d/%s", user, s.port, path)
}

func (s *site) file(name string) string { return filepath.Join(s.dir, name) }

// newSite lays module, secrets and configuration.
func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{dir: program.Dir(t), port: freePort(t)}
	must(t, os.MkdirAll(s.file("mod/sub"), 0o755))
	write(t, s.file("mod/a.txt"), "hello\n", 0o644)
	write(t, s.file("mod/sub/b.txt"), "abc\n", 0o644)
	s.age(t)
	write(t, s.file("secrets"), "mail:abc123\n", 0o600)
	write(t, s.file("pw"), "abc123\n", 0o600)
	write(t, s.file("wrong"), "wrong\n", 0o600)
	write(t, s.file("rsyncd.conf"), fmt.Sprintf(conf, s.dir, s.port), 0o644)
	return s
}

// serve runs a server program until the test ends and waits until its port answers.
func (s *site) serve(t testing.TB, argv ...string) {
	t.Helper()
	out, err := os.Create(s.file("server.out"))
	must(t, err)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		_ = out.Close()
	})
	eventually(t, "the port answers", func() bool {
		c, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, func() string { b, _ := os.ReadFile(out.Name()); return string(b) })
}

// eventually waits for something that another process does.
func eventually(t testing.TB, what string, is func() bool, why func() string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s\n%s", what, why())
		}
	}
}

// mark gives the length of the log, from which [site.logs] looks for new lines.
func (s *site) mark() int { return len(s.log()) }

func (s *site) log() string { b, _ := os.ReadFile(s.file("log")); return string(b) }

// logs waits until a line that ends in each of the texts stands in the log after mark.
func (s *site) logs(t testing.TB, mark int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		eventually(t, "the log says "+text, func() bool { return strings.Contains(s.log()[mark:], text+"\n") },
			func() string { return s.log()[mark:] })
	}
}

// cron is all that cron gives its jobs.
func cron() []string {
	return []string{"HOME=/root", "LOGNAME=root", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"}
}

func asRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("the tutorial's daemon runs as root (UID = root)")
	}
}

func TestTutorial(t *testing.T) {
	asRoot(t)
	stock, godwit := program.Stock(t), program.Godwit(t)
	servers := map[string]func(t *testing.T, s *site){
		"standalone": func(t *testing.T, s *site) {
			s.serve(t, godwit, "--daemon", "--no-detach", "--config="+s.file("rsyncd.conf"))
			if pid, err := os.ReadFile(s.file("pid")); err != nil || strings.TrimSpace(string(pid)) == "" {
				t.Errorf("pid file: %q %v", pid, err)
			}
			s.logs(t, 0, fmt.Sprintf("starting, listening on port %d", s.port))
		},
		"xinetd": func(t *testing.T, s *site) {
			xinetd := findSystem(t, "xinetd")
			write(t, s.file("xinetd.conf"), fmt.Sprintf(`service rsync
{
	type        = UNLISTED
	disable     = no
	socket_type = stream
	protocol    = tcp
	port        = %d
	bind        = 127.0.0.1
	wait        = no
	user        = root
	server      = %s
	server_args = --daemon --config=%s
	log_on_failure += USERID
}
`, s.port, godwit, s.file("rsyncd.conf")), 0o644)
			s.serve(t, xinetd, "-dontfork", "-f", s.file("xinetd.conf"), "-filelog", s.file("xinetd.log"), "-pidfile", s.file("xinetd.pid"))
		},
	}
	for name, serve := range servers {
		for client, prog := range map[string]string{"stock": stock, "godwit": godwit} {
			t.Run(name+"/"+client, func(t *testing.T) {
				s := newSite(t)
				serve(t, s)
				s.useAsDescribed(t, prog)
				s.refusals(t, prog)
				s.fifth(t, prog)
			})
		}
	}
}

// useAsDescribed pulls, pushes and lists as the tutorial does.
func (s *site) useAsDescribed(t *testing.T, client string) {
	pull := []string{client, "-avz", "--password-file=" + s.file("pw"), s.at("mail", "backup"), s.file("dest")}
	mark := s.mark()
	r := run(t, cron(), pull...)
	head := "receiving incremental file list\ncreated directory " + s.file("dest") + "\n./\na.txt\nsub/\nsub/b.txt\n\nsent "
	if r.code != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, head) || !strings.Contains(r.stdout, "\ntotal size is 10  speedup is ") {
		t.Errorf("first pull: %+v", r)
	}
	s.logs(t, mark, "connect from localhost (127.0.0.1)", "rsync allowed access on module backup from localhost (127.0.0.1)",
		"rsync on backup/ from mail@localhost (127.0.0.1)", "building file list")
	eventually(t, "the log has the totals", func() bool { return strings.Contains(s.log()[mark:], " bytes  total size 10\n") }, s.log)
	if r := run(t, cron(), pull...); r.code != 0 || !strings.HasPrefix(r.stdout, "receiving incremental file list\n\nsent ") {
		t.Errorf("second pull: %+v", r)
	}
	same(t, s.file("mod"), s.file("dest"))

	write(t, s.file("up1"), strings.Repeat("x", 100), 0o644)
	mark = s.mark()
	r = run(t, cron(), client, "-avz", "--password-file="+s.file("pw"), "--port="+strconv.Itoa(s.port), s.file("up1"), "mail@127.0.0.1::backup")
	if r.code != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "sending incremental file list\nup1\n\nsent ") {
		t.Errorf("push: %+v", r)
	}
	s.logs(t, mark, "rsync to backup/ from mail@localhost (127.0.0.1)", "receiving file list")
	if b, err := os.ReadFile(s.file("mod/up1")); err != nil || string(b) != strings.Repeat("x", 100) {
		t.Errorf("pushed: %q %v", b, err)
	}
	s.age(t)

	r = run(t, append(cron(), "RSYNC_PASSWORD=abc123", "USER=mail"), client, "-avz", s.at("", "backup"), s.file("env"))
	if r.code != 0 {
		t.Errorf("password and user from the environment: %+v", r)
	}
	same(t, s.file("mod"), s.file("env"))

	mark = s.mark()
	if r := run(t, cron(), client, s.at("", "")); r.code != 0 || r.stderr != "" || r.stdout != "pub            \tanonymous\n" {
		t.Errorf("list of modules: %+v", r)
	}
	s.logs(t, mark, "module-list request from localhost (127.0.0.1)")
	if r := run(t, cron(), client, "-a", s.at("", "pub/"), s.file("anon")); r.code != 0 || r.stderr != "" {
		t.Errorf("anonymous module: %+v", r)
	}
	same(t, s.file("mod"), s.file("anon"))
	if r := run(t, cron(), client, "-a", s.file("up1"), s.at("", "pub/")); r.code == 0 || !strings.Contains(r.stderr, "module is read only") {
		t.Errorf("push to a module that is read only: %+v", r)
	}
}

// same holds two trees to each other.
func same(t testing.TB, a, b string) {
	t.Helper()
	ta, err := tree.Read(a)
	must(t, err)
	tb, err := tree.Read(b)
	must(t, err)
	if now := time.Now().Add(time.Hour); ta.Text(now) != tb.Text(now) {
		t.Errorf("%s:\n%s%s:\n%s", a, ta.Text(now), b, tb.Text(now))
	}
}

// refusals gets the password wrong in every way of the tutorial.
func (s *site) refusals(t *testing.T, client string) {
	const from = "auth failed on module backup from localhost (127.0.0.1) for "
	for _, c := range []struct {
		name, user, password string
		mode                 os.FileMode // of the secrets; 0: there are none
		logs                 []string
	}{
		{"wrong password", "mail", "wrong", 0o600, []string{from + "mail: password mismatch"}},
		{"user not listed", "joe", "pw", 0o600, []string{from + "joe: no matching rule"}},
		{"secrets open to others", "mail", "pw", 0o644, []string{
			"secrets file must not be other-accessible (see strict modes option)", from + "mail: ignoring secrets file"}},
		{"no secrets", "mail", "pw", 0, []string{from + "mail: no secrets file"}},
	} {
		if c.mode == 0 {
			must(t, os.Remove(s.file("secrets")))
		} else {
			must(t, os.Chmod(s.file("secrets"), c.mode))
		}
		mark := s.mark()
		for _, argv := range [][]string{
			{s.at(c.user, "backup/"), s.file("refused")}, {s.file("up1"), s.at(c.user, "backup/")},
		} {
			r := run(t, cron(), append([]string{client, "-avz", "--password-file=" + s.file(c.password)}, argv...)...)
			if r.code != 5 || !strings.HasPrefix(r.stderr, "@ERROR: auth failed on module backup\nrsync error: error starting client-server protocol (code 5) at ") {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
		s.logs(t, mark, c.logs...)
	}
	write(t, s.file("secrets"), "other:x\n", 0o600)
	mark := s.mark()
	if r := run(t, cron(), client, "-avz", "--password-file="+s.file("pw"), s.at("mail", "backup/")); r.code != 5 {
		t.Errorf("user without a secret: %+v", r)
	}
	s.logs(t, mark, from+"mail: secret not found")
	write(t, s.file("secrets"), "mail:abc123\n", 0o640)
	if r := run(t, cron(), client, "-az", "--password-file="+s.file("pw"), s.at("mail", "backup/")); r.code != 0 {
		t.Errorf("secrets of mode 640: %+v", r)
	}
	if _, err := os.Lstat(s.file("refused")); err == nil {
		t.Error("a refused pull made its destination")
	}
}

// fifth connects a fifth client while four are at work, which go on to their ends.
func (s *site) fifth(t *testing.T, client string) {
	write(t, s.file("mod/big"), strings.Repeat("0123456789abcdef", 1<<17), 0o644) // 2 MiB: two seconds
	s.age(t)
	mark := s.mark()
	var ends []func() outcome
	for i := range 4 {
		ends = append(ends, start(t, cron(), client, "-a", "--bwlimit=1000", s.at("", "pub/"), s.file(fmt.Sprintf("four%d", i))))
	}
	eventually(t, "four are at work", func() bool { return strings.Count(s.log()[mark:], "rsync on pub/ from ") == 4 }, s.log)
	for _, module := range []string{"pub/", "backup/"} {
		r := run(t, cron(), client, "-a", "--password-file="+s.file("pw"), s.at("mail", module), s.file("five"))
		if r.code != 5 || !strings.HasPrefix(r.stderr, "@ERROR: max connections (4) reached -- try again later\nrsync error: error starting client-server protocol (code 5) at ") {
			t.Errorf("a fifth connection: %+v", r)
		}
	}
	s.logs(t, mark, "max connections (4) reached")
	for i, end := range ends {
		if r := end(); r.code != 0 || r.stderr != "" {
			t.Errorf("connection %d of four: %+v", i+1, r)
		}
		same(t, s.file("mod"), s.file(fmt.Sprintf("four%d", i)))
	}
	eventually(t, "the slots are free again", func() bool { return run(t, cron(), client, s.at("", "pub/")).code == 0 }, s.log)
}

// TestNoConnection has nobody at the other end.
func TestNoConnection(t *testing.T) {
	for client, prog := range map[string]string{"stock": program.Stock(t), "godwit": program.Godwit(t)} {
		t.Run(client+"/refused", func(t *testing.T) {
			s := &site{dir: program.Dir(t), port: freePort(t)}
			r := run(t, cron(), prog, "-avz", s.at("mail", "backup/"), s.file("dest"))
			want := "rsync: [Receiver] failed to connect to 127.0.0.1 (127.0.0.1): Connection refused (111)\nrsync error: error in socket IO (code 10) at "
			if r.code != 10 || r.stdout != "" || !strings.HasPrefix(r.stderr, want) || !strings.Contains(r.stderr, "[Receiver=") {
				t.Errorf("%+v", r)
			}
		})
		t.Run(client+"/no route", func(t *testing.T) {
			unshare, ip := findSystem(t, "unshare"), findSystem(t, "ip")
			if out, err := exec.Command(unshare, "-n", "true").CombinedOutput(); err != nil {
				t.Skipf("no network namespace to be had: %s", out)
			}
			script := ip + ` link set lo up && ` + ip + ` route add unreachable 192.0.2.0/24 && exec "$@"`
			r := run(t, cron(), unshare, "-n", "sh", "-c", script, "sh", prog, "-avz", "mail@192.0.2.1::backup", filepath.Join(program.Dir(t), "dest"))
			want := "rsync: [Receiver] failed to connect to 192.0.2.1 (192.0.2.1): No route to host (113)\nrsync error: error in socket IO (code 10) at "
			if r.code != 10 || r.stdout != "" || !strings.HasPrefix(r.stderr, want) {
				t.Errorf("%+v", r)
			}
		})
	}
}
