package sender_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

const hello32 = "20000000 81fe" + allSums + "01000000"

// serve lets a sender of the given files talk to a scripted generator of protocol 32 and returns
// what it answers behind the list.
func serve(t *testing.T, dir string, args []string, asked string, sources ...string) (r *rig, answer string, messages []string, err error) {
	t.Helper()
	s := setup{dir: dir, args: args, sources: sources}
	r, got, err := play(t, s, unhex(t, hello32), frame(wire.MsgData, unhex(t, asked)))
	data, messages := unframe(t, got[len(unhex(t, "20000000"+sums)):])
	_, text, _ := strings.Cut(fmt.Sprintf("%x", data), "a4810000"+more(len(sources)-1)+"0000")
	return r, text, messages, err
}

// more is what the entries "b", "c" ... look like that follow "a" with the same size and time.
func more(n int) string {
	out := ""
	for i := range n {
		out += fmt.Sprintf("809a01%02x000100", 'b'+i)
	}
	return out
}

// letters makes the files a, b … of one octet.
func letters(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		put(t, dir, string(rune('a'+i)), []byte{'x'}, 1000000000)
	}
	return dir
}

// What a peer may not do (docs/protocol/08-security.md §8.3 to §8.5, 03-transfer.md §3 to §6).
func TestHostileGenerator(t *testing.T) {
	for _, c := range []struct {
		name, asked, text string
	}{
		{"index beyond the list", "03 00a0", "File-list index 2 not in -1 - 1"},
		{"list announced to a sender", "ff 64", "Invalid file index: -101 (-1 - 1) [sender]"},
		{"end of lists to a sender", "ff 01", "Invalid file index: -2 (-1 - 1) [sender]"},
		{"negative count", "01 00a0 ffffffff bc020000 02000000 00000000", "Invalid checksum count -1 [sender]"},
		{"block too long", "01 00a0 01000000 01000200 02000000 00000000", "Invalid block length 131073 [sender]"},
		{"blocks without length", "01 00a0 01000000 00000000 02000000 00000000", "Invalid zero block length [sender]"},
		{"sum too long", "01 00a0 01000000 bc020000 11000000 00000000", "Invalid checksum length 17 [sender]"},
		{"remainder beyond the block", "01 00a0 01000000 bc020000 02000000 bd020000", "Invalid remainder length 701 [sender]"},
		{"request in the last phase", "00 00 01 00a0" + zeroes, "got transfer request in phase 2 [sender]"},
		{"request in the goodbye", "00 00 00 01 00a0" + zeroes, "Invalid packet at end of run (0) [sender]"},
		{"list in the goodbye", "00 00 00 ff 64", "Invalid packet at end of run (-101) [sender]"},
		{"long name", "01 00b8 83 ff ff", "over-long vstring received (32767 > 4095)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _, _, err := serve(t, letters(t, 2), []string{"-t"}, c.asked, "a", "b")
			r.wantError(err, exit.Protocol, c.text)
		})
	}
	t.Run("request for a directory", func(t *testing.T) {
		dir := t.TempDir()
		put(t, dir, "d/f", nil, 1000000000)
		s := setup{dir: dir, args: []string{"-rt", "--no-i-r"}, sources: []string{"d"}}
		r, _, err := play(t, s, unhex(t, hello32), frame(wire.MsgData, unhex(t, "01 00a0"+zeroes)))
		r.wantError(err, exit.Protocol, "received request to transfer non-regular file: 0 [sender]")
	})
	t.Run("request for a gap", func(t *testing.T) {
		dir := t.TempDir()
		put(t, dir, "d/f", nil, 1000000000)
		s := setup{dir: dir, args: []string{"-rt"}, sources: []string{"d"}}
		r, _, err := play(t, s, unhex(t, "20000000 81ff"+allSums+"01000000"), frame(wire.MsgData, unhex(t, "03 00a0"+zeroes)))
		r.wantError(err, exit.Protocol, "received request to transfer non-regular file: 2 [sender]")
	})
	t.Run("no file at all in a gap", func(t *testing.T) {
		s := setup{dir: letters(t, 2), args: []string{"-rt"}, sources: []string{"a", "b"}}
		r, _, err := play(t, s, unhex(t, "20000000 81ff"+allSums+"01000000"), frame(wire.MsgData, unhex(t, "01 0800")))
		r.wantError(err, exit.Protocol, "File-list index 0 not in 0 - 2")
	})
	t.Run("it goes away", func(t *testing.T) {
		_, _, _, err := serve(t, letters(t, 1), []string{"-t"}, "01 00a0 0000", "a")
		if exit.CodeOf(err, 0) != exit.StreamIO && !errors.Is(err, context.Canceled) && err == nil {
			t.Error("no error")
		}
	})
}

