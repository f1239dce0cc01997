//go:build linux

package hostile

import (
	"os"
	"strings"
	"testing"

	"godwit/internal/wire"
)

// requests are what a receiving side asks of a sender (docs/protocol/08-security.md §8.3 to §8.5).
// The list is src, src/dir, src/a, src/b in some order: 1 to 4 name something in it.
var requests = []scenario{
	{name: "index beyond the list", say: func(l *liar) { l.item(999, transfer) }, codes: []int{2}, text: "File-list index 999 not in "},
	{name: "index below zero", say: func(l *liar) { l.index(-50) }, codes: []int{2}, text: "Invalid file index: -50 ("},
	{name: "a list", say: func(l *liar) { l.index(-101) }, codes: []int{2}, text: "Invalid file index: -101 ("},
	{name: "end of lists", say: func(l *liar) { l.index(-2) }, codes: []int{2}, text: "Invalid file index: -2 ("},
	{name: "directory", say: func(l *liar) { l.item(0, transfer) }, codes: []int{2}, text: "received request to transfer non-regular file: 0 [sender]"},
	{name: "in phase 2", say: func(l *liar) { l.index(-1); l.index(-1); l.item(1, transfer) }, codes: []int{2}, text: "got transfer request in phase 2 [sender]"},
	{name: "count below zero", say: sums(-1, 0, 0, 0), codes: []int{2}, text: "Invalid checksum count -1 [sender]"},
	{name: "block length", say: sums(1, 1<<30, 2, 0), codes: []int{2}, text: "Invalid block length 1073741824 [sender]"},
	{name: "block length 0", say: sums(1, 0, 2, 0), codes: []int{2}, text: "Invalid zero block length [sender]"},
	{name: "block length below zero", say: sums(1, -1, 2, 0), codes: []int{2}, text: "Invalid block length -1 [sender]"},
	{name: "sum length", say: sums(1, 700, 100, 0), codes: []int{2}, text: "Invalid checksum length 100 [sender]"},
	{name: "sum length below zero", say: sums(1, 700, -1, 0), codes: []int{2}, text: "Invalid checksum length -1 [sender]"},
	{name: "remainder", say: sums(1, 700, 2, 701), codes: []int{2}, text: "Invalid remainder length 701 [sender]"},
	{name: "remainder below zero", say: sums(1, 700, 2, -1), codes: []int{2}, text: "Invalid remainder length -1 [sender]"},
	{name: "greatest count and no sums", say: sums(1<<31-1, 700, 16, 0), leaves: true, codes: []int{12, 22}, text: "connection unexpectedly closed|exceeded --max-alloc"},
	{name: "name too long", say: func(l *liar) {
		l.item(1, newFile|wire.ItemBasis|wire.ItemName, append([]byte{0x83, 0x90, 0x00}, make([]byte, 4096)...)...)
	}, codes: []int{2}, text: "over-long vstring received (4096 > 4095)"},
	{name: "attributes nobody agreed on", say: func(l *liar) { l.item(1, wire.ItemXattr, 7, 0) }, leaves: true, codes: []int{2, 12}, text: ""},
	{name: "deletion counts", say: func(l *liar) { l.index(-3); l.varints(-1) }, codes: []int{2}, text: "out of range: -1 not in [0,268435456] [sender]"},
	{name: "deletion counts too great", say: func(l *liar) { l.index(-3); l.varints(1, 1, 1, 1, 1<<28+1) }, codes: []int{2}, text: "out of range: 268435457 not in [0,268435456] [sender]"},
	{name: "done for ever", say: func(l *liar) {
		for range 6 {
			l.index(-1)
		}
		l.item(1, transfer)
	}, codes: []int{0, 2}, text: ""},
	{name: "no goodbye", say: func(l *liar) { l.index(-1); l.index(-1); l.index(-1); l.item(1, 0) }, codes: []int{2, 12}, text: "Invalid packet at end of run (1) [sender]|", leaves: true},
	{name: "success for nothing", args: []string{"--remove-source-files"}, say: func(l *liar) { l.frame(wire.MsgSuccess, four(77)) }, codes: []int{2, 12}, text: "File-list index 77 not in |invalid multi-message 100:4 ["},
	{name: "success for what lies beside the files", args: []string{"--remove-source-files"}, say: func(l *liar) { l.frame(wire.MsgSuccess, four(-1)) }, codes: []int{2, 12}, text: "File-list index -1 not in |invalid multi-message 100:4 ["},
	{name: "success of the wrong length", args: []string{"--remove-source-files"}, say: func(l *liar) { l.frame(wire.MsgSuccess, []byte("xy")) }, codes: []int{12}, text: "invalid multi-message 100:2 [sender]"},
	{name: "one block at every offset", prepare: func(t *testing.T, s *stage) { s.put(t, "src/a", strings.Repeat("\x00", 300_000)) },
		say: func(l *liar) {
			// 20,000 blocks of one weak sum and as many strong ones: at most 1024 are looked at.
			const blocks = 20_000
			n := int32(0)
			for n = 1; n <= 3; n++ { // whichever of them src/a is
				l.item(n, transfer)
				l.head(blocks, 700, 16, 0)
				b := make([]byte, 0, blocks*20)
				for i := range int32(blocks) {
					b = append(b, 0, 0, 0, 0)
					b = append(append(b, four(i)...), make([]byte, 12)...)
				}
				l.raw(b...)
				if n == 1 {
					break
				}
			}
			l.index(-1)
		}, leaves: true, codes: []int{0, 2, 10, 12}, text: ""},
}

