package sender_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit/internal/transport"
	"godwit/internal/wire"
)

// newN is the new file of the captures of docs/protocol/03-transfer.md §7.3, whose basis has
// 7i + 3 at offset i and lacks the three letters.
func newN() []byte {
	a := make([]byte, 1500)
	for i := range a {
		a[i] = byte(7*i + 3)
	}
	return append(append(append([]byte{}, a[:700]...), "XYZ"...), a[700:]...)
}

const (
	sums    = "1e 787868313238207878683320787868363420 6d6435206d64342073686131"            // "xxh128 xxh3 xxh64 md5 md4 sha1"
	allSums = "23 787868313238207878683320787868363420 6d6435206d6434207368613120 6e6f6e65" // with "none"
	zeroes  = "00000000 00000000 00000000 00000000"
	head    = "03000000 bc020000 02000000 64000000"

	list30  = "18 03 636867 00df05 3b00ca9a a4810000  809a 03 6e6577 000600  809a 04 73616d65 000500  00 00"
	items30 = "01 0c80" + head + " ffffffff 03000000 58595a feffffff fdffffff 00000000 5c45356af350065ae3402dc10f408a51" +
		"01 00a0" + zeroes + "06000000 68656c6c6f0a 00000000 9ce4c8f135b4105a6df569e0c786ba6b"
	asked30 = "01 0c80" + head + "dafe0c76 5888 4aff64f1 f0ac a6fe541c 635c 01 00a0" + zeroes

	// With release 3.0 and 3.1 at the other end: flags in octets, MD5.
	listOctets = "18 03 636867 00df05 3b00ca9a a4810000  9a 03 6e6577 000600  9a 04 73616d65 000500  00"
	itemsMD5   = "01 0c80" + head + " ffffffff 03000000 58595a feffffff fdffffff 00000000 d9ca8239570aea9751ead5af3edff3a4" +
		"01 00a0" + zeroes + "06000000 68656c6c6f0a 00000000 b1946ac92492d2347c6235b4d2611184"
	askedSeedLast  = "01 0c80" + head + "dafe0c76 27f3 4aff64f1 d07c a6fe541c 306f 01 00a0" + zeroes
	askedSeedFirst = "01 0c80" + head + "dafe0c76 f08c 4aff64f1 257c a6fe541c 3c36 01 00a0" + zeroes

	list29  = "18 03 636867 df050000 00ca9a3b a4810000  9a 03 6e6577 06000000  9a 04 73616d65 05000000  00 00000000"
	items29 = "00000000 0c80" + head + "ffffffff 03000000 58595a feffffff fdffffff 00000000 19dcc8c8cb8065d6c870eacac2428b7d" +
		"01000000 00a0" + zeroes + "06000000 68656c6c6f0a 00000000 a80ae97540596a493610f81807b4144c"
	asked29 = "00000000 0c80" + head + "dafe0c76 bc16 4aff64f1 cb6d a6fe541c 82c9 01000000 00a0" + zeroes
	items27 = "00000000" + head + "ffffffff 03000000 58595a feffffff fdffffff 00000000 19dcc8c8cb8065d6c870eacac2428b7d" +
		"01000000" + zeroes + "06000000 68656c6c6f0a 00000000 a80ae97540596a493610f81807b4144c"
	asked27 = "00000000" + head + "dafe0c76 bc16 4aff64f1 cb6d a6fe541c 82c9 01000000" + zeroes
	done29  = "ffffffff"
)

// script is a conversation with a scripted generator: all that it says, and all that is answered.
type script struct {
	name     string
	version  int
	hello    string // what the peer says before the frames, if any
	asked    string // its data
	greeting string // what the sender says before the frames
	answer   string // its data
}

// The captures of docs/protocol/03-transfer.md §17.1 to §17.4.
var pushes = []script{
	{"32", 32, "20000000 81fe" + allSums + "01000000", asked30 + "00 00 00 00 00", "20000000" + sums, list30 + items30 + "00 00 00 00"},
	{"31", 31, "20000000 81fe" + allSums + "01000000", asked30 + "00 00 00 00 00", "1f000000" + sums, list30 + items30 + "00 00 00 00"},
	{"30", 30, "20000000 81fe" + allSums + "01000000", asked30 + "00 00 00 00", "1e000000" + sums, list30 + items30 + "00 00 00"},
	{"30, release 3.0", 32, "1e000000 02 01000000", askedSeedLast + "00 00 00 00", "20000000", listOctets + itemsMD5 + "00 00 00"},
	{"31, release 3.1", 32, "1f000000 3e 01000000", askedSeedFirst + "00 00 00 00 00", "20000000", listOctets + itemsMD5 + "00 00 00 00"},
	{"29", 29, "20000000 01000000", asked29 + done29 + done29 + done29 + done29, "1d000000", list29 + items29 + done29 + done29 + done29},
	{"28", 28, "20000000 01000000", asked27 + done29 + done29 + done29, "1c000000", list29 + items27 + done29 + done29},
	{"27", 27, "20000000 01000000", asked27 + done29 + done29 + done29, "1b000000", list29 + items27 + done29 + done29},
}

