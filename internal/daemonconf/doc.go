// Package daemonconf is the configuration of a daemon: rsyncd.conf.
//
// There is one table of parameters (table.go). The parser (parse.go), the loader that follows
// includes and fills modules (load.go), the checker behind check-config (check.go) and the
// documentation (docs.go) all read it, so that a parameter is known to all of them or to none.
//
//	file ── parser ──► name = value ── table ──► Config { Global, Modules } ── Text, Bool, Int ──► daemon
//
// A Config belongs to one connection: the daemon loads the file anew for each, so an edit holds
// from the next connection on, and a broken edit costs the connections that meet it and nothing
// else. References to environment variables in strings are resolved at the first use, with the
// variables of that moment, which lets a path name the authenticated user.
//
// The package implements docs/protocol/07-daemon.md §2 to §8 and §14.5. It opens nothing itself:
// files come through [Files].
package daemonconf
