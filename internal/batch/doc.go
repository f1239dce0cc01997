// Package batch records the data stream of a run in a file, and plays such a file back as if it were
// a sender: --write-batch, --only-write-batch and --read-batch
// (docs/protocol/03-transfer.md §15).
//
// A batch file is what a receiver reads, without frames and messages, behind a head of four numbers:
//
//	stream flags │ protocol │ compatibility flags │ seed │ lists, items, data … statistics
//
// A [Recording] writes it and, beside it, a shell script that replays it. A [Replay] is the
// connection of a run that reads it: what the receiving side writes goes nowhere, since nobody is
// there to ask. The head's first number holds options which decide what the stream looks like;
// [Flags.Adopt] makes a reader's options agree.
package batch