// The answers to single requests.
func TestAnswers(t *testing.T) {
	done := "00 00 00 00 00" // phases and goodbye
	for _, c := range []struct {
		name, asked, answer string
		args                []string
	}{
		{"attributes only", "01 1000 01 0800", "01100001080000000000", nil},
		{"a link and its leader", "01 0070 01 61", "0100700161" + "00000000", nil},
		{"a basis", "01 0208 05", "01020805" + "00000000", nil},
		{"dry run", "01 00a0 01 00a0", "0100a00100a0" + "00000000", []string{"-n"}},
		{"deletion statistics", "ff 02 02 00 00 00 00", "00000000", nil},
		{"late items of links are passed over", "", "00000000", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := c.asked + done
			if c.asked == "" {
				asked = "00 00 00 01 0050 00 00 00"
			}
			_, answer, messages, err := serve(t, letters(t, 2), append(c.args, "-t"), asked, "a", "b")
			if err != nil {
				t.Fatal(err)
			}
			if answer != c.answer {
				t.Errorf("%s, want %s", answer, c.answer)
			}
			if len(messages) > 0 {
				t.Errorf("messages %v", messages)
			}
		})
	}
}

// A file is asked for once more with longer sums (docs/protocol/03-transfer.md §3.6).
func TestRedo(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "chg", newN(), 1000000000)
	put(t, dir, "new", []byte("hello\n"), 1000000000)
	put(t, dir, "same", []byte("same\n"), 1000000000)
	again := "03000000 bc020000 10000000 64000000"
	first, _, _ := strings.Cut(asked30, "01 00a0")
	answered, _, _ := strings.Cut(items30, "01 00a0")
	asked := first + "00 fe0000 0c80" + again +
		"dafe0c76 58887eaa37b4010f6159284051a62402  4aff64f1 f0ac086bbc750c4b79335f0ec89a0e8a" +
		"a6fe541c 635ce5515f0070b924ee48d8bd1e9685 00 00 00 00"
	want := list30 + answered + "00 fe0000 0c80" + again +
		"ffffffff 03000000 58595a feffffff fdffffff 00000000 5c45356af350065ae3402dc10f408a51 00 00 00"
	s := setup{dir: dir, args: []string{"-t", "--checksum-seed=1"}, sources: []string{"chg", "new", "same"}}
	r, got, err := play(t, s, unhex(t, hello32), frame(wire.MsgData, unhex(t, asked)))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := unframe(t, got[len(unhex(t, "20000000"+sums)):])
	if !bytes.Equal(data, unhex(t, want)) {
		t.Errorf("got  %x\nwant %x", data, unhex(t, want))
	}
	if r.totals.Transferred != 2 { // what is sent again counts again
		t.Errorf("%d files", r.totals.Transferred)
	}
}

