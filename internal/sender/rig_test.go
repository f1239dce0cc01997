package sender_test

import (
	"bytes"
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

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/sender"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// rig is a sending side. Its peer is whatever holds the other end of the connection.
type rig struct {
	t      *testing.T
	s      *session.Session
	sender *sender.Sender
	said   *report.Collector
	router *report.Router
	log    *report.Log
	list   *flist.List
	totals report.Totals
	plan   *plan.Plan
}

// setup says what kind of sending side a rig has.
type setup struct {
	version int // of this side, 0 for the highest
	server  bool
	dir     string // where the operands are
	args    []string
	sources []string
	handoff *session.Handoff
}

// newRig performs the handshake on conn and prepares the sender.
func newRig(t *testing.T, conn session.Conn, c setup) *rig {
	t.Helper()
	r := &rig{t: t, said: &report.Collector{}}
	r.router = &report.Router{Terminal: r.said, Server: c.server}
	args := append(append([]string{}, c.args...), "s", "h:d")
	if c.server {
		args = append([]string{"--server", "--sender"}, append(c.args, ".", "s")...)
	}
	o, err := options.Parse(args, &options.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r.s = session.New(t.Context(), conn, session.Settings{Server: c.server, Sender: true})
	r.s.SetHandoff(c.handoff)
	t.Cleanup(func() { r.s.Close() })
	if c.version == 0 {
		c.version = wire.MaxProtocol
	}
	out, err := r.s.Handshake(session.Hello{
		Version: c.version, Client: wire.ParseClientCaps(o.CapabilityString(options.Push, options.Capabilities)),
		AllowIncremental: o.IncRecursion(false), Own: wire.CompatAll, Seed: 1,
		Compress: o.Compress, CompressChoice: o.CompressChoice, ChecksumChoice: o.ChecksumChoice,
	})
	if err != nil {
		t.Fatal("handshake:", err)
	}
	protocol := out.Caps.Protocol
	if c.server || protocol >= 30 {
		if err := r.s.FrameOutput(true); err != nil {
			t.Fatal(err)
		}
	}
	r.s.StartInput(!c.server || protocol >= 30)
	r.s.SetRole(session.RoleSender)
	if c.server {
		r.router.SetPeer(r.said, protocol)
	}

	who, err := ids.CurrentIdentity()
	if err != nil {
		t.Fatal(err)
	}
	end := filter.PushClient
	if c.server {
		end = filter.PullServer
	}
	rules, text, err := filter.NewBuilder(filter.Env{Protocol: protocol}).Finish(end, false)
	if err != nil {
		t.Fatal(err)
	}
	if !c.server && filter.OnWire(true, protocol, o.PruneEmptyDirs, o.Delete, o.DeleteExcluded) {
		if _, err := r.s.Write(filter.AppendEnd(text)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := plan.Compile(t.Context(), plan.Input{
		Options: o, Caps: out.Caps, Transfer: out.Transfer, File: out.File, Codec: out.Codec, Sender: true, Local: c.handoff != nil,
		Filter: rules, Identity: who, Umask: 0o022, StartDir: c.dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.plan = p
	cfg := report.Config{
		Role: report.RoleSender, Server: c.server, DryRun: o.DryRun, Protocol: protocol, Info: o.Info, Debug: o.Debug,
		Itemize: o.Itemize, Now: func() time.Time { return time.Unix(1000000000, 0).UTC() }, Dir: c.dir,
		Env: report.FormatEnv{
			Style: report.ItemStyle{Pushing: true, KeepTimes: o.Times, SymlinkTimes: true}, Sending: true, SumLen: out.Transfer.Size(),
		},
	}
	if o.OutFormat != "" {
		if cfg.Format, err = report.CompileFormat(o.OutFormat, false); err != nil {
			t.Fatal(err)
		}
	}
	r.log = report.NewLog(r.router, cfg)

	format := flist.Format{
		Caps: out.Caps, Owner: o.Owner, Group: o.Group, Links: p.Links.Preserve, Devices: p.Attrs.Devices, Specials: p.Attrs.Specials,
		HardLinks: p.Attrs.HardLinks, Checksum: p.Update.Checksum, SumLen: p.Sums.File.Size(), Atimes: p.Attrs.Atimes, Xattrs: p.Attrs.Xattrs > 0,
		Recurse: p.Select.Recurse, Relative: o.Relative, NumericIDs: o.NumericIDs, IgnoreErrors: p.Delete.IgnoreErrors,
	}
	order := flist.Order{Protocol: protocol}
	r.list = flist.NewList(out.Caps.IncRecurse, format.Columns(), order)
	w := flist.NewWalker(flist.WalkConfig{
		List: r.list, Format: &format, Log: r.log, Filter: rules, Policy: p.Policy, Operands: c.sources, StartDir: c.dir,
		Operator: fsys.Operator{UID: uint32(os.Geteuid())}, Recurse: p.Select.Recurse, Dirs: p.Select.Dirs,
		Relative: p.Select.Relative, ImpliedDirs: p.Select.ImpliedDirs, FileSum: p.Sums.File, CopyLinks: p.Select.CopyLinks,
	})
	t.Cleanup(func() { w.Close() })
	if format.Xattrs {
		w.Xattrs = &meta.XattrSender{Rules: p.Policy.XattrRules(false, nil)}
		format.AppendAttrs = w.AppendAttrs
	}
	r.sender = sender.New(sender.Config{
		Plan: p, Session: r.s, List: r.list, Order: order, Tree: w, Encoder: flist.NewEncoder(&format), Log: r.log,
		Totals: &r.totals, Xattrs: w.Xattrs,
	})
	r.s.Handle(session.Handlers{
		Success: r.sender.Success,
		Deleted: func(name []byte) { r.log.Deleted(bytes.TrimSuffix(name, []byte{0}), bytes.HasSuffix(name, []byte{0})) },
		Text:    func(m wire.Msg, b []byte) { r.log.Relay(report.Class(m), b) },
	})
	return r
}

// run runs the sender to its end and ends the session.
func (r *rig) run(ctx context.Context) error {
	err := r.sender.Run(ctx)
	if err == nil {
		if e := r.s.Drain(); e != nil && !errors.Is(e, io.EOF) {
			err = e
		}
	}
	r.s.Close()
	return err
}

// wantError checks the code and the words that a run ends with.
func (r *rig) wantError(err error, code exit.Code, text string) {
	r.t.Helper()
	var e *exit.Error
	if !errors.As(err, &e) {
		r.t.Fatalf("got error %v, want %q", err, text)
	}
	if got := e.Text + r.said.Text(0); e.Code != code || !strings.Contains(got, text) {
		r.t.Errorf("got code %d, %q, want %d, %q", e.Code, got, code, text)
	}
}

// recorder keeps what the sender writes.
type recorder struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.buf.Bytes())
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frame puts a payload into frames.
func frame(m wire.Msg, payload []byte) []byte {
	return append(wire.AppendHeader(nil, m, len(payload)), payload...)
}

// unframe takes the frames off a stream: the data, and the messages in order.
func unframe(t *testing.T, b []byte) (data []byte, messages []string) {
	t.Helper()
	for len(b) > 0 {
		if len(b) < 4 {
			t.Fatalf("half a header: %x", b)
		}
		n, tag := int(b[0])|int(b[1])<<8|int(b[2])<<16, b[3]-7
		if len(b) < 4+n {
			t.Fatalf("half a frame: %d of %d", len(b)-4, n)
		}
		if tag == 0 {
			data = append(data, b[4:4+n]...)
		} else {
			messages = append(messages, hex.EncodeToString([]byte{tag})+" "+hex.EncodeToString(b[4:4+n]))
		}
		b = b[4+n:]
	}
	return data, messages
}

// put makes a file with a time of modification.
func put(t *testing.T, dir, name string, data []byte, mtime int64) {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(p, time.Unix(mtime, 0), time.Unix(mtime, 0)); err != nil {
		t.Fatal(err)
	}
}
