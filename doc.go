// Package godwit copies and mirrors file trees as rsync does: between directories, with hosts
// behind a remote shell, and with daemons, sending only what changed, in the rsync protocol
// (versions 27 to 32). It is the library behind the program of the same name.
//
//	res, err := godwit.Copy(ctx, godwit.Job{
//		Options: []string{"-a", "--delete"},
//		Sources: []string{"/srv/mail/"},
//		Dest:    "backup.example:/srv/mail/",
//	})
//
// A [Job] is described in the language of the program: its options and operands mean exactly what
// docs/protocol/05-options.md says of them, and godwit(1). What a command line cannot say comes as
// Go values: a source that is an [io/fs.FS], a connection made by the caller in place of a remote
// shell, and [Event] values in place of lines of text.
//
// [Serve] is the far end: it carries out what a client asks for on a connection that the caller
// has accepted, such as a channel of an SSH server, inside one directory.
//
// Nothing here writes to the streams of the process, reads its signals, or changes its identity,
// directory or umask. Any number of jobs may run at the same time. A context that is cancelled
// ends a job the way a signal ends the program: temporary files are removed, every file at its
// final name is whole.
package godwit
