//go:build linux

package hostile

import (
	"os"
	"strings"
	"testing"

	"godwit/internal/wire"
)

var all30 = []int{30, 31, 32}

// names are lists whose names lead elsewhere (docs/protocol/08-security.md §6.2, §8.7).
var names = []scenario{
	{name: "..", say: func(l *liar) { l.entries(dir("src"), file("src/../evil")); l.endList() },
		codes: []int{4}, text: "ABORTING due to unsafe pathname from sender: src/../evil"},
	{name: ".. first", say: func(l *liar) { l.entries(dir("src"), file("../evil")); l.endList() },
		codes: []int{4}, text: "ABORTING due to unsafe pathname from sender: ../evil"},
	{name: ".. alone", say: func(l *liar) { l.entries(dir("..")); l.endList() },
		codes: []int{4}, text: "ABORTING due to unsafe pathname from sender: .."},
	{name: ".. behind a prefix", say: func(l *liar) {
		l.entries(dir("src"), entry{name: "./../evil", mode: modeFile, size: 5, flags: xPrefix, prefix: 3})
		l.endList()
	}, codes: []int{4}, text: "ABORTING due to unsafe pathname from sender: src"},
	{name: "absolute", say: func(l *liar) { l.entries(dir("src"), file("/etc/evil")); l.endList() },
		codes: []int{4}, text: "ABORTING due to unsafe pathname from sender: /etc/evil"},
	{name: "too long", say: func(l *liar) { l.entries(dir("src"), file("src/"+strings.Repeat("x", 5000))); l.endList() },
		codes: []int{22}, text: "overflow: xflags=0x"},
	{name: "length below zero", say: func(l *liar) {
		l.entries(dir("src"))
		l.raw(xLong)
		l.raw(wire.AppendInt30(nil, l.protocol, -1)...)
		l.raw('x')
	}, codes: []int{22}, text: "overflow: xflags=0x"},
	{name: "root is a file", say: func(l *liar) { l.entries(file(".")); l.endList() },
		codes: []int{2}, text: "ERROR: rejecting non-directory transfer-root entry: ."},
	{name: "root is a file, with force", args: []string{"--force"}, say: func(l *liar) { l.entries(file("./.")); l.endList() },
		codes: []int{2}, text: "ERROR: rejecting non-directory transfer-root entry: .", check: kept},
	{name: "through a link", args: []string{"-l"}, say: func(l *liar) {
		l.entries(dir("src"), link("src/d", "../../outside", l.protocol), file("src/d/secret"))
		l.endList()
		l.serve([]byte("evil!"), 1)
	}, codes: []int{2, 4}, text: "ABORTING due to invalid path from sender: src/d/secret"},
	{name: "through a link that a later entry repeats as a directory", args: []string{"-l"}, say: func(l *liar) {
		l.entries(dir("src"), link("src/d", "../../outside", l.protocol), dir("src/d"), file("src/d/secret"))
		l.endList()
		l.serve([]byte("evil!"), 1)
	}, codes: []int{0}, text: "", check: func(t *testing.T, s *stage) {
		if fi, err := os.Lstat(s.path("dst/src/d")); err != nil || !fi.IsDir() {
			t.Errorf("src/d is no directory: %v", err)
		}
	}},
	{name: "parent missing", say: func(l *liar) { l.entries(dir("src"), file("src/no/x")); l.endList(); l.serve([]byte("evil!"), 1) },
		codes: []int{2, 4}, text: "ABORTING due to invalid path from sender: src/no/x"},
	{name: "twice", say: func(l *liar) {
		l.entries(dir("src"), file("src/a"), file("src/a"))
		l.endList()
		l.serve([]byte("hello"), 1)
	}, codes: []int{0}, text: ""},
	{name: "prefix longer than the name before", say: func(l *liar) {
		l.entries(dir("src"), entry{name: "x", mode: modeFile, size: 5, flags: xPrefix, prefix: 200})
		l.endList()
		l.serve([]byte("hello"), 1)
	}, codes: []int{0, 2, 4, 22}, text: ""},
	{name: "escape sequences", say: func(l *liar) {
		l.entries(dir("src"), file("src/\x1b[2J\nx/\x9by"))
		l.endList()
		l.serve([]byte("hello"), 1)
	}, codes: []int{2, 4}, text: `ABORTING due to invalid path from sender: src/\#033[2J\#012x/\#233y`},
}

