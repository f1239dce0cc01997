//go:build linux

package hostile

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"godwit/internal/checksum"
	"godwit/internal/wire"
)

// liar is a scripted peer. Its methods say correct things; what is wrong is put together
// with raw, frame and ints. Once the program has gone away every method ends the script.
type liar struct {
	t        testing.TB
	conn     io.ReadWriteCloser
	protocol int
	server   bool // the liar is the server
	flags    wire.CompatFlags
	seed     int32

	ndx    wire.NdxEncoder
	hears  wire.NdxDecoder
	in     *wire.Reader // the program's data stream, after the handshake
	inbox  *inbox
	acls   bool // entries carry access lists
	spoils bool // files end in wrong sums
	over   bool // the run is over, and correctly so: a liar that says more has said it
}

// gone ends a script whose listener has left.
type gone struct{ error }

func (l *liar) need(err error) {
	if err != nil {
		panic(gone{err})
	}
}

// bytes writes p as it is.
func (l *liar) bytes(p ...byte) {
	_, err := l.conn.Write(p)
	l.need(err)
}

// framed tells whether what the liar says travels in frames.
func (l *liar) framed() bool { return l.server || l.protocol >= 30 }

// frame writes one frame.
func (l *liar) frame(m wire.Msg, payload []byte) {
	l.bytes(append(wire.AppendHeader(nil, m, len(payload)), payload...)...)
}

// raw puts bytes into the data stream.
func (l *liar) raw(p ...byte) {
	if !l.framed() {
		l.bytes(p...)
		return
	}
	for len(p) > 0 {
		n := min(len(p), wire.MaxData)
		l.frame(wire.MsgData, p[:n])
		p = p[n:]
	}
}

// ints puts numbers of four bytes into the data stream.
func (l *liar) ints(v ...int32) {
	var b []byte
	for _, x := range v {
		b = wire.AppendInt32(b, x)
	}
	l.raw(b...)
}

// varints puts variable numbers into the data stream.
func (l *liar) varints(v ...int32) {
	var b []byte
	for _, x := range v {
		b = wire.AppendVarint(b, x)
	}
	l.raw(b...)
}

// index puts a file index into the data stream.
func (l *liar) index(n int32) { l.raw(l.ndx.Append(nil, n)...) }

// item is an index with flags.
func (l *liar) item(n int32, flags wire.ItemFlags, more ...byte) {
	b := l.ndx.Append(nil, n)
	if l.protocol >= 29 {
		b = wire.AppendShort(b, uint16(flags))
	}
	l.raw(append(b, more...)...)
}

// head is a sum head.
func (l *liar) head(count, block, strong, remainder int32) {
	l.ints(count, block, strong, remainder)
}

func (l *liar) readRaw(n int) []byte {
	p := make([]byte, n)
	_, err := io.ReadFull(l.conn, p)
	l.need(err)
	return p
}

// greet is the handshake up to the seed, truthful.
func (l *liar) greet() {
	if !l.server {
		l.bytes(wire.AppendInt32(nil, int32(l.protocol))...)
		l.readRaw(4)
		l.settle()
		return
	}
	l.readRaw(4)
	l.bytes(wire.AppendInt32(nil, int32(l.protocol))...)
	l.offer()
	l.seeded()
}

// offer sends the compatibility flags of a server.
func (l *liar) offer() {
	if l.protocol >= 30 {
		l.bytes(wire.AppendVarint(nil, int32(l.flags))...)
	}
}

// seeded sends the seed of a server and begins to listen.
func (l *liar) seeded() {
	l.seed = 0x1234
	l.bytes(wire.AppendInt32(nil, l.seed)...)
	l.listen(l.protocol >= 30)
}

// settle reads what a server says between the versions and the frames.
func (l *liar) settle() {
	if l.protocol >= 30 {
		first := l.readRaw(1)[0]
		extra := 0
		for b := first; b&0x80 != 0; b <<= 1 {
			extra++
		}
		l.readRaw(extra)
		if first&0x80 != 0 {
			l.t.Error("flags that the liar's client cannot have")
		}
		l.flags = wire.CompatFlags(first)
	}
	l.seed = int32(binary.LittleEndian.Uint32(l.readRaw(4)))
	l.listen(true)
}

// listen starts to take the program's stream apart.
func (l *liar) listen(framed bool) {
	l.ndx, l.hears = wire.NewNdxEncoder(l.protocol), wire.NewNdxDecoder(l.protocol)
	l.inbox = newInbox()
	l.in = wire.NewReader(wire.NewStreamSource(l.inbox, 4096), "liar")
	go l.inbox.fill(l.conn, framed)
}

// awaitIndex reads the next index that the program sends.
func (l *liar) awaitIndex() int32 {
	n, err := l.hears.Read(l.in)
	l.need(err)
	return n
}

// awaitItem reads the next item that the program, a receiving side, sends, with its sums;
// the end of a phase is an item of index -1.
func (l *liar) awaitItem() (int32, wire.Item, wire.SumHead) {
	n := l.awaitIndex()
	var it wire.Item
	var head wire.SumHead
	if n < 0 {
		return n, it, head
	}
	l.need(l.in.Item(l.protocol, &it))
	if l.protocol < 29 || it.Flags.Has(wire.ItemTransfer) {
		var err error
		head, err = l.in.SumHead(l.protocol, 16)
		l.need(err)
		l.need(l.in.Skip(int64(head.Count) * int64(4+head.StrongLen)))
	}
	return n, it, head
}

