package receiver_test

import (
	"fmt"
	"testing"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// script writes what a server sender says to a pulling client.
type script struct {
	protocol int
	head     []byte // raw
	data     []byte // of the data stream
	pauses   []int  // where the sender waits for a file to be asked for again
	ndx      wire.NdxEncoder
}

// newScript starts a script; flags are the compatibility flags of protocol 30 and later.
func newScript(protocol int, flags byte) *script {
	s := &script{protocol: protocol, ndx: wire.NewNdxEncoder(protocol)}
	s.head = wire.AppendInt32(nil, int32(protocol))
	if protocol >= 30 {
		s.head = append(s.head, flags)
	}
	s.head = wire.AppendInt32(s.head, 0x1234)
	return s
}

// pause makes what follows wait until a file has been asked for once more.
func (s *script) pause() *script {
	s.pauses = append(s.pauses, len(s.data))
	return s
}

// bytes returns the raw stream up to the first pause.
func (s *script) bytes() []byte {
	end := len(s.data)
	if len(s.pauses) > 0 {
		end = s.pauses[0]
	}
	return append(append([]byte{}, s.head...), frames(s.data[:end])...)
}

// laterBytes returns what stands behind each pause.
func (s *script) laterBytes() (later [][]byte) {
	for i, at := range s.pauses {
		end := len(s.data)
		if i+1 < len(s.pauses) {
			end = s.pauses[i+1]
		}
		later = append(later, frames(s.data[at:end]))
	}
	return later
}

func frames(p []byte) (b []byte) {
	for len(p) > 0 {
		n := min(len(p), 60000)
		b = append(b, frame(wire.MsgData, p[:n])...)
		p = p[n:]
	}
	return b
}

const (
	modeDir  = 0o40755
	modeFile = 0o100644
)

// entry adds an entry with a modification time of 1000 and no owners.
func (s *script) entry(name string, mode uint32, size int64) *script {
	flags := byte(1)
	s.data = append(append(s.data, flags, byte(len(name))), name...)
	s.data = wire.AppendLong30(s.data, s.protocol, size, wire.SizeBytes)
	if s.protocol >= 30 {
		s.data = wire.AppendVarlong(s.data, 1000, wire.TimeBytes)
	} else {
		s.data = wire.AppendInt32(s.data, 1000)
	}
	s.data = wire.AppendUint32(s.data, mode)
	return s
}

// endList ends a list; below protocol 30 with the error bits.
func (s *script) endList() *script {
	s.data = append(s.data, 0)
	if s.protocol < 30 {
		s.data = wire.AppendInt32(s.data, 0)
	}
	return s
}

func (s *script) index(n int32) *script {
	s.data = s.ndx.Append(s.data, n)
	return s
}

func (s *script) raw(b ...byte) *script {
	s.data = append(s.data, b...)
	return s
}

func (s *script) ints(v ...int32) *script {
	for _, x := range v {
		s.data = wire.AppendInt32(s.data, x)
	}
	return s
}

// item adds an index with flags.
func (s *script) item(n int32, flags uint16) *script {
	s.index(n)
	if s.protocol >= 29 {
		s.data = wire.AppendShort(s.data, flags)
	}
	return s
}

// tree is the list that most scripts begin with: src, src/a, src/b.
func (s *script) tree() *script {
	return s.entry("src", modeDir, 0).entry("src/a", modeFile, 5).entry("src/b", modeFile, 5).endList()
}

func TestHostileItems(t *testing.T) {
	const transfer, basis, name = 0x8000, 0x0800, 0x1000
	for _, c := range []struct {
		name  string
		say   func(s *script)
		since int // 0: both 29 and 31
		args  []string
		code  exit.Code
		text  string
	}{
		{"index out of range", func(s *script) { s.item(999, transfer) }, 0, nil, exit.Protocol, "File-list index 999 not in -1 - 2 ("},
		{"negative index", func(s *script) { s.index(-50) }, 0, nil, exit.Protocol, "Invalid file index: -50 (-1 - 2) [receiver]"},
		{"list without incremental recursion", func(s *script) { s.index(-101) }, 0, nil, exit.Protocol, "Invalid file index: -101 (-1 - 2) [receiver]"},
		{"end of lists without incremental recursion", func(s *script) { s.index(-2) }, 0, nil, exit.Protocol, "Invalid file index: -2 (-1 - 2) [receiver]"},
		{"checksum count", func(s *script) { s.item(1, transfer).ints(-1, 0, 0, 0) }, 0, nil, exit.Protocol, "Invalid checksum count -1 [receiver]"},
		{"block length", func(s *script) { s.item(1, transfer).ints(1, 0x40000000, 2, 0) }, 0, nil, exit.Protocol, "Invalid block length 1073741824 [receiver]"},
		{"zero block length", func(s *script) { s.item(1, transfer).ints(1, 0, 2, 0) }, 0, nil, exit.Protocol, "Invalid zero block length [receiver]"},
		{"checksum length", func(s *script) { s.item(1, transfer).ints(1, 700, 100, 0) }, 0, nil, exit.Protocol, "Invalid checksum length 100 [receiver]"},
		{"remainder", func(s *script) { s.item(1, transfer).ints(1, 700, 2, 701) }, 0, nil, exit.Protocol, "Invalid remainder length 701 [receiver]"},
		{"block index", func(s *script) { s.item(1, transfer).ints(1, 700, 2, 0, -5) }, 0, nil, exit.Protocol, "Invalid block index 4 (count=1) [receiver]"},
		{"fuzzy", func(s *script) { s.item(1, transfer|basis|name).raw(0x83, 3, 'a', 'b', 'c') }, 0, nil, exit.Protocol, "rsync: refusing malicious fuzzy operation for abc"},
		{"basis directory", func(s *script) { s.item(1, transfer|basis).raw(5) }, 0, nil, exit.Protocol, "invalid basis_dir index: 5."},
		{"transfer of a directory", func(s *script) { s.item(0, transfer) }, 0, nil, exit.Protocol, "received request to transfer non-regular file: 0 [receiver]"},
		{"match without basis", func(s *script) { s.item(1, transfer).ints(1, 700, 2, 0, -1) }, 0, nil, exit.Protocol, "got a block match with no basis file for \""},
		{"transfer in phase 2", func(s *script) { s.index(-1).index(-1).item(1, transfer) }, 0, nil, exit.Protocol, "got transfer request in phase 2 [receiver]"},
		{"no goodbye", func(s *script) {
			s.index(-1).index(-1).index(-1)
			for range 5 {
				s.data = wire.AppendLong30(s.data, s.protocol, 1, wire.SizeBytes)
			}
			s.index(1)
		}, 31, nil, exit.Protocol, "Invalid packet at end of run (1) [receiver]"},
		{"deletion counts", func(s *script) { s.index(-3).raw(wire.AppendVarint(nil, -1)...) }, 31, nil, exit.Protocol, "out of range: -1 not in [0,268435456] [receiver]"},
		{"deletion counts of 29", func(s *script) { s.index(-3) }, 29, nil, exit.Protocol, "Invalid file index: -3 (-1 - 2) [receiver]"},
		{"unasked", func(s *script) { s.item(2, transfer).ints(0, 0, 0, 0, 0).raw(make([]byte, 16)...) }, 0, nil, exit.Protocol, "file index 2 that was not asked for"},
		{"compressed token", func(s *script) { s.item(1, transfer).ints(0, 0, 0, 0).raw(0x20, 0xff, 0xff, 0xff, 0xff) }, 29, []string{"-z"}, exit.Protocol, "invalid token number in compressed stream"},
		{"compressed block", func(s *script) { s.item(1, transfer).ints(0, 0, 0, 0).raw(0x85) }, 29, []string{"-z"}, exit.Protocol, "Invalid block index 5 (count=0) [receiver]"},
		{"inflate", func(s *script) { s.item(1, transfer).ints(0, 0, 0, 0).raw(0x40, 5, 'h', 'e', 'l', 'l', 'o') }, 29, []string{"-z"}, exit.StreamIO, "inflate returned -3 (0 bytes)"},
		{"end", func(s *script) { s.item(1, transfer).ints(0, 0, 0, 0, 100) }, 0, nil, exit.StreamIO, "connection unexpectedly closed"},
	} {
		for _, protocol := range []int{29, 31} {
			if c.since != 0 && c.since != protocol {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", c.name, protocol), func(t *testing.T) {
				s := newScript(protocol, 0).tree()
				c.say(s)
				r := newRig(t, setup{protocol: protocol, args: append([]string{"-r"}, c.args...), bytes: s.bytes()})
				if err := r.first(); err != nil {
					t.Fatal(err)
				}
				if err := mkdir(r.path("src")); err != nil {
					t.Fatal(err)
				}
				r.request(1)
				r.peer.CloseWrite()
				err := r.run(t.Context())
				r.wantError(err, c.code, c.text)
				r.closeTree()
				if got := dirNames(t, r.path("src")); got != "" {
					t.Errorf("left behind: %s", got)
				}
			})
		}
	}
}

