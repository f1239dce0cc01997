package transfer

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"godwit/internal/dest"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/generator"
	"godwit/internal/ledger"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/receiver"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// receive is the receiving side: the first list, the destination, then generator and receiver
// side by side until the goodbye.
func (c *conversation) receive(ctx context.Context) (report.Totals, error) {
	p := c.plan
	totals := &report.Totals{DryRun: p.Write.DryRun, Protocol: p.Caps.Protocol}
	feeder := c.forward(ctx)
	defer feeder()

	format := formatOf(p)
	users, groups := mappers(p)
	var acls *meta.ACLReceiver
	var xattrs *meta.XattrReceiver
	if p.Attrs.ACLs {
		acls = &meta.ACLReceiver{Fake: p.Where.FakeSuper}
		if p.Caps.IncRecurse {
			acls.Users, acls.Groups = users, groups
		}
		format.ReadACL = readACL(ctx, acls)
	}
	if p.Attrs.Xattrs > 0 {
		xattrs = &meta.XattrReceiver{Rules: p.Policy.XattrRules(p.Attrs.Xattrs > 1, c.xattrFilter())}
		if c.Batch != nil && c.Batch.Reading {
			xattrs.Replay = true
		}
		format.ReadXattr = func(r *wire.Reader, name []byte) (int32, error) {
			n, err := xattrs.Read(r, name)
			return int32(n), err
		}
	}
	c.charset(&format)

	order := orderOf(p)
	list := flist.NewList(p.Caps.IncRecurse, format.Columns(), order)
	led := ledger.New()
	decoder := flist.NewDecoder(&format, list)
	decoder.Users, decoder.Groups = users, groups
	decoder.CheckName = c.nameCheck()
	decoder.ConvertFailed = c.convertFailed
	decoder.Target = linkTexts(p)
	if p.Where.Sanitize {
		decoder.Sanitize = func(name []byte) []byte {
			return fsys.AppendSanitized(nil, name, fsys.Sanitizing{})
		}
	}

	h := c.relay()
	h.NoSend = func(ndx int32) error { return led.NotSent(ndx) }
	h.IOError = func(bits int32) { c.ioErrors(led, bits) }
	c.s.Handle(h)

	many := p.Select.Recurse || p.Select.Dirs || p.Select.ListOnly
	header := c.log.ListStart(false, p.Caps.IncRecurse, many)
	lists := receiver.NewLists(receiver.ListConfig{
		Plan: p, Session: c.s, List: list, Order: order, Decoder: decoder, Log: c.log, Totals: totals, Header: header, ACLs: acls,
		IOErrors: func(bits int32) { c.ioErrors(led, bits) },
	})
	if _, err := lists.First(ctx); err != nil {
		return *totals, err
	}
	if p.Caps.Protocol <= 30 {
		feeder() // raw names must be through before the first request is framed
	}
	if list.Count() == 0 && !c.Server {
		// The sender has nothing and ends; wait for that, so that its last words arrive.
		c.s.DrainInput(10 * time.Second)
		c.countBytes(totals)
		return *totals, nil
	}

	var tree *dest.Tree
	if !p.Select.ListOnly && (c.HasDest || c.Server) {
		var err error
		if tree, err = c.openTree(list, acls, xattrs); err != nil {
			return *totals, err
		}
		defer tree.Close()
		if c.OnInterrupt != nil {
			c.OnInterrupt(tree.Interrupt)
			defer c.OnInterrupt(nil)
		}
	}
	c.s.AllowKeepAlive()

	gen := generator.New(generator.Config{
		Plan: p, Session: c.s, List: list, Order: order, Ledger: led, Tree: tree, Log: c.log, Xattrs: xattrs,
		Listing: report.ListStyle{Numbers: c.Process.Numbers, Atimes: p.Attrs.Atimes, Crtimes: p.Attrs.Crtimes, Links: p.Links.Preserve, Zone: time.Local},
	})
	log := c.log.As(report.RoleReceiver)
	if tree != nil {
		log = tree.Log(report.RoleReceiver)
	}
	rec := receiver.New(receiver.Config{
		Plan: p, Session: c.s, Lists: lists, Ledger: led, Dest: tree, Log: log, Totals: totals, Xattrs: xattrs,
	})
	err := c.together(ctx, led, gen, rec)
	if tree != nil && p.Caps.Protocol >= 31 {
		totals.Deleted = deletedCounts(tree.Deleted())
	}
	c.countBytes(totals)
	return *totals, err
}

