//go:build unix

package daemon

import (
	"os"
	"strings"
	"testing"
)

// TestDialogues plays scripts to our daemon and to stock's, and expects the same of both
// (docs/protocol/07-daemon.md §19).
func TestDialogues(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the rows are those of a daemon run by root")
	}
	mod := "path = D/mod\n"
	long := strings.Repeat("x", 5000)
	tests := []struct {
		name, conf, script string
		want               string
		log                []string // each is somewhere in the log
	}{
		{"list", "motd file = D/motd\n[m]\ncomment = first one\n" + mod + "[hid]\nlist = no\n[a module with 22 chars]\ncomment=c\n", hello + "#list\n",
			"Welcome\nline two\n\nm              \tfirst one\na module with 22 chars\tc\n@RSYNCD: EXIT\n",
			[]string{"connect from localhost (127.0.0.1)\n", "module-list request from localhost (127.0.0.1)\n"}},
		{"empty line", "motd file = D/none\n[m]\n", hello + "\n", "\nm              \t\n@RSYNCD: EXIT\n", []string{"module-list request"}},
		{"unknown", "[m]\n" + mod, hello + "nosuch\n", "@ERROR: Unknown module 'nosuch'\n", []string{"unknown module 'nosuch' tried from localhost (127.0.0.1)\n"}},
		{"path", "[m]\n" + mod, hello + "m/x\n", "@ERROR: Unknown module 'm/x'\n", nil},
		{"case", "[m]\n" + mod, hello + "M\n", "@ERROR: Unknown module 'M'\n", nil},
		{"spaces", "[Mixed Case]\n" + mod, hello + "Mixed Case\n", "@RSYNCD: OK\n", nil},
		{"command", "[m]\n", hello + "#foo\n", "@ERROR: Unknown command '#foo'\n", nil},
		{"early 0", "[m]\n", hello + "#early_input=0\n", "@ERROR: invalid early_input length\n", nil},
		{"early 5121", "[m]\n", hello + "#early_input=5121\n", "@ERROR: invalid early_input length\n", nil},
		{"early", "[m]\n" + mod, hello + "#early_input=3\nabcm\n", "@RSYNCD: OK\n", nil},
		{"no greeting", "[m]\n", "hello\n", "@ERROR: protocol startup error\n", []string{"connect from"}},
		{"no sub", "[m]\n", "@RSYNCD: 32\n", "@ERROR: your client omitted the subprotocol value: @RSYNCD: 32\n", nil},
		{"no digests", "[m]\n", "@RSYNCD: 32.0\n", "@ERROR: your client omitted the digest name list: @RSYNCD: 32.0\n", nil},
		{"24", "[m]\n", "@RSYNCD: 24\n#list\n", "m              \t\n", nil},
		{"25", "[m]\n", "@RSYNCD: 25\n#list\n", "m              \t\n@RSYNCD: EXIT\n", nil},
		{"29", "[m]\n", "@RSYNCD: 29\n#list\n", "m              \t\n@RSYNCD: EXIT\n", nil},
		{"31.0", "[m]\n", "@RSYNCD: 31.0\n#list\n", "m              \t\n@RSYNCD: EXIT\n", nil},
		{"long name", "[m]\n", hello + long + "\n", "", []string{"connect from"}},
		{"carriage return", "[a]\n" + mod, hello + "a\r\n", "@RSYNCD: OK\n", []string{"rsync allowed access on module a from localhost (127.0.0.1)\n"}},
		{"no path", "[nopath]\n", hello + "nopath\n", "@ERROR: no path setting.\n", []string{"No path specified for module nopath\n"}},
		{"missing path", "[x]\npath = D/none\n", hello + "x\n", "@ERROR: chdir failed\n", []string{"rsync: [Receiver] chdir D/none failed: No such file or directory (2)\n"}},
		{"file as path", "[x]\npath = D/mod/a.txt\n", hello + "x\n", "@ERROR: chdir failed\n", []string{"failed: Not a directory (20)\n"}},
		{"chroot to nowhere", "[x]\npath = D/none\nuse chroot = yes\n", hello + "x\n", "@ERROR: chroot failed\n", []string{"rsync: [Receiver] chroot(\"D/none\") failed: No such file or directory (2)\n"}},
		{"chroot", "[x]\nuse chroot = yes\n" + mod, hello + "x\n", "@RSYNCD: OK\n", nil},
		{"chroot inside", "[x]\nuse chroot = yes\npath = D/mod/./sub\n", hello + "x\n", "@RSYNCD: OK\n", nil},
		{"denied", "[den]\nhosts allow = 10.0.0.0/8\n" + mod, hello + "den\n", "@ERROR: access denied to den from localhost (127.0.0.1)\n", []string{"rsync denied on module den from localhost (127.0.0.1)\n"}},
		{"denied and hidden", "[denhid]\nlist = no\nhosts allow = 10.0.0.0/8\n" + mod, hello + "denhid\n", "@ERROR: Unknown module 'denhid'\n", []string{"rsync denied on module denhid from localhost (127.0.0.1)\n"}},
		{"closed", "lock file = D/lock\n[x]\nmax connections = -1\n" + mod, hello + "x\n", "@ERROR: max connections (-1) reached -- try again later\n", []string{"max connections (-1) reached\n"}},
		{"lock file", "lock file = D/none/lock\n[x]\nmax connections = 1\n" + mod, hello + "x\n", "@ERROR: failed to open lock file\n",
			[]string{"rsync: [Receiver] failed to open lock file D/none/lock: No such file or directory (2)\n"}},
		{"lock file unused", "lock file = D/none/lock\n[x]\n" + mod, hello + "x\n", "@RSYNCD: OK\n", nil},
		{"uid", "[x]\nuid = nosuchuser\n" + mod, hello + "x\n", "@ERROR: invalid uid nosuchuser\n", []string{"Invalid uid nosuchuser\n"}},
		{"gid", "[x]\ngid = root nosuchgrp\n" + mod, hello + "x\n", "@ERROR: invalid gid nosuchgrp\n", []string{"Invalid gid nosuchgrp\n"}},
		{"gid star late", "[x]\ngid = root *\n" + mod, hello + "x\n", "@ERROR: invalid gid *\n", []string{"Invalid gid *\n"}},
		{"gid star of nobody", "[x]\nuid = 54321\ngid = *\n" + mod, hello + "x\n", "@ERROR: getpwuid failed\n", []string{"rsync: [Receiver] getpwuid failed: Success (0)\n"}},
		{"gid star", "[x]\nuid = daemon\ngid = *\n" + mod, hello + "x\n", "@RSYNCD: OK\n", nil},
		{"exclude from", "[x]\nexclude from = D/none\n" + mod, hello + "x\n", "",
			[]string{"rsync: [Receiver] failed to open exclude file D/none: No such file or directory (2)\n", "rsync error: error in file IO (code 11) at X [Receiver=3.5.0]\n"}},
		{"include from", "[x]\ninclude from = D/none\n" + mod, hello + "x\n", "", []string{"failed to open include file D/none"}},
		{"bad filter", "[x]\nfilter = x /foo\n" + mod, hello + "x\n", "", []string{"Unknown filter rule: x /foo", "rsync error: syntax or usage error (code 1) at X [Receiver=3.5.0]\n"}},
		{"unknown parameter", "read_only = no\n[m]\n", hello + "#list\n", "m              \t\n@RSYNCD: EXIT\n",
			[]string{"Unknown Parameter encountered: \"read_only\"\n", "IGNORING unknown parameter \"read_only\"\n"}},
		{"variable", "[%FOO%]\ncomment = %FOO% %NOPE%\n", hello + "#list\n", "mod            \tmod %NOPE%\n@RSYNCD: EXIT\n", nil},
		{"path of a variable", "[m]\npath = D/%RSYNC_MODULE_NAME%od\n", hello + "m\n", "@RSYNCD: OK\n", nil},
		{"munging", "[m]\nuse chroot = yes\nmunge symlinks = yes\npath = D/munged\n", hello + "m\n", "@ERROR: daemon security issue -- contact admin\n",
			[]string{"Symlink munging is unsafe when a /rsyncd-munged directory exists.\n", "rsync error: requested action not supported (code 4) at X [Receiver=3.5.0]\n"}},
		{"no reverse lookup", "reverse lookup = no\n[m]\n" + mod, hello + "m\n", "@RSYNCD: OK\n", []string{"connect from UNDETERMINED (127.0.0.1)\n", "rsync allowed access on module m from UNDETERMINED (127.0.0.1)\n"}},
		{"late reverse lookup", "reverse lookup = no\n[m]\nreverse lookup = yes\n" + mod, hello + "m\n", "@RSYNCD: OK\n", []string{"connect from UNDETERMINED (127.0.0.1)\n", "rsync allowed access on module m from localhost (127.0.0.1)\n"}},
		{"reverse lookup off in the module", "[m]\nreverse lookup = no\n" + mod, hello + "m\n", "@RSYNCD: OK\n", []string{"connect from localhost (127.0.0.1)\n", "rsync allowed access on module m from localhost (127.0.0.1)\n"}},
		{"reverse lookup for another module", "reverse lookup = no\n[o]\nreverse lookup = yes\n[m]\nreverse lookup = no\n" + mod, hello + "m\n", "@RSYNCD: OK\n", []string{"connect from UNDETERMINED (127.0.0.1)\n", "rsync allowed access on module m from UNDETERMINED (127.0.0.1)\n"}},
		{"early exec", "[m]\nearly exec = cat > D/early; exit 0\n" + mod, hello + "#early_input=4\nword" + "m\n", "@RSYNCD: OK\n", nil},
		{"early exec fails", "[m]\nearly exec = exit 3\npost-xfer exec = echo $RSYNC_EXIT_STATUS $RSYNC_RAW_STATUS $RSYNC_MODULE_NAME >> D/log\n" + mod, hello + "m\n", "@ERROR: early exec failed\n",
			[]string{"rsync: [Receiver] early exec failed: No child processes (10)\n", "255 65280 m\n"}},
		{"no proxy hosts", "proxy protocol = yes\n[m]\n", hello, "", []string{"proxy protocol rejected from untrusted peer UNDETERMINED (127.0.0.1)\n"}},
		{"proxy 1", "proxy protocol = yes\nproxy protocol hosts = 127.0.0.1\n[m]\n" + mod, "PROXY TCP4 127.0.0.1 1.1.1.1 1000 873\r\n" + hello + "#list\n", "m              \t\n@RSYNCD: EXIT\n", []string{"connect from localhost (127.0.0.1)\n"}},
		{"proxy 2", "reverse lookup = no\nproxy protocol = yes\nproxy protocol hosts = *\n[m]\n" + mod,
			"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69" + hello + "#list\n", "m              \t\n@RSYNCD: EXIT\n", []string{"connect from UNDETERMINED (10.1.2.3)\n"}},
		{"proxy without a header", "proxy protocol = yes\nproxy protocol hosts = 127.0.0.1\n[m]\n", hello, "", nil},
		{"broken configuration", "= foo\n[m]\n", hello + "#list\n", "", []string{"params.c:Parameter() - Invalid parameter name in config file.\n",
			"params.c:pm_process() - Failed.  Error returned from params.c:parse().\n", "rsync error: syntax or usage error (code 1) at X [Receiver=3.5.0]\n"}},
		{"silence", "timeout = 1\n[m]\n", "", "", []string{"[Receiver] daemon handshake timeout -- exiting\n", "rsync error: timeout in data send/receive (code 30) at X [Receiver=3.5.0]\n"}},
		{"refused hook", "[m;x]\npre-xfer exec = echo %RSYNC_MODULE_NAME%\n" + mod, hello + "m;x\n", "", []string{"refusing to run shell hook: %RSYNC_MODULE_NAME% holds a shell metacharacter\n"}},
		{"daemon uid", "daemon uid = nobody\ndaemon gid = nogroup\n[m]\n", hello + "#list\n", "m              \t\n@RSYNCD: EXIT\n", nil},
		{"bad daemon uid", "daemon uid = zork\n[m]\n", hello + "#list\n", "", []string{"Invalid daemon uid: zork\n"}},
		{"daemon chroot", "daemon chroot = D/mod\n[m]\nuid = 0\ngid = 0\npath = /sub\n", hello + "m\n", "@RSYNCD: OK\n", []string{"rsync allowed access on module m"}},
		{"bad daemon chroot", "daemon chroot = D/none\n[m]\npath = /sub\n", hello + "m\n", "", []string{"rsync: [Receiver] daemon chroot(\"D/none\") failed: No such file or directory (2)\n"}},
	}
	for prog, path := range programs(t) {
		t.Run(prog, func(t *testing.T) {
			r := start(t, path)
			write(t, r.dir+"/motd", "Welcome\nline two\n", 0o644)
			os.MkdirAll(r.dir+"/munged/rsyncd-munged", 0o755)
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					r.configure(t, tt.conf)
					r.clearLog()
					got := r.say(t, tt.script)
					if got != tt.want && !(tt.want == "" && strings.HasPrefix(hello, got)) {
						t.Errorf("replies\n%q, want\n%q", got, tt.want)
					}
					for _, line := range tt.log {
						r.waitLog(t, line)
					}
				})
			}
		})
	}
}
