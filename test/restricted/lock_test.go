//go:build linux

package restricted

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"godwit/test/program"
)

// One instance at a time works in a directory, whichever of the two it is; readers and those that are told so don't mind.
func TestLock(t *testing.T) {
	program.Need(t, "rrsync", "python3")
	script, err := exec.LookPath("rrsync")
	if err != nil {
		t.Fatal(err)
	}
	stock := program.Stock(t)
	own := filepath.Join(program.Dir(t), "rrsync")
	if err := os.Symlink(program.Godwit(t), own); err != nil {
		t.Fatal(err)
	}
	dir := program.Dir(t)
	start := func(wrapper string, options ...string) *exec.Cmd {
		cmd := exec.Command(wrapper, append(options, dir)...)
		cmd.Env = []string{"PATH=" + filepath.Dir(stock) + ":" + os.Getenv("PATH"), "SSH_ORIGINAL_COMMAND=rsync --server -logDtpre.iLsfxCIvu . ."}
		return cmd
	}
	for _, first := range []string{script, own} {
		for _, second := range []string{script, own} {
			holder := start(first)
			in, err := holder.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := holder.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := holder.Start(); err != nil {
				t.Fatal(err)
			}
			// The version it sends first says that it has got as far as the server.
			if _, err := io.ReadFull(out, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			r := program.Run(t, start(second))
			if r.Exit != 1 || !strings.Contains(string(r.Stderr), "Another instance of rrsync is already accessing this directory.") {
				t.Errorf("%s after %s: exit %d\n%s", second, first, r.Exit, r.Stderr)
			}
			free := start(second, "-no-lock")
			free.Stdin = bytes.NewReader(nil)
			if r := program.Run(t, free); bytes.Contains(r.Stderr, []byte("Another instance")) || len(r.Stdout) < 4 {
				t.Errorf("%s -no-lock after %s: exit %d\n%s", second, first, r.Exit, r.Stderr)
			}
			in.Close()
			_, _ = io.Copy(io.Discard, out)
			_ = holder.Wait() // the client has gone in the middle
		}
	}
}
