package manual

// differences say where an option, or a parameter ("conf NAME"), is known to
// act differently from rsync 3.5.0, and why.
var differences = map[string]string{
	"help":    "The texts are our own; the order of the options is the same.",
	"version": "The first line has the same form, so that scripts can read it; the rest names godwit and its licence.",
	"qsort":   "There is one way to sort. The option only turns incremental recursion off and is sent on, as rsync does.",
	"blocking-io": "Accepted without effect: pipes and sockets are served by a poller here, and what the option worked around " +
		"does not arise.",
	"max-alloc": "Checked and sent on, but not yet counted against: lengths that a peer announces are bounded one by one instead, " +
		"and memory grows as data arrives.",
	"acls":        "POSIX ACLs on Linux only. Elsewhere the option is answered like a build of rsync without ACLs.",
	"crtimes":     "Offered on macOS and Windows; on Linux it is refused, as rsync does there.",
	"preallocate": "Without effect, and said so, where the system has no call for it.",
}

// serverOptions are the words for options that have no help text.
var serverOptions = map[string]string{
	"server": "Act as the server of a client, on standard input and output.",
	"sender": "Behind `--server`: be the side that sends.",
}

// otherDifferences concern no single option.
var otherDifferences = [][2]string{
	{"Closing lines of errors", "The place in `at FILE(LINE)` names a file of godwit, and the version behind the role is that of rsync whose behaviour godwit has."},
	{"Alias files", "`/etc/popt` and `~/.popt` are read; `/etc/popt.d` is not."},
	{"rsync-ssl", "TLS is spoken by the program itself, so that `RSYNC_SSL_TYPE` starts no helper program, and the type `stunnel` verifies certificates with the system's authorities where rsync's script refuses to start. Untrusted daemons end a run with code 5 and the reason. `RSYNC_PROXY` is not used, as there."},
	{"rrsync: paths of the server", "rsync's wrapper passes `/proc/self/fd/N`; here they are paths inside the directory, and the server itself refuses to leave it. Messages therefore name real paths."},
	{"rrsync: wildcards", "Matches are sorted. A pattern is not tried outside the directory, so a refusal does not show what is there. Braces are not expanded (rsync's wrapper does that if an extra Python module is installed)."},
	{"rrsync: a `--log-file` that does not exist yet", "It is made, in the directory; rsync's wrapper refuses it with the words of a race."},
	{"rrsync: a missing `--*-dest` directory", "It stays missing, and the server says so; rsync's wrapper puts an empty directory in its place."},
	{"rrsync: a DIR that does not exist", "Always `Restricted directory does not exist!`; rsync's wrapper fails with a Python traceback if it wants to lock it."},
}
