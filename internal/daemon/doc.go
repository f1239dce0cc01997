// Package daemon serves modules: "rsync --daemon" as a listener, under inetd or systemd, and
// behind a remote shell.
//
// A connection passes through two halves, which are one process or two:
//
//	            text stage (connection.go)                   module stage (module.go)
//	accept ─► PROXY header ─► greeting ─► request ─► hosts ─► slot ─► password ─┬─► ids ─► path ─► filters
//	                                       └ list                              │    ─► hooks ─► chroot ─► user
//	                                                                           │    ─► OK ─► arguments ─► Serve
//	                                                          grant (grant.go) ┘
//
// A listener does the text stage in a goroutine for each connection, so that an idle or hostile
// client costs little, and hands those who got in to a worker: this program started again, with
// the connection on its standard input and output and the grant on descriptor 3. The worker keeps
// the listener's identity until it has opened what it needs and started the hooks, and then gives
// it up for good. A worker that dies takes nothing with it: the listener logs the cause.
//
// Under inetd and behind a remote shell one process does both halves. So does the process that a
// listener starts for each connection when the configuration changes root or identity before the
// greeting ("daemon chroot", "daemon uid", "daemon gid").
//
// The transfer itself is not this package's business: [Config.Serve] gets a connection on which
// everything up to the binary handshake has happened.
//
// The package implements docs/protocol/07-daemon.md, docs/protocol/01-connection.md §8 to §10 and
// §15.5, and docs/protocol/08-security.md §10.
package daemon
