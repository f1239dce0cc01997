package report

import "godwit/internal/options"

// This file is the part of Log that speaks about entries of the file list.

// observerInterest is what an observer wants of items.
var observerInterest = Interest{On: true, Itemize: 1}

// WantsItem reports whether anyone wants an item of these flags, so that it is
// worth filling one. Leader says that it carries a non-empty extra name.
func (l *Log) WantsItem(flags ItemFlags, isDir, leader bool) bool {
	return l.out.Wants(flags, isDir, leader) || l.log.Wants(flags, isDir, leader) ||
		l.router.observing() && observerInterest.Wants(flags, isDir, leader)
}

// NeedsSum reports whether a format shows checksums, so that [Item.Sum] is
// worth filling.
func (l *Log) NeedsSum() bool { return l.outFmt.NeedsSum() || l.cfg.LogFormat.NeedsSum() }

// NeedsPath reports whether a format shows %f, so that Item.Path is worth filling.
func (l *Log) NeedsPath() bool { return l.outFmt.NeedsPath() || l.cfg.LogFormat.NeedsPath() }

// ItemizeLevel is the count of -i that matters here: 0 if the format has no
// %i, else at least 1. A generator hands it to [SendsItem].
func (l *Log) ItemizeLevel() int {
	return interestOf(l.cfg.Format, l.cfg.Itemize, 0).Itemize
}

// Transferring reports that the data of a file is about to be transferred; in
// a dry run, that it would be. It is called in the order of the list.
func (l *Log) Transferring(it *Item) {
	if l.cfg.DryRun {
		l.observeItem(KindItem, it)
	}
	if !l.out.On || l.leavesTransfers() {
		return
	}
	if l.cfg.DryRun || !l.outFmt.After() {
		l.line(l.class, l.outFmt, it)
		return
	}
	if l.cfg.Info[options.InfoProgress] == 1 && l.out.Name > 0 {
		d := l.draft(KindItem, l.class)
		d.event.Item = it
		d.buf = appendName(d.buf, it)
		l.show(d)
	}
}

// Transferred reports that the data of a file has been transferred. It is not
// called in a dry run.
func (l *Log) Transferred(it *Item) {
	l.observeItem(KindItem, it)
	if l.out.On && l.outFmt.After() && !l.leavesTransfers() {
		l.line(l.class, l.outFmt, it)
	}
	if l.log.On {
		l.line(LogOnly, l.cfg.LogFormat, it)
	}
}

// leavesTransfers tells whether transferred files are shown by the other end: a server before
// protocol 29 names only what its generator does (docs/protocol/06-output.md §4.1).
func (l *Log) leavesTransfers() bool { return l.cfg.Server && l.cfg.Protocol < 29 }

// Item reports an item that needed no transfer.
func (l *Log) Item(it *Item) {
	isDir, leader := it.IsDir(), len(it.Leader) > 0
	if observerInterest.Wants(it.Flags, isDir, leader) {
		l.observeItem(KindItem, it)
	}
	if l.out.Wants(it.Flags, isDir, leader) {
		l.line(l.class, l.outFmt, it)
	}
	if l.log.Wants(it.Flags, isDir, leader) {
		l.line(LogOnly, l.cfg.LogFormat, it)
	}
}

// Uptodate reports that an entry was looked at and needs nothing.
func (l *Log) Uptodate(name []byte, isDir bool) {
	if l.cfg.Info[options.InfoName] < 2 || l.cfg.Format.Itemizes() {
		return
	}
	d := l.draft(KindText, Client)
	d.event.Msg = UpToDate
	d.buf = append(d.buf, name...)
	if isDir {
		d.buf = append(d.buf, '/')
	}
	d.buf = append(d.buf, " is uptodate"...)
	l.say(d)
}

// Deleted reports that an entry of the destination was deleted, or would be in
// a dry run. A client says so when it hears it from the server, which itself
// only passes the name on.
func (l *Log) Deleted(name []byte, isDir bool) {
	it := Item{Name: name, Mode: modeRegular}
	if isDir {
		it.Mode = modeDir
	}
	if l.router.observing() {
		observed := it
		l.observeItem(KindDelete, &observed)
	}
	if l.cfg.Server && l.cfg.Protocol >= 29 {
		if link := l.router.peer.Load(); link != nil {
			link.peer.Deleted(l.role, name, isDir)
		}
	} else if l.cfg.Info[options.InfoDel] > 0 || l.cfg.Format != nil {
		l.deletionLine(l.class, l.cfg.Format, &it)
	}
	if l.cfg.LogFormat != nil && !l.cfg.DryRun {
		l.deletionLine(LogOnly, l.cfg.LogFormat, &it)
	}
}

func (l *Log) deletionLine(class Class, f *Format, it *Item) {
	d := l.draft(KindDelete, class)
	if f.handlesDeletion() {
		d.buf = f.Append(d.buf, it, &l.cfg.Env, true, l.cfg.Now)
	} else {
		d.buf = append(d.buf, "deleting "...)
		d.buf = appendName(d.buf, it)
	}
	l.show(d)
}

// Listed reports an entry of a listing.
func (l *Log) Listed(it *Item, st ListStyle) {
	l.observeItem(KindListing, it)
	d := l.draft(KindListing, Info)
	d.buf = AppendListing(d.buf, it, st)
	l.show(d)
}

// line shows an item in a format. An empty expansion is an empty line.
func (l *Log) line(class Class, f *Format, it *Item) {
	d := l.draft(KindItem, class)
	d.buf = append(f.Append(d.buf, it, &l.cfg.Env, false, l.cfg.Now), '\n')
	l.send(d)
}

func (l *Log) observeItem(kind Kind, it *Item) {
	if !l.router.observing() {
		return
	}
	d := l.draft(kind, Client)
	d.event.Item = it
	l.router.observe(&d.event)
	d.event = Event{}
	l.pool.Put(d)
}