// sums asks for a file with a head of sums.
func sums(count, block, strong, remainder int32) func(*liar) {
	return func(l *liar) {
		l.item(1, transfer)
		l.head(count, block, strong, remainder)
	}
}

// A sender is asked for what cannot be.
func TestRequests(t *testing.T) {
	for i := range requests {
		c := &requests[i]
		c.protocols = []int{31}
		before := c.prepare
		c.prepare = func(t *testing.T, s *stage) {
			// One file: index 0 is the directory, 1 the file.
			must(t, os.RemoveAll(s.path("src/dir")))
			must(t, os.Remove(s.path("src/b")))
			if before != nil {
				before(t, s)
			}
		}
	}
	run(t, requests, sends, pushes)
}

// unrequested are names that the client did not ask for (docs/protocol/08-security.md §12.1).
var unrequested = []scenario{
	{name: "other", say: func(l *liar) { l.entries(dir("src"), file("other")); l.endList() }, text: "ERROR: rejecting unrequested file-list name: other"},
	{name: "other, seemingly implied", say: func(l *liar) { l.entries(entry{name: "other", mode: modeDir, flags: xTop | xNoContent}); l.endList() },
		protocols: []int{31}, text: "ERROR: rejecting unrequested file-list name: other"},
	{name: "dot file beside it", say: func(l *liar) { l.entries(dir("src"), file(".ssh/authorized_keys")); l.endList() }, text: "ERROR: rejecting unrequested file-list name: .ssh/authorized_keys"},
	{name: "name that begins the same", say: func(l *liar) { l.entries(dir("src"), file("src2")); l.endList() }, text: "ERROR: rejecting unrequested file-list name: src2"},
	{name: "excluded", args: []string{"--exclude=*.key"}, say: func(l *liar) { l.entries(dir("src"), file("src/x.key")); l.endList() }, text: "ERROR: rejecting excluded file-list name: src/x.key"},
	{name: "in a list that follows", flags: wire.CompatIncRecurse, protocols: []int{31}, say: func(l *liar) { l.one(); l.sub(-101, file("other")) },
		text: "ERROR: rejecting unrequested file-list name: other"},
	{name: "parents, and deletion", args: []string{"-R", "--delete"}, protocols: []int{29, 31}, codes: []int{0},
		prepare: func(t *testing.T, s *stage) { s.put(t, "dst/src/own", "mine\n") },
		say:     func(l *liar) { l.entries(entry{name: "src", mode: modeDir, flags: xTop}); l.endList(); l.serve(nil, 1) },
	},
}

// wider asks for src/dir only, and is told that src as a whole is what was asked for.
var wider = []scenario{
	{name: "deletion beside what was asked for", args: []string{"-R", "--delete"}, protocols: []int{29, 30, 31, 32}, codes: []int{0},
		prepare: func(t *testing.T, s *stage) { s.put(t, "dst/src/own", "mine\n") },
		say: func(l *liar) {
			l.entries(entry{name: "src", mode: modeDir, flags: xTop}, entry{name: "src/dir", mode: modeDir, flags: xTop})
			l.endList()
			l.serve(nil, 1)
		},
		check: func(t *testing.T, s *stage) {
			if _, err := os.Lstat(s.path("dst/src/own")); err != nil {
				t.Errorf("the sender has widened the deletion: %v", err)
			}
		}},
}

func TestUnrequested(t *testing.T) {
	for i := range unrequested {
		if unrequested[i].codes == nil {
			unrequested[i].codes = []int{4}
		}
	}
	run(t, unrequested, pulls)
}

func TestDeletionIsNotWidened(t *testing.T) {
	for i := range wider {
		wider[i].source = "h:src/dir"
	}
	run(t, wider, pulls)
}