func TestHostileLists(t *testing.T) {
	for _, c := range []struct {
		name string
		say  func(s *script)
		code exit.Code
		text string
	}{
		{"twice", func(s *script) { s.index(-101).endList().index(-101) }, exit.Protocol, "rsync: refusing malicious duplicate flist for dir 0"},
		{"directory unknown early", func(s *script) { s.index(-108) }, exit.Protocol, "[Receiver] Invalid dir index: -108 (-101 - -101)"},
		{"directory unknown", func(s *script) { s.index(-101).endList().index(-108) }, exit.Protocol, "Invalid dir index: -108 (-101 - -101) [receiver]"},
		{"not below", func(s *script) { s.index(-101).entry("other/x", modeFile, 1).endList() }, exit.Unsupported, "ABORTING due to invalid path from sender: other/x"},
		{"unsafe", func(s *script) { s.index(-101).entry("src/../x", modeFile, 1).endList() }, exit.Unsupported, "ABORTING due to unsafe pathname from sender: src/../x"},
		{"cleared", func(s *script) {
			s.index(-101).entry("src/d", modeDir, 0).entry("src/d", modeDir, 0).endList().index(-103)
		}, exit.Protocol, "rsync: refusing flist for cleared dir_ndx 2"},
		{"cleared file", func(s *script) {
			s.index(-101).entry("src/d", modeFile, 0).entry("src/d", modeFile, 0).endList().item(4, 0)
		}, exit.Protocol, "rsync: refusing transfer of cleared file index 4"},
		{"after the last was freed", func(s *script) {
			s.index(-101).entry("src/d", modeDir, 0).endList().index(-1).index(-1).index(-102)
		}, exit.Protocol, "rsync: refusing sub-flist after final flist was freed"},
		{"after the end", func(s *script) {
			s.index(-101).entry("src/d", modeDir, 0).endList().index(-2).index(-102)
		}, exit.Protocol, "rsync: refusing sub-flist after final flist was freed"},
		{"no parent", func(s *script) { s.index(-2).item(0, 0) }, exit.Protocol, ""},
		{"released", func(s *script) {
			s.index(-101).entry("src/d", modeDir, 0).endList().index(-1).item(1, 0)
		}, exit.Protocol, "File-list index 1 not in 2 - 3 ("},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(31, 1).entry("src", modeDir, 0).endList()
			c.say(s)
			r := newRig(t, setup{protocol: 31, args: []string{"-r"}, bytes: s.bytes()})
			err := r.first()
			if err == nil {
				err = r.run(t.Context())
			}
			r.wantError(err, c.code, c.text)
		})
	}
}

// A message about a file that is not in flight is refused.
func TestHostileNoSend(t *testing.T) {
	s := newScript(31, 0).tree()
	r := newRig(t, setup{protocol: 31, args: []string{"-r"}, bytes: s.bytes()})
	if err := r.first(); err != nil {
		t.Fatal(err)
	}
	r.request(1)
	r.peer.Write(frame(wire.MsgNoSend, wire.AppendInt32(nil, 2)))
	r.peer.CloseWrite()
	r.wantError(r.run(t.Context()), exit.Protocol, "Invalid file index: 2")
}
