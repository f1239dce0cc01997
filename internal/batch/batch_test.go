package batch_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/batch"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/wire"
)

func parse(t *testing.T, args string) *options.Options {
	t.Helper()
	o, err := options.Parse(append(strings.Fields(args), "s/", "d/"), &options.Config{})
	if err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return o
}

// The first number of files that rsync 3.5.0 wrote with these options.
func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args string
		want batch.Flags
	}{
		{"-r", 0x81}, {"-a", 0x9f}, {"-aHAX", 0xcbf}, {"-rc", 0xc1}, {"-rz", 0x181}, {"-d", 0x80},
		{"-r --inplace", 0x1081}, {"-r --append", 0x3081}, {"-r --append-verify", 0x5081},
		{"-r --iconv=utf-8,latin1", 0x281}, {"-rD", 0x91}, {"-r --devices", 0x91}, {"-r --specials", 0x81},
		{"-lptgo", 0x0e},
	} {
		if got := batch.FlagsOf(parse(t, c.args)); got != c.want {
			t.Errorf("%s: %#x, want %#x", c.args, got, c.want)
		}
	}
}

func TestAdopt(t *testing.T) {
	for _, c := range []struct {
		flags    batch.Flags
		protocol int
		args     string
		changed  string
	}{
		{0x81, 32, "-r", ""},
		{0x9f, 32, "-r", "+owner (-o) +group (-g) +links (-l) +devices (-D)"},
		{0x00, 32, "-a", "-recurse (-r) -owner (-o) -group (-g) -links (-l) -devices (-D) -dirs (-d)"},
		{0x00, 28, "-rz", "-recurse (-r)"},
		{0xcbf, 32, "-a", "+hard-links (-H) +acls (-A) +xattrs (-X)"},
		{0x5081, 32, "-r --append", "-append +append-verify"},
		{0x3081, 32, "-r --append-verify", "+append -append-verify"},
		{0x1181, 32, "-r", "+compress (-z) +inplace"},
		{0x3081, 29, "-r", ""},
	} {
		o := parse(t, c.args)
		var changed []string
		err := c.flags.Adopt(o, c.protocol, func(option string, on bool) {
			sign := "-"
			if on {
				sign = "+"
			}
			changed = append(changed, sign+option)
		})
		if err != nil || strings.Join(changed, " ") != c.changed {
			t.Errorf("%#x, %s: %v %v, want %s", c.flags, c.args, changed, err, c.changed)
		}
		if got := batch.FlagsOf(o); c.protocol == 32 && got != c.flags {
			t.Errorf("%#x, %s: adopted %#x", c.flags, c.args, got)
		}
	}
}

func TestAdoptCharset(t *testing.T) {
	for _, c := range []struct {
		flags batch.Flags
		args  string
		text  string
	}{
		{0x281, "-r", "Please specify the --iconv option to use this batch file."},
		{0x81, "-r --iconv=utf-8,latin1", "Do not specify the --iconv option to use this batch file."},
	} {
		var e *exit.Error
		err := c.flags.Adopt(parse(t, c.args), 32, nil)
		if !errors.As(err, &e) || e.Code != exit.Syntax || e.Text != c.text {
			t.Errorf("%v", err)
		}
	}
	if err := batch.Flags(0x281).Adopt(parse(t, "-r"), 29, nil); err != nil {
		t.Errorf("below 30 nobody looks: %v", err)
	}
}