// play lets a sender talk to a scripted generator that says everything at once, and returns what
// the sender said.
func play(t *testing.T, s setup, hello, stream []byte) (*rig, []byte, error) {
	t.Helper()
	near, far := transport.Pipe()
	said := &recorder{}
	var peer sync.WaitGroup
	peer.Go(func() {
		far.Write(append(bytes.Clone(hello), stream...))
		far.CloseWrite()
	})
	peer.Go(func() { io.Copy(said, far) })
	r := newRig(t, near, s)
	err := r.run(t.Context())
	near.Close()
	peer.Wait()
	return r, said.bytes(), err
}

func TestCaptures(t *testing.T) {
	for _, c := range pushes {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "chg", newN(), 1000000000)
			put(t, dir, "new", []byte("hello\n"), 1000000000)
			put(t, dir, "same", []byte("same\n"), 1000000000)
			stream := frame(wire.MsgData, unhex(t, c.asked))
			s := setup{version: c.version, dir: dir, args: []string{"-t", "--checksum-seed=1"}, sources: []string{"chg", "new", "same"}}
			r, got, err := play(t, s, unhex(t, c.hello), stream)
			if err != nil {
				t.Fatal(err)
			}
			greeting := unhex(t, c.greeting)
			if !bytes.HasPrefix(got, greeting) {
				t.Fatalf("greeting %x", got)
			}
			data, messages := got[len(greeting):], []string(nil)
			if !strings.Contains("29 28 27", c.name) {
				data, messages = unframe(t, data)
			}
			if want := unhex(t, c.answer); !bytes.Equal(data, want) {
				t.Errorf("got  %x\nwant %x", data, want)
			}
			if len(messages) > 0 {
				t.Errorf("messages %v", messages)
			}
			if n := r.totals; n.Transferred != 2 || n.Literal != 9 || n.Matched != 1500 || n.TransferredSize != 1509 || n.Size != 1514 || n.Files.Total != 3 {
				t.Errorf("totals %+v", n)
			}
		})
	}
}

// Incremental recursion, docs/protocol/03-transfer.md §17.5: a exists at the other end, b does not.
func TestIncrementalCapture(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a/x", []byte("hi\n"), 1000000000)
	put(t, dir, "b/y", []byte("hi\n"), 1000000000)
	for _, d := range []string{"a", "b", "."} {
		if err := os.Chtimes(filepath.Join(dir, d), time.Unix(1000000000, 0), time.Unix(1000000000, 0)); err != nil {
			t.Fatal(err)
		}
	}
	asked := "01 0800 04 0800 01 00a0" + zeroes + "00 01 0060 01 00a0" + zeroes + "00 00 00 00 00 00"
	s := setup{dir: dir, args: []string{"-rt"}, sources: []string{"."}}
	_, got, err := play(t, s, unhex(t, "20000000 81ff"+allSums+"01000000"), frame(wire.MsgData, unhex(t, asked)))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := unframe(t, got[len(unhex(t, "20000000"+sums)):])
	text := hex.EncodeToString(data)
	for _, want := range []string{
		"ff65", // list of directory 1
		"ff01", // list of directory 2
		"fffe80020000" + "010800" + "040800" + "0100a0" + strings.Repeat("00", 16) + "0300000068690a00000000",
		"00" + "010060" + "0100a0" + strings.Repeat("00", 16) + "0300000068690a00000000",
	} {
		k := strings.Index(text, want)
		if k < 0 {
			t.Fatalf("%s does not follow: %s", want, text)
		}
		text = text[k+len(want):]
	}
	if text = text[32:]; text != "0000"+"0000"+"00" { // behind the sum of y: lists 2 and 3, phases, goodbye
		t.Errorf("the end: %s", text)
	}
}