// kept checks that what was in the destination is there still.
func kept(t *testing.T, s *stage) {
	if b, err := os.ReadFile(s.path("dst/keep")); err != nil || string(b) != "kept\n" {
		t.Errorf("the destination has lost its own file: %v", err)
	}
}

// fields are entries with fields that cannot be (docs/protocol/08-security.md §8.7).
var fields = []scenario{
	{name: "mode", say: func(l *liar) { l.entries(dir("src"), entry{name: "src/a", mode: 0o30644}); l.endList() },
		codes: []int{2}, text: "invalid file mode 030644 for src/a"},
	{name: "mode 0", say: func(l *liar) { l.entries(dir("src"), entry{name: "src/a"}); l.endList() },
		codes: []int{2}, text: "invalid file mode 00 for src/a"},
	{name: "mode of nobody before", say: func(l *liar) { l.entries(entry{name: "src", flags: xSameMode}); l.endList() },
		codes: []int{0, 2, 4, 12, 23}, text: "", leaves: true},
	{name: "size", say: func(l *liar) { l.entries(dir("src"), entry{name: "src/a", mode: modeFile, size: -1}); l.endList() },
		codes: []int{4}, text: "Offset underflow: file-length is negative"},
	{name: "nanoseconds", protocols: []int{31, 32}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/a", mode: modeFile, flags: xNsec, nsec: wire.AppendVarint(nil, 1_000_000_000)})
		l.endList()
	}, codes: []int{2}, text: "wire value modtime_nsec out of range: 1000000000 not in [0,999999999]"},
	{name: "time beyond all", protocols: []int{31}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/a", mode: modeFile, size: 5, mtime: 1 << 62}, entry{name: "src/b", mode: modeFile, size: 5, mtime: -1 << 62})
		l.endList()
		l.serve([]byte("hello"), 1)
	}, args: []string{"-t"}, codes: []int{0, 23}, text: ""},
	{name: "target of a link", args: []string{"-l"}, say: func(l *liar) {
		l.entries(dir("src"), link("src/l", strings.Repeat("x", 5000), l.protocol))
		l.endList()
	}, codes: []int{22}, text: "overflow: linkname_len=5000"},
	{name: "target of a link below zero", args: []string{"-l"}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/l", mode: typeLink | 0o777, more: wire.AppendInt30(nil, l.protocol, -1)})
		l.endList()
	}, codes: []int{22}, text: "overflow: linkname_len=-1"},
	{name: "link and device without their options", say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/l", mode: typeLink | 0o777}, entry{name: "src/n", mode: typeChar | 0o666}, file("src/z"))
		l.endList()
		l.serve([]byte("hello"), 1)
	}, codes: []int{0}, text: `skipping non-regular file "src/n"`, check: func(t *testing.T, s *stage) {
		if b, err := os.ReadFile(s.path("dst/src/z")); err != nil || string(b) != "hello" {
			t.Errorf("the file behind them: %q, %v", b, err)
		}
		for _, name := range []string{"dst/src/l", "dst/src/n"} {
			if _, err := os.Lstat(s.path(name)); err == nil {
				t.Errorf("%s was made", name)
			}
		}
	}},
	{name: "end of list with bits nobody negotiated", only: []place{pulls}, protocols: []int{30}, say: func(l *liar) { l.entries(dir("src")); l.raw(xExtended, 0x10, 1) },
		codes: []int{2}, text: "Invalid flist flag: 1004"},
	{name: "time in too many bytes", protocols: all30, say: func(l *liar) {
		l.entries(dir("src"))
		l.raw(1, 5)
		l.raw([]byte("src/x\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")...)
	}, codes: []int{12}, text: "Overflow in read_varlong()"},
	{name: "number in too many bytes", protocols: all30, args: []string{"-l"}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/l", mode: typeLink | 0o777, more: []byte{0xff, 0xff, 0xff, 0xff, 0xff}})
	}, codes: []int{12}, text: "Overflow in read_varint()"},
	{name: "ends in the middle", say: func(l *liar) { l.entries(dir("src")); l.raw(1, 9, 'x') }, leaves: true,
		codes: []int{12, 20}, text: "connection unexpectedly closed|"},
	{name: "hard link that is ahead", protocols: all30, args: []string{"-H"}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/a", mode: modeFile, flags: xLinked, group: wire.AppendVarint(nil, 7)})
		l.endList()
	}, codes: []int{2}, text: "hard-link reference out of range: 7 ("},
	{name: "hard link below zero", protocols: all30, args: []string{"-H"}, say: func(l *liar) {
		l.entries(dir("src"), entry{name: "src/a", mode: modeFile, flags: xLinked, group: wire.AppendVarint(nil, -5)})
		l.endList()
	}, codes: []int{2}, text: "hard-link reference out of range: -5 ("},
	{name: "hard link to a directory", protocols: all30, args: []string{"-H"}, say: func(l *liar) {
		l.entries(dir("src"))
		l.raw(xExtended, xLinked>>8, 5)
		l.raw([]byte("src/a\x00")...)
		l.endList()
		l.serve([]byte("hello"), 1)
	}, codes: []int{0, 2, 23}, text: ""},
	{name: "hard link without the option", protocols: all30, say: func(l *liar) {
		l.entries(dir("src"), file("src/a"))
		l.raw(xExtended, xLinked>>8, 5)
		l.raw([]byte("src/b\x07")...)
	}, codes: []int{0, 2, 4, 12, 20, 22}, text: "", leaves: true},
}

