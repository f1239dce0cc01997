package daemonconf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"godwit/internal/exit"
)

// tree is a set of files by name; a name that ends in a slash is a directory.
type tree map[string]string

func (t tree) Open(name string) (io.ReadCloser, error) {
	text, ok := t[name]
	if !ok {
		return nil, syscall.ENOENT
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (t tree) Kind(name string) (Kind, error) {
	if _, ok := t[name]; ok {
		return RegularKind, nil
	}
	if names, _ := t.List(name); names != nil {
		return DirectoryKind, nil
	}
	if strings.HasPrefix(name, "/dev/") {
		return OtherKind, nil
	}
	return 0, fs.ErrNotExist
}

func (t tree) List(dir string) ([]string, error) {
	var names []string
	for n := range t {
		if rest, ok := strings.CutPrefix(n, dir+"/"); ok && !strings.Contains(rest, "/") {
			names = append(names, rest)
		}
	}
	return names, nil
}

// load reads a configuration of one text and returns what was reported.
func load(t *testing.T, text string, params ...Setting) (*Config, []string, error) {
	t.Helper()
	var lines []string
	l := Loader{Files: tree{"f": text}, Params: params, Report: func(p Problem) { lines = append(lines, p.Text) }}
	c, err := l.Load("f")
	return c, lines, err
}

// listing is what a client would see of the modules: name=comment.
func listing(c *Config) []string {
	var out []string
	for _, m := range c.Modules {
		if m.Bool(List) {
			out = append(out, m.Name()+"="+m.Text(Comment))
		}
	}
	return out
}

func TestGrammar(t *testing.T) {
	failed := "params.c:pm_process() - Failed.  Error returned from params.c:parse()."
	tests := []struct {
		name, text string
		want       []string
		log        []string
		broken     bool
	}{
		{"comments", "# x\n; y\n[a]\n# z \\\ncomment = c # d\n", []string{"a=c # d"}, nil, false},
		{"spacing and case of names", "[a]\nC o M\tm E n t = x\nLIST=Y e S\n", []string{"a=x"}, nil, false},
		{"underscores are no blanks", "[a]\nread_only = no\n", []string{"a="},
			[]string{`Unknown Parameter encountered: "read_only"`, `IGNORING unknown parameter "read_only"`}, false},
		{"a dash is not even unknown", "-x = 1\n[a]\n", []string{"a="}, []string{`IGNORING unknown parameter "-x"`}, false},
		{"continuation in a value", "[a]\ncomment = one \\\n   two\\  \n three\n", []string{"a=one    two three"}, nil, false},
		{"continuation at once", "[a]\ncomment=\\\nz\n", []string{"a=z"}, nil, false},
		{"continuation into an empty line", "[a]\ncomment=x \\\n\nlist=yes\n", []string{"a=x "}, nil, false},
		{"continuation into a blank line", "[a]\ncomment=x \\\n  \nlist=yes\n", []string{"a=x "}, nil, false},
		{"continuation into the end", "[a]\ncomment=x \\\n", []string{"a=x "}, nil, false},
		{"backslash at the end", `[a]` + "\n" + `comment=x \`, []string{`a=x \`}, nil, false},
		{"continuation in a name", "[a]\ncom\\\nment = x\n", []string{"a=x"}, nil, false},
		{"carriage returns", "[a]\r\ncom\rment = x\r\r\r\n", []string{"a=x"}, nil, false},
		{"more signs", "[a]\ncomment = a=b [c] ;d\n", []string{"a=a=b [c] ;d"}, nil, false},
		{"quotes", "[a] trailing junk\ncomment = \"quoted\" 'x'\n", []string{`a="quoted" 'x'`}, nil, false},
		{"section blanks", "[  a   b ]\n", []string{"a b="}, nil, false},
		{"section continued 1", "[x \\\ny]\n", []string{"x y="}, nil, false},
		{"section continued 2", "[x \\\n  y]\n", []string{"x y="}, nil, false},
		{"section continued 3", "[x\\\n y]\n", []string{"x y="}, nil, false},
		{"section continued 4", "[x\\ \ny]\n", []string{"xy="}, nil, false},
		{"backslash before an item", "\\# x\n\\[q]\n\\\n\\ \\ list = no\n[r]\n", []string{"r="}, nil, false},
		{"badly formed", "garbage line\n[a]\n", []string{"a="}, []string{"params.c:Parameter() - Ignoring badly formed line in config file: garbage line"}, false},
		{"name at the end", "[a]\ncomm", []string{"a="}, []string{"params.c:Parameter() - Unexpected end-of-file at: comm"}, false},
		{"name and blanks at the end", "[a]\ncomm  ", []string{"a="}, []string{"params.c:Parameter() - Unexpected end-of-file at: comm "}, false},
		{"global in a module", "[a]\nport=99\n", []string{"a="}, []string{"Global parameter port found in module section!"}, false},
		{"bad boolean", "[a]\nlist=maybe\nfake super=unset\n", []string{"a="},
			[]string{`Badly formed boolean in configuration file: "maybe".`, `Badly formed boolean in configuration file: "unset".`}, false},
		{"NUL in a value", "[a]\ncomment = x\x00comment = y\n", []string{"a=y"}, nil, false},
		{"NUL in a name", "[a]\nlis\x00comment = y\n", []string{"a=y"}, []string{"params.c:Parameter() - Unexpected end-of-file at: lis"}, false},
		{"NUL at a line start", "[a]\n\x00[b]\n", []string{"a="}, nil, false},
		{"NUL in a comment", "[a]\n# \x00\n[b]\n", []string{"a="}, nil, false},
		{"reopened", "[a]\ncomment=1\n[A]\ncomment=2\n", []string{"a=2"}, nil, false},
		{"renamed", "[a]\nname = z\n", []string{"z="}, nil, false},

		{"no name", "= foo\n", nil, []string{"params.c:Parameter() - Invalid parameter name in config file.", failed}, true},
		{"empty section", "[ ]\n", nil, []string{"params.c:Section() - Empty section name in config file.", failed}, true},
		{"open section", "[b\n", nil, []string{"params.c:Section() - Badly formed line in config file: b", failed}, true},
		{"slash in a section", "[b/c]\n", nil, []string{"Warning: invalid section name in configuration file: b/c", failed}, true},
		{"section at the end", "[b", nil, []string{"params.c:Section() - Unexpected EOF in the config file: b", failed}, true},
		{"NUL in a section", "[b\x00]\n", nil, []string{"params.c:Section() - Unexpected EOF in the config file: b", failed}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, lines, err := load(t, tt.text)
			if (err != nil) != tt.broken {
				t.Fatalf("error %v, want one: %v", err, tt.broken)
			}
			if d := cmp.Diff(tt.log, lines); d != "" {
				t.Error("log (-want +got):\n" + d)
			}
			if !tt.broken {
				if d := cmp.Diff(tt.want, listing(c)); d != "" {
					t.Error("modules (-want +got):\n" + d)
				}
			}
		})
	}
}

func TestContexts(t *testing.T) {
	c, _, _ := load(t, "comment = G1\n[a]\n[global]\ncomment=G2\n[b]\n[ GLO BAL ]\ncomment=G3\n[c]\n")
	if got, want := listing(c), []string{"a=G1", "b=G2", "c=G3"}; !slices.Equal(got, want) {
		t.Errorf("snapshots: %q, want %q", got, want)
	}
	// A string that was never set is taken late, a switch is not.
	c, _, _ = load(t, "[a]\n[global]\ncomment=X\nlist=no\n[b]\nlist=yes\n")
	if got, want := listing(c), []string{"a=X", "b=X"}; !slices.Equal(got, want) {
		t.Errorf("late strings: %q, want %q", got, want)
	}
	// An empty value is one.
	c, _, _ = load(t, "secrets file = /s\n[a]\nsecrets file =\n[b]\n")
	if a, b := c.Find("a").Text(SecretsFile), c.Find("b").Text(SecretsFile); a != "" || b != "/s" {
		t.Errorf("secrets file: %q and %q", a, b)
	}
	if c.Find("A") != nil {
		t.Error("modules are found without regard to case")
	}
}

func TestParams(t *testing.T) {
	set := Setting{"com ment", " fromM"}
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"comment = g\n[a]\n[global]\ncomment = later\n[b]\n", []string{"a=fromM", "b=later"}},
		{"[a]\ncomment = own\n[b]\n", []string{"a=own", "b=fromM"}},
	} {
		c, _, _ := load(t, tt.text, set)
		if got := listing(c); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
	c, _, _ := load(t, "", Setting{"motdfile", "/m"})
	if got := c.Global().Text(MotdFile); got != "" {
		t.Errorf("without a module the settings apply: %q", got)
	}
	l := Loader{Files: tree{"f": "port = 1\n[a]\n= broken\n"}, Params: []Setting{{"address", "h"}}}
	g, err := l.Globals("f")
	if err != nil || g.Global().Int(Port) != 1 || g.Global().Text(Address) != "h" {
		t.Errorf("globals: %v, port %d, address %q", err, g.Global().Int(Port), g.Global().Text(Address))
	}
}

func TestDirectives(t *testing.T) {
	files := tree{
		"f":         "[m0]\n&merge d\n&include=d\n[m1]\ncomment = one\n",
		"d/z.inc":   "comment = merged\n",
		"d/.h.conf": "comment = fromH\n[hid]\n",
		"d/a.conf":  "[a1]\n",
		"d/b.conf":  "comment = fromB\n[b1]\n",
		"d/x.txt":   "[no]\n",
		"keep":      "[m]\n&include e\ncomment = still m\n&include inner\ncomment = a default\n[n]\n",
		"e/x":       "",
		"inner":     "comment = i\n[i]\n",
		"port":      "&include p\naddress = here\n",
		"p":         "port = 77\n",
		"end":       "&include s\nport = 5\n",
		"s":         "port = 6\n[x]\n",
		"loop":      "&include loop\n",
		"dparam":    "&include inner\n[late]\n",
	}
	var lines []string
	l := Loader{Files: files, Report: func(p Problem) { lines = append(lines, p.Text) }}
	for _, tt := range []struct {
		file string
		want []string
	}{
		{"f", []string{"m0=merged", "hid=fromH", "a1=", "b1=fromB", "m1=one"}},
		{"keep", []string{"m=still m", "i=i", "n=a default"}},
	} {
		c, err := l.Load(tt.file)
		if err != nil {
			t.Fatalf("%s: %v", tt.file, err)
		}
		if d := cmp.Diff(tt.want, listing(c)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.file, d)
		}
	}
	if c, err := l.Globals("port"); err != nil || c.Global().Int(Port) != 77 || c.Global().Text(Address) != "here" {
		t.Errorf("a listener's include: %v %d", err, c.Global().Int(Port))
	}
	if c, err := l.Globals("end"); err != nil || c.Global().Int(Port) != 6 {
		t.Errorf("a section in an include ends a listener's load: %v %d", err, c.Global().Int(Port))
	}
	if _, err := l.Load("loop"); !errors.Is(err, ErrLoad) {
		t.Errorf("a loop: %v", err)
	}
	withParam := l
	withParam.Params = []Setting{{"max connections", "7"}}
	c, _ := withParam.Load("dparam")
	if i, late := c.Find("i").Int(MaxConnections), c.Find("late").Int(MaxConnections); i != 7 || late != 0 {
		t.Errorf("settings and includes: %d and %d", i, late)
	}
	for text, want := range map[string]string{
		"&include /nonexist.conf\n": `rsync: [Receiver] unable to stat config file "/nonexist.conf": No such file or directory (2)`,
		"&zork foo\n":               "Unknown directive: &zork.",
		"& include f\n":             "Unknown directive: &.",
		"&include \n":               `rsync: [Receiver] unable to stat config file "": No such file or directory (2)`,
		"&merge=\n":                 `rsync: [Receiver] unable to stat config file "": No such file or directory (2)`,
		"&include\n":                "params.c:Parameter() - Ignoring badly formed line in config file: &include",
		"&include":                  "params.c:Parameter() - Unexpected end-of-file at: &include",
	} {
		_, lines, _ := load(t, text)
		if len(lines) == 0 || lines[0] != want {
			t.Errorf("%q: %q, want %q", text, lines, want)
		}
	}
	_, err := (&Loader{Files: files, Report: l.Report}).Load("/none")
	if want := `rsync: [Receiver] unable to open config file "/none": No such file or directory (2)`; err == nil || lines[len(lines)-1] != want {
		t.Errorf("no file: %v, %q", err, lines[len(lines)-1])
	}
}

func TestValues(t *testing.T) {
	c, _, _ := load(t, "[a]\nmax connections = 2x\ntimeout = abc\nsyslog facility=bogus\npath = /x//\nuse chroot = -1\n[b]\nsyslog facility = LOCAL3\npath=/\ntimeout = -7\nnumeric ids = unset\n[c]\nsyslog facility=104\n")
	a, b := c.Find("a"), c.Find("b")
	got := fmt.Sprintln(a.Int(MaxConnections), a.Int(Timeout), a.Int(SyslogFacility), a.Text(Path), a.Int(UseChroot),
		b.Int(SyslogFacility), b.Text(Path), b.Int(Timeout), b.Int(NumericIDs), c.Find("c").Int(SyslogFacility))
	if want := "2 0 3 /x -1 19 / -7 -1 13\n"; got != want {
		t.Errorf("values %s, want %s", got, want)
	}
}

// TestTable checks each row against itself: every parameter can be set by its name, has its
// default without, and is documented.
func TestTable(t *testing.T) {
	for id, p := range table {
		if got, ok := Lookup(strings.ToUpper(strings.ReplaceAll(p.Name, " ", ""))); !ok || got != ID(id) {
			t.Errorf("%q is found as %d, %v", p.Name, got, ok)
		}
		if p.Doc == "" && !p.Hidden {
			t.Errorf("%q is not documented", p.Name)
		}
		value := map[Type]string{String: "v", PathName: "v", Command: "v", Bool: "yes", TriState: "yes", Int: "17", Facility: "17"}[p.Type]
		if p.Type == Bool && p.Default == "yes" {
			value = "no"
		}
		if ID(id) == Name {
			continue
		}
		before, _, _ := load(t, "[m]\n")
		text := p.Name + " = " + value + "\n[m]\n"
		if !p.Global {
			text = "[m]\n" + p.Name + " = " + value + "\n"
		}
		after, lines, _ := load(t, text)
		show := func(c *Config) string {
			m := c.Find("m")
			if p.Global {
				m = c.Global()
			}
			if p.Type.text() {
				return m.Text(ID(id))
			}
			return fmt.Sprint(m.Int(ID(id)))
		}
		if len(lines) > 0 || show(before) == show(after) {
			t.Errorf("%q: %q before, %q after, said %q", p.Name, show(before), show(after), lines)
		}
		if p.Type.text() && show(before) != p.Default {
			t.Errorf("%q: default %q, want %q", p.Name, show(before), p.Default)
		}
	}
	if man := string(AppendMan(nil)); !strings.Contains(man, ".B post\\-xfer exec\n") || strings.Contains(man, ".B name\n") {
		t.Error("the manual page lacks a parameter, or has a hidden one")
	}
}

func env(vars map[string]string) func(string) (string, bool) {
	return func(n string) (string, bool) { v, ok := vars[n]; return v, ok }
}

func TestExpand(t *testing.T) {
	look := env(map[string]string{"FOO": "mod", "LONG": strings.Repeat("x", 3000), "RSYNC_MODULE_NAME": "pct", "RSYNC_USER_NAME": "a;b", "RAW": "$x y"})
	for in, want := range map[string]string{
		"%FOO% %NOPE% 100% %% %foo% %FOO": "mod %NOPE% 100% %% %foo% %FOO",
		"/d/%FOO%%FOO%":                   "/d/modmod",
		`it's %FOO%`:                      `it's mod`,
	} {
		if got, err := Expand(in, look); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := Expand("%LONG%", look); exit.CodeOf(err, 0) != exit.Memory {
		t.Errorf("too long: %v", err)
	}
	for in, want := range map[string]string{
		`echo %RSYNC_MODULE_NAME% '%RSYNC_MODULE_NAME%' "%RSYNC_MODULE_NAME%"`: `echo 'pct' 'pct' "'pct'"`,
		`%RAW%`:                 `$x y`,
		`\'%RSYNC_MODULE_NAME%`: `\''pct'`,
	} {
		if got, err := ExpandCommand(in, look); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	_, err := ExpandCommand("x %RSYNC_USER_NAME%", look)
	if exit.CodeOf(err, 0) != exit.Unsupported || err.Error() != "refusing to run shell hook: %RSYNC_USER_NAME% holds a shell metacharacter" {
		t.Errorf("refused: %v", err)
	}
}

// TestLateVariables checks that a variable counts with the value it has at the first use.
func TestLateVariables(t *testing.T) {
	vars := map[string]string{"FOO": "mod"}
	l := Loader{Files: tree{"f": "[%FOO%]\npath = /home/%RSYNC_USER_NAME%\ntimeout = %T%\n[x]\n"}, LookupEnv: env(vars)}
	c, _ := l.Load("f")
	vars["RSYNC_USER_NAME"], vars["T"] = "joe", "5"
	m := c.Find("mod")
	if m == nil {
		t.Fatal("the module is not found by its resolved name")
	}
	if got := m.Text(Path); got != "/home/joe" || m.Int(Timeout) != 0 {
		t.Errorf("path %q, timeout %d", got, m.Int(Timeout))
	}
	vars["RSYNC_USER_NAME"] = "ann"
	if got := m.Text(Path); got != "/home/joe" {
		t.Errorf("path changed to %q", got)
	}
	r := Restore(m.Snapshot(), env(vars))
	if r.Name() != "mod" || r.Text(Path) != "/home/joe" || !r.Bool(List) || r.Text(LockFile) != "/var/run/rsyncd.lock" {
		t.Errorf("restored: %q %q", r.Name(), r.Text(Path))
	}
}

func TestCheck(t *testing.T) {
	l := Loader{Files: tree{
		"f": "port = 87x\nlist = maybe\nread_only = yes\n\n[a]\nauth users = joe\nrefuse options = delete zork\n&merge g\n",
		"g": "auth digest = sha384\n",
		"h": "[x]\npath=/\n[y\n",
	}}
	var got []string
	for _, p := range l.Check("f") {
		got = append(got, fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text))
	}
	want := []string{
		`f:1: "87x" is no number for "port"`,
		`f:2: Badly formed boolean in configuration file: "maybe".`,
		`f:3: IGNORING unknown parameter "read_only"`,
		`f:7: no option matches zork of "refuse options"`,
		`g:1: "sha384" is no digest for "auth digest": nobody can log in`,
		`f:5: module a has no path`,
		`f:5: module a has "auth users" but no "secrets file": nobody can log in`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("(-want +got):\n" + d)
	}
	if p := l.Check("h"); len(p) != 1 || !p[0].Fatal || p[0].Line != 3 || p[0].Text != "Badly formed line in config file: y" {
		t.Errorf("broken: %+v", p)
	}
}

// FuzzLoad feeds texts to the parser, which must come to an end.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{"[a]\nx=\\\n", "&merge f\n", "[a\\\n]", "\x00", "= x", "&", "[", "\\", "a\\\n=b\x00c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := Loader{Files: tree{"f": text}}
		c, err := l.Load("f")
		if err == nil {
			for _, m := range c.Modules {
				if m.Name() == "" && !strings.Contains(text, "%") && !strings.Contains(strings.ToLower(text), "n") {
					t.Errorf("a module without a name of %q", text)
				}
			}
		}
	})
}

// TestRoundTrip writes values in all spellings and reads them back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-z#;=\[\]"']([a-z #;=&\[\]"'\t]{0,20}[a-z;])?`).Draw(t, "value")
		blank := rapid.StringMatching(`[ \t]{0,2}`)
		text := "[m]\n" + blank.Draw(t, "b1") + "com" + blank.Draw(t, "b2") + "ment" + blank.Draw(t, "b3") + "=" + blank.Draw(t, "b4") + value + blank.Draw(t, "b5") + "\n"
		l := Loader{Files: tree{"f": text}}
		c, err := l.Load("f")
		if err != nil || c.Find("m").Text(Comment) != value {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
