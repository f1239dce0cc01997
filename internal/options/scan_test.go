package options

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustParse(t *testing.T, cfg *Config, args ...string) *Options {
	t.Helper()
	o, err := Parse(args, cfg)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return o
}

// TestEnvironment runs the environment vectors of docs/protocol/05-options.md §13.
func TestEnvironment(t *testing.T) {
	for _, c := range []struct{ env, options, want string }{
		{"RSYNC_OLD_ARGS=0 RSYNC_PROTECT_ARGS=1", "--partial", `-e.LsfxCIvu --partial . a\ b`},
		{"RSYNC_PROTECT_ARGS=1", "--partial", `-se.LsfxCIvu`},
		{"RSYNC_PROTECT_ARGS=x", "--partial", `-e.LsfxCIvu --partial . a\ b`},
		{"RSYNC_OLD_ARGS=1 RSYNC_PROTECT_ARGS=1", "--partial", `-e.LsfxCIvu --partial . a b`},
		{"RSYNC_OLD_ARGS=2", "--partial", `-e.LsfxCIvu --partial . a b`},
		{"RSYNC_OLD_ARGS=1", "--partial -s", `-se.LsfxCIvu`},
		{"RSYNC_ICONV=utf8,latin1", "--partial", `-e.LsfxCIvu --iconv=latin1 --partial . a\ b`},
		{"RSYNC_PARTIAL_DIR=pp", "--partial", `-e.LsfxCIvu --partial-dir pp . a\ b`},
		{"RSYNC_MAX_ALLOC=2g", "--partial", `-e.LsfxCIvu --max-alloc=2g --partial . a\ b`},
	} {
		o := mustParse(t, testConfig(strings.Fields(c.env)...), append(strings.Fields(c.options), "s", "h:a b")...)
		args, secluded := ServerArgs(o, Push, Capabilities)
		got := strings.Join(args[1:], " ")
		if secluded == nil {
			got += " " + o.Protection(Push).Path("a b")
		}
		if got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.env, c.options, got, c.want)
		}
	}
}

func TestSecludedServer(t *testing.T) {
	client := mustParse(t, testConfig(), "-s", "-rt", "--iconv=utf8", "--delete", "--suffix=.b c", "s", "h:d")
	args, rest := ServerArgs(client, Push, Capabilities)
	if want := []string{"--server", "-stre.iLsfxCIvu", "--iconv=utf8"}; !slices.Equal(args, want) {
		t.Errorf("got %q, want %q", args, want)
	}
	if want := []string{"rsync", "--suffix=.b c", "--delete", "."}; !slices.Equal(rest, want) {
		t.Errorf("got %q, want %q", rest, want)
	}
	first := mustParse(t, testConfig(), args...)
	if first.Action != ActionReadArgs {
		t.Fatalf("action %d", first.Action)
	}
	server, err := Resume(first, append(rest[1:], "d"), testConfig())
	if err != nil {
		t.Fatal(err)
	}
	if server.Action != ActionTransfer || !server.Times || !server.Delete || server.Suffix != ".b c" || !server.Secluded ||
		server.Capabilities != ".iLsfxCIvu" || !slices.Equal(server.Args, []string{".", "d"}) {
		t.Errorf("got %+v", *server)
	}
}

