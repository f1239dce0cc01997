package report

import (
	"strconv"
	"time"

	"godwit/internal/human"
)

// Counts is a number of entries by kind. Regular files are what is left of
// Total.
type Counts struct {
	Total, Dirs, Links, Devices, Specials int64
}

// Add counts one entry of the given mode.
func (c *Counts) Add(mode uint32) {
	c.Total++
	switch mode & modeType {
	case modeDir:
		c.Dirs++
	case modeSymlink:
		c.Links++
	case modeCharDev, modeBlkDev:
		c.Devices++
	case modeFifo, modeSocket:
		c.Specials++
	}
}

// Totals are the numbers of a run (docs/protocol/06-output.md §7.3).
type Totals struct {
	Files, Created, Deleted Counts

	Transferred     int64 // regular files transferred
	Size            int64 // bytes of all regular files and symlinks
	TransferredSize int64 // bytes of the files transferred, whole
	Literal         int64 // bytes sent as data
	Matched         int64 // bytes taken from basis files
	ListSize        int64 // bytes of the file list on the wire
	ListBuild       time.Duration
	ListTransfer    time.Duration
	Sent, Received  int64 // bytes on the connection
	Elapsed         time.Duration
	ClockFailed     bool // Elapsed is unknown
	Protocol        int  // that of the connection, which decides what was counted; 0 for that of the Log
	DryRun          bool
	BatchOnly       bool // --only-write-batch
	Sending         bool // these are the numbers of the sending end
	Failed          bool // the run does not end with success
}

// totalsStyle is how numbers look and which lines the protocol allows.
type totalsStyle struct {
	numbers  human.Numbers
	protocol int
}

// appendStatsLines appends the block of --stats, without the empty line before
// it, as newline-separated lines.
func appendStatsLines(dst []byte, t *Totals, st totalsStyle) []byte {
	dst = st.appendCounts(dst, "Number of files: ", &t.Files)
	if st.protocol >= 29 {
		dst = st.appendCounts(dst, "Number of created files: ", &t.Created)
	}
	if st.protocol >= 31 {
		dst = st.appendCounts(dst, "Number of deleted files: ", &t.Deleted)
	}
	dst = append(dst, "Number of regular files transferred: "...)
	dst = append(st.numbers.Comma(dst, t.Transferred), '\n')
	dst = st.appendSize(dst, "Total file size: ", t.Size, " bytes\n")
	dst = st.appendSize(dst, "Total transferred file size: ", t.TransferredSize, " bytes\n")
	dst = st.appendSize(dst, "Literal data: ", t.Literal, " bytes\n")
	dst = st.appendSize(dst, "Matched data: ", t.Matched, " bytes\n")
	dst = st.appendSize(dst, "File list size: ", t.ListSize, "\n")
	if t.ListBuild >= time.Millisecond {
		dst = st.appendSeconds(dst, "File list generation time: ", t.ListBuild)
		dst = st.appendSeconds(dst, "File list transfer time: ", t.ListTransfer)
	}
	dst = st.appendSize(dst, "Total bytes sent: ", t.Sent, "\n")
	return st.appendSize(dst, "Total bytes received: ", t.Received, "\n")
}

// appendSummaryLines appends the two lines that end a run at -v.
func appendSummaryLines(dst []byte, t *Totals, st totalsStyle) []byte {
	wire := t.Sent + t.Received
	dst = st.appendSize(dst, "sent ", t.Sent, " bytes  received ")
	dst = st.appendSize(dst, "", t.Received, " bytes  ")
	if t.ClockFailed {
		dst = append(dst, "UNKNOWN"...)
	} else {
		seconds := 0.5 + float64(t.Elapsed/time.Second)
		dst = st.numbers.HumanFloat(dst, float64(wire)/seconds, 2)
	}
	dst = append(dst, " bytes/sec\n"...)
	dst = st.appendSize(dst, "total size is ", t.Size, "  speedup is ")
	speedup := 0.0
	if wire > 0 {
		speedup = float64(t.Size) / float64(wire)
	}
	dst = st.numbers.CommaFloat(dst, speedup, 2)
	switch {
	case t.BatchOnly:
		dst = append(dst, " (BATCH ONLY)"...)
	case t.DryRun:
		dst = append(dst, " (DRY RUN)"...)
	}
	return append(dst, '\n')
}

// appendLogSummary appends the line that ends a run in a log.
func appendLogSummary(dst []byte, t *Totals) []byte {
	dst = append(dst, "sent "...)
	dst = strconv.AppendInt(dst, t.Sent, 10)
	dst = append(dst, " bytes  received "...)
	dst = strconv.AppendInt(dst, t.Received, 10)
	dst = append(dst, " bytes  total size "...)
	dst = strconv.AppendInt(dst, t.Size, 10)
	return append(dst, '\n')
}

func (st totalsStyle) appendSize(dst []byte, label string, n int64, rest string) []byte {
	dst = append(dst, label...)
	return append(st.numbers.Human(dst, n), rest...)
}

func (st totalsStyle) appendSeconds(dst []byte, label string, d time.Duration) []byte {
	dst = append(dst, label...)
	dst = st.numbers.CommaFloat(dst, float64(d.Milliseconds())/1000, 3)
	return append(dst, " seconds\n"...)
}

// appendCounts appends a count with its kinds; kinds that did not occur are
// left out.
func (st totalsStyle) appendCounts(dst []byte, label string, c *Counts) []byte {
	dst = append(dst, label...)
	dst = st.numbers.Comma(dst, c.Total)
	kinds := [...]struct {
		name string
		n    int64
	}{
		{"reg: ", c.Total - c.Dirs - c.Links - c.Devices - c.Specials},
		{"dir: ", c.Dirs},
		{"link: ", c.Links},
		{"dev: ", c.Devices},
		{"special: ", c.Specials},
	}
	sep := " ("
	for _, k := range kinds {
		if c.Total == 0 || k.n == 0 {
			continue
		}
		dst = append(dst, sep...)
		dst = append(dst, k.name...)
		dst = st.numbers.Comma(dst, k.n)
		sep = ", "
	}
	if sep == ", " {
		dst = append(dst, ')')
	}
	return append(dst, '\n')
}
