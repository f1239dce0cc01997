//go:build unix

package program

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
)

// Door is a key for a server of SSH.
type Door struct {
	// Host is the name under which the client reaches the server with this key.
	Host string
	// Options stand before the key in authorized_keys, such as a forced command.
	Options string
}

// SSHD starts a server of SSH on the loopback address, with keys and a configuration of its own, and stops it when the
// test ends. It gives the command that reaches it by the names of the doors.
func SSHD(t testing.TB, doors ...Door) string {
	t.Helper()
	Need(t, "ssh", "ssh-keygen")
	sshd := systemProgram(t, "sshd")
	me, err := user.Current()
	check(t, err)
	if me.Uid == "0" {
		check(t, os.MkdirAll("/run/sshd", 0o755)) // where root's sshd locks itself in
	}
	dir := Dir(t)
	key := func(name string) string {
		path := filepath.Join(dir, name)
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
		public, err := os.ReadFile(path + ".pub")
		check(t, err)
		return string(public)
	}
	// sshd takes no port 0.
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	check(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	check(t, l.Close())
	write := func(name, text string) { check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
	write("known", fmt.Sprintf("[127.0.0.1]:%d %s", port, key("host")))
	var keys, client strings.Builder
	for i, d := range doors {
		name := fmt.Sprintf("door%d", i)
		keys.WriteString(strings.TrimLeft(d.Options+" ", " ") + key(name))
		fmt.Fprintf(&client, `Host %s
  HostName 127.0.0.1
  Port %d
  User %s
  IdentityFile %[4]s/%[5]s
  IdentitiesOnly yes
  UserKnownHostsFile %[4]s/known
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  BatchMode yes
`, d.Host, port, me.Username, dir, name)
	}
	write("keys", keys.String())
	write("ssh_config", client.String())
	write("sshd_config", fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
`, port, dir))
	serveSSH(t, exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config")))
	return "ssh -F " + filepath.Join(dir, "ssh_config")
}

// serveSSH runs sshd until the test ends; it returns once it listens.
func serveSSH(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	errs, err := cmd.StderrPipe()
	check(t, err)
	check(t, cmd.Start())
	listening, ended := make(chan bool, 1), make(chan struct{})
	var said []string
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(errs)
		for lines.Scan() {
			if said = append(said, lines.Text()); strings.HasPrefix(lines.Text(), "Server listening on") {
				listening <- true
			}
		}
		close(listening)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		<-ended
		if os.Getenv("GODWIT_KEEP") != "" || t.Failed() {
			t.Log(strings.Join(said, "\n"))
		}
	})
	if !<-listening {
		t.Fatal("sshd does not start")
	}
}

// systemProgram finds a server program, which an ordinary user's PATH may not have.
func systemProgram(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path := filepath.Join(dir, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	Need(t, name)
	path, err := exec.LookPath(name)
	check(t, err)
	return path
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
