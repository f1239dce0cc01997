//go:build linux

// Package hostile sets liars on the program: scripted peers that speak the protocol
// correctly up to a chosen point and misbehave there. What must hold, whoever the peer
// is (docs/protocol/08-security.md §8, §14):
//
//   - the program ends, by itself, with the code and the words of the specification;
//   - nothing outside the tree its user named is created, changed or removed;
//   - it never crashes, and its memory does not follow a number the peer made up.
//
// A liar is a goroutine of the test with one end of a connection (see liar). A stage
// puts the program at the other end: as the client that pulls or pushes, as the server
// a remote shell starts, or as a daemon, and takes pictures of what must not change.
// Scenarios are rows of tables, one file for each part of the protocol.
//
// GODWIT_BIN may name a stock rsync, to see that a script is right.
package hostile
