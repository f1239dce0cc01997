package receiver_test

import (
	"os"
	"testing"
	"time"

	"godwit/internal/ledger"
	"godwit/internal/wire"
)

// basisA is the basis of the captures of docs/protocol/03-transfer.md §7.3, and newN what becomes
// of it.
func basisA() []byte {
	b := make([]byte, 1500)
	for i := range b {
		b[i] = byte(7*i + 3)
	}
	return b
}

func newN() []byte {
	a := basisA()
	return append(append(append([]byte{}, a[:700]...), "XYZ"...), a[700:]...)
}

const (
	names32 = "1e 787868313238207878683320787868363420 6d6435206d64342073686131" // "xxh128 xxh3 xxh64 md5 md4 sha1"
	list30  = `18 03 636867 00df05 3b00ca9a a4810000
		809a 03 6e6577 000600
		809a 04 73616d65 000500
		00 00`
	deltas30 = `01 0c80 03000000 bc020000 02000000 64000000
		ffffffff 03000000 58595a feffffff fdffffff 00000000
		5c45356af350065ae3402dc10f408a51
		01 00a0 00000000 00000000 00000000 00000000
		06000000 68656c6c6f0a 00000000
		9ce4c8f135b4105a6df569e0c786ba6b
		00`
	list29 = `18 03 636867 df050000 00ca9a3b a4810000
		9a 03 6e6577 06000000
		9a 04 73616d65 05000000
		00 00000000`
	deltas29 = `00000000 0c80
		03000000 bc020000 02000000 64000000
		ffffffff 03000000 58595a feffffff fdffffff 00000000
		19dcc8c8cb8065d6c870eacac2428b7d
		01000000 00a0
		00000000 00000000 00000000 00000000
		06000000 68656c6c6f0a 00000000
		a80ae97540596a493610f81807b4144c`
	deltas27 = `00000000
		03000000 bc020000 02000000 64000000
		ffffffff 03000000 58595a feffffff fdffffff 00000000
		19dcc8c8cb8065d6c870eacac2428b7d
		01000000
		00000000 00000000 00000000 00000000
		06000000 68656c6c6f0a 00000000
		a80ae97540596a493610f81807b4144c`
)

// capture is a recorded push of docs/protocol/03-transfer.md §17.
type capture struct {
	protocol int
	head     string // raw
	frames   []string
	raw      string // below 30, instead of frames
}

func captures() []capture {
	return []capture{
		{protocol: 32, head: "20000000" + names32, frames: []string{list30, deltas30, "00 00", "00"}},
		{protocol: 31, head: "1f000000" + names32, frames: []string{list30, deltas30, "00 00", "00"}},
		{protocol: 30, head: "1e000000" + names32, frames: []string{list30, deltas30, "00 00"}},
		{protocol: 29, head: "1d000000", raw: list29 + deltas29 + "ffffffff ffffffff ffffffff"},
		{protocol: 28, head: "1c000000", raw: list29 + deltas27 + "ffffffff ffffffff"},
		{protocol: 27, head: "1b000000", raw: list29 + deltas27 + "ffffffff ffffffff"},
	}
}

func (c *capture) bytes(t *testing.T) []byte {
	b := append(unhex(t, c.head), unhex(t, c.raw)...)
	for _, f := range c.frames {
		b = append(b, frame(wire.MsgData, unhex(t, f))...)
	}
	return b
}

func TestCaptures(t *testing.T) {
	for _, c := range captures() {
		for _, inplace := range []bool{false, true} {
			args := []string{"-t"}
			if inplace {
				args = append(args, "--inplace")
			}
			r := newRig(t, setup{protocol: c.protocol, server: true, args: args, bytes: c.bytes(t)})
			r.put("chg", basisA())
			if err := r.first(); err != nil {
				t.Fatal(c.protocol, err)
			}
			r.request(0, 1)
			if err := r.run(t.Context()); err != nil {
				t.Fatal(c.protocol, err, r.said.Text(0))
			}
			if got := r.get("chg"); got != string(newN()) {
				t.Errorf("%d: chg has %d octets", c.protocol, len(got))
			}
			if got := r.get("new"); got != "hello\n" {
				t.Errorf("%d: new is %q", c.protocol, got)
			}
			for _, name := range []string{"chg", "new"} {
				st, err := os.Stat(r.path(name))
				if err != nil || !st.ModTime().Equal(time.Unix(1000000000, 0)) {
					t.Errorf("%d: %s: %v %v", c.protocol, name, st.ModTime(), err)
				}
			}
			if got := r.names(); got != "chg new" {
				t.Errorf("%d: destination has %q", c.protocol, got)
			}
			want := []ledger.Event{
				{Kind: ledger.Success, NDX: 0}, {Kind: ledger.Success, NDX: 1},
				{Kind: ledger.PhaseEnd, NDX: 1}, {Kind: ledger.PhaseEnd, NDX: 2}, {Kind: ledger.StreamEnd}, {Kind: ledger.GoodbyeEnd},
			}
			if c.protocol < 31 {
				want = want[:5]
			}
			if c.protocol < 29 {
				want = append(want[:3], want[4])
			}
			got := r.events()
			if len(got) != len(want) {
				t.Fatalf("%d: events %v", c.protocol, got)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%d: event %d is %v, want %v", c.protocol, i, got[i], want[i])
				}
			}
			if tt := r.totals; tt.Transferred != 2 || tt.TransferredSize != 1509 || tt.Literal != 9 || tt.Matched != 1500 || tt.Files.Total != 3 || tt.Size != 1514 {
				t.Errorf("%d: totals %+v", c.protocol, tt)
			}
		}
	}
}
