package manual

import (
	"fmt"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// programPage is the manual page of the program.
func programPage() string {
	p := newPage("godwit", 1, "copy files to and from other places and keep them in line")
	p.section("Synopsis")
	p.text(synopsis)
	p.section("Description")
	p.text(description)
	p.section("Where files come from and go to")
	p.text(places)
	p.section("Options")
	p.text(optionsIntro)
	all := entries()
	for _, g := range groups {
		if g == options.GroupDaemon {
			continue
		}
		p.subsection(string(g))
		for _, e := range inGroup(all, g) {
			p.option(e)
		}
	}
	p.section("Filter rules")
	p.text(filterRules)
	p.section("Daemon")
	p.text(daemonText)
	for _, e := range all {
		if e.Group == options.GroupDaemon {
			p.option(e)
		}
	}
	p.section("What a transfer leaves behind")
	p.text(guarantees)
	p.section("Exit status")
	p.text("What is printed last on standard error says it in words.")
	for _, c := range exitCodes {
		p.item(fmt.Sprintf("%d", int(c)), sentence(c.Text()))
	}
	p.section("Environment")
	p.text(environment)
	p.section("Files")
	p.text(filesText)
	p.section("Examples")
	p.text(examples)
	p.section("See also")
	p.text("*godwitd.conf*(5), *rrsync*(1), *rsync-ssl*(1), *ssh*(1)")
	return p.String()
}

// option writes the entry of an option.
func (p *page) option(e entry) {
	var terms []string
	for _, w := range e.spellings() {
		t := bold(w)
		if e.ArgName != "" {
			sep := `\fB=\fR`
			if !strings.HasPrefix(w, "--") {
				sep = " "
			}
			t += sep + italic(e.ArgName)
		}
		terms = append(terms, t)
	}
	n := notes[name(e.Option)]
	lead := n.lead
	if lead == "" {
		lead = sentence(e.help())
	}
	var parts []string
	for _, s := range []string{lead, n.body} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if len(e.negations) > 0 && e.Long != "detach" {
		var words []string
		for _, long := range e.negations {
			words = append(words, "*--"+long+"*")
		}
		parts = append(parts, "Turned off by "+joinOr(words)+".")
	}
	p.item(strings.Join(terms, ", "), strings.Join(parts, "\n"))
}

func joinOr(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// exitCodes are those that a user meets.
var exitCodes = []exit.Code{
	exit.Syntax, exit.Protocol, exit.FileSelect, exit.Unsupported, exit.StartClient, exit.SocketIO, exit.FileIO, exit.StreamIO,
	exit.Message, exit.IPC, exit.Signal1, exit.Signal, exit.Memory, exit.Partial, exit.Vanished, exit.DeleteLimit, exit.Timeout,
	exit.ConnectTimeout, exit.ShellFailed, exit.ShellKilled, exit.ShellCannotRun, exit.ShellNotFound,
}

const synopsis = `
	godwit [OPTION]... SRC [SRC]... DEST
	godwit [OPTION]... SRC [SRC]... [USER@]HOST:DEST
	godwit [OPTION]... SRC [SRC]... [USER@]HOST::MODULE/DEST
	godwit [OPTION]... SRC [SRC]... rsync://[USER@]HOST[:PORT]/MODULE/DEST
	godwit [OPTION]... [USER@]HOST:SRC [DEST]
	godwit [OPTION]... [USER@]HOST::MODULE/SRC [DEST]
	godwit [OPTION]... rsync://[USER@]HOST[:PORT]/MODULE/SRC [DEST]
	godwit --daemon [OPTION]...
`

const description = `
godwit makes files and directories at one place equal to those at another, on this machine or a remote one. It sends
only what differs: files of equal size and modification time are passed over, and of those that differ only the changed
parts travel.

It speaks the rsync protocol, versions 27 to 32, with any rsync at the other end, and takes the same command line. It can
be installed under the name *rsync*; nothing depends on the name.
`

const places = `
PATH :: A name without a colon before its first slash is local.

HOST:PATH :: Through a remote shell, by default *ssh*(1), which starts the program named rsync there. A relative PATH
begins in the home directory.

HOST::MODULE/PATH, rsync://HOST/MODULE/PATH :: A daemon, over TCP port 873. With *--rsh* the daemon is started
through the remote shell, for this transfer only.

One of the two ends must be local. More sources of the same host may follow as :PATH or ::MODULE/PATH. Without a
destination, or with a module's host alone, a list is printed.

A slash at the end of a source directory means its contents: *src/* puts what is in src into the destination, *src* puts
src itself there.
`

const optionsIntro = `
Long options take their value as *--name=value* or as the next word; letters may be joined (*-av*). Of options that
contradict each other the last one counts. What is described as turned off by another option is that option's opposite.
`

const filterRules = `
Rules decide what the sender lists and what the receiver may delete. They are tried in order, and the first that fits
decides; a name that fits none is included. A directory that is excluded is not entered.

*- PATTERN*, *exclude* :: Leave it out, and protect it from deletion.

*+ PATTERN*, *include* :: Transfer it.

*H PATTERN*, *hide*; *S PATTERN*, *show* :: The same for the sender's list only.

*P PATTERN*, *protect*; *R PATTERN*, *risk* :: The same for deletions only.

*. FILE*, *merge* :: Read rules from FILE now.

*: FILE*, *dir-merge* :: Read rules from FILE in every directory, for that directory and those below.

*!*, *clear* :: Forget the rules so far.

A pattern with a slash at its start is anchored at the root of the transfer; one with a slash inside is matched against
the end of the whole path, one without against the last name. A slash at its end fits directories only. *?* stands for one
character, *\** for any number, neither for a slash; *\*\** for any number with slashes; *[...]* for one of a set.
`

const daemonText = `
With *--daemon* the program serves the modules of its configuration, *godwitd.conf*(5), to clients over TCP, or to the
one client on its standard input if that is a socket (inetd, xinetd, systemd). The configuration is read anew for
each connection. Only these options and *--address*, *--bwlimit*, *--port*, *--sockopts*, *--log-file*,
*--log-file-format*, *--ipv4*, *--ipv6*, *--verbose* and *--help* go with it.

The protocol is not encrypted. Use a remote shell, or a TLS proxy, over networks that you do not trust.
`

const guarantees = `
A file appears under its name when it is complete: it is written under a temporary name beside it (*.NAME.XXXXXX*) and
renamed. What is there before stays until then. *--inplace*, *--append* and *--write-devices* give this up.

A run that is cut removes its temporary files; with *--partial* the incomplete file is kept. Deletions happen only in
directories whose list the sender completed. What could not be done is printed and makes the exit code 23 or 24.
`

const environment = `
*RSYNC_RSH* :: The remote shell, as *--rsh*.

*RSYNC_PASSWORD* :: The password for a daemon.

*RSYNC_PROXY* :: An HTTP proxy for connections to daemons: *[USER:PASSWORD@]HOST:PORT*.

*RSYNC_CONNECT_PROG* :: A command to use in place of a TCP connection; *%H* is the host. *RSYNC_SHELL* names the shell
that runs it.

*RSYNC_PARTIAL_DIR* :: The directory of *--partial-dir*, if *--partial* is given without one.

*RSYNC_ICONV*, *RSYNC_MAX_ALLOC*, *RSYNC_OLD_ARGS*, *RSYNC_PROTECT_ARGS* :: Defaults of *--iconv*, *--max-alloc*,
*--old-args* and *--secluded-args*.

*RSYNC_CHECKSUM_LIST*, *RSYNC_COMPRESS_LIST* :: The algorithms to agree on, best first, separated by blanks. An
ampersand separates the client's list from the server's.

*RSYNC_NO_XFER_EXEC* :: Makes a daemon run none of its commands.

*USER*, *LOGNAME* :: The user name for a daemon.

*HOME*, *CVSIGNORE* :: Where *--cvs-exclude* finds more.
`

const filesText = `
*/etc/rsyncd.conf* :: The configuration of the daemon.

*/etc/popt*, *~/.popt* :: Lines *rsync alias OPTION WORDS* define further options.
`

const examples = `
Copy a tree with all that belongs to it, and delete at the destination what is gone:

	godwit -aHAX --delete /srv/data/ backup.example.net:/srv/backup/data/

See what that would do:

	godwit -ain --delete /srv/data/ backup.example.net:/srv/backup/data/

A snapshot that shares unchanged files with the last one:

	godwit -a --link-dest=../2026-01-01 /home/ /snap/2026-01-02/

Fetch from a daemon, with a password:

	godwit -az --password-file=/etc/mail.pass rsync://mail@host.example.net/backup /srv/backup
`
