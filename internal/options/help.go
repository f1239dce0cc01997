package options

import (
	"fmt"
	"slices"
	"strings"
)

// The usage texts, docs/protocol/05-options.md §8.4. They begin with the
// version block, which the caller prints first ([VersionText]).

// helpOrder is the order of the option lines, which is older than the groups.
// A name that starts with "no-" is a negation with a line of its own.
var helpOrder = strings.Fields(`
verbose info debug stderr quiet no-motd checksum archive no-OPTION recursive
inc-recursive no-inc-recursive no-i-r relative no-implied-dirs backup
backup-dir suffix update inplace append append-verify dirs old-dirs old-d
mkpath links copy-links copy-unsafe-links safe-links insecure-links
confine-root munge-links copy-dirlinks keep-dirlinks hard-links perms
executability chmod acls xattrs owner group devices copy-devices write-devices
specials drop-D D times atimes open-noatime crtimes omit-dir-times
omit-link-times super fake-super sparse preallocate dry-run whole-file
no-whole-file checksum-choice one-file-system block-size rsh rsync-path
existing ignore-non-existing ignore-existing remove-source-files del delete
delete-before delete-during delete-delay delete-after delete-excluded
ignore-missing-args delete-missing-args ignore-errors force max-delete max-size
min-size max-alloc partial partial-dir delay-updates prune-empty-dirs
numeric-ids usermap groupmap chown timeout contimeout ignore-times size-only
modify-window temp-dir fuzzy compare-dest copy-dest link-dest compress
compress-choice compress-level compress-threads skip-compress cvs-exclude
filter F exclude exclude-from include include-from files-from from0 old-args
secluded-args trust-sender copy-as address port sockopts blocking-io outbuf
stats 8-bit-output human-readable progress P itemize-changes remote-option
out-format log-file log-file-format password-file early-input list-only bwlimit
stop-after stop-at fsync write-batch only-write-batch read-batch protocol iconv
checksum-seed ipv4 ipv6 version help`)

// daemonHelpOrder is the order of the daemon's option lines.
var daemonHelpOrder = strings.Fields(`daemon address bwlimit config dparam
no-detach port log-file log-file-format sockopts verbose ipv4 ipv6 help`)

// A special line of the help texts has its own left or right side.
var specialLines = map[string][2]string{
	"no-OPTION":        {"--no-OPTION", "turn an implied OPTION off (as in --no-D)"},
	"inc-recursive":    {"--inc-recursive, --i-r", ""},
	"no-motd":          {"--no-motd", "do not print the daemon's message of the day"},
	"no-inc-recursive": {"--no-inc-recursive", "build the whole file list first"},
	"no-i-r":           {"--no-i-r", "the same as --no-inc-recursive"},
	"no-implied-dirs":  {"--no-implied-dirs", "with -R, do not send attributes of parents"},
	"no-whole-file":    {"--no-whole-file, --no-W", "send differences even in a local copy"},
	"no-detach":        {"--no-detach", "stay in the foreground"},
	"help":             {"--help, -h (*)", "print this help (* -h means it only when alone)"},
}

// daemonSpecialLines are those of the daemon's help.
var daemonSpecialLines = map[string][2]string{
	"no-detach": specialLines["no-detach"],
	"help":      {"--help, -h", "print this help (with --daemon)"},
	"dparam":    {"--dparam=OVERRIDE, -M", ""},
}

// visibleNegation tells whether a negation has its own line in a help text.
func visibleNegation(long string) bool {
	switch long {
	case "no-motd", "no-inc-recursive", "no-i-r", "no-implied-dirs", "no-whole-file", "no-W", "no-detach":
		return true
	}
	return false
}

// Usage returns the usage text of the ordinary program, without the version
// block before it.
func Usage() string {
	var b strings.Builder
	b.WriteString(`
rsync brings files and directories at one place into line with those at
another, and sends no more than what differs.

Usage: rsync [OPTION]... SRC [SRC]... DEST
  or   rsync [OPTION]... SRC [SRC]... [USER@]HOST:DEST
  or   rsync [OPTION]... SRC [SRC]... [USER@]HOST::DEST
  or   rsync [OPTION]... SRC [SRC]... rsync://[USER@]HOST[:PORT]/DEST
  or   rsync [OPTION]... [USER@]HOST:SRC [DEST]
  or   rsync [OPTION]... [USER@]HOST::SRC [DEST]
  or   rsync [OPTION]... rsync://[USER@]HOST[:PORT]/SRC [DEST]
A single ':' goes through a remote shell; '::' and rsync:// go to a daemon, where
SRC or DEST starts with the name of a module.

Options
`)
	optionLines(&b, helpOrder, specialLines)
	b.WriteString(`
The options of daemon mode are listed by "rsync --daemon --help".
All of this is described in the manual pages rsync(1) and rsyncd.conf(5).
`)
	return b.String()
}

// DaemonUsage returns the usage text of daemon mode, without the version block
// before it.
func DaemonUsage() string {
	var b strings.Builder
	b.WriteString("\nUsage: rsync --daemon [OPTION]...\n")
	optionLines(&b, daemonHelpOrder, daemonSpecialLines)
	b.WriteString(`
Options of daemon mode have no place on any other command line.
The configuration file is described in the manual page rsyncd.conf(5).
`)
	return b.String()
}

// optionLines writes one line per option, left side padded to column 25.
func optionLines(b *strings.Builder, names []string, special map[string][2]string) {
	for _, name := range names {
		left, right := special[name][0], special[name][1]
		if o := lookupAny(name); o != nil {
			if left == "" {
				left = spelling(o)
			}
			if right == "" {
				right = o.Help
			}
		}
		fmt.Fprintf(b, "%-24s %s\n", left, right)
	}
}

// lookupAny finds a row by name, those of the daemon's parser included.
func lookupAny(name string) *Option {
	i := slices.IndexFunc(theTable.rows, func(o Option) bool { return o.name() == name })
	if i < 0 {
		return nil
	}
	return &theTable.rows[i]
}

// spelling returns --LONG[=ARG][, -x].
func spelling(o *Option) string {
	if o.Long == "" {
		return "-" + string(rune(o.Short))
	}
	s := "--" + o.Long
	if o.ArgName != "" {
		s += "=" + o.ArgName
	}
	if o.Short != 0 {
		s += ", -" + string(rune(o.Short))
	}
	return s
}
