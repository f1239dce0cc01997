// Package wire holds the encodings of the rsync protocol, versions 27 to 32:
// integers, strings, file indexes, frames and messages, the small records that
// both directions share (sum head, item flags, deletion counts), and [Caps],
// the facts that two peers have negotiated. Nothing here knows what a file is,
// opens anything, or starts a goroutine. It implements
// docs/protocol/02-wire-and-file-list.md §2 to §5, the flags and lists of
// docs/protocol/01-connection.md §4.3, §5.5 and §6, and the records of
// docs/protocol/03-transfer.md §5 and §6.
//
// # Writing
//
// Every encoder appends to a slice and returns it, as the built-in append
// does. The caller owns the buffer and decides when it travels:
//
//	buf = ndx.Append(buf, 7)
//	buf = wire.AppendInt32(buf, seed)
//
// # Reading
//
// A [Reader] decodes in place from a [Source], which hands out contiguous
// windows of the raw stream. The window of a session is the payload of the
// data frame at the head of its queue, so a field costs a bounds check and no
// copy; a field that straddles two frames is the Source's to join. Lengths
// that come from a peer are limited by the caller, always before anything is
// allocated.
//
// # Integers of two ages
//
// Protocol 30 replaced fixed integers by variable ones. The pairs
// [AppendInt30] and [Reader.Int30] (varint or int), [AppendLong30] and
// [Reader.Long30] (varlong or longint) choose by protocol, and so do
// [NdxEncoder] and [NdxDecoder].
//
// # Errors
//
// What a peer did wrong is an [exit.Error] with the reference's text and exit
// code; what the Source reports is passed on untouched.
package wire