// together runs generator and receiver until both have ended. The first failure ends the other.
func (c *conversation) together(ctx context.Context, led *ledger.Ledger, gen *generator.Generator, rec *receiver.Receiver) error {
	var wg sync.WaitGroup
	var genErr, recErr error
	c.reading = make(chan struct{})
	defer func() { c.reading = nil }()
	wg.Go(func() {
		recErr = rec.Run(ctx)
		close(c.reading)
		if recErr != nil {
			c.failed(recErr, report.RoleReceiver)
		}
		// Only now: a generator that waits for files must not take a receiver that failed for a
		// sender that has left them out.
		led.Finish()
	})
	wg.Go(func() {
		if genErr = gen.Run(ctx); genErr != nil {
			c.failed(genErr, report.RoleGenerator)
		}
	})
	wg.Wait()
	if err := c.firstFailure; err != nil {
		c.log = c.log.As(c.failedRole)
		return err
	}
	c.log = c.log.As(report.RoleGenerator) // it is the one that ends last
	return nil
}

// failed notes the first failure of the roles and stops the other one. What the peer still has
// to hear goes out before the session is cut.
func (c *conversation) failed(err error, role report.Role) {
	if errors.Is(err, io.EOF) {
		err = nil
	}
	c.failOnce.Do(func() {
		c.firstFailure, c.failedRole = err, role
		if err == nil {
			return
		}
		c.stopRoles(err)
	})
}

// openTree resolves the destination.
func (c *conversation) openTree(list *flist.List, acls *meta.ACLReceiver, xattrs *meta.XattrReceiver) (*dest.Tree, error) {
	op, err := c.operator()
	if err != nil {
		return nil, err
	}
	cfg := dest.Config{Plan: c.plan, Log: c.log, Operator: op, ACLs: acls, Xattrs: xattrs, PID: c.Process.PID}
	if c.Module != nil {
		cfg.Hidden, cfg.Unconfined = c.hidden(), c.Module.Unconfined
		if !c.plan.Where.InsecureLinks && !c.Module.Unconfined {
			cfg.Module = c.Module.Root
		}
	}
	l := dest.Listing{Count: int(list.Count())}
	if l.Count == 1 {
		if seg := list.Oldest(); seg != nil && seg.Len() == 1 {
			l.First = seg.At(0)
		}
	}
	return dest.Open(cfg, c.Dest, l)
}

// operator is the walk for paths that a user named, from the directory this end works in.
func (c *conversation) operator() (fsys.Operator, error) {
	op := c.Operator
	if c.Base == "" || c.Base == "." || c.Module != nil {
		return op, nil
	}
	d, err := op.OpenDir(c.Base)
	if err != nil {
		return op, c.log.Fatal(report.ChangeDirServer, err, report.Full([]byte(c.Base)))
	}
	if op.BasePath != "" && !strings.HasPrefix(c.Base, "/") {
		op.BasePath = op.BasePath + "/" + c.Base
	}
	op.Base = d
	return op, nil
}

// ioErrors takes over the sender's error bits: they stop deletions and decide the exit code.
func (c *conversation) ioErrors(led *ledger.Ledger, bits int32) {
	led.AddIOErrors(bits)
	c.log.Note(exit.Trouble(bits) & exit.TroubleWire)
}

// countBytes fills what only the session knows. On a pull the server has told its own counts,
// which the receiver has put in place.
func (c *conversation) countBytes(t *report.Totals) {
	if t.Sent == 0 && t.Received == 0 {
		t.Sent, t.Received = c.s.BytesWritten(), c.s.BytesRead()
	}
}

// readACL returns the hook that reads the lists of an entry.
func readACL(ctx context.Context, acls *meta.ACLReceiver) func(*wire.Reader, uint32) (int32, int32, error) {
	return func(r *wire.Reader, mode uint32) (access, def int32, err error) {
		n, err := acls.Read(ctx, r, meta.AccessACL, mode)
		if err != nil || !flist.IsDir(mode) {
			return int32(n), -1, err
		}
		m, err := acls.Read(ctx, r, meta.DefaultACL, mode)
		return int32(n), int32(m), err
	}
}

// xattrFilter returns what the rules say of attribute names, nil without such rules.
func (c *conversation) xattrFilter() func(name string) bool {
	if c.plan.Filter == nil || !c.plan.Filter.HasXattrRules() {
		return nil
	}
	state := c.plan.Filter.Start("/")
	return func(name string) bool { return state.Check([]byte(name), filter.Xattr) == filter.Excluded }
}

