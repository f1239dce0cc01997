package output

import "testing"

func TestText(t *testing.T) {
	n := New("/tmp/w", "/bin/rsync")
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"bytes", "a\xff\r\x1b", "a\\xff␍␛<NO-NL>\n"},
		{"places", "/tmp/w/a /bin/rsync\n", "<CWD>/a <RSYNC>\n"},
		{"totals", "sent 244 bytes  received 66 bytes  620.00 bytes/sec\ntotal size is 43  speedup is 0.14\n",
			"sent <N> bytes  received <N> bytes  <RATE> bytes/sec\ntotal size is 43  speedup is <X>\n"},
		{"directory size", "drwxr-xr-x          4,096 2020/01/02 03:04:05 .\n", "drwxr-xr-x <DIRSIZE> 2020/01/02 03:04:05 .\n"},
		{"progress", "\r  10  1% 1.00kB/s 0:00:01\r  10  1% 2.00kB/s 0:00:02\r  20  2% 2.00kB/s 0:00:02\n",
			"␍  10  1% <RATE> <TIME>␍  20  2% <RATE> <TIME>\n"},
		{"trailer", "rsync error: syntax or usage error (code 1) at main.c(1795) [client=3.5.0]\n",
			"rsync error: syntax or usage error (code 1) at <SRC> [client=<VERSION>]\n"},
		{"nothing received", "(0 bytes received so far)\n", "(0 bytes received so far)\n"},
		{"received", "(12 bytes received so far)\n", "(<N> bytes received so far)\n"},
		{"dying sibling", "rsync: [sender] write error: Broken pipe (32)\nx\n", "x\n"},
		{"log stamp", "2020/01/02 03:04:05 [77] sent\n", "<TIME> [<PID>] sent\n"},
		{"sizes stay", "-rw-r--r--             12 2020/01/02 03:04:05 a\n", "-rw-r--r--             12 2020/01/02 03:04:05 a\n"},
	} {
		if got := n.Text([]byte(c.in)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ want, got, diff string }{
		{"", "", ""},
		{"a\n", "a\n", "…\n"},
		{"a\nb\nc\n", "a\nc\n", " a\n-b\n c\n"},
		{"", "x\n", "+x\n"},
		{"1\n2\n3\n4\n", "1\n2\n3\n", "…\n 2\n 3\n-4\n"},
		{"a\n", "b\n", "-a\n+b\n"},
	} {
		if d := Diff(c.want, c.got); d != c.diff {
			t.Errorf("Diff(%q, %q) = %q, want %q", c.want, c.got, d, c.diff)
		}
	}
}
