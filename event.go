package godwit

import (
	"io/fs"
	"strings"
	"sync"
	"time"

	"godwit/internal/report"
)

// Kind says what an [Event] is about.
type Kind int

// The kinds of events.
const (
	Changed  Kind = iota + 1 // Entry was transferred, made, or given new attributes: see Change
	Deleted                  // Entry, of which only name and type are known, was removed at the destination
	Listed                   // Entry is part of a listing
	Progress                 // Bytes of Total have been dealt with
	Message                  // Text is something to tell the user, an error if Error is set
)

// Event is something that happened in a job.
type Event struct {
	Kind   Kind
	Entry  Entry
	Change Change
	Bytes  int64 // of the file at hand, or of the whole job with --info=progress2
	Total  int64
	Text   string // without a line end; it may hold several lines
	Error  bool
}

// Entry is a file, directory or other thing in a tree.
type Entry struct {
	Name    string // relative to the top of the transfer; "." is the top. The bytes are those of the name, UTF-8 or not
	Mode    fs.FileMode
	Size    int64
	ModTime time.Time
	UID     uint32 // 0 where owners are not carried
	GID     uint32
	Link    string // target of a symbolic link
}

// Change says what was done to an entry, as -i does (docs/protocol/06-output.md §5.2).
type Change struct {
	Data  bool // the contents were sent
	New   bool // there was nothing of the name
	Size  bool // these differed
	Time  bool
	Perms bool
	Owner bool
	Group bool
	ACL   bool
	Xattr bool
}

// watcher is the observer of a job.
type watcher struct {
	mu     sync.Mutex
	tell   func(Event)
	result *Result
	errors strings.Builder
}

// Emit implements report.Sink.
func (w *watcher) Emit(e *report.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	bad := e.Class == report.Error || e.Class == report.ErrorXfer || e.Class == report.ErrorSocket ||
		e.Class == report.ErrorUTF8 || e.Class == report.Warning
	if bad && e.Kind == report.KindText {
		w.errors.Write(e.Text)
	}
	if e.Kind == report.KindTotals && e.Totals != nil {
		w.result.set(e.Totals)
	}
	if w.tell == nil {
		return
	}
	switch e.Kind {
	case report.KindItem:
		w.tell(Event{Kind: Changed, Entry: entryOf(e.Item), Change: changeOf(e.Item.Flags)})
	case report.KindDelete:
		w.tell(Event{Kind: Deleted, Entry: entryOf(e.Item)})
	case report.KindListing:
		w.tell(Event{Kind: Listed, Entry: entryOf(e.Item)})
	case report.KindProgress:
		w.tell(Event{Kind: Progress, Bytes: e.Progress.Bytes, Total: e.Progress.Size})
	case report.KindText:
		w.tell(Event{Kind: Message, Text: strings.TrimRight(string(e.Text), "\n"), Error: bad})
	}
}

func entryOf(it *report.Item) Entry {
	e := Entry{
		Name: string(it.Name), Mode: modeOf(it.Mode), Size: it.Size, UID: it.UID, Link: string(it.Link),
		ModTime: time.Unix(it.Mtime, 0),
	}
	if it.HasGID {
		e.GID = it.GID
	}
	return e
}

// types are the file types of a mode on the wire (docs/protocol/02-wire-and-file-list.md §9).
var types = [...]struct {
	bits uint32
	mode fs.FileMode
}{
	{0o040000, fs.ModeDir}, {0o120000, fs.ModeSymlink}, {0o010000, fs.ModeNamedPipe}, {0o140000, fs.ModeSocket},
	{0o020000, fs.ModeDevice | fs.ModeCharDevice}, {0o060000, fs.ModeDevice},
}

// modeOf turns a mode of the wire into Go's.
func modeOf(mode uint32) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for _, t := range types {
		if mode&0o170000 == t.bits {
			m |= t.mode
		}
	}
	for _, b := range [...]struct {
		bit  uint32
		mode fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if mode&b.bit != 0 {
			m |= b.mode
		}
	}
	return m
}

func changeOf(f report.ItemFlags) Change {
	return Change{
		Data: f&report.ItemTransfer != 0, New: f&report.ItemNew != 0, Size: f&report.ItemSize != 0, Time: f&report.ItemTime != 0,
		Perms: f&report.ItemPerms != 0, Owner: f&report.ItemOwner != 0, Group: f&report.ItemGroup != 0, ACL: f&report.ItemACL != 0,
		Xattr: f&report.ItemXattr != 0,
	}
}
