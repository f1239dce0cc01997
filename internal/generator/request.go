package generator

import (
	"context"
	"fmt"
	"io"

	"godwit/internal/delta"
	"godwit/internal/dest"
	"godwit/internal/fsys"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// request is a transfer about to be asked for (docs/protocol/03-transfer.md §5.2).
type request struct {
	v         *visit
	st        *fsys.Stat // the destination, nil for nothing there
	basis     wire.Basis
	has       bool   // there is a basis at all
	alternate bool   // it has the entry's name in an alternate directory, g.match
	name      []byte // of a fuzzy basis
}

// request asks the sender for the data of a file: steps 25 to 29 of the table.
func (g *Generator) request(ctx context.Context, r *request) error {
	f, p := r.v.f, g.Plan
	var basis *fsys.File
	var size int64
	whole := p.Update.WholeFile || g.quiet // 26
	if p.Write.Append && !r.v.redo {
		whole = g.quiet
	}
	switch backUp := p.Write.Inplace && p.Write.Backup && r.basis == wire.BasisDest && r.st != nil && !r.v.redo && !g.dry; {
	case g.sumless || !r.has: // 25
	case whole:
		if backUp && !g.h.BackUp(f) {
			return nil
		}
	default:
		var err error
		if basis, err = g.h.OpenBasis(f, r.basis, r.name, &g.basisSt); err != nil { // 27
			g.log.Fail(report.BasisOpenFailed, err, g.fullBasis(r))
			r.st, r.has, r.alternate, r.basis, r.name = nil, false, false, wire.BasisDest, nil
			break
		}
		defer basis.Close()
		size = g.basisSt.Size
		if backUp { // 28
			return g.requestWithBackup(ctx, r, basis)
		}
	}
	head := delta.Head{}
	if basis != nil {
		var ok bool
		if head, ok = delta.HeadFor(size, g.rules, r.v.redo); !ok {
			g.log.Say(report.TooLargeForSums, report.Int(size))
		}
	}
	if err := g.begin(ctx, r, head); err != nil || basis == nil || head.Count == 0 || p.Write.Append && !r.v.redo {
		return err
	}
	return g.sums(ctx, basis, head)
}

// fullBasis is how messages quote the file that the sums are made of.
func (g *Generator) fullBasis(r *request) report.Arg {
	if r.basis == wire.BasisPartial {
		return report.Full(g.h.PartialPath(r.v.f))
	}
	return g.h.Full(r.v.f)
}

// begin records the request and writes everything before the sums.
func (g *Generator) begin(ctx context.Context, r *request, head delta.Head) error {
	v := r.v
	if !g.dry {
		g.asked = true
		if g.redoing {
			g.Ledger.RequestLate(v.ndx, v.first)
		} else {
			g.Ledger.Request(v.ndx, v.first)
		}
		g.noteSize(v.ndx, v.f.Size())
		g.touch(v.f)
	}
	if g.Plan.Update.Fuzzy > 0 && r.st != nil {
		g.h.FuzzyTaken(v.f)
	}
	if !g.quiet {
		g.putItem(v, g.requestFlags(r), r.basis, r.name)
		if !g.sumless {
			g.out = head.Append(g.out)
		}
	}
	return g.leads(ctx, v)
}

// requestFlags returns the item flags of a request: compared with the destination, or with what an
// alternate directory has in its place.
func (g *Generator) requestFlags(r *request) wire.ItemFlags {
	f := r.v.f
	item := wire.ItemTransfer
	if g.Plan.Update.Checksum {
		item |= wire.ItemChange
	}
	mode := g.h.Mode(f, r.st)
	if r.alternate && r.st == nil {
		item = g.h.DifferencesFrom(&g.match, f, mode, item, dest.Plain)
	} else {
		item = g.h.Differences(f, mode, r.st, item, dest.Plain)
	}
	if r.basis != wire.BasisDest {
		item |= wire.ItemBasis
	}
	if r.basis >= wire.BasisFuzzy {
		item |= wire.ItemName
	}
	return item
}

// sums streams the block sums of a basis.
func (g *Generator) sums(ctx context.Context, basis io.ReaderAt, head delta.Head) error {
	return g.summer.Sum(ctx, basis, head, func(weak uint32, strong []byte) error {
		g.out = append(wire.AppendInt32(g.out, int32(weak)), strong[:head.StrongLen]...)
		if len(g.out) < sumWriteSize {
			return nil
		}
		return g.write()
	})
}

// sumWriteSize is how much of the sums is gathered before it goes to the session.
const sumWriteSize = 32 << 10

// requestWithBackup is a request for an update in place that keeps a backup: the data are copied
// to it while they are summed, and it becomes the basis.
func (g *Generator) requestWithBackup(ctx context.Context, r *request, basis *fsys.File) error {
	f := r.v.f
	b, ok := g.h.CreateBackup(f)
	if !ok {
		return nil
	}
	st := g.basisSt
	head, ok := delta.HeadFor(st.Size, g.rules, r.v.redo)
	if !ok {
		g.log.Say(report.TooLargeForSums, report.Int(st.Size))
	}
	tee := &teeFile{from: basis, to: b}
	r.basis = wire.BasisBackup
	if g.Plan.Write.Append || head.Count == 0 {
		if err := tee.rest(ctx, st.Size); err != nil {
			g.h.AbandonBackup(b)
			g.log.Fail(report.BasisOpenFailed, err, g.h.Full(f))
			return nil
		}
		g.h.FinishBackup(b, &st)
		return g.begin(ctx, r, head)
	}
	if err := g.begin(ctx, r, head); err != nil {
		g.h.AbandonBackup(b)
		return err
	}
	err := g.sums(ctx, tee, head)
	if err == nil {
		err = tee.rest(ctx, st.Size)
	}
	if err != nil {
		// The receiver has been promised this backup as the basis.
		g.h.AbandonBackup(b)
		return fmt.Errorf("backup of %q: %w", f.Path(), err)
	}
	g.h.FinishBackup(b, &st)
	return nil
}

// teeFile writes what is read for the first time to another file.
type teeFile struct {
	from io.ReaderAt
	to   io.WriterAt
	done int64
}

// ReadAt implements io.ReaderAt.
func (t *teeFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := t.from.ReadAt(p, off)
	if end := off + int64(n); off <= t.done && end > t.done {
		if _, werr := t.to.WriteAt(p[t.done-off:n], t.done); werr != nil {
			return n, werr
		}
		t.done = end
	}
	return n, err
}

// rest copies what has not been read.
func (t *teeFile) rest(ctx context.Context, size int64) error {
	buf := make([]byte, 128<<10)
	for t.done < size {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		before := t.done
		_, err := t.ReadAt(buf[:min(int64(len(buf)), size-t.done)], t.done)
		if err == io.EOF && t.done == before {
			return nil // it has shrunk
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}