// Scripts that rsync 3.5.0 wrote.
func TestScript(t *testing.T) {
	for _, c := range []struct {
		args  []string
		rules []string
		from0 bool
		old   bool
		want  string
	}{
		{args: []string{"rsync", "-r", "--write-batch=bat", "s/", "d/"}, want: "'rsync' '-r' --read-batch='bat' ${1:-'d/'}\n"},
		{
			args:  []string{"/usr/bin/rsync", "-rt", "--exclude=*.o", "--cc=md5", "--checksum-seed=1", "--write-batch=bat", "s/", "d/"},
			rules: []string{"- *.o"},
			want:  "'/usr/bin/rsync' --filter='._-' '-rt' --cc='md5' --checksum-seed='1' --read-batch='bat' ${1:-'d/'} <<'#E#'\n- *.o\n#E#\n",
		},
		{
			args: []string{"rsync", "-a", "-f", "- /abs", "--cvs-exclude", "-vv", "-f-_foo bar", "--filter", "- a", "--exclude", "x y",
				"--exclude-from", "/dev/null", "--include=q", "--write-batch=bat", "--out-format", "%n", "-e", "ssh -x", "--delete-excluded",
				"--delete", "s/", "d/"},
			rules: []string{"- /abs", "- foo bar", "- a", "- x y", "+ q"},
			want: "'rsync' --filter='._-' '-a' '--cvs-exclude' '-vv' '-f-_foo bar' --read-batch='bat' '--out-format' '%n' '-e' 'ssh -x'" +
				" '--delete-excluded' '--delete' ${1:-'d/'} <<'#E#'\n- /abs\n- foo bar\n- a\n- x y\n+ q\n#E#\n",
		},
		{
			args: []string{"rsync", "-a", "-f", "- /abs", "--protocol=28", "--write-batch", "bat", "s/", "d/"}, rules: []string{"- /abs"}, old: true,
			want: "'rsync' --exclude-from='-' '-a' --protocol='28' --read-batch 'bat' ${1:-'d/'} <<'#E#'\n- /abs\n#E#\n",
		},
		{
			args:  []string{"rsync", "-a", "--from0", "--files-from=ff", "--exclude-from=rr", "--write-batch", "bat", "s/", "d/"},
			rules: []string{"- zz", "+ yy"}, from0: true,
			want: "'rsync' --filter='._-' '-a' '--from0' --read-batch 'bat' ${1:-'d/'} <<'#E#'\n- zz\x00+ yy\x00;\n#E#\n",
		},
		{args: []string{"rsync", "-aC", "--write-batch", "bat", "--", "s/", "d/"}, want: "'rsync' '-aC' --read-batch 'bat' '--' ${1:-'d/'}\n"},
		{
			args: []string{"rsync", "-af", "- x", "--write-batch=bat", "s/", "d/"}, rules: []string{"- x"},
			want: "'rsync' --filter='._-' '-af' '- x' --read-batch='bat' ${1:-'d/'} <<'#E#'\n- x\n#E#\n",
		},
		{args: []string{"rsync", "-a", "-essh=x", "--max-size", "10", "--only-write-batch=bat", "s/", "d/"},
			want: "'rsync' '-a' -essh='x' '--max-size' '10' --read-batch='bat' ${1:-'d/'}\n"},
		{args: []string{"rsync", "-a", "--suffix=it's", "--write-batch=bat", "s/", "d/"},
			want: "'rsync' '-a' --suffix='it'\\''s' --read-batch='bat' ${1:-'d/'}\n"},
	} {
		s := batch.Script{Args: c.args, Dest: "d/", Rules: c.rules, From0: c.from0, Protocol: 32}
		if c.old {
			s.Protocol = 28
		}
		got, err := s.Append(nil)
		if err != nil || string(got) != c.want {
			t.Errorf("%q: %v\n got %q\nwant %q", c.args, err, got, c.want)
		}
	}
	s := batch.Script{Args: []string{"rsync"}, Rules: []string{"- a\nb"}, Protocol: 32}
	var e *exit.Error
	if _, err := s.Append(nil); !errors.As(err, &e) || e.Code != exit.Syntax ||
		e.Text != "cannot write a filter rule containing a newline to the batch replay script" {
		t.Errorf("line feed: %v", err)
	}
}

