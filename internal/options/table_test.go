package options

import (
	"slices"
	"strings"
	"testing"
)

// TestTableAgainstSpecification proves that the table has every spelling of
// the specification with the same facts, and no other.
func TestTableAgainstSpecification(t *testing.T) {
	seen := map[string]bool{}
	for _, col := range readTSV(t, "options.tsv")[1:] {
		long, short, arg, hidden, mode, forwarded := col[0], col[1], col[2], col[4], col[5], col[8]
		name := long
		if name == "" {
			name = short
		}
		seen[name] = true
		o := lookupAny(name)
		if o == nil {
			t.Errorf("%s is not in the table", name)
			continue
		}
		if got := string(rune(o.Short)); short != "" && got != short || short == "" && o.Short != 0 {
			t.Errorf("%s: letter %q, want %q", name, got, short)
		}
		if (o.ArgName != "") != (arg == "required") {
			t.Errorf("%s: value %q, want %s", name, o.ArgName, arg)
		}
		if o.Hidden != (hidden == "1") {
			t.Errorf("%s: hidden %v, want %s", name, o.Hidden, hidden)
		}
		wantMode := map[string]Mode{"client": modeOrdinary, "server": ModeServer, "both": modeAll, "daemon": modeAll}[mode]
		if o.Modes != wantMode {
			t.Errorf("%s: modes %b, want %b", name, o.Modes, wantMode)
		}
		// The server hears of its role first of all, by no rule of an option.
		forwards := forwarded != "none" && !strings.HasPrefix(forwarded, "none ") && o.Group != GroupRoles && o.Group != GroupDaemon
		if group := col[9]; group != "negation" && (o.Forward != "") != forwards {
			t.Errorf("%s: forwarded by %q, want %q", name, o.Forward, forwarded)
		}
		if base, ok := strings.CutPrefix(forwarded, "as "); ok && col[9] == "negation" && o.Negates != base {
			t.Errorf("%s: negates %q, want %q", name, o.Negates, base)
		}
		if col[3] == "1" && lookupAny("no-"+name) == nil {
			t.Errorf("--no-%s is not in the table", name)
		}
	}
	for i := range Rows() {
		if o := &Rows()[i]; !seen[o.name()] {
			t.Errorf("%s is in the table only", o.name())
		}
	}
}

// TestRowsHaveEffect checks that every row of a parser does something.
func TestRowsHaveEffect(t *testing.T) {
	for i := range Rows() {
		o := &Rows()[i]
		n := 0
		for _, is := range []bool{o.flag != nil, o.count != nil, o.text != nil, o.number != nil, o.set != nil, o.setInt != nil} {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d effects", o.name(), n)
		}
		if (o.daemon != nil) != (o.Modes&ModeDaemon != 0) {
			t.Errorf("%s: daemon effect and mode disagree", o.name())
		}
		if o.Negates == "" && o.Help == "" && !o.Hidden && o.Same == o.name() {
			t.Errorf("%s has no help text", o.name())
		}
		if strings.Contains(o.Help, "\n") || len(o.Help) > 60 {
			t.Errorf("%s: help text %q", o.name(), o.Help)
		}
		if Lookup(o.Same) == nil && o.Group != GroupDaemon {
			t.Errorf("%s is the same as %q, which is not there", o.name(), o.Same)
		}
	}
}

// TestForwardRules checks the Forward column against the rules of ServerArgs.
func TestForwardRules(t *testing.T) {
	rules := map[string]bool{"e": true, "iconv": true}
	for _, r := range letterRules {
		rules[string(rune(r.letter))] = true
	}
	for _, r := range longRules {
		rules[r.name] = true
	}
	used := map[string]bool{}
	for i := range Rows() {
		for _, name := range strings.Split(Rows()[i].Forward, ",") {
			if name != "" && !rules[name] {
				t.Errorf("%s: no rule %q", Rows()[i].name(), name)
			}
			used[name] = true
		}
	}
	for name := range rules {
		if !used[name] {
			t.Errorf("rule %q belongs to no option", name)
		}
	}
}

func TestHelpOrderIsComplete(t *testing.T) {
	for i := range Rows() {
		o := &Rows()[i]
		aside := o.Group == GroupDaemon || slices.Contains([]string{"i-r", "cc", "zc", "zl", "zt", "no-W"}, o.Long)
		if listed := slices.Contains(helpOrder, o.name()); listed == (o.Hidden || aside) {
			t.Errorf("%s: listed %v", o.name(), listed)
		}
	}
}

