package ids

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
)

// Sources says where [System] reads from. Tests and virtual roots fill it
// with their own functions; [HostSources] is the machine's.
type Sources struct {
	// Open opens an absolute file name: /etc/passwd, /etc/group or
	// /etc/nsswitch.conf. A file that cannot be opened counts as empty.
	Open func(name string) (io.ReadCloser, error)
	// Getent returns the lines of the database ("passwd" or "group") for the
	// keys, in the layout of that database's file. Keys without an entry are
	// left out. Nil means there is nothing beyond the files.
	Getent func(ctx context.Context, database string, keys []string) ([]byte, error)
}

// maxBatch bounds the arguments of one getent run, well below what any
// system allows on a command line.
const maxBatch = 512

// System looks names up as this machine knows them: in the account files,
// read once when first needed, then through getent for what they don't have
// (directory services, dynamic users). It never uses cgo, so a static binary
// sees the same accounts as the programs around it.
//
// It remembers the files but not the answers of getent; put a [Cache] in
// front. It is safe for concurrent use.
type System struct {
	src Sources
	dbs [2]database
}

type database struct {
	once      sync.Once
	files     *table
	filesOnly bool
}

// NewSystem returns a look-up over src.
func NewSystem(src Sources) *System { return &System{src: src} }

var _ Batcher = (*System)(nil)

// databaseName and accountFile are indexed by Kind.
var (
	databaseName = [2]string{User: "passwd", Group: "group"}
	accountFile  = [2]string{User: "/etc/passwd", Group: "/etc/group"}
)

func (s *System) db(kind Kind) *database {
	d := &s.dbs[kind]
	d.once.Do(func() {
		d.files = newTable()
		s.read(accountFile[kind], func(r io.Reader) {
			// What was read before a read error is still true.
			_ = d.files.parse(r)
		})
		d.filesOnly = s.src.Getent == nil
		if !d.filesOnly {
			// Without nsswitch.conf the C library reads the files alone.
			d.filesOnly = true
			s.read("/etc/nsswitch.conf", func(r io.Reader) {
				d.filesOnly = onlyFiles(r, databaseName[kind])
			})
		}
	})
	return d
}

func (s *System) read(name string, f func(io.Reader)) {
	rc, err := s.src.Open(name)
	if err != nil {
		return
	}
	defer rc.Close()
	f(rc)
}

// Warm reads the account files now, for a process that is about to lose
// sight of them (chroot, sandbox).
func (s *System) Warm() {
	s.db(User)
	s.db(Group)
}

// Name implements [Lookup].
func (s *System) Name(ctx context.Context, kind Kind, id uint32) (string, error) {
	names, err := s.Names(ctx, kind, []uint32{id})
	return names[id], err
}

// Names implements [Batcher].
func (s *System) Names(ctx context.Context, kind Kind, ids []uint32) (map[uint32]string, error) {
	d := s.db(kind)
	found := make(map[uint32]string, len(ids))
	var ask []string
	for _, id := range ids {
		if n, ok := d.files.names[id]; ok {
			found[id] = n
		} else if !d.filesOnly {
			ask = append(ask, strconv.FormatUint(uint64(id), 10))
		}
	}
	for len(ask) > 0 {
		n := min(len(ask), maxBatch)
		t := s.getent(ctx, kind, ask[:n])
		ask = ask[n:]
		for id, name := range t.names {
			if _, ok := found[id]; !ok {
				found[id] = name
			}
		}
	}
	return found, ctx.Err()
}

// ID implements [Lookup].
func (s *System) ID(ctx context.Context, kind Kind, name string) (uint32, bool, error) {
	d := s.db(kind)
	if id, ok := d.files.ids[name]; ok {
		return id, true, nil
	}
	if d.filesOnly || !askable(name) {
		return 0, false, nil
	}
	t := s.getent(ctx, kind, []string{name})
	id, ok := t.ids[name]
	return id, ok, ctx.Err()
}

// askable reports whether getent would take name for a name: it takes digits
// for an id and a leading dash for an option.
func askable(name string) bool {
	if name == "" || name[0] == '-' {
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] == 0 || name[i] == '\n' || name[i] == ':' {
			return false
		}
	}
	return !allDigits(name)
}

// getent asks for keys. A getent that is missing or fails knows nobody.
func (s *System) getent(ctx context.Context, kind Kind, keys []string) *table {
	t := newTable()
	if out, err := s.src.Getent(ctx, databaseName[kind], keys); err == nil {
		_ = t.parse(bytes.NewReader(out)) // a bytes.Reader does not fail
	}
	return t
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
