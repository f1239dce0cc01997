package receiver_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit/internal/dest"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/ledger"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/receiver"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// rig is a receiving side without a generator, opposite a scripted sender.
type rig struct {
	t      *testing.T
	dir    string
	plan   *plan.Plan
	s      *session.Session
	peer   *transport.PipeEnd
	said   *report.Collector
	router *report.Router
	log    *report.Log
	list   *flist.List
	lists  *receiver.Lists
	ledger *ledger.Ledger
	totals report.Totals
	tree   *dest.Tree
	sent   sync.WaitGroup
	closed sync.Once
	later  [][]byte
}

// setup says what kind of receiving side a rig has.
type setup struct {
	protocol int // of the peer
	server   bool
	args     []string
	bytes    []byte // what the sender writes, from its version on
	local    bool
	early    bool // the input is a batch: nobody is behind it
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	var clean strings.Builder
	for _, line := range strings.Split(s, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for _, r := range line {
			if strings.ContainsRune("0123456789abcdefABCDEF", r) {
				clean.WriteRune(r)
			}
		}
	}
	b, err := hex.DecodeString(clean.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frame puts a payload into a frame.
func frame(m wire.Msg, payload []byte) []byte {
	return append(wire.AppendHeader(nil, m, len(payload)), payload...)
}

// newRig performs the handshake with the scripted sender.
func newRig(t *testing.T, c setup) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), ledger: ledger.New(), said: &report.Collector{}}
	r.router = &report.Router{Terminal: r.said, Server: c.server}
	if c.server {
		r.router.SetPeer(r.said, 32)
	}
	args := c.args
	if c.server {
		args = append([]string{"--server"}, append(args, ".", "d")...)
	} else {
		args = append(append([]string{}, args...), "h:s", "d")
	}
	o, err := options.Parse(args, &options.Config{})
	if err != nil {
		t.Fatal(err)
	}
	near, far := transport.Pipe()
	r.peer = far
	r.s = session.New(t.Context(), near, session.Settings{Server: c.server, EarlyEOF: c.early})
	r.sent.Go(func() { far.Write(c.bytes) })
	r.sent.Go(func() { io.Copy(io.Discard, far) })
	t.Cleanup(func() {
		r.s.Close()
		far.Close()
		r.sent.Wait()
	})
	out, err := r.s.Handshake(session.Hello{
		Version: 32, Client: wire.CapAll, AllowIncremental: o.IncRecursion(true), Own: wire.CompatAll, Seed: 1,
		Compress: o.Compress, CompressChoice: o.CompressChoice, Batch: c.early,
	})
	if err != nil {
		t.Fatal("handshake:", err)
	}
	protocol := out.Caps.Protocol
	if protocol != c.protocol {
		t.Fatalf("protocol %d", protocol)
	}
	if c.server || protocol >= 30 {
		if err := r.s.FrameOutput(true); err != nil {
			t.Fatal(err)
		}
	}
	r.s.StartInput(!c.early && (!c.server || protocol >= 30))
	r.s.SetRole(session.RolePreReceiver)

	who, err := ids.CurrentIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b := filter.NewBuilder(filter.Env{Protocol: protocol, Receiving: true})
	end := filter.PullClient
	if c.server {
		end = filter.PushServer
	}
	rules, _, err := b.Finish(end, false)
	if err != nil {
		t.Fatal(err)
	}
	r.plan, err = plan.Compile(t.Context(), plan.Input{
		Options: o, Caps: out.Caps, Transfer: out.Transfer, File: out.File, Codec: out.Codec, Local: c.local,
		Filter: rules, Identity: who, Umask: 0o022, StartDir: r.dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := report.Config{
		Role: report.RoleReceiving, Server: c.server, DryRun: o.DryRun, Protocol: protocol, Info: o.Info, Debug: o.Debug,
		Itemize: o.Itemize, Now: func() time.Time { return time.Unix(1000000000, 0).UTC() }, Dir: r.dir,
		Env: report.FormatEnv{Style: report.ItemStyle{KeepTimes: o.Times, SymlinkTimes: true}, SumLen: out.Transfer.Size()},
	}
	if o.OutFormat != "" {
		if cfg.Format, err = report.CompileFormat(o.OutFormat, false); err != nil {
			t.Fatal(err)
		}
	}
	r.log = report.NewLog(r.router, cfg)

	format := flist.Format{
		Caps: out.Caps, Owner: o.Owner, Group: o.Group, Links: o.Links, HardLinks: o.HardLinks > 0, Recurse: r.plan.Select.Recurse,
		Relative: o.Relative, NumericIDs: o.NumericIDs,
	}
	order := flist.Order{Protocol: protocol}
	r.list = flist.NewList(out.Caps.IncRecurse, format.Columns(), order)
	r.lists = receiver.NewLists(receiver.ListConfig{
		Plan: r.plan, Session: r.s, List: r.list, Order: order, Decoder: flist.NewDecoder(&format, r.list), Log: r.log,
		Totals: &r.totals, IOErrors: r.ledger.AddIOErrors,
	})
	r.s.Handle(session.Handlers{
		NoSend: r.ledger.NotSent, IOError: r.ledger.AddIOErrors,
		Text: func(m wire.Msg, b []byte) { r.log.Relay(report.Class(m), b) },
	})
	return r
}

// first reads the first list and opens the destination.
func (r *rig) first() error {
	seg, err := r.lists.First(r.t.Context())
	if err != nil {
		return err
	}
	d := filepath.Join(r.dir, "d")
	if err := os.MkdirAll(d, 0o755); err != nil {
		r.t.Fatal(err)
	}
	l := dest.Listing{Count: int(r.list.Count())}
	if l.Count == 1 {
		l.First = seg.At(0)
	}
	r.tree, err = dest.Open(dest.Config{
		Plan: r.plan, Log: r.log, Operator: fsys.Operator{UID: uint32(os.Geteuid())}, PID: os.Getpid(),
	}, d, l)
	if err != nil {
		return err
	}
	r.t.Cleanup(r.closeTree)
	return nil
}

// closeTree lets go of the destination.
func (r *rig) closeTree() { r.closed.Do(func() { r.tree.Close() }) }

// request notes a request, as the generator does before it writes one.
func (r *rig) request(ndx ...int32) {
	for _, n := range ndx {
		slot, ok := r.list.Find(n)
		if !ok {
			r.t.Fatalf("no index %d", n)
		}
		r.ledger.Request(n, slot.Segment.First())
	}
}

// run runs the receiver to its end.
func (r *rig) run(ctx context.Context) error {
	var x *meta.XattrReceiver
	return receiver.New(receiver.Config{
		Plan: r.plan, Session: r.s, Lists: r.lists, Ledger: r.ledger, Dest: r.tree, Log: r.tree.Log(report.RoleReceiver),
		Totals: &r.totals, Xattrs: x,
	}).Run(ctx)
}

// generate acts as the generator while the receiver runs: what did not verify is asked for once
// more, upon which the sender goes on. The function returned ends that, and returns what the
// generator was told.
func (r *rig) generate() (stop func() []ledger.Event) {
	ctx, cancel := context.WithCancel(r.t.Context())
	var told []ledger.Event
	var done sync.WaitGroup
	done.Go(func() {
		for {
			e, err := r.ledger.Wait(ctx, nil)
			if err != nil {
				return
			}
			told = append(told, e)
			if e.Kind == ledger.Redo {
				slot, _ := r.list.Find(e.NDX)
				r.ledger.Request(e.NDX, slot.Segment.First())
				if len(r.later) > 0 {
					r.peer.Write(r.later[0])
					r.later = r.later[1:]
				}
			}
		}
	})
	return func() []ledger.Event {
		cancel()
		done.Wait()
		return append(told, r.events()...)
	}
}

// events returns what the generator was told.
func (r *rig) events() (all []ledger.Event) {
	for {
		e, ok := r.ledger.Next()
		if !ok {
			return all
		}
		all = append(all, e)
	}
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, "d", name) }

func (r *rig) put(name string, data []byte) {
	r.t.Helper()
	p := r.path(name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(p, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) get(name string) string {
	r.t.Helper()
	b, err := os.ReadFile(r.path(name))
	if err != nil {
		r.t.Error(err)
	}
	return string(b)
}

// names returns what lies in the destination.
func (r *rig) names() string { return dirNames(r.t, filepath.Join(r.dir, "d")) }

// wantError checks the words and the code that a run ends with.
func (r *rig) wantError(err error, code exit.Code, text string) {
	r.t.Helper()
	var e *exit.Error
	if !errors.As(err, &e) {
		r.t.Fatalf("got error %v, want %q", err, text)
	}
	got := e.Text + r.said.Text(0)
	if e.Code != code || !strings.Contains(got, text) {
		r.t.Errorf("got code %d, %q, want %d, %q", e.Code, got, code, text)
	}
}

func mkdir(path string) error { return os.MkdirAll(path, 0o755) }

// dirNames returns what lies in a directory.
func dirNames(t *testing.T, path string) string {
	t.Helper()
	ents, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range ents {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}
