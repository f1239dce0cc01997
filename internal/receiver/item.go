package receiver

import (
	"godwit/internal/flist"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// noTransfer acts on an item about something that the generator has done itself.
func (r *Receiver) noTransfer(f flist.File, xattrs bool) error {
	if r.item.Flags.Has(wire.ItemNew) {
		r.Totals.Created.Add(f.Mode())
	}
	leader := r.leader()
	if r.Log.WantsItem(report.ItemFlags(r.item.Flags), f.IsDir(), len(leader) > 0) {
		r.Log.Item(r.fill(f, leader))
	}
	if xattrs && leader == nil { // a hard link has what its leader has
		r.applyArrived(f)
	}
	return nil
}

// applyArrived gives an entry its attributes once more, now that long values have arrived. As with
// the reference it gets the sender's permissions too, whether they are kept or not. But a directory in
// which an ordinary user could not work with these keeps what it has until it is touched up.
func (r *Receiver) applyArrived(f flist.File) {
	if r.hand.Stat(f, &r.st) != nil {
		return
	}
	mode := f.Mode()
	if f.IsDir() && !r.Plan.Where.Root && mode&0o700 != 0o700 {
		mode = r.st.Mode
	}
	r.hand.Apply(f, mode, &r.st, 0)
}

// leader returns the name that a hard link item carries.
func (r *Receiver) leader() []byte {
	if r.item.Flags.Has(wire.ItemName) && r.item.Flags.Has(wire.ItemLocal) {
		return r.item.Name
	}
	return nil
}

// name returns an entry's name in the transfer, valid until the next call.
func (r *Receiver) name(f flist.File) []byte {
	r.path = f.AppendPath(r.path[:0])
	return r.path
}

// fill makes the event for an entry from the item at hand.
func (r *Receiver) fill(f flist.File, leader []byte) *report.Item {
	e := f.Entry()
	r.event = report.Item{
		Flags: report.ItemFlags(r.item.Flags), Mode: e.Mode, UID: r.Plan.Attrs.OwnerOf(e.UID), GID: e.GID,
		HasGID: r.Plan.Attrs.Group && e.Flags&flist.SkipGroup == 0,
		Size:   e.Size, Mtime: e.Mtime, Name: r.name(f), Link: f.Link(), Leader: leader,
	}
	if sum := f.Sum(); len(sum) > 0 {
		r.shown = r.Plan.Sums.File.AppendShown(r.shown[:0], sum)
		r.event.Sum = r.shown
	}
	return &r.event
}

// position says where in the list the transfer stands; index counts entries from 0.
func (r *Receiver) position(index int64) report.Position {
	r.reached = max(r.reached, index)
	return report.Position{
		Transferred: r.Totals.Transferred, Index: index, Total: r.Totals.Files.Total,
		Incomplete: r.Lists.List.Incremental() && !r.Lists.List.EOF(), Size: r.Totals.Size,
	}
}
