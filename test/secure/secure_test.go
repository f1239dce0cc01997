//go:build linux

// Package secure runs rsync-ssl against daemons behind TLS: the program under test by that name, which needs no helper
// program; the script of stock rsync, with either rsync; and stock rsync with the program under test as its helper. The
// daemons, of either kind, are behind stunnel.
package secure

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"godwit/test/output"
	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// site is a daemon behind TLS, with the files around it.
type site struct {
	t        *testing.T
	top      string
	port     int
	ca, evil *authority
}

// newSite starts the daemon: stunnel and rsync are run for each connection, as inetd would.
func newSite(t *testing.T, daemon string, strict bool) *site {
	s := &site{t: t, top: program.Dir(t)}
	s.ca, s.evil = newAuthority(t, s.top, "ca"), newAuthority(t, s.top, "evil")
	cert, key := s.ca.issue(t, "server", []string{"localhost"})
	s.write("files/a", "alpha\n", 0o644)
	s.write("files/d/b", strings.Repeat("beta\n", 1000), 0o644)
	s.write("in/old", "old\n", 0o644)
	s.write("secrets", "user:pass word\n", 0o600)
	ids := "uid = root\ngid = root\n"
	if os.Getuid() != 0 {
		ids = ""
	}
	s.write("rsyncd.conf", "use chroot = no\nlog file = "+s.path("daemon.log")+"\nmotd file = "+s.path("motd")+"\n"+ids+
		"[files]\npath = "+s.path("files")+"\ncomment = to read\n[in]\npath = "+s.path("in")+"\nread only = no\n"+
		"[closed]\npath = "+s.path("files")+"\nauth users = user\nsecrets file = "+s.path("secrets")+"\n", 0o644)
	s.write("motd", "Welcome.\n", 0o644)
	front := "cert = " + cert + "\nkey = " + key + "\nexec = " + daemon + "\nexecArgs = rsync --daemon --config=" + s.path("rsyncd.conf") +
		"\nsyslog = no\noutput = " + s.path("front.log") + "\n"
	if strict {
		front += "CAfile = " + s.ca.file + "\nverifyChain = yes\nrequireCert = yes\n"
	}
	s.write("stunnel.conf", front, 0o644)
	s.serve()
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.top, name) }

func (s *site) write(name, text string, mode os.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) serve() {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			file, err := conn.(*net.TCPConn).File()
			conn.Close()
			if err != nil {
				s.t.Error(err)
				return
			}
			wg.Go(func() {
				defer file.Close()
				cmd := exec.Command("stunnel4", s.path("stunnel.conf"))
				cmd.Stdin, cmd.Stdout = file, file
				_ = cmd.Run() // what the client sees is what counts
			})
		}
	})
	s.t.Cleanup(func() { l.Close(); wg.Wait() })
}

// client is one way to say rsync-ssl.
type client struct {
	name string
	args []string // what stands for rsync-ssl
	path string   // a directory for the PATH
}

func clients(t *testing.T) []client {
	script, err := exec.LookPath("rsync-ssl")
	if err != nil {
		t.Skip("rsync-ssl is not installed (make deps installs it)")
	}
	stock, prog := program.Stock(t), program.Godwit(t)
	bin := program.Dir(t)
	own := filepath.Join(bin, "rsync-ssl")
	if err := os.Symlink(prog, own); err != nil {
		t.Fatal(err)
	}
	return []client{
		{"stock", []string{script}, filepath.Dir(stock)},
		{"own", []string{own}, bin},
		{"script", []string{script}, filepath.Dir(prog)},
		{"helper", []string{stock, "--rsh=" + own + " --HELPER"}, bin},
	}
}

// run is one command, in a directory of its own, with %P for the port.
func (s *site) run(c client, env []string, args ...string) (program.Result, string) {
	dst := program.Dir(s.t)
	all := append([]string(nil), c.args[1:]...)
	for _, a := range args {
		all = append(all, strings.ReplaceAll(a, "%P", strconv.Itoa(s.port)))
	}
	cmd := exec.Command(c.args[0], all...)
	cmd.Dir = dst
	cmd.Env = append([]string{"PATH=" + c.path + ":" + os.Getenv("PATH"), "HOME=" + dst, "LC_ALL=C.UTF-8", "TZ=UTC", "USER=tester"}, env...)
	r := program.Run(s.t, cmd)
	if r.Hung {
		s.t.Fatalf("%s: %q hangs\n%s", c.name, args, r.Stderr)
	}
	return r, dst
}