// nameCheck is the receiving client's check that the sender lists only what was asked for
// (docs/protocol/04-filters-and-walk.md §12).
func (c *conversation) nameCheck() func([]byte, uint32, *flist.Flags) error {
	if c.Server || c.Local || c.plan.Where.TrustSender || c.Batch != nil && c.Batch.Reading {
		return nil
	}
	var rules *filter.State
	if !c.plan.Filter.HasDirMerge() {
		rules = c.plan.Filter.SenderView().Start(c.Process.StartDir)
	}
	requested := c.requested
	return func(name []byte, mode uint32, flags *flist.Flags) error {
		kind := filter.File
		if flist.IsDir(mode) {
			kind = filter.Directory
		}
		if rules != nil && rules.Check(name, kind) == filter.Excluded {
			return exit.Errorf(exit.Unsupported, "ERROR: rejecting excluded file-list name: %s", name)
		}
		if requested == nil {
			return nil
		}
		c.requestedMu.Lock()
		allowed, parent := requested.Allows(name, kind)
		c.requestedMu.Unlock()
		if !allowed {
			return exit.Errorf(exit.Unsupported, "ERROR: rejecting unrequested file-list name: %s", name)
		}
		if parent && *flags&flist.Content != 0 {
			*flags = *flags&^(flist.Content|flist.Top) | flist.Implied
		}
		return nil
	}
}

// requestedNames collects what was asked for: the operands of the pull.
func (c *conversation) requestedNames() *filter.Requested {
	if c.Server || c.Local || c.Requested == nil {
		return nil
	}
	q := filter.NewRequested(filter.RequestedOptions{Relative: c.o.Relative, Recurse: c.o.Recurse != options.RecurseNot, Dirs: c.o.Dirs})
	if !c.o.FilesFromGiven {
		for _, arg := range c.Requested {
			q.Add(arg)
		}
	}
	return q
}

// forward starts to send the names of --files-from to a sender at the other end
// (docs/protocol/01-connection.md §12). The returned function waits for it.
func (c *conversation) forward(ctx context.Context) func() {
	c.requested = c.requestedNames()
	if c.FilesFrom == nil || c.Sender || c.Local {
		return func() {}
	}
	protocol := c.plan.Caps.Protocol
	src := c.FilesFrom
	if c.requested != nil {
		src = &nameRecorder{r: src, c: c, nul: c.o.From0}
	}
	send := func() error {
		framed := protocol >= 30 || c.Server
		raw := protocol <= 30 && framed
		if raw && !c.Server {
			if err := c.s.FrameOutput(false); err != nil {
				return err
			}
		}
		if err := forwardNames(src, c.o.From0, c.s); err != nil {
			return err
		}
		if raw {
			if err := c.s.FrameOutput(true); err != nil {
				return err
			}
			c.s.MuteOutput(false)
		}
		c.s.Flush()
		return nil
	}
	done := make(chan struct{})
	c.s.Flush()
	go func() {
		defer close(done)
		if err := send(); err != nil {
			c.s.Fail(err)
		}
	}()
	// Below 31 the requests that follow are framed again only once the names are through.
	return func() { <-done }
}

// nameRecorder reads forwarded names and tells the check of received names of them, before they
// leave: the sender can list them only afterwards.
type nameRecorder struct {
	r    io.Reader
	c    *conversation
	nul  bool
	name []byte
}

func (n *nameRecorder) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	for _, b := range p[:k] {
		if b == 0 || !n.nul && (b == '\n' || b == '\r') {
			n.flush()
			continue
		}
		n.name = append(n.name, b)
	}
	if err != nil {
		n.flush()
	}
	return k, err
}

func (n *nameRecorder) flush() {
	if len(n.name) > 0 {
		n.c.requestedMu.Lock()
		n.c.requested.Add(string(n.name))
		n.c.requestedMu.Unlock()
		n.name = n.name[:0]
	}
}

// hidden tells what a daemon's own rules exclude, by path in the module.
func (c *conversation) hidden() func(path string, dir bool) bool {
	if c.Module.Filter == nil || c.Module.Filter.Empty() {
		return nil
	}
	state := c.Module.Filter.Start("/")
	return func(path string, dir bool) bool {
		kind := filter.File
		if dir {
			kind = filter.Directory
		}
		return state.HidesPath([]byte(path), kind)
	}
}

// deletedCounts turns the numbers of deletions into those of the statistics.
func deletedCounts(d wire.DelStats) report.Counts {
	return report.Counts{
		Total: d.Total(), Dirs: int64(d.Dirs), Links: int64(d.Symlinks), Devices: int64(d.Devices), Specials: int64(d.Specials),
	}
}