// awaitTransfer reads items until the program asks for the data of a file.
func (l *liar) awaitTransfer() int32 {
	for {
		n, it, _ := l.awaitItem()
		if it.Flags.Has(wire.ItemTransfer) {
			return n
		}
	}
}

// awaitRules reads the filter rules of a client.
func (l *liar) awaitRules() {
	for {
		n, err := l.in.Int32()
		l.need(err)
		if n == 0 {
			return
		}
		l.need(l.in.Skip(int64(n)))
	}
}

// sum returns the sum that ends a file with this content.
func (l *liar) sum(content []byte) []byte {
	h := checksum.NewTransfer(checksum.Params{
		Kind: checksum.Default(l.protocol), Protocol: l.protocol, Seed: l.seed, SeedFirst: l.flags.Has(wire.CompatSeedFirst),
	})
	_, _ = h.Write(content)
	return h.Append(nil)
}

// file sends a whole file as the answer to a request.
func (l *liar) file(n int32, flags wire.ItemFlags, content []byte) {
	l.item(n, flags)
	l.head(0, 0, 0, 0)
	if len(content) > 0 {
		l.ints(int32(len(content)))
		l.raw(content...)
	}
	l.ints(0)
	sum := l.sum(content)
	if l.spoils {
		sum[0] ^= 1
	}
	l.raw(sum...)
}

// serve is an honest sender from here to the end of the run: every file has the content
// given, lists are released as they are done.
func (l *liar) serve(content []byte, lists int) {
	phases := 2
	if l.protocol < 29 {
		phases = 1
	}
	for phase := 0; ; {
		n, it, _ := l.awaitItem()
		switch {
		case n == wire.NdxDelStats:
			_, err := l.in.DelStats()
			l.need(err)
		case n >= 0 && it.Flags.Has(wire.ItemTransfer):
			l.file(n, it.Flags, content)
		case n >= 0:
			more, err := it.Append(nil, l.protocol)
			l.need(err)
			l.raw(append(l.ndx.Append(nil, n), more...)...)
		case lists > 1:
			lists--
			l.index(wire.NdxDone)
		default:
			if phase++; phase <= phases {
				l.index(wire.NdxDone)
				continue
			}
			l.index(wire.NdxDone)
			l.farewell()
			return
		}
	}
}

// farewell is what follows the last phase of a sender.
func (l *liar) farewell() {
	if l.server {
		count := 5
		if l.protocol < 29 {
			count = 3
		}
		var b []byte
		for range count {
			b = wire.AppendLong30(b, l.protocol, 1, wire.SizeBytes)
		}
		l.raw(b...)
	}
	for {
		n := l.awaitIndex()
		if n == wire.NdxDelStats {
			_, err := l.in.DelStats()
			l.need(err)
			continue
		}
		break
	}
	if l.protocol >= 31 {
		l.index(wire.NdxDone)
		l.awaitIndex()
	}
	l.over = true
}

// inbox holds the program's data stream until the script reads it, and its texts.
type inbox struct {
	mu    sync.Mutex
	more  sync.Cond
	data  []byte
	err   error
	texts strings.Builder
	codes []wire.Msg // of the messages, in order
}

func newInbox() *inbox {
	b := &inbox{}
	b.more.L = &b.mu
	return b
}

// Read implements io.Reader.
func (b *inbox) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == 0 && b.err == nil {
		b.more.Wait()
	}
	n := copy(p, b.data)
	b.data = b.data[n:]
	if n == 0 {
		return 0, b.err
	}
	return n, nil
}

// fill reads the connection to its end.
func (b *inbox) fill(c io.ReadCloser, framed bool) {
	buf := make([]byte, 64<<10)
	for {
		var n int
		var err error
		code := wire.MsgData
		if framed {
			if _, err = io.ReadFull(c, buf[:wire.HeaderLen]); err == nil {
				if code, n = wire.ParseHeader(buf); n > len(buf) {
					buf = make([]byte, n)
				}
				n, err = io.ReadFull(c, buf[:n])
			}
		} else {
			n, err = c.Read(buf)
		}
		b.mu.Lock()
		if code == wire.MsgData {
			b.data = append(b.data, buf[:n]...)
		} else {
			b.codes = append(b.codes, code)
			switch code {
			case wire.MsgErrorXfer, wire.MsgInfo, wire.MsgError, wire.MsgWarning:
				b.texts.Write(buf[:n])
			}
		}
		if err == nil && code == wire.MsgErrorExit {
			err = io.EOF
		}
		if err != nil {
			b.err = err
		}
		b.more.Broadcast()
		b.mu.Unlock()
		if err != nil {
			// The program gives up; as any peer does, the liar leaves.
			c.Close()
			return
		}
	}
}

// said returns the texts that the program sent to the liar.
func (b *inbox) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.texts.String()
}

// play runs a script; it returns when the script is over or its listener has left.
func play(l *liar, script func(*liar)) {
	defer func() {
		if r := recover(); r != nil {
			if g, ok := r.(gone); !ok || errors.Is(g.error, nil) {
				panic(r)
			}
		}
	}()
	script(l)
}