// TestHelpLayout compares the left sides and the frame of the help texts with
// the reference; the descriptions are ours.
func TestHelpLayout(t *testing.T) {
	program := reference(t)
	for _, c := range []struct {
		args []string
		text string
	}{{[]string{"--help"}, Usage()}, {[]string{"--daemon", "--help"}, DaemonUsage()}} {
		stdout, _, _ := runReference(t, program, t.TempDir(), nil, c.args)
		if got, want := leftSides(c.text), leftSides(stdout); !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q\nwant %q", c.args, got, want)
		}
	}
	for _, c := range []struct{ option, text string }{{"--info=help", InfoHelp()}, {"--debug=help", DebugHelp()}} {
		stdout, _, _ := runReference(t, program, t.TempDir(), nil, []string{c.option})
		if got, want := firstWords(c.text), firstWords(stdout); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.option, got, want)
		}
	}
}

func leftSides(text string) []string {
	var left []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "-") && len(line) > 25 {
			left = append(left, strings.TrimSpace(line[:25]))
		} else if strings.Contains(line, "rsync ") && strings.Contains(line, "[OPTION]") {
			left = append(left, line)
		}
	}
	return left
}

func firstWords(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, ") ") && line[0] >= '0' && line[0] <= '9' {
			b.WriteString(line + "\n")
		} else if len(line) > 11 && line[10] == ' ' {
			b.WriteString(line[:11] + "\n")
		} else {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func referenceFacts() *VersionFacts {
	on := func(names ...string) (list []Capability) {
		for _, n := range names {
			n, off := strings.CutPrefix(n, "no ")
			list = append(list, Capability{Name: n, On: !off})
		}
		return list
	}
	caps := []Capability{{Name: "files", Bits: 64}, {Name: "inums", Bits: 64}, {Name: "timestamps", Bits: 64}, {Name: "long ints", Bits: 64}}
	caps = append(caps, on("socketpairs", "symlinks", "symtimes", "hardlinks", "hardlink-specials", "hardlink-symlinks", "IPv6", "atimes",
		"batchfiles", "inplace", "append", "ACLs", "ACL-at", "xattrs")...)
	caps = append(caps, Capability{Name: "secluded-args", On: true, Word: "optional"})
	caps = append(caps, on("iconv", "prealloc", "stop-at", "no crtimes")...)
	return &VersionFacts{
		Program: "rsync", Version: "3.5.0", Protocol: 32,
		Copyright: "Copyright (C) 1996-2026 by Andrew Tridgell, Wayne Davison, and others.", URL: "https://rsync.samba.org/",
		Capabilities: caps, Optimizations: on("SIMD-roll", "no asm-roll", "openssl-crypto", "no asm-MD5"),
		Checksums:   strings.Fields("xxh128 xxh3 xxh64 (xxhash) md5 md4 sha1 none"),
		Compressors: strings.Fields("zstd lz4 zlibx zlib none"), DaemonAuths: strings.Fields("sha512 sha256 sha1 md5 md4"),
		License: "L", Caveat: "C",
	}
}

func TestVersionLayout(t *testing.T) {
	program := reference(t)
	f := referenceFacts()
	stdout, _, _ := runReference(t, program, t.TempDir(), nil, []string{"--version"})
	want := stdout[:strings.Index(stdout, "\n\n")+1]
	if got := VersionText(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f.Checksums = []string{"xxh128", "xxh3", "xxh64 (xxhash)", "md5", "md4", "sha1", "none"}
	stdout, _, _ = runReference(t, program, t.TempDir(), nil, []string{"-VV"})
	want = stdout[:strings.Index(stdout, "  \"license\"")]
	got := VersionJSON(f)
	if got = got[:strings.Index(got, "  \"license\"")]; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCompletionScripts(t *testing.T) {
	for name, script := range map[string]string{
		"bash": BashCompletion("rsync"), "zsh": ZshCompletion("rsync"), "fish": FishCompletion("rsync"),
	} {
		for _, want := range []string{"archive", "no-perms", "compress-choice", "zlibx", "stats"} {
			if !strings.Contains(script, want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		for _, secret := range []string{"msgs2stderr ", "qsort"} {
			if strings.Contains(strings.ReplaceAll(script, "no-"+secret, ""), secret) {
				t.Errorf("%s: offers %q", name, secret)
			}
		}
	}
}