// What cannot be sent (docs/protocol/03-transfer.md §8.5).
func TestNotSent(t *testing.T) {
	ask := "01 00a0" + zeroes + "00 00 00 00 00"
	t.Run("vanished", func(t *testing.T) {
		dir := letters(t, 1)
		r, answer, messages := vanishing(t, dir, ask, func() { os.Remove(filepath.Join(dir, "a")) })
		if answer != "00000000" || strings.Join(messages, ",") != "66 00000000,16 02000000" {
			t.Errorf("%s, %v", answer, messages)
		}
		if got := r.said.Text(0); got != "file has vanished: \""+dir+"/a\"\n" {
			t.Error(got)
		}
	})
	t.Run("a link in its place", func(t *testing.T) {
		dir := letters(t, 2)
		r, answer, messages := vanishing(t, dir, ask, func() {
			os.Remove(filepath.Join(dir, "a"))
			os.Symlink("b", filepath.Join(dir, "a"))
		})
		if answer != "00000000" || len(messages) != 2 || messages[1] != "16 01000000" {
			t.Errorf("%s, %v", answer, messages)
		}
		if got := r.said.Text(0); !strings.HasPrefix(got, "rsync: [sender] send_files failed to open \""+dir+"/a\": ") {
			t.Error(got)
		}
	})
	for _, c := range []struct {
		what  string
		make  func(path string) error
		cause string
	}{
		{"a directory", func(path string) error { return os.Mkdir(path, 0o755) }, "Is a directory (21)"},
		{"a FIFO", func(path string) error { return exec.Command("mkfifo", path).Run() }, "No such device or address (6)"},
	} {
		t.Run(c.what+" in its place", func(t *testing.T) {
			if runtime.GOOS != "linux" {
				t.Skip("errors have other numbers")
			}
			dir := letters(t, 2)
			r, answer, messages := vanishing(t, dir, ask, func() {
				os.Remove(filepath.Join(dir, "a"))
				if err := c.make(filepath.Join(dir, "a")); err != nil {
					t.Fatal(err)
				}
			})
			if answer != "00000000" || len(messages) != 2 || messages[1] != "16 01000000" {
				t.Errorf("%s, %v", answer, messages)
			}
			if got := r.said.Text(0); got != "rsync: [sender] send_files failed to open \""+dir+"/a\": "+c.cause+"\n" {
				t.Error(got)
			}
		})
	}
	t.Run("shrunk under --append", func(t *testing.T) {
		dir := t.TempDir()
		put(t, dir, "a", []byte("long text"), 1000000000)
		r, _, messages := vanishing(t, dir, "01 00a0"+zeroes+"00 00 00 00 00", func() {
			put(t, dir, "a", []byte("s"), 1000000000)
		}, "--append")
		if strings.Join(messages, ",") != "66 00000000" {
			t.Errorf("%v", messages)
		}
		if got := r.said.Text(0); got != "skipped diminished file: \""+dir+"/a\"\n" {
			t.Error(got)
		}
	})
}

// vanishing serves one file to which something happens after it has been listed.
func vanishing(t *testing.T, dir, asked string, happens func(), args ...string) (*rig, string, []string) {
	t.Helper()
	peer := newTalker(t)
	r := newRig(t, peer.near, setup{dir: dir, args: append(args, "-t"), sources: []string{"a"}})
	result := make(chan error, 1)
	go func() { result <- r.run(t.Context()) }()
	peer.awaitsFrame()
	happens()
	peer.says(frame(wire.MsgData, unhex(t, asked)))
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	data, messages := unframe(t, peer.rest(len(unhex(t, "20000000"+sums))))
	text := fmt.Sprintf("%x", data)
	_, text, _ = strings.Cut(text, "a48100000000")
	return r, text, messages
}

