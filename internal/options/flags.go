package options

import (
	"fmt"
	"strings"
)

// This file has the info and debug flags: their names, roles and levels, the
// verbosity map, the --info and --debug value grammar and the help texts
// (docs/protocol/05-options.md §5).

// InfoFlag is an index into [InfoLevels].
type InfoFlag int

// The info flags, in table order.
const (
	InfoBackup InfoFlag = iota
	InfoCopy
	InfoDel
	InfoFlist
	InfoMisc
	InfoMount
	InfoName
	InfoNonreg
	InfoProgress
	InfoRemove
	InfoSkip
	InfoStats
	InfoSymsafe
	NumInfo
)

// DebugFlag is an index into [DebugLevels].
type DebugFlag int

// The debug flags, in table order.
const (
	DebugACL DebugFlag = iota
	DebugBackup
	DebugBind
	DebugChdir
	DebugConnect
	DebugCmd
	DebugDel
	DebugDeltasum
	DebugDup
	DebugExit
	DebugFilter
	DebugFlist
	DebugFuzzy
	DebugGenr
	DebugHash
	DebugHlink
	DebugIconv
	DebugIO
	DebugNstr
	DebugOwn
	DebugProto
	DebugRecv
	DebugSend
	DebugTime
	NumDebug
)

// InfoLevels holds the level of every info flag.
type InfoLevels [NumInfo]Level

// InfoMask marks info flags.
type InfoMask [NumInfo]bool

// DebugLevels holds the level of every debug flag.
type DebugLevels [NumDebug]Level

// DebugMask marks debug flags.
type DebugMask [NumDebug]bool

// maxLevel is the highest level of any flag.
const maxLevel = 4

// maxVerbose is the highest -v count that makes a difference.
const maxVerbose = 5

// A flagSpec describes one info or debug flag. Roles are the processes for
// which the flag matters: c client, v server, s sender, r receiver.
type flagSpec struct {
	name  string
	roles string
	help  string
}

var infoFlags = [NumInfo]flagSpec{
	InfoBackup:   {"BACKUP", "r", "Report the backups that are made"},
	InfoCopy:     {"COPY", "r", "Report files the receiver copies locally"},
	InfoDel:      {"DEL", "r", "Report what the receiver deletes"},
	InfoFlist:    {"FLIST", "c", "Report work on the file list (levels 1-2)"},
	InfoMisc:     {"MISC", "sr", "Report various other things (levels 1-2)"},
	InfoMount:    {"MOUNT", "sr", "Report mount points met or left out"},
	InfoName:     {"NAME", "sr", "Report names: 1) updated, 2) unchanged as well"},
	InfoNonreg:   {"NONREG", "r", "Report skipped non-regular files (default 1, 0 turns it off)"},
	InfoProgress: {"PROGRESS", "c", "Report progress: 1) of each file, 2) of the whole transfer"},
	InfoRemove:   {"REMOVE", "s", "Report files the sender removes"},
	InfoSkip:     {"SKIP", "r", "Report files passed over because of an option (levels 1-2)"},
	InfoStats:    {"STATS", "cv", "Report statistics when done (levels 1-3)"},
	InfoSymsafe:  {"SYMSAFE", "sr", "Report symlinks that are not safe"},
}

