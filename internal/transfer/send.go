package transfer

import (
	"context"

	"godwit/internal/flist"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/report"
	"godwit/internal/sender"
)

// send is the sending side: names from the other end if the list of --files-from lies there, then
// the sender until its goodbye.
func (c *conversation) send(ctx context.Context) (report.Totals, error) {
	p := c.plan
	totals := &report.Totals{DryRun: p.Write.DryRun, Protocol: p.Caps.Protocol}
	format := formatOf(p)
	c.charset(&format)
	format.UserName = c.nameOf(ctx, ids.User)
	format.GroupName = c.nameOf(ctx, ids.Group)
	order := orderOf(p)
	list := flist.NewList(p.Caps.IncRecurse, format.Columns(), order)
	encoder := flist.NewEncoder(&format)

	var acls *meta.ACLSender
	var xattrs *meta.XattrSender
	if p.Attrs.ACLs {
		acls = &meta.ACLSender{}
	}
	if p.Attrs.Xattrs > 0 {
		xattrs = &meta.XattrSender{Rules: p.Policy.XattrRules(p.Attrs.Xattrs > 1, c.xattrFilter())}
	}
	many := p.Select.Recurse || p.Select.Dirs || p.Select.ListOnly
	header := c.log.ListStart(true, p.Caps.IncRecurse, many)
	walker := flist.NewWalker(c.walk(list, &format, acls, xattrs))
	defer walker.Close()
	format.AppendAttrs = walker.AppendAttrs
	cfg := sender.Config{
		Plan: p, Session: c.s, List: list, Order: order, Tree: walker, Encoder: encoder, Log: c.log, Totals: totals, Header: header, Xattrs: xattrs,
	}
	if c.Batch != nil && c.Batch.Writer != nil {
		cfg.Record = c.Batch.Writer
		if p.Batch.OnlyWrite {
			cfg.BatchBody = c.Batch.Writer
		}
	}
	s := sender.New(cfg)
	h := c.relay()
	h.Success, h.SuccessAt = s.Success, s.SuccessAt
	c.s.Handle(h)
	err := s.Run(ctx)
	totals.Sent, totals.Received = c.s.BytesWritten(), c.s.BytesRead()
	return *totals, err
}

// walk says how the source is read.
func (c *conversation) walk(list *flist.List, format *flist.Format, acls *meta.ACLSender, xattrs *meta.XattrSender) flist.WalkConfig {
	p := c.plan
	sel := p.Select
	w := flist.WalkConfig{
		List: list, Format: format, Log: c.log, Filter: p.Filter, Module: p.Module, Policy: p.Policy, Chmod: p.Chmod,
		ACLs: acls, Xattrs: xattrs, Operands: c.Sources, Source: c.Source, StartDir: p.Where.StartDir, Base: c.Base,
		Operator: c.Operator,
		Recurse:  sel.Recurse, Dirs: sel.Dirs, Relative: sel.Relative, ImpliedDirs: sel.ImpliedDirs, OneFileSystem: sel.OneFileSystem,
		CopyLinks: sel.CopyLinks, CopyDirlinks: sel.CopyDirlinks, CopyUnsafeLinks: sel.CopyUnsafeLinks, CopyDevices: sel.CopyDevices,
		IgnoreMissing: sel.IgnoreMissing, DeleteMissing: sel.DeleteMissing, Unmunge: p.Where.MungeSymlinks, Nonreadable: p.Where.IgnoreNonreadable,
		InsecureLinks: p.Where.InsecureLinks || c.unconfined(), Noatime: sel.OpenNoatime, FileSum: p.Sums.File,
	}
	if c.Module != nil {
		w.ModuleRoot, w.RuleRoot = c.Module.Root, c.Module.Path
	}
	if sel.FilesFrom {
		w.Records = c.records()
	}
	return w
}

// unconfined tells whether the module is all that its worker can see, so that links may lead where
// they like.
func (c *conversation) unconfined() bool { return c.Module != nil && c.Module.Unconfined }

// records returns where the names of --files-from are read: from a list of this end, or as the
// other end forwards them.
func (c *conversation) records() *flist.Records {
	if c.FilesFrom != nil {
		return flist.NewRecords(c.FilesFrom, c.o.From0, true)
	}
	names := &streamNames{r: c.s.In()}
	if c.namesInStep {
		// Names lie outside the frames; the frames go on, or begin, behind them.
		c.s.FrameInput(false)
		names.done = func() { c.s.StartInput(true) }
	}
	return flist.NewRecords(names, true, false)
}

// nameOf returns the look-up of names that the list carries, nil under --numeric-ids.
func (c *conversation) nameOf(ctx context.Context, kind ids.Kind) func(uint32) string {
	if c.plan.Attrs.NumericIDs {
		return nil
	}
	return func(id uint32) string {
		name, err := c.plan.Names.Name(ctx, kind, id)
		if err != nil {
			c.s.Fail(err)
		}
		return name
	}
}
