package report

import (
	"strings"
	"testing"
	"time"

	"godwit/internal/human"
	"pgregory.net/rapid"
)

// now is the clock of the tests: one day in UTC.
func now() time.Time { return time.Date(2026, 11, 23, 20, 5, 41, 0, time.UTC) }

func TestEscape(t *testing.T) {
	tests := []struct {
		text string
		cs   Charset
		want string
	}{
		{`back\#007x`, CharsetUTF8, `back\#134#007x`},
		{`back\#0x`, CharsetUTF8, `back\#0x`},
		{`back\#899`, CharsetUTF8, `back\#134#899`},
		{"bell\x07x", CharsetUTF8, `bell\#007x`},
		{"bad\xffbyte", CharsetUTF8, `bad\#377byte`},
		{"bad\xffbyte", CharsetRaw, "bad\xffbyte"},
		{"café", CharsetUTF8, "café"},
		{"café", CharsetASCII, `caf\#303\#251`},
		{"café", CharsetPrint, `caf\#303\#251`},
		{"caf\xc3", CharsetUTF8, `caf\#303`},
		{"new\nline", CharsetRaw, `new\#012line`},
		{"tab\tx", CharsetUTF8, "tab\tx"},
		{"del\x7f", CharsetUTF8, "del\x7f"},
		{"del\x7f", CharsetPrint, `del\#177`},
		{"\xef\xbf\xbd", CharsetUTF8, "\xef\xbf\xbd"},
		{"c1\x80\x9f\xa0\xff", CharsetLog, "c1\\#200\\#237\xa0\xff"},
		{"", CharsetUTF8, ""},
	}
	for _, tt := range tests {
		if got := string(AppendEscaped(nil, []byte(tt.text), tt.cs)); got != tt.want {
			t.Errorf("AppendEscaped(%q, %d) = %q, want %q", tt.text, tt.cs, got, tt.want)
		}
	}
}

// What is escaped can be read back: no two texts look the same.
func TestEscapeIsUnambiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.SampledFrom([]byte("\\#0179\n\x80é\xff\t"))).Draw(t, "text")
		cs := Charset(rapid.IntRange(0, int(CharsetLog)).Draw(t, "charset"))
		esc := AppendEscaped(nil, text, cs)
		var back []byte
		for i := 0; i < len(esc); i++ {
			if looksEscaped(esc[i:]) {
				back = append(back, (esc[i+2]-'0')<<6|(esc[i+3]-'0')<<3|(esc[i+4]-'0'))
				i += 4
				continue
			}
			back = append(back, esc[i])
		}
		if string(back) != string(text) {
			t.Fatalf("%q escaped as %q reads back as %q", text, esc, back)
		}
	})
}

const (
	reg  = modeRegular | 0o644
	dir  = modeDir | 0o755
	link = modeSymlink | 0o777
	fifo = modeFifo | 0o600
)

func TestItemized(t *testing.T) {
	std := ItemStyle{KeepTimes: true, SymlinkTimes: true}
	push := ItemStyle{Pushing: true, KeepTimes: true, SymlinkTimes: true}
	noTimes := ItemStyle{SymlinkTimes: true}
	tests := []struct {
		flags ItemFlags
		mode  uint32
		st    ItemStyle
		want  string
	}{
		{0xa000, reg, push, "<f+++++++++"},
		{0xa000, reg, std, ">f+++++++++"},
		{0x800c, reg, std, ">f.st......"},
		{0x8008, reg, std, ">f..t......"},
		{0x0010, reg, std, ".f...p....."},
		{0x0060, reg, std, ".f....og..."},
		{0x0001, reg, std, ".f......u.."},
		{0x0400, reg, std, ".f......n.."},
		{0x0401, reg, std, ".f......b.."},
		{0x0080, reg, std, ".f.......a."},
		{0x0100, reg, std, ".f........x"},
		{0x0008, dir, std, ".d..t......"},
		{0x6000, dir, std, "cd+++++++++"},
		{0x6000, link, std, "cL+++++++++"},
		{0x6000, fifo, std, "cS+++++++++"},
		{0x6000, modeCharDev, std, "cD+++++++++"},
		{0x7000, reg, std, "hf+++++++++"},
		{0x5000, reg, std, "hf         "},
		{0x4000, reg, std, "cf         "},
		{0x5000, link, std, "hL         "},
		{0x4000, dir, std, "cd         "},
		{0x0000, reg, std, ".f         "},
		{0x0000, dir, std, ".d         "},
		{0x800c, reg, noTimes, ">f.sT......"},
		{0x8002, reg, std, ">fc........"},
		{0x4002, link, std, "cLc........"},
		{0x400a, link, std, "cLc.t......"},
		{0x400c, link, std, "cL..T......"},
		{0x4008, link, ItemStyle{KeepTimes: true}, "cL..T......"},
		{0x4008, reg, noTimes, "cf..T......"},
		{0x8000, reg, std, ">f........."},
		{0x5004, reg, std, "hf.s......."},
		{ItemTransfer | ItemUnknown, reg, std, ">f?????????"},
		{ItemTransfer | ItemUnknown, reg, push, "<f?????????"},
	}
	for _, tt := range tests {
		if got := string(AppendItemized(nil, tt.flags, tt.mode, tt.st)); got != tt.want {
			t.Errorf("flags %#x mode %o: %q, want %q", uint32(tt.flags), tt.mode, got, tt.want)
		}
	}
}