var debugFlags = [NumDebug]flagSpec{
	DebugACL:      {"ACL", "sr", "Trace details of ACLs"},
	DebugBackup:   {"BACKUP", "r", "Trace the making of backups (levels 1-2)"},
	DebugBind:     {"BIND", "c", "Trace the binding of sockets"},
	DebugChdir:    {"CHDIR", "cv", "Trace changes of the current directory"},
	DebugConnect:  {"CONNECT", "c", "Trace connections (levels 1-2)"},
	DebugCmd:      {"CMD", "c", "Trace commands and the options sent (levels 1-2)"},
	DebugDel:      {"DEL", "r", "Trace deletions (levels 1-3)"},
	DebugDeltasum: {"DELTASUM", "sr", "Trace checksums of the delta transfer (levels 1-4)"},
	DebugDup:      {"DUP", "r", "Trace the removal of duplicate names"},
	DebugExit:     {"EXIT", "cv", "Trace the end of processes (levels 1-3)"},
	DebugFilter:   {"FILTER", "sr", "Trace filter rules at work (levels 1-3)"},
	DebugFlist:    {"FLIST", "sr", "Trace the file list (levels 1-4)"},
	DebugFuzzy:    {"FUZZY", "r", "Trace the scores of fuzzy matching (levels 1-2)"},
	DebugGenr:     {"GENR", "r", "Trace the generator"},
	DebugHash:     {"HASH", "sr", "Trace hash tables"},
	DebugHlink:    {"HLINK", "sr", "Trace hard links (levels 1-3)"},
	DebugIconv:    {"ICONV", "cv", "Trace character-set conversion (levels 1-2)"},
	DebugIO:       {"IO", "cv", "Trace input and output (levels 1-4)"},
	DebugNstr:     {"NSTR", "cv", "Trace negotiated strings"},
	DebugOwn:      {"OWN", "r", "Trace changes of owner and group (levels 1-2)"},
	DebugProto:    {"PROTO", "cv", "Trace protocol facts"},
	DebugRecv:     {"RECV", "r", "Trace the receiver"},
	DebugSend:     {"SEND", "s", "Trace the sender"},
	DebugTime:     {"TIME", "r", "Trace the setting of times (levels 1-2)"},
}

// verboseInfo and verboseDebug are the verbosity map: row n is added by the
// nth -v.
var verboseInfo = [maxVerbose + 1]string{
	0: "NONREG",
	1: "COPY,DEL,FLIST,MISC,NAME,STATS,SYMSAFE",
	2: "BACKUP,MISC2,MOUNT,NAME2,REMOVE,SKIP",
}

var verboseDebug = [maxVerbose + 1]string{
	2: "BIND,CONNECT,CMD,DEL,DELTASUM,DUP,FILTER,FLIST,ICONV",
	3: "ACL,BACKUP,CONNECT2,DEL2,DELTASUM2,EXIT,FILTER2,FLIST2,FUZZY,GENR,OWN,RECV,SEND,TIME",
	4: "CMD2,DEL3,DELTASUM3,EXIT2,FLIST3,ICONV2,OWN2,PROTO,TIME2",
	5: "CHDIR,DELTASUM4,FLIST4,FUZZY2,HASH,HLINK",
}

// A flagItem is one item of a flag list: a flag index, or allFlags, and a
// level.
type flagItem struct {
	index int
	level Level
}

const (
	allFlags  = -1
	helpFlags = -2
)

// parseFlagItem reads NAME[LEVEL]. The name of an unknown item comes back
// with its level cut off.
func parseFlagItem(item string, specs []flagSpec) (it flagItem, name string, ok bool) {
	name = strings.TrimRight(item, "0123456789")
	if name == "" {
		return it, item, false
	}
	it.level = 1
	if digits := item[len(name):]; digits != "" {
		it.level = Level(min(atoi(digits), maxLevel))
	}
	switch {
	case strings.EqualFold(name, "help"):
		it.index = helpFlags
		return it, name, true
	case strings.EqualFold(name, "none"):
		it.index, it.level = allFlags, 0
		return it, name, true
	case strings.EqualFold(name, "all"):
		it.index = allFlags
		return it, name, true
	}
	for i := range specs {
		if strings.EqualFold(name, specs[i].name) {
			it.index = i
			return it, name, true
		}
	}
	return it, name, false
}

// setFlags applies a list of flags as the user gives it. It reports whether
// an item asked for help; the error is for an unknown item, which lenient
// (a server) passes over.
func setFlags(list, option string, specs []flagSpec, levels []Level, set []bool, lenient bool) (help bool, err error) {
	for _, item := range strings.Split(list, ",") {
		if item == "" {
			continue
		}
		it, name, ok := parseFlagItem(item, specs)
		switch {
		case !ok && lenient:
		case !ok:
			return false, usageError(fmt.Sprintf("Unknown %s item: \"%s\"", option, name))
		case it.index == helpFlags:
			return true, nil
		case it.index == allFlags:
			for i := range levels {
				levels[i], set[i] = it.level, true
			}
		default:
			levels[it.index], set[it.index] = it.level, true
		}
	}
	return false, nil
}

