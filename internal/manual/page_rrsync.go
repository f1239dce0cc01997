package manual

// rrsyncPage is the manual page of the restricted wrapper.
func rrsyncPage() string {
	p := newPage("rrsync", 1, "let an SSH key do nothing but rsync in one directory")
	p.section("Synopsis")
	p.text("\trrsync [-ro | -wo] [-munge] [-absolute] [-no-del] [-no-lock] [-no-overwrite] [-help] DIR")
	p.section("Description")
	p.text(rrsyncText)
	p.section("Exit status")
	p.text("That of the transfer, see *godwit*(1); 1 if the command is refused.")
	p.section("Files")
	p.text("*rrsync.log* :: In the directory where the wrapper starts. If the file exists, each command that is allowed adds a line.")
	p.section("See also")
	p.text("*godwit*(1), *sshd*(8)")
	return p.String()
}

const rrsyncText = `
The wrapper is the forced command of a key in *authorized_keys*:

	command="rrsync -ro /srv/pub",restrict ssh-ed25519 AAAA...

It takes what the client wanted to run from SSH_ORIGINAL_COMMAND. Only the server of a transfer is allowed, only with
options of a list, and only with paths inside DIR, which clients name relative to it. It is this program under
another name: link *rrsync* to it.

*-ro* :: Only let files be read. Implies *-no-del* and *-no-lock*.

*-wo* :: Only let files be written.

*-munge* :: Store symbolic links in a form that leads nowhere, as *--munge-links*.

*-absolute* :: Accept absolute paths too if they lie in DIR.

*-no-del* :: Refuse the options that begin with *--delete* or *--remove*.

*-no-lock* :: Without it, and without *-ro*, one instance at a time may work in DIR.

*-no-overwrite* :: Never change a file that exists, and refuse the options that could get around that.

*-help*, *-h* :: Print a summary.

Unless DIR is the root directory, options that follow symbolic links (*-L*, *-k*, *-K*, *--copy-unsafe-links*) are refused,
nobody makes devices, and the server refuses every path that leads out of DIR, whatever is renamed or replaced meanwhile.
Arguments that are not on the command line (*-s*) are refused always.
`
