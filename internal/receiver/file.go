package receiver

import (
	"context"
	"errors"

	"godwit/internal/delta"
	"godwit/internal/dest"
	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/ledger"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// incoming is the file whose data are being received.
type incoming struct {
	ndx       int32
	f         flist.File
	index     int64 // among all entries
	redo      bool  // its data did not verify before
	appending bool
	unasked   bool // nobody wants it, and the sender should not have sent it
	lost      bool // its basis is no longer there: the data are of no use, and are asked for again
	head      delta.Head
	basis     basis
	out       *dest.Output // nil to discard the data
	good      bool         // the data are what the sender has
}

// transfer acts on an item with data (docs/protocol/03-transfer.md §12.1).
func (r *Receiver) transfer(ctx context.Context, ndx int32, f flist.File, index int64) error {
	in := &r.in
	*in = incoming{ndx: ndx, f: f, index: index}
	_, in.redo = r.redone[ndx]
	in.appending = r.Plan.Write.Append && !in.redo
	r.Totals.Transferred++
	r.Totals.TransferredSize += f.Size()
	if r.item.Flags.Has(wire.ItemNew) && !in.redo {
		r.Totals.Created.Add(f.Mode())
	}
	only := r.Plan.Batch.OnlyWrite
	if r.Plan.Write.DryRun && !only || only && r.Plan.Where.Server {
		r.Log.ProgressSkipped(f.Size())
		r.Log.Transferring(r.fill(f, nil))
		return nil
	}
	wanted, err := r.wanted(ctx)
	if err != nil {
		return err
	}
	if err := r.checkBasis(); err != nil {
		return err
	}
	read := r.r.Count()
	head, err := r.r.SumHead(r.protocol, r.Plan.Sums.Params.Kind.Size())
	if err != nil {
		return err
	}
	in.head = delta.Head(head)
	if wanted && r.deliverable() {
		return r.deliver(ctx, r.r.Count()-read)
	}
	if err := r.settleDeliveries(ctx, 0); err != nil {
		return err
	}
	defer in.basis.close()
	if wanted {
		if err := r.prepare(); err != nil {
			return err
		}
	}
	if err := r.receive(ctx); err != nil {
		return r.broken(err)
	}
	if in.unasked {
		return exit.Errorf(exit.Protocol, "rsync: refusing data of file index %d that was not asked for", ndx)
	}
	if in.out != nil || only {
		ev := r.fill(f, nil)
		ev.Read = r.r.Count() - read
		if len(r.sum) > 0 && !r.Plan.Update.Checksum && r.Plan.Caps.Protocol >= 30 { // seeded before
			r.shown = r.Plan.Sums.Params.Kind.AppendShown(r.shown[:0], r.sum)
			ev.Sum = r.shown
		}
		r.Log.Transferred(ev)
	}
	return r.finish()
}

// wanted tells whether the data of the item at hand are to be kept. With a batch, where data come
// unasked, that is for the generator to say.
func (r *Receiver) wanted(ctx context.Context) (bool, error) {
	in := &r.in
	switch {
	case r.Plan.Batch.OnlyWrite:
		r.Log.Transferring(r.fill(in.f, nil))
		return false, nil
	case r.Plan.Batch.Read:
		ok, err := r.Ledger.Wants(ctx, in.ndx)
		if err != nil || ok {
			return ok, err
		}
		text := report.SkippingBatchedUpdate
		if r.phase > 0 || in.redo {
			text = report.SkippingBatchedResend
		}
		r.Log.Say(text, report.Name(r.name(in.f)))
		return false, nil
	}
	switch r.Ledger.State(in.ndx) {
	case ledger.InFlight, ledger.Redoing:
		return true, nil
	}
	in.unasked = true
	return false, nil
}

// prepare opens the basis and the output. If there can be no output, the data are discarded; what
// stands in the way has been said.
func (r *Receiver) prepare() (err error) {
	in, w := &r.in, &r.Plan.Write
	if in.basis, err = r.openBasis(in.f); err != nil {
		return err
	}
	if in.basis.kind >= wire.BasisFuzzy && in.basis.file == nil && in.head.Count > 0 {
		// The generator, which is ahead, has meanwhile put something else in the place of the
		// file it chose, or removed it.
		in.lost = true
		return nil
	}
	if in.basis.dir {
		r.Log.Say(report.ReceivedIsDirectory, r.hand.Full(in.f))
		return nil
	}
	mode := r.hand.Mode(in.f, in.basis.stat())
	switch {
	case w.Inplace:
		in.out, _ = r.hand.OpenInPlace(in.f, mode)
	case r.Plan.Caps.InplacePartial && in.basis.kind == wire.BasisPartial:
		in.out, _ = r.hand.OpenPartialInPlace(in.f, mode)
	default:
		in.out, _ = r.hand.CreateTemp(in.f, mode)
	}
	if in.out == nil {
		return nil
	}
	r.Log.Transferring(r.fill(in.f, nil))
	return nil
}

// receive reads the data of a file, to the sum behind them. An error is fatal.
func (r *Receiver) receive(ctx context.Context) error {
	in := &r.in
	start := int64(0)
	if in.appending {
		start = in.head.Length()
	}
	if in.out != nil {
		r.layout = r.hand.Layout(in.out, start, in.f.Size(), in.redo)
	}
	show := in.out != nil && r.Log.WantsProgress()
	if show {
		r.Log.ProgressBegin(in.f.Size(), r.Totals.Size)
	}
	r.tokens.begin(show, in.f.Size(), start, in.out, in.head)
	if h := r.Session.Handoff(); h != nil && in.head.Count == 0 && !in.appending && r.Plan.Sums.Codec == "" && !r.Plan.Batch.Write {
		if err := r.takeOver(ctx, h); err != nil {
			return err
		}
	} else if err := r.deltas(ctx); err != nil {
		return err
	}
	if show {
		r.Log.ProgressEnd(r.position(in.index))
	}
	return nil
}

// deltas puts the file together from its tokens.
func (r *Receiver) deltas(ctx context.Context) error {
	in := &r.in
	job := &r.job
	*job = delta.Job{Head: in.head, Tokens: &r.tokens, Append: in.appending}
	if r.Plan.Write.AppendVerify {
		job.Prefix = delta.SumAll
	}
	if in.basis.file != nil {
		job.Basis = in.basis.file
	}
	if in.out != nil {
		r.output.Reset(in.out.File, r.layout)
		job.Out = &r.output
		job.BasisIsOut = in.basis.kind == wire.BasisDest && in.out.InPlace() ||
			in.basis.kind == wire.BasisPartial && r.Plan.Caps.InplacePartial && !r.Plan.Write.Inplace
	}
	if r.decoder.NeedsMatchData() {
		job.Matched = r.seeMatch
	}
	if err := r.patcher.Run(ctx, job); err != nil {
		return err
	}
	st := r.patcher.Stats()
	r.Totals.Literal += st.Literal
	r.Totals.Matched += st.Matched
	r.sum = r.sum[:r.patcher.SumSize()]
	if err := r.r.Full(r.sum); err != nil {
		return err
	}
	if in.out == nil {
		return nil
	}
	if err := r.output.Finish(); err != nil {
		var cut *delta.CutError
		if !errors.As(err, &cut) || !in.out.InPlace() {
			return &delta.WriteError{Err: err}
		}
		// All data are where they belong, and the next run sees what is too much by the length.
		r.Log.Fail(report.TruncateFailed, cut.Err, r.hand.Full(in.f))
	}
	in.good = r.patcher.Verify(r.sum)
	return nil
}

func (r *Receiver) seeMatch(data []byte) error {
	r.decoder.SeeMatch(data)
	return nil
}

// takeOver copies the open source file that the sender hands over in place of data, and accounts
// for what the wire would have carried.
func (r *Receiver) takeOver(ctx context.Context, h *session.Handoff) error {
	r.sum = r.sum[:0]
	src, err := r.handed(ctx, h)
	if err != nil {
		return err
	}
	defer src.File.Close()
	return r.copyHanded(src)
}

// handed takes the source file of the item at hand and accounts for it.
func (r *Receiver) handed(ctx context.Context, h *session.Handoff) (session.Handed, error) {
	src, err := h.Take(ctx)
	if err != nil {
		return src, err
	}
	if src.NDX != r.in.ndx {
		src.File.Close()
		return src, exit.Errorf(exit.StreamIO, "File-list index %d handed over in place of %d [%s]", src.NDX, r.in.ndx, r.r.Who)
	}
	tokens := (src.Size + delta.LiteralMax - 1) / delta.LiteralMax
	body := src.Size + 4*tokens + 4 + int64(r.Plan.Sums.Params.Kind.Size())
	r.Session.AddBytes(body+4*(body/wire.MaxData), 0)
	r.Totals.Literal += src.Size
	return src, nil
}

// copyHanded copies what was handed over to the output, if there is one.
func (r *Receiver) copyHanded(src session.Handed) error {
	in := &r.in
	if in.out == nil {
		return nil
	}
	in.out.Literal()
	n, err := r.hand.Copy(in.out.File, src.File, src.Size, r.layout)
	if err != nil {
		var one [1]byte
		if _, cause := src.File.ReadAt(one[:], n); cause == nil || n >= src.Size {
			return &delta.WriteError{Err: err}
		}
	}
	r.tokens.advance(int(n))
	if err == nil && n < src.Size {
		err = delta.ErrShrunk
	}
	if err != nil {
		r.Log.Fail(report.ReadErrorsMapping, err, r.hand.Full(in.f))
	}
	in.good = err == nil
	return nil
}

// broken ends the output of a file in the middle of its data and words the error.
func (r *Receiver) broken(err error) error {
	in := &r.in
	var peer *delta.PeerError
	var write *delta.WriteError
	switch {
	case errors.Is(err, delta.ErrNoBasis):
		err = r.Log.Fatal(report.MatchWithoutBasis, nil, r.hand.Full(in.f))
	case errors.As(err, &peer):
		err = exit.Errorf(exit.Protocol, "%s [%s]", peer.Error(), r.r.Who)
	case errors.As(err, &write) && in.out != nil:
		err = r.hand.FailWrite(in.out, write.Err)
	case in.out != nil:
		r.output.Flush()
	}
	if in.out != nil {
		r.hand.Abandon(in.out)
		in.out = nil
	}
	return err
}
