//go:build unix

package daemon

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEnds stops a listener by each signal (docs/protocol/07-daemon.md §9.4).
func TestEnds(t *testing.T) {
	for _, tt := range []struct {
		sig  syscall.Signal
		code int
		log  string
	}{
		{syscall.SIGTERM, 0, "sent 0 bytes  received 0 bytes  total size 0\n"},
		{syscall.SIGINT, 20, "rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20) at X"},
		{syscall.SIGHUP, 20, "rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20) at X"},
		{syscall.SIGUSR1, 19, "rsync error: received SIGUSR1 (code 19) at X"},
	} {
		t.Run(tt.sig.String(), func(t *testing.T) {
			both(t, func(t *testing.T, r *running) {
				r.cmd.Process.Signal(tt.sig)
				r.cmd.Wait()
				if got := r.cmd.ProcessState.ExitCode(); got != tt.code {
					t.Errorf("code %d, want %d", got, tt.code)
				}
				r.waitLog(t, tt.log)
			})
		})
	}
}

// TestStart runs daemons that do not come far (docs/protocol/07-daemon.md §9.3).
func TestStart(t *testing.T) {
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			dir := t.TempDir()
			busy, err := net.Listen("tcp4", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer busy.Close()
			port := strconv.Itoa(busy.Addr().(*net.TCPAddr).Port)
			run := func(conf string, args ...string) (string, string, int) {
				os.Remove(dir + "/log")
				write(t, dir+"/conf", "log file = "+dir+"/log\n"+strings.ReplaceAll(conf, "D/", dir+"/"), 0o644)
				cmd := command(path, append([]string{"--daemon", "--no-detach", "--config=" + dir + "/conf"}, args...)...)
				var out bytes.Buffer
				cmd.Stderr = &out
				cmd.Run()
				r := running{dir: dir}
				return strings.ReplaceAll(out.String(), dir+"/", "D/"), r.log(), cmd.ProcessState.ExitCode()
			}
			_, log, code := run("pid file = D/pid\n", "--address=127.0.0.1", "--port="+port)
			want := "rsyncd version 3.5.0 starting, listening on port " + port + "\nbind() failed: Address already in use (address-family 2)\nunable to bind any inbound sockets on port " + port +
				"\nrsync error: error in socket IO (code 10) at X [Receiver=3.5.0]\n"
			if log != want || code != 10 {
				t.Errorf("busy port: code %d, log\n%s", code, log)
			}
			if _, err := os.Lstat(dir + "/pid"); err == nil {
				t.Error("the pid file is still there")
			}
			if _, log, code = run("", "--address=192.0.2.77", "--port=1999"); !strings.Contains(log, "bind() failed: Cannot assign requested address (address-family 2)\n") || code != 10 {
				t.Errorf("foreign address: code %d, log\n%s", code, log)
			}
			out, _, code := run("", "--config="+dir+"/none")
			if !strings.Contains(out, "Failed to parse config file: D/none\n") || code != 1 {
				t.Errorf("no configuration: code %d, said %q", code, out)
			}
			_, log, code = run("pid file = D/none/pid\n", "--port="+port)
			if !strings.Contains(log, `rsync: [Receiver] failed to open pid-file directory "D/none": No such file or directory (2)`) || code != 11 {
				t.Errorf("pid directory: code %d, log\n%s", code, log)
			}
		})
	}
}

