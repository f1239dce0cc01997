//go:build unix

package daemon

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/process"
)

// TestIdentity pushes into modules with other users and groups (docs/protocol/07-daemon.md §11.3).
func TestIdentity(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	both(t, func(t *testing.T, r *running) {
		for i, tt := range []struct {
			conf     string
			uid, gid uint32
		}{
			{"uid = root\ngid = nogroup, root\n", 0, 65534},
			{"uid = 65534\ngid = *\n", 65534, 65534},
			{"uid = daemon\ngid = 1\nuse chroot = yes\n", 1, 1},
			{"uid = %RSYNC_MODULE_NAME%\ngid = *\n", 1, 1},
		} {
			up := fmt.Sprintf("%s/up%d", r.dir, i)
			os.Mkdir(up, 0o777)
			os.Chmod(up, 0o777)
			r.configure(t, "[daemon]\nread only = no\npath = "+up+"\n"+tt.conf)
			if out, code := r.client(t, "D/mod/a.txt", "rsync://URL/daemon/"); code != 0 {
				t.Errorf("%s: %d\n%s", tt.conf, code, out)
				continue
			}
			fi, err := os.Stat(up + "/a.txt")
			if err != nil {
				t.Error(err)
				continue
			}
			if st := fi.Sys().(*syscall.Stat_t); st.Uid != tt.uid || st.Gid != tt.gid {
				t.Errorf("%s: the file is %d:%d, want %d:%d", tt.conf, st.Uid, st.Gid, tt.uid, tt.gid)
			}
		}
	})
}

// TestOrdinaryUser runs a daemon without rights (docs/protocol/07-daemon.md §9.6).
func TestOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can start it as somebody else")
	}
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			if prog == "godwit" { // the test binary lies where others cannot go
				b, _ := os.ReadFile(path)
				path = os.TempDir() + "/godwit-ordinary"
				os.WriteFile(path, b, 0o755)
				defer os.Remove(path)
			}
			r := &running{dir: t.TempDir()}
			os.Chmod(r.dir+"/..", 0o755)
			os.Mkdir(r.dir+"/mod", 0o755)
			os.WriteFile(r.dir+"/log", nil, 0o666)
			os.Chmod(r.dir+"/log", 0o666)
			for module, want := range map[string]string{
				"unset": "@RSYNCD: OK\n", "yes": "@ERROR: chroot failed\n", "dot": "@ERROR: chroot failed\n", "root": "@ERROR: setuid failed\n", "grp": "@ERROR: setgid failed\n", "own": "@RSYNCD: OK\n",
			} {
				write(t, r.conf(), strings.ReplaceAll("log file = D/log\npath = D/mod\n[unset]\n[yes]\nuse chroot = yes\n[dot]\npath = D/./mod\n[root]\nuid = root\n[grp]\ngid = root\n[own]\nuid = nobody\n", "D/", r.dir+"/"), 0o644)
				l, _ := net.Listen("tcp4", "127.0.0.1:0")
				c, _ := net.Dial("tcp4", l.Addr().String())
				s, _ := l.Accept()
				l.Close()
				f, _ := s.(*net.TCPConn).File()
				cmd := command(path, "--daemon", "--config="+r.conf())
				cmd.Stdin = f
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				f.Close()
				s.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				io.WriteString(c, hello+module+"\n")
				c.(*net.TCPConn).CloseWrite()
				b, _ := io.ReadAll(c)
				c.Close()
				cmd.Wait()
				if got := strings.TrimPrefix(string(b), hello); !strings.HasPrefix(got, want) {
					t.Errorf("%s: %q, want %q", module, got, want)
				}
			}
			for _, line := range []string{
				"chroot test failed: Operation not permitted. Switching 'use chroot' from unset to false.\n",
				"rsync: [Receiver] chroot(\"D/mod\") failed: Operation not permitted (1)\n",
				"rsync: [Receiver] setuid 0 failed: Operation not permitted (1)\n",
				"rsync: [Receiver] setgid 0 failed: Operation not permitted (1)\n",
			} {
				r.waitLog(t, line)
			}
		})
	}
}

// TestActivation passes listening sockets as systemd does.
func TestActivation(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{dir: t.TempDir(), port: l.Addr().(*net.TCPAddr).Port}
	r.configure(t, "port = 1\n[m]\n")
	self := programs(t)["godwit"]
	cmd := command("/bin/sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`, self, "--daemon", "--config="+r.conf())
	cmd.ExtraFiles = []*os.File{f}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	defer cmd.Wait()
	defer cmd.Process.Signal(syscall.SIGTERM)
	if got := r.say(t, hello+"#list\n"); got != "m              \t\n@RSYNCD: EXIT\n" {
		t.Errorf("listing %q", got)
	}
}

// TestDeadlines stops at each phase (docs/protocol/07-daemon.md §11.5).
func TestDeadlines(t *testing.T) {
	both(t, func(t *testing.T, r *running) {
		write(t, r.dir+"/secrets", "joe:secret\n", 0o600)
		r.configure(t, "[a]\ntimeout = 1\npath = D/mod\nauth users = joe\nsecrets file = D/secrets\n[b]\ntimeout = 1\npath = D/mod\n")
		for _, script := range []string{hello + "a\n", hello + "b\n", hello + "b\n--server\x00"} {
			r.clearLog()
			c := r.dial(t)
			io.WriteString(c, script)
			if b, err := io.ReadAll(c); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("%q: %q, %v", script, b, err)
			}
			c.Close()
			r.waitLog(t, "[Receiver] daemon handshake timeout -- exiting\nrsync error: timeout in data send/receive (code 30) at X [Receiver=3.5.0]\n")
		}
	})
}

func TestCheckConfig(t *testing.T) {
	env, err := process.Current()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"[m]\npath = /x\n":               "",
		"zork = 1\n[m]\npath = /x\n[b\n": "F:1: IGNORING unknown parameter \"zork\"\nF:4: Badly formed line in config file: b\n",
	} {
		name := t.TempDir() + "/conf"
		write(t, name, text, 0o644)
		var out bytes.Buffer
		code := CheckConfig(Config{Env: env, Options: &options.DaemonOptions{Config: name}}, &out)
		if got := strings.ReplaceAll(out.String(), name, "F"); got != want || (code == exit.OK) != (want == "") {
			t.Errorf("%q: code %d, said %q", text, code, got)
		}
	}
}

// TestSyslog logs to a socket of the test's own.
func TestSyslog(t *testing.T) {
	path := t.TempDir() + "/log"
	l, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	now := func() time.Time { return time.Date(2026, 11, 3, 4, 5, 6, 0, time.UTC) }
	s, err := dialSyslog([]string{path + "none", path}, 10, "tag", 42, now)
	if err != nil {
		t.Fatal(err)
	}
	s.now = time.Now
	s.write(true, []byte("text"))
	s.Close()
	b := make([]byte, 200)
	n, _, err := l.ReadFrom(b)
	if got := string(b[:n]); err != nil || !strings.HasPrefix(got, "<84>") || !strings.HasSuffix(got, " tag[42]: text") {
		t.Errorf("%q, %v", got, err)
	}
}