// implyFlags sets the flags of a row of the verbosity map, except those that
// the user has set.
func implyFlags(row string, specs []flagSpec, levels []Level, set []bool) {
	for _, item := range strings.Split(row, ",") {
		if it, _, ok := parseFlagItem(item, specs); ok && item != "" && !set[it.index] {
			levels[it.index] = it.level
		}
	}
}

// VerbosityLevels returns the levels that a -v count alone gives, as a daemon
// needs them for its "max verbosity".
func VerbosityLevels(count int) (InfoLevels, DebugLevels) {
	var info InfoLevels
	var debug DebugLevels
	var infoSet InfoMask
	var debugSet DebugMask
	for n := 0; n <= min(count, maxVerbose); n++ {
		implyFlags(verboseInfo[n], infoFlags[:], info[:], infoSet[:])
		implyFlags(verboseDebug[n], debugFlags[:], debug[:], debugSet[:])
	}
	return info, debug
}

// InfoFlagName returns the upper-case name of an info flag.
func InfoFlagName(f InfoFlag) string { return infoFlags[f].name }

// DebugFlagName returns the upper-case name of a debug flag.
func DebugFlagName(f DebugFlag) string { return debugFlags[f].name }

// forwardInfo returns the value of the --info argument for a server, "" for
// none: the flags that the user set and that matter to a server which
// receives (role r) or sends (role s).
func forwardInfo(levels *InfoLevels, set *InfoMask, role byte) string {
	var counts [maxLevel + 1]int
	var chosen []int
	complete := true // every relevant flag was set
	for i := range infoFlags {
		roles := infoFlags[i].roles
		switch {
		case strings.IndexByte(roles, 'v') < 0 && strings.IndexByte(roles, role) < 0:
		case !set[i]:
			complete = false
		default:
			chosen = append(chosen, i)
			counts[levels[i]]++
		}
	}
	var words []string
	const worthwhile = 5
	common := -1
	if complete {
		best := worthwhile - 1
		for level, n := range counts {
			if n > best {
				common, best = level, n
			}
		}
	}
	switch common {
	case -1:
	case 0:
		words = append(words, "NONE")
	default:
		words = append(words, levelWord("ALL", Level(common)))
	}
	for _, i := range chosen {
		if int(levels[i]) != common {
			words = append(words, levelWord(infoFlags[i].name, levels[i]))
		}
	}
	return strings.Join(words, ",")
}

// levelWord writes a flag as the reference does: level 1 goes without saying.
func levelWord(name string, level Level) string {
	if level == 1 {
		return name
	}
	return name + string('0'+rune(level))
}

// InfoHelp returns what --info=help prints.
func InfoHelp() string { return flagHelp("--info", infoFlags[:], verboseInfo[:]) }

// DebugHelp returns what --debug=help prints.
func DebugHelp() string { return flagHelp("--debug", debugFlags[:], verboseDebug[:]) }

func flagHelp(option string, specs []flagSpec, rows []string) string {
	var b strings.Builder
	b.WriteString("Use OPT or OPT1 for level 1 output, OPT2 for level 2, etc.; OPT0 silences.\n\n")
	line := func(name, text string) { fmt.Fprintf(&b, "%-10s %s\n", name, text) }
	for _, s := range specs {
		line(s.name, s.help)
	}
	b.WriteByte('\n')
	line("ALL", "Set every "+option+" flag (e.g. all4)")
	line("NONE", "Silence every "+option+" flag (as all0 does)")
	line("HELP", "Print this list")
	b.WriteString("\nOptions added at each level of verbosity:\n")
	for n, row := range rows {
		if row != "" {
			fmt.Fprintf(&b, "%d) %s\n", n, row)
		}
	}
	return b.String()
}
