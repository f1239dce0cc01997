//go:build unix

package daemon

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"godwit/internal/transport"
)

// login authenticates with a script and returns the line that decides.
func (r *running) login(t *testing.T, greeting, module, user, password string) string {
	t.Helper()
	c := r.dial(t)
	defer c.Close()
	in := bufio.NewReader(c)
	in.ReadString('\n')
	io.WriteString(c, greeting+"\n"+module+"\n")
	line, _ := in.ReadString('\n')
	text, ok := strings.CutPrefix(line, "@RSYNCD: AUTHREQD ")
	if !ok {
		return strings.TrimSpace(line)
	}
	g, _ := transport.ParseGreeting([]byte(greeting))
	d, _ := transport.ChooseDigest(&g, g.Agreed(32))
	text = strings.TrimSpace(text)
	if want := len(transport.Base64(d.New().Sum(nil))); len(text) != want {
		t.Errorf("a challenge of %d bytes for %v, want %d", len(text), d, want)
	}
	fmt.Fprintf(c, "%s %s\n", user, d.Response([]byte(password), text))
	line, _ = in.ReadString('\n')
	return strings.TrimSpace(line)
}

func TestAuthentication(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the rows are those of a daemon run by root")
	}
	const fail, ok = "@ERROR: auth failed on module u", "@RSYNCD: OK"
	secrets := "# joe:no\n\njoe:pw:with:colon \njoe:second\nbob:b\n@root:rootgroup\nann:1\r\nadmin1:a\n"
	rules := "auth users = bob:deny @root:ro admin*:rw, joe ann:RO #x eve\n"
	tests := []struct {
		name, conf, greeting, user, password, want, log string
		mode                                            os.FileMode
	}{
		{"password", "", hello, "joe", "pw:with:colon ", ok, "", 0o600},
		{"second line", "", hello, "joe", "second", fail, "auth failed on module u from localhost (127.0.0.1) for joe: password mismatch\n", 0o600},
		{"wrong", "", hello, "joe", "x", fail, "for joe: password mismatch\n", 0o600},
		{"carriage return", "", hello, "ann", "1", ok, "", 0o600},
		{"denied", "", hello, "bob", "b", fail, "for bob: denied by rule\n", 0o600},
		{"no rule", "", hello, "zoe", "b", fail, "for zoe: no matching rule\n", 0o600},
		{"no secret", "", hello, "eve", "b", fail, "for eve: secret not found\n", 0o600},
		{"group", "", hello, "root", "rootgroup", ok, "", 0o600},
		{"wildcard", "", hello, "admin1", "a", ok, "", 0o600},
		{"comment", "", hello, "#x", "b", fail, "for #x: invalid username\n", 0o600},
		{"open to others", "", hello, "joe", "x", fail, "secrets file must not be other-accessible (see strict modes option)\n", 0o604},
		{"open to others, cause", "", hello, "joe", "x", fail, "for joe: ignoring secrets file\n", 0o604},
		{"open to the group", "", hello, "ann", "1", ok, "", 0o640},
		{"not strict", "strict modes = no\n", hello, "ann", "1", ok, "", 0o666},
		{"no file", "secrets file = D/none\n", hello, "ann", "1", fail, "for ann: no secrets file\n", 0o600},
		{"unset file", "secrets file =\n", hello, "ann", "1", fail, "for ann: no secrets file\n", 0o600},
		{"sha512", "", "@RSYNCD: 32.0 md4 md5 sha512", "ann", "1", ok, "", 0o600},
		{"sha256", "", "@RSYNCD: 31.0 sha256 md5", "ann", "1", ok, "", 0o600},
		{"sha1", "", "@RSYNCD: 29.0 sha1", "ann", "1", ok, "", 0o600},
		{"md5", "", "@RSYNCD: 31.0", "ann", "1", ok, "", 0o600},
		{"md5 listed", "", "@RSYNCD: 31.0 MD5", "ann", "1", ok, "", 0o600},
		{"md4 listed", "", "@RSYNCD: 32.0 md4", "ann", "1", ok, "", 0o600},
		{"md4 of old", "", "@RSYNCD: 29", "ann", "1", ok, "", 0o600},
		{"none in common", "", "@RSYNCD: 32.0 foo bar", "ann", "1",
			"@ERROR: your client does not support one of our daemon-auth checksums: sha512 sha256 sha1 md5 md4", "rsync error: requested action not supported (code 4)", 0o600},
		{"floor", "auth digest = SHA256\n", hello, "ann", "1", ok, "", 0o600},
		{"below the floor", "auth digest = sha256\n", "@RSYNCD: 31.0", "ann", "1", fail,
			"auth failed on module u from localhost (127.0.0.1): negotiated auth digest md5 is weaker than the required 'auth digest = sha256'\n", 0o600},
		{"old below the floor", "auth digest = sha256\n", "@RSYNCD: 29", "ann", "1", fail, "negotiated auth digest md4 is weaker", 0o600},
		{"unknown floor", "auth digest = sha384\n", hello, "ann", "1", fail, "the configured 'auth digest = sha384' is not a supported digest on this build\n", 0o600},
	}
	both(t, func(t *testing.T, r *running) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				write(t, r.dir+"/secrets", secrets, tt.mode)
				r.configure(t, "[u]\npath = D/mod\nsecrets file = D/secrets\n"+rules+tt.conf)
				r.clearLog()
				if got := r.login(t, strings.TrimSpace(tt.greeting), "u", tt.user, tt.password); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				r.waitLog(t, tt.log)
			})
		}
		r.configure(t, "[u]\npath = D/mod\nsecrets file = D/secrets\n"+rules)
		r.clearLog()
		if got := r.say(t, hello+"u\njoe\n"); !strings.HasSuffix(got, fail+"\n") {
			t.Errorf("no response: %q", got)
		}
		r.waitLog(t, "auth failed on module u from localhost (127.0.0.1): invalid challenge response\n")
		os.Chown(r.dir+"/secrets", 8, 0)
		r.login(t, strings.TrimSpace(hello), "u", "ann", "1")
		r.waitLog(t, "secrets file must be owned by root when running as root (see strict modes)\n")
	})
}

// TestClientAuthentication lets the stock client log in.
func TestClientAuthentication(t *testing.T) {
	both(t, func(t *testing.T, r *running) {
		write(t, r.dir+"/secrets", "joe:secret\n", 0o600)
		r.configure(t, "[u]\npath = D/mod\nauth users = joe\nsecrets file = D/secrets\n")
		if out, code := r.client(t, "rsync://joe@URL/u/"); code != 0 || !strings.Contains(out, "a.txt") {
			t.Errorf("%d\n%s", code, out)
		}
		r.waitLog(t, "rsync on u/ from joe@localhost (127.0.0.1)\n")
		if out, code := r.client(t, "rsync://ann@URL/u/"); code != 5 || !strings.Contains(out, "@ERROR: auth failed on module u\n") {
			t.Errorf("%d\n%s", code, out)
		}
	})
}