func TestFormat(t *testing.T) {
	file := Item{Flags: 0xa000, Mode: reg, Name: []byte("a.txt"), Path: []byte("src/a.txt"), Size: 12, Mtime: 1577934245, HasGID: true, Wrote: 49, Read: 16}
	big := Item{Flags: 0xa000, Mode: reg, Name: []byte("big"), Size: 1235000}
	sub := Item{Flags: 0x6000, Mode: dir, Name: []byte("sub"), Size: 4096}
	ln := Item{Flags: 0x6000, Mode: link, Name: []byte("link"), Link: []byte("a.txt"), Size: 5}
	hard := Item{Flags: 0x7000, Mode: reg, Name: []byte("a.txt"), Leader: []byte("b.txt")}
	summed := file
	summed.Sum = []byte{0x6f, 0x59}
	env := FormatEnv{Sending: true, SumLen: 2, PID: 4711, Style: ItemStyle{KeepTimes: true}}
	tests := []struct {
		format string
		it     *Item
		want   string
	}{
		{"%i %n%L", &file, ">f+++++++++ a.txt"},
		{"%i %n%L", &sub, "cd+++++++++ sub/"},
		{"%i %n%L", &ln, "cL+++++++++ link -> a.txt"},
		{"%i %n%L", &hard, "hf+++++++++ a.txt => b.txt"},
		{"%o|%n|%l|%L|%B|%M|%f", &file, "send|a.txt|12||rw-r--r--|2020/01/02-03:04:05|src/a.txt"},
		{"[%-12n][%8l][%12n][%-5o]", &file, "[a.txt       ][      12][       a.txt][send ]"},
		{"%l %'l %''l %'''l %10''l %n", &big, "1235000 1,235,000 1.24M 1.18M      1.24M big"},
		{"%l %'l %''l %'''l %10''l %n", &file, "12 12 12 12         12 a.txt"},
		{"100%% %z %m %u %a %h %P %n", &file, "100% %z  %u %a %h %P a.txt"},
		{"[%L][%10L][%-10L][%010L] %n", &file, "[][              ][              ][              ] a.txt"},
		{"[%L][%10L][%-10L][%010L] %n", &hard, "[ => b.txt][ =>      b.txt][ => b.txt     ][ =>      b.txt] a.txt"},
		{"[%05U][%-5U][%'5U][%05p][%-05p][%05l]", &file, "[00000][0    ][    0][04711][4711 ][   12]"},
		{"[%5%][%5z][%-'z]%", &file, "[    %][%5z][%-'z]%"},
		{"[%-'8l][%'-8l][%8'l][%'8'l][%''''l]", &file, "[%-'8l][12      ][      12][      12][12]"},
		{"%0000000000000000000000000000008l", &file, "%0000000000000000000000000000008l"},
		{"%C|%7C|", &summed, "6f59|   6f59|"},
		{"%C|", &file, "0000|"},
		{"%C|", &sub, "    |"},
		{"%U %G", &file, "0 0"},
		{"%U %G", &sub, "0 DEFAULT"},
		{"%b %c %t", &file, "49 16 2026/11/23 20:05:41"},
		{"abc%5", &file, "abc%5"},
		{"%--5n|%5-n|%5 n", &file, "%--5n|%5-n|%5 n"},
		{"", &file, ""},
	}
	for _, tt := range tests {
		f, err := CompileFormat(tt.format, false)
		if err != nil {
			t.Fatalf("CompileFormat(%q): %v", tt.format, err)
		}
		if got := string(f.Append(nil, tt.it, &env, false, now)); got != tt.want {
			t.Errorf("%q of %s:\n got %q\nwant %q", tt.format, tt.it.Name, got, tt.want)
		}
	}
}