// lists are about lists that follow the first (docs/protocol/08-security.md §8.3).
var lists = []scenario{
	{name: "twice", say: func(l *liar) { l.one(); l.sub(-101, file("src/a")); l.sub(-101, file("src/x")) },
		codes: []int{2}, text: "rsync: refusing malicious duplicate flist for dir 0"},
	{name: "directory unknown", say: func(l *liar) { l.one(); l.index(-108) },
		codes: []int{2}, text: "Invalid dir index: -108 (-101 - -101)"},
	{name: "directory of the greatest number", say: func(l *liar) { l.one(); l.index(-1 << 31) },
		codes: []int{2}, text: "Invalid dir index: |Invalid file index: "},
	{name: "not below", say: func(l *liar) { l.one(); l.sub(-101, file("other/x")) },
		codes: []int{4}, text: "ABORTING due to invalid path from sender: other/x|rejecting unrequested file-list name: other/x"},
	{name: "deeper", say: func(l *liar) { l.one(); l.sub(-101, file("src/d/x")) },
		codes: []int{4}, text: "ABORTING due to invalid path from sender: src/d/x"},
	{name: "through a link", args: []string{"-l"}, say: func(l *liar) {
		l.one()
		l.sub(-101, link("src/d", "../../outside", l.protocol), file("src/d/secret"))
	}, codes: []int{4}, text: "ABORTING due to invalid path from sender: src/d/secret"},
	{name: "for a link", args: []string{"-l"}, say: func(l *liar) {
		l.one()
		l.sub(-101, link("src/d", "../../outside", l.protocol))
		l.sub(-102, file("src/d/secret"))
	}, codes: []int{2}, text: "Invalid dir index: -102 (-101 - -101)"},
	{name: "after the end", say: func(l *liar) { l.one(); l.sub(-101, dir("src/d")); l.index(-2); l.sub(-102, file("src/d/x")) },
		codes: []int{2}, text: "rsync: refusing sub-flist after final flist was freed"},
	{name: "no parent", say: func(l *liar) { l.entries(file("src")); l.endList(); l.index(-2); l.item(0, 0) },
		codes: []int{2}, text: ""},
	{name: "dropped directory", say: func(l *liar) {
		l.one()
		l.sub(-101, dir("src/d"), dir("src/d"))
		l.sub(-103, file("src/d/x"))
	}, codes: []int{2}, text: "rsync: refusing flist for cleared dir_ndx 2"},
}

// one sends a first list that is a single directory.
func (l *liar) one() { l.entries(dir("src")); l.endList() }

// sub sends a further list.
func (l *liar) sub(ndx int32, all ...entry) { l.index(ndx); l.entries(all...); l.endList() }

func TestNames(t *testing.T)  { run(t, names, pulls, receives) }
func TestFields(t *testing.T) { run(t, fields, pulls, receives) }
func TestLists(t *testing.T) {
	for i := range lists {
		lists[i].flags = wire.CompatIncRecurse
		lists[i].protocols = all30
	}
	run(t, lists, pulls, receives)
}
