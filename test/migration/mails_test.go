//go:build linux

package migration

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// size says how much mail there is.
type size struct {
	boxes, perBox int
	archive       int64 // bytes of the one large file
}

var (
	small = size{boxes: 30, perBox: 200, archive: 20 << 20}
	whole = size{boxes: 300, perBox: 200, archive: 1 << 30}
)

// mails is a mail server's tree and what has happened to it so far.
type mails struct {
	root  string
	size  size
	rnd   *rand.ChaCha8
	clock time.Time
}

// newMails lays a tree of maildirs: half of each box's mails read, half new.
func newMails(t testing.TB, root string, s size) *mails {
	m := &mails{root: root, size: s, rnd: rand.NewChaCha8([32]byte{'m', 'a', 'i', 'l'}), clock: time.Unix(1_700_000_000, 123_456_789)}
	for b := range s.boxes {
		for _, sub := range []string{"cur", "new", "tmp"} {
			must(t, os.MkdirAll(m.box(b, sub), 0o700))
		}
		for i := range s.perBox {
			if i%2 == 0 {
				m.deliver(t, m.box(b, "cur", fmt.Sprintf("%d.M%dP1.mail:2,S", 1_600_000_000+i, b)))
			} else {
				m.deliver(t, m.box(b, "new", fmt.Sprintf("%d.M%dP1.mail", 1_600_000_000+i, b)))
			}
		}
	}
	f, err := os.Create(m.archive())
	must(t, err)
	block := make([]byte, 1<<20)
	for at := int64(0); at < s.archive; at += int64(len(block)) {
		_, _ = m.rnd.Read(block)
		_, err := f.Write(block)
		must(t, err)
	}
	must(t, f.Close())
	m.touch(t, m.archive())
	return m
}

func (m *mails) box(b int, rest ...string) string {
	return filepath.Join(append([]string{m.root, fmt.Sprintf("user%03d", b), "Maildir"}, rest...)...)
}

func (m *mails) archive() string { return filepath.Join(m.root, "archive.mbox") }

// deliver writes a mail of 200 bytes to 8 KiB.
func (m *mails) deliver(t testing.TB, path string) {
	body := make([]byte, 200+m.rnd.Uint64()%8000)
	_, _ = m.rnd.Read(body)
	must(t, os.WriteFile(path, body, 0o600))
	m.touch(t, path)
}

// touch gives a file a time of its own, so that no run depends on today's clock.
func (m *mails) touch(t testing.TB, path string) {
	m.clock = m.clock.Add(1_000_003 * time.Microsecond)
	must(t, os.Chtimes(path, m.clock, m.clock))
}

// aDayLater lets mails arrive, be read and be deleted in every box, and changes the
// large file in 200 places.
func (m *mails) aDayLater(t testing.TB) {
	for b := range m.size.boxes {
		for i := range 5 {
			m.deliver(t, m.box(b, "new", fmt.Sprintf("%d.M%dP2.mail", 1_700_000_000+i, b)))
			read := fmt.Sprintf("%d.M%dP1.mail", 1_600_000_001+2*i, b)
			must(t, os.Rename(m.box(b, "new", read), m.box(b, "cur", read+":2,S")))
			must(t, os.Remove(m.box(b, "cur", fmt.Sprintf("%d.M%dP1.mail:2,S", 1_600_000_100+2*i, b))))
		}
	}
	f, err := os.OpenFile(m.archive(), os.O_WRONLY, 0)
	must(t, err)
	change := make([]byte, 16)
	for range 200 {
		_, _ = m.rnd.Read(change)
		_, err := f.WriteAt(change, int64(m.rnd.Uint64()%uint64(m.size.archive-16)))
		must(t, err)
	}
	must(t, f.Close())
	m.touch(t, m.archive())
}