func TestFormatInDaemon(t *testing.T) {
	env := FormatEnv{Sending: true, PID: 19662, Host: "localhost", Addr: "127.0.0.1", Module: "b", ModulePath: "@D/mod",
		Style: ItemStyle{Pushing: true, KeepTimes: true}}
	at := func() time.Time { return time.Date(2026, 11, 23, 20, 24, 25, 0, time.UTC) }
	mtime := at().Unix() - 1
	f, err := CompileFormat("%o|%h|%a|%m|%u|%f|%l|%n|%P|%p|%i|%b|%c|%B|%U|%G|%L|%M|%t|%%|%z|%-8o|%08l", true)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		it   Item
		want string
	}{
		{Item{Flags: 0x6000, Mode: dir, Name: []byte("sub"), Size: 4096, Mtime: mtime, HasGID: true},
			"send|localhost|127.0.0.1|b||sub|4096|sub/|@D/mod|19662|cd+++++++++|0|0|rwxr-xr-x|0|0||2026/11/23-20:24:24|2026/11/23 20:24:25|%|%z|send    |    4096"},
		{Item{Flags: 0xa000, Mode: reg, Name: []byte("a.txt"), Size: 6, Mtime: mtime, HasGID: true, Wrote: 49, Read: 16},
			"send|localhost|127.0.0.1|b||a.txt|6|a.txt|@D/mod|19662|<f+++++++++|49|16|rw-r--r--|0|0||2026/11/23-20:24:24|2026/11/23 20:24:25|%|%z|send    |       6"},
		{Item{Flags: 0x6000, Mode: link, Name: []byte("ln"), Link: []byte("a.txt"), Size: 5, Mtime: mtime, HasGID: true},
			"send|localhost|127.0.0.1|b||ln|5|ln|@D/mod|19662|cL+++++++++|0|0|rwxrwxrwx|0|0| -> a.txt|2026/11/23-20:24:24|2026/11/23 20:24:25|%|%z|send    |       5"},
	}
	for _, tt := range tests {
		if got := string(f.Append(nil, &tt.it, &env, false, at)); got != tt.want {
			t.Errorf("\n got %q\nwant %q", got, tt.want)
		}
	}
	def, err := CompileFormat(DefaultTransferLogFormat, true)
	if err != nil {
		t.Fatal(err)
	}
	env.Module = "mod"
	env.Host = "UNDETERMINED"
	it := Item{Flags: 0xa000, Mode: reg, Name: []byte("a.txt"), Size: 12}
	if got, want := string(def.Append(nil, &it, &env, false, at)), "send UNDETERMINED [127.0.0.1] mod () a.txt 12"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormatLimits(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", maxFormat+1), "%99999n", "%9999999999999999999999n"} {
		if _, err := CompileFormat(s, false); err == nil {
			t.Errorf("CompileFormat(%.20q...) succeeded", s)
		}
	}
}

