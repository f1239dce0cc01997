//go:build unix

package transfer_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit/internal/transfer"
	"godwit/internal/transport"
)

// sessions are command lines whose sessions are recorded, whole, and played back with damage
// to either end. S/ and D/ stand for the trees.
var sessions = [][]string{
	{"-a", "h:S/", "D/"},
	{"-a", "S/", "h:D/"},
	{"-aH", "--protocol=29", "--delete", "h:S/", "D/"},
	{"-aH", "--protocol=29", "--delete", "S/", "h:D/"},
	{"-a", "--protocol=27", "h:S/", "D/"},
	{"-aHzc", "--no-inc-recursive", "--no-whole-file", "-I", "h:S/", "D/"},
	{"-aHzc", "--no-inc-recursive", "--no-whole-file", "-I", "S/", "h:D/"},
	{"-a", "--compress-choice=zstd", "--protocol=30", "-b", "--fuzzy", "h:S/", "D/"},
	{"-ai", "--inplace", "--no-whole-file", "-I", "--delete-after", "-vv", "S/", "h:D/"},
	{"-rlD", "--partial-dir=.pp", "--delay-updates", "--exclude=*.o", "--prune-empty-dirs", "S/", "h:D/"},
}

// event is what one end of a recorded session read from the other, and how much it had said before.
type event struct {
	said  int
	bytes []byte
}

// tape records what one end reads.
type tape struct {
	*transport.PipeEnd
	mu     sync.Mutex
	said   int
	events []event
}

func (c *tape) Read(p []byte) (int, error) {
	n, err := c.PipeEnd.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.events = append(c.events, event{said: c.said, bytes: append([]byte{}, p[:n]...)})
		c.mu.Unlock()
	}
	return n, err
}

func (c *tape) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.said += len(p)
	c.mu.Unlock()
	return c.PipeEnd.Write(p)
}

// player is the connection of an end that hears a recording. Each part waits until the end has
// said as much as it had when that part was recorded, or has been silent for a while: what was
// damaged may have made it say something else.
type player struct {
	mu     sync.Mutex
	more   sync.Cond
	parts  []event
	said   int
	closed bool
}

// patience is how long a part waits for words that may never come.
const patience = 15 * time.Millisecond

func (c *player) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	impatient := false
	timer := time.AfterFunc(patience, func() {
		c.mu.Lock()
		impatient = true
		c.mu.Unlock()
		c.more.Broadcast()
	})
	defer timer.Stop()
	for !c.closed && len(c.parts) > 0 && c.said < c.parts[0].said && !impatient {
		c.more.Wait()
	}
	if c.closed {
		return 0, io.ErrClosedPipe
	}
	if len(c.parts) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.parts[0].bytes)
	if c.parts[0].bytes = c.parts[0].bytes[n:]; len(c.parts[0].bytes) == 0 {
		c.parts = c.parts[1:]
	}
	return n, nil
}

func (c *player) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, io.ErrClosedPipe
	}
	c.said += len(p)
	c.more.Broadcast()
	return len(p), nil
}

func (c *player) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.more.Broadcast()
	return nil
}

// damage changes a recording as the bytes of plan say, six for each change: what, where, how.
func damage(parts []event, plan []byte) []event {
	parts = slices.Clone(parts)
	total := 0
	for _, p := range parts {
		total += len(p.bytes)
	}
	for ; len(plan) >= 6 && total > 0; plan = plan[6:] {
		at := int(binary.LittleEndian.Uint32(plan[1:5])) % total
		i := 0
		for at >= len(parts[i].bytes) {
			at -= len(parts[i].bytes)
			i++
		}
		b := slices.Clone(parts[i].bytes)
		how := plan[5]
		switch plan[0] % 8 {
		case 0:
			b[at] ^= 1 << (how % 8)
		case 1:
			b[at] = how
		case 2:
			b[at] = []byte{0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x07, 0x20}[how%8]
		case 3: // a number of four bytes
			v := []uint32{0, 1, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1<<32 - 101, 1 << 30, 70000}[how%8]
			for k := 0; k < 4 && at+k < len(b); k++ {
				b[at+k] = byte(v >> (8 * k))
			}
		case 4:
			b = slices.Delete(b, at, min(at+1+int(how%32), len(b)))
		case 5:
			b = slices.Insert(b, at, slices.Repeat([]byte{how}, 1+int(how%7))...)
		case 6: // the same once more
			b = slices.Insert(b, at, b[at:min(at+1+int(how), len(b))]...)
		case 7: // and no further
			b = b[:at]
			parts = parts[:i+1]
		}
		parts[i].bytes = b
		total = 0
		for _, p := range parts {
			total += len(p.bytes)
		}
	}
	return slices.DeleteFunc(parts, func(e event) bool { return len(e.bytes) == 0 })
}

