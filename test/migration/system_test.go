//go:build linux

package migration

import (
	"net"
	"os/exec"
	"path/filepath"
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
