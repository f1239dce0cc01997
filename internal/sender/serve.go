package sender

import (
	"context"
	"errors"

	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// serve answers requests until the last phase has ended (docs/protocol/03-transfer.md §3.1).
func (s *Sender) serve(ctx context.Context) error {
	lastPhase := 2
	if s.protocol < 29 {
		lastPhase = 1
	}
	before := s.bits()
	for {
		if err := s.feedLists(ctx, aheadBusy); err != nil {
			return err
		}
		if err := s.feedIdle(ctx); err != nil {
			return err
		}
		if err := s.Session.Poll(); err != nil {
			return err
		}
		ndx, err := s.ndxIn.Read(s.r)
		if err != nil {
			return err
		}
		s.removeDone(ctx)
		switch {
		case ndx == wire.NdxDone:
			// Under incremental recursion only the end of a list is worth a line of progress,
			// not that of a later phase.
			shows := !s.List.Incremental() || s.List.Alive() > 0
			if s.List.Incremental() && s.List.Alive() > 0 {
				s.released += int64(s.List.Oldest().Len())
				s.reached = max(s.reached, s.released-1)
				s.asked.forget(s.List.Oldest().First())
				s.List.Release()
				if oldest := s.List.Oldest(); oldest != nil {
					// Lists without requests are behind the generator, too.
					s.current = max(s.current, oldest.First())
					s.Log.ProgressPhase(s.position(s.reached))
					if err := s.writeDone(); err != nil {
						return err
					}
					continue
				}
				if s.moreLists {
					// The generator is ahead of us: it has nothing left to do.
					return s.badIndex(ndx)
				}
			}
			if shows {
				s.Log.ProgressPhase(s.position(s.Totals.Files.Total - 1))
			}
			if s.phase++; s.phase > lastPhase {
				if bits := s.bits(); bits != before && s.protocol >= 30 {
					s.Session.PostInt(wire.MsgIOError, bits)
				}
				return s.writeDone()
			}
			if err := s.writeDone(); err != nil {
				return err
			}
		case ndx == wire.NdxDelStats && s.protocol >= 31:
			if err := s.deletions(); err != nil {
				return err
			}
		case ndx < 0:
			return s.badIndex(ndx)
		default:
			if err := s.request(ctx, ndx); err != nil {
				return err
			}
		}
	}
}

func (s *Sender) writeDone() error {
	s.out = s.ndxOut.Append(s.out, wire.NdxDone)
	return s.write()
}

func (s *Sender) badIndex(ndx int32) error {
	return exit.Errorf(exit.Protocol, "Invalid file index: %d (%d - %d) [sender]", ndx, wire.NdxDone, s.List.NextFirst()-2)
}

// deletions reads the counts of what was deleted; a server passes them on to its client.
func (s *Sender) deletions() error {
	d, err := s.r.DelStats()
	if err != nil {
		return err
	}
	s.Totals.Deleted.Total += d.Total()
	s.Totals.Deleted.Dirs += int64(d.Dirs)
	s.Totals.Deleted.Links += int64(d.Symlinks)
	s.Totals.Deleted.Devices += int64(d.Devices)
	s.Totals.Deleted.Specials += int64(d.Specials)
	if !s.Plan.Where.Server {
		return nil
	}
	s.out = s.ndxOut.Append(s.out, wire.NdxDelStats)
	s.out = d.Append(s.out)
	return s.write()
}

// request serves one index.
func (s *Sender) request(ctx context.Context, ndx int32) error {
	if s.protocol < 30 && int64(ndx) == s.List.Count() {
		return s.keepAlive29()
	}
	if err := s.r.Item(s.protocol, &s.item); err != nil {
		return err
	}
	slot, err := s.List.Get(ndx, "send_files", "sender")
	if err != nil {
		return err
	}
	if !slot.Gap || slot.Segment.Dir() >= 0 {
		s.current = slot.Segment.First()
	}
	f := slot.File
	s.wanted = s.wanted[:0]
	xattrs := s.carriesXattrs()
	if xattrs {
		if s.wanted, err = s.Xattrs.ReadRequest(s.r, s.wanted, uint32(f.Xattr()), f.Path()); err != nil {
			return err
		}
	}
	transfer := s.item.Flags.Has(wire.ItemTransfer)
	if transfer && (slot.Gap || !f.IsRegular()) {
		return exit.Errorf(exit.Protocol, "received request to transfer non-regular file: %d [sender]", ndx)
	}
	if transfer && s.phase == 2 {
		return exit.Errorf(exit.Protocol, "got transfer request in phase 2 [sender]")
	}
	if !transfer {
		if s.item.Flags.Has(wire.ItemNew) {
			s.Totals.Created.Add(f.Mode())
		}
		if err := s.echo(ctx, ndx, f, xattrs); err != nil {
			return err
		}
		if s.Log.WantsItem(report.ItemFlags(s.item.Flags), f.IsDir(), len(s.item.Name) > 0) {
			s.Log.Item(s.fill(f, s.item.Flags, s.leader()))
		}
		return s.feedLists(ctx, aheadBusy)
	}
	if err := s.transfer(ctx, ndx, f, xattrs); err != nil {
		return err
	}
	return s.feedLists(ctx, aheadBusy)
}

// leader returns the name that a hard link item carries.
func (s *Sender) leader() []byte {
	if s.item.Flags.Has(wire.ItemName) && s.item.Flags.Has(wire.ItemLocal) {
		return s.item.Name
	}
	return nil
}

// keepAlive29 answers the keep-alive of protocol 29: an index that is no entry's
// (docs/protocol/02-wire-and-file-list.md §6.6).
func (s *Sender) keepAlive29() error {
	if s.protocol < 29 {
		return s.badIndex(int32(s.List.Count()))
	}
	flags, err := s.r.Short()
	if err != nil {
		return err
	}
	if wire.ItemFlags(flags) != wire.ItemKeepAlive {
		return s.badIndex(int32(s.List.Count()))
	}
	s.Session.KeepAlive()
	return nil
}

// carriesXattrs tells whether xattr data follow the item (docs/protocol/03-transfer.md §5.4).
func (s *Sender) carriesXattrs() bool {
	if s.Plan.Attrs.Xattrs == 0 || s.Plan.Write.DryRun || !s.item.Flags.Has(wire.ItemXattr) || s.protocol < 30 {
		return false
	}
	return !(s.Plan.Caps.XattrOptim && s.item.Flags.Has(wire.ItemName|wire.ItemLocal))
}

// echo repeats an item to the receiver, with the extended attributes that were asked for.
func (s *Sender) echo(ctx context.Context, ndx int32, f flist.File, xattrs bool) error {
	s.out = s.ndxOut.Append(s.out, ndx)
	var err error
	if s.out, err = s.item.Append(s.out, s.protocol); err != nil {
		return err
	}
	if xattrs {
		src, release, err := s.Tree.Attrs(ctx, f)
		if err != nil {
			src, release = noAttrs{}, func() {}
		}
		b, failure := s.Xattrs.AppendAnswer(s.out, s.wanted, src)
		release()
		s.out = b
		if failure != nil {
			quoted := string(s.Log.AppendFull(nil, s.Tree.FullName(f)))
			flist.SayFailure(s.Log, failure, quoted, f.Path())
		}
	}
	return s.write()
}

// noAttrs is a file that cannot be reached any more: it has no attributes.
type noAttrs struct{}

func (noAttrs) GetXattr(string, []byte) (int, error) { return 0, fsys.ErrNoAttr }
func (noAttrs) ListXattr([]byte) (int, error)        { return 0, nil }

// position says where in the list the transfer stands: at the entry with that place among all.
func (s *Sender) position(index int64) report.Position {
	s.reached = max(s.reached, index)
	return report.Position{
		Transferred: s.Totals.Transferred, Index: index, Total: s.Totals.Files.Total,
		Incomplete: s.moreLists, Size: s.Totals.Size,
	}
}

// index returns the place of ndx among all entries: numbers less the gaps.
func (s *Sender) index(ndx int32) int64 {
	if !s.List.Incremental() {
		return int64(ndx)
	}
	slot, ok := s.List.Find(ndx)
	if !ok {
		return int64(ndx)
	}
	before := int64(0)
	for _, e := range s.ends {
		if e.first == slot.Segment.First() {
			before = e.total - int64(slot.Segment.Len())
		}
	}
	return before + int64(ndx-slot.Segment.First())
}

// removeDone removes the sources that are in place at the other end (--remove-source-files).
func (s *Sender) removeDone(ctx context.Context) {
	s.mu.Lock()
	done := s.done
	s.done = nil
	s.mu.Unlock()
	for _, p := range done {
		if s.Plan.Update.RemoveSource == plan.RemoveNone {
			continue
		}
		if slot, ok := s.List.Find(p.ndx); ok && slot.File.Valid() && !slot.File.IsDir() {
			s.remove(ctx, slot.File, p)
		}
	}
}

func (s *Sender) remove(ctx context.Context, f flist.File, p inPlace) {
	s.path = f.AppendPath(s.path[:0])
	var st fsys.Stat
	if err := s.Tree.Restat(ctx, f, &st); err != nil {
		s.notRemoved(report.SenderRelstatFailed, err)
		return
	}
	changed := st.Size != f.Size() || st.Mtime.Sec != f.Mtime()
	if s.protocol >= 31 && f.Nsec() != 0 {
		changed = changed || uint32(st.Mtime.Nsec) != f.Nsec()
	}
	if f.IsSymlink() {
		changed = st.Mtime.Sec != f.Mtime()
	}
	if changed && (f.IsRegular() || f.IsSymlink()) {
		s.Log.Say(report.SkippingRemoveChanged, report.Name(s.path))
		return
	}
	if p.known && st.Dev == p.dev && st.Ino == p.ino {
		s.Log.Say(report.SkippingRemoveDestination, report.Name(s.path))
		return
	}
	if err := s.Tree.Remove(ctx, f); err != nil {
		s.notRemoved(report.SenderRemoveFailed, err)
		return
	}
	s.Log.Say(report.SenderRemoved, report.Name(s.path))
}

// notRemoved says why a source, whose name is in s.path, is still there.
func (s *Sender) notRemoved(what report.Msg, err error) {
	var parent *flist.ParentError
	switch {
	case isMissing(err):
		s.Log.Say(report.SenderAlreadyRemoved, report.Name(s.path))
		return
	case errors.As(err, &parent):
		what, err = report.SenderOpenParentFailed, parent.Err
	}
	s.Log.Fail(what, err, report.Name(s.path))
}
