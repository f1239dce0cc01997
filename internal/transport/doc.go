// Package transport is how bytes reach a peer, and what is said before the protocol proper
// begins. Every way there gives a session.Conn, whose Close ends a Read or Write under way:
//
//	in-process       Pipe                       a local copy
//	remote shell     StartShell                 host:path, and daemons behind a shell
//	TCP              Dial                       host::module, rsync://; also by proxy or program
//	TLS              DialTLS                    what rsync-ssl does, without a helper program
//	inherited        Inherited                  a server's standard input and output
//
// A daemon connection opens with a dialogue in text, whose client half is Dialogue; the parts
// that both halves need (Greeting, Digest, ReadLine, the framing of arguments) are exported for
// the daemon.
//
//	client ── @RSYNCD: 32.0 sha512 … ─►        ◄─ @RSYNCD: 32.0 sha512 … ── daemon
//	       ── MODULE ─►                        ◄─ message of the day, or the module list
//	       ── USER RESPONSE ─►                 ◄─ @RSYNCD: AUTHREQD CHALLENGE
//	       ── arguments ─►                     ◄─ @RSYNCD: OK
//
// Errors are *exit.Error values with the words and codes of the reference; they hold several
// lines if the reference prints several.
//
// The package implements docs/protocol/01-connection.md §3 (remote shell), §7 (daemon dialogue),
// §9 (authentication, client half), §10 (argument transfer) and §15 (sockets, proxies, TLS). It
// asks the process for nothing: environment, user and streams come in as arguments. One thing is
// left to the system by nature: a program named without a slash is searched for in PATH.
package transport
