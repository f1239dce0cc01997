//go:build linux

package migration

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/program"
)

// freePort gives a port of the loopback address that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// startSSHD starts an sshd on loopback with keys and a configuration of its own,
// stops it when the test ends, and gives the command that reaches it as host "far".
func startSSHD(t testing.TB) string {
	t.Helper()
	program.Need(t, "ssh", "ssh-keygen")
	sshd := findSystem(t, "sshd")
	me, err := user.Current()
	must(t, err)
	if me.Uid == "0" {
		must(t, os.MkdirAll("/run/sshd", 0o755)) // where root's sshd locks itself in
	}
	dir := program.Dir(t)
	for _, name := range []string{"host", "me"} {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	port := freePort(t)
	host, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	must(t, err)
	write(t, filepath.Join(dir, "known"), fmt.Sprintf("[127.0.0.1]:%d %s", port, host), 0o600)
	write(t, filepath.Join(dir, "sshd_config"), fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/me.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
`, port, dir), 0o600)
	write(t, filepath.Join(dir, "ssh_config"), fmt.Sprintf(`Host far
  HostName 127.0.0.1
  Port %d
  User %s
  IdentityFile %[3]s/me
  IdentitiesOnly yes
  UserKnownHostsFile %[3]s/known
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  BatchMode yes
`, port, me.Username, dir), 0o600)

	cmd := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	errs, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	listening, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(errs)
		var said []string
		for lines.Scan() {
			if said = append(said, lines.Text()); strings.HasPrefix(lines.Text(), "Server listening on") {
				listening <- true
			}
		}
		close(listening)
		if os.Getenv("GODWIT_KEEP") != "" {
			fmt.Fprintln(os.Stderr, strings.Join(said, "\n"))
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		<-ended
	})
	if !<-listening {
		t.Fatal("sshd does not start")
	}
	return "ssh -F " + filepath.Join(dir, "ssh_config")
}

// findSystem finds a server program, which an ordinary user's PATH may not have.
func findSystem(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path := filepath.Join(dir, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	program.Need(t, name)
	path, err := exec.LookPath(name)
	must(t, err)
	return path
}