func TestTransfers(t *testing.T) {
	program.Need(t, "stunnel4", "openssl", "sh")
	all := clients(t)
	for name, daemon := range map[string]string{"stock": program.Stock(t), "own": program.Godwit(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, daemon, false)
			ca := []string{"RSYNC_SSL_CA_CERT=" + s.ca.file}
			port := "RSYNC_SSL_PORT=" + strconv.Itoa(s.port)
			rows := []struct {
				name string
				env  []string
				args []string
				want int
			}{
				{"modules", ca, []string{"--port=%P", "localhost::"}, 0},
				{"list", append(ca, port), []string{"-r", "rsync://localhost/files/"}, 0},
				{"pull", ca, []string{"-ai", "rsync://localhost:%P/files/", "got/"}, 0},
				{"pull by variable", append(ca, port), []string{"-aiz", "localhost::files/", "got/"}, 0},
				{"module missing", ca, []string{"--port=%P", "localhost::nope/", "got/"}, 5},
				{"password", append(ca, "RSYNC_PASSWORD=pass word"), []string{"-ai", "--port=%P", "user@localhost::closed/", "got/"}, 0},
				{"wrong password", append(ca, "RSYNC_PASSWORD=other"), []string{"-ai", "--port=%P", "user@localhost::closed/", "got/"}, 5},
				{"unverified", []string{"RSYNC_SSL_CA_CERT="}, []string{"-ai", "--port=%P", "127.0.0.1::files/", "got/"}, 0},
				{"name skipped", append(ca, "RSYNC_SSL_SKIP_HOSTNAME_CHECK=1"), []string{"-ai", "--port=%P", "127.0.0.1::files/", "got/"}, 0},
			}
			for _, row := range rows {
				want := ""
				for _, c := range all {
					r, dst := s.run(c, row.env, row.args...)
					if r.Exit != row.want {
						t.Errorf("%s, %s: exit %d, not %d\n%s%s", row.name, c.name, r.Exit, row.want, r.Stdout, r.Stderr)
						continue
					}
					n := output.New(dst, c.args[0])
					got := n.Text(r.Stdout)
					if row.want == 0 {
						got += content(t, filepath.Join(dst, "got"))
					}
					if c.name == "stock" {
						want = got
					} else if got != want {
						t.Errorf("%s, %s (- stock):\n%s", row.name, c.name, output.Diff(want, got))
					}
				}
			}
			for _, c := range all {
				r, dst := s.run(c, ca, "--version")
				if c.name != "helper" && r.Exit != 1 {
					t.Errorf("%s: without a daemon's name exit %d\n%s", c.name, r.Exit, r.Stderr)
				}
				if err := os.WriteFile(filepath.Join(dst, "new"), []byte(c.name), 0o644); err != nil {
					t.Fatal(err)
				}
				push := c
				push.args = append(append([]string(nil), c.args...), dst+"/new")
				if r, _ := s.run(push, ca, "--port=%P", "-i", "localhost::in/"+c.name); r.Exit != 0 {
					t.Errorf("push by %s: exit %d\n%s", c.name, r.Exit, r.Stderr)
				}
				if text, err := os.ReadFile(s.path("in/" + c.name)); err != nil || string(text) != c.name {
					t.Errorf("push by %s: %q, %v", c.name, text, err)
				}
			}
		})
	}
}

// Nothing passes where the other end cannot be trusted, or does not trust.
func TestRefusals(t *testing.T) {
	program.Need(t, "stunnel4", "openssl", "sh")
	open, strict := newSite(t, program.Stock(t), false), newSite(t, program.Stock(t), true)
	cert, key := strict.ca.issue(t, "client", nil)
	foreign, foreignKey := strict.evil.issue(t, "stranger", nil)
	ca := func(a *authority) string { return "RSYNC_SSL_CA_CERT=" + a.file }
	rows := []struct {
		name string
		site *site
		env  []string
		host string
		ok   bool
	}{
		{"another authority", open, []string{ca(open.evil)}, "localhost", false},
		{"no authority", open, nil, "localhost", false},
		{"another name", open, []string{ca(open.ca)}, "127.0.0.1", false},
		{"another name, no authority", open, []string{ca(open.evil), "RSYNC_SSL_SKIP_HOSTNAME_CHECK=1"}, "127.0.0.1", false},
		{"unknown type", open, []string{ca(open.ca), "RSYNC_SSL_TYPE=telnet"}, "localhost", false},
		{"certificate", strict, []string{ca(strict.ca), "RSYNC_SSL_CERT=" + cert, "RSYNC_SSL_KEY=" + key}, "localhost", true},
		{"no certificate", strict, []string{ca(strict.ca)}, "localhost", false},
		{"a stranger's certificate", strict, []string{ca(strict.ca), "RSYNC_SSL_CERT=" + foreign, "RSYNC_SSL_KEY=" + foreignKey}, "localhost", false},
		{"no such certificate", strict, []string{ca(strict.ca), "RSYNC_SSL_CERT=" + cert + ".not", "RSYNC_SSL_KEY=" + key}, "localhost", false},
	}
	for _, c := range clients(t) {
		for _, row := range rows {
			t.Run(c.name+"/"+row.name, func(t *testing.T) {
				r, dst := row.site.run(c, row.env, "-a", "--port=%P", row.host+"::files/", "got/")
				if got := content(t, filepath.Join(dst, "got")); (r.Exit == 0) != row.ok || (got != "") != row.ok {
					t.Errorf("exit %d\n%s%s", r.Exit, r.Stderr, got)
				}
				if !row.ok && len(r.Stderr) == 0 {
					t.Error("it does not say why")
				}
			})
		}
	}
}

// content is the files of a tree, "" if there is none.
func content(t *testing.T, root string) string {
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		b.WriteString(path[len(root):] + ": " + string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