// TestDetached starts a daemon as scripts do, with a link in place of its pid file, and a second one.
func TestDetached(t *testing.T) {
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			r := &running{dir: t.TempDir(), port: freePort(t)}
			os.Symlink("elsewhere", r.dir+"/pid")
			r.configure(t, "pid file = D/pid\n[m]\n")
			args := []string{"--daemon", "--address=127.0.0.1", "--config=" + r.conf(), "--port=" + strconv.Itoa(r.port)}
			if out, err := command(path, args...).CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v: %s", err, out)
			}
			if got := r.say(t, hello+"#list\n"); got != "m              \t\n@RSYNCD: EXIT\n" {
				t.Errorf("listing %q", got)
			}
			b, err := os.ReadFile(r.dir + "/pid")
			if err != nil {
				t.Fatal(err)
			}
			pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
			if pid <= 1 || string(b) != fmt.Sprintln(pid) {
				t.Fatalf("pid file %q", b)
			}
			defer syscall.Kill(pid, syscall.SIGKILL)
			if fi, _ := os.Lstat(r.dir + "/pid"); !fi.Mode().IsRegular() || fi.Mode().Perm() != 0o644 {
				t.Errorf("pid file is %v", fi.Mode())
			}
			second := command(path, append(args, "--no-detach")...)
			var out bytes.Buffer
			second.Stderr = &out
			second.Run()
			if want := "failed to lock pid file " + r.dir + "/pid: Resource temporarily unavailable\n"; !strings.Contains(out.String(), want) || second.ProcessState.ExitCode() != 11 {
				t.Errorf("second daemon: %d, said %q", second.ProcessState.ExitCode(), out.String())
			}
			syscall.Kill(pid, syscall.SIGTERM)
			for limit := time.Now().Add(5 * time.Second); ; {
				if _, err := os.Lstat(r.dir + "/pid"); err != nil {
					break
				}
				if time.Now().After(limit) {
					t.Fatal("the pid file stays")
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
}

// overSocketpair runs a daemon as inetd does, on one end of a connection.
func overSocketpair(t *testing.T, path, conf string) (*net.TCPConn, *exec.Cmd) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	cmd := command(path, "--daemon", "--config="+conf)
	cmd.Stdin = f
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	return c.(*net.TCPConn), cmd
}

func TestInetd(t *testing.T) {
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			r := &running{dir: t.TempDir()}
			r.configure(t, "port = 1\npid file = D/pid\n[m]\n")
			c, cmd := overSocketpair(t, path, r.conf())
			io.WriteString(c, hello+"#list\n")
			b, _ := io.ReadAll(c)
			cmd.Wait()
			if got := strings.TrimPrefix(string(b), hello); got != "m              \t\n@RSYNCD: EXIT\n" || cmd.ProcessState.ExitCode() != 255 {
				t.Errorf("%q, code %d", got, cmd.ProcessState.ExitCode())
			}
			if log := r.log(); log != "connect from localhost (127.0.0.1)\nmodule-list request from localhost (127.0.0.1)\n" {
				t.Errorf("log %q", log)
			}
		})
	}
}

// TestShell runs a daemon behind a remote shell.
func TestShell(t *testing.T) {
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			if stock() == "" {
				t.Skip("no stock client")
			}
			dir := t.TempDir()
			r := &running{dir: dir}
			os.Mkdir(dir+"/mod", 0o755)
			write(t, dir+"/mod/a.txt", "hello\n", 0o644)
			r.configure(t, "[m]\npath = D/mod\n")
			sh := filepath.Join(dir, "sh")
			write(t, sh, "#!/bin/sh\nshift\nexport "+asProgram+"=1 SSH_CONNECTION='127.0.0.1 1 2 3'\nexec \"$@\"\n", 0o755)
			cmd := exec.Command(stock(), "-e", sh, "--rsync-path="+path+" --config="+r.conf(), "host::m/")
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "a.txt") {
				// The path of the program is one word for this shell.
				write(t, sh, "#!/bin/sh\nshift\nexport "+asProgram+"=1 SSH_CONNECTION='127.0.0.1 1 2 3'\nexec sh -c \"$*\"\n", 0o755)
				cmd = exec.Command(stock(), "-e", sh, "--rsync-path="+path+" --config="+r.conf(), "host::m/")
				out, err = cmd.CombinedOutput()
			}
			if err != nil || !strings.Contains(string(out), "a.txt") {
				t.Errorf("%v: %s", err, out)
			}
			if log := r.log(); !strings.Contains(log, "connect from localhost (127.0.0.1)\nrsync on m/ from localhost (127.0.0.1)\n") {
				t.Errorf("log %q", log)
			}
		})
	}
}
