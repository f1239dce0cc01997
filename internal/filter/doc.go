// Package filter decides which names take part in a transfer.
//
// It implements chapter docs/protocol/04-filters-and-walk.md, sections 1 to 12:
// the rule grammar, merge files, per-directory merge files, CVS exclusion, the
// wildcard matcher, the evaluation of a list for a name, the form rules have on
// the wire, the filters of a daemon module and the client's check of what a
// sender lists.
//
// # From options to verdicts
//
//	Builder ── Finish ──► List ── Start ──► State ── Enter(dir) ──► State ...
//	(options, wire)      (immutable)      (one directory, immutable)
//
// A [Builder] collects rules in the order of the command line, or of the wire.
// When all are there, [Builder.Finish] decides what this end uses, what it
// sends, and freezes the result as a [List]. [List.Start] opens a walk: a
// [State] that has entered no directory yet. [State.Enter] reads the
// per-directory files of a directory and returns a new State for it; the old one
// is untouched, so leaving a directory means going back to the State one holds,
// and several walkers can stand in different directories at once, as
// incremental recursion needs. [State.Check] gives the verdict for one name and
// does not allocate.
//
// # What "excluded" means
//
// The same lists serve both ends. On the sending end an excluded name is hidden:
// not sent, not descended into. On the receiving end it is protected: a deletion
// pass never removes it. Rules can be limited to one end; see [Builder.Finish]
// for how that is resolved.
//
// # Files
//
// The package opens nothing itself: rule files come through an [Opener], which is
// the place for confinement, for the ownership rule on symlinks, and for hiding
// what a daemon module hides.
package filter
