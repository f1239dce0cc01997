//go:build linux

package fault

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"godwit/test/program"
	"godwit/test/tree"
)

// disk mounts a file system of 6 MB until the test ends.
func disk(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(program.Dir(t), "disk")
	must(t, os.Mkdir(dir, 0o755))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m,mode=755"); err != nil {
		t.Skip("no file system can be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestDiskFull updates a tree on a file system that has no room for the update.
func TestDiskFull(t *testing.T) {
	stock, godwit := program.Stock(t), program.Godwit(t)
	top := program.Dir(t)
	first, second := filepath.Join(top, "first"), filepath.Join(top, "second")
	version(t, first, false)
	version(t, second, true)
	must(t, os.WriteFile(filepath.Join(second, "dir3/huge"), make([]byte, 8<<20), 0o644))
	v1, err := tree.Read(first)
	must(t, err)
	v2, err := tree.Read(second)
	must(t, err)
	rsh := program.RemoteShell(t, top)
	for _, c := range []struct {
		name, client, server string
		push                 bool
	}{
		{name: "stock", client: stock},
		{name: "local", client: godwit},
		{name: "push", client: godwit, server: godwit, push: true},
		{name: "pull", client: godwit, server: godwit},
		{name: "push to stock", client: godwit, server: stock, push: true},
		{name: "stock pushes", client: stock, server: godwit, push: true},
		{name: "pull from stock", client: godwit, server: stock},
	} {
		for _, way := range []string{"", "--inplace", "--preallocate", "--delay-updates"} {
			t.Run(c.name+way, func(t *testing.T) {
				dest := filepath.Join(disk(t), "dest")
				must(t, exec.Command("cp", "-a", first, dest).Run())
				argv := []string{"-a", "--no-whole-file"}
				if way != "" {
					argv = append(argv, way)
				}
				from, to := second+"/", dest+"/"
				if c.server != "" {
					argv = append(argv, "-e", rsh, "--rsync-path="+c.server)
					if c.push {
						to = "h:" + to
					} else {
						from = "h:" + from
					}
				}
				r := program.Run(t, exec.Command(c.client, append(argv, from, to)...))
				if r.Hung || r.Exit != 11 || !strings.Contains(string(r.Stderr), "No space left on device (28)") {
					t.Errorf("code %d, hung %v\n%s", r.Exit, r.Hung, r.Stderr)
				}
				if way == "--inplace" {
					_ = os.Remove(filepath.Join(dest, "dir3/huge")) // what there is of it
				}
				if litter := whole(t, dest, v1, v2); len(litter) != 0 {
					t.Errorf("left %q", litter)
				}
				// Nothing that was there is gone.
				after, err := tree.Read(dest)
				must(t, err)
				for name := range v1 {
					if _, ok := after[name]; !ok {
						t.Errorf("%s is gone", name)
					}
				}
				// With room, a second run completes.
				must(t, syscall.Mount("", filepath.Dir(dest), "", syscall.MS_REMOUNT, "size=64m"))
				r = program.Run(t, exec.Command(c.client, append(argv, "--delete", from, to)...))
				if r.Exit != 0 {
					t.Errorf("second run: code %d\n%s", r.Exit, r.Stderr)
				}
				if d := differ(t, second, dest); d != "" {
					t.Error(d)
				}
			})
		}
	}
}