// Whatever the format, what has no value stays and nothing else is lost.
func FuzzFormat(f *testing.F) {
	f.Add("%i %n%L")
	f.Add("%''-12l%%%z%")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := CompileFormat(s, false)
		if err != nil {
			return
		}
		it := Item{Mode: reg, Name: []byte("n")}
		got := c.Append(nil, &it, &FormatEnv{}, false, now)
		if !strings.Contains(s, "%") && string(got) != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestInterest(t *testing.T) {
	plain := Interest{On: true, Name: 1}
	itemized := Interest{On: true, Itemize: 1}
	tests := []struct {
		name   string
		in     Interest
		flags  ItemFlags
		dir    bool
		leader bool
		want   bool
	}{
		{"no format", Interest{}, ItemTransfer, false, false, false},
		{"transfer", plain, ItemTransfer, false, false, true},
		{"new directory", plain, ItemLocal | ItemNew, true, false, true},
		{"directory time", plain, ItemTime, true, false, true},
		{"same directory", plain, 0, true, false, false},
		{"attributes of a file", plain, ItemPerms, false, false, false},
		{"new symlink", plain, ItemLocal | ItemNew, false, false, true},
		{"local without change", plain, ItemLocal, false, false, false},
		{"hard link", plain, ItemLocal | ItemXname, false, true, true},
		{"already linked", plain, ItemLocal | ItemXname, false, false, false},
		{"-i attributes", itemized, ItemPerms, false, false, true},
		{"-i xattrs", itemized, ItemXattr, false, false, true},
		{"-i unchanged", itemized, 0, false, false, false},
		{"-ii unchanged", Interest{On: true, Itemize: 2}, 0, false, false, true},
		{"-i -vv unchanged", Interest{On: true, Itemize: 1, Name: 2}, 0, false, false, true},
		{"-vv unchanged", Interest{On: true, Name: 2}, 0, false, false, false},
	}
	for _, tt := range tests {
		if got := tt.in.Wants(tt.flags, tt.dir, tt.leader); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestListing(t *testing.T) {
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC).Unix()
	std := ListStyle{Numbers: human.Numbers{Level: 1}, Links: true, Zone: time.UTC}
	level := func(n int) ListStyle { st := std; st.Numbers.Level = n; return st }
	atimes, crtimes := std, level(0)
	atimes.Atimes = true
	crtimes.Atimes, crtimes.Crtimes = true, true
	top := Item{Mode: dir, Size: 4096, Mtime: at, Name: []byte(".")}
	file := Item{Mode: reg, Size: 12, Mtime: at, Atime: at, Crtime: at, Name: []byte("a.txt")}
	big := Item{Mode: reg, Size: 1235000, Mtime: at, Name: []byte("big")}
	ln := Item{Mode: link, Size: 5, Mtime: at, Name: []byte("link"), Link: []byte("a.txt")}
	gone := Item{Name: []byte("gone")}
	tests := []struct {
		it   *Item
		st   ListStyle
		want string
	}{
		{&top, std, "drwxr-xr-x          4,096 2020/01/02 03:04:05 ."},
		{&file, std, "-rw-r--r--             12 2020/01/02 03:04:05 a.txt"},
		{&ln, std, "lrwxrwxrwx              5 2020/01/02 03:04:05 link -> a.txt"},
		{&big, level(0), "-rw-r--r--     1235000 2020/01/02 03:04:05 big"},
		{&big, level(2), "-rw-r--r--          1.24M 2020/01/02 03:04:05 big"},
		{&big, level(3), "-rw-r--r--          1.18M 2020/01/02 03:04:05 big"},
		{&gone, std, "*missing                                      gone"},
		{&top, atimes, "drwxr-xr-x          4,096 2020/01/02 03:04:05                     ."},
		{&file, atimes, "-rw-r--r--             12 2020/01/02 03:04:05 2020/01/02 03:04:05 a.txt"},
		{&gone, crtimes, "*missing" + strings.Repeat(" ", 34+20+20+1) + "gone"},
		{&Item{Mode: modeRegular | 0o4755, Mtime: at, Name: []byte("s")}, std, "-rwsr-xr-x              0 2020/01/02 03:04:05 s"},
		{&Item{Mode: modeDir | 0o2750, Mtime: at, Name: []byte("g")}, std, "drwxr-s---              0 2020/01/02 03:04:05 g"},
		{&Item{Mode: modeDir | 0o1777, Mtime: at, Name: []byte("t")}, std, "drwxrwxrwt              0 2020/01/02 03:04:05 t"},
		{&Item{Mode: modeSocket | 0o7644, Mtime: at, Name: []byte("S")}, std, "srwSr-Sr-T              0 2020/01/02 03:04:05 S"},
	}
	for _, tt := range tests {
		if got := string(AppendListing(nil, tt.it, tt.st)); got != tt.want {
			t.Errorf("\n got %q\nwant %q", got, tt.want)
		}
	}
}
