//go:build linux

package packaging

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// installed gives the program under the name that the files here call it by.
func installed(t *testing.T) string {
	path := filepath.Join(program.Dir(t), "godwit")
	if err := os.Symlink(program.Godwit(t), path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckConfig(t *testing.T) {
	prog := installed(t)
	if r := program.Run(t, exec.Command(prog, "check-config", "rsyncd/rsyncd.conf")); r.Exit != 0 || len(r.Stdout)+len(r.Stderr) > 0 {
		t.Errorf("the sample: exit %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
	}
	broken := filepath.Join(program.Dir(t), "rsyncd.conf")
	if err := os.WriteFile(broken, []byte("uid = nobody\nmax connetcions = 8\n[pub]\npath = /srv\nread only = perhaps\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := program.Run(t, exec.Command(prog, "check-config", broken))
	if r.Exit != 1 || strings.Count(string(r.Stdout), "\n") != 2 || !strings.Contains(string(r.Stdout), "connetcions") || !strings.Contains(string(r.Stdout), "perhaps") {
		t.Errorf("two faults: exit %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
	}
}

// sample is the sample configuration with its modules taken in, as it would be on a machine whose root is root.
func sample(t *testing.T, root string) string {
	var b strings.Builder
	inModules := false
	for line := range strings.Lines(read(t, "rsyncd/rsyncd.conf")) {
		inModules = inModules || strings.HasPrefix(line, "# [")
		if inModules && (strings.HasPrefix(line, "# [") || strings.HasPrefix(line, "#\t")) {
			line = strings.TrimPrefix(line, "#")
		}
		for _, dir := range []string{"/srv", "/etc", "/var/log", "/run"} {
			line = strings.ReplaceAll(line, "= "+dir+"/", "= "+root+dir+"/")
		}
		b.WriteString(strings.ReplaceAll(line, "192.0.2.0/24", "127.0.0.0/8"))
	}
	for path, text := range map[string]string{
		"srv/pub/file": "public\n", "srv/pub/private/secret": "private\n", "srv/pub/x.tmp": "left over\n", "srv/backup/.keep": "", "var/log/.keep": "",
		"run/.keep": "", "etc/rsyncd.conf": b.String(), "etc/rsyncd.secrets": read(t, "rsyncd/rsyncd.secrets") + "mail:a password\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(root, "etc/rsyncd.secrets"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "srv/backup"), 0o777); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "etc/rsyncd.conf")
}

// TestServes starts the daemon in each of the ways that the files here do, with the sample configuration, and uses it.
func TestServes(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the sample configuration is for a daemon that root starts")
	}
	prog := installed(t)
	ways := map[string]func(root, conf string, port int) *exec.Cmd{
		"service": func(_, conf string, port int) *exec.Cmd {
			return exec.Command(prog, append(words(t, "systemd/godwitd.service"), "--config="+conf, fmt.Sprintf("--port=%d", port), "--address=127.0.0.1")...)
		},
		"socket": func(_, conf string, port int) *exec.Cmd {
			return exec.Command("systemd-socket-activate", append([]string{"--inetd", "-a", "-l", fmt.Sprintf("127.0.0.1:%d", port), prog}, append(words(t, "systemd/godwitd@.service"), "--config="+conf)...)...)
		},
		"xinetd": func(root, conf string, port int) *exec.Cmd {
			text := strings.NewReplacer("disable         = yes", "disable = no\n\ttype = UNLISTED\n\tbind = 127.0.0.1\n\tport = "+fmt.Sprint(port),
				"/usr/bin/godwit", prog, "--daemon", "--daemon --config="+conf).Replace(read(t, "xinetd.d/godwit"))
			file := filepath.Join(root, "etc/xinetd.conf")
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			return exec.Command("xinetd", "-dontfork", "-f", file, "-filelog", filepath.Join(root, "xinetd.log"), "-pidfile", filepath.Join(root, "xinetd.pid"))
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			root := program.Dir(t)
			conf := sample(t, root)
			l, err := net.Listen("tcp4", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := l.Addr().(*net.TCPAddr)
			l.Close()
			cmd := way(root, conf, address.Port)
			if _, err := exec.LookPath(cmd.Path); err != nil {
				t.Skipf("%s is not installed (make deps installs it)", cmd.Args[0])
			}
			serve(t, cmd, address)
			use(t, root, address.Port)
		})
	}
}

// words are the arguments of the program in a unit.
func words(t *testing.T, unit string) []string {
	for line := range strings.Lines(read(t, unit)) {
		if command, ok := strings.CutPrefix(line, "ExecStart="); ok {
			return strings.Fields(command)[1:]
		}
	}
	t.Fatal(unit, "starts nothing")
	return nil
}

// serve runs a daemon until the test ends; it returns once its port answers.
func serve(t *testing.T, cmd *exec.Cmd, address *net.TCPAddr) {
	t.Helper()
	said, err := os.Create(filepath.Join(program.Dir(t), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	deadline := time.Now().Add(time.Minute)
	for {
		conn, err := net.DialTCP("tcp4", nil, address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(said.Name())
			t.Fatalf("%s does not listen: %v\n%s", cmd.Path, err, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// use is what the sample promises: something to read for everybody, and a place for one user.
func use(t *testing.T, root string, port int) {
	client := func(env string, args ...string) program.Result {
		cmd := exec.Command(program.Stock(t), append([]string{fmt.Sprintf("--port=%d", port)}, args...)...)
		cmd.Dir, cmd.Env = root, []string{"PATH=" + os.Getenv("PATH"), env}
		return program.Run(t, cmd)
	}
	if r := client("", "127.0.0.1::"); r.Exit != 0 || string(r.Stdout) != "pub            \tpublic files\n" {
		t.Errorf("list: exit %d, %q\n%s", r.Exit, r.Stdout, r.Stderr)
	}
	r := client("", "-r", "--out-format=%n", "127.0.0.1::pub/", "got/")
	if r.Exit != 0 || !strings.Contains(string(r.Stdout), "file\n") || strings.Contains(string(r.Stdout), "private") || strings.Contains(string(r.Stdout), "tmp") {
		t.Errorf("pull: exit %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
	}
	if r := client("", "srv/pub/file", "127.0.0.1::pub/"); r.Exit == 0 {
		t.Error("pub can be written")
	}
	for password, want := range map[string]int{"RSYNC_PASSWORD=a password": 0, "RSYNC_PASSWORD=another": 5} {
		if r := client(password, "srv/pub/file", "mail@127.0.0.1::backup/"); r.Exit != want {
			t.Errorf("%s: exit %d, not %d\n%s", password, r.Exit, want, r.Stderr)
		}
	}
	if text, err := os.ReadFile(filepath.Join(root, "srv/backup/file")); string(text) != "public\n" {
		t.Errorf("what was pushed: %q, %v", text, err)
	}
}
