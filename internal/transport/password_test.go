package transport

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/exit"
	"godwit/internal/fsys"
)

func TestPasswordFile(t *testing.T) {
	dir := t.TempDir()
	uid := uint32(max(os.Geteuid(), 0))
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want, fail string
	}{
		{"plain", "s3cret\n", 0o600, "s3cret", ""},
		{"late", "\n\r\ns3cret\r\nfoo", 0o640, "s3cret", ""},
		{"nul", "a\x00b\n", 0o600, "a", ""},
		{"long", strings.Repeat("x", 700), 0o600, strings.Repeat("x", 511), ""},
		{"empty", "\n\r\n", 0o600, "", "ERROR: failed to read a password from PATH"},
		{"open", "s3cret", 0o604, "", "ERROR: password file must not be other-accessible"},
		{"missing", "", 0, "", "rsync: [Receiver] could not open password file PATH: No such file or directory (2)"},
	} {
		path := filepath.Join(dir, c.name)
		if c.mode != 0 {
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
		}
		s := PasswordSource{File: path, Files: fsys.Operator{UID: uid}, Role: "Receiver"}
		got, err := s.Read(t.Context())
		if c.fail != "" {
			wantError(t, err, exit.Syntax, strings.ReplaceAll(c.fail, "PATH", path))
		} else if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestPasswordFileOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := filepath.Join(t.TempDir(), "pw")
	if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chown(path, 1, 1)); err != nil {
		t.Fatal(err)
	}
	_, err := (&PasswordSource{File: path}).Read(t.Context())
	wantError(t, err, exit.Syntax, "ERROR: password file must be owned by root when running as root")
}

func TestPasswordElsewhere(t *testing.T) {
	in := strings.NewReader("s3cret\r\nrest")
	s := PasswordSource{File: "-", Stdin: in}
	if got, err := s.Read(t.Context()); string(got) != "s3cret" || err != nil {
		t.Errorf("stdin: %q, %v", got, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "rest" {
		t.Errorf("left %q", rest)
	}
	s.Stdin = strings.NewReader("\ns3cret\n")
	_, err := s.Read(t.Context())
	wantError(t, err, exit.Syntax, "ERROR: failed to read a password from -")

	env := map[string]string{"RSYNC_PASSWORD": ""}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	s = PasswordSource{LookupEnv: lookup, Prompt: func(_ context.Context, p string) ([]byte, error) { return []byte("typed at " + p), nil }}
	if got, err := s.Read(t.Context()); len(got) != 0 || err != nil {
		t.Errorf("environment: %q, %v", got, err)
	}
	delete(env, "RSYNC_PASSWORD")
	if got, err := s.Read(t.Context()); string(got) != "typed at Password: " || err != nil {
		t.Errorf("prompt: %q, %v", got, err)
	}
	s.Prompt = func(context.Context, string) ([]byte, error) { return nil, io.EOF }
	if got, err := s.Read(t.Context()); len(got) != 0 || err != nil {
		t.Errorf("no terminal: %q, %v", got, err)
	}
}

func TestUsers(t *testing.T) {
	for _, c := range []struct {
		operand string
		env     map[string]string
		want    string
	}{
		{"bob", map[string]string{"USER": "eve"}, "bob"}, {"", map[string]string{"USER": "eve", "LOGNAME": "x"}, "eve"},
		{"", map[string]string{"LOGNAME": "x"}, "x"}, {"", map[string]string{"USER": "", "LOGNAME": "x"}, "nobody"}, {"", nil, "nobody"},
	} {
		got := UserFor(c.operand, func(k string) (string, bool) { v, ok := c.env[k]; return v, ok })
		if got != c.want {
			t.Errorf("%q with %v: %q", c.operand, c.env, got)
		}
	}
}

func TestEarlyInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "early")
	op := fsys.Operator{UID: uint32(max(os.Geteuid(), 0))}
	_, err := ReadEarlyInput(op, path, "sender")
	wantError(t, err, exit.StartClient, "rsync: [sender] failed to open "+path+": No such file or directory (2)")
	for size, ok := range map[int]bool{0: true, 5120: true, 5121: false} {
		if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := ReadEarlyInput(op, path, "sender")
		if ok && (err != nil || len(text) != size) {
			t.Errorf("%d: %d bytes, %v", size, len(text), err)
		}
		if !ok {
			wantError(t, err, exit.StartClient, path+" is > 5120 bytes.")
		}
	}
}