func TestDerive(t *testing.T) {
	client := mustParse(t, testConfig(), "-a", "--link-dest=x", "-M--fake-super", "-M", "--log-file=y", "s", "d")
	half, err := Derive(client, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	if !half.FakeSuper || half.LogFile != "y" || !half.Times || !slices.Equal(half.AltDirs, []string{"x"}) || client.FakeSuper {
		t.Errorf("got %+v", *half)
	}
	client = mustParse(t, testConfig(), "-M--bogus", "s", "d")
	if _, err = Derive(client, testConfig()); errorText(err) != "rsync: on remote machine: --bogus: unknown option" {
		t.Errorf("got %v", err)
	}
}

func TestDefault(t *testing.T) {
	o, err := Default(testConfig())
	if err != nil {
		t.Fatal(err)
	}
	if o.ListOnly || o.Protocol != MaxProtocol || o.MaxSize != -1 || o.MaxDelete != -1 || o.Suffix != "~" || o.Info[InfoNonreg] != 1 || o.Args != nil {
		t.Errorf("got %+v", *o)
	}
	args, _ := ServerArgs(o, Push, Capabilities)
	if want := []string{"--server", "-e.LsfxCIvu", "."}; !slices.Equal(args, want) {
		t.Errorf("got %q", args)
	}
}

func TestAliases(t *testing.T) {
	cfg := testConfig()
	cfg.AliasFiles = [][]byte{[]byte(`# comment
rsync alias -a -a@-1
rsync alias -Z --no-p --no-g \
  --chmod='ugo=rwX'
other alias -r --bogus
rsync alias --bk -b --suffix=".o l d"
rsync alias --loop --loop2
rsync alias --loop2 --loop
rsync alias --wrong --bogus
rsync alias -Y -B
rsync exec --run /bin/echo hi
rsync alias --server --bogus
`)}
	o := mustParse(t, cfg, "-avZ", "--bk", "s", "d")
	if !o.Times || o.ModifyWindow != -1 || o.Verbose != 1 || o.Perms || o.Group || !o.Owner || o.Suffix != ".o l d" ||
		!slices.Equal(o.Chmod, []string{"ugo=rwX"}) {
		t.Errorf("got %+v", *o)
	}
	o = mustParse(t, cfg, "--bk=V", "s", "d")
	if !slices.Equal(o.Args, []string{"V", "s", "d"}) {
		t.Errorf("got %q", o.Args)
	}
	o = mustParse(t, cfg, "--server", "-vae.L", ".", "d")
	if o.ModifyWindowSet || o.Verbose != 1 || o.Capabilities != ".L" {
		t.Errorf("a server used an alias: %+v", *o)
	}
	if _, err := Parse([]string{"--loop", "s", "d"}, cfg); !strings.HasSuffix(errorText(err), faultTooDeep) {
		t.Errorf("got %v", err)
	}
	for _, c := range [][2]string{{"--wrong=x", "rsync: --wrong=x: unknown option"}, {"-vY", "rsync: -vY: missing argument"}} {
		if _, err := Parse([]string{c[0]}, cfg); errorText(err) != c[1] {
			t.Errorf("%s: got %v", c[0], err)
		}
	}
	if o = mustParse(t, cfg, "-Y", "700", "s", "d"); o.BlockSize != 700 {
		t.Errorf("got %d", o.BlockSize)
	}
	if o = mustParse(t, cfg, "--run", "s"); o.Action != ActionExec || !slices.Equal(o.Exec, []string{"/bin/echo", "hi", "s"}) {
		t.Errorf("got %q", o.Exec)
	}
}

func TestFilterOrder(t *testing.T) {
	o := mustParse(t, testConfig(), "-FF", "--exclude=a", "-f+ b", "--include-from=c", "-F", "-b", "-r", "--delete", "--old-dirs", "s", "d")
	want := []FilterArg{
		{Kind: FilterRule, Text: ": /.rsync-filter"}, {Kind: FilterRule, Text: "- .rsync-filter"}, {Kind: FilterExclude, Text: "a"},
		{Kind: FilterRule, Text: "+ b"}, {Kind: FilterIncludeFrom, Text: "c"},
		{Kind: FilterRule, Text: "- /*/*", Implied: true}, {Kind: FilterRule, Text: "P *~", Implied: true},
	}
	if !slices.Equal(o.Filters, want) {
		t.Errorf("got %+v", o.Filters)
	}
	cfg := testConfig()
	cause := errors.New("Unknown filter rule: x")
	cfg.CheckFilter = func(FilterArg) error { return cause }
	_, err := Parse([]string{"-fx", "--bogus", "s", "d"}, cfg)
	if !errors.Is(err, cause) || errorText(err) != cause.Error() {
		t.Errorf("got %v", err)
	}
}

func TestVerbosity(t *testing.T) {
	o := mustParse(t, testConfig(), "--info=del0", "-vv", "--stats", "s", "d")
	if o.Info[InfoDel] != 0 || o.Info[InfoName] != 2 || o.Info[InfoStats] != 3 || o.Info[InfoNonreg] != 1 || o.Debug[DebugCmd] != 1 || o.Debug[DebugExit] != 0 {
		t.Errorf("got %v, %v", o.Info, o.Debug)
	}
	if o.OutFormat != "%n%L" {
		t.Errorf("format %q", o.OutFormat)
	}
	o = mustParse(t, testConfig(), "--progress", "s", "d")
	if o.Info[InfoProgress] != 1 || o.Info[InfoFlist] != 2 || o.Info[InfoName] != 1 {
		t.Errorf("got %v", o.Info)
	}
	if info, debug := VerbosityLevels(9); info[InfoName] != 2 || debug[DebugFlist] != 4 {
		t.Errorf("got %v, %v", info, debug)
	}
}

func TestStopAt(t *testing.T) {
	for text, want := range map[string]string{
		":59": "2026-11-23T22:59", ":40": "2026-11-23T23:40", "14:00": "2026-11-24T14:00", "T23:00": "2026-11-23T23:00",
		"24": "2026-11-24T00:00", "31": "2026-12-31T00:00", "1": "2026-12-01T00:00", "2-29": "2028-02-29T00:00", "1/2-3": "2101-02-03T00:00",
		"2099-2-31": "2099-03-03T00:00", "99-1-1": "2099-01-01T00:00", "2099-1-1T": "2099-01-01T00:00", "11-23T22:41": "2026-11-23T22:41",
		"11-23T22:40": "2027-11-23T22:40", "26-12-01t1:5": "2026-12-01T01:05",
	} {
		o := mustParse(t, testConfig(), "--stop-at="+text, "s", "d")
		if got := o.StopAt.Format("2006-01-02T15:04"); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if o := mustParse(t, testConfig(), "--time-limit=2x", "s", "d"); o.StopAt.Sub(testNow) != 2*time.Minute {
		t.Errorf("got %s", o.StopAt)
	}
}

// TestServerUnderstandsClient: whatever a client asks for, the server parses
// what it is sent without complaint and to the same effect.
func TestServerUnderstandsClient(t *testing.T) {
	// Maps are left out: a server turns on owners for one even if the client
	// had turned them off again, and so does the reference.
	var words []string
	for i := range Rows() {
		o := &Rows()[i]
		if o.Group == GroupDaemon || o.Group == GroupRoles || o.Group == GroupGeneral || o.Group == GroupBatch || o.Long == "crtimes" || o.Long == "qsort" ||
			o.Long == "files-from" || o.Long == "remote-option" || o.Long == "info" || o.Long == "debug" || o.Long == "iconv" ||
			strings.HasSuffix(o.Long, "map") || o.Long == "chown" {
			continue
		}
		word := "--" + o.Long
		if o.Long == "" {
			word = "-" + string(rune(o.Short))
		}
		if o.ArgName != "" {
			word += "=" + sampleValue(o)
		}
		words = append(words, word)
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(words), 0, 8).Draw(t, "options")
		client, err := Parse(append(slices.Clone(list), "--old-args", "--old-args", "--no-s", "s", "h:d"), testConfig())
		if err != nil {
			return
		}
		args, _ := ServerArgs(client, Push, Capabilities)
		server, err := Parse(append(args, "d"), testConfig())
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		type effect struct {
			recurse, links, perms, times, owner, group, devices, specials, acls, del, inplace, backup, relative, sparse, checksum bool
			verbose, block, bw                                                                                                    int
			appendMode                                                                                                            AppendMode
			when                                                                                                                  DeleteWhen
			suffix, backupDir, partialDir, temp, choice, transfer                                                                 string
		}
		of := func(o *Options) effect {
			return effect{o.Recurse != RecurseNot, o.Links, o.Perms, o.Times, o.Owner, o.Group, o.Devices, o.Specials, o.ACLs, o.Delete, o.Inplace, o.Backup,
				o.Relative, o.Sparse, o.Checksum, o.Verbose, o.BlockSize, o.BwLimit, o.Append, o.DeleteWhen, o.Suffix, o.BackupDir, o.PartialDir, o.TempDir,
				o.CompressChoice, o.ChecksumTransfer}
		}
		if got, want := of(server), of(client); got != want {
			t.Fatalf("%q:\n got %+v\nwant %+v", args, got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("-avz\x00--delete\x00s\x00h:d")
	f.Add("--server\x00--sender\x00-vlogDtpre.iLsfxCIvu\x00.\x00x")
	f.Add("--daemon\x00-M\x00a=b\x00--port=3")
	f.Add("--stop-at=2-29\x00--max-size=1.5kib+1\x00[::1]:x\x00y")
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\x00")
		o, err := Parse(args, testConfig())
		var e *Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.Code == 0 || len(e.Lines) == 0 && !e.Usage):
			t.Fatalf("%q: %#v", args, err)
		case err == nil && o.Action == ActionTransfer && !o.Server:
			if s, err := o.Shape(); err == nil && s.Transport != TransportNone {
				words, _ := ServerArgs(o, s.Direction, Capabilities)
				if words[0] != "--server" {
					t.Fatalf("%q", words)
				}
			}
		}
	})
}

func FuzzAliases(f *testing.F) {
	f.Add([]byte("rsync alias -Z --chmod='a b'\\\n -v"), "-Zv")
	f.Fuzz(func(_ *testing.T, file []byte, word string) {
		cfg := testConfig()
		cfg.AliasFiles = [][]byte{file}
		_, _ = Parse([]string{word, "s", "d"}, cfg)
	})
}
