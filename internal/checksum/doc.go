// Package checksum computes every sum that the protocol exchanges about file
// contents, and nothing else: it knows neither files nor connections.
//
// Three different questions are answered with sums, and each places the
// session's seed differently (docs/protocol/03-transfer.md §7):
//
//   - "Is this block of yours equal to this window of mine?" A block has a weak
//     sum, which can be rolled along a file byte by byte ([Weak], [Rolling]),
//     and a strong one, computed only where the weak one agrees ([Block]). The
//     strong sum is seeded so that nobody can prepare colliding blocks.
//   - "Did the file I put together come out right?" The whole-file sum of a
//     transfer ([NewTransfer]).
//   - "Is this file of mine the same as yours?" asked before any transfer by
//     --checksum ([NewFile]); never seeded.
//
// Which algorithm answers is negotiated by name ([List], [Choose],
// [ParseChoice]; docs/protocol/01-connection.md §6).
//
// Hashers are made once per session and reused: none of their methods
// allocates. They are not safe for concurrent use; make one per goroutine.
package checksum
