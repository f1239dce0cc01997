package sender

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"godwit/internal/checksum"
	"godwit/internal/delta"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// transfer answers a request for a file's data (docs/protocol/03-transfer.md §5.2, §8).
func (s *Sender) transfer(ctx context.Context, ndx int32, f flist.File, xattrs bool) error {
	first := f.Segment().First()
	redo := s.asked.mark(first, ndx-first)
	// A file that is sent again counts again, as the reference has it.
	s.Totals.Transferred++
	s.Totals.TransferredSize += f.Size()
	if !redo && s.item.Flags.Has(wire.ItemNew) {
		s.Totals.Created.Add(f.Mode())
	}
	if s.Plan.Write.DryRun && !s.Plan.Batch.OnlyWrite {
		s.Log.ProgressSkipped(f.Size())
		s.Log.Transferring(s.fill(f, s.item.Flags, nil))
		return s.echo(ctx, ndx, f, false)
	}
	appending := s.Plan.Write.Append && !redo
	if err := s.readSums(appending); err != nil {
		return err
	}
	read := int64(delta.HeadSize)
	if !appending {
		read += int64(s.sums.Head.Count) * int64(4+s.sums.Head.StrongLen)
	}

	var st fsys.Stat
	file, err := s.Tree.Open(ctx, f, &st)
	if err != nil {
		s.unopened(f, ndx, err)
		return nil
	}
	handed := false
	defer func() {
		if !handed {
			file.Close()
		}
	}()
	switch st.Mode & fsys.ModeType {
	case fsys.ModeRegular:
	case fsys.ModeDir: // it has taken the file's place since the list was made
		s.unopened(f, ndx, syscall.EISDIR)
		return nil
	case fsys.ModeFIFO, fsys.ModeSocket: // likewise, and reading it might take for ever
		s.unopened(f, ndx, syscall.ENXIO)
		return nil
	default:
		if !s.Plan.Select.CopyDevices {
			return s.Log.Fatal(report.DeviceWithoutCopyDevices, nil)
		}
	}
	size := st.Size
	if st.Mode&fsys.ModeType != fsys.ModeRegular {
		size = f.Size()
		if device, ok := file.(*fsys.File); ok {
			_ = device.SetBlocking()
		}
	}
	have := int64(0)
	if appending {
		if have = s.sums.Length(); size < f.Size() {
			s.Log.Say(report.SkippedDiminished, report.Full(s.Tree.FullName(f)))
			s.noSend(ndx)
			return nil
		}
		have = min(have, size)
	}

	sent := s.wrote
	if err := s.echo(ctx, ndx, f, xattrs); err != nil {
		return err
	}
	s.out = s.sums.Head.Append(s.out)
	if err := s.writeBody(); err != nil {
		return err
	}
	s.Log.Transferring(s.fill(f, s.item.Flags, nil))
	s.tokens.done, s.tokens.last = have, 0
	s.tokens.show = s.Log.WantsProgress()
	if s.tokens.show {
		s.Log.ProgressBegin(size, s.Totals.Size)
	}

	if real, h := s.handsOff(file, appending); h != nil {
		if err := s.handOff(ctx, h, ndx, real, size); err != nil {
			return err
		}
		handed = true
	} else if err := s.deltas(ctx, file, size, have, appending); err != nil {
		return err
	}
	if err := s.searcher.ReadErr(); err != nil && !handed {
		s.Log.Fail(report.ReadErrorsMapping, err, report.Full(s.Tree.FullName(f)))
		s.Log.Note(exit.TroubleIO)
	}
	if s.tokens.show {
		if s.tokens.last > 0 {
			s.Log.Progress(s.tokens.done) // data after the last match, or in place of any
		}
		s.Log.ProgressEnd(s.position(s.index(ndx)))
	}
	ev := s.fill(f, s.item.Flags, nil)
	ev.Wrote, ev.Read = s.wrote-sent, read
	if s.protocol >= 30 && !handed && !s.Plan.Update.Checksum && s.Log.NeedsSum() { // seeded before
		s.shown = s.Plan.Sums.Params.Kind.AppendShown(s.shown[:0], s.sum)
		ev.Sum = s.shown
	}
	s.Log.Transferred(ev)
	return nil
}

// readSums reads the sum head and the block sums of a request.
func (s *Sender) readSums(appending bool) error {
	h, err := s.r.SumHead(s.protocol, s.Plan.Sums.Params.Kind.Size())
	if err != nil {
		return err
	}
	s.sums.Reset(delta.Head(h))
	if appending {
		return nil
	}
	n := int(h.StrongLen)
	if cap(s.strong) < n {
		s.strong = make([]byte, max(n, checksum.MaxSize))
	}
	s.strong = s.strong[:n]
	for range h.Count {
		weak, err := s.r.Uint32()
		if err != nil {
			return err
		}
		if err := s.r.Full(s.strong); err != nil {
			return err
		}
		s.sums.Add(weak, s.strong)
	}
	return nil
}