// What rsync 3.5.0 lists for rules of all kinds.
func TestRulesOfScript(t *testing.T) {
	b := filter.NewBuilder(filter.Env{Protocol: 32})
	if err := b.PerDirectory(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"H hid", "R risk", "R,p risk2/", "-! b/", "-x user.*", ":n- .cvs", "exclude,s c", "- it's", ":e .x",
		"dir-merge,C .z", ":C", "P keep"} {
		if err := b.Filter(r); err != nil {
			t.Fatal(r, err)
		}
	}
	want := []string{": /.rsync-filter", "-s hid", "+r risk", "+rp risk2/", "-! b/", "-x user.*", ":n- .cvs", "-s c", "- it's", "- .x", ": .x",
		":C .z", ":C .cvsignore", "-r keep"}
	if got := b.Script(); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func newLog() (*report.Log, *report.Collector) {
	said := &report.Collector{}
	return report.NewLog(&report.Router{Terminal: said}, report.Config{Role: report.RoleReceiving, Dir: "/here"}), said
}

func operator() fsys.Operator { return fsys.Operator{UID: uint32(os.Geteuid())} }

func TestRecordAndReplay(t *testing.T) {
	log, said := newLog()
	name := filepath.Join(t.TempDir(), "bat")
	for _, protocol := range []int{27, 29, 30, 32} {
		rec, err := batch.Create(operator(), name, 0x81, log)
		if err != nil {
			t.Fatal(err, said.Text(0))
		}
		if err := rec.WriteScript([]byte("#\n")); err != nil {
			t.Fatal(err)
		}
		if err := rec.Start(protocol, 0x1ff, 7); err != nil {
			t.Fatal(err)
		}
		rec.Write([]byte("stream"))
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		for suffix, mode := range map[string]os.FileMode{"": 0o600, ".sh": 0o700} {
			if st, err := os.Stat(name + suffix); err != nil || st.Mode().Perm() != mode {
				t.Errorf("%q: %v %v", suffix, st.Mode(), err)
			}
		}
		r, err := batch.Open(operator(), name, nil, 32, log)
		if err != nil {
			t.Fatal(err)
		}
		want := wire.AppendInt32(nil, int32(protocol))
		if protocol >= 30 {
			want = append(want, 0x81, 0xff)
		}
		want = append(wire.AppendInt32(want, 7), "stream"...)
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) || r.Flags != 0x81 || r.Protocol != protocol {
			t.Errorf("%d: % x, %v", protocol, got, err)
		}
		if n, err := r.Write([]byte("nobody")); n != 6 || err != nil {
			t.Error(n, err)
		}
		r.Close()
	}
}

func TestReplayFromStdin(t *testing.T) {
	log, _ := newLog()
	pr, pw := io.Pipe()
	go pw.Write([]byte{0x81, 0, 0, 0, 0x20, 0, 0, 0})
	r, err := batch.Open(operator(), "-", pr, 32, log)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		var b [8]byte
		n, _ := io.ReadFull(r, b[:4])
		_, err := r.Read(b[n:])
		done <- err
	}()
	r.Close()
	if err := <-done; err == nil {
		t.Error("Close did not end the Read")
	}
	pw.Close()
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "new"), []byte{0x81, 0, 0, 0, 48, 0, 0, 0}, 0o600)
	os.WriteFile(filepath.Join(dir, "old"), []byte{0x81, 0, 0, 0, 32, 0, 0, 0}, 0o600)
	os.WriteFile(filepath.Join(dir, "short"), []byte{0x81, 0, 0}, 0o600)
	for _, c := range []struct {
		name    string
		version int
		code    exit.Code
		text    string
	}{
		{"new", 32, exit.Protocol, "The protocol version in the batch file is too new (48 > 32)."},
		{"old", 30, exit.Protocol, "The protocol version in the batch file is too new (32 > 30)."},
		{"short", 32, exit.StreamIO, "rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]"},
		{"none", 32, exit.FileIO, "rsync: [Receiver] Batch file \"" + dir + "/none\" open error: No such file or directory (2)"},
		{".", 32, exit.FileIO, "Batch file \"" + dir + "/.\" is neither a regular file nor a FIFO"},
	} {
		log, said := newLog()
		_, err := batch.Open(operator(), dir+"/"+c.name, nil, c.version, log)
		var e *exit.Error
		if !errors.As(err, &e) || e.Code != c.code || strings.TrimSuffix(e.Text+said.Text(0), "\n") != c.text {
			t.Errorf("%s: %v, %q", c.name, err, said.Text(0))
		}
	}
	log, said := newLog()
	_, err := batch.Create(operator(), dir+"/none/bat", 0, log)
	if exit.CodeOf(err, 0) != exit.FileSelect || !strings.Contains(said.Text(0), "/none/bat.sh\" open error: No such file or directory (2)") {
		t.Errorf("%v %q", err, said.Text(0))
	}
	log, said = newLog()
	_, err = batch.Create(operator(), dir, 0, log)
	if exit.CodeOf(err, 0) != exit.FileIO || !strings.Contains(said.Text(0), "open error: Is a directory (21)") {
		t.Errorf("%v %q", err, said.Text(0))
	}
	os.Remove(dir + ".sh")
}
