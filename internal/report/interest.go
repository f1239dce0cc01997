package report

// Interest is what one destination of item lines (the terminal, a log) wants
// to hear about. Which items make a line is decided by docs/protocol/
// 06-output.md §4.1.
type Interest struct {
	On      bool // there is a format at all
	Itemize int  // 0 if the format lacks %i, else the count of -i, at least 1
	Name    int  // level of the NAME flag
	// TransfersOnly leaves out what the generator did by itself, unless items are itemized: a
	// server's log format without %i names the files whose data moved.
	TransfersOnly bool
}

// interestOf derives the interest of a destination from its format.
func interestOf(f *Format, itemizeCount, nameLevel int) Interest {
	in := Interest{On: f != nil, Name: nameLevel}
	if f.Itemizes() {
		in.Itemize = max(1, itemizeCount)
	}
	return in
}

// Wants reports whether an item makes a line. Leader says that it carries a
// non-empty extra name (a hard link's leader).
func (in Interest) Wants(flags ItemFlags, isDir, leader bool) bool {
	if !in.On {
		return false
	}
	significant := flags.Significant() != 0
	switch {
	case flags&ItemTransfer != 0, leader:
		return true
	case in.Itemize > 0 && (significant || in.Itemize > 1 || in.Name > 1):
		return true
	}
	return !in.TransfersOnly && significant && (isDir || flags&ItemLocal != 0)
}

// SendsItem reports whether a generator has to announce an item that needs no
// transfer (docs/protocol/03-transfer.md §5.3): somebody at the other end may
// print it. Itemize is the count of -i, or 2 on a server that was told %I.
func SendsItem(flags ItemFlags, leader bool, nameLevel, itemize int) bool {
	return flags.Significant() != 0 || leader || nameLevel > 1 || itemize > 1
}

// DefaultFormat is the format of item lines when none is given: that of -i, of
// plain -v, or none (docs/protocol/06-output.md §5.4).
func DefaultFormat(itemizeCount, nameLevel int) (format string, ok bool) {
	switch {
	case itemizeCount > 0:
		return "%i %n%L", true
	case nameLevel > 0:
		return "%n%L", true
	}
	return "", false
}

// DefaultLogFormat is the format of --log-file when none is given;
// DefaultTransferLogFormat that of a daemon's "transfer logging".
const (
	DefaultLogFormat         = "%i %n%L"
	DefaultTransferLogFormat = "%o %h [%a] %m (%u) %f %l"
)
