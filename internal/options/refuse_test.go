package options

import (
	"strings"
	"testing"
)

// TestRefusal runs the verified rows of docs/protocol/05-options.md §10: what
// a module refuses, what a client asks for, and the option that is named.
func TestRefusal(t *testing.T) {
	for _, c := range []struct{ words, client, want string }{
		{"delete", "-r --delete", "--delete"},
		{"delete", "-r --delete-after", "--delete"},
		{"delete", "-r --del", "--delete"},
		{"delete", "-r --delete-missing-args", "--delete"},
		{"delete", "pull --remove-source-files", "--delete"},
		{"delete", "--remove-source-files", ""},
		{"delete-*", "-r --delete", "--delete-before"},
		{"delete-before", "-r --delete", ""},
		{"delete-during", "-r --delete", ""},
		{"del", "-r --delete-during", "--delete-during"},
		{"archive", "-r", "--recursive (-r)"},
		{"a", "-p", "--perms (-p)"},
		{"a", "-a", "--links (-l)"},
		{"compress", "-z", "--compress (-z)"},
		{"z", "--zl=3", "--compress (-z)"},
		{"compress*", "--zc=zstd", "--compress-choice"},
		{"compress-level", "--zl=3", "--compress-level"},
		{"zl", "--zl=3", "--compress-level"},
		{"*", "-r", "--recursive (-r)"},
		{"*", "", ""},
		{"*", "-n", ""},
		{"* !r", "-r", ""},
		{"* !a", "-a", ""},
		{"* !a !v", "-av", ""},
		{"* !recursive !v", "-rv", ""},
		{"!r *", "-r", "--recursive (-r)"},
		{"dry-run", "-n", "--dry-run (-n)"},
		{"n*", "-n", ""},
		{"e", "", "--rsh (-e)"},
		{"s", "-s", "--secluded-args (-s)"},
		{"server", "", "--server"},
		{"sender", "pull", "--sender"},
		{"checksum-seed", "--checksum-seed=1", "--checksum-seed"},
		{"checksum*", "--checksum-seed=1", ""},
		{"partial", "--inplace", "--partial"},
		{"partial", "--partial", "--partial"},
		{"partial", "-P", "--partial"},
		{"inplace", "--append", "--inplace"},
		{"progress", "pull -P", ""},
		{"log-format", "-i", "--log-format"},
		{"out-format", "-i", "--log-format"},
		{"log*", "-i", ""},
		{"existing", "--existing", "--existing"},
		{"ignore-non-existing", "--existing", "--existing"},
		{"[rz]", "-rz", "--recursive (-r)"},
		{"protect-args", "-rs", "--secluded-args (-s)"},
		{"* !r", "-rs", ""},
		{"secluded-args", "-M--protect-args", "--protect-args"},
		{"archive !l", "-l", ""},
		{"cc", "--cc=md5", "--checksum-choice"},
		{"time-limit", "-M--stop-after=5", "--stop-after"},
		{"*-links", "--safe-links", "--safe-links"},
		{"?", "-r", "--recursive (-r)"},
		{"no-*", "-M--no-r", "--no-r"},
		{"", "-M--insecure-links", "--insecure-links"},
		{"!insecure-links", "-M--insecure-links", "--insecure-links"},
		{"!log-file", "-M--log-file=x", "--log-file"},
		{"!copy*", "pull --copy-devices", "--copy-devices"},
		{"!copy-devices", "pull --copy-devices", ""},
		{"", "--write-devices", "--write-devices"},
		{"!write-devices", "--write-devices", ""},
		{"", "--iconv=utf8", "--iconv"},
		{"charset", "--iconv=utf8", ""},
		{"no-iconv charset", "", "--no-iconv"},
		{"no-iconv charset", "--iconv=utf8", ""},
		{"files-from", "pull --files-from=:a", "--files-from"},
		{"0", "pull --files-from=:a --from0", "--from0 (-0)"},
		{"verbose", "-v", "--verbose (-v)"},
		{"verbose", "-M--no-v", ""},
		{"no-v", "-M--no-verbose", "--no-verbose"},
		{"remove*", "--remove-sent-files", "--remove-sent-files"},
		{"D", "-D", "--(null) (-D)"},
		{"D", "--specials", ""},
		{"delete-missing-args", "-r --delete-missing-args", ""},
	} {
		words, charset := strings.CutSuffix(c.words, "charset")
		list := strings.Fields(c.client)
		d, operands := Push, []string{"s", "h:d"}
		if len(list) > 0 && list[0] == "pull" {
			d, operands, list = Pull, []string{"h:s", "d"}, list[1:]
		}
		o, err := Parse(append(list, operands...), testConfig())
		if err != nil {
			t.Fatalf("%s: %v", c.client, err)
		}
		args, _ := ServerArgs(o, d, Capabilities)
		refusal, unmatched := NewRefusal(words, charset)
		if len(unmatched) > 0 {
			t.Errorf("%s: no match for %q", c.words, unmatched)
		}
		cfg := testConfig()
		cfg.InDaemon, cfg.Refusal = true, refusal
		_, err = Parse(append(args, "m/"), cfg)
		want := ""
		if c.want != "" {
			want = "rsync: The server is configured to refuse " + c.want
		}
		if got := errorText(err); got != want {
			t.Errorf("%q, %q (%q):\n got %s\nwant %s", c.words, c.client, args, got, want)
		}
	}
	for _, word := range []string{"bogus", "a,b", "!", "--delete", "-z"} {
		if _, unmatched := NewRefusal(word, true); len(unmatched) != 1 || unmatched[0] != word {
			t.Errorf("%s matches something", word)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestDaemonOptionInDaemon(t *testing.T) {
	cfg := testConfig()
	cfg.InDaemon = true
	for _, arg := range []string{"--daemon", "--config=x", "--dparam=a=b", "--detach", "--no-detach"} {
		_, err := Parse([]string{"--server", arg, ".", "m/"}, cfg)
		if got := errorText(err); got != "rsync: Attempt to hack rsync thwarted!" {
			t.Errorf("%s: %q", arg, got)
		}
	}
}
