// Package ledger is what the two roles of a receiving side, the generator and the receiver, know in
// common: which files have been asked for and how each request ended, how far the phases of the
// conversation have come, which finished files wait for their delayed rename, which hard-link
// groups have a finished file to link to, and what was deleted
// (docs/protocol/03-transfer.md §3, §10.6, §12.5).
//
// The file list itself is shared as a flist.List; the ledger adds what happens to its entries.
//
//	generator ── Request ──► Ledger ◄── Succeeded, NeedsRedo, Failed, NotSent, EndPhase … ── receiver
//	          ◄── Next, Wait ──      events, oldest first
//
// The receiver never waits: everything it says is one append to a queue that is bounded by the
// number of requests under way. Only the generator waits, and before it does it calls a hook that
// makes the session send what it holds, so that the peer can do what is waited for.
package ledger
