package sender

import (
	"context"
	"errors"
	"io"

	"godwit/internal/flist"
	"godwit/internal/plan"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// How far lists are sent ahead of the requests (docs/protocol/02-wire-and-file-list.md §16.4).
const (
	aheadBusy = 1000  // before and after each request
	aheadIdle = 10000 // while there is nothing else to do
)

// chunk is how many bytes of a list are gathered before they go to the session.
const chunk = 32 << 10

// firstList sends the first list, which without incremental recursion is the only one.
func (s *Sender) firstList(ctx context.Context) error {
	seg, err := s.Tree.Next(ctx, s.sendEntry)
	if err != nil {
		return err
	}
	if err := s.endList(seg, 0); err != nil {
		return err
	}
	s.Totals.ListSize = s.listBytes / bufferSize * bufferSize
	if s.Header != nil {
		s.Header.Done(seg.Len())
	}
	if !s.List.Incremental() {
		s.List.SetEOF()
		return nil
	}
	s.moreLists = true
	// With a single entry so far the receiving side waits for one list more, to learn whether
	// it copies a single file.
	for s.moreLists && s.List.Count() <= 1 {
		if err := s.nextList(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sendEntry encodes one entry of the list being sent.
func (s *Sender) sendEntry(f flist.File) error {
	s.beginList(f.Segment())
	b, err := s.Encoder.Append(s.out, f)
	if err != nil {
		return err
	}
	s.out = b
	s.Totals.Files.Add(f.Mode())
	if f.IsRegular() || f.IsSymlink() {
		s.Totals.Size += f.Size()
	}
	if s.Header != nil {
		s.Header.Count(int(f.Segment().Len()))
	}
	if len(s.out) >= chunk {
		return s.writeList()
	}
	return nil
}

// beginList says which directory's list comes, unless it has been said.
func (s *Sender) beginList(seg *flist.Segment) {
	if seg.Dir() >= 0 && !s.begun {
		s.out = s.ndxOut.Append(s.out, wire.NdxListBase-seg.Dir())
	}
	s.begun = true
}

// writeList puts a part of a list into the stream.
func (s *Sender) writeList() error {
	s.listBytes += int64(len(s.out))
	return s.write()
}

// bufferSize is how much of a list the reference gathers before it counts it as sent: what is left
// over is not in its statistics (docs/protocol/06-output.md §7).
const bufferSize = 65535

// endList ends a list whose entries have been sent, sorts and publishes it.
func (s *Sender) endList(seg *flist.Segment, bitsBefore int32) error {
	s.beginList(seg)
	s.begun = false
	bits := s.bits()
	s.out = s.Encoder.AppendEnd(s.out, bits, bits != bitsBefore)
	if seg.Dir() < 0 {
		s.out = s.Encoder.AppendIDLists(s.out)
		if s.protocol < 30 {
			told := bits
			if s.Plan.Delete.IgnoreErrors {
				told = 0
			}
			s.out = wire.AppendInt32(s.out, told)
		}
	}
	if err := s.writeList(); err != nil {
		return err
	}
	if s.protocol == 30 && !s.Plan.Caps.SafeFlist && bits != 0 && bits != s.sentBits && !s.Plan.Delete.IgnoreErrors {
		if err := s.oldReceiver(); err != nil {
			return err
		}
		s.Session.PostInt(wire.MsgIOError, bits)
	}
	s.sentBits = bits
	seg.Sort(s.Order)
	s.List.Publish(seg)
	s.ends = append(s.ends, segmentEnd{seg.First(), s.List.Count()})
	return nil
}

// oldReceiver ends the run if the receiver would delete by a list that it cannot know to be
// incomplete (docs/protocol/02-wire-and-file-list.md §11).
func (s *Sender) oldReceiver() error {
	when := ""
	switch s.Plan.Delete.When {
	case plan.DeleteDuring:
		when = "during"
	case plan.DeleteDelay:
		when = "delay"
	}
	if when == "" || !s.List.Incremental() {
		return nil
	}
	return s.Log.Fatal(report.DyingForOldReceiver, nil, report.Str(when))
}

// nextList sends one more list, or the end of all lists.
func (s *Sender) nextList(ctx context.Context) error {
	seg, err := s.Tree.Next(ctx, s.sendEntry)
	if errors.Is(err, io.EOF) {
		s.moreLists = false
		s.List.SetEOF()
		s.out = s.ndxOut.Append(s.out, wire.NdxEOF)
		return s.write()
	}
	if err != nil {
		return err
	}
	return s.endList(seg, s.sentBits)
}

// ahead returns how many entries lie in lists after the one that was last asked about.
func (s *Sender) ahead() int64 {
	for len(s.ends) > 1 && s.ends[0].first < s.current {
		s.ends = s.ends[1:]
	}
	if len(s.ends) == 0 {
		return 0
	}
	return s.List.Count() - s.ends[0].total
}

// feedLists sends lists until limit entries are ahead.
func (s *Sender) feedLists(ctx context.Context, limit int64) error {
	for s.moreLists && s.ahead() < limit {
		if err := s.nextList(ctx); err != nil {
			return err
		}
	}
	return nil
}

// feedIdle sends further lists as long as there is no request to serve.
func (s *Sender) feedIdle(ctx context.Context) error {
	for s.moreLists && s.ahead() < aheadIdle && !s.Session.Pending() {
		if err := s.nextList(ctx); err != nil {
			return err
		}
		s.Session.Flush()
	}
	return nil
}

// fill makes the event for a file.
func (s *Sender) fill(f flist.File, flags wire.ItemFlags, leader []byte) *report.Item {
	e := f.Entry()
	s.path = f.AppendPath(s.path[:0])
	s.event = report.Item{
		Flags: report.ItemFlags(flags), Mode: e.Mode, UID: s.Plan.Attrs.OwnerOf(e.UID), GID: e.GID, HasGID: s.Plan.Attrs.Group,
		Size: e.Size, Mtime: e.Mtime, Name: s.path, Link: f.Link(), Leader: leader,
	}
	if s.Plan.Update.Checksum && f.IsRegular() && s.Log.NeedsSum() {
		s.shown = s.Plan.Sums.File.AppendShown(s.shown[:0], f.Sum())
		s.event.Sum = s.shown
	}
	if s.Log.NeedsPath() {
		s.event.Path = s.Tree.ArgName(f)
	}
	return &s.event
}
