// Package report is everything rsync says, and the only place where it says
// it: names, itemized changes, deletions, listings, statistics, progress,
// warnings, errors and the closing error line. It implements
// docs/protocol/06-output.md.
//
// The roles of a transfer (sender, generator, receiver) never print. They hold
// a [Log] and hand it plain values: an [Item] for something that happened to
// an entry, a [Totals] at the end, a [Msg] from the catalogue with its
// arguments. The Log decides whether anybody wants to know, renders the text
// once, and gives it to a [Router], which applies the routing rules of §1.2:
//
//	role ── Item, Delete, Say, Progress ──► Log ── Event ──► Router ─┬─► Terminal (stdout, stderr)
//	                                                                ├─► log file or syslog
//	                                                                ├─► Peer (multiplexed frames)
//	                                                                └─► Observer (JSON, the Go API, tests)
//
// A Log is cheap to ask and silent runs build nothing: each question
// ([Log.Wants], [Log.WantsItem]) is a comparison of small integers, and what is
// asked for is appended into pooled buffers. A Log may be used by several
// goroutines. What one goroutine says keeps its order at every sink; what two
// goroutines say interleaves by whole lines.
//
// Nothing here knows a file list, a wire or a user's file: events carry bytes
// and numbers, writers and clocks are handed in.
package report
