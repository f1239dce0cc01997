package manual

import (
	"strings"

	"godwit/internal/daemonconf"
)

// confPage is the manual page of the daemon's configuration file.
func confPage() string {
	p := newPage("godwitd.conf", 5, "configuration of a godwit or rsync daemon")
	p.section("Synopsis")
	p.text("\t/etc/rsyncd.conf")
	p.section("Description")
	p.text(confDescription)
	for _, part := range []struct {
		title  string
		global bool
	}{{"Global parameters", true}, {"Module parameters", false}} {
		p.section(part.title)
		if !part.global {
			p.text("Before the first module they set what modules begin with.")
		}
		for _, row := range daemonconf.Params() {
			if row.Global != part.global || row.Hidden {
				continue
			}
			p.item(bold(row.Name)+" ("+roff(row.Type.String())+")", paramText(row))
		}
	}
	p.section("Commands")
	p.text(confCommands)
	p.section("Example")
	p.text(confExample)
	p.section("Checking")
	p.text("*godwit check-config* [_FILE_] reads a configuration as the daemon would and prints each fault with its file and line. " +
		"It exits with 1 if there is any.")
	p.section("See also")
	p.text("*godwit*(1)")
	return p.String()
}

// paramText describes a parameter with its default.
func paramText(row daemonconf.Param) string {
	switch {
	case row.Name == "dont compress":
		return row.Doc + "\nThe default names the suffixes of compressed formats."
	case row.Default == "" || row.Default == "unset":
		return row.Doc
	}
	return row.Doc + "\nDefault: " + strings.ReplaceAll(row.Default, "_", "\\_") + "."
}

const confDescription = `
The file has global parameters and then modules: directory trees that clients name as HOST::MODULE. It is read at
each connection, so a change holds from the next one on.

	uid = nobody
	[pub]
	path = /srv/pub

A line is *NAME = VALUE*. Case and blanks in a name do not matter, and blanks around a value are dropped. A line that
begins with *#* or *;* is a comment; there are none behind a value. A backslash at the end of a line continues it.
*[NAME]* begins a module, and *[global]* goes back to the global part.

*&include PATH* :: Read a file, or the *.conf* files of a directory, as if they stood in the global part.

*&merge PATH* :: Read a file, or the *.inc* files of a directory, as if they stood here.

*%NAME%* in a value is the environment variable NAME. While a client is served these are set: RSYNC_MODULE_NAME,
RSYNC_MODULE_PATH, RSYNC_HOST_ADDR, RSYNC_HOST_NAME, RSYNC_USER_NAME and RSYNC_PID.
`

const confCommands = `
The commands are run by a shell. Beside the variables above they know RSYNC_REQUEST, what the client asked for, and
RSYNC_ARG0 and so on, its arguments; after a transfer RSYNC_EXIT_STATUS and RSYNC_RAW_STATUS say how it ended.
The value of a *%RSYNC_...%* in the text of a command is put there in quotes, and the command is refused if the value
holds a character that a shell could take for syntax. The shell's own *$RSYNC_...* are not looked at: quote them.
`

const confExample = `
	use chroot = yes
	max connections = 8
	log file = /var/log/rsyncd.log

	[pub]
	comment = public files
	path = /srv/pub

	[backup]
	comment = nightly backups
	path = /srv/backup
	read only = no
	list = no
	uid = backup
	gid = backup
	auth users = mail:rw
	secrets file = /etc/rsyncd.secrets
	auth digest = sha256
	hosts allow = 192.0.2.0/24
`
