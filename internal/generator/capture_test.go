package generator_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"godwit/internal/flist"
)

// TestCaptures replays the generator's side of docs/protocol/03-transfer.md §17.1 to §17.4.
func TestCaptures(t *testing.T) {
	sums := map[int]string{
		27: "dafe0c76 bc16 4aff64f1 cb6d a6fe541c 82c9", 28: "dafe0c76 bc16 4aff64f1 cb6d a6fe541c 82c9",
		29: "dafe0c76 bc16 4aff64f1 cb6d a6fe541c 82c9",
		30: "dafe0c76 5888 4aff64f1 f0ac a6fe541c 635c", 31: "dafe0c76 5888 4aff64f1 f0ac a6fe541c 635c",
		32: "dafe0c76 5888 4aff64f1 f0ac a6fe541c 635c",
	}
	for protocol := 27; protocol <= 32; protocol++ {
		t.Run(fmt.Sprint(protocol), func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "chg"), basisA(), 900000000)
			put(t, filepath.Join(dir, "same"), []byte("same\n"), 1000000000)
			r := newRig(t, setup{protocol: protocol, server: true, dir: dir, args: []string{"-t"}, files: []flist.Item{
				item("chg", 1503, 1000000000), item("new", 6, 1000000000), item("same", 5, 1000000000),
			}})
			head := "03000000 bc020000 02000000 64000000"
			switch {
			case protocol >= 30:
				r.expect("01 0c80" + head + sums[protocol] + "01 00a0" + zeros)
			case protocol == 29:
				r.expect("00000000 0c80" + head + sums[protocol] + "01000000 00a0" + zeros)
			default:
				r.expect("00000000" + head + sums[protocol] + "01000000" + zeros)
			}
			r.led.Succeeded(0, 0, 0)
			r.led.Succeeded(1, 0, 0)
			r.phases(protocol)
		})
	}
}

// TestRedo is the exchange of docs/protocol/03-transfer.md §3.6.
func TestRedo(t *testing.T) {
	for protocol := 27; protocol <= 32; protocol++ {
		t.Run(fmt.Sprint(protocol), func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "chg"), basisA(), 900000000)
			r := newRig(t, setup{protocol: protocol, server: true, dir: dir, args: []string{"-t"}, files: []flist.Item{
				item("chg", 1503, 1000000000),
			}})
			done := "00"
			first, again := "01 0c80", "fe0000 0c80"
			strong := [3]string{"58887eaa37b4010f6159284051a62402", "f0ac086bbc750c4b79335f0ec89a0e8a", "635ce5515f0070b924ee48d8bd1e9685"}
			if protocol < 30 {
				done, first, again = "ffffffff", "00000000 0c80", "00000000 0c80"
				strong = [3]string{"bc16141bea1d975563fea63e44f3cb8b", "cb6d15719cc3b119c997c7718f42d074", "82c9d5eeb55f0235cad56a8fcfbcf739"}
			}
			if protocol < 29 {
				first, again = "00000000", "00000000"
			}
			r.expect(first + "03000000 bc020000 02000000 64000000" + "dafe0c76" + strong[0][:4] + "4aff64f1" + strong[1][:4] +
				"a6fe541c" + strong[2][:4] + done)
			r.led.NeedsRedo(0)
			r.expect(again + "03000000 bc020000 10000000 64000000" + "dafe0c76" + strong[0] + "4aff64f1" + strong[1] + "a6fe541c" + strong[2])
			r.led.EndPhase(1)
			if protocol >= 30 {
				r.led.Succeeded(0, 0, 0) // what follows is held back until then
			}
			r.expect(done) // (2)
			if protocol >= 29 {
				r.expect(done)
			}
			if protocol >= 31 {
				r.expect(done)
			}
			if protocol < 30 {
				r.led.Succeeded(0, 0, 0)
			}
			r.led.EndPhase(2)
			r.led.EndStream()
			r.led.EndGoodbye()
			r.expect(done)
			r.finish()
		})
	}
}

// TestIncremental is the generator's side of docs/protocol/03-transfer.md §17.5.
func TestIncremental(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a", "old"), nil, 1)
	setTime(t, filepath.Join(dir, "a"), 5)
	setTime(t, dir, 5)
	r := newRig(t, setup{protocol: 32, incremental: true, server: true, dir: dir, args: []string{"-rt"}, files: []flist.Item{
		item("./", 0, 1000000000), item("b/", 0, 1000000000), item("a/", 0, 1000000000),
	}})
	r.expect("01 0800")
	r.publish(1, item("a/x", 3, 1000000000))
	r.expect("00") // nothing of the first list is open
	r.expect("04 0800 01 00a0" + zeros)
	r.publish(2, item("b/y", 3, 1000000000))
	r.expect("01 0060 01 00a0" + zeros)
	r.list.SetEOF()
	r.led.Succeeded(7, 0, 0)
	r.led.Succeeded(5, 0, 0)
	r.expect("00") // the second list
	r.expect("00") // the third, which is DONE (1)
	r.led.EndPhase(1)
	r.expect("00 00 00")
	r.led.EndPhase(2)
	r.led.EndStream()
	r.led.EndGoodbye()
	r.expect("00")
	r.finish()
	wantTime(t, dir, 1000000000)
	wantTime(t, filepath.Join(dir, "a"), 1000000000)
	wantTime(t, filepath.Join(dir, "b"), 1000000000)
}