// unopened reports a file that cannot be sent (§8.5).
func (s *Sender) unopened(f flist.File, ndx int32, err error) {
	name := report.Full(s.Tree.FullName(f))
	if isMissing(err) {
		s.Log.Say(report.FileVanished, name)
		s.Log.Note(exit.TroubleVanish)
	} else {
		s.Log.Fail(report.SendOpenFailed, err, name)
		s.Log.Note(exit.TroubleIO)
	}
	s.noSend(ndx)
}

func (s *Sender) noSend(ndx int32) {
	if s.protocol >= 30 {
		s.Session.PostInt(wire.MsgNoSend, ndx)
		s.Session.Flush()
	}
}

// writeBody writes sum head, tokens or sum: into the stream, or only into the batch.
func (s *Sender) writeBody() error {
	_, err := body{s}.Write(s.out)
	s.out = s.out[:0]
	return err
}

// deltas sends the tokens and the whole-file sum.
func (s *Sender) deltas(ctx context.Context, file flist.Opened, size, have int64, appending bool) error {
	var err error
	switch {
	case appending && (have > 0 || s.sums.Count > 0):
		prefix := delta.SumAppended
		if s.Plan.Write.AppendVerify {
			prefix = delta.SumAll
		}
		err = s.searcher.Append(ctx, file, size, have, prefix, &s.tokens)
	case s.sums.Count == 0:
		err = s.searcher.Whole(ctx, file, size, &s.tokens)
	default:
		err = s.searcher.Search(ctx, file, size, &s.sums, s.updateMode(), &s.tokens)
	}
	if err != nil {
		return err
	}
	if err := s.encoder.End(); err != nil {
		return err
	}
	st := s.searcher.Stats()
	s.Totals.Literal += st.Literal
	s.Totals.Matched += st.Matched
	s.matches.Add(st)
	s.sum = s.searcher.AppendSum(s.sum[:0])
	s.out = append(s.out, s.sum...)
	return s.writeBody()
}

// updateMode tells whether the receiver writes into the basis itself (§8.3).
func (s *Sender) updateMode() delta.Update {
	w := s.Plan.Write
	switch {
	case w.Inplace && s.protocol >= 29 && s.item.Basis == wire.BasisDest,
		w.Inplace && s.protocol < 29 && !w.Backup,
		s.item.Basis == wire.BasisPartial && s.Plan.Caps.InplacePartial:
		return delta.InPlace
	}
	return delta.Apart
}

// handsOff returns the way to the receiver in the same process, if the file can go that way.
func (s *Sender) handsOff(file flist.Opened, appending bool) (*fsys.File, *session.Handoff) {
	h := s.Session.Handoff()
	if h == nil || s.sums.Count > 0 || appending || s.Plan.Sums.Codec != "" || s.Plan.Batch.Write {
		return nil, nil
	}
	real, ok := file.(*fsys.File)
	if !ok {
		return nil, nil
	}
	return real, h
}

// handOff gives the open file to the receiver in the same process, and accounts for what the
// wire would have carried.
func (s *Sender) handOff(ctx context.Context, h *session.Handoff, ndx int32, file *fsys.File, size int64) error {
	if err := h.Offer(ctx, s.Session, session.Handed{NDX: ndx, File: file, Size: size}); err != nil {
		return err
	}
	tokens := (size + delta.LiteralMax - 1) / delta.LiteralMax
	body := size + 4*tokens + 4 + int64(s.Plan.Sums.Params.Kind.Size())
	s.wrote += body
	s.Session.AddBytes(0, body+4*(body/wire.MaxData))
	s.Totals.Literal += size
	s.matches.Literal += size
	if s.tokens.show {
		s.Log.Progress(size)
	}
	return nil
}

// tokens passes what the search finds to the encoder, and shows progress.
type tokens struct {
	s    *Sender
	done int64
	last int // length of the data that progress has not counted yet
	show bool
}

func (t *tokens) Literal(p []byte) error {
	if err := t.s.encoder.Literal(p); err != nil {
		return err
	}
	t.done += int64(len(p))
	// What precedes a match shows together with it.
	if t.last = len(p); t.show && (t.s.sums.Count == 0 || len(p) >= delta.LiteralMax) {
		t.s.Log.Progress(t.done)
		t.last = 0
	}
	return nil
}

func (t *tokens) Match(index int32, p []byte) error {
	if err := t.s.encoder.Match(index, p); err != nil {
		return err
	}
	t.done += int64(len(p))
	if t.last = 0; t.show {
		t.s.Log.Progress(t.done)
	}
	return nil
}
