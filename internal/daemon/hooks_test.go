//go:build unix

package daemon

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// request plays a whole text stage with arguments, and returns what comes after the OK.
func (r *running) request(t *testing.T, module string, words ...string) string {
	t.Helper()
	c := r.dial(t)
	defer c.Close()
	io.WriteString(c, hello+module+"\n"+strings.Join(words, "\x00")+"\x00\x00")
	b, _ := io.ReadAll(c)
	_, after, ok := strings.Cut(string(b), "@RSYNCD: OK\n")
	if !ok {
		t.Errorf("the module cannot be entered: %q", b)
	}
	return after
}

// waitFile waits for a file to have an end.
func waitFile(t *testing.T, name, end string) string {
	t.Helper()
	for limit := time.Now().Add(5 * time.Second); ; {
		b, _ := os.ReadFile(name)
		if strings.HasSuffix(string(b), end) || time.Now().After(limit) {
			return string(b)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestHookEnvironment runs all hooks in a pull by the stock client
// (docs/protocol/07-daemon.md §14.1).
func TestHookEnvironment(t *testing.T) {
	both(t, func(t *testing.T, r *running) {
		show := `env | grep ^RSYNC_ | grep -v -e RSYNC_PID -e RSYNC_PASSWORD -e 'RSYNC_ARG[1-4]=' | sort`
		r.configure(t, "[m]\npath = D/mod\nearly exec = "+show+" > D/early\npre-xfer exec = "+show+" > D/pre\npost-xfer exec = "+show+" > D/post; echo done >> D/post\n")
		if out, code := r.client(t, "-r", "rsync://URL/m/*.txt", "rsync://URL/m/sub", "D/got"); code != 0 {
			t.Fatalf("%d\n%s", code, out)
		}
		base := "RSYNC_HOST_ADDR=127.0.0.1\nRSYNC_HOST_NAME=localhost\nRSYNC_MODULE_NAME=m\nRSYNC_MODULE_PATH=" + r.dir + "/mod\n"
		user := "RSYNC_USER_NAME=\n"
		for name, want := range map[string]string{
			"early": base + "RSYNC_REQUEST=(NONE)\n" + user,
			"pre":   "RSYNC_ARG0=rsyncd\nRSYNC_ARG5=a.txt\nRSYNC_ARG6=sub\n" + base + "RSYNC_REQUEST=m/*.txt m/sub\n" + user,
			"post":  "RSYNC_EXIT_STATUS=0\n" + base + "RSYNC_RAW_STATUS=0\n" + user + "done\n",
		} {
			if got := waitFile(t, r.dir+"/"+name, want); got != want {
				t.Errorf("%s has\n%s, want\n%s", name, got, want)
			}
		}
	})
}

// TestPreXfer looks at what becomes of a hook that refuses, for ours alone: what a client sees of
// it is the server's business.
func TestPreXfer(t *testing.T) {
	r := start(t, programs(t)["godwit"])
	post := "post-xfer exec = echo $RSYNC_EXIT_STATUS $RSYNC_RAW_STATUS > D/post\n"
	for hook, want := range map[string]string{
		"printf 'no\\r\\nway\\n'; exit 3": "REFUSED 4 pre-xfer exec returned failure (768):\nno\nway\n",
		"exit 1":                          "REFUSED 4 pre-xfer exec returned failure (256)\n",
		"kill -9 $$":                      "REFUSED 4 pre-xfer exec returned failure (256)\n",
	} {
		os.Remove(r.dir + "/post")
		r.configure(t, "[m]\npath = D/mod\n"+post+"pre-xfer exec = "+hook+"\n")
		if got := r.request(t, "m", "--server", "--sender", "-r", ".", "m/"); got != want {
			t.Errorf("%q: %q, want %q", hook, got, want)
		}
		if got := waitFile(t, r.dir+"/post", "1024\n"); got != "4 1024\n" {
			t.Errorf("post-xfer exec got %q", got)
		}
	}
	r.configure(t, "[m]\npath = D/mod\npre-xfer exec = printf '%s' \"$RSYNC_ARG2|$RSYNC_REQUEST\" > D/odd; exit 1\n")
	r.request(t, "m", "--server", "--suffix=a'b\n+c$(id)", ".", "m/x\ny")
	if got := waitFile(t, r.dir+"/odd", "y"); got != "--suffix=a'b\n+c$(id)|m/x\ny" {
		t.Errorf("odd values arrive as %q", got)
	}
}

// TestOptionErrors checks what is handed to the server of arguments that do not do.
func TestOptionErrors(t *testing.T) {
	r := start(t, programs(t)["godwit"])
	r.configure(t, "[m]\npath = D/mod\nexclude = hid\nrefuse options = delete c zork\n")
	for _, tt := range []struct{ words, want string }{
		{"--server --sender -c . m/", "REFUSED 4 rsync: The server is configured to refuse --checksum (-c)\n"},
		{"--server --delete . m/", "REFUSED 4 rsync: The server is configured to refuse --delete\n"},
		{"--server --zork . m/", "REFUSED 4 rsync: on remote machine: --zork: unknown option\n"},
		{"--server --daemon . m/", "REFUSED 4 rsync: Attempt to hack rsync thwarted!\n"},
		{"--server --iconv=utf8 . m/", "REFUSED 4 rsync: The server is configured to refuse --iconv\n"},
		{"--server --temp-dir=hid . m/", "REFUSED 4 rsync: Your options have been rejected by the server.\n"},
		{"--server --backup-dir=/hid . m/", "REFUSED 4 rsync: Your options have been rejected by the server.\n"},
	} {
		if got := r.request(t, "m", strings.Fields(tt.words)...); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.words, got, tt.want)
		}
	}
	r.waitLog(t, "No match for refuse-options string \"zork\"\n")
	r.waitLog(t, "rsync on m/ from localhost (127.0.0.1)\n")
	r.waitLog(t, "rsync to m/ from localhost (127.0.0.1)\n")
}