// stand is the ground that sessions are played on.
type stand struct{ top string }

func (s stand) path(name string) string { return filepath.Join(s.top, name) }

// lay makes the trees as they are before a run; what lies outside is never laid again.
func (s stand) lay() error {
	put := func(name, content string) error {
		if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
			return err
		}
		at := time.Unix(1_600_000_000, 0)
		return os.Chtimes(s.path(name), at, at)
	}
	old := strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 100)
	err := errors.Join(os.RemoveAll(s.path("src")), os.RemoveAll(s.path("dst")))
	for name, content := range map[string]string{
		"src/one": "1\n", "src/a/two": old + "2\n", "src/a/b/three": strings.Replace(old, "lazy", "laxy", 3), "src/x.o": "object", "src/empty": "",
		"dst/a/two": old, "dst/a/b/three": old, "dst/own": "own\n", "dst/a/two.old": old,
	} {
		err = errors.Join(err, put(name, content))
	}
	return errors.Join(err, os.Symlink("../outside/secret", s.path("src/link")), os.Link(s.path("src/one"), s.path("src/twin")),
		os.Symlink("../outside", s.path("dst/away")), os.MkdirAll(s.path("src/none"), 0o755))
}

// picture is names, modes, times, links and contents of a tree, as one text.
func (s stand) picture(name string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(s.path(name), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v %d %v", path, fi.Mode(), fi.Size(), fi.ModTime())
		if fi.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", content)
		}
		b.WriteByte('\n')
		return nil
	})
	return b.String(), err
}

// words puts the trees into a command line.
func (s stand) words(args []string) (all []string) {
	for _, a := range args {
		a = strings.Replace(a, "S/", s.path("src")+"/", 1)
		all = append(all, strings.Replace(a, "D/", s.path("dst")+"/", 1))
	}
	return append([]string{"--checksum-seed=7"}, all...)
}

// FuzzSession plays recorded sessions to either end, with damage. The end must come to an end
// itself, without a crash, and leave alone what lies outside its destination.
func FuzzSession(f *testing.F) {
	s := stand{top: f.TempDir()}
	if err := os.MkdirAll(s.path("outside"), 0o755); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(s.path("outside/secret"), []byte("secret\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	outside, err := s.picture("outside")
	if err != nil {
		f.Fatal(err)
	}
	var tapes [][2]*tape // of client and server
	for _, args := range sessions {
		if err := s.lay(); err != nil {
			f.Fatal(err)
		}
		near, far := transport.Pipe()
		both := [2]*tape{{PipeEnd: near}, {PipeEnd: far}}
		e, err := tryOver(f.Context(), s.words(args), both[0], both[1])
		if err != nil || e.client.Code != 0 {
			f.Fatalf("%q: %v, code %d: %s", args, err, e.client.Code, texts(e.said))
		}
		tapes = append(tapes, both)
	}
	rnd := rand.New(rand.NewPCG(3, 5))
	for n := range 300 {
		plan := make([]byte, 6*(1+rnd.IntN(3)))
		for i := range plan {
			plan[i] = byte(rnd.Uint32())
		}
		f.Add(uint8(n), plan)
	}
	f.Fuzz(func(t *testing.T, which uint8, plan []byte) {
		if len(plan) > 60 {
			return
		}
		args := s.words(sessions[int(which>>1)%len(sessions)])
		end := int(which & 1)
		if err := s.lay(); err != nil {
			t.Fatal(err)
		}
		source, err := s.picture("src")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p, err := prepare(args)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		conn := &player{parts: damage(tapes[int(which>>1)%len(sessions)][end].events, plan)}
		conn.more.L = &conn.mu
		setup := []transfer.Setup{p.client, p.server}[end]
		setup.Conn = conn
		transfer.Run(ctx, setup)
		if ctx.Err() != nil {
			t.Errorf("%q: no end of it", args)
		}
		if now, err := s.picture("outside"); err != nil || now != outside {
			t.Errorf("%q: outside: %v\n%s", args, err, now)
		}
		if now, err := s.picture("src"); err != nil || now != source {
			t.Errorf("%q: source: %v\n%s", args, err, now)
		}
	})
}
