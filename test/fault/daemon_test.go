//go:build linux

package fault

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/program"
)

// TestShellDaemonErrors has a daemon that a remote shell started fail to replace a directory, and
// looks for the reason in what the user sees: its error stream is the user's.
func TestShellDaemonErrors(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	top := program.Dir(t)
	conf, rsh := filepath.Join(top, "rsyncd.conf"), filepath.Join(top, "rsh")
	must(t, os.WriteFile(conf, fmt.Appendf(nil, "use chroot = no\nread only = no\n[m]\npath = %s\n", top), 0o644))
	must(t, os.WriteFile(rsh, []byte("#!/bin/sh\nexec \"$DAEMON\" --server --daemon --config="+conf+" .\n"), 0o755))
	must(t, os.WriteFile(filepath.Join(top, "name"), []byte("a file"), 0o644))
	must(t, os.MkdirAll(filepath.Join(top, "dest/name/in"), 0o755))
	for _, server := range []string{stock, godwit} {
		for _, client := range []string{stock, godwit} {
			cmd := exec.Command(client, "-a", "-e", rsh, filepath.Join(top, "name"), "h::m/dest/")
			cmd.Env = append(os.Environ(), "DAEMON="+server)
			r := program.Run(t, cmd)
			if r.Exit != 23 || !strings.Contains(string(r.Stderr), "could not make way for new regular file: name\n") {
				t.Errorf("%s to %s: code %d, said %s%s", client, server, r.Exit, r.Stdout, r.Stderr)
			}
		}
	}
}
