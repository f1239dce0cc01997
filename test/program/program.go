//go:build unix

// Package program finds the programs the outer test layers run: the one under
// test and the stock rsync it is judged by.
//
// The program under test is the one named by the environment variable
// GODWIT_BIN; without it cmd/godwit is built once per test binary, as it is
// shipped (no cgo). Either way tests call it through a path whose last element
// is rsync, because a drop-in is judged by what it does under that name.
//
// A test package that runs programs has
//
//	func TestMain(m *testing.M) { os.Exit(program.Main(m)) }
//
// and asks [Godwit], [Stock], [RemoteShell] and [Dir] for what it needs.
// GODWIT_BIN may name a stock rsync: a runner that does not pass then is wrong
// itself.
package program

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// place is the directory of this run; Main makes and removes it.
type place struct {
	once sync.Once
	path string
	err  error
}

func (p *place) dir() (string, error) {
	p.once.Do(func() {
		if p.path, p.err = os.MkdirTemp(os.Getenv("GODWIT_TEST_TMP"), "godwit-test-"); p.err == nil {
			p.err = os.Chmod(p.path, 0o755) // other users run what lies here
		}
	})
	return p.path, p.err
}

var run place

// Main runs the tests of a package with the umask 022 and removes what they
// left. It returns the code to exit with.
func Main(m *testing.M) int {
	syscall.Umask(0o022)
	defer func() {
		if run.path == "" {
			return
		}
		if os.Getenv("GODWIT_KEEP") != "" {
			fmt.Fprintln(os.Stderr, "kept:", run.path)
			return
		}
		Remove(run.path)
	}()
	return m.Run()
}

// Remove deletes a tree, whatever modes its directories were left with.
func Remove(path string) {
	if os.RemoveAll(path) == nil {
		return
	}
	_ = filepath.WalkDir(path, func(p string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(p, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(path)
}

// Dir makes an empty directory that every user may enter, and removes it when
// the test ends. (The ones of testing.T are closed to other users.)
func Dir(t testing.TB) string {
	t.Helper()
	top, err := run.dir()
	if err != nil {
		t.Fatal(err)
	}
	d, err := os.MkdirTemp(top, "t")
	if err == nil {
		err = os.Chmod(d, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if os.Getenv("GODWIT_KEEP") == "" {
			Remove(d)
		}
	})
	return d
}

var underTest = sync.OnceValues(func() (string, error) {
	top, err := run.dir()
	if err != nil {
		return "", err
	}
	home := filepath.Join(top, "under-test")
	if err := os.Mkdir(home, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(home, "rsync")
	if bin := os.Getenv("GODWIT_BIN"); bin != "" {
		// A relative name counts from the root of the module, where make runs;
		// go test runs each package in its own folder.
		if !filepath.IsAbs(bin) {
			root, err := Module()
			if err != nil {
				return "", err
			}
			bin = filepath.Join(root, bin)
		}
		if _, err := os.Stat(bin); err != nil {
			return "", fmt.Errorf("GODWIT_BIN: %w", err)
		}
		return path, os.Symlink(bin, path)
	}
	root, err := Module()
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-trimpath", "-o", path, "./cmd/godwit")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/godwit: %w\n%s", err, out)
	}
	return path, nil
})

// Module gives the root directory of the module.
func Module() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Godwit gives the absolute path of the program under test; its last element
// is rsync.
func Godwit(t testing.TB) string {
	t.Helper()
	path, err := underTest()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Version is the release of the reference these tests were written against.
const Version = "3.5.0"

var stock = sync.OnceValues(func() (string, error) {
	path := os.Getenv("STOCK_RSYNC")
	if path == "" {
		var err error
		if path, err = exec.LookPath("rsync"); err != nil {
			return "", err
		}
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", path, err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	f := strings.Fields(line) // rsync  version 3.5.0  protocol version 32
	if len(f) < 3 || f[2] != Version {
		return "", fmt.Errorf("%s is %q, not rsync %s", path, line, Version)
	}
	return path, nil
})

// Stock gives the path of the stock rsync, the first one on the PATH or the
// one STOCK_RSYNC names. Without one of the right release the test is skipped,
// in CI it fails.
func Stock(t testing.TB) string {
	t.Helper()
	path, err := stock()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no stock rsync:", err)
		}
		t.Skip("no stock rsync to compare with (make deps installs it):", err)
	}
	return path
}

// Need skips the test, or fails it in CI, when a command is not installed.
func Need(t testing.TB, commands ...string) {
	t.Helper()
	for _, c := range commands {
		if _, err := exec.LookPath(c); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", c)
			}
			t.Skipf("%s is not installed (make deps installs it)", c)
		}
	}
}

// remoteShell stands in for ssh: it drops the options, "-l user" and the host, and
// gives the rest to a shell of this machine, as sshd does.
const remoteShell = `#!/bin/sh
while :; do
  case "$1" in
    -l) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
shift
exec sh -c "$*"
`

// RemoteShell writes the stand-in for ssh into dir and gives its path.
func RemoteShell(t testing.TB, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "rsh")
	if err := os.WriteFile(path, []byte(remoteShell), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