// Sources are removed when they are in place, unless they have changed
// (docs/protocol/03-transfer.md §8.5).
func TestRemoveSource(t *testing.T) {
	dir := letters(t, 4)
	success := func(ndx int32) []byte { return frame(wire.MsgSuccess, wire.AppendInt32(nil, ndx)) }
	stream := bytes.Join([][]byte{success(0), success(1), success(3), frame(wire.MsgData, unhex(t, "00 00 00 00 00"))}, nil)
	s := setup{dir: dir, args: []string{"-t", "--remove-source-files", "--info=remove"}, sources: []string{"a", "b", "c", "d"}}
	peer := newTalker(t)
	r := newRig(t, peer.near, s)
	result := make(chan error, 1)
	go func() { result <- r.run(t.Context()) }()
	peer.awaitsFrame()
	put(t, dir, "b", []byte("changed"), 1000000000)
	if err := os.Remove(filepath.Join(dir, "d")); err != nil {
		t.Fatal(err)
	}
	peer.says(stream)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	want := "sender removed a\nERROR: Skipping sender remove for changed file: b\nsender file already removed: d\n"
	if got := r.said.Text(0); got != want {
		t.Errorf("%q", got)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 2 {
		t.Errorf("left: %v", names)
	}
	if r.log.Trouble()&exit.TroublePartial == 0 {
		t.Error("the run ends with code 0")
	}
}

// A source that is the destination itself stays.
func TestRemoveSourceThatIsTheDestination(t *testing.T) {
	dir := letters(t, 1)
	peer := newTalker(t)
	r := newRig(t, peer.near, setup{dir: dir, args: []string{"-t", "--remove-source-files"}, sources: []string{"a"}})
	result := make(chan error, 1)
	go func() { result <- r.run(t.Context()) }()
	peer.awaitsFrame()
	dev, ino := identity(t, filepath.Join(dir, "a"))
	if err := r.sender.SuccessAt(0, dev, ino); err != nil {
		t.Fatal(err)
	}
	peer.says(frame(wire.MsgData, unhex(t, "00 00 00 00 00")))
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if got := r.said.Text(0); got != "ERROR: Skipping sender remove of destination file: a\n" {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err != nil {
		t.Error(err)
	}
}

// A server that sends: the client's rules are read by others; the statistics and the goodbye of
// docs/protocol/03-transfer.md §4.
func TestPull(t *testing.T) {
	for _, c := range []struct {
		protocol    int
		asked, want string // what follows the file, up to the statistics
		done        string
		bytes       int // of the statistics
	}{
		{32, "00 00 00 00 00", "000000", "00", 15},
		{31, "00 00 00 00 00", "000000", "00", 15},
		{30, "00 00 00 00", "000000", "", 15},
		{29, done29 + done29 + done29 + done29, done29 + done29 + done29, "", 20},
		{28, done29 + done29 + done29, done29 + done29, "", 12},
		{27, done29 + done29 + done29, done29 + done29, "", 12},
	} {
		t.Run(fmt.Sprint(c.protocol), func(t *testing.T) {
			dir := letters(t, 1)
			hello := wire.AppendInt32(nil, int32(c.protocol))
			stream := unhex(t, c.asked)
			if c.protocol >= 30 {
				hello = append(hello, unhex(t, sums)...)
				stream = frame(wire.MsgData, stream)
			}
			_, got, err := play(t, setup{server: true, dir: dir, args: []string{"-te.LsfxCIvu"}, sources: []string{"a"}}, hello, stream)
			if err != nil {
				t.Fatal(err)
			}
			skip := 8
			if c.protocol >= 30 {
				skip += len(unhex(t, "81fe"+allSums))
			}
			data, _ := unframe(t, got[skip:])
			tail := data[len(data)-len(unhex(t, c.want))-c.bytes-len(unhex(t, c.done)):]
			if !bytes.HasPrefix(tail, unhex(t, c.want)) || !bytes.HasSuffix(tail, unhex(t, c.done)) {
				t.Errorf("%x", tail)
			}
			stats := tail[len(unhex(t, c.want)):]
			if c.protocol >= 30 && stats[6] != 0 || bytes.Equal(stats[:3], []byte{0, 0, 0}) {
				t.Errorf("statistics %x", stats)
			}
		})
	}
}

// A server that has nothing to send ends behind its list.
func TestEmptyPull(t *testing.T) {
	hello := append(wire.AppendInt32(nil, 32), unhex(t, sums)...)
	r, got, err := play(t, setup{server: true, dir: t.TempDir(), args: []string{"-te.LsfxCIvu"}, sources: []string{"nosuch"}}, hello, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := unframe(t, got[8+len(unhex(t, "81fe"+allSums)):])
	if !bytes.Equal(data, []byte{0, 0}) {
		t.Errorf("%x", data)
	}
	if r.log.Trouble()&exit.TroublePartial == 0 {
		t.Error("no error was noted")
	}
}

// The keep-alive of protocol 29 is an item of an index that no entry has
// (docs/protocol/02-wire-and-file-list.md §6.6).
func TestKeepAlive29(t *testing.T) {
	dir := letters(t, 1)
	asked := "01000000 0020" + done29 + done29 + "01000000 0020" + done29 + done29
	_, got, err := play(t, setup{version: 29, dir: dir, args: []string{"-t", "--timeout=30"}, sources: []string{"a"}},
		unhex(t, "20000000 01000000"), frame(wire.MsgData, unhex(t, asked)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(got, unhex(t, done29+done29+done29)) {
		t.Errorf("%x", got)
	}
	_, _, err = play(t, setup{version: 29, dir: dir, args: []string{"-t"}, sources: []string{"a"}},
		unhex(t, "20000000 01000000"), frame(wire.MsgData, unhex(t, "01000000 0800")))
	if exit.CodeOf(err, 0) != exit.Protocol {
		t.Errorf("another item of that index: %v", err)
	}
}
