// Package delta turns "what you have" and "what I have" into "what to send",
// and back: the heart of the protocol (docs/protocol/03-transfer.md §6–9, §12).
//
//	receiving side                       sending side
//	HeadFor, Summer.Sum ── Head, sums ──► Searcher.Search
//	Patcher.Run ◄── literals, matches ──── (a Tokens)
//	     └─► Output
//
// The generator cuts its old file, the basis, into blocks of equal length and
// sends a weak and a strong sum of each ([HeadFor], [Summer], [Sums]). The
// sender looks for these blocks at every offset of the new file and reports
// what it finds as a sequence of tokens: literal octets, and numbers of
// matching blocks ([Searcher]). The receiver puts the new file together from
// the tokens and its basis ([Patcher]) and writes it ([Output]). Both ends
// compute the sum of the whole new file while it goes by and compare.
//
// Nothing here knows files, connections or token encodings: data come from an
// io.ReaderAt, tokens go to and come from small interfaces. No goroutine is
// started. Searcher, Summer, Patcher and Output are made once and used for one
// file after the other; after the first, no call allocates unless a file needs
// a larger buffer or table than any before it.
package delta
