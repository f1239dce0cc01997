package generator_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit/internal/dest"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/generator"
	"godwit/internal/ids"
	"godwit/internal/ledger"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// rig runs a generator over a temporary tree. The test is the sender at the other end of the
// connection, and the receiver that reports to the ledger.
type rig struct {
	t      testing.TB
	led    *ledger.Ledger
	list   *flist.List
	order  flist.Order
	events *report.Collector
	peer   *session.Session
	tree   *dest.Tree
	done   chan error
}

// setup is what a rig starts with.
type setup struct {
	protocol    int
	incremental bool
	server      bool     // the generator's end is the server: a push
	args        []string // options
	files       []flist.Item
	dir         string // destination
}

func newRig(t testing.TB, s setup) *rig {
	t.Helper()
	o, err := options.Parse(append(s.args, "src/", "dst"), &options.Config{})
	if err != nil {
		t.Fatal(err)
	}
	own, peer, outcome := connect(t, s)
	b := filter.NewBuilder(filter.Env{Who: "receiver", Receiving: true, Protocol: s.protocol})
	for _, a := range o.Filters {
		if err := b.Exclude(a.Text); err != nil {
			t.Fatal(err)
		}
	}
	rules, _, err := b.Finish(filter.LocalReceiver, false)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(t.Context(), plan.Input{
		Options: o, Caps: outcome.Caps, Transfer: outcome.Transfer, File: outcome.File, Filter: rules,
		Identity: ids.Identity{UID: uint32(os.Geteuid())}, Umask: 0o022, StartDir: s.dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Where.Server = s.server
	r := &rig{t: t, led: ledger.New(), events: &report.Collector{}, peer: peer, done: make(chan error, 1)}
	router := &report.Router{Terminal: r.events}
	log := report.NewLog(router, report.Config{
		Role: report.RoleGenerator, Protocol: s.protocol, DryRun: o.DryRun, Info: o.Info, Debug: o.Debug, Itemize: o.Itemize,
		Now: time.Now, Dir: s.dir,
	})
	if format, ok := report.DefaultFormat(o.Itemize, int(o.Info[options.InfoName])); ok {
		f, err := report.CompileFormat(format, false)
		if err != nil {
			t.Fatal(err)
		}
		log = report.NewLog(router, report.Config{
			Role: report.RoleGenerator, Protocol: s.protocol, DryRun: o.DryRun, Info: o.Info, Debug: o.Debug, Itemize: o.Itemize,
			Now: time.Now, Dir: s.dir, Format: f,
		})
	}
	r.order = flist.Order{Protocol: s.protocol}
	columns := flist.Columns{}
	if p.Update.Checksum {
		columns.SumLen = p.Sums.File.Size()
	}
	r.list = flist.NewList(s.incremental, columns, r.order)
	r.publish(-1, s.files...)
	if !p.Select.ListOnly {
		r.tree, err = dest.Open(dest.Config{
			Plan: p, Log: log, Operator: fsys.Operator{UID: uint32(os.Geteuid())}, PID: os.Getpid(),
		}, s.dir, dest.Listing{Count: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.tree.Close() })
	}
	gen := generator.New(generator.Config{
		Plan: p, Session: own, List: r.list, Order: r.order, Ledger: r.led, Tree: r.tree, Log: log,
	})
	go func() { r.done <- gen.Run(own.Context()) }()
	return r
}

// connect returns two sessions that have shaken hands with seed 1.
func connect(t testing.TB, s setup) (own, peer *session.Session, outcome session.Outcome) {
	t.Helper()
	x, y := transport.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	client := session.New(ctx, x, session.Settings{Sender: s.server})
	server := session.New(ctx, y, session.Settings{Sender: !s.server, Server: true})
	t.Cleanup(func() {
		cancel()
		client.Close()
		server.Close()
	})
	clientFramed := s.protocol >= 30
	var wg sync.WaitGroup
	var so session.Outcome
	wg.Go(func() {
		var err error
		so, err = server.Handshake(session.Hello{
			Version: 32, Client: wire.CapAll, AllowIncremental: s.incremental, Own: wire.CompatAll, Seed: 1,
		})
		if err == nil {
			err = server.FrameOutput(true)
		}
		if err != nil {
			t.Error(err)
		}
		server.Handle(session.Handlers{Success: func(int32) error { return nil }, Text: func(wire.Msg, []byte) {}, Deleted: func([]byte) {}})
		server.StartInput(clientFramed)
	})
	co, err := client.Handshake(session.Hello{Version: s.protocol, Client: wire.CapAll, AllowIncremental: s.incremental})
	if err == nil && clientFramed {
		err = client.FrameOutput(true)
	}
	if err != nil {
		t.Fatal(err)
	}
	client.Handle(session.Handlers{Success: func(int32) error { return nil }, Text: func(wire.Msg, []byte) {}, Deleted: func([]byte) {}})
	client.StartInput(true)
	wg.Wait()
	if s.server {
		server.SetRole(session.RoleGenerator)
		return server, client, so
	}
	client.SetRole(session.RoleGenerator)
	return client, server, co
}

// publish adds a list, with the contents of directory dir.
func (r *rig) publish(dir int32, files ...flist.Item) {
	s := r.list.NewSegment(dir)
	for i := range files {
		files[i].ACL, files[i].DefaultACL, files[i].Xattr = -1, -1, -1
		s.Add(&files[i])
	}
	s.Sort(r.order)
	s.Clean(r.order)
	r.list.Publish(s)
}

// expect reads from the wire what is written in hex; spaces and what follows a bar are ignored.
func (r *rig) expect(want string) {
	r.t.Helper()
	w := unhex(r.t, want)
	got, err := r.peer.In().Append(nil, len(w))
	if err != nil {
		r.t.Fatalf("reading %x: %v (generator: %v)", w, err, r.failure())
	}
	if !bytes.Equal(got, w) {
		r.t.Fatalf("got  %x\nwant %x", got, w)
	}
}

func (r *rig) failure() error {
	select {
	case err := <-r.done:
		r.done <- err
		return err
	default:
		return nil
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var b strings.Builder
	for _, line := range strings.Split(s, "\n") {
		line, _, _ = strings.Cut(line, "|")
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(line, " ", ""), "\t", ""))
	}
	out, err := hex.DecodeString(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// finish checks that the generator has come to its end and said nothing more.
func (r *rig) finish() {
	r.t.Helper()
	if err := <-r.done; err != nil {
		r.t.Fatal(err)
	}
}

// phases plays the rest of a run in which nothing is transferred any more.
func (r *rig) phases(protocol int) {
	r.t.Helper()
	done := "00"
	if protocol < 30 {
		done = "ffffffff"
	}
	r.expect(done) // (1)
	r.led.EndPhase(1)
	r.expect(done) // (2)
	switch {
	case protocol >= 31:
		r.expect(done + done)
	case protocol >= 29:
		r.expect(done)
	}
	if protocol >= 29 {
		r.led.EndPhase(2)
	}
	r.led.EndStream()
	if protocol >= 31 {
		r.led.EndGoodbye()
	}
	r.expect(done)
	r.finish()
}

const zeros = "00000000 00000000 00000000 00000000"

// basisA and newN are the contents of docs/protocol/03-transfer.md §7.3.
func basisA() []byte {
	b := make([]byte, 1500)
	for i := range b {
		b[i] = byte(7*i + 3)
	}
	return b
}

// put makes a file with a modification time.
func put(t testing.TB, path string, data []byte, mtime int64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	setTime(t, path, mtime)
}

func setTime(t testing.TB, path string, mtime int64) {
	t.Helper()
	if err := os.Chtimes(path, time.Unix(mtime, 0), time.Unix(mtime, 0)); err != nil {
		t.Fatal(err)
	}
}

// item describes a list entry in few words: a name that ends in a slash is a directory.
func item(name string, size, mtime int64) flist.Item {
	mode := uint32(flist.TypeRegular | 0o644)
	var flags flist.Flags
	if strings.HasSuffix(name, "/") {
		name, mode, flags = strings.TrimSuffix(name, "/"), flist.TypeDir|0o755, flist.Content
	}
	dir, base := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir, base = name[:i], name[i+1:]
	}
	return flist.Item{Dir: []byte(dir), Base: []byte(base), Mode: mode, Size: size, Mtime: mtime, Flags: flags}
}
