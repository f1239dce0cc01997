// Package rrsync lets an SSH key do nothing but rsync, in one directory. An
// authorized_keys line names it as the forced command:
//
//	command="rrsync -ro /srv/pub" ssh-ed25519 AAAA...
//
// It reads the command that the client wanted to run from
// SSH_ORIGINAL_COMMAND, holds it against an allow-list, moves its paths into
// the directory, and hands the arguments of the server to the caller, who runs
// one in this process. It implements docs/protocol/05-options.md §11 and
// docs/protocol/08-security.md §11.4.
//
// # Who confines what
//
// This package decides with one look what is allowed, so that the client gets
// to read why it is refused. The look is not what keeps the server inside:
// between it and the transfer, somebody who may write in the directory can turn
// a name into a symbolic link. The arguments therefore carry --confine-root,
// and the server must resolve each path that the client named by an
// [fsys.Operator] whose Base is Command.Root, with BasePath and Confine the
// directory's path: that walk opens one component after the other and ends at
// the first that lies outside.
//
// Where the reference passes paths as /proc/self/fd/N to have them survive
// such a change, the arguments here are ordinary paths: those to transfer
// relative to the directory, those of options absolute.
package rrsync
